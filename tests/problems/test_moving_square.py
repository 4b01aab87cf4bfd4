"""Moving squares against frames that are painted one by one, and the chances of a path."""

import keras
import numpy as np
import pytest
from scipy import stats

from tests.problems.baselines import check_mean
from tuner.errors import StudyError
from tuner.problems import moving_square
from tuner.problems.moving_square import draw_frames, random_paths


def painted(rows: np.ndarray, right: bool) -> np.ndarray:
    """The frames of one path, each the frame before and one more pixel."""
    size = len(rows)
    image, frames = np.zeros((size, size), dtype=np.uint8), []
    for step in range(size):
        image[rows[step], step if right else size - 1 - step] = 1
        frames.append(image.copy())
    return np.array(frames)


@pytest.mark.parametrize("size", [2, 5, 50])
def test_frames_are_those_that_are_painted(size: int) -> None:
    rows, right = random_paths(6, size=size, rng=np.random.default_rng(3))
    right[:2] = True, False
    frames = draw_frames(rows, right)
    assert frames.shape == (6, size, size, size, 1) and frames.dtype == np.uint8
    for found, path, goes_right in zip(frames[..., 0], rows, right, strict=True):
        np.testing.assert_array_equal(found, painted(path, goes_right))


def test_images_of_more_than_255_rows() -> None:
    rows, right = random_paths(1, size=300, rng=np.random.default_rng(3))
    frames = draw_frames(rows, right, frames=3)[0, ..., 0]
    np.testing.assert_array_equal(frames, painted(rows[0], bool(right[0]))[[0, 150, 299]])


def test_a_trace_grows_by_one_pixel_a_step_in_the_direction_of_the_label() -> None:
    data = moving_square(n_train=200, n_validation=1, n_test=1, size=8)
    x, y = data.train
    images, right = x[..., 0].astype(int), y[:, 0] == 1
    np.testing.assert_array_equal(images.sum(axis=(2, 3)), np.tile(np.arange(1, 9), (200, 1)))
    assert (np.diff(images, axis=1) >= 0).all()
    columns = np.diff(images, axis=1, prepend=0).sum(axis=2).argmax(axis=-1)
    np.testing.assert_array_equal(columns[right], np.tile(np.arange(8), (right.sum(), 1)))
    np.testing.assert_array_equal(columns[~right], np.tile(np.arange(8)[::-1], ((~right).sum(), 1)))
    assert 0 < right.sum() < 200


def test_vertical_squares_move_down_and_up() -> None:
    arguments = {"n_train": 20, "n_validation": 1, "n_test": 1, "size": 6}
    across, down = moving_square(**arguments), moving_square(**arguments, vertical=True)
    np.testing.assert_array_equal(down.train[0], across.train[0].swapaxes(2, 3))
    np.testing.assert_array_equal(down.train[1], across.train[1])


@pytest.mark.parametrize(("frames", "which"), [(1, [0]), (2, [0, 8]), (5, [0, 2, 4, 6, 8]), (9, range(9))])
def test_some_of_the_frames_at_even_distances(frames: int, which: list[int]) -> None:
    arguments = {"n_train": 20, "n_validation": 1, "n_test": 1, "size": 9}
    some, every = moving_square(**arguments, frames=frames), moving_square(**arguments)
    np.testing.assert_array_equal(some.train[0], every.train[0][:, which])


def test_paths_have_the_chances_of_the_source() -> None:
    rows, right = random_paths(30_000, size=5, rng=np.random.default_rng(4))
    check_mean(right, 0.5, most=0.02)
    assert stats.chisquare(np.bincount(rows[:, 0], minlength=5)).pvalue > 1e-4
    before, steps = rows[:, :-1].ravel(), np.diff(rows, axis=1).ravel()
    for row, possible in ((0, [0, 1]), (1, [-1, 0, 1]), (3, [-1, 0, 1]), (4, [-1, 0])):
        taken, counts = np.unique(steps[before == row], return_counts=True)
        assert taken.tolist() == possible
        assert stats.chisquare(counts).pvalue > 1e-4
    assert abs(np.corrcoef(right, rows[:, 0])[0, 1]) < 5 / np.sqrt(len(rows))


def test_a_model_of_keras_takes_pixels_as_floats() -> None:
    x = moving_square(n_train=4, n_validation=1, n_test=1, size=6).train[0]
    keras.utils.set_random_seed(0)
    inputs = keras.Input(x.shape[1:])
    convolved = keras.layers.TimeDistributed(keras.layers.Conv2D(2, 2))(inputs)
    model = keras.Model(inputs, convolved)
    found, expected = (np.asarray(model(given)) for given in (x, x.astype("float32")))
    assert found.dtype == np.float32 and np.ptp(found) > 0
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": 1}, "moving_square: size is 1; give 2 or more"),
        ({"frames": 0, "size": 4}, "moving_square: frames is 0; give 1 or more"),
        (
            {"frames": 5, "size": 4},
            "moving_square: frames is 5; a square needs 4 steps to cross the image",
        ),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, int], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        moving_square(n_train=2, n_validation=1, n_test=1, **change)
    assert str(caught.value) == words
