"""Fixed hyperparameter values in the place of an Optuna trial."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from optuna.distributions import CategoricalChoiceType
from optuna.trial import FixedTrial

from tuner.errors import StudyError
from tuner.records import BASELINE


class MissingValueError(StudyError):
    """A value is asked for that was not given."""


class PinnedTrial(FixedTrial):
    """Suggests given values, also ones that lie outside the range that is searched (a baseline may).

    `outside` lists the names of those. With `lenient`, what was not given is suggested all the same, and
    `missing` lists the names.

    Raises: MissingValueError where a value is asked for that was not given, unless `lenient`.
    """

    def __init__(self, params: Mapping[str, Any], owner: str = BASELINE, *, lenient: bool = False) -> None:
        super().__init__(dict(params))
        self._owner = owner
        self._given = dict(params)
        self._lenient = lenient
        self.outside: list[str] = []
        self.missing: list[str] = []

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        value = self._given.get(name, low)
        if not isinstance(value, int | float | np.number) or value != int(value):
            raise StudyError(f"{self._owner!r} has {name}={value!r}, where build asks for a whole number")
        suggest = super().suggest_int
        return int(self._pinned(name, low, lambda: suggest(name, low, high, step=step, log=log)))

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        suggest = super().suggest_float
        return float(self._pinned(name, low, lambda: suggest(name, low, high, step=step, log=log)))

    def suggest_categorical(self, name: str, choices: Sequence[CategoricalChoiceType]) -> Any:
        value = self._given.get(name)
        if name in self._given and value not in choices:
            self.outside.append(name)  # Optuna refuses a value that is no choice
            choices = [*choices, value]
        suggest = super().suggest_categorical
        return self._pinned(name, choices[0], lambda: suggest(name, choices))

    def unused(self) -> list[str]:
        """Names that were given but that nothing asked for."""
        return [name for name in self._given if name not in self.params]

    def _pinned(self, name: str, otherwise: Any, suggest: Callable[[], Any]) -> Any:
        if name not in self._given and self._lenient:
            self.missing += [name] if name not in self.missing else []
            return otherwise
        if name not in self._given:
            raise MissingValueError(
                f"{self._owner!r} has no value for {name!r}, which build suggests; add it"
            )
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")  # Optuna warns about a value outside the range
            try:
                value = suggest()
            except (TypeError, ValueError) as error:
                raise StudyError(f"{self._owner!r} has {name}={self._given[name]!r}: {error}") from None
        if said and name not in self.outside:
            self.outside.append(name)
        return value
