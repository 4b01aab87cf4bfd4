"""`tuner report`: formats, places, several studies, and a page that follows a run that goes on."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Call, one_line
from tests.comparing.test_studies import study
from tests.factories import make_configuration, make_result, make_runs, store, usual_result
from tuner.records import BASELINE
from tuner.report import live

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_usual_formats_are_written_into_the_run_folder(call: Call, tmp_path: Path) -> None:
    before = names(store(usual_result(), tmp_path / "run"))
    status, out, _ = call("report", "run")
    assert status == 0 and out.splitlines()[-1] == f"report: {Path('run/report.html')}"
    assert names(tmp_path / "run") - before == {"report.html", "figures", "scores.csv", "summary.json"}


def test_formats_and_place_can_be_chosen(call: Call, tmp_path: Path) -> None:
    before = names(store(usual_result(), tmp_path / "run"))
    status, out, _ = call("report", "run", "--format", "latex, markdown", "--output", "paper/tables")
    assert status == 0
    assert names(tmp_path / "paper" / "tables") == {"table.tex", "report.md", "figures"}
    assert f"wrote {Path('paper/tables/table.tex')}" in out and "report: " not in out
    assert names(tmp_path / "run") == before
    status, out, err = call("report", "run", "--format", "csv", "--json")
    assert (status, err) == (0, "") and json.loads(out)["best"] == "trial-1"
    assert names(tmp_path / "run") - before == {"scores.csv"}


def test_files_of_other_formats_do_not_grow_stale(call: Call, tmp_path: Path) -> None:
    store(usual_result(), tmp_path / "run")
    (tmp_path / "run" / "table.tex").write_text("old")
    call("report", "run", "--format", "json")
    assert (tmp_path / "run" / "table.tex").read_text() == "old"
    call("report", "run")
    assert (tmp_path / "run" / "table.tex").read_text().startswith("% needs")
    assert not (tmp_path / "run" / "report.md").exists()


def test_several_studies_are_put_beside_each_other(call: Call, tmp_path: Path) -> None:
    store(study(0.6), tmp_path / "lstm")
    store(study(0.5, seed=1), tmp_path / "gru")
    status, out, err = call("report", "lstm", "gru")
    assert (status, err) == (0, "")
    assert out.startswith("✓ gru is better than lstm.") and "lstm:baseline" in out
    page = Path("reports/comparison/comparison.html")
    assert out.splitlines()[-1] == f"report: {page}"
    assert names(tmp_path / page.parent) == {
        "comparison.html",
        "comparison.csv",
        "comparison.json",
        "figures",
    }
    status, out, _ = call("report", "lstm", "gru", "--json", "--format", "latex", "--output", "paper")
    assert json.loads(out)["answer"] == "gru is better than lstm"
    assert names(tmp_path / "paper") == {"comparison.tex"}


def test_files_of_several_studies_do_not_grow_stale(call: Call, tmp_path: Path) -> None:
    store(study(0.6), tmp_path / "lstm")
    store(study(0.5, seed=1), tmp_path / "gru")
    (tmp_path / "both").mkdir()
    (tmp_path / "both" / "comparison.tex").write_text("old")
    call("report", "lstm", "gru", "--output", "both")
    assert (tmp_path / "both" / "comparison.tex").read_text().startswith("% needs")
    assert not (tmp_path / "both" / "comparison.md").exists()


def test_studies_that_cannot_be_compared_are_shown_without_a_verdict(call: Call, tmp_path: Path) -> None:
    store(study(0.6), tmp_path / "lstm")
    store(study(0.5, metric="mae"), tmp_path / "gru")
    status, out, _ = call("report", "lstm", "gru")
    assert status == 0 and "cannot be compared" in out and "different metrics" in out
    for word in ("better than", "worse than", "equivalent to"):
        assert word not in out


WRONG = [
    ((), "RUN"),
    (
        ("run", "--format", "pdf"),
        "--format 'pdf' is unknown; choose from html, png, csv, json, latex, markdown",
    ),
    (("run", "--format", "html,"), "--format '' is unknown"),
    (("run", "--format", ""), "--format '' is unknown"),
    (("run", "lstm", "--watch"), "--watch follows one run folder"),
    (("run", "--watch", "--format", "csv"), "add html to --format"),
    (("scores.csv", "--watch"), "scores.csv: is a file and no run folder"),
    (
        ("run", "--output", "scores.csv"),
        "scores.csv: cannot be written (Not a directory); give another folder",
    ),
    (("run", "--output", "scores.csv/x", "--mlflow", "sqlite:///new.db"), "scores.csv/x: cannot be written"),
    (("run", "lstm", "--output", "scores.csv"), "scores.csv: cannot be written (Not a directory); give"),
    (("run", "run"), "is given twice"),
    (("run", "missing"), "missing: no such run folder or file"),
    (("run", "scores.csv"), "scores.csv: is no run folder"),
    (("run", "lstm", "--output", "run"), "run: is a run folder; choose another one with --output"),
    (("begun", "--output", "run"), "run: is another run folder; choose another place with --output"),
    (("run", "begun"), "begun: its confirmation has not finished"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(given) for given, _ in WRONG])
def test_a_mistake_is_one_line_and_nothing_is_written(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    store(usual_result(), tmp_path / "run")
    store(study(0.6), tmp_path / "lstm")
    store(
        make_result(make_runs("search", BASELINE, 1.0, seeds=2), [make_configuration(BASELINE)]),
        tmp_path / "begun",
    )
    (tmp_path / "scores.csv").write_text("score\n1\n2\n")
    before = names(tmp_path / "run"), names(tmp_path)
    assert message in one_line(call("report", *arguments))
    assert before == (names(tmp_path / "run"), names(tmp_path))


def test_ctrl_c_leaves_a_page_that_stands_still(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(
        make_result(make_runs("search", BASELINE, 1.0, seeds=2), [make_configuration(BASELINE)]),
        tmp_path / "run",
    )
    pages = []

    def interrupt(*_: Any) -> None:
        pages.append((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))
        raise KeyboardInterrupt

    real = live.follow
    monkeypatch.setattr(live, "follow", lambda folder, **_: real(folder, sleep=interrupt))
    status, out, err = call("report", "run", "--watch")
    assert status == 130 and "Traceback" not in err
    assert "watching run: 2 search and 0 confirmation runs" in err and "No verdict yet" in out
    assert 'http-equiv="refresh"' in pages[0]
    assert 'http-equiv="refresh"' not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_ctrl_c_while_there_is_no_run_yet_writes_nothing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    real = live.wait_for_run
    monkeypatch.setattr(live, "wait_for_run", lambda folder, tell: real(folder, tell, sleep=interrupt))
    status, out, err = call("report", "later", "--watch", "--json")
    assert (status, out) == (130, "") and "Traceback" not in err
    assert "waiting for a run in later, where there is none yet; Ctrl-C ends" in err
    assert "left before a run began; nothing was written" in err
    assert list(tmp_path.iterdir()) == []


STUDY = """
import time
from tests.tiny import *
def build(trial, data):
    time.sleep(0.3)
    return build_dense(trial, data)
study = dense_study(name="", trials=3, build=build)
"""
FAST = ("--search-repeats", "1", "--repeats", "2", "--finalists", "1")


def test_a_run_that_goes_on_is_followed_to_its_end(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(STUDY)
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    running = subprocess.Popen(
        [sys.executable, "-m", "tuner", "run", "mine.py", *FAST],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    folder, pages = tmp_path / "reports" / "mine", []
    real = live.write_formats

    def kept(*arguments: Any, **options: Any) -> Any:
        written = real(*arguments, **options)
        pages.append((folder / "report.html").read_text(encoding="utf-8"))
        return written

    def patient(_: float) -> None:
        assert running.poll() is None  # else nothing would ever begin
        time.sleep(0.1)

    begun = live.wait_for_run
    monkeypatch.setattr(live, "wait_for_run", lambda folder, tell: begun(folder, tell, sleep=patient))
    monkeypatch.setattr(live, "write_formats", kept)
    monkeypatch.setattr(live, "PAUSE", 0.2)
    try:
        status, out, err = call("report", folder, "--watch")
        assert running.wait(60) == 0
    finally:
        running.kill()
    assert status == 0 and "report: " in out and "waiting for a run" in err and "watching" in err
    assert pages and all('http-equiv="refresh"' in page for page in pages)
    assert all("No verdict yet" in page for page in pages)
    last = (folder / "report.html").read_text(encoding="utf-8")
    assert 'http-equiv="refresh"' not in last and "No verdict yet" not in last
