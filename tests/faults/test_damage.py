"""A file that a failing disk cut or altered is recognised, set aside, and its runs are trained again."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import tuner
from benchmarks.faults.state import damage, finished, repeated
from tests.calling import Call, one_line
from tests.tiny import Recorder, dense_study, numbers, run
from tuner.checked import DAMAGED
from tuner.errors import DamageError, LedgerError
from tuner.folder import clear
from tuner.ledger import Ledger
from tuner.result import Result


@pytest.fixture
def folder(whole: tuple[Result, Recorder], tmp_path: Path) -> Path:
    assert whole[0].folder is not None
    return shutil.copytree(whole[0].folder, tmp_path / "run")


@pytest.mark.parametrize("kind", ["cut", "flip"])
@pytest.mark.parametrize("seed", range(2))
def test_a_damaged_group_is_trained_again_and_nothing_else(
    kind: str, seed: int, folder: Path, whole: tuple[Result, Recorder], recorder: Recorder
) -> None:
    before = finished(folder)
    path = damage(folder, kind, np.random.default_rng(seed))
    assert path is not None
    result = run(dense_study(), folder, reporter=recorder)
    assert numbers(result) == numbers(whole[0])
    assert result.finalists == whole[0].finalists
    assert recorder.notes[0] == f"{path} is damaged; its runs are trained again"
    assert recorder.trained == [(path.parent.name, path.stem.rpartition("-")[0])]
    assert repeated(before, finished(folder), [path]) == 0
    assert path.with_name(path.name + DAMAGED).exists()


def test_starting_over_takes_what_was_set_aside_as_well(folder: Path) -> None:
    path = folder / "ledger" / "search" / f"trial-0-0000.json{DAMAGED}"
    path.write_text("")
    clear(folder)
    assert list(folder.rglob("*.*")) == []


def test_who_only_reads_is_told_what_to_do(folder: Path) -> None:
    path = folder / "ledger" / "search" / "baseline-0000.json"
    path.write_text(path.read_text()[:100])
    with pytest.raises(
        DamageError, match=r"baseline-0000\.json: damaged.*; run the study again to repeat its runs"
    ):
        tuner.load(folder)
    assert path.exists()


def test_a_damaged_array_repeats_its_group(
    folder: Path, whole: tuple[Result, Recorder], recorder: Recorder
) -> None:
    path = folder / "ledger" / "confirmation" / "baseline-0000.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    run(dense_study(), folder, reporter=recorder)
    assert recorder.trained == [("confirmation", "baseline")]
    assert path.read_bytes() == content


def test_an_array_that_was_deleted_is_gone_without(folder: Path, recorder: Recorder) -> None:
    (folder / "ledger" / "confirmation" / "baseline-0000.npy").unlink()
    assert "is missing" in run(dense_study(), folder, reporter=recorder).without_examples
    assert recorder.trained == []


def test_every_group_of_a_look_can_be_lost(folder: Path, whole: tuple[Result, Recorder]) -> None:
    for path in folder.glob("ledger/*/*.json"):
        path.unlink()
    assert numbers(run(dense_study(), folder)) == numbers(whole[0])


def test_a_candidate_of_an_earlier_look_can_be_lost(tmp_path: Path) -> None:
    study = dense_study(trials=0, candidates={"fast": {"learning_rate": 0.05}})
    first = run(study, tmp_path)
    next(tmp_path.glob("ledger/confirmation/fast-*.json")).unlink()
    assert numbers(run(study, tmp_path)) == numbers(first)


def test_a_run_that_is_there_twice_is_not_counted_twice(folder: Path) -> None:
    path = folder / "ledger" / "search" / "baseline-0000.json"
    shutil.copy(path, path.with_name("baseline-0000 (copy).json"))
    with pytest.raises(LedgerError, match=r"holds seed 0 of 'baseline', and so does .*; delete one"):
        tuner.load(folder)


def test_a_foreign_file_in_the_ledger_is_nothing_to_set_aside(folder: Path) -> None:
    foreign = folder / "ledger" / "search" / "notes.json"
    foreign.write_text("{}")
    with pytest.raises(LedgerError, match=r"notes\.json"):
        run(dense_study(), folder)
    assert foreign.read_text() == "{}"


def test_a_lost_setup_is_taken_up_where_that_is_wanted(
    folder: Path, whole: tuple[Result, Recorder], recorder: Recorder
) -> None:
    path = folder / "run.json"
    path.write_text(path.read_text()[:200])
    with pytest.raises(DamageError, match=r"run\.json: damaged.*keep its runs with --accept-changes"):
        run(dense_study(), folder)
    result = run(dense_study(), folder, accept_changes=True, reporter=recorder)
    assert recorder.trained == []
    assert numbers(result) == numbers(whole[0])
    (told,) = result.setup.changes
    assert "with 14 runs stored, although it is no longer known what made these" in told
    path.unlink()
    with pytest.raises(LedgerError, match=r"no run\.json that says what made them; keep them with"):
        run(dense_study(), folder)


def test_all_groups_of_a_damaged_folder_are_found(folder: Path) -> None:
    files = sorted(folder.glob("ledger/*/*.json"))
    for path in files:
        path.write_bytes(path.read_bytes()[:-5])
    ledger = Ledger(folder, mend=True)
    assert ledger.damaged == files and ledger.groups == ()
    assert ledger.set_aside() == tuple(files)
    assert list(folder.glob("ledger/*/*.json")) == list(folder.glob("ledger/*/*.np?")) == []


def test_show_says_it_in_one_line(folder: Path, call: Call) -> None:
    path = folder / "ledger" / "search" / "trial-1-0000.json"
    path.write_text("")
    assert f"{path}: damaged" in one_line(call("show", folder))
    assert f"{path}: damaged" in one_line(call("report", folder))
