"""Sequences of one length: padded where they are shorter, cut where they are longer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.step import Start, Step

_SIDES = ("pre", "post")
_WHOLE = 2.0**63  # what an int64 cannot hold


@dataclass(frozen=True, slots=True)
class Pad(Step):
    """Sequences as an array (sequences, length) or, of steps with features, (sequences, length, features).

    `length` is that of the longest training sequence where it is not given. `padding` says at which end
    `value` is filled in, `truncating` at which end a longer sequence loses steps, as in
    `keras.utils.pad_sequences`, which does it.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 3.3.

    >>> Pad().fit([[1, 2, 3], [1]]).learned
    3
    """

    kind: ClassVar[str] = "pad"
    length: int | None = None
    padding: Literal["pre", "post"] = "pre"
    truncating: Literal["pre", "post"] = "pre"
    value: float = 0.0
    learned: int | None = None

    def __post_init__(self) -> None:
        for name in ("length", "learned"):
            if getattr(self, name) is not None:
                checks.settle(self, **{name: checks.whole("Pad", name, getattr(self, name))})
        checks.one_of("Pad", "padding", self.padding, _SIDES)
        checks.one_of("Pad", "truncating", self.truncating, _SIDES)
        checks.settle(self, value=checks.number("Pad", "value", self.value))

    @property
    def fitted(self) -> bool:
        return self.length is not None or self.learned is not None

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where the training data are no sequences, or all are empty."""
        return replace(self, learned=max(map(len, _sequences(train))))

    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """Sequences of numbers as one array, int64 where all numbers are whole ones, else float64.

        Raises: PreparationError where they are no sequences, or the step is not fitted.
        """
        self.ready()
        from keras.utils import pad_sequences

        sequences = _sequences(array)
        whole = self.value.is_integer() and abs(self.value) < _WHOLE
        whole = whole and all(np.can_cast(one.dtype, np.int64) for one in sequences if len(one))
        padded: np.ndarray = pad_sequences(
            sequences,
            maxlen=self.length or self.learned,
            dtype="int64" if whole else "float64",
            padding=self.padding,
            truncating=self.truncating,
            value=int(self.value) if whole else self.value,
        )
        return padded

    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> tuple[np.ndarray, ...]:
        """The sequences without the values that fill their padded end.

        A step counts as filled in where all its features are `value`: choose one that no sequence begins
        (or, padded "post", ends) with. What was cut off does not come back.

        Raises: PreparationError where the array is none of sequences of numbers.
        """
        found = np.asarray(array)
        if found.dtype.kind not in "biuf" or found.ndim not in (2, 3):
            raise PreparationError(
                f"Pad: has {found.dtype} values of shape {found.shape};"
                " give numbers of shape (sequences, length) or (sequences, length, features)"
            )
        kept = found != self.value
        if found.ndim == 3:
            kept = kept.any(axis=2)
        return tuple(self._without(sequence, own) for sequence, own in zip(found, kept, strict=True))

    def _without(self, sequence: np.ndarray, own: np.ndarray) -> np.ndarray:
        """A sequence between its padding and its end; `own` says which steps are not filled in."""
        places = np.flatnonzero(own)
        if not len(places):
            return sequence[:0]
        return sequence[places[0] :] if self.padding == "pre" else sequence[: places[-1] + 1]


def _sequences(sequences: Any) -> list[np.ndarray]:
    """Arrays of numbers (steps,) or (steps, features), at least one of them not empty.

    Raises: PreparationError where they are none.
    """
    if not isinstance(sequences, Iterable) or isinstance(sequences, str | bytes | dict):
        raise PreparationError(f"Pad: {checks.shown(sequences)} is no list of sequences")
    found = [_sequence(place, sequence) for place, sequence in enumerate(sequences)]
    forms = {sequence.shape[1:] for sequence in found if len(sequence)}
    if not forms:
        raise PreparationError("Pad: there is no sequence with a step in it; give at least one")
    if len(forms) > 1:
        raise PreparationError(
            "Pad: the sequences differ in their number of features; give one number of them"
        )
    return found


def _sequence(place: int, sequence: Any) -> np.ndarray:
    try:
        found = np.asarray(sequence)
    except ValueError:
        raise PreparationError(f"Pad: the steps of sequence {place} differ in length") from None
    if found.ndim not in (1, 2) or (len(found) and found.dtype.kind not in "biuf"):
        raise PreparationError(
            f"Pad: sequence {place} has {found.dtype} values of shape {found.shape};"
            " give numbers of shape (steps,) or (steps, features)"
        )
    return found
