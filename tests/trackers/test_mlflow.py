"""MLflow has every run as the ledger has it, once, under the run of its study."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import BEGAN, make_configuration, make_runs, make_setup, timed, usual_result
from tuner.errors import TunerError
from tuner.records import BASELINE, Configuration, Run
from tuner.result import Result
from tuner.trackers import accepted, conclusion_of, export
from tuner.trackers.base import run_path
from tuner.trackers.mlflow import MLflow

SETUP = make_setup(identity="ab" * 16)


class Server:
    """What MLflow has at a URI, read with a client of its own."""

    def __init__(self, uri: str) -> None:
        from mlflow import MlflowClient

        self.uri = uri
        self.client = MlflowClient(tracking_uri=uri)

    def runs(self, study: str = "encdec_sine") -> list[Any]:
        experiment = self.client.get_experiment_by_name(study)
        return list(self.client.search_runs([experiment.experiment_id], max_results=1000))

    def parent(self) -> Any:
        (parent,) = [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]
        return parent

    def children(self) -> dict[str, Any]:
        """The runs below the one parent, by where they belong."""
        parent = self.parent().info.run_id
        found = [run for run in self.runs() if run.data.tags.get("mlflow.parentRunId") == parent]
        assert len(found) == len(self.runs()) - 1
        by_path = {run.data.tags["tuner.run"]: run for run in found}
        assert len(by_path) == len(found)
        return by_path

    def curve(self, run: Any, name: str) -> dict[int, float]:
        return {one.step: one.value for one in self.client.get_metric_history(run.info.run_id, name)}

    def tracker(self, setup: Any = SETUP) -> MLflow:
        tracker = MLflow(self.uri, setup.study, Path("run"))
        tracker.begin(setup)
        return tracker

    def logged(self, configuration: Configuration, *runs: Run) -> Any:
        """The last of these runs, logged."""
        self.tracker().log(configuration, runs)
        return self.children()[run_path(runs[-1])]


@pytest.fixture
def server(database: str) -> Iterator[Server]:
    yield Server(database)


def exported(server: Server, result: Result) -> None:
    export(result, [MLflow(server.uri, result.setup.study, Path("run"))])


def test_every_run_is_there_with_its_values_curves_and_scores(server: Server) -> None:
    result = usual_result(trials=2, seeds=2)
    exported(server, result)
    children = server.children()
    assert set(children) == {run_path(run) for run in result.runs}
    for run in result.runs:
        seen = children[run_path(run)]
        params = result.configurations[run.configuration].params
        assert seen.data.params == {name: str(value) for name, value in params.items()}
        assert (seen.data.tags["tuner.phase"], seen.data.tags["tuner.configuration"]) == (
            run.phase,
            run.configuration,
        )
        assert (seen.data.tags["tuner.seed_index"], seen.data.tags["tuner.status"]) == (
            str(run.seed_index),
            "complete",
        )
        scores = {f"score/{split}": score for split, score in run.scores.items()}
        last = {name: values[-1] for name, values in run.history.items()}
        assert seen.data.metrics == {**last, **scores, "run/seconds": run.seconds}
        assert seen.info.status == "FINISHED"
        assert seen.info.end_time - seen.info.start_time == pytest.approx(run.seconds * 1000, abs=1)
    run = result.runs[-1]
    assert server.curve(children[run_path(run)], "loss") == dict(enumerate(run.history["loss"], start=1))


def test_an_export_tells_when_the_runs_were_trained(server: Server) -> None:
    result = timed(usual_result(trials=1, seeds=2))
    exported(server, result)
    children = server.children()
    for group in result.groups:
        assert group.started is not None
        end = group.started + sum(run.seconds for run in group.runs)
        assert {children[run_path(run)].info.end_time for run in group.runs} == {round(end * 1000)}
    parent = server.parent().info
    assert parent.start_time == round(BEGAN * 1000)
    assert parent.end_time == max(run.info.end_time for run in children.values())
    exported(server, result)
    assert (server.parent().info.start_time, server.parent().info.end_time) == (
        parent.start_time,
        parent.end_time,
    )


def test_an_export_of_runs_without_times_is_of_now(server: Server) -> None:
    before = round(time.time() * 1000)
    exported(server, usual_result(trials=1, seeds=2))
    parent = server.parent().info
    assert before <= parent.start_time <= parent.end_time <= round(time.time() * 1000) + 1000


def test_the_parent_has_the_settings_and_the_verdict(server: Server) -> None:
    options = {"n_train": 2048, "api_token": "xyzzy"}
    result = usual_result(trials=2, seeds=5, complete=True, options=options)
    exported(server, result)
    parent, found = server.parent(), conclusion_of(result)
    assert (parent.info.status, parent.info.run_name) == ("FINISHED", "encdec_sine")
    told = {"metric": "mse", "margin": "None", "option.n_train": "2048", "option.api_token": "***"}
    assert {**parent.data.params, **told} == parent.data.params
    tags = parent.data.tags
    assert (tags["tuner.verdict"], tags["tuner.best"]) == (found.word, "trial-1")
    assert (tags["tuner.claim"], tags["tuner.evidence"]) == (found.claim, found.evidence)
    assert tags["tuner.verdict.trial-1"] == "better"
    assert tags["mlflow.note.content"] == found.markdown
    assert parent.data.metrics == found.numbers
    assert set(server.curve(parent, f"{BASELINE}/test_mean")) == {5}


def test_what_is_there_is_not_logged_again(server: Server) -> None:
    result = usual_result(trials=1, seeds=2)
    exported(server, result)
    before = {path: run.info.run_id for path, run in server.children().items()}
    exported(server, result)
    assert {path: run.info.run_id for path, run in server.children().items()} == before
    assert len(server.client.get_metric_history(server.parent().info.run_id, "baseline/test_mean")) == 1


def test_more_seeds_join_those_that_are_there(server: Server) -> None:
    exported(server, usual_result(trials=1, seeds=2, identity="ab" * 16))
    before = {run.info.run_id for run in server.runs()}
    more = usual_result(trials=1, seeds=3, identity="ab" * 16)
    exported(server, more)
    assert before < {run.info.run_id for run in server.runs()}
    assert len(server.children()) == len(more.runs)
    assert set(server.curve(server.parent(), "baseline/test_mean")) == {2, 3}


def test_a_folder_that_was_started_over_is_another_parent(server: Server) -> None:
    for identity in ("ab" * 16, "cd" * 16):
        exported(server, usual_result(trials=1, seeds=2, identity=identity))
    parents = [run for run in server.runs() if "mlflow.parentRunId" not in run.data.tags]
    assert len(parents) == 2
    assert len(server.runs()) == 2 * (1 + len(usual_result(trials=1, seeds=2).runs))


def test_a_run_with_other_numbers_takes_the_place_of_the_old_one(server: Server) -> None:
    configuration, run = make_configuration("trial-0"), make_runs("search", "trial-0", 0.05, seeds=1)[0]
    old = server.logged(configuration, run)
    new = server.logged(configuration, replace(run, history={"loss": (3.0, 2.0)}))
    assert old.info.run_id != new.info.run_id
    assert server.curve(new, "loss") == {1: 3.0, 2: 2.0}


def test_a_run_that_was_logged_by_half_is_logged_again(server: Server) -> None:
    configuration, run = make_configuration("trial-0"), make_runs("search", "trial-0", 0.05, seeds=1)[0]
    tracker = server.tracker()

    def lost(*_: Any, **__: Any) -> None:
        raise ConnectionError

    tracker._client.log_batch = lost
    with pytest.raises(ConnectionError):
        tracker.log(configuration, [run])
    half = server.children()[run_path(run)]
    assert (half.info.status, half.data.metrics) == ("RUNNING", {})
    whole = server.logged(configuration, run)
    assert (whole.info.status, len(server.curve(whole, "loss"))) == ("FINISHED", 12)


@pytest.mark.parametrize(
    ("status", "shown"),
    [("complete", "FINISHED"), ("pruned", "KILLED"), ("diverged", "FAILED"), ("failed", "FAILED")],
)
def test_the_status_of_a_run_and_its_reason_are_shown(status: Any, shown: str, server: Server) -> None:
    run = make_runs("search", "trial-0", 0.05, seeds=1)[0]
    if status != "complete":
        run = replace(run, status=status, reason="why", scores={"validation": math.nan}, history={})
    seen = server.logged(make_configuration("trial-0"), run)
    assert (seen.info.status, seen.data.tags["tuner.status"]) == (shown, status)
    assert seen.data.tags.get("tuner.reason") == (None if status == "complete" else "why")
    assert ("score/validation" in seen.data.metrics) is (status == "complete")


def test_numbers_that_are_none_are_left_out(server: Server) -> None:
    history = {"loss": (1.0, math.nan, math.inf, 0.5), "val_loss": (math.nan,)}
    run = replace(make_runs("search", "trial-0", 0.05, seeds=1)[0], history=history)
    seen = server.logged(make_configuration("trial-0"), run)
    assert server.curve(seen, "loss") == {1: 1.0, 4: 0.5}
    assert "val_loss" not in seen.data.metrics


def test_validation_at_every_tenth_epoch_is_logged_there(server: Server) -> None:
    history = {"loss": tuple(map(float, range(25))), "val_loss": (2.0, 3.0)}
    run = replace(make_runs("search", "trial-0", 0.05, seeds=1)[0], history=history)
    seen = server.logged(make_configuration("trial-0"), run)
    assert server.curve(seen, "val_loss") == {10: 2.0, 20: 3.0}
    assert server.curve(seen, "run/seconds") == {25: run.seconds}


def test_hostile_names_and_long_values_are_taken(server: Server) -> None:
    name = "../'; drop table \u202e<b>\0" + "ü" * 300
    params = {"": 1, "a" * 300: 2, "../x": 3, "a=b": "y" * 2000, "//": None, "ok/name": "\0\ud800"}
    run = make_runs("search", "trial-0", 0.05, seeds=1)[0]
    run = replace(run, configuration=name, history={"mean squared (error)": (1.0,)}, status="failed")
    run = replace(run, reason="r" * 20_000)
    seen = server.logged(Configuration(name, params), run)
    assert len(seen.data.params) == len(params)
    assert sorted(seen.data.params.values()) == sorted(["1", "2", "3", "y" * 499 + "…", "None", " ?"])
    assert seen.data.params["ok/name"] == " ?"
    assert len(seen.data.tags["tuner.reason"]) == 5000
    assert seen.data.tags["tuner.configuration"] == name.replace("\0", " ")
    assert len(seen.data.metrics) == 1 + len(run.scores) + 1
    again = server.logged(Configuration(name, params), run)
    assert again.info.run_id == seen.info.run_id


def test_long_curves_and_many_values_go_in_several_requests(server: Server) -> None:
    history = {name: tuple(map(float, range(1, 1301))) for name in ("loss", "val_loss")}
    run = replace(make_runs("search", "trial-0", 0.05, seeds=1)[0], history=history)
    params = {f"p{number}": number for number in range(230)}
    seen = server.logged(Configuration("trial-0", params), run)
    for name in history:
        assert server.curve(seen, name) == {step: float(step) for step in range(1, 1301)}
    assert seen.data.params == {name: str(value) for name, value in params.items()}


def test_a_request_is_within_the_limits() -> None:
    limits = {"metrics": 1000, "params": 100, "tags": 100}
    told = {kind: 0 for kind in limits}
    values = {f"n{number}": number for number in range(350)}
    for request in accepted.requests(list(range(2100)), values, values):
        assert all(len(request[kind]) <= most for kind, most in limits.items())
        assert sum(map(len, request.values())) <= 1000
        told = {kind: told[kind] + len(request[kind]) for kind in limits}
    assert told == {"metrics": 2100, "params": 350, "tags": 350}
    assert list(accepted.requests([], {}, {})) == []


@pytest.mark.parametrize(
    ("ending", "status"), [("finished", "FINISHED"), ("interrupted", "KILLED"), ("failed", "FAILED")]
)
def test_the_parent_shows_how_the_session_ended(ending: Any, status: str, server: Server) -> None:
    tracker = server.tracker()
    assert server.parent().info.status == "RUNNING"
    tracker.end(ending)
    assert server.parent().info.status == status
    server.tracker()
    assert server.parent().info.status == "RUNNING"


def test_one_that_never_began_has_no_end(server: Server) -> None:
    MLflow(server.uri, "unused", Path("run")).end("failed")
    assert server.client.get_experiment_by_name("unused") is None


def test_a_deleted_experiment_is_one_line(server: Server) -> None:
    server.tracker()
    server.client.delete_experiment(server.client.get_experiment_by_name("encdec_sine").experiment_id)
    with pytest.raises(TunerError, match=r"experiment 'encdec_sine' is deleted there; restore or rename it"):
        MLflow(server.uri, "encdec_sine", Path("run"))


@pytest.mark.parametrize(
    "uri",
    [
        "http://me:secret@127.0.0.1:9",
        "http://me:my secret@127.0.0.1:9",
        "nonsense://somewhere",
        "sqlite:///missing/folder/mlflow.db",
        "sqlite:///text.db",
        "postgresql://me:secret@127.0.0.1:9/x",
        "",
    ],
)
def test_a_place_that_cannot_be_used_is_one_line_without_a_password(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.db").write_text("this is no database, and long enough to tell" * 20)
    with pytest.raises(TunerError, match="cannot be used") as caught:
        MLflow(uri, "study", tmp_path / "run")
    assert "secret" not in str(caught.value)
    assert "sqlite:///mlflow.db" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["text.db"]
