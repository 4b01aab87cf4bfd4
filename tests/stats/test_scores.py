"""What counts as scores, and what is refused with which words."""

import math

import numpy as np
import pytest

from tuner.errors import StatisticsError
from tuner.stats.scores import as_baseline, as_scores, finished, losses, standard_deviation


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([], "no scores"),
        (1.0, r"shape \(\)"),
        ([[1.0, 2.0]], r"shape \(1, 2\)"),
        ([[1.0], [2.0, 3.0]], "flat list"),
        (["0.1", "0.2"], "not .*'0.1'"),
        ([0.1, None], "not None"),
        ([0.1, 0.2, "x"], "not 'x'; write nan"),
        ([True, False], "numbers, not"),
        ([1j, 2j], "numbers, not"),
        ([1.0, 1e200], "cannot be averaged"),
    ],
)
def test_anything_but_a_flat_list_of_numbers_is_refused(scores: object, words: str) -> None:
    with pytest.raises(StatisticsError, match=words):
        as_scores(scores, "candidate")  # type: ignore[arg-type]


def test_refusals_name_the_group() -> None:
    with pytest.raises(StatisticsError, match=r"^trial-3: "):
        as_scores([], "trial-3")


def test_integers_and_single_precision_become_double() -> None:
    assert as_scores([1, 2]).dtype == np.float64
    assert as_scores(np.array([1.5], dtype=np.float32)).dtype == np.float64


def test_the_callers_array_is_not_shared() -> None:
    given = np.array([1.0, 2.0])
    as_scores(given)[0] = 9.0
    assert given[0] == 1.0


def test_failures_are_the_worst_loss_in_either_direction() -> None:
    scores = np.array([1.0, -math.inf, math.nan, math.inf])
    assert losses(scores, "minimize").tolist() == [1.0, math.inf, math.inf, math.inf]
    assert losses(scores, "maximize").tolist() == [-1.0, math.inf, math.inf, math.inf]
    assert finished(scores).tolist() == [1.0]


def test_a_spread_of_rounding_is_none() -> None:
    assert np.std([0.1, 0.1, 0.1], ddof=1) > 0.0  # what rounding makes of equal scores
    assert standard_deviation(np.array([0.1, 0.1, 0.1])) == 0.0
    assert standard_deviation(np.array([1.0, 1.0 + 1e-12])) > 0.0
    assert math.isnan(standard_deviation(np.array([1.0])))


def test_a_baseline_is_runs_or_a_number() -> None:
    assert as_baseline(np.float32(0.5)) == 0.5
    assert as_baseline([1, 2]).tolist() == [1.0, 2.0]  # type: ignore[union-attr]
    for wrong in (True, None, "0.5"):
        with pytest.raises(StatisticsError, match="naive: scores"):
            as_baseline(wrong, "naive")  # type: ignore[arg-type]
