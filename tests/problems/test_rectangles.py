"""Rectangles, their pairs in order, the error that nobody can go below, the checks of generated shapes."""

import numpy as np
import pytest
from scipy import stats

from tests.problems.baselines import check_mean
from tuner.errors import StudyError
from tuner.problems import rectangle_errors, rectangles
from tuner.problems.rectangles import point_pairs, random_rectangles

IDEAL = np.array([[0.5, 0.0], [0.5, 0.5], [0.0, 0.5]])  # what is best forecast after each corner


def test_corners_are_those_of_upright_rectangles() -> None:
    points = random_rectangles(5_000, rng=np.random.default_rng(1))
    width, height = points[:, 2].T
    zero = np.zeros(5_000)
    for corner, (x, y) in enumerate([(zero, zero), (width, zero), (width, height), (zero, height)]):
        np.testing.assert_array_equal(points[:, corner], np.c_[x, y])
    for side in (width, height):
        assert stats.kstest(side, stats.uniform.cdf).pvalue > 1e-4
    assert abs(np.corrcoef(width, height)[0, 1]) < 5 / np.sqrt(5_000)


def test_three_pairs_a_rectangle_in_order() -> None:
    data = rectangles(n_train=40, n_validation=1, n_test=1)
    x, y = data.train
    for start in range(0, 120, 3):
        (first, _, third), targets = x[start : start + 3, 0], y[start : start + 3]
        assert first.tolist() == [0.0, 0.0]
        np.testing.assert_array_equal(x[start + 1 : start + 3, 0], targets[:2])  # each goes on from the last
        (width, nothing), corner, (none, height) = targets
        assert nothing == none == 0 and corner.tolist() == [width, height] == third.tolist()


def test_pairs_of_any_figure() -> None:
    points = np.arange(2 * 5 * 3).reshape(2, 5, 3)
    x, y = point_pairs(points)
    assert x.shape == (8, 1, 3) and y.shape == (8, 3)
    np.testing.assert_array_equal(x[:, 0].reshape(2, 4, 3), points[:, :-1])
    np.testing.assert_array_equal(y.reshape(2, 4, 3), points[:, 1:])


def test_the_floor_of_the_error() -> None:
    x, y = rectangles(n_train=40_000, n_validation=1, n_test=1).train
    best = np.tile(IDEAL, (40_000, 1))
    best[1::3, 0] = x[1::3, 0, 0]  # the width is known by then
    best[2::3, 1] = x[2::3, 0, 1]  # and so is the height
    errors = np.abs(y - best).reshape(-1, 3, 2).mean(axis=-1)
    check_mean(errors[:, 0], 1 / 8)
    check_mean(errors[:, 1], 1 / 8)
    assert not errors[:, 2].any()
    check_mean(errors, 1 / 12)


def test_a_rectangle_has_no_error() -> None:
    points = random_rectangles(20, rng=np.random.default_rng(0))
    found = rectangle_errors(points)
    for error in (found.right, found.bottom, found.top, found.left, found.largest):
        np.testing.assert_array_equal(error, np.zeros(20))
    np.testing.assert_array_equal(found.width, points[:, 1, 0])
    np.testing.assert_array_equal(found.height, points[:, 2, 1])


@pytest.mark.parametrize(
    ("corner", "axis", "side"),
    [(1, 0, "right"), (1, 1, "bottom"), (2, 0, "right"), (2, 1, "top"), (3, 0, "left"), (3, 1, "top")],
)
def test_every_error_is_seen_on_its_side(corner: int, axis: int, side: str) -> None:
    points = np.tile([[0, 0], [0.5, 0], [0.5, 0.25], [0, 0.25]], (2, 1, 1))
    points[1, corner, axis] -= 0.125
    found = rectangle_errors(points)
    for name in ("right", "bottom", "top", "left"):
        assert getattr(found, name).tolist() == [0, 0.125 if name == side else 0]
    assert found.largest.tolist() == [0, 0.125]


@pytest.mark.parametrize("shape", [(3, 2), (4, 3), (2,), (5, 3, 2)])
def test_other_numbers_of_points_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        StudyError, match=r"rectangle_errors: the points have shape .*; give \(\.\.\., 4, 2\)"
    ):
        rectangle_errors(np.zeros(shape))
