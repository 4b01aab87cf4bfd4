"""What the run makes of its workers: what they trained, what they lost, what they spoilt.

The workers here are threads, or this test itself; `tests/faults/test_workers.py` has processes.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
import pytest

import tuner
from benchmarks.faults.running import STUDY
from tests.work.places import TERMS
from tuner.engines import checkpoints
from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.records import Configuration, Group
from tuner.repeats import Repeats
from tuner.work import crew as crews
from tuner.work import serving
from tuner.work.crew import Crew
from tuner.work.hands import Hands
from tuner.work.place import Place
from tuner.work.queue import Claim, Queue
from tuner.work.serving import _work
from tuner.work.stores import FolderStore

BASE = Configuration("baseline", {"learning_rate": 0.01, "momentum": 0.0, "weight_decay": 1e-4})


class Meeting:
    """A run without processes of its own, and its queue for whoever works."""

    def __init__(self, folder: Path, size: int = 2) -> None:
        (folder / "files").mkdir(parents=True)
        store = FolderStore(folder / "files")
        self.place = Place(optuna.storages.InMemoryStorage(), store, 0.01)
        self.queue = Queue.create(self.place.storage, "tiny", TERMS)
        self.ledger = Ledger(folder / "run")
        self.notes: list[str] = []
        self.fallbacks: list[str] = []
        hands = Hands([], [], folder)
        self.crew = Crew(
            self.ledger, self.queue, self.place, hands, size, self.notes.append, self.fallbacks.append
        )

    def measure(self, phase: Any, count: int) -> Any:
        return self.crew.measure(phase, BASE, count, lambda seeds, share: None)

    @contextmanager
    def worked(self, work: Any) -> Iterator[None]:
        """Somebody works meanwhile."""
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            self.queue.close()
            thread.join()

    def take(self) -> Claim:
        """The next attempt, as soon as there is one."""
        while True:
            if claim := self.queue.claim("other"):
                return claim

    def train(self) -> None:
        """Work as a worker does."""
        _work(self.queue, self.place, Repeats(tuner.load_study(STUDY)), TERMS, "worker", lambda text: None)


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    return Meeting(tmp_path)


def test_what_a_worker_trained_is_what_the_run_would_have(meeting: Meeting, tmp_path: Path) -> None:
    with meeting.worked(meeting.train):
        runs = meeting.measure("confirmation", 3)
    alone, trainer = Ledger(tmp_path / "alone"), Repeats(tuner.load_study(STUDY))
    for indices in ((0,), (1, 2)):
        training = trainer.training("confirmation", BASE, indices)
        trained = training.measure(indices, lambda share: None)
        alone.write(Group("confirmation", BASE, indices, trained.runs), trained.examples)
        kept = [one for one in runs if one.seed_index in indices]
        assert [(one.scores, one.history) for one in kept] == [
            (one.scores, one.history) for one in trained.runs
        ]
    stored = Ledger(meeting.ledger.folder, mend=True)
    assert stored.runs == runs and not stored.damaged
    theirs, ours = (one.examples("confirmation", "baseline", 3).values for one in (stored, alone))
    assert theirs.shape == (3, 32) and theirs.tobytes() == ours.tobytes()
    assert stored.predictions("confirmation", "baseline", 3).seeds == (0, 1, 2)
    assert [one.started is not None for one in stored.groups] == [True, True]
    assert list((tmp_path / "files").iterdir()) == []


def test_the_group_of_a_worker_that_went_silent_is_trained_by_another(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crews, "LEASE", 2.0)
    monkeypatch.setattr(serving, "_RENEWED", 0.05)
    silent: list[Claim] = []

    def work() -> None:
        silent.append(meeting.take())
        meeting.train()

    with meeting.worked(work):
        (run,) = meeting.measure("search", 1)
    assert run.status == "complete"
    assert meeting.notes == [
        "the worker that trained 'baseline' was not heard of for 2 s; its run is trained again"
    ]


def test_what_was_taken_and_not_signed_for_is_trained_by_another(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker died in between, long before its lease would end; that says nothing of the group."""
    monkeypatch.setattr(crews, "SIGNING", 0.3)
    monkeypatch.setattr(crews, "ATTEMPTS", 1)

    def work() -> None:
        while not any(map(meeting.queue._take, list(meeting.crew._open))):
            pass
        meeting.train()

    with meeting.worked(work):
        (run,) = meeting.measure("search", 1)
    assert run.status == "complete" and meeting.notes == []


def test_a_group_that_nobody_can_train_fails_and_says_why(meeting: Meeting) -> None:
    def work() -> None:
        for _ in range(crews.ATTEMPTS):
            meeting.queue.fail(meeting.take(), "ended with status 3")

    with meeting.worked(work):
        runs = meeting.measure("confirmation", 2)
    assert {(one.status, one.reason) for one in runs} == {
        ("failed", "its worker ended with status 3, 3 times in a row")
    }
    assert len(meeting.notes) == crews.ATTEMPTS - 1
    stored = Ledger(meeting.ledger.folder)
    assert len(stored.runs) == 2
    assert stored.examples("confirmation", "baseline", 2).reason == "no run ended with a score"


def test_what_is_given_back_is_not_counted(meeting: Meeting) -> None:
    def work() -> None:
        for _ in range(crews.ATTEMPTS + 1):
            meeting.queue.fail(meeting.take(), "")
        meeting.train()

    with meeting.worked(work):
        (run,) = meeting.measure("search", 1)
    assert run.status == "complete" and meeting.notes == []


def spoil(kind: str, path: Path) -> None:
    """Alter what a worker stored."""
    content = path.read_bytes()
    if kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "flipped":
        at = len(content) // 2
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    elif kind == "foreign":
        path.write_text(json.dumps({"os": "rm"}))
    else:
        path.unlink()


@pytest.mark.parametrize("kind", ["cut", "flipped", "foreign", "missing"])
def test_what_was_spoilt_on_its_way_is_trained_again(
    kind: str, meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in, spoilt = Queue.hand_in, []

    def spoiling(queue: Queue, claim: Claim, files: Any, notes: Any) -> None:
        if not spoilt:
            spoilt.append(claim)
            for artifact in files.values():
                spoil(kind, tmp_path / "files" / artifact)
        hand_in(queue, claim, files, notes)

    monkeypatch.setattr(Queue, "hand_in", spoiling)
    with meeting.worked(meeting.train):
        (run,) = meeting.measure("search", 1)
    assert run.status == "complete"
    assert len(meeting.notes) == 1 and "sent something else" in meeting.notes[0]


def test_the_runs_of_another_group_are_refused(meeting: Meeting) -> None:
    """Hostile or confused: the files of one group for another."""

    def work() -> None:
        first, second = meeting.take(), meeting.take()
        runner = Repeats(tuner.load_study(STUDY))
        training = runner.training("search", BASE, first.group.seed_indices)
        files = crews_send(meeting, first, training.measure(first.group.seed_indices, lambda share: None))
        meeting.queue.hand_in(second, files, [])
        meeting.queue.fail(first, "")
        meeting.train()

    with meeting.worked(work):
        runs = meeting.measure("search", 3)
    assert [(one.seed_index, one.status) for one in runs] == [(k, "complete") for k in range(3)]
    assert "what came is not the group that was asked for" in meeting.notes[0]


def crews_send(meeting: Meeting, claim: Claim, trained: Any) -> dict[str, str]:
    from tuner.work.parcel import send

    return send(meeting.queue, meeting.place.store, claim, trained)


def test_what_a_worker_sent_before_it_died_is_deleted_in_the_end(meeting: Meeting, tmp_path: Path) -> None:
    def work() -> None:
        claim = meeting.take()
        training = Repeats(tuner.load_study(STUDY)).training("search", BASE, claim.group.seed_indices)
        crews_send(meeting, claim, training.measure(claim.group.seed_indices, lambda share: None))
        meeting.queue.fail(claim, "was killed by signal 9")
        meeting.train()

    with meeting.worked(work):
        (run,) = meeting.measure("search", 1)
        assert run.status == "complete" and len(list((tmp_path / "files").iterdir())) == 1
        meeting.crew.close(complete=True)
    assert list((tmp_path / "files").iterdir()) == []


@pytest.mark.parametrize("name", ["../run/ledger", "/etc/passwd", ""])
def test_an_artifact_out_of_its_folder_is_refused(name: str, meeting: Meeting) -> None:
    def work() -> None:
        for _ in range(crews.ATTEMPTS):
            meeting.queue.hand_in(meeting.take(), {".json": name}, [])

    with meeting.worked(work):
        (run,) = meeting.measure("search", 1)
    assert run.status == "failed" and "is not among the artifacts" in run.reason


def test_a_long_training_goes_on_where_its_worker_died(
    meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept of it lies with the artifacts, and goes with the group."""
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(checkpoints, "_SHARE", 1e9)
    monkeypatch.setattr("tuner.engines.pace.Pace.seconds", 1e-3)
    study = tuner.load_study(STUDY, {"epochs": 20, "keep_every": 0.0})
    group = Group("search", BASE, (0,))

    def train(progress: Any) -> Any:
        runner = Repeats(study)
        kept = runner.kept(group, meeting.place.slot("", group))
        return runner.training("search", BASE, (0,)).measure((0,), progress, kept=kept)

    def dies(share: float) -> None:
        if share > 0.6:
            raise KeyboardInterrupt

    shares: list[float] = []

    def work() -> None:
        claim = meeting.take()
        with pytest.raises(KeyboardInterrupt):
            train(dies)
        assert len(list((tmp_path / "files").iterdir())) == 1
        meeting.queue.fail(claim, "was killed by signal 9")
        claim = meeting.take()
        meeting.queue.hand_in(claim, crews_send(meeting, claim, train(shares.append)), [])

    with meeting.worked(work):
        (run,) = meeting.measure("search", 1)
    (whole,) = Repeats(study).train("search", BASE, (0,), lambda share: None)
    assert (run.scores, run.history) == (whole.scores, whole.history)
    assert min(shares) > 0.5
    assert list((tmp_path / "files").iterdir()) == []


def test_a_queue_that_is_deleted_ends_the_run_in_one_line(meeting: Meeting) -> None:
    with meeting.worked(lambda: None), pytest.raises(LedgerError, match="somebody has deleted the queue"):
        meeting.queue.close()
        meeting.measure("search", 1)


def test_parts_and_answers_of_a_worker_are_those_of_the_run(meeting: Meeting, tmp_path: Path) -> None:
    part = Configuration("baseline@16 drawn", BASE.params)
    with meeting.worked(meeting.train):
        sizes = meeting.crew.measure("sizes", part, 2, lambda seeds, share: None)
        meeting.crew.measure("members", BASE, 2, lambda seeds, share: None)
    trainer = Repeats(tuner.load_study(STUDY))
    for phase, configuration in (("sizes", part), ("members", BASE)):
        training = trainer.training(phase, configuration, (0, 1))  # type: ignore[arg-type]
        trained = training.measure((0, 1), lambda share: None)
        if phase == "sizes":
            assert [run.scores for run in sizes] == [run.scores for run in trained.runs]
        else:
            kept = Ledger(meeting.ledger.folder).outputs("members", "baseline", 2)
            assert kept is not None and trained.outputs is not None and kept[0] == (0, 1)
            assert kept[1].values.tobytes() == trained.outputs.values.tobytes()
    assert list((tmp_path / "files").iterdir()) == []
