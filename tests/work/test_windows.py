"""Another number of trials under way at once, in the midst of a search: what was drawn stays."""

import threading
import time
from pathlib import Path

import pytest

import tuner
from benchmarks.faults.running import STUDY
from tests.tiny import Recorder, numbers
from tuner.plan import Plan, Workers
from tuner.records import Window
from tuner.result import Result
from tuner.work import place, serving
from tuner.work.place import shared

PLAN = Plan(trials=10, search_repeats=1, repeats=1, finalists=1, sampler="tpe")


def run(folder: Path, parallel: int, recorder: Recorder | None = None) -> Result:
    """A run whose worker is a thread of this process.

    Python's generator, which builds models, is the same for both, so scores may differ from run to run, and
    so may what a sampler that learns draws: runs cannot be compared.
    """
    folder.mkdir(exist_ok=True)
    storage, artifacts = str(folder / "queue.log"), str(folder / "files")
    ended = threading.Event()

    def work() -> None:
        meeting = shared(storage, artifacts)
        while not ended.is_set():
            queue, terms = serving._find(STUDY, meeting)
            if queue is not None and terms is not None:
                runner = serving._runner(STUDY, terms)
                serving._work(queue, meeting, runner, terms, "thread", lambda text: None)
            time.sleep(meeting.pace)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        workers = Workers(0, storage, artifacts, parallel=parallel)
        study = tuner.load_study(STUDY)
        return tuner.run(study, PLAN, output=folder / "run", workers=workers, reporter=recorder)
    finally:
        ended.set()
        worker.join()


def test_another_number_of_workers_is_told_where_the_sampler_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_ELSEWHERE", 0.02)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "both", 3, Recorder(lambda phase, name, share: name == "trial-6"))
    drawn = tuner.load(tmp_path / "both" / "run").configurations
    count = 1 + max(int(name.rpartition("-")[2]) for name in drawn if name.startswith("trial-"))
    assert count == 9  # the two after the sixth were under way as well, and may have trained
    recorder = Recorder()
    result = run(tmp_path / "both", 1, recorder)
    told = f"From trial-{count} on 1 trial was under way at once, before that 3: tpe then draws others"
    assert any(note.startswith(told) for note in recorder.notes)
    assert any(note.startswith(told) for note in result.setup.notes)
    assert result.setup.windows == (Window(0, 3), Window(count, 1))
    before = [f"trial-{number}" for number in range(count)]
    assert {name: result.configurations[name] for name in before} == {name: drawn[name] for name in before}
    assert numbers(run(tmp_path / "both", 1)) == numbers(result)
