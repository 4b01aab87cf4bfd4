"""Trials that end after an epoch, because Optuna's pruner says so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest

from tests.tiny import Recorder, build_dense, dense_study, numbers, run
from tuner.errors import TunerError
from tuner.plan import Plan
from tuner.report import write_report
from tuner.result import Result
from tuner.search import Search
from tuner.splits import Splits

PLAN = Plan(trials=10, search_repeats=2, repeats=2, finalists=1, pruner="median")


def searched(result: Result) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in result.runs:
        if one.phase == "search":
            found.setdefault(one.configuration, []).append(one.status)
    return found


@pytest.mark.parametrize("engine", ["vectorized", "fit"])
def test_poor_trials_end_early_and_are_shown(engine: str, tmp_path: Path) -> None:
    result = run(dense_study(epochs=6), tmp_path, PLAN, engine=engine)
    status = searched(result)
    pruned = [name for name, words in status.items() if words == ["pruned", "pruned"]]
    assert pruned
    assert status["baseline"] == ["complete", "complete"]
    assert {word for name, words in status.items() if name not in pruned for word in words} == {"complete"}
    for one in result.runs:
        if one.configuration in pruned:
            assert one.reason.startswith(("pruned after epoch ", "not trained"))
            assert len(one.history.get("loss", ())) < 6
    (study,) = optuna.get_all_study_summaries(f"sqlite:///{tmp_path / 'study.db'}")
    loaded = optuna.load_study(study_name=study.study_name, storage=f"sqlite:///{tmp_path / 'study.db'}")
    states = {trial.user_attrs["configuration"]: trial.state.name for trial in loaded.trials}
    assert {name for name, state in states.items() if state == "PRUNED"} == set(pruned)
    assert result.finalists[0].name not in pruned
    assert "pruned" in write_report(result, tmp_path).read_text("utf-8")


def test_an_interrupted_pruned_search_goes_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a trial had trained and was not in the database: the pruner hears its epochs once more."""
    study = dense_study(epochs=6)
    expected = run(study, tmp_path / "a", PLAN)
    tell = Search.tell

    def killed(search: Search, drawn: Any, *given: Any, **named: Any) -> None:
        if drawn.configuration.name == "trial-3":
            raise KeyboardInterrupt
        tell(search, drawn, *given, **named)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Search, "tell", killed)
        run(study, tmp_path / "b", PLAN)
    interrupted = Recorder(lambda phase, name, share: name == "trial-7")
    with pytest.raises(KeyboardInterrupt):
        run(study, tmp_path / "b", PLAN, reporter=interrupted)
    assert numbers(run(study, tmp_path / "b", PLAN)) == numbers(expected)
    one, other = (trials(tmp_path / name) for name in ("a", "b"))
    assert [trial.intermediate_values for trial in one] == [trial.intermediate_values for trial in other]
    assert len(one[4].intermediate_values) > 1  # the baseline is the first


def test_trials_whose_files_are_damaged_end_where_they_ended(tmp_path: Path) -> None:
    study = dense_study(epochs=6)
    expected = numbers(run(study, tmp_path, PLAN))
    damaged = list((tmp_path / "ledger" / "search").rglob("*trial-*.json"))
    assert len(damaged) == 10
    for path in damaged:
        path.write_bytes(path.read_bytes()[:100])
    assert numbers(run(study, tmp_path, PLAN)) == expected


def trials(folder: Path) -> list[optuna.trial.FrozenTrial]:
    storage = f"sqlite:///{folder / 'study.db'}"
    (study,) = optuna.get_all_study_summaries(storage)
    return optuna.load_study(study_name=study.study_name, storage=storage).trials


def test_the_metric_s_own_curve_decides_where_there_is_one(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        model.compile(optimizer=model.optimizer, loss="mae", metrics=["mse"])
        return model, fit

    run(dense_study(build=build, epochs=3), tmp_path, PLAN)
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    (study,) = optuna.get_all_study_summaries(storage)
    trial = optuna.load_study(study_name=study.study_name, storage=storage).trials[1]
    assert trial.intermediate_values[2] == pytest.approx(trial.value, rel=1e-5)


def test_a_trial_that_diverges_is_no_pruned_one(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        if trial.params["learning_rate"] != 0.01:
            model.optimizer.learning_rate = 1e30
        return model, fit

    result = run(dense_study(build=build), tmp_path, replace(PLAN, trials=2))
    assert {one.status for one in result.runs if one.configuration != "baseline"} == {"diverged"}


def test_an_unknown_pruner_is_refused() -> None:
    with pytest.raises(TunerError, match="pruner 'best' is unknown; use none, median, asha, hyperband"):
        run(dense_study(), Path("never-written"), Plan(pruner="best"))
    assert not Path("never-written").exists()
