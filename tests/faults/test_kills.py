"""A study that is killed with SIGKILL goes on with the same command, and ends with the same numbers.

`python -m benchmarks.faults --kills 100` does the same at random.
"""

from pathlib import Path

import tuner
from benchmarks.faults.campaign import VARIANTS
from benchmarks.faults.running import STUDY, Fault, run
from benchmarks.faults.state import finished, leftovers, lost, repeated
from tests.tiny import numbers
from tuner.locking import LOCK
from tuner.plan import Plan
from tuner.result import Result

PLAN = Plan(trials=3, search_repeats=2, repeats=3, finalists=1)
OPTIONS = (
    *("--trials", "3", "--search-repeats", "2", "--repeats", "3", "--finalists", "1"),
    *("--set", "epochs=600", "--set", "keep_every=0.0"),  # kept after every call
)


def ended(folder: Path, cache: Path) -> Result:
    """What a process without a fault leaves: the compiler's settings of this one give other last digits."""
    done = run(folder, Fault(), cache, OPTIONS)
    assert done.status == 0, done.said
    return tuner.load(folder)


def killed(folder: Path, step: int, after: str, cache: Path) -> None:
    done = run(folder, Fault("kill at a step", step, after), cache, OPTIONS)
    assert done.status == -9, done.said


def test_a_study_killed_three_times_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    folder, cache = tmp_path / "run", tmp_path / "cache"
    whole = ended(tmp_path / "whole", cache)
    before, kept = {}, 0
    # At the start, in the midst of a training that was kept, and further on.
    for step, after in ((9, ""), (1, ".checkpoint"), (27, "")):
        killed(folder, step, after, cache)
        assert (folder / LOCK).exists()
        kept += any(folder.glob("checkpoints/*.checkpoint"))
        now = finished(folder)  # and no file is damaged
        assert (lost(before, now, ()), repeated(before, now, ())) == (0, 0)
        assert len(now) >= len(before)
        before = now
    assert before and kept == 1
    left = tuner.load(folder)
    assert left.setup.opened is not None and left.seconds > 0  # no session has closed
    result = ended(folder, cache)
    assert numbers(result) == numbers(whole)
    assert result.configurations == whole.configurations
    assert result.finalists == whole.finalists
    assert repeated(before, finished(folder), ()) == 0
    assert leftovers(folder) == []
    assert result.setup.opened is None and result.seconds > left.seconds


def test_the_variants_of_the_benchmark_are_plans_of_tuner() -> None:
    assert all(len(options) % 2 == 0 for options in VARIANTS.values())


def test_what_a_kill_leaves_of_a_file_is_taken_away(tmp_path: Path) -> None:
    """A file that was about to be renamed is no file of the ledger, and goes with the next run."""
    folder = tmp_path / "run"
    whole = tuner.run(tuner.load_study(STUDY), PLAN, output=folder)
    for name in (
        "ledger/search/.trial-0-0000.json.ab12_xyz",
        "ledger/confirmation/.a.npz.abcdefgh",
        ".run.json.12345678",
    ):
        (folder / name).write_text("half of")
    (folder / "ledger" / "search" / ".mine.json.bak").write_text("mine")
    again = tuner.run(tuner.load_study(STUDY), PLAN, output=folder)
    assert numbers(again) == numbers(whole)
    hidden = [path.name for path in folder.rglob(".*")]
    assert hidden == [".mine.json.bak"]
