"""The encoder-decoder that passes states: sizes, states, bridges, dropout, saving."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.models import by_hand
from tests.models.made import CLOSE, apart, said, splits, weighted
from tuner.errors import StudyError
from tuner.models import encoder_decoder

DATA = splits((4, 2), (3, 2))
X = DATA.train[0]

# Weights of a layer by its inputs and units.
PARAMETERS = {
    "gru": lambda inputs, units: 3 * (inputs * units + units * units + 2 * units),
    "lstm": lambda inputs, units: 4 * (inputs * units + units * units + units),
    "simple_rnn": lambda inputs, units: inputs * units + units * units + units,
}


@pytest.mark.parametrize("cell", PARAMETERS)
def test_parameters_by_hand(cell: Any) -> None:
    model = encoder_decoder(splits((4, 3), (3, 1)), units=2, decoder_units=4, layers=3, cell=cell)
    count = PARAMETERS[cell]
    encoder = count(3, 2) + 2 * count(2, 2)
    decoder = count(1, 4) + 2 * count(4, 4)
    bridges = 3 * (2 if cell == "lstm" else 1) * (2 * 4 + 4)
    assert model.count_params() == encoder + bridges + decoder + 4 * 1 + 1
    assert model.input_shape == (None, 4, 3)
    assert model.output_shape == (None, 3, 1)


@pytest.mark.parametrize(
    ("cell", "bidirectional", "decoder_units", "bridges"),
    [
        ("gru", None, None, 0),
        ("lstm", "concat", None, 4),
        ("gru", "concat", 4, 0),
        ("simple_rnn", "mul", 3, 2),
    ],
)
def test_the_decoder_sees_the_input_only_through_every_layer_s_states(
    cell: Any, bidirectional: Any, decoder_units: int | None, bridges: int
) -> None:
    model = encoder_decoder(
        DATA, units=2, layers=2, cell=cell, bidirectional=bidirectional, decoder_units=decoder_units
    )
    layers = {layer.name: layer for layer in weighted(model).layers}
    assert sum(name.startswith("bridge_") for name in layers) == bridges
    hidden: Any = X
    states: list[Any] = []
    for level in range(2):
        hidden, own = by_hand.read(cell, layers[f"encoder_{level}"], hidden, merge=bidirectional)
        if bridges:
            own = tuple(by_hand.dense(layers[f"bridge_{level}_{k}"], one) for k, one in enumerate(own))
        states.append(own)
    hidden = np.zeros((len(X), 3, 2))
    for level in range(2):
        hidden, _ = by_hand.read(cell, layers[f"decoder_{level}"], hidden, states[level])
    answer = said(model, X)
    assert np.ptp(answer[:, 0, 0]) > 1e-3  # the states do pass
    assert apart(answer, by_hand.dense(layers["output"], hidden)) < CLOSE


def test_dropout_is_between_the_layers_and_before_the_output() -> None:
    model = encoder_decoder(DATA, units=2, layers=2, dropout=0.4, recurrent_dropout=0.3)
    after = {layer.name: layer.output for layer in model.layers}
    dropped = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert {layer.rate for layer in dropped} == {0.4}
    sources = {id(layer.input) for layer in dropped}
    assert sources == {id(after["encoder_0"][0]), id(after["decoder_0"]), id(after["decoder_1"])}
    for name in ("encoder_0", "encoder_1", "decoder_0", "decoder_1"):
        assert model.get_layer(name).recurrent_dropout == 0.3


def test_options_are_of_every_recurrent_layer_in_both_coders() -> None:
    model = encoder_decoder(DATA, units=2, layers=2, kernel_regularizer=(0.0, 1e-6), activation="relu")
    for name in ("encoder_0", "encoder_1", "decoder_0", "decoder_1"):
        assert model.get_layer(name).kernel_regularizer.l2 == pytest.approx(1e-6)
        assert model.get_layer(name).activation is keras.activations.relu


# Keras reads saved weights through numpy's old array protocol.
@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_it_saves_and_loads_in_safe_mode(tmp_path: Path) -> None:
    model = encoder_decoder(DATA, units=2, layers=2, cell="gru", bidirectional="ave", dropout=0.1)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert np.array_equal(said(model, X), said(loaded, X))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": "rnn"}, "cell is 'rnn'; write 'gru', 'lstm' or 'simple_rnn'"),
        ({"output": "tanh"}, "output is 'tanh'"),
        ({"layers": 0}, "layers is 0; give a whole number, 1 or more"),
        ({"units": 0}, "units is 0"),
        ({"decoder_units": 0}, "decoder_units is 0"),
        ({"dropout": -1}, "dropout is -1"),
        ({"bidirectional": "both"}, "bidirectional is 'both'"),
    ],
)
def test_values_out_of_range_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        encoder_decoder(DATA, **{"units": 2, **change})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (splits((4,), (3, 1)), "encoder_decoder needs x of shape .* write x"),
        (splits((4, 2), (1,)), "encoder_decoder needs y of shape .* use recurrent"),
    ],
)
def test_data_that_are_no_sequences_are_refused(data: Any, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        encoder_decoder(data, units=2)
