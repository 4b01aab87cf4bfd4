"""Read a sequence of whole numbers, write its first ones in reverse."""

import numpy as np

from tuner.errors import StudyError
from tuner.problems.coding import one_hot
from tuner.problems.drawing import Pair, Seed, check_counts, draw
from tuner.splits import Splits

START = 0  # the symbol that the decoder sees first; it stands in no sequence


def random_sources(
    examples: int, *, n_in: int = 6, cardinality: int = 51, rng: np.random.Generator
) -> np.ndarray:
    """Whole numbers uniform in 1 .. cardinality - 1, of shape (examples, n_in).

    Raises: StudyError where a count is below 1, or the cardinality below 2.
    """
    check_counts("reverse_integers", examples=examples, n_in=n_in)
    check_counts("reverse_integers", least=2, cardinality=cardinality)
    return rng.integers(START + 1, cardinality, size=(examples, n_in))


def reversed_start(source: np.ndarray, n_out: int) -> np.ndarray:
    """The first `n_out` numbers of each row, the last of them first.

    >>> reversed_start(np.array([[5, 7, 9, 2]]), 3).tolist()
    [[9, 7, 5]]
    """
    return source[:, :n_out][:, ::-1]


def shifted(target: np.ndarray) -> np.ndarray:
    """What a decoder that is told the truth sees: the start symbol, then the target but its last number.

    >>> shifted(np.array([[9, 7, 5]])).tolist()
    [[0, 9, 7]]
    """
    return np.pad(target[:, :-1], ((0, 0), (1, 0)), constant_values=START)


def reverse_integers(
    *,
    n_train: int = 100_000,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    n_in: int = 6,
    n_out: int = 3,
    cardinality: int = 51,
    seed: Seed = 0,
) -> Splits:
    """Write the first `n_out` of `n_in` numbers in reverse: for a decoder that is told the truth (teacher
    forcing); one-hot, float32.

    x is a tuple: the source of shape (examples, n_in, cardinality) and the decoder's input of shape
    (examples, n_out, cardinality), which is the target one step late, after the start symbol 0. y has the
    shape of the decoder's input. `from_one_hot` gives the numbers back.

    Raises: StudyError where a count is below 1, the cardinality below 2, or n_out above n_in.
    Source: Brownlee, How to Develop an Encoder-Decoder Model for Sequence-to-Sequence Prediction in Keras.
    """
    check_counts("reverse_integers", n_in=n_in, n_out=n_out)
    if n_out > n_in:
        raise StudyError(f"reverse_integers: n_out is {n_out}; {n_in} numbers come in, give n_in or less")

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        source = random_sources(examples, n_in=n_in, cardinality=cardinality, rng=rng)
        target = reversed_start(source, n_out)
        encoded, fed, y = (one_hot(part, cardinality) for part in (source, shifted(target), target))
        return (encoded, fed), y

    return draw("reverse_integers", generate, (n_train, n_validation, n_test), seed, ("majority",))
