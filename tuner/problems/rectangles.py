"""Rectangles drawn point by point: from one corner, forecast the next."""

from dataclasses import dataclass

import numpy as np

from tuner.errors import StudyError
from tuner.problems.drawing import Pair, Seed, check_counts, draw
from tuner.splits import Splits


def random_rectangles(examples: int, *, rng: np.random.Generator) -> np.ndarray:
    """Corners of rectangles, (examples, 4, 2): from (0, 0) to the right, up, and back to the left.

    Width and height are uniform in (0, 1).

    Raises: StudyError where the count is below 1.
    """
    check_counts("rectangles", examples=examples)
    width, height = rng.random((examples, 2)).T
    points = np.zeros((examples, 4, 2))
    points[:, 1:3, 0] = width[:, None]
    points[:, 2:, 1] = height[:, None]
    return points


def point_pairs(points: np.ndarray) -> Pair:
    """Every point but the last, and the point that follows, float32: (n * 3, 1, 2) and (n * 3, 2) of n * 4.

    The pairs of a figure stand in order, one figure after the other.

    >>> x, y = point_pairs(np.array([[[0, 0], [2, 0], [2, 1], [0, 1]]]))
    >>> x.tolist(), y.tolist()
    ([[[0.0, 0.0]], [[2.0, 0.0]], [[2.0, 1.0]]], [[2.0, 0.0], [2.0, 1.0], [0.0, 1.0]])
    """
    points = points.astype("float32")
    width = points.shape[-1]
    return points[:, :-1].reshape(-1, 1, width), points[:, 1:].reshape(-1, width)


def rectangles(
    *, n_train: int = 25_000, n_validation: int = 1_000, n_test: int = 1_000, seed: Seed = 0
) -> Splits:
    """Forecast the next corner of a rectangle from the one before; counts are numbers of rectangles.

    x has shape (n * 3, 1, 2), y (n * 3, 2), float32: three pairs a rectangle, in order. The source makes one
    update of each rectangle: batches of 3 that are not shuffled. Width and height cannot be known, so that
    the mean absolute error stays above (1/8 + 1/8 + 0) / 3 = 0.0833.

    Raises: StudyError where a count is below 1.
    Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 11.
    """

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        return point_pairs(random_rectangles(examples, rng=rng))

    return draw("rectangles", generate, (n_train, n_validation, n_test), seed, ("mean", "last"))


@dataclass(frozen=True, slots=True)
class RectangleErrors:
    """How far four points are from a rectangle with upright sides, as arrays of shape (...,).

    Each side is named, and its error is how much its two ends differ in the coordinate that they share.
    """

    right: np.ndarray
    bottom: np.ndarray
    top: np.ndarray
    left: np.ndarray
    width: np.ndarray
    height: np.ndarray

    @property
    def largest(self) -> np.ndarray:
        """The largest of the four errors."""
        return np.asarray(np.max([self.right, self.bottom, self.top, self.left], axis=0))


def rectangle_errors(points: np.ndarray) -> RectangleErrors:
    """What is wrong with generated rectangles, and their sizes; points of shape (..., 4, 2).

    The corners come in the order in which they are drawn: bottom left (the point to start from), bottom
    right, top right, top left. Width is that of the bottom, height that of the right side.

    Raises: StudyError where there are not four points of two coordinates.

    >>> found = rectangle_errors(np.array([[0, 0], [0.5, 0], [0.5, 0.75], [0.25, 0.75]]))
    >>> float(found.right), float(found.bottom), float(found.top), float(found.left)
    (0.0, 0.0, 0.0, 0.25)
    >>> float(found.width), float(found.height), float(found.largest)
    (0.5, 0.75, 0.25)
    """
    points = np.asarray(points, dtype="float64")
    if points.shape[-2:] != (4, 2):
        raise StudyError(
            f"rectangle_errors: the points have shape {points.shape}; give (..., 4, 2), the start first"
        )
    x, y = points[..., 0], points[..., 1]
    return RectangleErrors(
        right=np.abs(x[..., 1] - x[..., 2]),
        bottom=np.abs(y[..., 1] - y[..., 0]),
        top=np.abs(y[..., 2] - y[..., 3]),
        left=np.abs(x[..., 3] - x[..., 0]),
        width=x[..., 1] - x[..., 0],
        height=y[..., 2] - y[..., 1],
    )
