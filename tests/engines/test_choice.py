"""Which engine trains what, and what is said about it."""

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import build_dense, dense_study
from tuner.errors import StudyError
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.splits import Splits


def with_fit(**fit: Any) -> Any:
    def build(trial: Any, data: Splits) -> Any:
        model, usual = build_dense(trial, data)
        return model, {**usual, **fit}

    return build


def eager(trial: Any, data: Splits) -> Any:
    model, fit = build_dense(trial, data)
    model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    return model, fit


UNSUPPORTED = [
    (
        with_fit(callbacks=[keras.callbacks.LambdaCallback()]),
        "the callback LambdaCallback acts on one model at a time",
    ),
    (with_fit(validation_freq=2), "build gives the fit argument 'validation_freq'"),
    (with_fit(shuffle="batch"), "build gives shuffle='batch'"),
    (eager, "run_eagerly"),
]


@pytest.mark.parametrize(("build", "reason"), UNSUPPORTED)
def test_what_cannot_be_vectorized_goes_to_fit_with_the_reason(build: Any, reason: str) -> None:
    found = Repeats(dense_study(build=build)).preflight()
    assert found.engine == "fit"
    assert reason in found.engine_reason


@pytest.mark.parametrize(("build", "reason"), UNSUPPORTED)
def test_asking_for_vectorized_is_then_an_error(build: Any, reason: str) -> None:
    with pytest.raises(StudyError, match="the vectorized engine cannot train this study") as caught:
        Repeats(dense_study(build=build), engine="vectorized").preflight()
    assert reason in str(caught.value)


@pytest.mark.parametrize("limit", [keras.config.set_max_epochs, keras.config.set_max_steps_per_epoch])
def test_what_keras_itself_limits_goes_to_fit(limit: Any) -> None:
    limit(1)
    try:
        found = Repeats(dense_study()).preflight()
    finally:
        limit(None)
    assert (found.engine, found.engine_reason) == (
        "fit",
        "Keras is set to limit the epochs, or the steps of an epoch",
    )


def test_a_plain_model_is_vectorized() -> None:
    assert Repeats(dense_study()).preflight().engine == "vectorized"
    assert Repeats(dense_study(), engine="vectorized").preflight().engine == "vectorized"


def stack(*layers: Any) -> Any:
    """A model with these layers, built anew for every seed."""

    def build(trial: Any, data: Splits) -> Any:
        trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        model = keras.Sequential([keras.Input((3,)), *(make() for make in layers), keras.layers.Dense(1)])
        model.compile(optimizer="sgd", loss="mse")
        return model

    return build


def test_activations_and_noise_do_not_differ_by_seed() -> None:
    layers = keras.layers
    build = stack(
        lambda: layers.Dense(2, "relu"),
        lambda: layers.Dense(2, "gelu"),
        lambda: layers.BatchNormalization(),
        lambda: layers.GaussianNoise(0.1),
        lambda: layers.Dropout(0.1),
    )
    assert Repeats(dense_study(build=build)).preflight().engine == "vectorized"


def test_what_build_draws_at_random_is_each_seeds_own() -> None:
    def random_features() -> Any:
        weights = np.random.normal(size=(3, 2)).astype("float32")
        return keras.layers.Lambda(lambda x: x @ weights)

    study = dense_study(build=stack(random_features))
    found, expected = Repeats(study, engine="vectorized"), Repeats(study, engine="fit")
    one = Configuration("one", {"learning_rate": 0.01})
    runs = [each.train("search", one, (0, 1), lambda share: None) for each in (found, expected)]
    scores = [[run.scores["validation"] for run in each] for each in runs]
    assert scores[0] == pytest.approx(scores[1], rel=1e-5)


def test_a_model_without_an_input_gets_the_same_weights_every_time() -> None:
    def build(trial: Any, data: Splits) -> Any:
        class Late(keras.Model):
            def __init__(self) -> None:
                super().__init__()
                self.hidden, self.end = keras.layers.Dense(2, "relu"), keras.layers.Dense(1)

            def call(self, x: Any) -> Any:
                return self.end(self.hidden(x))

        trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        model = Late()
        model.compile(optimizer="sgd", loss="mse")
        return model

    one = Configuration("one", {"learning_rate": 0.01})
    twice = [
        Repeats(dense_study(build=build)).train("search", one, (0, 1), lambda share: None) for _ in range(2)
    ]
    assert twice[0][0].scores == twice[1][0].scores
    assert [run.status for run in twice[0]] == ["complete", "complete"]
    assert twice[0][0].scores != twice[0][1].scores


def test_fit_can_be_asked_for() -> None:
    found = Repeats(dense_study(), engine="fit").preflight()
    assert (found.engine, found.engine_reason) == ("fit", "as asked for")


def test_a_training_that_stops_early_has_a_shorter_history() -> None:
    stop = with_fit(callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", min_delta=1e9, patience=0)])
    (run,) = Repeats(dense_study(build=stop, epochs=9)).train(
        "search", Configuration("one", {"learning_rate": 0.01}), (0,), lambda share: None
    )
    assert run.status == "complete"
    assert len(run.history["loss"]) == 2


def test_a_configuration_that_needs_fit_is_trained_with_it_and_said() -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        if trial.params["learning_rate"] > 0.02:
            fit["callbacks"] = [keras.callbacks.LambdaCallback()]
        return model, fit

    notes: list[str] = []
    runner = Repeats(dense_study(build=build), on_note=notes.append)
    assert runner.preflight().engine == "vectorized"
    (run,) = runner.train("search", Configuration("one", {"learning_rate": 0.03}), (0,), lambda share: None)
    assert run.status == "complete"
    (note,) = notes
    assert "train with the fit engine" in note
    assert "the callback LambdaCallback acts on one model at a time" in note


ON_TENSORFLOW = """
from tuner.backend import prepare_backend
prepare_backend("tensorflow")
import keras
from tests.tiny import lstm_study
from tuner.errors import StudyError
from tuner.records import Configuration
from tuner.repeats import Repeats

assert keras.config.backend() == "tensorflow"
found = Repeats(lstm_study()).preflight()
assert found.engine == "fit" and found.backend == "tensorflow", found
assert "the vectorized engine needs JAX" in found.engine_reason
try:
    Repeats(lstm_study(), engine="vectorized").preflight()
except StudyError as error:
    assert "needs JAX" in str(error)
else:
    raise AssertionError("vectorized on TensorFlow was not refused")
first, second = (
    Repeats(lstm_study()).train("search", Configuration("one", {"units": 3}), (0, 1), lambda share: None)
    for _ in range(2)
)
assert [run.status for run in first] == ["complete", "complete"], first
assert [run.scores for run in first] == [run.scores for run in second]
assert [run.history for run in first] == [run.history for run in second]
assert first[0].scores != first[1].scores
print("done")
"""


def test_tensorflow_trains_with_fit_and_repeats_itself() -> None:
    done = subprocess.run([sys.executable, "-c", ON_TENSORFLOW], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "done\n"
