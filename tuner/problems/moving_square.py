"""A square that moves across an image and leaves a trace: which way does it go?"""

import numpy as np

from tuner.errors import StudyError
from tuner.problems.drawing import Pair, Seed, check_counts, draw
from tuner.splits import Splits


def random_paths(examples: int, *, size: int = 50, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the square at every step, of shape (examples, size), and whether it moves right, (examples,).

    The first row is uniform. Every next one is uniform among the row before and its neighbours, as far as
    they lie in the image: three of them, at the edge two. Half of the squares move right.

    Raises: StudyError where a count is below 1 or an image is smaller than 2 x 2.
    """
    check_counts("moving_square", examples=examples)
    check_counts("moving_square", least=2, size=size)
    unit = rng.random((examples, size + 1))  # all numbers of an example in a row: more examples begin alike
    rows = np.empty((examples, size), dtype=np.intp)
    rows[:, 0] = (unit[:, 1] * size).astype(np.intp)
    for step in range(1, size):
        lowest = np.maximum(rows[:, step - 1] - 1, 0)
        highest = np.minimum(rows[:, step - 1] + 1, size - 1)
        rows[:, step] = lowest + (unit[:, step + 1] * (highest - lowest + 1)).astype(np.intp)
    return rows, unit[:, 0] < 0.5


def draw_frames(
    rows: np.ndarray, right: np.ndarray, *, frames: int | None = None, vertical: bool = False
) -> np.ndarray:
    """The animation of each path, uint8 of shape (examples, frames, size, size, 1): 0, and 1 on the trace.

    At step t the square stands in column t, or in column size - 1 - t where it moves left, and every frame
    keeps the squares before it. `frames` takes that many of the `size` frames, from the first to the last
    at even distances. `vertical` swaps rows and columns: the squares move down (where `right`) or up.

    Raises: StudyError where there are fewer frames to take.

    >>> draw_frames(np.array([[1, 0, 1]]), np.array([False]))[0, ..., 0].tolist()[1:]
    [[[0, 1, 0], [0, 0, 1], [0, 0, 0]], [[0, 1, 0], [1, 0, 1], [0, 0, 0]]]
    """
    examples, size = rows.shape
    frames = size if frames is None else frames
    check_counts("moving_square", frames=frames)
    if frames > size:
        raise StudyError(f"moving_square: frames is {frames}; a square needs {size} steps to cross the image")
    step = np.arange(size)
    columns = np.where(right[:, None], step, size - 1 - step)
    place = (columns, rows) if vertical else (rows, columns)
    # The step from which on a pixel is lit, beyond the last one where it never is: a comparison for each
    # frame is much faster than painting.
    since = np.full((examples, size, size), size, dtype=np.min_scalar_type(size))
    since[(np.arange(examples)[:, None], *place)] = step
    shown = np.linspace(0, size - 1, frames).round().astype(since.dtype)
    lit: np.ndarray = since[:, None] <= shown[:, None, None]
    return lit.view(np.uint8)[..., None]


def moving_square(
    *,
    n_train: int = 5_000,
    n_validation: int = 500,
    n_test: int = 500,
    size: int = 50,
    frames: int | None = None,
    vertical: bool = False,
    seed: Seed = 0,
) -> Splits:
    """Tell squares that move right (1) from those that move left (0).

    x has shape (examples, frames, size, size, 1), y (examples, 1) is float32. The pixels are uint8, which
    takes a quarter of the memory of float32 (625 MB for 5,000 animations of 50 x 50 x 50): the input of a
    Keras model turns them into floats, a batch at a time. With `frames` an example has that many frames
    only, at even distances. `vertical` tells down (1) from up (0).

    Raises: StudyError where a count is below 1, an image is smaller than 2 x 2 or has fewer frames.
    Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 8.
    """

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        rows, right = random_paths(examples, size=size, rng=rng)
        x = draw_frames(rows, right, frames=frames, vertical=vertical)
        return x, right[:, None].astype("float32")

    return draw("moving_square", generate, (n_train, n_validation, n_test), seed, ("majority",))
