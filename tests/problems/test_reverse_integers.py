"""Reversed integers: the target is the start of the source backwards, the decoder sees it one step late."""

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StudyError
from tuner.problems import from_one_hot, reverse_integers
from tuner.problems.reverse_integers import random_sources


def test_source_decoder_input_and_target() -> None:
    data = reverse_integers(n_train=40, n_validation=1, n_test=1)
    (source, fed), target = data.train
    for vectors in (source, fed, target):
        assert set(np.unique(vectors)) == {0.0, 1.0} and (vectors.sum(axis=-1) == 1).all()
    for read, seen, told in zip(
        *(from_one_hot(part).tolist() for part in (source, fed, target)), strict=True
    ):
        assert told == list(reversed(read[:3]))
        assert seen == [0, *told[:-1]]
        assert 0 not in read


@pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (4, 4), (7, 2)])
def test_other_lengths(n_in: int, n_out: int) -> None:
    data = reverse_integers(n_train=5, n_validation=1, n_test=1, n_in=n_in, n_out=n_out, cardinality=9)
    (source, fed), target = data.train
    assert (source.shape, fed.shape, target.shape) == ((5, n_in, 9), (5, n_out, 9), (5, n_out, 9))
    np.testing.assert_array_equal(from_one_hot(target), from_one_hot(source)[:, n_out - 1 :: -1][:, -n_out:])


def test_numbers_are_uniform_and_leave_out_the_start_symbol() -> None:
    numbers = random_sources(20_000, cardinality=8, rng=np.random.default_rng(3))
    counts = np.bincount(numbers.ravel())
    assert counts[0] == 0 and len(counts) == 8
    assert stats.chisquare(counts[1:]).pvalue > 1e-4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_in": 0}, "reverse_integers: n_in is 0; give 1 or more"),
        ({"n_out": 0}, "reverse_integers: n_out is 0; give 1 or more"),
        ({"n_out": 7}, "reverse_integers: n_out is 7; 6 numbers come in, give n_in or less"),
        ({"cardinality": 1}, "reverse_integers: cardinality is 1; give 2 or more"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, int], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        reverse_integers(**change)
    assert str(caught.value) == words
