"""How predictions stand in a table: a row a number, or where classes are told a row for all of them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tuner.deploy.answers import Prediction
from tuner.deploy.schema import Schema, Task
from tuner.errors import BundleError

Cell = Any  # a number or a text


class AnswerTable:
    """The columns of a table of predictions, and its rows for some examples.

    `members` is how many members are shown one by one, 0 where they are not. A forecast of several steps has
    a row for each, counted from 1; several outputs have a row each, by their names or counted from 1. Where
    there are classes, also of yes or no, a row tells the likeliest and its probability, with that of each
    class in a column of its own; spread and members are those of the class that is told.

    Raises: BundleError where the model answers more than a table holds.
    """

    def __init__(self, schema: Schema, task: Task, members: int = 0) -> None:
        output = schema.output
        assert output is not None  # whoever has several outputs has been told
        self._task, self._members = task, members
        shape = output.shape or (1,)
        width = shape[-1] or 1
        flat = len(shape) == 1 and self._task == "regression" and len(schema.targets) > 0
        per_step = len(schema.targets) if flat and width % len(schema.targets) == 0 else width
        if len(shape) > 2:
            raise BundleError(
                f"the model answers arrays of shape {output.words}, which no table holds; use"
                " tuner.load_model from Python"
            )
        self._width = per_step
        self._steps = len(shape) == 2 or per_step < width
        self._outputs = self._labels(schema, per_step)
        self._classes = [schema.classes[at] if schema.classes else at for at in range(self._kinds())]

    def _labels(self, schema: Schema, width: int) -> list[Cell]:
        """What tells the outputs of a step apart; nothing where there is one without a name."""
        output, part = schema.output, schema.input
        names: tuple[str, ...] = output.columns if output else ()
        if len(names) != width and part is not None and part.columns and len(schema.targets) == width:
            names = tuple(part.columns[at] for at in schema.targets)
        if self._task == "classes" or (width == 1 and len(names) != 1):
            return []
        return list(names) if len(names) == width else list(range(1, width + 1))

    def _kinds(self) -> int:
        """How many classes there are."""
        return {"classes": self._width, "binary": 2, "regression": 0}[self._task]

    @property
    def head(self) -> tuple[str, ...]:
        """The names of the columns."""
        shown = [f"member_{place}" for place in range(self._members)]
        where = ["step"] * self._steps + ["output"] * bool(self._outputs)
        if self._task == "regression":
            return (*where, "mean", "std", *shown)
        return (*where, "class", "probability", "std", *(f"p_{name}" for name in self._classes), *shown)

    def rows(self, said: Prediction) -> Iterator[tuple[int, list[Cell]]]:
        """The place of the example that a row is of, and its cells."""
        mean, std = (self._by_step(np.asarray(each)) for each in (said.mean, said.std))
        members = np.asarray(said.members)
        members = members.reshape(len(members), *mean.shape)
        for place in range(len(mean)):
            for step in range(mean.shape[1]):
                where = [step + 1] if self._steps else []
                at = (place, step)
                if self._task == "classes":
                    yield place, [*where, *self._of_classes(mean[at], std[at], members[:, *at])]
                    continue
                for number in range(mean.shape[2]):
                    label = [self._outputs[number]] if self._outputs else []
                    one = (*at, number)
                    yield place, [*where, *label, *self._of_one(mean[one], std[one], members[:, *one])]

    def _by_step(self, values: np.ndarray) -> np.ndarray:
        """Values of shape (n, steps, outputs of a step)."""
        return values.reshape(len(values), -1, self._width)

    def _of_one(self, mean: float, std: float, members: np.ndarray) -> list[Cell]:
        """The cells of one number: itself, or that of yes and with it that of no."""
        if self._task == "regression":
            return [float(mean), float(std), *members[: self._members].tolist()]
        both = np.stack([1 - members, members], axis=-1)
        return self._of_classes(np.array([1 - mean, mean]), np.array([std, std]), both)

    def _of_classes(self, mean: np.ndarray, std: np.ndarray, members: np.ndarray) -> list[Cell]:
        told = int(np.argmax(mean))
        shown = members[: self._members, told].tolist()
        return [self._classes[told], float(mean[told]), float(std[told]), *mean.tolist(), *shown]
