"""summary.json: the fields that scripts rely on, as JSON that any parser accepts."""

import json
from typing import Any, Never

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE
from tuner.report.summary import summary, summary_json
from tuner.result import Result

FIELDS = {
    "study",
    "metric",
    "direction",
    "engine",
    "backend",
    "baseline",
    "finalists",
    "best",
    "runs",
    "seconds",
    "versions",
    "naive",
    "train_sizes",
    "ensemble_sizes",
    "notes",
}
MEASURED = {"params", "n", "mean", "std", "interval", "failures"}
COMPARED = {
    "configuration",
    "difference",
    "difference_interval",
    "p_value",
    "p_adjusted",
    "p_equivalence_adjusted",
    "probability_of_superiority",
    "probability_of_superiority_interval",
    "effect_size",
    "effect_size_interval",
    "verdict",
    "seeds_needed",
    "search_mean",
    "over_examples",
}


def strictly(result: Result) -> Any:
    def refuse(constant: str) -> Never:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(summary_json(result), parse_constant=refuse)


def test_fields_are_those_of_the_contract() -> None:
    found = strictly(usual_result())
    assert set(found) == FIELDS
    assert set(found["baseline"]) == MEASURED
    assert all(set(one) == MEASURED | COMPARED for one in found["finalists"])


def test_numbers_are_those_of_the_result() -> None:
    result = usual_result()
    found = strictly(result)
    assert found["best"] == "trial-1"
    assert found["runs"] == {"search": 21, "confirmation": 40}
    for one, finalist in zip(found["finalists"], result.finalists, strict=True):
        compared = finalist.comparison
        assert compared is not None
        assert one["mean"] == pytest.approx(np.nanmean(finalist.test))
        assert one["search_mean"] == pytest.approx(np.mean(finalist.search))
        assert (one["verdict"], one["p_adjusted"]) == (compared.verdict, compared.p_adjusted)
        assert one["difference_interval"] == [compared.interval.low, compared.interval.high]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_best_is_the_best_mean_among_those_that_are_better(direction: str) -> None:
    centers = {BASELINE: 0.5, "a": 0.3, "b": 0.2, "c": 0.8, "d": 0.9}
    runs = [run for name, c in centers.items() for run in make_runs("confirmation", name, c, seeds=12)]
    configurations = [make_configuration(name) for name in centers]
    result = make_result(runs, configurations, list("abcd"), direction=direction)
    assert summary(result)["best"] == ("b" if direction == "minimize" else "d")


def test_the_baseline_is_best_where_nothing_is_better() -> None:
    runs = make_runs("confirmation", BASELINE, 0.3, seeds=8) + make_runs("confirmation", "a", 0.9, seeds=8)
    result = make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], ["a"])
    assert strictly(result)["best"] == BASELINE


def test_numbers_that_do_not_exist_are_null() -> None:
    runs = make_runs("confirmation", BASELINE, 0.3, seeds=6, diverged=range(6))
    runs += make_runs("confirmation", "a", 0.9, seeds=6)
    result = make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], ["a"])
    found = strictly(result)
    assert found["baseline"]["mean"] is None and found["baseline"]["interval"] == [None, None]
    assert found["baseline"]["failures"] == 6
    assert found["finalists"][0]["search_mean"] is None


def test_an_unfinished_study_has_the_same_shape() -> None:
    result = make_result(make_runs("search", BASELINE, 0.3, seeds=3), [make_configuration(BASELINE)])
    found = strictly(result)
    assert set(found) == FIELDS and set(found["baseline"]) == MEASURED
    assert (found["baseline"]["n"], found["finalists"], found["best"]) == (0, [], BASELINE)


def test_parameters_of_any_type_can_be_written() -> None:
    odd = make_configuration(BASELINE, a=np.float32(0.5), b=np.int64(3), c=(1, 2), d=None, e=float("inf"))
    found = strictly(make_result(make_runs("search", BASELINE, 0.3, seeds=1), [odd]))
    params = found["baseline"]["params"]
    assert [params[name] for name in "abcde"] == [0.5, 3, [1, 2], None, None]
