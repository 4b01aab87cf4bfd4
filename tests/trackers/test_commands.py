"""`--tensorboard` and `--mlflow` of `run` and `report`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Call, one_line
from tests.factories import store, usual_result

STUDY = """
from tests.tiny import *
def study(server=""):
    return dense_study(name="", trials=1)
"""
FAST = ("--search-repeats", "1", "--repeats", "2", "--finalists", "1")
RUNS = {f"search/{name}/seed-0" for name in ("baseline", "trial-0")} | {
    f"confirmation/{name}/seed-{seed}" for name in ("baseline", "trial-0") for seed in (0, 1)
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(STUDY)
    return path


def children(uri: str) -> dict[str, str]:
    """The ids of the runs in MLflow, by where they belong; the parent is at the empty path."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("mine")
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    found = {run.data.tags.get("tuner.run", ""): run.info.run_id for run in runs}
    assert len(found) == len(runs)
    return found


def event_files(folder: Path) -> dict[str, int]:
    """When the event files were written, by where they belong."""
    found = folder.rglob("*tfevents*")
    return {str(path.parent.relative_to(folder)): path.stat().st_mtime_ns for path in found}


def test_a_run_is_logged_once_however_often_it_is_told(
    call: Call, study: Path, tmp_path: Path, database: str
) -> None:
    both = ("--tensorboard", "tb", "--mlflow", database)
    secret = ("--set", "server=http://me:secret@host/x")
    status, out, err = call("run", study, *FAST, *secret, "--json", *both)
    assert status == 0, err
    assert json.loads(out)["study"] == "mine"
    runs, files = children(database), event_files(tmp_path / "tb")
    assert set(runs) == {*RUNS, ""}
    assert set(files) == {*RUNS, "."}
    for command in (("run", study, *FAST, *secret), ("report", "reports/mine")):
        status, out, err = call(*command, "--json", *both)
        assert status == 0, err
        assert json.loads(out)["study"] == "mine"
        assert children(database) == runs
        assert event_files(tmp_path / "tb") == files
    command = json.loads((tmp_path / "reports" / "mine" / "run.json").read_text())["content"]["command"]
    assert "--set 'server=http://***@host/x'" in command


def test_a_server_that_goes_away_does_not_take_the_study_along(
    call: Call, study: Path, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    requests = []
    real = MlflowClient.log_batch

    def gone(self: Any, *arguments: Any, **named: Any) -> None:
        requests.append(arguments)
        if len(requests) > 2:
            raise ConnectionError("connection refused")
        real(self, *arguments, **named)

    monkeypatch.setattr(MlflowClient, "log_batch", gone)
    status, out, err = call("run", study, *FAST, "--mlflow", database)
    assert status == 0
    assert "report.html" in out
    assert err.count("MLflow cannot be told any more (connection refused)") == 1
    assert len(requests) == 3
    monkeypatch.setattr(MlflowClient, "log_batch", real)
    status, _, err = call("report", "reports/mine", "--tensorboard", "tb", "--mlflow", database)
    assert (status, err) == (0, "")
    assert set(children(database)) == {*RUNS, ""}
    assert set(event_files(tmp_path / "tb")) == {*RUNS, "."}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--mlflow", "http://me:secret@127.0.0.1:9"), "--mlflow http://***@127.0.0.1:9: cannot be used"),
        (("--mlflow", "nonsense://here"), "--mlflow nonsense://here: cannot be used"),
        (("--tensorboard", "mine.py"), "mine.py: is no folder; give another one"),
    ],
)
def test_a_wrong_place_is_one_line_before_anything_is_trained(
    options: tuple[str, ...], message: str, call: Call, study: Path, tmp_path: Path
) -> None:
    store(usual_result(trials=1, seeds=2), tmp_path / "run")
    for command in (("run", study, *FAST), ("report", "run")):
        assert message in one_line(call(*command, *options))
    assert {path.name for path in tmp_path.iterdir()} <= {"mine.py", "run", "__pycache__"}
    assert not (tmp_path / "run" / "report.html").exists()


@pytest.mark.parametrize("command", ["run", "report"])
def test_a_folder_that_cannot_be_written_is_found_out_before_a_tracker_begins(
    command: str, call: Call, study: Path, tmp_path: Path, database: str
) -> None:
    from mlflow import MlflowClient

    store(usual_result(trials=1, seeds=2), tmp_path / "run")
    (tmp_path / "file").write_text("x")
    what = ("run", study, *FAST) if command == "run" else ("report", "run")
    found = one_line(call(*what, "--output", "file/run", "--mlflow", database, "--tensorboard", "tb"))
    assert "file/run: cannot be written (Not a directory); give another folder with --output" in found
    client = MlflowClient(tracking_uri=database)
    assert [one.name for one in client.search_experiments() if one.name != "Default"] == []
    assert not (tmp_path / "tb").exists()


def test_logs_of_another_study_are_one_line_and_stay(call: Call, tmp_path: Path) -> None:
    store(usual_result(trials=1, seeds=2), tmp_path / "run")
    (tmp_path / "tb").mkdir()
    (tmp_path / "tb" / "tuner.json").write_text('{"folder": "/somewhere", "id": "1"}')
    found = one_line(call("report", "run", "--tensorboard", "tb"))
    assert "--tensorboard tb: holds the logs of /somewhere; give another folder" in found
    assert [path.name for path in (tmp_path / "tb").iterdir()] == ["tuner.json"]
