"""Steps one after another, and any stored step read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks, jsonfiles
from tuner.prepare.encoding import LabelEncode, OneHot
from tuner.prepare.padding import Pad
from tuner.prepare.power import BoxCox, Log
from tuner.prepare.scaling import Normalize, Standardize, StandardizeWindows
from tuner.prepare.stationarity import Difference, SeasonalAdjust
from tuner.prepare.step import Start, Step
from tuner.prepare.stored import kind_of, values_of
from tuner.prepare.windows import Windows

_SINGLE: tuple[type[Step], ...] = (
    Normalize,
    Standardize,
    StandardizeWindows,
    LabelEncode,
    OneHot,
    Pad,
    Windows,
    Difference,
    SeasonalAdjust,
    Log,
    BoxCox,
)
_KINDS = {step.kind: step for step in _SINGLE}

Power = Literal["none", "log", "box_cox"]
Scaling = Literal["none", "normalize", "standardize", "windows"]

_POWERS: Mapping[str, tuple[Step, ...]] = {"none": (), "log": (Log(),), "box_cox": (BoxCox(),)}
_SCALINGS: Mapping[str, tuple[Step, ...]] = {
    "none": (),
    "normalize": (Normalize(),),
    "standardize": (Standardize(),),
    "windows": (StandardizeWindows(),),
}


@dataclass(frozen=True, slots=True, init=False)
class Chain(Step):
    """Steps one after another; the inverse undoes them from the last to the first.

    Each step is fitted on what the steps before it make of the training data. `before` is raw: it goes
    through the same steps, so that each finds what came before in its own terms. A chain within a chain is
    the same as its steps.

    >>> chain = Chain(Difference(), Standardize()).fit([1.0, 2.0, 5.0])
    >>> chain.transform([1.0, 2.0, 5.0]).tolist()
    [-1.0, 1.0]
    >>> chain.inverse([1.0], before=[5.0]).tolist()
    [8.0]
    """

    kind: ClassVar[str] = "chain"
    steps: tuple[Step, ...]

    def __init__(self, *steps: Step) -> None:
        flat: list[Step] = []
        for step in steps:
            if not isinstance(step, Step):
                raise PreparationError(
                    f"Chain: {checks.shown(step)} is no step; give steps such as Standardize()"
                )
            flat += step.steps if isinstance(step, Chain) else [step]
        checks.settle(self, steps=tuple(flat))

    @property
    def fitted(self) -> bool:
        return all(step.fitted for step in self.steps)

    @property
    def lost(self) -> int:
        return sum(step.lost for step in self.steps)

    @property
    def windowed(self) -> bool:
        return any(step.windowed for step in self.steps)

    @property
    def positional(self) -> bool:
        return any(step.positional for step in self.steps)

    def ready(self) -> None:
        """Raises: PreparationError where a step is not fitted."""
        for step in self.steps:
            step.ready()

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """A chain of fitted steps. Raises: PreparationError where a step cannot be fitted."""
        fitted: list[Step] = []
        for place, step in enumerate(self.steps, 1):
            fitted.append(step.fit(train, start=start))
            if place < len(self.steps):
                train = fitted[-1].transform(train, start=start)
                start = start + step.lost
        return type(self)(*fitted)

    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> Any:
        """The array after all steps.

        Raises: PreparationError where a step is not fitted, or what it is given does not fit it.
        """
        for step, earlier, place in self._stages(before, start):
            array = step.transform(array, before=earlier, start=place)
        return array

    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> Any:
        """What `transform` made this array of, given the same `before` and `start`.

        Raises: PreparationError where a step is not fitted, or what it is given does not fit it.
        """
        for step, earlier, place in reversed(self._stages(before, start)):
            array = step.inverse(array, before=earlier, start=place)
        return array

    def _stages(self, before: Any, start: Start) -> list[tuple[Step, Any, Start]]:
        """Every step with what came before in its terms, and with the place in time of its array.

        An array that continues `before` keeps its place; one of its own begins later after a step that
        takes its first values away.
        """
        stages: list[tuple[Step, Any, Start]] = []
        for step in self.steps:
            stages.append((step, before, start))
            if before is None:
                start = start + step.lost
            elif _length(before) > step.lost:
                before = step.transform(before, start=start - _length(before))
            else:
                before = _nothing(before)
        return stages

    def to_dict(self) -> dict[str, Any]:
        """The chain in JSON's own types; `from_dict` gives an equal one back."""
        return {
            "kind": self.kind,
            "version": self.version,
            "steps": [step.to_dict() for step in self.steps],
        }

    @classmethod
    def from_dict(cls, content: Any) -> Self:
        """The chain that `to_dict` wrote. Raises: PreparationError where it is none."""
        steps = values_of(cls, content)["steps"]
        if not isinstance(steps, list | tuple):
            raise PreparationError(f"chain: steps is {checks.shown(steps)}; give a list")
        return cls(*(_single(step) for step in steps))


def chain_of(
    *, power: Power = "none", season: int | None = None, difference: int = 0, scaling: Scaling = "none"
) -> Chain:
    """The usual choices of framing, each a value that a study can search, in the order that they work in.

    Power transform ("log" or "box_cox"), difference at the season, `difference` times the difference to the
    step before, and scaling ("normalize", "standardize", or "windows" for each window by itself).

    Raises: PreparationError where a choice is none of these.

    >>> [step.kind for step in chain_of(power="log", difference=1, scaling="standardize").steps]
    ['log', 'difference', 'standardize']
    """
    checks.one_of("chain_of", "power", power, tuple(_POWERS))
    checks.one_of("chain_of", "scaling", scaling, tuple(_SCALINGS))
    checks.whole("chain_of", "difference", difference, least=0)
    seasonal = () if season is None else (SeasonalAdjust(season),)
    differences = (Difference(order=difference),) if difference else ()
    return Chain(*_POWERS[power], *seasonal, *differences, *_SCALINGS[scaling])


def from_dict(content: Any) -> Step:
    """The step or chain that a `to_dict` wrote.

    Raises: PreparationError where the kind or the version is unknown, a key is missing or unknown, or a
    value is not what it must be.

    >>> from_dict({"kind": "log", "version": 1, "offset": 1.0})
    Log(offset=1.0)
    """
    return Chain.from_dict(content) if kind_of(content) == Chain.kind else _single(content)


def load(path: str | Path) -> Step:
    """The step or chain that a `save` wrote.

    Raises: PreparationError where the file cannot be read, or holds anything else.
    """
    content = jsonfiles.read(Path(path))
    with jsonfiles.naming(Path(path)):
        return from_dict(content)


def _single(content: Any) -> Step:
    kind = kind_of(content)
    step = _KINDS.get(kind) if isinstance(kind, str) else None
    if step is None:
        raise PreparationError(
            f"there is no step of kind {checks.shown(kind)}; there are {', '.join(_KINDS)}"
        )
    return step.from_dict(content)


def _length(before: Any) -> int:
    """Steps of a series or of windows."""
    shape = np.shape(before)
    return int(shape[1] if len(shape) == 3 else shape[0])


def _nothing(before: Any) -> np.ndarray:
    """No steps, in the form of a series or of windows."""
    values = np.asarray(before)
    return values[:, :0] if values.ndim == 3 else values[:0]
