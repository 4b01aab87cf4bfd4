"""Recurrent layers."""

import keras
from keras import layers

from tests.engines.table.row import PADDED, SEQUENCES, TOKENS, Row, compiled, make, numbers, stack

STEPS_AHEAD = make(lambda count: (numbers(3, 2)(count)[0], numbers(2, 1)(count)[0]))
FILMS = make(numbers(2, 5, 5, 1))


def cells_from_a_state() -> keras.Model:
    """Cells of three kinds in one loop that starts from a state which the first step determines."""
    past = keras.Input((3, 2))
    first = past[:, 0]
    state = [
        [layers.Dense(2, "tanh")(first), layers.Dense(2)(first)],
        layers.Dense(3, "tanh")(first),
        layers.Dense(2, "tanh")(first),
    ]
    cells = [layers.LSTMCell(2, dropout=0.2), layers.GRUCell(3), layers.SimpleRNNCell(2)]
    loop = layers.RNN(layers.StackedRNNCells(cells), return_sequences=True, return_state=True)
    sequence, *_, last = loop(past, initial_state=state)
    outputs = layers.Dense(1)(layers.Concatenate()([layers.Flatten()(sequence), last]))
    return compiled(keras.Model(past, outputs))


def encoder_decoder() -> keras.Model:
    from tuner.models import encoder_decoder

    return compiled(encoder_decoder(STEPS_AHEAD, units=2, dropout=0.2, cell="lstm"))


ROWS = [
    stack("LSTM", SEQUENCES, lambda: [layers.LSTM(2), layers.Dense(1)]),
    stack("GRU", SEQUENCES, lambda: [layers.GRU(2), layers.Dense(1)]),
    stack("SimpleRNN", SEQUENCES, lambda: [layers.SimpleRNN(2), layers.Dense(1)]),
    stack(
        "LSTM and GRU with recurrent dropout",
        SEQUENCES,
        lambda: [
            layers.LSTM(2, return_sequences=True, dropout=0.2, recurrent_dropout=0.2),
            layers.GRU(2, recurrent_dropout=0.2),
            layers.Dense(1),
        ],
    ),
    stack(
        "Bidirectional LSTM, concatenated",
        SEQUENCES,
        lambda: [layers.Bidirectional(layers.LSTM(2), merge_mode="concat"), layers.Dense(1)],
    ),
    Row("StackedRNNCells with dropout, from an initial state", SEQUENCES, cells_from_a_state),
    stack(
        "Masking, LSTM, TimeDistributed, smaller last batch",
        PADDED,
        lambda: [
            layers.Masking(),
            layers.LSTM(2, return_sequences=True),
            layers.TimeDistributed(layers.Dense(1)),
        ],
    ),
    stack(
        "Embedding that masks, GRU",
        TOKENS,
        lambda: [layers.Embedding(5, 2, mask_zero=True), layers.GRU(2), layers.Dense(1)],
    ),
    Row("encoder-decoder with dropout", STEPS_AHEAD, encoder_decoder),
    stack(
        "CNN-LSTM",
        FILMS,
        lambda: [
            layers.TimeDistributed(layers.Conv2D(2, 2, activation="tanh")),
            layers.TimeDistributed(layers.MaxPooling2D(2)),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(2),
            layers.Dense(1),
        ],
    ),
]
