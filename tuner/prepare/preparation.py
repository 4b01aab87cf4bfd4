"""What stands between raw windows and a model: how its inputs are made, and how its forecasts are undone."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.chain import Chain
from tuner.prepare.step import Numeric, Start, Step, windows_of
from tuner.prepare.stored import Stored, values_of
from tuner.prepare.windows import LAYOUTS, Layout, laid_out


@dataclass(frozen=True, slots=True)
class Preparation(Stored):
    """A fitted chain for windows of `features` columns, the columns that are forecast, and a layout.

    Raw windows have shape (windows, steps, features). A forecast continues them, and is (windows,
    steps out, targets) or the same flattened, (windows, steps out x targets). Without targets it is no
    continuation, a class for example, and stays as it is. What is stored is enough to serve raw data.
    """

    kind: ClassVar[str] = "preparation"
    chain: Chain
    features: int
    targets: tuple[int, ...] = ()
    layout: Layout = "natural"

    def __post_init__(self) -> None:
        name = "Preparation"
        if not isinstance(self.chain, Chain):
            raise PreparationError(f"{name}: chain is {checks.shown(self.chain)}; give a Chain")
        checks.settle(self, features=checks.whole(name, "features", self.features))
        checks.one_of(name, "layout", self.layout, LAYOUTS)
        for step in self.chain.steps:
            self._check(step)
        if self.targets != ():
            targets = checks.indices(name, "targets", self.targets)
            if max(targets) >= self.features:
                raise PreparationError(
                    f"{name}: there is no column {max(targets)}; windows have {self.features}, counted from 0"
                )
            checks.settle(self, targets=targets)

    def _check(self, step: Step) -> None:
        """Raises: PreparationError where a step is not fitted, or not made for these windows."""
        name = type(step).__name__
        if not isinstance(step, Numeric):
            raise PreparationError(
                f"Preparation: {name} is no step for windows of numbers; apply it on its own"
            )
        step.ready()
        if step.features not in (None, self.features):
            raise PreparationError(
                f"Preparation: {name} was fitted on {step.features} features, not {self.features}"
            )

    def inputs(self, windows: Any, *, start: Start = 0) -> np.ndarray:
        """What the model reads, of raw windows: float64, in the layout.

        Raises: PreparationError where they do not fit the chain.
        """
        return laid_out(self.chain.transform(self._windows(windows), start=start), self.layout)

    def outputs(self, targets: Any, windows: Any, *, start: Start = 0) -> np.ndarray:
        """What the model should forecast, of raw targets that follow raw windows: float64 of their shape.

        Raises: PreparationError where they do not fit each other or the chain.
        """
        return self._continued(self.chain.transform, targets, windows, start)

    def restored(self, forecasts: Any, windows: Any, *, start: Start = 0) -> np.ndarray:
        """The model's forecasts in original units, given the raw windows: float64 of their shape.

        `start` is the place in time of the windows.

        Raises: PreparationError where they do not fit each other or the chain.
        """
        return self._continued(self.chain.inverse, forecasts, windows, start)

    def _continued(self, rule: Any, values: Any, windows: Any, start: Start) -> np.ndarray:
        """A rule of the chain applied to what continues windows, in the target columns of all columns."""
        given = np.asarray(values)
        if not self.targets:
            return given
        before = self._windows(windows)
        if given.ndim not in (2, 3) or len(given) != len(before) or given[0].size % len(self.targets):
            raise PreparationError(
                f"forecasts of shape {given.shape} do not continue {len(before)} windows; give"
                f" (windows, steps, {len(self.targets)}), or the same flattened"
            )
        every = np.full((len(given), given[0].size // len(self.targets), self.features), np.nan)
        every[..., self.targets] = given.reshape(*every.shape[:2], len(self.targets))
        result = rule(every, before=before, start=np.asarray(start) + before.shape[1])
        return np.asarray(result[..., self.targets].reshape(given.shape))

    def _windows(self, windows: Any) -> np.ndarray:
        if np.ndim(windows) != 3 or np.shape(windows)[2] != self.features:
            raise PreparationError(
                f"raw windows have shape {np.shape(windows)}; give (windows, steps, {self.features})"
            )
        return windows_of("raw windows", windows)

    def around(self, model: Any, steps: int) -> Any:
        """A Keras model from raw windows of `steps` steps to forecasts in original units.

        `model` is an uncompiled Keras model for what `inputs` gives. It is trained inside of the new one,
        whose loss and metrics are in original units, and saved with it: no preparation is needed to serve.

        Raises: PreparationError where a step depends on the place in time, which a window does not tell.
        """
        from tuner.prepare.layers import around

        if self.chain.positional:
            raise PreparationError(
                "a model does not know where in time its windows lie, which seasonal means need;"
                " use SeasonalAdjust(season, method='difference')"
            )
        return around(self, model, steps)

    @classmethod
    def from_dict(cls, content: Any) -> Self:
        """The record that `to_dict` wrote. Raises: PreparationError where it is none."""
        values = values_of(cls, content)
        targets = values["targets"]
        return cls(
            **values
            | {
                "chain": Chain.from_dict(values["chain"]),
                "targets": () if targets == [] else targets,
            }
        )
