"""A study that is killed with SIGKILL goes on with the same command, and ends with the same numbers.

`python -m benchmarks.faults --kills 100` does the same at random.
"""

from pathlib import Path

import pytest

import tuner
from benchmarks.faults.campaign import VARIANTS
from benchmarks.faults.running import STUDY, Ended, Fault, run
from benchmarks.faults.state import finished, leftovers, lost, repeated
from tests.tiny import numbers
from tuner.locking import LOCK
from tuner.plan import Plan
from tuner.result import Result

PLAN = Plan(trials=3, search_repeats=2, repeats=3, finalists=1)
OPTIONS = ("--trials", "3", "--search-repeats", "2", "--repeats", "3", "--finalists", "1")


def in_this_process(folder: Path) -> Result:
    return tuner.run(tuner.load_study(STUDY), PLAN, output=folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return in_this_process(tmp_path_factory.mktemp("whole") / "run")


def killed(folder: Path, step: int, cache: Path) -> Ended:
    ended = run(folder, Fault("kill at a step", step), cache, OPTIONS)
    assert ended.status == -9, ended.said
    return ended


def test_a_study_killed_three_times_ends_as_if_it_had_not_been(whole: Result, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    before = {}
    for step in (9, 16, 27):  # while the database is made, in the search, and further on
        killed(folder, step, tmp_path / "cache")
        assert (folder / LOCK).exists()
        now = finished(folder)  # and no file is damaged
        assert (lost(before, now, ()), repeated(before, now, ())) == (0, 0)
        assert len(now) >= len(before)
        before = now
    assert before
    result = in_this_process(folder)
    assert numbers(result) == numbers(whole)
    assert result.configurations == whole.configurations
    assert result.finalists == whole.finalists
    assert repeated(before, finished(folder), ()) == 0
    assert leftovers(folder) == []


def test_the_variants_of_the_benchmark_are_plans_of_tuner() -> None:
    assert all(len(options) % 2 == 0 for options in VARIANTS.values())


def test_what_a_kill_leaves_of_a_file_is_taken_away(whole: Result, tmp_path: Path) -> None:
    """A file that was about to be renamed is no file of the ledger, and goes with the next run."""
    folder = tmp_path / "run"
    in_this_process(folder)
    for name in (
        "ledger/search/.trial-0-0000.json.ab12_xyz",
        "ledger/confirmation/.a.npz.abcdefgh",
        ".run.json.12345678",
    ):
        (folder / name).write_text("half of")
    (folder / "ledger" / "search" / ".mine.json.bak").write_text("mine")
    assert numbers(in_this_process(folder)) == numbers(whole)
    hidden = [path.name for path in folder.rglob(".*")]
    assert hidden == [".mine.json.bak"]
