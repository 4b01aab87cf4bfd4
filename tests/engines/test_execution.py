"""Several steps at once: the same training, and only where nobody looks at every batch."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import lstm_study
from tuner.building import Built, build
from tuner.engines import execution, fit
from tuner.engines.base import Job, Outcome
from tuner.engines.execution import steps_at_once
from tuner.metrics import resolve_metric
from tuner.seeds import Seed
from tuner.splits import Splits
from tuner.study import Study
from tuner.trials import PinnedTrial

SEED = Seed(0, "search", "", 0)


def built(study: Study, **fit: Any) -> Built:
    made = build(study, study.build, PinnedTrial({"units": 3}), study.data, SEED)
    made.fit.update(fit)
    return made


def outcome(study: Study, at_once: int, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Outcome:
    monkeypatch.setattr(execution, "MOST", at_once)
    job = Job((lambda: built(study, **given),), resolve_metric(study), ("validation", "test"), True)
    (found,) = fit.train(job, lambda share: None)
    assert found.error == ""
    return found


@pytest.mark.parametrize("at_once", [2, 3])  # of three steps, the last of which is smaller
@pytest.mark.parametrize("shuffle", [True, False])
def test_several_steps_at_once_change_nothing(
    at_once: int, shuffle: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = lstm_study(epochs=3)
    expected = outcome(study, 1, monkeypatch, shuffle=shuffle)
    found = outcome(study, at_once, monkeypatch, shuffle=shuffle)
    assert found.history == expected.history
    assert found.scores == expected.scores
    for one, other in zip(found.weights, expected.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_small_model_runs_whole_epochs_and_a_large_one_single_steps() -> None:
    study = lstm_study()
    assert steps_at_once(built(study), []) == 3
    assert steps_at_once(built(study, batch_size=1), []) == 20
    assert steps_at_once(built(study, batch_size=2), []) == 10

    def large(trial: Any, data: Any) -> Any:
        lstm = keras.layers.LSTM(2000, recurrent_initializer="zeros")  # Keras' own takes seconds
        model = keras.Sequential([keras.Input((4, 1)), lstm, keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model, {"batch_size": 8}

    assert steps_at_once(built(lstm_study(build=large)), []) == 1


class HearsBatches(keras.callbacks.Callback):
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Looks at every batch."""


class HearsTests(keras.callbacks.Callback):
    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Looks at every batch."""


class HearsEpochs(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Looks at every epoch."""


@pytest.mark.parametrize(
    ("callback", "steps"),
    [
        (HearsBatches(), 1),
        (HearsTests(), 1),
        (keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: None), 1),
        (keras.callbacks.TerminateOnNaN(), 1),
        (HearsEpochs(), 3),
        (keras.callbacks.EarlyStopping(), 3),
        (keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None), 3),
    ],
)
def test_who_looks_at_every_batch_gets_every_batch(callback: Any, steps: int) -> None:
    assert steps_at_once(built(lstm_study()), [HearsEpochs(), callback]) == steps


def test_what_is_read_batch_by_batch_gets_single_steps(tmp_path: Path) -> None:
    data = lstm_study().data
    np.save(tmp_path / "x.npy", data.train[0])
    on_disk = np.load(tmp_path / "x.npy", mmap_mode="r"), data.train[1]
    for train in (on_disk, lambda: iter([data.train])):
        splits = Splits(train, data.validation, data.test)
        assert steps_at_once(Built(built(lstm_study()).model, splits, {}, SEED), []) == 1


@pytest.mark.parametrize("argument", ["steps_per_epoch", "validation_steps"])
def test_given_steps_are_kept_to(argument: str) -> None:
    assert steps_at_once(built(lstm_study(), **{argument: 2}), []) == 1


def test_what_was_compiled_holds() -> None:
    made = built(lstm_study())
    made.model.compile("sgd", "mse", steps_per_execution=7)
    assert steps_at_once(made, []) == 7
    made.model.compile("sgd", "mse", run_eagerly=True)
    assert steps_at_once(made, []) == 1


def test_a_loop_of_the_model_s_own_gets_single_steps() -> None:
    class Own(keras.Sequential):
        def make_train_function(self, force: bool = False) -> Any:
            return super().make_train_function(force)

    def own(trial: Any, data: Any) -> Any:
        model = Own([keras.Input((4, 1)), keras.layers.LSTM(2), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    assert steps_at_once(built(lstm_study(build=own)), []) == 1


ON_TENSORFLOW = """
from tuner.backend import prepare_backend
prepare_backend("tensorflow")
import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.engines.test_execution import HearsEpochs, built, outcome
from tests.tiny import lstm_study
from tuner.engines import batching
from tuner.engines.execution import steps_at_once

x, y = np.arange(10.0)[:, None], np.arange(10)
for steps_at_once_, iterators in ((1, 1), (2, 3)):
    fed = batching.shuffled(([x, x], {"y": y}), 4, 5, steps_at_once_)
    assert fed["steps_per_epoch"] == 3
    order = np.random.RandomState(5)
    order.permutation(10)
    if iterators == 1:
        iterator = iter(fed["x"])
        epochs = [[next(iterator) for _ in range(3)] for _ in range(3)]
    else:
        epochs = [list(fed["x"]) for _ in range(3)]
    for epoch in epochs:
        found = np.concatenate([batch[1]["y"] for batch in epoch])
        np.testing.assert_array_equal(found, order.permutation(10))
        for batch in epoch:
            assert batch[0][0].dtype == "float32"
            np.testing.assert_array_equal(batch[0][1][:, 0], batch[1]["y"])
for size in (3, 5, 10, 20):
    batches = [batch[1].numpy().tolist() for batch in batching.in_order((x, y), size)]
    assert batches == [y[start:start + size].tolist() for start in range(0, 10, size)]

monkeypatch = pytest.MonkeyPatch()
study = lstm_study(epochs=3)
for shuffle in (True, False):
    expected = outcome(study, 1, monkeypatch, shuffle=shuffle)
    for at_once in (2, 3):
        found = outcome(study, at_once, monkeypatch, shuffle=shuffle)
        assert found.history == expected.history, (found.history, expected.history)
        assert found.scores == expected.scores
model = built(study, callbacks=[HearsEpochs()])
assert steps_at_once(model, [HearsEpochs()]) == 1
assert steps_at_once(model, [keras.callbacks.EarlyStopping()]) == 3

# In the order of the examples it is what Keras does with the arrays.
made = built(study, shuffle=False)
tf.random.set_seed(made.seed.integer("order"))
by_hand = made.model.fit(
    *study.data.train, validation_data=study.data.validation, verbose=0, **made.fit
).history
for name, values in by_hand.items():
    assert expected.history[name] == pytest.approx(values), name

# A training that is killed goes on: with one iterator for all epochs, and with one for each.
from tests.engines.test_checkpoints import goes_on, study_of
from tuner.engines import checkpoints
monkeypatch.setattr(checkpoints, "EVERY", 0.0)
monkeypatch.setattr(checkpoints, "_SHARE", 1e9)
for at_once in (1, 3):
    monkeypatch.setattr("tuner.engines.execution.MOST", at_once)
    goes_on(study_of("early stopping" if at_once == 1 else "none"), "fit")
print("done")
"""


def test_on_tensorflow_too() -> None:
    done = subprocess.run([sys.executable, "-c", ON_TENSORFLOW], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "done\n"
