"""Convolutions and pooling."""

import keras
from keras import layers

from tests.engines.table.row import IMAGES, Row, compiled, make, numbers, stack

SIGNALS = make(numbers(8, 2))


def flat(*middle: layers.Layer) -> list[layers.Layer]:
    """These layers, and a number from what they return."""
    return [*middle, layers.Flatten(), layers.Dense(1)]


def pooled(shape: tuple[int, ...], rank: str) -> keras.Model:
    """A convolution, and every way of pooling what it returns."""
    kind = {
        name: getattr(layers, f"{name}{rank}")
        for name in ("Conv", "MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling")
    }
    inputs = keras.Input(shape)
    hidden = kind["Conv"](2, 2, activation="tanh")(inputs)
    parts = [
        layers.Flatten()(kind["MaxPooling"](2)(hidden)),
        layers.Flatten()(kind["MaxPooling"](3, strides=2, padding="same")(hidden)),
        layers.Flatten()(kind["AveragePooling"](2)(hidden)),
        layers.Flatten()(kind["AveragePooling"](3, strides=2, padding="same")(hidden)),
        kind["GlobalMaxPooling"]()(hidden),
        kind["GlobalAveragePooling"]()(hidden),
    ]
    return compiled(keras.Model(inputs, layers.Dense(1)(layers.Concatenate()(parts))))


ROWS = [
    stack(
        "Conv1D causal and dilated, then valid with strides",
        SIGNALS,
        lambda: flat(
            layers.Conv1D(2, 2, padding="causal", dilation_rate=2, activation="tanh"),
            layers.Conv1D(2, 3, strides=2, activation="tanh"),
        ),
    ),
    stack(
        "Conv1D same, in groups",
        SIGNALS,
        lambda: flat(layers.Conv1D(4, 3, padding="same", groups=2, activation="tanh")),
    ),
    stack("Conv2D valid", IMAGES, lambda: flat(layers.Conv2D(2, 3, activation="relu"))),
    stack(
        "Conv2D same, then with strides",
        IMAGES,
        lambda: flat(
            layers.Conv2D(2, 2, padding="same", activation="tanh"),
            layers.Conv2D(2, (2, 3), strides=(2, 1), padding="same"),
        ),
    ),
    stack(
        "Conv2D dilated, in groups",
        IMAGES,
        lambda: flat(layers.Conv2D(4, 2, dilation_rate=2, groups=2, activation="tanh")),
    ),
    stack(
        "Conv2DTranspose", IMAGES, lambda: flat(layers.Conv2DTranspose(2, 2, strides=2, activation="tanh"))
    ),
    stack(
        "SeparableConv1D, DepthwiseConv1D",
        SIGNALS,
        lambda: flat(
            layers.SeparableConv1D(3, 2, depth_multiplier=2, activation="tanh"), layers.DepthwiseConv1D(2)
        ),
    ),
    stack(
        "SeparableConv2D, DepthwiseConv2D",
        IMAGES,
        lambda: flat(
            layers.SeparableConv2D(3, 2, padding="same", activation="tanh"), layers.DepthwiseConv2D(2)
        ),
    ),
    Row("pooling in 1D", SIGNALS, lambda: pooled((8, 2), "1D")),
    Row("pooling in 2D", IMAGES, lambda: pooled((5, 5, 2), "2D")),
]
