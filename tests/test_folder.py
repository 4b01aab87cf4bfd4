"""Who may continue a run folder, and how it starts over."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_setup
from tuner.errors import LedgerError
from tuner.folder import claim, clear

OWN_FILES = ("run.json", "study.db", "report.html", "scores.csv", "summary.json")
OTHER = {
    "study": "another",
    "source": "cd" * 32,
    "metric": "mae",
    "direction": "maximize",
    "epochs": 13,
    "seed": 8,
    "objective": "median",
    "sampler": "random",
    "search_repeats": 4,
    "paired": True,
    "margin": 0.5,
    "level": 0.9,
    "engine": "fit",
    "backend": "tensorflow",
}


def test_clear_deletes_what_tuner_wrote_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        *OWN_FILES,
        "notes.txt",
        "ledger/search/baseline-0000.json",
        "figures/a.png",
        "mine/model.keras",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    clear(tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["mine/model.keras", "notes.txt"]


def test_clear_keeps_pictures_that_tuner_did_not_draw(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "holiday.jpg").write_text("x")
    clear(tmp_path)
    assert (tmp_path / "figures" / "holiday.jpg").exists()


def test_clear_follows_no_link_out_of_the_folder(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "run"
    elsewhere.mkdir()
    folder.mkdir()
    (elsewhere / "precious").write_text("x")
    (folder / "figures").symlink_to(elsewhere)
    clear(folder)
    assert (elsewhere / "precious").exists()
    assert not (folder / "figures").exists()


def test_clear_of_an_empty_or_missing_folder_is_no_error(tmp_path: Path) -> None:
    clear(tmp_path)
    clear(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_takes_any_setup(tmp_path: Path) -> None:
    setup = make_setup()
    assert claim(None, setup, tmp_path) is setup


@pytest.mark.parametrize("field", OTHER)
def test_what_determines_the_numbers_may_not_change(field: str, tmp_path: Path) -> None:
    before = make_setup()
    with pytest.raises(LedgerError, match="use --fresh to start over") as caught:
        claim(before, replace(before, **{field: OTHER[field]}), tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    if field != "source":
        assert repr(OTHER[field]) in str(caught.value)


def test_every_field_that_determines_the_numbers_is_tried() -> None:
    changed = make_setup(**OTHER)
    same = {name for name in OTHER if getattr(changed, name) == getattr(make_setup(), name)}
    assert same == set()


def test_trials_repeats_and_finalists_may_grow(tmp_path: Path) -> None:
    before = make_setup(
        trials=6, repeats=10, finalists=3, seconds=5.0, looks=(10,), notes=("said",), command="old"
    )
    grown = make_setup(trials=9, repeats=15, finalists=4, seconds=0.0, looks=(), notes=(), command="new")
    setup = claim(before, grown, tmp_path)
    assert (setup.trials, setup.repeats, setup.finalists, setup.command) == (9, 15, 4, "new")
    assert (setup.seconds, setup.looks, setup.notes) == (5.0, (10,), ("said",))


def test_fewer_repeats_keep_those_that_are_stored(tmp_path: Path) -> None:
    assert claim(make_setup(repeats=10), make_setup(repeats=5), tmp_path).repeats == 10
