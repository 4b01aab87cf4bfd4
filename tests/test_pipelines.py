"""Splits that come batch by batch: what may be given, and one line for what may not."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import split
from tuner import pipelines
from tuner.errors import StudyError
from tuner.splits import Splits, digest

X, Y = split(10, 1)


class Batches(keras.utils.PyDataset):
    """Ten examples in batches of four; remembers which were asked for, and what it was told."""

    def __init__(self, x: Any = X, y: Any = Y, batches: int | None = 3) -> None:
        super().__init__()
        self.x, self.y, self.batches = x, y, batches
        self.asked: list[Any] = []

    @property
    def num_batches(self) -> int | None:
        return self.batches

    def __getitem__(self, index: int) -> Any:
        self.asked.append(index)
        rows = slice(index * 4 % 12, index * 4 % 12 + 4)
        return self.x[rows], self.y[rows]

    def on_epoch_begin(self) -> None:
        self.asked.append("begin")

    def on_epoch_end(self) -> None:
        self.asked.append("end")


def batches() -> Iterator[Any]:
    for start in range(0, 10, 4):
        yield X[start : start + 4], Y[start : start + 4], np.ones(len(X[start : start + 4]))


def splits(**changes: Any) -> Splits:
    return Splits(**{"train": (X, Y), "validation": (X, Y), "test": (X, Y), **changes})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Batches(), "a PyDataset"),
        (batches, "a function of batches"),
        (functools.partial(iter, ()), "a function of batches"),
        ((X, Y), ""),
        (3, ""),
    ],
)
def test_kinds(given: Any, kind: str) -> None:
    assert pipelines.kind(given) == kind


def test_a_split_may_come_batch_by_batch() -> None:
    data = splits(train=Batches(), test=batches)
    assert set(data.pipelines) == {"train", "test"}
    assert data.sizes == {"validation": 10}
    assert isinstance(data.train, Batches)


@pytest.mark.parametrize("given", [Batches(), batches])
def test_a_look_at_a_split_is_its_first_batch(given: Any) -> None:
    x, y = splits(train=given).peek("train")
    np.testing.assert_array_equal(x, X[:4])
    np.testing.assert_array_equal(y, Y[:4])
    assert splits(train=given).peek("validation")[0] is X


def test_a_look_is_no_epoch() -> None:
    given = Batches()
    splits(train=given).peek("train")
    assert given.asked == [0]


def test_a_function_is_closed_after_a_look() -> None:
    closed: list[bool] = []

    def opened() -> Iterator[Any]:
        try:
            yield X, Y
        finally:
            closed.append(True)

    splits(train=opened).peek("train")
    assert closed == [True]


@pytest.mark.parametrize("given", [Batches(), batches])
def test_a_pass_reads_every_batch_once(given: Any) -> None:
    read = list(pipelines.read("test", given))
    np.testing.assert_array_equal(np.concatenate([x for x, _ in read]), X)
    np.testing.assert_array_equal(np.concatenate([y for _, y in read]), Y)


def test_a_pass_over_a_dataset_is_an_epoch() -> None:
    given = Batches()
    list(pipelines.read("test", given))
    assert given.asked == ["begin", 0, 1, 2, "end"]


def test_as_many_batches_as_asked_for() -> None:
    endless = Batches(batches=None)
    assert len(list(pipelines.read("test", endless, 5))) == 5
    assert endless.asked == ["begin", 0, 1, 2, 3, 4, "end"]


def test_batches_are_counted_once_where_only_reading_tells() -> None:
    calls: list[int] = []

    def counted() -> Iterator[Any]:
        calls.append(1)
        yield from batches()

    data = splits(train=counted, validation=Batches())
    assert [data.batches("train"), data.batches("train"), data.batches("validation")] == [3, 3, 3]
    assert len(calls) == 1


def test_what_never_ends_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelines, "MANY", 7)

    def endless() -> Iterator[Any]:
        while True:
            yield X, Y

    with pytest.raises(StudyError, match="has given 7 batches and no end; let build return steps_per_epoch"):
        splits(train=endless).batches("train")
    with pytest.raises(StudyError, match="let build return validation_steps"):
        list(pipelines.read("test", endless))


def needs_one(size: int) -> Iterator[Any]:
    yield X, Y


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (batches(), "the train split is a generator, which can be read only once; give the function"),
        (iter([(X, Y)]), "the train split is a list_iterator, which can be read only once"),
        (needs_one, "the train split is a function that needs 'size'; give one without arguments"),
        (Batches, "the train split gives no batch"),
        (Batches(batches=0), "the train split gives no batch"),
        (lambda: iter(()), "the train split gives no batch"),
        (lambda: iter([X]), "a batch of the train split is a ndarray; make it"),
        (lambda: iter([(X,)]), "a batch of the train split has 1 parts; make it"),
        (lambda: iter([{"x": X, "y": Y}]), r"is a dict; make it \(x, y\) or \(x, y, sample_weight\)"),
        (lambda: iter([(X[0], Y[0])]), "a batch of the train split has 1 and 3 examples in its arrays"),
        (lambda: 3, "reading the train split raises TypeError"),
        (3, r"the train split is not a pair \(x, y\); write train=\(x, y\), or give a PyDataset"),
    ],
)
def test_what_cannot_be_read_is_refused(given: Any, message: str) -> None:
    if given is Batches:
        given = functools.partial(Batches, batches=0)
    with pytest.raises(StudyError, match=message) as caught:
        splits(train=given).peek("train")
    assert "\n" not in str(caught.value)


def test_a_dataset_without_a_length_is_refused() -> None:
    class Unfinished(keras.utils.PyDataset):
        def __getitem__(self, index: int) -> Any:
            return X, Y

    with pytest.raises(StudyError, match="the length of the train split raises NotImplementedError"):
        splits(train=Unfinished())


@pytest.mark.parametrize(
    ("given", "fit", "message"),
    [
        ({"train": batches}, {"batch_size": 4}, "build gives batch_size, but the train split is a function"),
        ({"train": Batches()}, {"sample_weight": Y}, r"make its batches \(x, y, sample_weight\)"),
        ({"train": batches}, {"class_weight": {0: 1.0}}, "build gives class_weight, but the train split"),
        ({"train": batches}, {"shuffle": True}, "which has its own order; shuffle there"),
        ({"validation": batches}, {"validation_batch_size": 4}, "build gives validation_batch_size"),
        (
            {"train": Batches(batches=None)},
            {},
            "is a PyDataset without an end; let build return steps_per_ep",
        ),
        ({"test": Batches(batches=None)}, {}, "the test split is a PyDataset without an end"),
    ],
)
def test_arguments_that_do_not_go_with_a_pipeline_are_refused(
    given: dict[str, Any], fit: dict[str, Any], message: str
) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        pipelines.check_arguments(given, fit)
    assert "\n" not in str(caught.value)


def test_arguments_that_go_with_a_pipeline() -> None:
    pipelines.check_arguments({"train": Batches()}, {"shuffle": True, "class_weight": {0: 1.0}})
    pipelines.check_arguments({"validation": batches}, {"batch_size": 4})
    pipelines.check_arguments({"train": batches}, {"batch_size": None, "validation_batch_size": 3})
    endless = Batches(batches=None)
    pipelines.check_arguments(
        {"train": endless, "test": endless}, {"steps_per_epoch": 3, "validation_steps": 2}
    )


def test_the_digest_of_a_pipeline_is_that_of_its_first_batch() -> None:
    changed = X.copy()
    changed[3] += 1
    later = X.copy()
    later[9] += 1
    found = digest(splits(train=Batches()))
    assert digest(splits(train=Batches())) == found
    assert digest(splits(train=Batches(changed))) != found
    assert digest(splits(train=Batches(later))) == found
    assert digest(splits(train=Batches(batches=2))) != found
    assert digest(splits(train=batches)) != found
    assert digest(splits(validation=Batches())) != found


def test_the_digest_of_a_shuffled_pipeline_does_not_change_with_its_order() -> None:
    def shuffled(features: int) -> Any:
        return lambda: iter([(np.random.default_rng().normal(size=(4, features)), Y[:4])])

    assert digest(splits(train=shuffled(3))) == digest(splits(train=shuffled(3)))
    assert digest(splits(train=shuffled(3))) != digest(splits(train=shuffled(4)))


def test_the_digest_of_arrays_does_not_depend_on_how_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = digest(splits())
    monkeypatch.setattr("tuner.splits._CHUNK", 40)  # bytes: a few rows
    assert digest(splits()) == found
    np.save(tmp_path / "x.npy", X)
    on_disk = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert digest(splits(train=(on_disk, Y))) == found
    assert digest(splits(train=(np.asfortranarray(X), Y))) == found
