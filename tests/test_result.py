"""The statistics of a run folder: every look at a study counts, and counts once."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, make_setup
from tuner.errors import LedgerError
from tuner.ranking import ranked
from tuner.records import BASELINE, Configuration, Look, Run
from tuner.result import Result, derive

CENTERS = {BASELINE: 0.5, "a": 0.44, "b": 0.5}


def looked(*looks: tuple[int, Sequence[str]], runs: Sequence[Run] | None = None) -> Result:
    """A study whose looks compared these names at these numbers of seeds."""
    if runs is None:
        runs = [
            run
            for name, center in CENTERS.items()
            for run in make_runs("confirmation", name, center, seeds=40)
        ]
    stored = tuple(Look(seeds, (BASELINE, *names)) for seeds, names in looks)
    return make_result(runs, [make_configuration(name) for name in CENTERS], looks=stored)


def shares(result: Result) -> list[float]:
    return [share for _, share in result.looks]


def test_each_look_has_its_share() -> None:
    result = looked((10, "a"), (20, "a"), (40, "a"))
    assert shares(result) == pytest.approx([0.8, 0.1, 0.05])
    compared = result.finalists[0].comparison
    assert compared is not None and compared.n_candidate == 40


def test_the_same_look_again_is_no_look_in_whatever_order_it_names_its_finalists() -> None:
    result = looked((10, "ab"), (10, "ba"), (20, "ab"), (20, "ba"))
    assert shares(result) == pytest.approx([0.8, 0.1])
    assert result.finalists == looked((10, "ab"), (20, "ab")).finalists


def test_a_look_that_adds_a_finalist_is_one_and_leaves_the_others_as_they_were() -> None:
    before, after = looked((10, "a")), looked((10, "a"), (10, "ab"))
    assert shares(after) == pytest.approx([0.8, 0.1])
    kept = {one.name: one.comparison for one in after.finalists}
    was = before.finalists[0].comparison
    assert kept["a"] is not None and was is not None
    assert (kept["a"].verdict, kept["a"].p_adjusted) == (was.verdict, was.p_adjusted)
    assert kept["b"] is not None and kept["b"].share == pytest.approx(0.1)


def test_a_look_at_the_baseline_alone_uses_nothing() -> None:
    assert shares(looked((10, ""), (10, "a"))) == pytest.approx([0.8, 0.8])


def test_a_verdict_outlives_seeds_that_speak_against_it() -> None:
    runs = [run for name in CENTERS for run in make_runs("confirmation", name, CENTERS[name], seeds=40)]
    turned = [
        run
        if run.configuration != "a" or run.seed_index < 10
        else make_runs("confirmation", "a", 0.6, seeds=1)[0]
        for run in runs
    ]
    moved = []
    for index, run in enumerate(turned):
        was = runs[index]
        moved.append(
            Run(was.phase, was.configuration, was.seed_index, was.status, run.scores, was.history, 0.4)
        )
    first = looked((10, "a"), runs=moved)
    assert [one.name for one in first.better] == ["a"]
    later = looked((10, "a"), (40, "a"), runs=moved)
    assert [one.name for one in later.better] == ["a"]
    compared = later.finalists[0].comparison
    assert compared is not None and compared.difference > 0.0
    assert any("do not bear the verdict out" in flag for flag in compared.flags)


def test_missing_runs_are_said() -> None:
    with pytest.raises(LedgerError, match="missing"):
        looked((10, "a"), (50, "a"))


def null_study(rng: np.random.Generator) -> tuple[bool, bool]:
    """50 trials all equal to the baseline, from their search scores over ranking and records to a result.

    Returns: whether a finalist is called better, and whether the best single score beats the baseline's.
    """
    names = [BASELINE, *(f"trial-{number}" for number in range(50))]
    search = {name: rng.normal(size=4).tolist() for name in names}
    configurations = {name: Configuration(name, {}) for name in names}
    scored = [(configurations[name], search[name]) for name in names[1:]]
    chosen = [one.name for one in ranked(scored, "mean", "minimize")[:3]]
    runs = [
        Run("search", name, k, "complete", {"validation": score}, {}, 0.0)
        for name, scores in search.items()
        for k, score in enumerate(scores)
    ]
    for name in (BASELINE, *chosen):
        runs += [
            Run("confirmation", name, k, "complete", {"validation": 0.0, "test": score}, {}, 0.0)
            for k, score in enumerate(rng.normal(size=10))
        ]
    setup = make_setup(looks=(Look(10, (BASELINE, *chosen)),))
    result = derive(setup, configurations, tuple(runs))
    return bool(result.better), min(search[name][0] for name in names[1:]) < search[BASELINE][0]


def test_a_study_without_any_difference_is_rarely_won() -> None:
    rng = np.random.default_rng(0)
    ours, usual = np.sum([null_study(rng) for _ in range(40)], axis=0)
    assert ours <= 6  # at 5 %, more happen once in a thousand times
    assert usual >= 36
