"""The encoder-decoder: sizes, states, outputs, saving."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tuner.errors import StudyError
from tuner.models import encoder_decoder
from tuner.study import Splits


def sequences(steps_in: int = 5, steps_out: int = 4, features: int = 1, targets: int = 1) -> Splits:
    rng = np.random.default_rng(0)
    pair = (
        rng.normal(size=(6, steps_in, features)).astype("float32"),
        rng.normal(size=(6, steps_out, targets)).astype("float32"),
    )
    return Splits(pair, pair, pair)


def gru_parameters(inputs: int, units: int) -> int:
    return 3 * (inputs * units + units * units + 2 * units)


def lstm_parameters(inputs: int, units: int) -> int:
    return 4 * (inputs * units + units * units + units)


def test_the_published_gru_has_23136_parameters() -> None:
    data = sequences(15, 15)
    assert encoder_decoder(data, units=35, layers=2, cell="gru").count_params() == 23_136


@pytest.mark.parametrize(("cell", "parameters"), [("gru", gru_parameters), ("lstm", lstm_parameters)])
@pytest.mark.parametrize("layers", [1, 3])
def test_parameters_by_hand(cell: Any, parameters: Any, layers: int) -> None:
    model = encoder_decoder(sequences(features=3, targets=2), units=5, layers=layers, cell=cell)
    first, others = parameters(3, 5) + parameters(2, 5), 2 * (layers - 1) * parameters(5, 5)
    assert model.count_params() == first + others + 5 * 2 + 2


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_shapes(cell: Any) -> None:
    data = sequences(7, 3, features=2, targets=4)
    model = encoder_decoder(data, units=3, layers=2, cell=cell)
    assert model.input_shape == (None, 7, 2)
    assert model.output_shape == (None, 3, 4)
    assert model.predict(data.train[0], verbose=0).shape == (6, 3, 4)


def test_a_softmax_output_is_a_distribution_at_every_step() -> None:
    data = sequences(targets=4)
    found = encoder_decoder(data, units=3, output="softmax").predict(data.train[0], verbose=0)
    assert found.min() > 0
    assert np.allclose(found.sum(axis=-1), 1, atol=1e-6)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_decoder_sees_the_input_only_through_every_layer_s_states(cell: Any) -> None:
    data = sequences()
    model = encoder_decoder(data, units=3, layers=2, cell=cell)
    x = data.train[0]
    answer = model.predict(x, verbose=0)
    assert np.ptp(answer[:, 0, 0]) > 1e-4  # the states do pass
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.GRU | keras.layers.LSTM)]
    recurrent.sort(key=lambda layer: (len(layer.name), layer.name))  # in the order they were made
    encoder, decoder = recurrent[:2], recurrent[2:]
    hidden: Any = x
    states = []
    for layer in encoder:
        states.append(layer(hidden)[1:])
        hidden = layer(hidden)[0]
    hidden = np.zeros((6, 4, 1), "float32")
    for layer, state in zip(decoder, states, strict=True):
        hidden = layer(hidden, initial_state=state)
    expected = model.layers[-1](hidden)
    assert np.allclose(answer, np.asarray(expected), atol=1e-5)


def test_dropout_acts_in_training_only() -> None:
    data = sequences()
    model = encoder_decoder(data, units=8, dropout=0.5)
    x = data.train[0]
    still = [np.asarray(model(x, training=False)) for _ in range(2)]
    moving = [np.asarray(model(x, training=True)) for _ in range(2)]
    assert np.array_equal(*still)
    assert not np.allclose(*moving)


# Keras reads saved weights through numpy's old array protocol.
@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_it_saves_and_loads_in_safe_mode(tmp_path: Path) -> None:
    data = sequences()
    model = encoder_decoder(data, units=3, dropout=0.1, cell="lstm")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    x = data.train[0]
    assert np.array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": "rnn"}, "cell is 'rnn'; write 'gru' or 'lstm'"),
        ({"output": "sigmoid"}, "output is 'sigmoid'"),
        ({"layers": 0}, "0 layers of 3 units"),
        ({"units": 0}, "1 layers of 0 units"),
    ],
)
def test_values_out_of_range_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        encoder_decoder(sequences(), **{"units": 3, **change})


def test_data_that_are_no_sequences_are_refused() -> None:
    flat = (np.zeros((6, 5)), np.zeros((6, 1)))
    two_inputs = ((np.zeros((6, 5, 1)), np.zeros((6, 2))), np.zeros((6, 4, 1)))
    for pair, message in ((flat, "shape"), (two_inputs, "one input and one output, not 2 and 1")):
        with pytest.raises(StudyError, match=message):
            encoder_decoder(Splits(pair, pair, pair), units=3)
