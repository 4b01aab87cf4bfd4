"""Who may continue a run folder, and how it starts over."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import BEGAN, make_setup, store, timed, usual_result
from tuner.errors import LedgerError
from tuner.folder import FIGURES, claim, clear
from tuner.ledger import Ledger
from tuner.records import Configuration, Group, Look, Setup

OWN_FILES = ("run.json", "study.db", "report.html", "report.md", "scores.csv", "summary.json", "table.tex")
OTHER = {
    "study": "another",
    "source": "cd" * 32,
    "data": "01" * 32,
    "metric": "mae",
    "direction": "maximize",
    "epochs": 13,
    "seed": 8,
    "objective": "median",
    "sampler": "random",
    "search_repeats": 4,
    "most_search_repeats": 16,
    "paired": True,
    "margin": 0.5,
    "level": 0.9,
    "series": True,
    "engine": "fit",
    "backend": "tensorflow",
}


LOOKS = (Look(10, ("baseline", "trial-1")),)


def ledger_with(folder: Path, setup: Setup) -> Ledger:
    ledger = Ledger(folder)
    ledger.write_setup(setup)
    return ledger


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_clear_deletes_what_tuner_wrote_and_nothing_else(tmp_path: Path) -> None:
    fill(tmp_path, *OWN_FILES, "ledger/search/baseline-0000.json", "ledger/confirmation/baseline-0000.npy")
    fill(tmp_path, "ledger/confirmation/baseline-0000.npz", "ledger/shown.json", "ledger/shown-0a.png")
    fill(tmp_path, "figures/scores.png", "figures/timeline.png")
    fill(tmp_path, "notes.txt", "figures/mine.png", "mine/model.keras")
    clear(tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["figures/mine.png", "mine/model.keras", "notes.txt"]


def test_the_figures_of_a_report_are_known() -> None:
    from tuner.report.panels import PANELS

    assert set(FIGURES) == {panel.key for panel in PANELS}


def test_clear_leaves_a_folder_that_is_not_tuners(tmp_path: Path) -> None:
    fill(tmp_path, "scores.csv", "ledger/2026/march.json")
    clear(tmp_path)
    assert (tmp_path / "scores.csv").exists() and (tmp_path / "ledger/2026/march.json").exists()


def test_clear_deletes_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    fill(tmp_path, "elsewhere/precious", "run/run.json")
    (tmp_path / "run" / "scores.csv").symlink_to(tmp_path / "elsewhere" / "precious")
    clear(tmp_path / "run")
    assert (tmp_path / "elsewhere" / "precious").exists()
    assert not (tmp_path / "run" / "scores.csv").is_symlink()


def test_runs_without_a_setup_are_not_adopted(tmp_path: Path) -> None:
    Ledger(tmp_path).write(Group("search", Configuration("baseline", {}), (0,)))
    with pytest.raises(LedgerError, match=r"no run\.json"):
        claim(Ledger(tmp_path), make_setup())


def test_clear_of_an_empty_or_missing_folder_is_no_error(tmp_path: Path) -> None:
    clear(tmp_path)
    clear(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_takes_any_setup(tmp_path: Path) -> None:
    setup = make_setup()
    assert claim(Ledger(tmp_path), setup) is setup


@pytest.mark.parametrize("field", OTHER)
def test_what_determines_the_numbers_may_not_change(field: str, tmp_path: Path) -> None:
    before = make_setup()
    with pytest.raises(LedgerError, match="start over with --fresh") as caught:
        claim(ledger_with(tmp_path, before), replace(before, **{field: OTHER[field]}))
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    if field in ("source", "data"):
        assert OTHER[field][:12] in str(caught.value)
    else:
        assert repr(OTHER[field]) in str(caught.value)


def test_every_field_that_determines_the_numbers_is_tried() -> None:
    changed = make_setup(**OTHER)
    same = {name for name in OTHER if getattr(changed, name) == getattr(make_setup(), name)}
    assert same == set()


def test_trials_repeats_and_finalists_may_grow(tmp_path: Path) -> None:
    before = make_setup(
        trials=6, repeats=10, finalists=3, seconds=5.0, looks=LOOKS, notes=("said",), command="old"
    )
    grown = make_setup(trials=9, repeats=15, finalists=4, seconds=0.0, looks=(), notes=(), command="new")
    setup = claim(ledger_with(tmp_path, before), grown)
    assert (setup.trials, setup.repeats, setup.finalists, setup.command) == (9, 15, 4, "new")
    assert (setup.seconds, setup.looks, setup.notes) == (5.0, LOOKS, ())


def test_the_time_of_a_session_that_was_killed_is_kept(tmp_path: Path) -> None:
    result = timed(usual_result(seconds=5.0, opened=BEGAN - 2.0))
    store(result, tmp_path)
    last = result.groups[-1]
    assert last.started is not None
    setup = claim(Ledger(tmp_path), make_setup(seconds=0.0, opened=BEGAN + 1e6))
    assert setup.seconds == pytest.approx(5.0 + last.started + last.seconds - (BEGAN - 2.0))
    assert setup.opened == BEGAN + 1e6


def test_fewer_repeats_keep_those_that_are_stored(tmp_path: Path) -> None:
    assert claim(ledger_with(tmp_path, make_setup(repeats=10)), make_setup(repeats=5)).repeats == 10
