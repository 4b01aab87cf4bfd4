"""One configuration over seeds, without a run folder."""

import re
from pathlib import Path

import numpy as np
import pytest

import tuner
from tests.tiny import build_dense, dense_study, lstm_study
from tuner.errors import StudyError, TunerError

RATE = {"learning_rate": 0.02}


def test_shapes() -> None:
    found = tuner.evaluate(lstm_study(), {"units": 2}, seeds=3)
    assert found.scores.shape == (3,)
    assert {name: values.shape for name, values in found.history.items()} == {
        "loss": (3, 2),
        "val_loss": (3, 2),
    }
    assert found.status == ("complete",) * 3
    assert found.seconds > 0
    assert len(set(found.scores)) == 3
    assert np.allclose(found.scores, found.history["val_loss"][:, -1], rtol=1e-5)


def test_the_seeds_are_those_of_a_run(tmp_path: Path) -> None:
    study = dense_study(trials=1)
    result = tuner.run(study, tuner.Plan(search_repeats=2, repeats=3), output=tmp_path)
    assert result.baseline is not None
    on_test = tuner.evaluate(study, study.baseline, seeds=3, split="test")
    on_validation = tuner.evaluate(study, study.baseline, seeds=2)
    assert on_test.scores.tolist() == list(result.baseline.test)
    assert on_validation.scores.tolist() == list(result.baseline.search)


def test_a_diverged_run_has_no_score() -> None:
    found = tuner.evaluate(dense_study(), {"learning_rate": 1e30}, seeds=2)
    assert np.isnan(found.scores).all()
    assert found.status == ("diverged", "diverged")


def test_runs_of_unequal_length_are_padded() -> None:
    lengths = iter((2, 1, 3))  # the check before training builds once

    def build(trial: object, data: object) -> object:
        model, fit = build_dense(trial, data)
        return model, {**fit, "epochs": next(lengths)}

    found = tuner.evaluate(dense_study(build=build), RATE, seeds=2, engine="fit")
    assert np.isfinite(found.history["loss"]).tolist() == [[True, False, False], [True, True, True]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": 0}, "seeds is 0"),
        ({"split": "train"}, "split is 'train'"),
        ({"engine": "fast"}, "engine 'fast' is unknown"),
    ],
)
def test_wrong_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(TunerError, match=message):
        tuner.evaluate(dense_study(), RATE, **options)


def test_wrong_values() -> None:
    with pytest.raises(StudyError, match="no value for 'learning_rate'"):
        tuner.evaluate(dense_study(), {})
    with pytest.raises(StudyError, match="'unitz'"):
        tuner.evaluate(dense_study(), {**RATE, "unitz": 1})


def test_a_metric_that_raises_is_found_before_training() -> None:
    study = dense_study(metric=lambda true, predicted: 1 / 0, direction="minimize")
    with pytest.raises(StudyError, match="the metric, tried on 'params', raises ZeroDivisionError"):
        tuner.evaluate(study, RATE, seeds=1)


def test_validation_at_every_second_epoch_stands_there() -> None:
    def build(trial: object, data: object) -> object:
        model, fit = build_dense(trial, data)
        return model, {**fit, "epochs": 5, "validation_freq": 2}

    found = tuner.evaluate(dense_study(build=build), RATE, seeds=2, engine="fit")
    assert found.history["loss"].shape == found.history["val_loss"].shape == (2, 5)
    assert np.isfinite(found.history["loss"]).all()
    assert np.isfinite(found.history["val_loss"]).tolist() == [[False, True, False, True, False]] * 2


@pytest.fixture(scope="module")
def made() -> tuner.Evaluation:
    history = {"loss": np.array([[3.0, 2.0], [2.0, 1.0], [4.0, np.nan]]), "val_loss": np.full((3, 2), np.nan)}
    scores = np.array([0.5, 0.25, np.nan])
    return tuner.Evaluation(scores, history, ("complete", "complete", "diverged"), 1234.5, "mse", "test")


def test_it_shows_itself(made: tuner.Evaluation) -> None:
    lines = str(made).splitlines()
    assert lines[0] == "mse on the test split: 3 runs"
    summary = tuner.describe(made.scores)
    assert f"mean                {summary.interval.beside(0.375)}" in str(made)
    assert "last loss, median   2" in str(made) and "last val_loss, median" not in str(made)
    assert "seconds             1,234.5" in str(made)
    assert lines[-1] == "note: 1 of 3 runs diverged"
    assert "array(" not in str(made) + repr(made)
    assert repr(made) == "<Evaluation of mse on the test split: mean 0.375; 3 runs>"
    assert "<td" in made._repr_html_() and "1 of 3 runs diverged" in made._repr_html_()


def test_runs_that_all_diverged_show_themselves_too() -> None:
    lost = tuner.Evaluation(np.full(2, np.nan), {}, ("diverged",) * 2, 0.1, "a\x1b[31m" + "x" * 200)
    assert repr(lost).endswith(": no scores; 2 runs>") and "\x1b" not in repr(lost) + str(lost)
    assert "note: 2 of 2 runs diverged" in str(lost)
    assert not re.search(r"\b(nan|inf|None)\b", str(lost))


def test_what_was_evaluated_knows_what_it_is() -> None:
    found = tuner.evaluate(dense_study(), RATE, seeds=1, split="test")
    assert (found.metric, found.split) == ("mse", "test")
    assert str(found).startswith("mse on the test split: 1 run\n")
