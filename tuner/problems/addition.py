"""Addition as text: read "10+4+7", write "21"."""

from collections.abc import Sequence

import numpy as np

from tuner.errors import StudyError
from tuner.problems.coding import from_one_hot, one_hot
from tuner.problems.drawing import Counts, Pair, Seed, check_counts, streams
from tuner.splits import Splits

ALPHABET = "0123456789+ "

_CODES = {character: code for code, character in enumerate(ALPHABET)}
_LARGEST_SPACE = 2**63  # inputs that have a number of their own as int64
_HELD_OUT = 10  # one input in so many is held out for validation, one for test


def random_terms(examples: int, *, terms: int = 3, largest: int = 10, rng: np.random.Generator) -> np.ndarray:
    """Whole numbers uniform in 1 .. largest, of shape (examples, terms).

    Raises: StudyError where a count is below 1.
    """
    check_counts("addition", examples=examples, terms=terms, largest=largest)
    return rng.integers(1, largest + 1, size=(examples, terms))


def questions(numbers: np.ndarray, largest: int) -> list[str]:
    """Rows of terms as "a+b+c", filled up with spaces on the left to the length of the longest there is.

    >>> questions(np.array([[3, 10], [10, 10]]), largest=10)
    [' 3+10', '10+10']
    """
    terms = numbers.shape[1]
    length = terms * len(str(largest)) + terms - 1
    return ["+".join(map(str, row)).rjust(length) for row in numbers.tolist()]


def answers(numbers: np.ndarray, largest: int) -> list[str]:
    """The sums of rows of terms, filled up with spaces on the left to ceil(log10(terms (largest + 1))).

    >>> answers(np.array([[3, 10], [1, 2]]), largest=10)
    ['13', ' 3']
    """
    length = len(str(numbers.shape[1] * (largest + 1) - 1))
    return [str(total).rjust(length) for total in numbers.sum(axis=1).tolist()]


def codes(strings: Sequence[str]) -> np.ndarray:
    """The place of every character in the alphabet, of shape (examples, length); strings of one length.

    Raises: StudyError where the lengths differ, or a character is none of the alphabet.

    >>> codes([" 3+10", "12+ 4"]).tolist()
    [[11, 3, 10, 1, 0], [1, 2, 10, 11, 4]]
    """
    lengths = sorted({len(string) for string in strings})
    if len(lengths) != 1:
        raise StudyError(f"addition: strings of {lengths} characters; fill them up to one length")
    if unknown := set("".join(strings)) - set(ALPHABET):
        raise StudyError(f"addition: the character {min(unknown)!r} is none of {ALPHABET!r}")
    return np.array([[_CODES[character] for character in string] for string in strings], dtype=np.intp)


def encode(strings: Sequence[str]) -> np.ndarray:
    """Strings of one length as one-hot vectors, float32 of shape (examples, length, 12)."""
    return one_hot(codes(strings), len(ALPHABET))


def decode(vectors: np.ndarray) -> list[str]:
    """The strings behind one-hot vectors or probabilities of shape (examples, length, 12).

    >>> decode(encode([" 3+10", "10+10"]))
    [' 3+10', '10+10']
    """
    letters = np.array(list(ALPHABET))[from_one_hot(vectors)]
    return ["".join(row) for row in letters.tolist()]


def addition(
    *,
    n_train: int = 75_000,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    terms: int = 3,
    largest: int = 10,
    held_out: bool = False,
    seed: Seed = 0,
) -> Splits:
    """Add `terms` whole numbers from 1 to `largest`, character by character; one-hot, float32.

    x has shape (examples, length of a question, 12), y (examples, length of an answer, 12): `decode` gives
    the strings back. At the default size the most frequent character at each place is right 36.65 % of the
    time, and one answer 7.5 % of the time.

    Three terms up to 10 make only 1,000 inputs, so that 75,000 drawn at random show all of them, those of
    the test split too. With `held_out` a tenth of the inputs is kept for validation and another tenth for
    test, and neither is trained on; where a split asks for more examples than it has inputs, they repeat.
    The same terms in another order are another input.

    Raises: StudyError where a count is below 1, or there are too few (or too many) inputs to hold some out.
    Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 9.
    """
    check_counts("addition", n_train=n_train, n_validation=n_validation, n_test=n_test)
    check_counts("addition", terms=terms, largest=largest)
    counts = (n_train, n_validation, n_test)
    chooser, *generators = streams("addition", seed, 4)
    if held_out:
        chosen = _apart(counts, terms, largest, generators[0], chooser)
    else:
        chosen = [
            random_terms(count, terms=terms, largest=largest, rng=rng)
            for count, rng in zip(counts, generators, strict=True)
        ]
    train, validation, test = (_pair(numbers, largest) for numbers in chosen)
    return Splits(train=train, validation=validation, test=test, naive=("majority",))


def _pair(numbers: np.ndarray, largest: int) -> Pair:
    return encode(questions(numbers, largest)), encode(answers(numbers, largest))


def _apart(
    counts: Counts, terms: int, largest: int, rng: np.random.Generator, chooser: np.random.Generator
) -> list[np.ndarray]:
    """Terms for train, validation and test, such that no input is in two of them.

    Every input is a number with `terms` digits to the base `largest`.
    """
    n_train, n_validation, n_test = counts
    inputs = largest**terms
    if not _HELD_OUT <= inputs < _LARGEST_SPACE:
        raise StudyError(
            f"addition: {terms} terms up to {largest} make {inputs} inputs; some can be held out of"
            f" {_HELD_OUT} to 2**63 inputs"
        )
    first, second = (min(count, inputs // _HELD_OUT) for count in (n_validation, n_test))
    held = chooser.choice(inputs, size=first + second, replace=False)
    ranks = rng.integers(inputs - len(held), size=n_train)
    chosen = (_others(ranks, held), np.resize(held[:first], n_validation), np.resize(held[first:], n_test))
    base = largest ** np.arange(terms)[::-1]
    return [numbers[:, None] // base % largest + 1 for numbers in chosen]


def _others(ranks: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The whole numbers of these ranks (0 is the first) among those that are not held out.

    >>> _others(np.arange(5), held=np.array([5, 2])).tolist()
    [0, 1, 3, 4, 6]
    """
    before = np.sort(held) - np.arange(len(held))  # numbers that are not held out below each that is
    return ranks + np.searchsorted(before, ranks, side="right")
