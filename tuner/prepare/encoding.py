"""Labels as whole numbers and as one-hot vectors, and back.

scikit-learn finds the classes; a table looked up in numpy applies them.
"""

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.step import Start, Step

Classes = tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LabelEncode(Step):
    """Labels (texts or whole numbers) as 0, 1, 2, ...: their place among the classes.

    The classes are those of the training data in sorted order, or `classes` as given.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 3.2.

    >>> step = LabelEncode().fit(["cold", "warm", "hot"])
    >>> step.transform(["warm", "cold"]).tolist(), step.inverse([1]).tolist()
    ([2, 0], ['hot'])
    """

    kind: ClassVar[str] = "label_encode"
    classes: Classes | None = None
    learned: Classes | None = None

    def __post_init__(self) -> None:
        _check_classes(self)

    @property
    def fitted(self) -> bool:
        return self.learned is not None or self.classes is not None

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where they are no labels, or not among the classes given."""
        from sklearn.preprocessing import LabelEncoder

        labels = _labels("LabelEncode", train)
        if self.classes is not None:
            _codes("LabelEncode", labels, self.classes)
            return self
        return replace(self, learned=tuple(LabelEncoder().fit(labels.ravel()).classes_.tolist()))

    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """Labels of any shape as int64 of the same shape.

        Raises: PreparationError where a label is unknown, or the step is not fitted.
        """
        self.ready()
        return _codes("LabelEncode", _labels("LabelEncode", array), _classes(self))

    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """Whole numbers of any shape as labels.

        Raises: PreparationError where they are no places of classes, or the step is not fitted.
        """
        self.ready()
        codes, classes = np.asarray(array), np.array(_classes(self))
        if codes.dtype.kind not in "iu":
            raise PreparationError(f"LabelEncode: holds {codes.dtype} values; give whole numbers")
        if codes.size and not (codes.min() >= 0 and codes.max() < len(classes)):
            wrong = codes.min() if codes.min() < 0 else codes.max()
            raise PreparationError(f"LabelEncode: {wrong} is no class; there are 0 to {len(classes) - 1}")
        return np.asarray(classes[codes])


@dataclass(frozen=True, slots=True)
class OneHot(Step):
    """Labels (texts or whole numbers) as vectors with a 1 at the place of their class.

    The classes are those of the training data in sorted order, or `classes` as given: `range(10)` keeps a
    place for digits that the training data happen not to have. The inverse takes the largest entry, so that
    it reads probabilities as well.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 3.2.

    >>> step = OneHot().fit(["cold", "warm", "hot"])
    >>> step.transform(["warm"]).tolist(), step.inverse([[0.2, 0.5, 0.3]]).tolist()
    ([[0.0, 0.0, 1.0]], ['hot'])
    """

    kind: ClassVar[str] = "one_hot"
    classes: Classes | None = None
    learned: Classes | None = None

    def __post_init__(self) -> None:
        _check_classes(self)

    @property
    def fitted(self) -> bool:
        return self.learned is not None or self.classes is not None

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where they are no labels, or not among the classes given."""
        from sklearn.preprocessing import OneHotEncoder

        labels = _labels("OneHot", train)
        if self.classes is not None:
            _codes("OneHot", labels, self.classes)
            return self
        (found,) = OneHotEncoder().fit(labels.reshape(-1, 1)).categories_
        return replace(self, learned=tuple(found.tolist()))

    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """Labels of any shape as float32 vectors (*shape, classes).

        Raises: PreparationError where a label is unknown, or the step is not fitted.
        """
        self.ready()
        classes = _classes(self)
        codes = _codes("OneHot", _labels("OneHot", array), classes)
        return np.asarray(np.eye(len(classes), dtype=np.float32)[codes])

    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """Vectors (*shape, classes), one-hot or of probabilities, as labels of `shape`.

        Raises: PreparationError where they are no such vectors, or the step is not fitted.
        """
        self.ready()
        vectors, classes = np.asarray(array), np.array(_classes(self))
        if vectors.dtype.kind not in "biuf" or not vectors.ndim or vectors.shape[-1] != len(classes):
            raise PreparationError(
                f"OneHot: has {vectors.dtype} values of shape {vectors.shape};"
                f" give numbers, {len(classes)} in the last place, one a class"
            )
        if np.isnan(vectors).any():
            raise PreparationError("OneHot: a vector holds NaN, which is no class")
        return np.asarray(classes[vectors.argmax(axis=-1)])


def _classes(step: LabelEncode | OneHot) -> Classes:
    return step.classes or step.learned or ()


def _check_classes(step: LabelEncode | OneHot) -> None:
    """Texts or whole numbers, each once, in Python's own types."""
    where = type(step).__name__
    for name in ("classes", "learned"):
        value = getattr(step, name)
        if value is None:
            continue
        found = checks.items(where, name, value)
        if all(isinstance(item, str) and not item.endswith("\0") for item in found):  # numpy drops that one
            checks.settle(step, **{name: tuple(map(str, found))})
        elif all(isinstance(item, Integral) and not isinstance(item, bool) for item in found):
            checks.settle(step, **{name: tuple(map(int, found))})
        else:
            raise PreparationError(f"{where}: {name} is {checks.shown(value)}; give texts, or whole numbers")
        if len(set(found)) < len(found):
            raise PreparationError(f"{where}: {name} is {checks.shown(value)}; name each class once")


def _labels(where: str, labels: Any) -> np.ndarray:
    """An array of texts or of whole numbers, not empty. Raises: PreparationError where it is none."""
    found = np.asarray(labels)
    if found.dtype.kind == "O" and found.size and all(isinstance(item, str) for item in found.ravel()):
        found = found.astype(str)  # the texts of a pandas column
    if found.dtype.kind not in "Uiu" or not found.size:
        what = f"{found.dtype} values" if found.size else "nothing"
        raise PreparationError(f"{where}: holds {what}; give labels, which are texts or whole numbers")
    return found


def _codes(where: str, labels: np.ndarray, classes: Classes) -> np.ndarray:
    """The place of every label among the classes. Raises: PreparationError where it has none."""
    places = {label: place for place, label in enumerate(classes)}
    found, where_found = np.unique(labels, return_inverse=True)
    if unknown := [label for label in found.tolist() if label not in places]:
        known = ", ".join(map(str, classes[:5])) + (", ..." if len(classes) > 5 else "")
        raise PreparationError(f"{where}: {checks.shown(unknown[0])} is none of the classes ({known})")
    codes = np.array([places[label] for label in found.tolist()], dtype=np.int64)
    return codes[where_found].reshape(labels.shape)
