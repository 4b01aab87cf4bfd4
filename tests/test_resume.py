"""A study goes on where it was left, and only that study."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuner
from tests.tiny import SMALL, Recorder, dense_study, numbers, run
from tuner.errors import LedgerError, TunerError
from tuner.records import Setup
from tuner.result import Result


def test_loading_gives_the_same_result(whole: tuple[Result, Recorder]) -> None:
    result, _ = whole
    assert result.folder is not None
    assert tuner.load(result.folder) == result


def test_running_again_trains_nothing(whole: tuple[Result, Recorder], recorder: Recorder) -> None:
    result, _ = whole
    again = run(dense_study(), result.folder, reporter=recorder)
    assert numbers(again) == numbers(result)
    assert recorder.trained == []
    assert again.groups == result.groups  # with the times at which they trained
    assert all(group.started is not None for group in result.groups)


@pytest.mark.parametrize(
    ("phase", "name", "share"),
    [
        ("search", "baseline", 0.0),
        ("search", "trial-1", 0.5),
        ("search", "trial-2", 1.0),
        ("confirmation", "baseline", 0.5),
    ],
)
def test_interrupted_and_resumed_is_the_same_bit_for_bit(
    phase: str, name: str, share: float, whole: tuple[Result, Recorder], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(
            dense_study(), tmp_path, reporter=Recorder(lambda p, n, s: (p, n) == (phase, name) and s >= share)
        )
    half = tuner.load(tmp_path)
    assert half.baseline is None
    assert 0 <= len(half.runs) < len(whole[0].runs)
    resumed = run(dense_study(), tmp_path)
    assert numbers(resumed) == numbers(whole[0])
    assert resumed.configurations == whole[0].configurations


def test_trials_repeats_and_finalists_can_grow(whole: tuple[Result, Recorder], tmp_path: Path) -> None:
    first = run(dense_study(trials=1), tmp_path, replace(SMALL, repeats=2))
    assert first.baseline is not None and first.baseline.summary.n == 2
    grown = run(dense_study(), tmp_path, replace(SMALL, finalists=2))
    assert grown.baseline is not None and grown.baseline.test[:2] == first.baseline.test
    assert [len(one.test) for one in (grown.baseline, *grown.finalists)] == [3] * (1 + len(grown.finalists))
    assert len(grown.finalists) >= 2
    assert [look.repeats for look in grown.setup.looks] == [2, 3]
    assert set(grown.setup.looks[0].configurations) <= set(grown.setup.looks[1].configurations)
    searched = [row[:3] + row[3:] for row in numbers(grown) if row[0] == "search"]
    assert searched == [row for row in numbers(whole[0]) if row[0] == "search"]
    grouped = np.array([one.scores["test"] for one in whole[0].runs if one.phase == "confirmation"][:3])
    assert np.allclose(grown.baseline.test, grouped, rtol=1e-5)


def test_fresh_starts_over_and_keeps_what_is_not_tuner_s(tmp_path: Path, recorder: Recorder) -> None:
    study = dense_study(trials=1)
    first = run(study, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    again = run(replace(study, seed=1), tmp_path, fresh=True, reporter=recorder)
    assert ("search", "baseline") in recorder.trained
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert len(again.runs) == len(first.runs)
    assert numbers(again) != numbers(first)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 3}, r"the number of epochs \(2, now 3\)"),
        ({"seed": 1}, "the study's seed"),
        ({"metric": "mae"}, r"its runs were made with something else: .*the metric \('mse', now 'mae'\)"),
        ({"source": "another"}, r"the study's code \(sha256 .{12}, now another\)"),
        ({"baseline": {"learning_rate": 0.02}}, "the study's code"),
    ],
)
def test_a_changed_study_is_refused(
    change: dict[str, Any], message: str, whole: tuple[Result, Recorder]
) -> None:
    before = whole[0]
    with pytest.raises(LedgerError, match=message):
        run(dense_study(**change), before.folder)
    assert tuner.load(before.folder).runs == before.runs


def test_changed_values_of_a_candidate_are_refused(tmp_path: Path) -> None:
    study = dense_study(trials=0, candidates={"fast": {"learning_rate": 0.05}})
    run(study, tmp_path)
    with pytest.raises(LedgerError, match="the study's code"):
        run(replace(study, candidates={"fast": {"learning_rate": 0.06}}), tmp_path)


def test_a_folder_is_complete_only_after_the_end_was_told(tmp_path: Path) -> None:
    told: list[tuple[bool, bool]] = []

    def tell(result: Result) -> None:
        told.append((result.baseline is not None, tuner.load(tmp_path).setup.complete))

    assert run(dense_study(trials=1), tmp_path, at_end=tell).setup.complete
    assert told == [(True, False)]


class Refusing(Recorder):
    """A reporter that refuses at the start."""

    def start(self, setup: Setup) -> None:
        raise TunerError("another study's")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("fresh", [False, True])
def test_a_reporter_that_refuses_leaves_the_folder_as_it_was(
    fresh: bool, whole: tuple[Result, Recorder], tmp_path: Path
) -> None:
    assert whole[0].folder is not None
    shutil.copytree(whole[0].folder, tmp_path / "run")
    before = contents(tmp_path / "run")
    with pytest.raises(TunerError, match="another study's"):
        run(dense_study(), tmp_path / "run", fresh=fresh, reporter=Refusing())
    assert contents(tmp_path / "run") == before


def test_a_search_that_cannot_be_opened_leaves_the_rest_as_it_was(
    whole: tuple[Result, Recorder], tmp_path: Path, recorder: Recorder
) -> None:
    assert whole[0].folder is not None
    shutil.copytree(whole[0].folder, tmp_path / "run")
    (tmp_path / "run" / "study.db").write_text("no database")
    before = contents(tmp_path / "run")
    with pytest.raises(LedgerError, match="cannot be opened as an Optuna database"):
        run(dense_study(), tmp_path / "run", reporter=recorder)
    assert contents(tmp_path / "run") == before
    assert recorder.setup is None
