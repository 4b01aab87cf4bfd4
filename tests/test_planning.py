"""A question about runs is answered from a standard deviation, or from runs."""

import math

import numpy as np
import pytest

from tuner.errors import StatisticsError
from tuner.planning import Question, as_json, plan_with_runs, plan_with_std
from tuner.stats import compare_looks
from tuner.stats.planning import (
    detectable_difference,
    measured_noise,
    power_for_difference,
    power_for_equivalence,
    runs_for_difference,
    runs_for_equivalence,
)
from tuner.stats.spending import shares

SCORES = np.random.default_rng(0).normal(1.0, 0.1, 15).tolist()


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_everything_asked_is_answered_at_the_noise_of_the_runs() -> None:
    question = Question(difference=0.1, repeats=25, margin=0.2, power=0.9, level=0.9, candidates=2, share=1.0)
    found = plan_with_runs("base", SCORES, question, rng=rng())
    noise, alpha = measured_noise(SCORES, level=0.9), 0.05
    assert question.alpha == pytest.approx(alpha)
    assert found.noise == noise
    assert found.needed == runs_for_difference(noise, 0.1, alpha=alpha, power=0.9)
    assert found.needed_equivalent == runs_for_equivalence(noise, 0.2, alpha=alpha, power=0.9)
    assert found.power == power_for_difference(noise, 25, 0.1, alpha=question.alpha)
    assert found.power_equivalent == power_for_equivalence(noise, 25, 0.2, alpha=question.alpha)
    assert [row.repeats for row in found.detectable] == [5, 10, 20, 25, 30, 50, 100]
    assert found.detectable[3].difference == detectable_difference(noise, 25, alpha=question.alpha, power=0.9)
    assert found.growth is not None and found.growth.runs[-1] == 15
    assert found.remarks == ()


def test_what_is_not_asked_is_not_answered() -> None:
    found = plan_with_std(1.0, Question(share=1.0), runs=10, paired=False)
    assert (found.needed, found.needed_equivalent, found.power, found.power_equivalent) == (None,) * 4
    assert len(found.detectable) == 6 and found.growth is None and found.remarks == ()
    assert as_json(found)["repeats_needed"] is None


def test_a_margin_is_also_the_difference_to_find() -> None:
    found = plan_with_std(1.0, Question(margin=0.5, share=1.0), runs=None, paired=False)
    assert found.needed is not None and found.needed.value == 64
    assert found.needed_equivalent is not None and found.needed_equivalent.value == 70
    assert "--std-runs" in found.remarks[0]


def test_pairs_take_fewer_runs() -> None:
    pairs = plan_with_std(1.0, Question(difference=0.5, share=1.0), runs=None, paired=True)
    assert pairs.needed is not None and pairs.needed.value == 34  # G*Power, dependent means


def test_the_reader_is_told_of_failures_and_skew() -> None:
    found = plan_with_runs("base", [*SCORES, math.nan, 9.0], Question(), rng=rng())
    assert "1 of 17 runs failed" in found.remarks[0] and "strongly skewed" in found.remarks[1]
    assert plan_with_runs("base", [1.0, 2.0], Question(), rng=rng()).growth is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 1.0},
        {"margin": 0.0},
        {"repeats": 4},
        {"margin": math.nan},
        {"repeats": 20_000},
        {"share": 0.0},
        {"share": 1.5},
    ],
)
def test_wrong_questions_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(StatisticsError):
        Question(**wrong)  # type: ignore[arg-type]


def test_a_plan_counts_on_what_a_first_look_may_use() -> None:
    (first,) = shares([10])
    assert Question().share == first
    question = Question(difference=0.5, candidates=3)
    assert question.alpha == pytest.approx(0.05 * first / 3)
    found = plan_with_std(1.0, question, runs=20, paired=False)
    assert found.needed == runs_for_difference(found.noise, 0.5, alpha=question.alpha)
    (remark,) = found.remarks
    assert f"Planned at {100 * first:.0f} % of the error rate, which the first look" in remark
    later = plan_with_std(1.0, Question(share=0.1), runs=20, paired=False)
    assert "10 % of the error rate; --whole-rate" in later.remarks[0]
    assert as_json(later)["share_of_error_rate"] == 0.1


def test_the_planned_power_is_that_of_the_first_look_at_a_study() -> None:
    question = Question(difference=1.0, repeats=15)
    planned = plan_with_std(1.0, question, runs=None, paired=False).power
    assert planned is not None
    draws, found = np.random.default_rng(3), 0
    for _ in range(400):
        groups = {"baseline": draws.normal(1.0, 1.0, 15), "candidate": draws.normal(0.0, 1.0, 15)}
        (one,) = compare_looks([groups], baseline="baseline")
        found += one.verdict == "better"
    assert found / 400 == pytest.approx(planned.value, abs=0.05)
