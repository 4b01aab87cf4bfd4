"""Keras' callbacks, for all seeds at once, do what they do to each seed in `fit`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import split
from tuner.engines import fit, vectorized
from tuner.engines.base import Outcome
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

pytestmark = pytest.mark.filterwarnings(  # Keras' own callbacks cause it
    "ignore:__array__ implementation:DeprecationWarning"
)

CALLBACKS = keras.callbacks
SEEDS, EPOCHS = 3, 24  # one more than an even number: of two devices one has a seed less
RNG = np.random.default_rng(5)
DATA = Splits(
    train=(RNG.normal(size=(12, 3)), RNG.normal(size=(12, 1))), validation=split(7, 2), test=split(6, 3)
)


def halved(epoch: int, rate: float) -> float:
    return rate * 0.5 if epoch % 3 == 2 else rate


TABLE: dict[str, Callable[[], list[Any]]] = {
    "early stopping": lambda: [CALLBACKS.EarlyStopping(patience=1)],
    "patience 0": lambda: [CALLBACKS.EarlyStopping(patience=0)],
    "restored": lambda: [CALLBACKS.EarlyStopping(patience=3, restore_best_weights=True)],
    "restored, never stopped": lambda: [CALLBACKS.EarlyStopping(patience=99, restore_best_weights=True)],
    "least change": lambda: [CALLBACKS.EarlyStopping(min_delta=0.3, patience=2, restore_best_weights=True)],
    "from a later epoch": lambda: [
        CALLBACKS.EarlyStopping(patience=1, start_from_epoch=6, restore_best_weights=True)
    ],
    "from beyond the end": lambda: [
        CALLBACKS.EarlyStopping(patience=1, start_from_epoch=99, restore_best_weights=True)
    ],
    "baseline": lambda: [CALLBACKS.EarlyStopping(patience=4, baseline=2.0)],
    "a metric, upwards": lambda: [CALLBACKS.EarlyStopping("val_r2_score", mode="max", patience=2)],
    "training loss": lambda: [CALLBACKS.EarlyStopping("loss", min_delta=0.05, patience=2)],
    "plateau": lambda: [CALLBACKS.ReduceLROnPlateau(factor=0.3, patience=2, min_delta=0.01, cooldown=1)],
    "plateau with a least rate": lambda: [
        CALLBACKS.ReduceLROnPlateau(factor=0.1, patience=0, min_lr=0.004, min_delta=0.5)
    ],
    "schedule": lambda: [CALLBACKS.LearningRateScheduler(halved)],
    "schedule of the epoch alone": lambda: [CALLBACKS.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch))],
    "not a number": lambda: [CALLBACKS.TerminateOnNaN()],
    "together": lambda: [
        CALLBACKS.ReduceLROnPlateau(factor=0.5, patience=1),
        CALLBACKS.TerminateOnNaN(),
        CALLBACKS.EarlyStopping(patience=4, restore_best_weights=True),
    ],
}


def study(callbacks: Callable[[], Any], rate: float = 0.05, **changes: Any) -> Study:
    def build(trial: Any, data: Splits) -> Any:
        layers = [keras.Input((3,)), keras.layers.Dense(6, "tanh"), keras.layers.BatchNormalization()]
        model = keras.Sequential([*layers, keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(rate), "mse", metrics=["r2_score"])
        return model, {"batch_size": 5, "callbacks": callbacks()}

    values: dict[str, Any] = {"metric": "mse", "epochs": EPOCHS, "baseline": {}}
    return Study(DATA, build, **(values | changes))


def outcomes(study: Study, engine: Any) -> tuple[Outcome, ...]:
    job = Repeats(study)._job("search", Configuration("one", {}), range(SEEDS))
    return tuple(engine.train(replace(job, keep_weights=True), lambda share: None))


@pytest.mark.parametrize("name", TABLE)
def test_they_act_alike(name: str) -> None:
    found, expected = (outcomes(study(TABLE[name]), engine) for engine in (vectorized, fit))
    for one, other in zip(found, expected, strict=True):
        assert other.error == ""
        assert set(one.history) == set(other.history)
        for curve, values in other.history.items():
            assert len(one.history[curve]) == len(values), curve
            apart = np.linalg.norm(np.subtract(one.history[curve], values))
            assert apart <= 1e-4 * np.linalg.norm(values), curve
        assert one.scores == pytest.approx(dict(other.scores), rel=1e-4)
        for weight, reference in zip(one.weights, other.weights, strict=True):
            np.testing.assert_allclose(weight, reference, rtol=1e-3, atol=1e-5)


def test_seeds_stop_on_their_own() -> None:
    lengths = {len(one.history["loss"]) for one in outcomes(study(TABLE["early stopping"]), vectorized)}
    assert len(lengths) > 1
    assert max(lengths) < EPOCHS


def test_a_diverged_seed_is_frozen_and_the_others_go_on() -> None:
    """The data vary, and those of some seeds are too large for the learning rate."""

    def data(rng: np.random.Generator) -> Splits:
        scale = 1e20 if rng.random() < 0.5 else 1.0
        x = rng.normal(size=(12, 3)) * scale
        return Splits((x, x.sum(axis=1, keepdims=True)), DATA.validation, DATA.test)

    def build(trial: Any, data: Splits) -> Any:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.01), "mse")
        return model, {"batch_size": 5, "callbacks": [CALLBACKS.TerminateOnNaN()]}

    varying = Study(data, build, metric="mse", epochs=4, baseline={})
    found, expected = (outcomes(varying, engine) for engine in (vectorized, fit))
    assert {one.status for one in found} == {"complete", "diverged"}
    assert [one.status for one in found] == [one.status for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert len(one.history["loss"]) == len(other.history["loss"])
        if one.status == "complete":
            assert one.scores == pytest.approx(dict(other.scores), rel=1e-4)


class Own(CALLBACKS.Callback):  # type: ignore[misc]  # Keras has no types
    """A callback that Keras does not know."""


@pytest.mark.parametrize(
    ("callbacks", "reason"),
    [
        (lambda: [Own()], "the callback Own acts on one model at a time"),
        (lambda: Own(), "the callback Own acts on one model at a time"),
        (lambda: [CALLBACKS.CSVLogger("log.csv")], "the callback CSVLogger acts on one model at a time"),
        (
            lambda: [CALLBACKS.LearningRateScheduler(halved), CALLBACKS.ReduceLROnPlateau()],
            "LearningRateScheduler and ReduceLROnPlateau both set the learning rate",
        ),
    ],
)
def test_what_acts_on_one_model_goes_to_fit_with_the_reason(callbacks: Any, reason: str) -> None:
    chosen = Repeats(study(callbacks, epochs=1)).preflight()
    assert (chosen.engine, chosen.engine_reason) == ("fit", reason)


def test_what_is_not_measured_cannot_be_watched() -> None:
    watching = study(lambda: [CALLBACKS.EarlyStopping("val_accuracy", mode="max")], epochs=1)
    chosen = Repeats(watching).preflight()
    assert chosen.engine == "fit"
    assert "watches 'val_accuracy', which is not measured; measured are loss, r2_score, val" in (
        chosen.engine_reason
    )
