"""A long training that is killed goes on where it was kept, and ends as if it had not been, bit for bit."""

import io
import os
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import ml_dtypes
import numpy as np
import pytest

from tests.tiny import Recorder, dense_study, numbers, run, split, splits
from tuner.checkpoints import FileSlot, slot_of, tidy_checkpoints
from tuner.engines import checkpoints, choice
from tuner.engines.base import Outcome, ShouldPrune
from tuner.engines.checkpoints import Checkpoints, fitting, numbered
from tuner.engines.resuming import can_be_kept
from tuner.files import write_whole
from tuner.ledger import Ledger
from tuner.records import Configuration, Group
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

pytestmark = pytest.mark.filterwarnings(  # Keras' own callbacks cause it
    "ignore:__array__ implementation:DeprecationWarning"
)

EPOCHS = 8


class Memory:
    """A slot that counts what is put there."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.writes = 0

    def read(self) -> bytes | None:
        return self.content

    def write(self, content: bytes) -> None:
        self.content, self.writes = content, self.writes + 1

    def clear(self) -> None:
        self.content = None


def halved(epoch: int, rate: float) -> float:
    return rate * 0.5 if epoch % 3 == 2 else rate


CALLBACKS: dict[str, Callable[[], list[Any]]] = {
    "none": lambda: [],
    "early stopping": lambda: [
        keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0.5, cooldown=1),
        keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True),
        keras.callbacks.TerminateOnNaN(),
    ],
    "schedule": lambda: [keras.callbacks.LearningRateScheduler(halved)],
}


def study_of(callbacks: str = "none", data: Splits | None = None, **given: Any) -> Study:
    """A model with all that can have a state: dropout, batch normalisation, an optimizer with moments."""

    def build(trial: Any, data: Splits) -> Any:
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(4, "tanh"),
                layers.Dropout(0.2),
                layers.BatchNormalization(),
                layers.Dense(1),
            ]
        )
        model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
        return model, {"batch_size": 7, "callbacks": CALLBACKS[callbacks](), **given}

    return Study(data or splits(), build, metric="mse", epochs=EPOCHS, baseline={})


def train(
    study: Study,
    engine: str,
    progress: Callable[[float], None] = lambda share: None,
    slot: Memory | None = None,
    ask: ShouldPrune | None = None,
) -> tuple[Outcome, ...]:
    """Seeds together, or one alone: of several, only that which was in training goes on."""
    seeds = range(3 if engine == "vectorized" else 1)
    job = replace(Repeats(study)._job("search", Configuration("one", {}), seeds), keep_weights=True)
    return choice.Trainer(engine, job, print).train(seeds, progress, ask, Checkpoints(slot, "mine", seeds))


def same(found: tuple[Outcome, ...], expected: tuple[Outcome, ...]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.error == other.error == ""
        assert (one.scores, one.history) == (other.scores, other.history)
        for weight, reference in zip(one.weights, other.weights, strict=True):
            np.testing.assert_array_equal(weight, reference)


def goes_on(study: Study, engine: str) -> None:
    """Killed again and again, and kept after every call, it is what it would have been."""
    expected = train(study, engine)
    slot, shares = Memory(), [0.0]
    for stop in (0.4, 0.7):

        def progress(share: float, stop: float = stop) -> None:
            shares.append(share)
            if share > stop:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(study, engine, progress, slot)
        assert slot.content is not None
    same(train(study, engine, shares.append, slot), expected)
    begun_again = [now for before, now in pairwise(shares) if now < before]
    assert len(begun_again) <= 2 and min(begun_again, default=1.0) > 0.1, shares


@pytest.fixture(autouse=True)
def _all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(checkpoints, "_SHARE", 1e9)


@pytest.mark.parametrize("callbacks", ["none", "early stopping"])
def test_seeds_that_train_together_go_on(callbacks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuner.engines.pace.Pace.seconds", 1e-3)  # a call does an epoch or two
    goes_on(study_of(callbacks), "vectorized")


@pytest.mark.parametrize("callbacks", ["early stopping", "schedule"])
def test_seeds_that_train_one_by_one_go_on(callbacks: str) -> None:
    goes_on(study_of(callbacks), "fit")


def test_so_does_training_from_the_disk(tmp_path: Path) -> None:
    x, y = split(20, 1)
    np.save(tmp_path / "x.npy", x.astype("float64"))
    data = Splits((np.load(tmp_path / "x.npy", mmap_mode="r"), y), split(9, 2), split(9, 3))
    goes_on(study_of(data=data), "fit")


@pytest.mark.parametrize("engine", ["vectorized", "fit"])
def test_the_pruner_hears_the_epochs_of_before_once_more(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuner.engines.pace.Pace.seconds", 1e-3)
    slot = Memory()
    told: list[list[tuple[int, float]]] = []

    def ask(epoch: int, logs: Any) -> bool:
        told[-1].append((epoch, float(logs["val_loss"][0])))
        return False

    def stop(share: float) -> None:
        if share > 0.6:
            raise KeyboardInterrupt

    told.append([])
    with pytest.raises(KeyboardInterrupt):
        train(study_of(), engine, stop, slot, ask)
    told.append([])
    train(study_of(), engine, slot=slot, ask=ask)
    first, second = told
    assert 1 < len(first) < EPOCHS
    assert [epoch for epoch, _ in second] == list(range(EPOCHS))
    assert second[: len(first)] == first


class Own(keras.callbacks.Callback):
    """Its state is known to nobody."""


def test_what_may_have_another_state_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(**given: Any) -> bool:
        study = study_of(**given)
        job = Repeats(study)._job("search", Configuration("one", {}), [0])
        return can_be_kept(job.builds[0]())

    assert kept()
    monkeypatch.setitem(CALLBACKS, "own", lambda: [Own()])
    assert not kept(callbacks="own")
    assert not kept(shuffle="batch") and not kept(steps_per_epoch=2) and not kept(validation_steps=1)
    pairs = split(14, 1)
    assert not kept(data=Splits(pairs, lambda: iter([pairs]), split(9, 3)))


@pytest.mark.parametrize("spoil", ["cut", "flipped", "another's", "pickle", "bomb", "empty"])
def test_what_is_damaged_or_another_s_is_as_if_it_were_not_there(spoil: str, tmp_path: Path) -> None:
    slot = Memory()
    Checkpoints(slot, "mine", [4, 5]).of("fit", [1]).save({"a": np.arange(5.0)})
    assert Checkpoints(slot, "mine", [4, 5]).of("fit", [1]).load() is not None
    assert Checkpoints(slot, "mine", [5]).of("fit", [0]).load() is not None  # it is the seed that counts
    stored = slot.content
    assert stored is not None
    own = "mine"
    if spoil == "cut":
        slot.content = stored[:-9]
    elif spoil == "flipped":
        slot.content = stored[:70] + bytes([stored[70] ^ 4]) + stored[71:]
    elif spoil == "another's":
        own = "theirs"
    else:
        slot.content = signed({"pickle": evil(tmp_path / "made"), "bomb": bomb(), "empty": b""}[spoil])
    assert Checkpoints(slot, own, [4, 5]).of("fit", [1]).load() is None
    assert not (tmp_path / "made").exists()
    for kind, seeds in (("vectorized", [1]), ("fit", [0]), ("fit", [0, 1])):
        slot.content = stored
        assert Checkpoints(slot, "mine", [4, 5]).of(kind, seeds).load() is None


def signed(content: bytes) -> bytes:
    """Content whose checksum says that it is ours."""
    return checkpoints._checksum(Checkpoints(None, "mine", [4, 5]).of("fit", [1]).owner, content) + content


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def evil(path: Path) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, seconds=np.array([Evil(path)], dtype=object))
    assert pickle.dumps(Evil(path)) != buffer.getvalue()
    return buffer.getvalue()


def bomb() -> bytes:
    """Much from little."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        array = io.BytesIO()
        np.save(array, np.zeros(10**6))
        archive.writestr("seconds.npy", array.getvalue())
    return buffer.getvalue()


def test_arrays_of_another_shape_or_type_do_not_fit() -> None:
    like = [np.zeros((2, 3), "float32"), np.zeros(2, ml_dtypes.bfloat16)]
    found = {name: io_trip(array) for name, array in numbered("a", [one + 1 for one in like]).items()}
    values = fitting(found, "a", like)
    assert values is not None
    assert [one.dtype for one in values] == [one.dtype for one in like]
    assert float(values[1][0]) == 1.0
    for other in (
        [like[0], np.zeros(3, "float32")],
        [np.zeros((3, 2), "float32"), like[1]],
        [*like, like[0]],
    ):
        assert fitting(found, "a", other) is None


def io_trip(array: np.ndarray) -> np.ndarray:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return np.load(io.BytesIO(buffer.getvalue()), allow_pickle=False)


def test_keeping_takes_a_small_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(checkpoints, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(checkpoints, "EVERY", 60.0)
    monkeypatch.setattr(checkpoints, "_SHARE", 0.05)

    class Slow(Memory):
        def write(self, content: bytes) -> None:
            now[0] += 10.0

    kept = Checkpoints(Slow(), "mine", [0]).of("fit", [0])
    assert not kept.due
    now[0] = 60.0
    assert kept.due
    kept.save({})
    now[0] += 199.0
    assert not kept.due
    now[0] += 2.0
    assert kept.due
    assert not Checkpoints().of("fit", [0]).due


def test_a_run_that_is_interrupted_goes_on_within_its_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves nothing behind, whatever else there was."""
    monkeypatch.setattr("tuner.engines.pace.Pace.seconds", 1e-3)
    study, folder = dense_study(epochs=8), tmp_path / "run"
    expected = run(study, tmp_path / "whole")
    assert not (tmp_path / "whole" / "checkpoints").exists()
    with pytest.raises(KeyboardInterrupt):
        run(study, folder, reporter=Recorder(lambda phase, name, share: name == "trial-1" and share > 0.6))
    (path,) = (folder / "checkpoints").iterdir()
    assert path == slot_of(folder, Group("search", Configuration("trial-1", {}), (0, 1))).path
    (path.parent / "search-trial-0-0000.checkpoint").write_text("of a group that has ended")
    (path.parent / "mine").write_text("mine")
    told: list[tuple[str, float]] = []
    went_on = run(
        study, folder, reporter=Recorder(lambda phase, name, share: bool(told.append((name, share))))
    )
    assert numbers(went_on) == numbers(expected)
    assert min(share for name, share in told if name == "trial-1") > 0.5
    assert [one.name for one in path.parent.iterdir()] == ["mine"]


def test_starting_over_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuner.engines.pace.Pace.seconds", 1e-3)
    study = dense_study(epochs=8)
    ended = Recorder(lambda phase, name, share: share > 0.6)
    with pytest.raises(KeyboardInterrupt):
        run(study, tmp_path, reporter=ended)
    assert list(tmp_path.glob("checkpoints/*.checkpoint"))
    told: list[float] = []

    def first(phase: Any, name: str, share: float) -> bool:
        told.append(share)
        return True

    with pytest.raises(KeyboardInterrupt):
        run(study, tmp_path, reporter=Recorder(first), fresh=True)
    assert told[0] < 0.5


def test_files_of_groups_that_wait_are_left(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    waiting = Group("search", Configuration("a", {}), (0,))
    ledger.write(waiting)
    paths = [slot_of(tmp_path, one).path for one in (waiting, replace(waiting, seed_indices=(3,)))]
    for path in paths:
        write_whole(path, b"x")
    tidy_checkpoints(ledger)
    assert [path.exists() for path in paths] == [True, False]


def test_a_file_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_text("no folder")
    slot = FileSlot(tmp_path / "checkpoints" / "a.checkpoint")
    slot.write(b"x")
    assert slot.read() is None
    slot.clear()
    assert (tmp_path / "checkpoints").read_text() == "no folder"
