"""Echo: every number as likely as another, and the answer is the one at the place asked for."""

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StudyError
from tuner.problems import echo, from_one_hot, one_hot
from tuner.problems.echo import random_integers


def test_every_number_is_as_likely_at_every_place() -> None:
    numbers = random_integers(20_000, length=3, cardinality=7, rng=np.random.default_rng(1))
    assert numbers.shape == (20_000, 3)
    for place in range(3):
        assert stats.chisquare(np.bincount(numbers[:, place], minlength=7)).pvalue > 1e-4
    pairs = stats.contingency.crosstab(numbers[:, 0], numbers[:, 1]).count
    assert pairs.shape == (7, 7) and stats.chi2_contingency(pairs).pvalue > 1e-4


@pytest.mark.parametrize("index", [0, 2, 4, -1, -5])
def test_the_answer_is_the_number_at_the_place(index: int) -> None:
    data = echo(n_train=50, n_validation=1, n_test=1, index=index)
    x, y = data.train
    np.testing.assert_array_equal(from_one_hot(y), from_one_hot(x)[:, index])
    assert (x.sum(axis=-1) == 1).all() and (y.sum(axis=-1) == 1).all()


def test_the_demonstration_of_the_source() -> None:
    numbers = random_integers(1, length=25, cardinality=100, rng=np.random.default_rng(0))
    encoded = one_hot(numbers, 100)
    assert encoded.shape == (1, 25, 100)
    np.testing.assert_array_equal(from_one_hot(encoded), numbers)


def test_the_majority_is_right_once_in_ten_times() -> None:
    data = echo(n_train=10_000, n_test=10_000)
    guess = np.bincount(from_one_hot(data.train[1])).argmax()
    assert (from_one_hot(data.test[1]) == guess).mean() == pytest.approx(0.1, abs=5 * np.sqrt(0.09 / 10_000))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"index": 5}, "echo: index is 5; 5 numbers have the places 0 to 4"),
        ({"index": -6}, "echo: index is -6; 5 numbers have the places 0 to 4"),
        ({"index": 1.0}, "echo: index is 1.0; 5 numbers have the places 0 to 4"),
        ({"index": True}, "echo: index is True; 5 numbers have the places 0 to 4"),
        ({"length": 0}, "echo: length is 0; give 1 or more"),
        ({"cardinality": 0}, "echo: cardinality is 0; give 1 or more"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, float], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        echo(**change)
    assert str(caught.value) == words
