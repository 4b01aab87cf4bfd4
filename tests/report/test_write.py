"""The files of a report, and that each is there whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.factories import make_configuration, make_result, make_runs, store, timed, usual_result
from tuner.diagnosis import Diagnosis, diagnose
from tuner.files import write_whole
from tuner.folder import clear
from tuner.records import BASELINE
from tuner.report import write_report
from tuner.report.panels import PANELS
from tuner.report.panels.learning_curves import LEARNING_CURVES
from tuner.report.write import FILES, FORMATS, write_formats


def test_all_files_of_the_contract_are_written(tmp_path: Path) -> None:
    page = write_report(timed(usual_result(trials=12, sampler="random")), tmp_path / "new" / "folder")
    folder = page.parent
    assert page.name == "report.html" and page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "figures",
        "scores.csv",
        "summary.json",
    }
    kept = {panel.key for panel in PANELS if panel.section != "predictions"}  # none of them are kept
    # The data are the same for every seed, and no sizes were asked for.
    drawn = kept - {"pairs", "train_sizes", "ensemble_sizes"}
    assert {path.name for path in (folder / "figures").iterdir()} == {f"{key}.png" for key in drawn}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in (folder / "figures").iterdir())
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["best"] == "trial-1"
    assert len(pd.read_csv(folder / "scores.csv")) > 0


def test_a_rebuilt_report_is_the_same_and_keeps_foreign_files(tmp_path: Path) -> None:
    first = write_report(usual_result(), tmp_path).read_bytes()
    (tmp_path / "figures" / "mine.png").write_bytes(b"mine")
    assert write_report(usual_result(), tmp_path).read_bytes() == first
    assert (tmp_path / "figures" / "mine.png").read_bytes() == b"mine"


def test_figures_that_no_longer_exist_are_removed(tmp_path: Path) -> None:
    write_report(usual_result(), tmp_path)
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=5)
    write_report(make_result(runs, [make_configuration(BASELINE)]), tmp_path)
    left = {"scores.png", "learning_curves.png", "growth.png"}
    assert {path.name for path in (tmp_path / "figures").iterdir()} == left


def test_every_file_of_a_report_is_known_as_ours(tmp_path: Path) -> None:
    folder = store(usual_result(), tmp_path)
    written = write_formats(usual_result(), folder, FORMATS)
    assert {path.name for path in written} == set(FILES.values()) <= {path.name for path in folder.iterdir()}
    clear(folder)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file.txt"
    write_whole(target, b"old")

    def fail(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_page_of_ordinary_size_is_small(tmp_path: Path) -> None:
    page = write_report(usual_result(trials=12, seeds=30, epochs=100), tmp_path)
    assert page.stat().st_size < 2_000_000


def test_curves_are_read_once_for_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(*losses: Any, **settings: Any) -> Diagnosis:
        read.append(len(losses[0]))
        return diagnose(*losses, **settings)

    monkeypatch.setattr("tuner.diagnosing.configurations.diagnose", counted)
    monkeypatch.setattr("tuner.report.pictures.PANELS", (LEARNING_CURVES,))
    result = usual_result(seeds=6, epochs=11)  # a length of its own: nobody has read these
    write_report(result, tmp_path)
    assert read == [6] * (1 + len(result.finalists))


def test_a_page_alone_makes_no_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that follows a run is made again and again, on the machine that trains."""
    made: list[object] = []

    def counted(figure: object) -> bytes:
        made.append(figure)
        return b"pixels"

    monkeypatch.setattr("tuner.report.pictures.png", counted)
    monkeypatch.setattr("tuner.report.pictures.PANELS", PANELS[:3])
    write_formats(usual_result(), tmp_path, ("html",))
    assert not made
    write_formats(usual_result(), tmp_path, ("png",))
    assert len(made) == len(list((tmp_path / "figures").iterdir())) > 1


def test_a_page_names_no_file_that_is_not_written_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuner.report.pictures.PANELS", ())  # figures take their time
    write_formats(usual_result(), tmp_path / "alone", ("html",))
    page = (tmp_path / "alone" / "report.html").read_text(encoding="utf-8")
    assert "eside this page" not in page and "tuner report with --format csv writes every run" in page
    write_formats(usual_result(), tmp_path / "both", ("html", "csv"))
    page = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    assert "Beside this page: scores.csv (every run).</footer>" in page
    assert "left out in print; scores.csv, beside this page, has every run." in page
