"""Logits are never told as probabilities, and ensembles of a study and of a bundle are the same."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.special import softmax

import tuner
from tests.deploy.made import finalized, labelled, parts, study
from tests.test_answering import Focal
from tuner.answering import logits_of, mean_of
from tuner.deploy.bundle import CARD
from tuner.deploy.describing import Kind, kind_of
from tuner.deploy.networks import answers
from tuner.deploy.serving import Model, network_of
from tuner.metrics import named_metric
from tuner.splits import Splits

LOSSES = keras.losses
Y, HOT = labelled(48, 1)[1], np.eye(3, dtype="float32")[labelled(48, 1)[1]]
YES = (labelled(48, 1)[0].sum(axis=1, keepdims=True) > 0).astype("float32")


def hidden(y_true: Any, y_pred: Any) -> Any:
    """A loss that reads logits, of which nobody outside can know."""
    return LOSSES.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)


def hidden_binary(y_true: Any, y_pred: Any) -> Any:
    return LOSSES.binary_crossentropy(y_true, y_pred, from_logits=True)


def asked(
    loss: Any, metric: str, y: np.ndarray, *, ending: str | None = None, positive: bool = False
) -> Kind:
    """What is found of a model with that loss, trained or not, by what it answers."""
    width = 1 if y is YES else 3
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(width, activation=ending)])
    model.compile(loss=loss)
    said = np.full((48, width), 0.4) if positive else model.predict(labelled(48, 1)[0], verbose=0)
    direction = "maximize" if "accuracy" in metric else "minimize"
    return kind_of(model, named_metric(metric, direction), y, [said])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "loss", "metric", "y", "options"),
    [
        (
            Kind("classes", ("softmax",)),
            [LOSSES.SparseCategoricalCrossentropy(from_logits=True)],
            "accuracy",
            Y,
            {},
        ),
        (Kind("classes", ("softmax",)), Focal(from_logits=True), "mse", HOT, {}),
        (Kind("classes", ("softmax",)), Focal(from_logits=True), "accuracy", Y, {}),
        (Kind("binary", ("sigmoid",)), Focal(from_logits=True), "mse", YES, {}),
        (Kind("binary", ("sigmoid",)), [LOSSES.BinaryCrossentropy(from_logits=True)], "accuracy", YES, {}),
        (Kind("classes", ("sigmoid",)), LOSSES.BinaryCrossentropy(from_logits=True), "accuracy", HOT, {}),
        (Kind("classes"), "sparse_categorical_crossentropy", "accuracy", Y, {"ending": "softmax"}),
        (Kind("classes"), "categorical_crossentropy", "mse", HOT, {"ending": "softmax"}),
        (Kind("binary"), "binary_crossentropy", "accuracy", YES, {"ending": "sigmoid"}),
        (Kind("binary"), "binary_crossentropy", "accuracy", HOT.astype(int) | 1, {"ending": "sigmoid"}),
        (Kind("regression"), "mse", "mae", HOT, {}),
        (Kind("regression"), Focal(), "mse", HOT, {}),
    ],
)
def test_what_a_model_does_is_told_by_its_losses(
    kind: Kind, loss: Any, metric: str, y: np.ndarray, options: dict[str, Any]
) -> None:
    assert asked(loss, metric, y, **options) == kind


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize(("loss", "metric", "y"), [(hidden, "accuracy", Y), (hidden_binary, "accuracy", YES)])
def test_numbers_that_are_no_probabilities_are_told_as_numbers(
    positive: bool, loss: Any, metric: str, y: np.ndarray
) -> None:
    """Also where all of them lie between 0 and 1."""
    found = asked(loss, metric, y, positive=positive)
    assert (found.task, found.logits) == ("regression", ()) and "no probabilities" in found.note


def build_two(trial: Any, data: Splits) -> Any:
    """A class of three, as logits, and a number."""
    units = trial.suggest_int("units", 1, 4)
    x = keras.Input((4,))
    both = keras.layers.Dense(units)(x)
    model = keras.Model(x, {"kind": keras.layers.Dense(3)(both), "size": keras.layers.Dense(1)(both)})
    loss = {"kind": LOSSES.SparseCategoricalCrossentropy(from_logits=True), "size": "mse"}
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss=loss)
    return model


def two(size: int, seed: int) -> Any:
    x, kind = labelled(size, seed)
    return x, {"kind": kind, "size": x[:, :1]}


def cross_entropy(y_true: Any, y_pred: Any) -> Any:
    logs = y_pred["kind"] - np.logaddexp.reduce(y_pred["kind"], axis=-1, keepdims=True)
    return -logs[np.arange(len(logs)), y_true["kind"]]


def test_of_several_outputs_each_is_averaged_by_its_own_loss(tmp_path: Path) -> None:
    data = Splits(**parts(two))
    of = study("classes", data=data, build=build_two, metric=cross_entropy, direction="minimize")
    bundle = finalized(of, tmp_path, members=3)
    assert (bundle.task, bundle.logits) == ("regression", ("softmax", ""))
    model = tuner.load_model(bundle.place())
    x, y = data.test
    said = model.predict(x)
    raw = [answers(network_of(bundle), (one,), x, 128)[0] for one in _networks(model)]
    np.testing.assert_allclose(
        said.mean["kind"], np.mean([softmax(one["kind"], axis=-1) for one in raw], axis=0), rtol=1e-5
    )
    np.testing.assert_allclose(said.mean["size"], np.mean([one["size"] for one in raw], axis=0), rtol=1e-5)
    # The expected score is that of the very ensemble that --ensemble-sizes would score.
    stack = {name: np.stack([one[name] for one in raw]) for name in ("kind", "size")}
    assert logits_of(build_two(_Trial(), data), y, raw[0]) == bundle.logits
    assert bundle.expected.ensemble is not None
    wanted = cross_entropy(y, mean_of(stack, bundle.logits)).mean()
    assert bundle.expected.ensemble.score == pytest.approx(wanted, rel=1e-5)
    by_hand = -np.log(said.mean["kind"][np.arange(len(x)), y["kind"]]).mean()
    assert bundle.expected.ensemble.score == pytest.approx(by_hand, rel=1e-5)


class _Trial:
    def suggest_int(self, *arguments: Any) -> int:
        return 2


def _networks(model: Model) -> Any:
    from tuner.deploy.networks import Network

    return [Network(place, tuple(weights)) for place, weights in enumerate(model._weights)]


def build_hidden(trial: Any, data: Splits) -> Any:
    units = trial.suggest_int("units", 1, 4)
    layers = [keras.Input((4,)), keras.layers.Dense(units, activation="tanh"), keras.layers.Dense(3)]
    model = keras.Sequential(layers)
    model.compile(optimizer="adam", loss=hidden)
    return model, {"batch_size": 16}


def test_the_card_says_why_no_class_is_told(tmp_path: Path) -> None:
    bundle = finalized(study("classes", build=build_hidden), tmp_path)
    assert (bundle.task, bundle.logits, bundle.target_shape) == ("regression", (), None)
    said = tuner.load_model(bundle.place()).predict(labelled(5, 4)[0])
    assert said.classes is None
    assert "told as numbers, without a class" in (bundle.place() / CARD).read_text("utf-8")
