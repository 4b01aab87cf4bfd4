"""What a study shows is stored whole, and read as text and pixels only."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import store, usual_result
from tuner.checked import read_json, write_json
from tuner.errors import LedgerError
from tuner.records import Shown
from tuner.result import load
from tuner.shown import read_shown, write_shown

TEXTS = Shown("a", 3, ("example 1", "example 5"), ("yes", "<b>no</b>"))
PICTURE = Shown("a", 3, ("example 1",), (), b"\x89PNG...")
BOTH = replace(PICTURE, texts=("said",), images=True)


@pytest.mark.parametrize("shown", [TEXTS, PICTURE, BOTH, Shown("b", 0, (), reason="why")])
def test_what_is_written_is_read(shown: Shown, tmp_path: Path) -> None:
    assert read_shown(tmp_path) is None
    write_shown(tmp_path, shown)
    assert read_shown(tmp_path) == shown


def test_only_the_last_is_kept(tmp_path: Path) -> None:
    for png in (b"one", b"two", b""):
        write_shown(tmp_path, replace(PICTURE, png=png))
        assert len(list(tmp_path.glob("ledger/shown-*.png"))) == bool(png)
    write_shown(tmp_path, replace(PICTURE, png=b"three"))
    write_shown(tmp_path, None)
    assert list(tmp_path.glob("ledger/*")) == [] and read_shown(tmp_path) is None


def test_interrupted_before_the_record_the_old_one_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shown(tmp_path, PICTURE)
    monkeypatch.setattr("tuner.shown.write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_shown(tmp_path, replace(PICTURE, png=b"another"))
    assert read_shown(tmp_path) == PICTURE


def test_damage_is_recognised(tmp_path: Path) -> None:
    write_shown(tmp_path, PICTURE)
    (picture,) = tmp_path.glob("ledger/shown-*.png")
    picture.write_bytes(b"<svg onload=alert(1)>")
    with pytest.raises(LedgerError, match=r"shown-\w+\.png: damaged .*delete it"):
        read_shown(tmp_path)
    picture.unlink()
    found = read_shown(tmp_path)
    assert found is not None and found.png == b"" and "is missing" in found.reason
    path = tmp_path / "ledger" / "shown.json"
    path.write_text(path.read_text().replace('"runs": 3', '"runs": 4'))
    with pytest.raises(LedgerError, match=r"shown\.json: damaged .*delete it"):
        read_shown(tmp_path)


def test_pictures_of_before_it_was_told_may_hold_images(tmp_path: Path) -> None:
    write_shown(tmp_path, PICTURE)
    path = tmp_path / "ledger" / "shown.json"
    older = {name: value for name, value in read_json(path, "").items() if name != "images"}
    write_json(path, older)
    found = read_shown(tmp_path)
    assert found is not None and found.images


@pytest.mark.parametrize("change", [{"texts": 3}, {"runs": "many"}, {"examples": None}])
def test_another_content_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    write_shown(tmp_path, TEXTS)
    path = tmp_path / "ledger" / "shown.json"
    write_json(path, {**read_json(path, ""), **change})
    with pytest.raises(LedgerError, match="nothing that a study shows"):
        read_shown(tmp_path)


def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    write_shown(tmp_path, TEXTS)
    path = tmp_path / "ledger" / "shown.json"
    write_json(path, {**read_json(path, ""), "png": "../../../etc/passwd"})
    found = read_shown(tmp_path)
    assert found is not None and found.png == b"" and "shown-" in found.reason


@pytest.mark.parametrize(("name", "runs"), [("trial-2", 0), ("trial-1", 3)])
def test_what_is_shown_of_others_than_the_result_is_dropped(name: str, runs: int, tmp_path: Path) -> None:
    folder = store(usual_result(), tmp_path / "run")
    current = Shown("trial-1", 0, (), reason="no predictions were kept")
    write_shown(folder, current)
    assert load(folder).shown == current
    write_shown(folder, replace(current, configuration=name, runs=runs))
    assert load(folder).shown is None
