"""Workers die, and the process that started them: a study loses nothing but the time of their groups."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tuner
from benchmarks.faults.running import STUDY
from benchmarks.faults.state import finished, leftovers, repeated
from benchmarks.processes import ROOT
from tests.calling import Call
from tests.tiny import Recorder, numbers
from tests.work.texts import DEADLY
from tuner.errors import TunerError
from tuner.plan import Plan
from tuner.work import crew

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are found in /proc")

PLAN = Plan(
    trials=4,
    search_repeats=(2, 4),
    repeats=6,
    finalists=1,
    sampler="random",
    train_sizes=(0.5, 1.0),
    ensemble_sizes=(1, 6),
)
OPTIONS = (
    "--trials",
    "4",
    "--search-repeats",
    "2,4",
    "--repeats",
    "6",
    "--finalists",
    "1",
    "--sampler",
    "random",
    "--train-sizes",
    "0.5,1",
    "--ensemble-sizes",
    "1,6",
)


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(holds: object, seconds: float) -> bool:
    """Wait until a condition holds. Returns: whether it does."""
    end = time.monotonic() + seconds
    assert callable(holds)
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_workers_end_with_the_run_and_any_number_gives_the_same(tmp_path: Path) -> None:
    """A run with two workers is killed; they end, and going on gives what one worker gives, bit for bit."""
    folder = tmp_path / "two"
    command = [sys.executable, "-m", "tuner", "run", STUDY, "--output", folder, *OPTIONS, "--workers", "2"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: (folder / "ledger").exists() and len(finished(folder)) >= 3, 90)
        workers = children(run.pid)
    finally:
        run.kill()
        run.wait()
    assert len(workers) == 2
    assert until(lambda: not any(map(lives, workers)), 10)
    before = finished(folder)
    recorder = Recorder()
    two = tuner.run(tuner.load_study(STUDY), PLAN, output=folder, workers=2, reporter=recorder)
    assert repeated(before, finished(folder), ()) == 0
    assert leftovers(folder) == [] and not (folder / "work").exists()
    one = tuner.run(tuner.load_study(STUDY), PLAN, output=tmp_path / "one", workers=1)
    assert numbers(two) == numbers(one)
    assert two.configurations == one.configurations and two.finalists == one.finalists
    assert two.train_sizes == one.train_sizes and two.ensemble_sizes == one.ensemble_sizes
    assert two.train_sizes and two.ensemble_sizes and not any(each.trained for each in two.ensemble_sizes)
    assert recorder.finished[0] == ("search", "baseline")


def test_a_worker_that_dies_costs_its_group_and_no_more(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "ATTEMPTS", 2)
    path = tmp_path / "deadly.py"
    path.write_text(DEADLY)
    status, _, said = call("run", path, "--workers", "1", "--repeats", "1", "--output", tmp_path / "run")
    assert status == 1, said
    runs = {one.configuration: one for one in tuner.load(tmp_path / "run").runs}
    assert {name: one.status for name, one in runs.items()} == {
        "baseline": "complete",
        "unlucky": "complete",
        "doomed": "failed",
    }
    why = f"was killed by signal {signal.SIGKILL:d} (out of memory?)"
    assert runs["doomed"].reason == f"its worker {why}, 2 times in a row"
    assert said.count(why) == 1 + 1 + 1  # a note each time that a group is trained again, and the end
    last = int((tmp_path / "deadly.mark").read_text())
    assert last != os.getpid() and not lives(last)


def test_a_study_that_changes_under_its_workers_is_one_line(tmp_path: Path) -> None:
    """They read the file again."""
    path = tmp_path / "deadly.py"
    path.write_text(DEADLY)
    study = tuner.load_study(path)
    path.write_text(f"{DEADLY}\n# changed\n")
    with pytest.raises(
        TunerError, match="is not the study file of the run of 'deadly' that waits for workers"
    ):
        tuner.run(study, Plan(repeats=1), output=tmp_path / "run", workers=1)


@pytest.mark.parametrize(
    "options, message",
    [
        (("--workers", "-1"), "workers is -1; give 1 or more"),
        (("--workers", "2", "--pruner", "asha"), "the asha pruner compares trials epoch by epoch"),
    ],
)
def test_workers_that_cannot_be_are_one_line(
    options: tuple[str, ...], message: str, tmp_path: Path, call: Call
) -> None:
    status, _, said = call("run", STUDY, "--output", tmp_path / "run", *options)
    assert status == 2 and message in said and not (tmp_path / "run").exists()
