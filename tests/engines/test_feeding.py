"""Pipelines and arrays on disk train and score like the same data in memory."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import Recorder, build_dense, dense_study, numbers, run, split
from tuner.engines import feeding, memory
from tuner.errors import StudyError
from tuner.records import Configuration, Run
from tuner.repeats import Repeats
from tuner.report.view import facts
from tuner.splits import Splits
from tuner.study import Study

ONE = Configuration("one", {"learning_rate": 0.02})
PAIRS = {"train": split(20, 1), "validation": split(10, 2), "test": split(10, 3)}
SIZE = 8  # the last batch is smaller


class Dataset(keras.utils.PyDataset):
    """Batches of a pair."""

    def __init__(self, pair: Any, batches: int | None = -1) -> None:
        super().__init__()
        self.pair = pair
        self.batches = -(-len(pair[0]) // SIZE) if batches == -1 else batches

    @property
    def num_batches(self) -> int | None:
        return self.batches

    def __getitem__(self, index: int) -> Any:
        rows = np.arange(index * SIZE, (index + 1) * SIZE)
        return tuple(array[rows[rows < len(array)]] for array in self.pair)


def function(pair: Any) -> Any:
    def batches() -> Iterator[Any]:
        for start in range(0, len(pair[0]), SIZE):
            yield [array[start : start + SIZE] for array in pair]

    return batches


def build(trial: Any, data: Splits) -> Any:
    """A Dense model that finds its shapes itself, so that a look at the data has to make its weights."""
    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    model = keras.Sequential([keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    given = {"shuffle": False} if isinstance(data.train, tuple | keras.utils.PyDataset) else {}
    return model, given if "train" in data.pipelines else {**given, "batch_size": SIZE}


def study(data: Any, **fit: Any) -> Study:
    def build_with(trial: Any, data: Splits) -> Any:
        model, usual = build(trial, data)
        return model, {**usual, "validation_batch_size": None, **fit}

    return dense_study(data=data, build=build_with)


def train(study: Study, seeds: int = 1) -> tuple[Run, ...]:
    runs = Repeats(study, engine="fit").train("confirmation", ONE, range(seeds), lambda share: None)
    assert [run.reason for run in runs] == [""] * seeds
    return runs


def assert_alike(found: Run, expected: Run) -> None:
    assert set(found.history) == set(expected.history)
    for name, values in expected.history.items():
        assert found.history[name] == pytest.approx(values, rel=1e-5)
    assert dict(found.scores) == pytest.approx(dict(expected.scores), rel=1e-5)


@pytest.mark.parametrize("kind", [Dataset, function])
def test_a_pipeline_is_as_good_as_its_arrays(kind: Any) -> None:
    expected = train(study(Splits(**PAIRS)))
    found = train(study(Splits(**{name: kind(pair) for name, pair in PAIRS.items()})))
    assert_alike(found[0], expected[0])


@pytest.mark.parametrize("kind", [Dataset, function])
def test_pipelines_and_arrays_mix(kind: Any) -> None:
    (expected,) = train(study(Splits(**PAIRS)))
    for name in ("train", "validation", "test"):
        data = Splits(**{**PAIRS, name: kind(PAIRS[name])})
        (found,) = train(study(data))
        assert dict(found.scores) == pytest.approx(dict(expected.scores), rel=1e-5)
        assert found.history["loss"] == pytest.approx(expected.history["loss"], rel=1e-5)


def endless(pair: Any) -> Any:
    def batches() -> Iterator[Any]:
        while True:
            yield from function(pair)()

    return batches


@pytest.mark.parametrize("kind", [function, endless])
def test_an_epoch_of_given_steps_goes_on_where_the_last_one_ended(kind: Any) -> None:
    x, y = PAIRS["train"]
    rows = [np.arange(20)[start : start + SIZE] for start in (0, 8, 16) * 2][:4]
    seen: list[tuple[int, float]] = []

    class Watch(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            jax.debug.callback(lambda x: seen.append((len(x), float(x[0, 0]))), x, ordered=True)
            return x

    import jax

    def watched(trial: Any, data: Splits) -> Any:
        trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        model = keras.Sequential([Watch(), keras.layers.Dense(1)])
        model.compile(optimizer="sgd", loss="mse")
        return model, {"steps_per_epoch": 2, "validation_freq": 9}

    train(dense_study(data=Splits(**{**PAIRS, "train": kind((x, y))}), build=watched))
    expected = [(len(index), float(x[index[0], 0])) for index in rows]
    assert [one for one in seen if one in expected][:4] == expected


@pytest.mark.parametrize("kind", [lambda pair: Dataset(pair, None), endless])
def test_an_endless_split_is_scored_on_its_first_batches(kind: Any) -> None:
    data = {**PAIRS, "validation": kind(PAIRS["validation"]), "test": kind(PAIRS["test"])}
    shorter = {**PAIRS, **{name: tuple(a[:8] for a in PAIRS[name]) for name in ("validation", "test")}}
    (found,) = train(study(Splits(**data), validation_steps=1))
    (expected,) = train(study(Splits(**shorter)))
    assert_alike(found, expected)


def test_a_function_that_gives_less_than_before_says_so() -> None:
    passes = itertools.chain([3, 3], itertools.repeat(1))  # one to build the model, one to count

    def shrinking() -> Iterator[Any]:
        yield from list(function(PAIRS["train"])())[: next(passes)]

    runner = Repeats(study(Splits(**{**PAIRS, "train": shrinking})), engine="fit")
    (run,) = runner.train("search", ONE, (0,), lambda share: None)
    assert "the train split gives 1 batches, where 3 are to be read" in run.reason


def test_sample_weights_of_the_batches_weigh_the_loss_and_not_the_score() -> None:
    x, y = PAIRS["train"]
    (found,) = train(study(Splits(**{**PAIRS, "train": Dataset((x, y, np.zeros(20)))})))
    assert found.history["loss"] == pytest.approx([0.0, 0.0])
    assert found.scores["test"] > 0


def test_a_pipeline_goes_to_fit_with_the_reason() -> None:
    data = Splits(**{**PAIRS, "train": Dataset(PAIRS["train"])})
    found = Repeats(study(data)).preflight()
    assert found.engine == "fit"
    assert found.engine_reason == "the train split is a PyDataset, which is read batch by batch"
    assert found.sizes == {"validation": 10, "test": 10}
    with pytest.raises(StudyError, match="cannot train this study: the train split is a PyDataset"):
        Repeats(study(data), engine="vectorized").preflight()


@pytest.mark.parametrize(
    ("data", "fit", "message"),
    [
        (
            {"train": function(PAIRS["train"])},
            {"batch_size": 8},
            "build gives batch_size, but the train split",
        ),
        ({"train": Dataset(PAIRS["train"], None)}, {}, "without an end; let build return steps_per_epoch"),
        ({"train": (PAIRS["train"])}, {"steps_per_epoch": 0}, "build gives steps_per_epoch=0; give a whole"),
        (
            {"test": lambda: iter([(np.zeros((4, 7)), np.zeros((4, 1)))])},
            {},
            "the model of 'baseline', called",
        ),
        ({"test": lambda: iter([])}, {}, "the test split gives no batch"),
    ],
)
def test_mistakes_are_found_before_anything_trains(data: Any, fit: Any, message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        Repeats(study(Splits(**{**PAIRS, **data}), **fit)).preflight()
    assert "\n" not in str(caught.value)


def test_a_function_makes_pipelines_anew_for_every_run() -> None:
    class Reshuffled(Dataset):
        """Keeps a state from epoch to epoch."""

        def __init__(self, pair: Any) -> None:
            super().__init__(pair)
            self.rng = np.random.default_rng(1)

        def on_epoch_begin(self) -> None:
            order = self.rng.permutation(20)
            self.pair = tuple(array[order] for array in self.pair)

    def data() -> Splits:
        return Splits(**{**PAIRS, "train": Reshuffled(PAIRS["train"])})

    together = train(study(data), seeds=2)
    (alone,) = Repeats(study(data), engine="fit").train("confirmation", ONE, (1,), lambda share: None)
    assert alone.scores == together[1].scores


def test_a_study_of_pipelines_runs_and_resumes(tmp_path: Path, recorder: Recorder) -> None:
    data = Splits(**{name: function(pair) for name, pair in PAIRS.items()})
    first = run(replace(study(data), trials=1), tmp_path)
    again = run(replace(study(data), trials=1), tmp_path, reporter=recorder)
    assert numbers(again) == numbers(first)
    assert recorder.trained == []
    told = {fact.label: fact.text for fact in facts(again)}
    assert "read batch by batch" in told["Engine"]
    assert "Data" not in told  # nobody knows how many examples there are


def test_progress_of_an_unknown_number_of_steps() -> None:
    for fit in ({}, {"steps_per_epoch": 2}):
        shares: list[float] = []
        data = Splits(**{**PAIRS, "train": function(PAIRS["train"])})
        Repeats(study(data, **fit), engine="fit").train("search", ONE, (0, 1), shares.append)
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1.0)


def pairs_on_disk(folder: Path, dtype: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pairs in memory and on disk."""
    pairs: dict[str, Any] = {
        name: tuple(array.astype(dtype) for array in pair) for name, pair in PAIRS.items()
    }
    on_disk: dict[str, Any] = {}
    for name, pair in pairs.items():
        for part, array in zip("xy", pair, strict=True):
            np.save(folder / f"{name}-{part}.npy", array)
        on_disk[name] = tuple(np.load(folder / f"{name}-{part}.npy", mmap_mode="r") for part in "xy")
    return pairs, on_disk


def build_shuffled(trial: Any, data: Splits) -> Any:
    return build_dense(trial, data)[0], {"batch_size": SIZE}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("names", [("train", "validation", "test"), ("train",), ("validation",)])
def test_arrays_on_disk_train_like_those_in_memory(tmp_path: Path, dtype: str, names: Any) -> None:
    pairs, on_disk = pairs_on_disk(tmp_path, dtype)
    changes = {"build": build_shuffled, "epochs": 3}
    (expected,) = train(dense_study(data=Splits(**pairs), **changes))
    mixed = Splits(**{**pairs, **{name: on_disk[name] for name in names}})
    (found,) = train(dense_study(data=mixed, **changes))
    assert found.history == expected.history
    assert found.scores == pytest.approx(expected.scores)


def test_nothing_on_disk_is_copied_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(array: Any, *_: Any) -> Any:
        raise AssertionError("Keras casts an array whole")

    class Disk(np.memmap):
        astype = refuse

    _, on_disk = pairs_on_disk(tmp_path, "float64")
    data = Splits(**{name: tuple(array.view(Disk) for array in pair) for name, pair in on_disk.items()})
    train(dense_study(data=data, build=build_shuffled))
    monkeypatch.setattr(feeding, "_is_copied", lambda array: False)
    with pytest.raises(AssertionError, match="casts an array whole"):
        train(dense_study(data=data, build=build_shuffled))


def test_arrays_that_are_too_large_for_one_program_go_to_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Splits(**PAIRS)
    assert memory.placed_bytes(data) == 40 * 4 * 4
    assert 1e8 < memory.machine_bytes() < 1e14
    monkeypatch.setattr(memory, "machine_bytes", lambda: 1e3)
    found = Repeats(dense_study(data=data)).preflight()
    assert found.engine == "fit"
    assert found.engine_reason.startswith("the data and their copies need 0.0 GB, and the memory has")


def test_no_more_is_free_than_a_container_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_LIMIT", limit)
    assert memory.free_bytes() > 1e8
    limit.write_text("100000000\n")
    assert memory.free_bytes() == 1e8
    limit.write_text("max\n")
    assert memory.free_bytes() > 1e8


ON_TENSORFLOW = """
import sys
from tuner.backend import prepare_backend
prepare_backend(sys.argv[1])
import tempfile
from pathlib import Path
import keras, numpy as np, tensorflow as tf
from tests.engines.test_feeding import *
from tuner.repeats import Repeats
from tuner.splits import Splits

def dataset(pair):
    return tf.data.Dataset.from_tensor_slices(pair).batch(SIZE)

def unknown(pair):
    return dataset(pair).filter(lambda x, y: True)

(expected,) = train(study(Splits(**PAIRS)))
for kind in (dataset, unknown):
    data = Splits(**{name: kind(pair) for name, pair in PAIRS.items()})
    (found,) = train(study(data))
    assert_alike(found, expected)
    assert Repeats(study(data)).preflight().sizes == {}
endless = Splits(**{**PAIRS, "train": dataset(PAIRS["train"]).repeat()})
(found,) = train(study(endless, steps_per_epoch=3))
assert_alike(found, expected)
if sys.argv[1] == "tensorflow":
    with tempfile.TemporaryDirectory() as folder:
        pairs, on_disk = pairs_on_disk(Path(folder), "float32")
        changes = {"build": build_shuffled, "epochs": 3}
        one, other = (train(dense_study(data=Splits(**each), **changes))[0] for each in (pairs, on_disk))
        assert_alike(other, one)
    for kind in (Dataset, function):
        (found,) = train(study(Splits(**{name: kind(pair) for name, pair in PAIRS.items()})))
        assert_alike(found, expected)
print("done")
"""


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_datasets_of_tensorflow(backend: str) -> None:
    quiet = ["-W", "error:Your input ran out of data", "-W", "error:`shuffle=True` was passed"]
    code = [sys.executable, *quiet, "-c", ON_TENSORFLOW, backend]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "done\n"
