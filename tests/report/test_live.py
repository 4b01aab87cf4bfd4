"""A page that follows a run: built again when the ledger changes, patient with files that are replaced."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_configuration, make_result, make_runs, store, usual_result
from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.records import BASELINE, Group
from tuner.report import live
from tuner.report.live import follow, keep_current, stamp, wait_for_run

Step = Callable[[], object]


def begun(folder: Path) -> Path:
    runs = make_runs("search", BASELINE, 0.1, seeds=3)
    return store(make_result(runs, [make_configuration(BASELINE)]), folder)


def add(folder: Path, name: str) -> None:
    runs = tuple(make_runs("search", name, 0.1, seeds=3))
    Ledger(folder).write(Group("search", make_configuration(name), (0, 1, 2), runs))


def finish(folder: Path, **changes: object) -> None:
    setup = Ledger(folder).read_setup()
    assert setup is not None
    Ledger(folder).write_setup(replace(setup, complete=True, **changes))  # type: ignore[arg-type]


class Script:
    """A sleep during which something happens to the folder, one step a pause."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.pauses: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.steps.pop(0)()


def nothing() -> None: ...


def test_every_change_is_seen_once_and_the_complete_run_is_the_last(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    plan = Group("search", make_configuration("trial-1"), (0, 1, 2))
    steps = (nothing, lambda: add(folder, "trial-0"), nothing, lambda: Ledger(folder).write(plan))
    script = Script(*steps, lambda: finish(folder))
    seen = [(len(result.runs), result.setup.complete) for result in follow(folder, sleep=script)]
    assert seen == [(3, False), (6, False), (6, True)]
    assert script.steps == [] and all(pause >= live.PAUSE for pause in script.pauses)


def test_a_complete_run_is_read_once(tmp_path: Path) -> None:
    folder = store(usual_result(complete=True), tmp_path / "run")
    assert [result.setup.complete for result in follow(folder, sleep=Script())] == [True]


def test_what_cannot_be_read_now_is_read_later(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    half = folder / "ledger" / "search" / "half-0000.json"
    steps = (
        lambda: half.write_text("{"),
        nothing,
        half.unlink,
        lambda: add(folder, "a"),
        lambda: finish(folder),
    )
    assert [len(result.runs) for result in follow(folder, sleep=Script(*steps))] == [3, 6, 6]


def test_a_folder_that_starts_over_is_followed(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    script = Script(
        (folder / "run.json").unlink, lambda: begun(folder), lambda: add(folder, "a"), lambda: finish(folder)
    )
    assert [len(result.runs) for result in follow(folder, sleep=script)] == [3, 6, 6]


def test_files_that_change_under_the_first_reading_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store(usual_result(complete=True), tmp_path / "run")
    real, calls = live.load, []

    def torn(path: Path) -> object:
        calls.append(path)
        if len(calls) == 1:
            finish(folder, seconds=1.0)
            raise LedgerError("half a file")
        return real(path)

    monkeypatch.setattr(live, "load", torn)
    assert len(list(follow(folder, sleep=Script(nothing)))) == 1


def test_what_is_wrong_at_the_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no such run folder"):
        next(follow(tmp_path / "missing"))
    folder = begun(tmp_path / "run")
    (folder / "ledger" / "search" / "baseline-0000.json").write_text("{")
    with pytest.raises(LedgerError, match=r"damaged, or none of tuner's .*; run the study again"):
        next(follow(folder))


def test_a_page_of_the_search_speaks_of_no_finalists(tmp_path: Path) -> None:
    folder, pages = begun(tmp_path / "run"), []
    for name in ("trial-0", "trial-1", "trial-2"):
        add(folder, name)
    page = tmp_path / "made" / "report.html"
    script = Script(lambda: pages.append(page.read_text(encoding="utf-8")), lambda: finish(folder))
    keep_current(folder, page.parent, lambda _: None, sleep=script)
    (text,) = pages
    assert "confirmation has not begun" in text and "Search history" in text
    assert "finalist" not in text.lower() and "went on to confirmation" not in text


def test_a_run_is_waited_for_where_there_is_none_yet(tmp_path: Path) -> None:
    folder, told = tmp_path / "new" / "run", []
    script = Script(nothing, lambda: folder.mkdir(parents=True), nothing, lambda: begun(folder))
    wait_for_run(folder, lambda: told.append("waiting"), sleep=script)
    assert told == ["waiting"] and script.steps == []
    assert set(script.pauses) == {live.PAUSE}
    wait_for_run(folder, lambda: told.append("again"), sleep=Script())
    assert told == ["waiting"]


def test_what_is_no_run_folder_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_text("x")
    for there in (tmp_path, tmp_path / "photo.png"):
        wait_for_run(there, nothing, sleep=Script())
        with pytest.raises(LedgerError):
            next(follow(there))


def test_pages_load_themselves_again_until_the_run_is_complete(tmp_path: Path) -> None:
    folder, pages, told = begun(tmp_path / "run"), [], []
    page = tmp_path / "made" / "report.html"

    def keep() -> None:
        pages.append(page.read_text(encoding="utf-8"))

    script = Script(keep, lambda: add(folder, "trial-0"), keep, lambda: finish(folder))
    keep_current(folder, page.parent, lambda result: told.append(len(result.runs)), sleep=script)
    assert told == [3, 6]
    refresh = f'<meta http-equiv="refresh" content="{live.RELOAD}">'
    assert all(refresh in text and "sessionStorage" in text for text in pages)
    assert all("goes on where it stopped" not in text for text in pages)
    assert "trial-0" not in pages[0] and "trial-0" in pages[1]
    assert not (folder / "report.html").exists() and [path.name for path in page.parent.iterdir()] == [
        page.name
    ]


def test_a_stamp_changes_with_the_ledger_and_not_with_the_report(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    before = stamp(folder)
    (folder / "report.html").write_text("page")
    (folder / "study.db").write_text("database")
    assert stamp(folder) == before
    add(folder, "trial-0")
    assert stamp(folder) != before
    assert stamp(tmp_path / "missing") == (0,) * 10
