"""Probabilities and logits: what a loss says of a model's answers, and what several networks say together."""

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from scipy.special import expit, softmax

from tuner.answering import (
    LOGITS,
    Logits,
    as_text,
    logits_from,
    logits_of,
    losses_of,
    may_be_probabilities,
    mean_of,
    of_text,
    probabilities,
)

RNG = np.random.default_rng(0)
CODES = np.array([0, 2, 1, 1])
ONE_HOT = np.eye(3, dtype="float32")[CODES]
SEVERAL = np.array([[1, 1, 0], [0, 0, 0], [1, 0, 0], [1, 1, 1]], "float32")  # each yes or no by itself
LOSSES = keras.losses


class Focal(LOSSES.Loss):  # type: ignore[misc]
    """A loss of the user's, whose name does not say what it is of."""

    def __init__(self, from_logits: bool = False) -> None:
        super().__init__()
        self.from_logits = from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


class Smoothed(LOSSES.BinaryCrossentropy):  # type: ignore[misc]
    """A loss of Keras' under another name."""


def mine(y_true: Any, y_pred: Any, from_logits: bool = True) -> Any:
    return LOSSES.categorical_crossentropy(y_true, y_pred, from_logits=from_logits)


def compiled(loss: Any, width: int = 3) -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(width)])
    model.compile(loss=loss)
    return model


@pytest.mark.parametrize(
    ("loss", "logits"),
    [
        ("mse", ()),
        (None, ()),
        ("sparse_categorical_crossentropy", ()),
        (LOSSES.BinaryCrossentropy(), ()),
        (LOSSES.SparseCategoricalCrossentropy(from_logits=True), ("softmax",)),
        (LOSSES.CategoricalFocalCrossentropy(from_logits=True), ("softmax",)),
        (LOSSES.BinaryCrossentropy(from_logits=True), ("sigmoid",)),
        (LOSSES.BinaryFocalCrossentropy(from_logits=True), ("sigmoid",)),
        (Smoothed(from_logits=True), ("sigmoid",)),
        ([LOSSES.CategoricalCrossentropy(from_logits=True)], ("softmax",)),
        ([LOSSES.CategoricalCrossentropy()], ()),
        (["mse", LOSSES.CategoricalCrossentropy(from_logits=True)], ("softmax",)),  # both of the one output
        ({"out": LOSSES.CategoricalCrossentropy(from_logits=True)}, ("softmax",)),
        (partial(LOSSES.binary_crossentropy, from_logits=True), ("sigmoid",)),
        (partial(LOSSES.binary_crossentropy, from_logits=False), ()),
        (partial(mine, from_logits=False), ()),
        (mine, ("softmax",)),
        (Focal(), ()),
    ],
)
def test_the_loss_tells_whether_a_model_answers_logits(loss: Any, logits: tuple[Logits, ...]) -> None:
    assert logits_of(compiled(loss), ONE_HOT, np.zeros((4, 3))) == logits


@pytest.mark.parametrize(
    ("y", "width", "logits"),
    [
        (CODES, 3, "softmax"),
        (ONE_HOT, 3, "softmax"),
        (0.9 * ONE_HOT + 0.1 / 3, 3, "softmax"),
        (SEVERAL, 3, "sigmoid"),
        (SEVERAL[:, :1], 1, "sigmoid"),
        (SEVERAL[:, 0], 1, "sigmoid"),
    ],
)
def test_of_a_loss_of_the_users_the_targets_tell_which_logits_they_are(
    y: np.ndarray, width: int, logits: Logits
) -> None:
    model = compiled(Focal(from_logits=True), width)
    assert logits_of(model, y, np.zeros((4, width))) == (logits,)


def two_outputs(loss: Any) -> Any:
    x = keras.Input((2,))
    layers = {name: keras.layers.Dense(width, name=name) for name, width in (("kind", 3), ("size", 1))}
    model = keras.Model(x, [layers["kind"](x), layers["size"](x)])
    model.compile(loss=loss)
    return model


@pytest.mark.parametrize(
    "loss",
    [
        [LOSSES.CategoricalCrossentropy(from_logits=True), "mse"],
        {"size": "mse", "kind": LOSSES.CategoricalCrossentropy(from_logits=True)},
        [Focal(from_logits=True), None],
    ],
)
def test_every_output_has_the_logits_of_its_own_loss(loss: Any) -> None:
    model = two_outputs(loss)
    truth, answer = (ONE_HOT, CODES[:, None]), (np.zeros((4, 3)), np.zeros((4, 1)))
    assert logits_of(model, truth, answer) == ("softmax", "")
    # In a dict they stand in the order of its keys, as Keras sorts them too.
    named = {"a": {"size": np.zeros((4, 1)), "kind": np.zeros((4, 3))}}
    model.loss = {"a": {"kind": LOSSES.CategoricalCrossentropy(from_logits=True), "size": "mse"}}
    assert logits_of(model, {"a": {"kind": ONE_HOT, "size": CODES}}, named) == ("softmax", "")
    assert [one.from_logits for one in losses_of(model, named)] == [True, False]
    model.loss = LOSSES.BinaryCrossentropy(from_logits=True)
    assert logits_of(model, truth, answer) == ("sigmoid", "sigmoid")


def test_several_networks_say_the_mean_of_their_probabilities_each_output_its_own() -> None:
    answers = {"a": RNG.normal(scale=3.0, size=(4, 6, 3)), "b": RNG.normal(size=(4, 6)), "c": np.ones((4, 2))}
    found = mean_of(answers, ("softmax", "sigmoid", ""))
    np.testing.assert_allclose(softmax(found["a"], axis=-1), softmax(answers["a"], axis=-1).mean(axis=0))
    np.testing.assert_allclose(expit(found["b"]), expit(answers["b"]).mean(axis=0))
    np.testing.assert_array_equal(found["c"], np.ones(2))
    # What is shown and what is scored are one and the same.
    for name, kind in (("a", "softmax"), ("b", "sigmoid")):
        shown = np.mean([probabilities(one, kind) for one in answers[name]], axis=0)
        np.testing.assert_allclose(probabilities(found[name], kind), shown, rtol=1e-12)
        np.testing.assert_allclose(logits_from(shown, kind), found[name], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("value", [-700.0, -40.0, -1.0, 0.0, 3.0, 30.0])
def test_probabilities_become_the_logits_that_they_were_of(value: float) -> None:
    assert probabilities(np.float32(value), "sigmoid") == pytest.approx(expit(value), rel=1e-12)
    assert logits_from(expit(value), "sigmoid") == pytest.approx(value, rel=1e-3)
    pair = np.array([value, 0.0])
    np.testing.assert_allclose(softmax(logits_from(softmax(pair), "softmax")), softmax(pair), rtol=1e-12)


def test_certain_answers_have_finite_logits_and_other_answers_stay() -> None:
    assert np.isfinite(logits_from([0.0, 1.0], "sigmoid")).all()
    assert np.isfinite(logits_from([[0.0, 1.0]], "softmax")).all()
    values = np.array([-3, 5], "float32")
    assert probabilities(values, "") is values and logits_from(values, "") is values


@pytest.mark.parametrize("logits", [(), ("softmax",), ("", "sigmoid"), ("softmax", "", "")])
def test_functions_are_a_text_and_back(logits: tuple[Logits, ...]) -> None:
    assert of_text(as_text(logits)) == logits


def test_a_text_of_something_else_is_refused() -> None:
    assert LOGITS == ("", "softmax", "sigmoid")
    with pytest.raises(ValueError, match="what is 'rm'"):
        of_text("softmax,rm")


def ending(*layers: Any) -> Any:
    return keras.Sequential([keras.Input((2,)), *layers])


@pytest.mark.parametrize(
    ("layers", "may"),
    [
        ([keras.layers.Dense(3, activation="softmax")], True),
        ([keras.layers.Dense(3), keras.layers.Softmax()], True),
        ([keras.layers.Dense(1, activation="sigmoid")], True),
        ([keras.layers.Dense(3, "softmax"), keras.layers.Activation("linear", dtype="float32")], True),
        ([keras.layers.Dense(3), keras.layers.Activation("linear", dtype="float32")], False),
        ([keras.layers.Dense(3)], False),
        ([keras.layers.Dense(6), keras.layers.Reshape((2, 3))], False),
        ([keras.layers.Reshape((2, 1)), keras.layers.TimeDistributed(keras.layers.Dense(3))], False),
        ([keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])], False),
    ],
)
def test_what_a_layer_without_an_activation_answers_is_no_probability(layers: list[Any], may: bool) -> None:
    """Although all of it lies between 0 and 1."""
    model = ending(*layers)
    assert may_be_probabilities(model, [np.full((4, 3), 0.4)]) is may
    assert not may_be_probabilities(model, [np.full((4, 3), 0.4), np.full((4, 3), 1.2)])
