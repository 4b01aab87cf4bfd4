"""The encoder-decoder that passes states: sizes, states, bridges, outputs."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import CLOSE, apart, enlarged, splits
from tuner.errors import StudyError
from tuner.models import encoder_decoder

DATA = splits((5, 1), (4, 1))


def gru_parameters(inputs: int, units: int) -> int:
    return 3 * (inputs * units + units * units + 2 * units)


def lstm_parameters(inputs: int, units: int) -> int:
    return 4 * (inputs * units + units * units + units)


def simple_parameters(inputs: int, units: int) -> int:
    return inputs * units + units * units + units


PARAMETERS = {"gru": gru_parameters, "lstm": lstm_parameters, "simple_rnn": simple_parameters}
MERGED = {
    "concat": lambda one, other: np.concatenate([one, other], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda one, other: (one + other) / 2,
}


@pytest.mark.parametrize("cell", PARAMETERS)
@pytest.mark.parametrize("layers", [1, 3])
def test_parameters_by_hand(cell: Any, layers: int) -> None:
    model = encoder_decoder(splits((5, 3), (4, 2)), units=5, layers=layers, cell=cell)
    count = PARAMETERS[cell]
    first, others = count(3, 5) + count(2, 5), 2 * (layers - 1) * count(5, 5)
    assert model.count_params() == first + others + 5 * 2 + 2


@pytest.mark.parametrize("cell", PARAMETERS)
def test_shapes(cell: Any) -> None:
    data = splits((7, 2), (3, 4))
    model = encoder_decoder(data, units=3, decoder_units=2, layers=2, cell=cell)
    assert model.input_shape == (None, 7, 2)
    assert model.output_shape == (None, 3, 4)
    assert model(data.train[0]).shape == (6, 3, 4)


def test_a_softmax_output_is_a_distribution_at_every_step() -> None:
    data = splits((5, 1), (4, 4))
    found = np.asarray(encoder_decoder(data, units=3, output="softmax")(data.train[0]))
    assert found.min() > 0
    assert np.allclose(found.sum(axis=-1), 1, atol=1e-6)


def by_hand(model: keras.Model, x: np.ndarray, merge: Any, width: int) -> Any:
    """What a model of two layers answers, layer by layer."""
    layers = {layer.name: layer for layer in model.layers}
    hidden: Any = x
    states = []
    for level in range(2):
        hidden, *own = layers[f"encoder_{level}"](hidden)
        if merge:
            half = len(own) // 2
            own = [merge(one, other) for one, other in zip(own[:half], own[half:], strict=True)]
        if own[0].shape[-1] != width:
            own = [layers[f"bridge_{level}_{place}"](state) for place, state in enumerate(own)]
        states.append(own)
    hidden = np.zeros((len(x), *model.output_shape[1:]), "float32")
    for level, state in enumerate(states):
        hidden = layers[f"decoder_{level}"](hidden, initial_state=state)
    return layers["output"](hidden)


@pytest.mark.parametrize(
    ("cell", "bidirectional", "decoder_units", "bridges"),
    [
        ("gru", None, None, 0),
        ("lstm", None, 2, 4),
        ("gru", "concat", None, 2),
        ("lstm", "concat", 6, 0),
        ("simple_rnn", "sum", None, 0),
        ("lstm", "mul", 4, 4),
        ("gru", "ave", None, 0),
    ],
)
def test_the_decoder_sees_the_input_only_through_every_layer_s_states(
    cell: Any, bidirectional: Any, decoder_units: int | None, bridges: int
) -> None:
    model = enlarged(
        encoder_decoder(
            DATA, units=3, layers=2, cell=cell, bidirectional=bidirectional, decoder_units=decoder_units
        )
    )
    x = DATA.train[0]
    answer = np.asarray(model(x))
    assert np.ptp(answer[:, 0, 0]) > 1e-3  # the states do pass
    assert sum(layer.name.startswith("bridge_") for layer in model.layers) == bridges
    expected = by_hand(model, x, MERGED.get(bidirectional), decoder_units or 3)
    assert apart(answer, expected) < CLOSE


def test_dropout_acts_in_training_only() -> None:
    model = encoder_decoder(DATA, units=8, layers=2, dropout=0.5, recurrent_dropout=0.5)
    x = DATA.train[0]
    still = [np.asarray(model(x, training=False)) for _ in range(2)]
    moving = [np.asarray(model(x, training=True)) for _ in range(2)]
    assert np.array_equal(*still)
    assert not np.allclose(*moving)


def test_penalties_are_of_every_recurrent_layer_in_both_coders() -> None:
    model = encoder_decoder(
        DATA, units=3, layers=2, kernel_regularizer=(0.0, 1e-6), recurrent_regularizer=(0.0, 1e-6)
    )
    assert len(model.losses) == 8


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
        encoder_decoder(DATA, **{"units": 3, **change})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (splits((5,), (4, 1)), "encoder_decoder needs x of shape .* write x"),
        (splits((5, 1), (1,)), "encoder_decoder needs y of shape .* use recurrent"),
    ],
)
def test_data_that_are_no_sequences_are_refused(data: Any, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        encoder_decoder(data, units=3)
