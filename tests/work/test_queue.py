"""A group waits, is taken by one worker, and ends once, in every storage."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import TrialState, create_trial

from tests.work.places import STORAGES, TERMS, group_of, storage_of
from tuner.errors import LedgerError
from tuner.work.queue import GoneError, LostError, Queue


@pytest.fixture(params=STORAGES)
def connected(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], BaseStorage]]:
    """What opens the storage, once more with every call."""
    with storage_of(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def storage(connected: Callable[[], BaseStorage]) -> BaseStorage:
    return connected()


@pytest.fixture
def queue(storage: BaseStorage) -> Iterator[Queue]:
    made = Queue.create(storage, "tiny", TERMS)
    yield made
    made.close()


def test_groups_are_taken_in_their_order_and_as_they_were_put(queue: Queue) -> None:
    groups = [group_of("a"), group_of("b", (2,)), group_of("é/..", (0, 5, 6))]
    for group in groups:
        queue.put(group, 1)
    claims = [queue.claim("w") for _ in groups]
    assert [claim and claim.group for claim in claims] == groups
    assert queue.claim("w") is None


def test_the_terms_are_those_that_were_told(queue: Queue, storage: BaseStorage) -> None:
    (found,) = Queue.all(storage)
    assert found.terms() == TERMS == queue.terms()


def test_a_new_queue_takes_the_place_of_the_old_one(queue: Queue, storage: BaseStorage) -> None:
    queue.put(group_of(), 1)
    claim = queue.claim("w")
    assert claim is not None
    other = Queue.create(storage, "tiny too", TERMS)
    (left,) = Queue.left(storage, "tiny")
    left.close()
    other.close()
    new = Queue.create(storage, "tiny", TERMS)
    assert new.claim("w") is None
    assert len(Queue.all(storage)) == 1
    for late in (lambda: queue.claim("w"), lambda: queue.renew(claim, 1, 0.5), queue.terms):
        with pytest.raises(GoneError):
            late()
    new.close()
    new.close()
    assert Queue.all(storage) == []


def test_what_happens_to_an_attempt_is_seen(queue: Queue) -> None:
    number, other = queue.put(group_of(), 1), queue.put(group_of("b"), 1)
    assert queue.look({number})[number].state == "waiting"
    claim = queue.claim("w")
    assert claim is not None
    queue.renew(claim, 7, 0.25)
    seen = queue.look({number, other})
    assert (seen[number].state, seen[number].worker, seen[number].lease, seen[number].share) == (
        "training",
        "w",
        7,
        0.25,
    )
    assert seen[other].state == "waiting"
    queue.hand_in(claim, {".json": "id"}, ["a note"])
    done = queue.look({number})[number]
    assert (done.state, done.files, done.notes) == ("done", {".json": "id"}, ("a note",))
    second = queue.claim("w")
    assert second is not None
    queue.fail(second, "no memory")
    assert (queue.look({other})[other].state, queue.look({other})[other].reason) == ("failed", "no memory")


def test_who_comes_in_late_is_refused(queue: Queue) -> None:
    """The attempt was given up; the group is trained by another worker, and counts once."""
    number = queue.put(group_of(), 1)
    late = queue.claim("slow")
    assert late is not None
    assert queue.give_up(number)
    assert not queue.give_up(number)
    again = queue.put(group_of(), 2)
    quick = queue.claim("quick")
    assert quick is not None and quick.group == late.group
    for call in (
        lambda: queue.renew(late, 1, 0.5),
        lambda: queue.hand_in(late, {".json": "late"}, []),
        lambda: queue.fail(late, "late"),
    ):
        with pytest.raises(LostError):
            call()
    queue.hand_in(quick, {".json": "id"}, [])
    assert queue.look({number})[number].state == "failed"
    assert queue.look({again})[again].files == {".json": "id"}


def test_who_signs_too_late_takes_the_next_one(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had taken was given up meanwhile."""
    numbers = [queue.put(group_of("a", (seed,)), 1) for seed in range(2)]
    take = queue._take

    def slow(attempt: int) -> bool:
        taken = take(attempt)
        if attempt == numbers[0]:
            assert queue.give_up(attempt)
        return taken

    monkeypatch.setattr(queue, "_take", slow)
    claim = queue.claim("slow")
    assert claim is not None and claim.group.seed_indices == (1,)
    assert queue.look(numbers)[numbers[1]].worker == "slow"


def test_two_never_get_the_same_group(queue: Queue, connected: Callable[[], BaseStorage]) -> None:
    """Eight workers at once, each with a connection of its own where there can be one."""
    count, workers = 40, 8
    for seed in range(count):
        queue.put(group_of("a", (seed,)), 1)
    ready = threading.Barrier(workers)
    taken: list[list[int]] = [[] for _ in range(workers)]

    def work(place: int) -> None:
        (mine,) = Queue.all(connected())
        ready.wait()
        while claim := mine.claim(f"w{place}"):
            taken[place].append(claim.group.seed_indices[0])
            time.sleep(0.001)  # let others have some

    threads = [threading.Thread(target=work, args=(place,)) for place in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seed for seeds in taken for seed in seeds) == list(range(count))
    assert sum(map(bool, taken)) > 1  # the test has a race to lose


def test_what_a_dead_worker_had_is_failed_with_the_way_it_died(queue: Queue) -> None:
    numbers = [queue.put(group_of("a", (seed,)), 1) for seed in range(3)]
    for name in ("one", "two", "one"):
        queue.claim(name)
    assert queue.bury({"one": "was killed", "three": "was killed"}) == 2
    seen = queue.look(numbers)
    assert [(seen[one].state, seen[one].reason) for one in numbers] == [
        ("failed", "was killed"),
        ("training", ""),
        ("failed", "was killed"),
    ]
    assert queue.bury({"one": "was killed"}) == 0


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"group": "a"},
        {"group": {"phase": "search"}},
        {"group": {"phase": "x", "configuration": {"name": "a", "params": {}}, "seed_indices": [0]}},
        {
            "group": {
                "phase": "search",
                "configuration": {"name": "a", "params": {"x": []}},
                "seed_indices": [0],
            }
        },
        {"group": {"phase": "search", "configuration": {"name": "a", "params": {}}, "seed_indices": [-1]}},
    ],
)
def test_what_is_no_group_is_refused(told: dict[str, object]) -> None:
    storage = InMemoryStorage()
    queue = Queue.create(storage, "tiny", TERMS)
    storage.create_new_trial(queue._study_id, create_trial(state=TrialState.WAITING, user_attrs=told))
    with pytest.raises(LedgerError, match="the queue of the study"):
        queue.claim("w")


def test_what_a_worker_tells_is_of_its_kind_or_nothing() -> None:
    storage = InMemoryStorage()
    queue = Queue.create(storage, "tiny", TERMS)
    number = queue.put(group_of(), 1)
    for name, value in {
        "worker": 3,
        "lease": ["x", "nan"],
        "files": {".json": 3},
        "notes": [1, "x" * 9999],
        "reason": None,
    }.items():
        storage.set_trial_user_attr(number, name, value)
    seen = queue.look({number})[number]
    assert (seen.worker, seen.lease, seen.share, seen.reason) == ("", 0, 0.0, "")
    assert (seen.files, seen.notes) == ({".json": ""}, ("", "x" * 500))
