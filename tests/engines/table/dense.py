"""Layers that are neither recurrent nor convolutions: dense, noise, normalisation, attention, penalties."""

import keras
from keras import constraints, layers, regularizers

from tests.engines.table.row import SEQUENCES, TOKENS, UNEVEN_VECTORS, VECTORS, Row, compiled, stack


def self_attention() -> keras.Model:
    inputs = keras.Input((3, 2))
    wide = layers.Dense(4)(inputs)  # of two features, a normalised one is a sign, and nothing else
    hidden = layers.LayerNormalization()(wide + layers.MultiHeadAttention(2, 2)(wide, wide))
    return compiled(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(hidden))))


ROWS = [
    stack("Dense, smaller last batch", UNEVEN_VECTORS, lambda: [layers.Dense(3, "relu"), layers.Dense(1)]),
    stack(
        "Dense, not shuffled",
        UNEVEN_VECTORS,
        lambda: [layers.Dense(3, "relu"), layers.Dense(1)],
        fit={"shuffle": False},
    ),
    stack("Embedding", TOKENS, lambda: [layers.Embedding(5, 2), layers.Flatten(), layers.Dense(1)]),
    stack(
        "Dropout, smaller last batch",
        UNEVEN_VECTORS,
        lambda: [layers.Dense(4, "relu"), layers.Dropout(0.4), layers.Dense(1)],
    ),
    stack(
        "GaussianNoise, SpatialDropout1D",
        SEQUENCES,
        lambda: [
            layers.GaussianNoise(0.2),
            layers.Dense(3, "tanh"),
            layers.SpatialDropout1D(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ],
    ),
    stack(
        "BatchNormalization, smaller last batch",
        UNEVEN_VECTORS,
        lambda: [layers.Dense(3), layers.BatchNormalization(), layers.Activation("relu"), layers.Dense(1)],
    ),
    stack(
        "LayerNormalization, GroupNormalization, PReLU",
        VECTORS,
        lambda: [
            layers.Dense(4),
            layers.LayerNormalization(),
            layers.PReLU(),
            layers.Dense(8),
            layers.GroupNormalization(2),  # a group of two features is a sign when normalised
            layers.Dense(1),
        ],
    ),
    stack(
        "SpectralNormalization",
        VECTORS,
        lambda: [layers.SpectralNormalization(layers.Dense(3, "tanh")), layers.Dense(1)],
    ),
    Row("MultiHeadAttention, LayerNormalization", SEQUENCES, self_attention),
    stack(
        "penalties L1 and L2, of weights and activity",
        VECTORS,
        lambda: [
            layers.Dense(3, "tanh", kernel_regularizer=regularizers.L1(0.01), bias_regularizer="l2"),
            layers.Dense(
                3,
                "tanh",
                kernel_regularizer=regularizers.L1L2(0.01, 0.02),
                activity_regularizer=regularizers.L2(0.01),
            ),
            layers.Dense(1, kernel_regularizer=regularizers.L2(0.1)),
        ],
    ),
    stack(
        "constraints MaxNorm, NonNeg, UnitNorm",
        VECTORS,
        lambda: [
            layers.Dense(3, "tanh", kernel_constraint=constraints.MaxNorm(0.8)),
            layers.Dense(3, "tanh", kernel_constraint=constraints.NonNeg()),
            layers.Dense(3, "tanh", kernel_constraint=constraints.UnitNorm()),
            layers.Dense(1, bias_constraint=constraints.NonNeg()),
        ],
    ),
]
