"""The table of diagnoses says what `tuner diagnose` says, of the same configurations."""

from dataclasses import replace

import numpy as np

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.diagnosing import diagnose_result
from tuner.records import BASELINE
from tuner.report.diagnoses import diagnosis_table
from tuner.report.panels.learning_curves import LEARNING_CURVES


def test_a_row_for_the_baseline_and_every_finalist() -> None:
    result = usual_result()
    table, found = diagnosis_table(result), diagnose_result(result)
    assert [row[0].text for row in table.rows] == [one.name for one in found]
    assert [row[0].text for row in table.rows] == [BASELINE, *(one.name for one in result.finalists)]
    for row, one in zip(table.rows, found, strict=True):
        assert row[1].text == one.diagnosis.words
        assert row[2].sort == one.diagnosis.agreement
        assert row[3].text == one.diagnosis.advice
        assert row[4].text.startswith(one.diagnosis.finding)
    assert "runs of the search" not in table.remark


def test_seeds_that_diverged_stand_out() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=5, diverged=range(5))
    (row,) = diagnosis_table(make_result(runs, [make_configuration(BASELINE)])).rows
    assert (row[1].text, row[1].badge, row[2].text) == ("diverged", "lost", "5 of 5")


def test_before_confirmation_the_runs_of_the_search_are_read() -> None:
    runs = make_runs("search", BASELINE, 0.04, seeds=3)
    table = diagnosis_table(make_result(runs, [make_configuration(BASELINE)]))
    assert len(table.rows) == 1 and "runs of the search" in table.remark


def test_without_runs_there_is_no_table() -> None:
    assert diagnosis_table(make_result([], [])).rows == ()


def test_an_epoch_of_the_median_curve_is_not_called_one_of_a_seed() -> None:
    """Seeds that are each too noisy to be read, whose median curve overfits."""
    epochs = np.arange(60)
    turning = 0.2 + 0.8 * np.exp(-epochs / 5) + 0.004 * np.maximum(epochs - 25, 0)
    runs = []
    for run in make_runs("confirmation", BASELINE, 0.04, seeds=30, epochs=60):
        noise = np.random.default_rng(run.seed_index).normal(0.0, 0.12, epochs.size)
        history = {"loss": tuple(np.exp(-epochs / 5).tolist()), "val_loss": tuple((turning + noise).tolist())}
        runs.append(replace(run, history=history))
    result = make_result(runs, [make_configuration(BASELINE)])
    (found,) = diagnose_result(result)
    assert found.diagnosis.label == "overfit" and "in the median curve" in found.diagnosis.finding
    (hint,) = [column.hint for column in diagnosis_table(result).columns if column.title == "Diagnosis"]
    caption = LEARNING_CURVES.caption(result).text
    assert "of the median curve where that decides" in hint
    assert "overfits, by that diagnosis" in caption and "median seed" not in caption
