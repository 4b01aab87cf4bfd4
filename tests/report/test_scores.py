"""scores.csv: the columns that scripts rely on, and numbers that survive the round trip."""

import csv
import io
import math

import pandas as pd

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE, Run
from tuner.report.scores import scores_csv


def test_one_row_for_each_run_and_split() -> None:
    result = usual_result()
    frame = result.frame()
    assert list(frame.columns[:6]) == ["phase", "configuration", "seed_index", "split", "status", "score"]
    assert list(frame.columns[6:]) == [
        f"param:{name}" for name in ("units", "layers", "dropout", "optimizer", "learning_rate")
    ]
    assert len(frame) == sum(len(run.scores) for run in result.runs)
    mine = frame.query("phase == 'confirmation' and configuration == 'trial-1' and split == 'test'")
    finalist = next(one for one in result.finalists if one.name == "trial-1")
    assert tuple(mine["score"]) == finalist.test
    assert set(mine["param:units"]) == {finalist.configuration.params["units"]}


def test_floats_come_back_exactly_and_missing_scores_are_empty() -> None:
    result = usual_result()
    back = list(csv.DictReader(io.StringIO(scores_csv(result))))
    frame = result.frame()
    written = [float(row["score"]) if row["score"] else None for row in back]
    assert written == [score if math.isfinite(score) else None for score in frame["score"]]
    assert [float(row["param:learning_rate"]) for row in back] == frame["param:learning_rate"].tolist()
    assert None in written
    lost = next(line for line in scores_csv(result).splitlines() if ",diverged," in line)
    assert ",diverged,," in lost


def test_whole_numbers_stay_whole_where_a_configuration_lacks_them() -> None:
    names = {BASELINE: {"layers": 2}, "a": {"layers": 2, "kernel": 3}}
    configurations = [make_configuration(name, **extra) for name, extra in names.items()]
    runs = make_runs("search", BASELINE, 0.04, seeds=1) + make_runs("search", "a", 0.04, seeds=1)
    header, first, second = scores_csv(make_result(runs, configurations)).splitlines()
    assert header.endswith("param:kernel")
    assert first.endswith(",") and second.endswith(",3")


def test_a_run_without_scores_keeps_a_row() -> None:
    runs = [Run("confirmation", BASELINE, 0, "failed", {}, {}, 0.0, "out of memory")]
    runs += make_runs("confirmation", BASELINE, 0.04, seeds=2)[1:]
    frame = make_result(runs, [make_configuration(BASELINE)]).frame()
    first = frame.to_dict("records")[0]
    assert (first["split"], first["status"]) == ("test", "failed")
    assert math.isnan(frame["score"].tolist()[0])


def test_names_that_need_quotes_come_back() -> None:
    name = 'a,"b"\nc'
    result = make_result(make_runs("search", name, 0.1, seeds=1), [make_configuration(name)])
    assert pd.read_csv(io.StringIO(scores_csv(result)))["configuration"].tolist() == [name]


def test_no_runs_give_a_table_with_columns() -> None:
    frame = make_result([], [make_configuration(BASELINE)]).frame()
    assert len(frame) == 0 and "score" in frame.columns
