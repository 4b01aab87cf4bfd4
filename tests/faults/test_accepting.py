"""A study that has changed goes on only where that is wanted, and its report says so."""

import json
import shutil
from pathlib import Path

import pytest

import tuner
from tests.calling import Call, one_line
from tests.test_cli import FAST, STUDY, write
from tests.tiny import Recorder, dense_study, numbers, run
from tuner.errors import LedgerError
from tuner.plan import Plan
from tuner.report import summary
from tuner.report.view import facts, warnings
from tuner.result import Result


@pytest.fixture
def folder(whole: tuple[Result, Recorder], tmp_path: Path) -> Path:
    assert whole[0].folder is not None
    return shutil.copytree(whole[0].folder, tmp_path / "run")


def test_accepted_changes_are_recorded_and_said(
    folder: Path, whole: tuple[Result, Recorder], recorder: Recorder
) -> None:
    changed = dense_study(source="another", epochs=3)
    with pytest.raises(LedgerError, match=r"changed since this run began: .*the number of epochs"):
        run(changed, folder)
    result = run(changed, folder, accept_changes=True, reporter=recorder)
    assert recorder.trained == []  # nothing is lost
    assert numbers(result) == numbers(whole[0])
    (told,) = result.setup.changes
    assert "although this changed: " in told and "the number of epochs (2, now 3)" in told
    assert told in summary(result)["notes"]
    assert told in warnings(result)
    assert told in next(fact.text for fact in facts(result) if fact.label == "Notes")
    again = run(changed, folder)  # it is accepted now
    assert again.setup.changes == result.setup.changes
    back = run(dense_study(), folder, accept_changes=True)
    assert len(back.setup.changes) == 2


def test_nothing_is_said_where_nothing_changed(folder: Path) -> None:
    assert run(dense_study(), folder, accept_changes=True).setup.changes == ()


@pytest.mark.parametrize("change", [{"metric": "mae"}, {"name": "other"}])
def test_scores_of_another_kind_are_refused_all_the_same(change: dict[str, str], folder: Path) -> None:
    before = (folder / "run.json").read_bytes()
    with pytest.raises(
        LedgerError, match=r"its runs were made with something else: .*; start over with --fresh"
    ):
        run(dense_study(**change), folder, accept_changes=True)
    assert (folder / "run.json").read_bytes() == before


def test_a_package_in_another_version_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tuner.provenance import versions

    monkeypatch.setattr("tuner.opening.versions", lambda: {**versions(), "keras": "9.9.9"})
    with pytest.raises(LedgerError, match=r"changed since this run began: keras \(.*, now 9\.9\.9\); go on"):
        run(dense_study(), folder)
    assert "keras (" in run(dense_study(), folder, accept_changes=True).setup.changes[0]


def test_the_study_file_is_named_and_accepted_on_the_command_line(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    plan = Plan(search_repeats=1, repeats=2, finalists=1)
    tuner.run(tuner.load_study(path), plan, output=tmp_path / "reports" / "mine")
    write(tmp_path, STUDY + "# changed")
    said = one_line(call("run", path, *FAST))
    assert "changed since this run began: the study's code (sha256 " in said
    assert "--accept-changes" in said and "--fresh" in said and "--output" in said
    status, out, err = call("run", path, *FAST, "--accept-changes", "--json")
    assert status == 0, err
    (note,) = json.loads(out)["notes"]
    assert "the study's code (sha256 " in note
    assert "with 6 runs stored, although" in (tmp_path / "reports/mine/report.html").read_text("utf-8")


def test_a_group_that_was_only_planned_is_planned_anew(tmp_path: Path) -> None:
    """Its values may be others in a study that has changed; nothing of it is lost."""
    with pytest.raises(KeyboardInterrupt):
        run(dense_study(), tmp_path, reporter=Recorder(lambda phase, name, share: name == "trial-1"))
    result = run(dense_study(seed=5, source="other"), tmp_path, accept_changes=True)
    assert {run.configuration for run in result.runs} >= {"trial-0", "trial-1", "trial-2"}
    assert {run.status for run in result.runs} == {"complete"}
