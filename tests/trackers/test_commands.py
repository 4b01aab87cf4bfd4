"""`--tensorboard` and `--mlflow` of `run` and `report`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Call, one_line

STUDY = "from tests.tiny import *\nstudy = dense_study(name='', trials=1)\n"
FAST = ("--search-repeats", "1", "--repeats", "2", "--finalists", "1")
URI = "sqlite:///mlflow.db"
BOTH = ("--tensorboard", "tb", "--mlflow", URI)
RUNS = {f"search/{name}/seed-0" for name in ("baseline", "trial-0")} | {
    f"confirmation/{name}/seed-{seed}" for name in ("baseline", "trial-0") for seed in (0, 1)
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(STUDY)
    return path


def children(folder: Path) -> dict[str, str]:
    """The ids of the runs in MLflow, by where they belong; the parent has none."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")
    experiment = client.get_experiment_by_name("mine")
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    found = {run.data.tags.get("tuner.run", ""): run.info.run_id for run in runs}
    assert len(found) == len(runs)
    return found


def event_files(folder: Path) -> dict[str, int]:
    """When the event files were written, by where they belong."""
    return {
        str(path.parent.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*tfevents*")
    }


def test_a_run_is_logged_once_however_often_it_is_resumed(
    call: Call, study: Path, tmp_path: Path, database: str
) -> None:
    status, out, err = call("run", study, *FAST, "--json", *BOTH)
    assert status == 0, err
    assert json.loads(out)["study"] == "mine"
    runs, files = children(tmp_path), event_files(tmp_path / "tb")
    assert set(runs) == {*RUNS, ""}
    assert set(files) == {*RUNS, "."}
    for command in (("run", study, *FAST), ("report", "reports/mine")):
        status, out, err = call(*command, "--json", *BOTH)
        assert status == 0, err
        assert json.loads(out)["study"] == "mine"
        assert children(tmp_path) == runs
        assert event_files(tmp_path / "tb") == files


def test_a_finished_run_is_exported(call: Call, study: Path, tmp_path: Path, database: str) -> None:
    assert call("run", study, *FAST)[0] == 0
    assert not (tmp_path / "tb").exists()
    status, _, err = call("report", "reports/mine", *BOTH)
    assert (status, err) == (0, "")
    assert set(children(tmp_path)) == {*RUNS, ""}
    assert set(event_files(tmp_path / "tb")) == {*RUNS, "."}


def test_a_server_that_goes_away_does_not_take_the_study_along(
    call: Call, study: Path, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    real, requests = MlflowClient.log_batch, []

    def gone(self: Any, *arguments: Any, **named: Any) -> None:
        requests.append(arguments)
        if len(requests) > 2:
            raise ConnectionError("connection refused")
        real(self, *arguments, **named)

    monkeypatch.setattr(MlflowClient, "log_batch", gone)
    status, out, err = call("run", study, *FAST, *BOTH)
    assert status == 0
    assert "report.html" in out
    assert err.count("MLflow cannot be told any more (connection refused)") == 1
    assert len(requests) == 3
    assert set(event_files(tmp_path / "tb")) == {*RUNS, "."}
    monkeypatch.setattr(MlflowClient, "log_batch", real)
    assert call("report", "reports/mine", *BOTH)[0] == 0
    assert set(children(tmp_path)) == {*RUNS, ""}


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
    assert message in one_line(call("run", study, *FAST, *options))
    assert {path.name for path in tmp_path.iterdir()} <= {"mine.py", "__pycache__"}


def test_logs_of_another_study_are_one_line_and_stay(call: Call, study: Path, tmp_path: Path) -> None:
    assert call("run", study, *FAST, "--tensorboard", "tb")[0] == 0
    files = event_files(tmp_path / "tb")
    other = study.rename(tmp_path / "other.py")
    found = one_line(call("run", other, *FAST, "--tensorboard", "tb"))
    assert "holds the logs of" in found and "give another folder" in found
    assert event_files(tmp_path / "tb") == files
    assert not (tmp_path / "reports" / "other" / "ledger").exists()


def test_a_password_is_not_kept(call: Call, study: Path, tmp_path: Path) -> None:
    study.write_text(
        "from tests.tiny import *\ndef study(server=''): return dense_study(name='', trials=1)\n", "utf-8"
    )
    assert call("run", study, *FAST, "--set", "server=http://me:secret@host/x")[0] == 0
    command = json.loads((tmp_path / "reports" / "mine" / "run.json").read_text())["content"]["command"]
    assert command.endswith("--set server=http://***@host/x")
