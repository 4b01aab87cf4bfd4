"""Recurrent networks: what they answer, when, in which direction, with which options."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models import by_hand
from tests.models.made import CLOSE, apart, forced, said, splits, weighted
from tuner.errors import StudyError
from tuner.models import recurrent

AT_THE_END = splits((4, 2), (2,))
AT_EACH_STEP = splits((4, 2), (4, 2))
X = AT_THE_END.train[0]


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize(("data", "shape"), [(AT_THE_END, (None, 2)), (AT_EACH_STEP, (None, 4, 2))])
def test_it_answers_as_often_as_y_asks(cell: Any, data: Any, shape: tuple[Any, ...]) -> None:
    model = recurrent(data, units=2, layers=2, cell=cell, dense=(2,))
    assert model.input_shape == (None, 4, 2)
    assert model.output_shape == shape
    kinds = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}
    assert sum(type(layer) is kinds[cell] for layer in model.layers) == 2


def test_one_output_may_come_without_an_axis() -> None:
    assert recurrent(splits((4, 2), ()), units=2).output_shape == (None, 1)


@pytest.mark.parametrize(("y", "expected"), [((1,), (None, 1)), ((3, 1), (None, 3, 1))])
def test_a_layer_returns_its_last_output_or_all(y: tuple[int, ...], expected: tuple[Any, ...]) -> None:
    model = recurrent(splits((3, 1), y, examples=1), units=1)
    assert model.get_layer("recurrent_0").output.shape == expected


@pytest.mark.parametrize(
    ("cell", "bidirectional", "go_backwards", "data"),
    [
        ("lstm", None, False, AT_THE_END),
        ("gru", "concat", False, AT_EACH_STEP),
        ("simple_rnn", "sum", False, AT_THE_END),
        ("simple_rnn", "mul", False, AT_EACH_STEP),
        ("simple_rnn", "ave", False, AT_THE_END),
        ("gru", None, True, AT_EACH_STEP),
    ],
)
def test_it_says_what_is_computed_by_hand(
    cell: Any, bidirectional: Any, go_backwards: bool, data: Any
) -> None:
    model = recurrent(
        data, units=2, layers=2, cell=cell, bidirectional=bidirectional, go_backwards=go_backwards, dense=(2,)
    )
    weighted(model)
    hidden: Any = X
    ends: list[np.ndarray] = []
    for level in range(2):
        layer = model.get_layer(f"recurrent_{level}")
        hidden, states = by_hand.read(cell, layer, hidden, merge=bidirectional, backwards=go_backwards)
        ends = list(states)
        assert hidden.shape[-1] == (4 if bidirectional == "concat" else 2)
    if data is AT_THE_END:
        hidden = ends[0]  # what each direction says at its own end
    for name in ("dense_0", "output"):
        hidden = by_hand.dense(model.get_layer(name), hidden)
    assert apart(said(model, X), hidden) < CLOSE


def test_dropout_is_where_it_is_asked_for() -> None:
    model = recurrent(
        AT_THE_END, units=2, layers=2, dropout=0.1, recurrent_dropout=0.2, output_dropout=0.3, dense=(2,)
    )
    names = [layer.name.split("_")[0] for layer in model.layers[1:]]
    assert names == ["recurrent", "dropout", "recurrent", "dropout", "dense", "output"]
    for level in range(2):
        layer = model.get_layer(f"recurrent_{level}")
        assert (layer.dropout, layer.recurrent_dropout) == (0.1, 0.2)
    assert {layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)} == {0.3}


def test_the_options_reach_every_layer() -> None:
    model = recurrent(
        AT_THE_END,
        units=2,
        layers=2,
        activation="relu",
        kernel_initializer="random_normal",
        recurrent_initializer=keras.initializers.RandomUniform(),
        bias_initializer="ones",
        kernel_regularizer=(0.01, 0.0),
        recurrent_regularizer="l2",
        bias_regularizer=keras.regularizers.L1L2(0.01, 0.02),
        dense=(2,),
        dense_activation="tanh",
    )
    for layer in (model.get_layer("recurrent_0"), model.get_layer("recurrent_1")):
        assert layer.activation is keras.activations.relu
        assert isinstance(layer.kernel_initializer, keras.initializers.RandomNormal)
        assert isinstance(layer.recurrent_initializer, keras.initializers.RandomUniform)
        assert layer.kernel_regularizer.get_config() == pytest.approx({"l1": 0.01, "l2": 0.0})
        assert isinstance(layer.recurrent_regularizer, keras.regularizers.L2)
        assert layer.bias_regularizer.get_config() == pytest.approx({"l1": 0.01, "l2": 0.02})
    # One object for two layers, and each has drawn for itself.
    assert apart(*(model.get_layer(f"recurrent_{level}").cell.recurrent_kernel.value for level in (0, 1))) > 0
    assert model.get_layer("dense_0").activation is keras.activations.tanh


@pytest.mark.parametrize("zeros", [(0, 0), (0.0, 0.0), None])
def test_a_penalty_of_nothing_is_none(zeros: Any) -> None:
    assert recurrent(AT_THE_END, units=2, kernel_regularizer=zeros).losses == []


@pytest.mark.parametrize("kind", [float, np.float16, np.float32, np.float64])
def test_a_rate_may_be_a_number_of_numpy(kind: Any) -> None:
    model = recurrent(
        AT_THE_END, units=2, dropout=kind(0.25), output_dropout=kind(0.5), recurrent_dropout=kind(0.125)
    )
    again = keras.Model.from_config(model.get_config())
    assert [again.layers[1].dropout, again.layers[1].recurrent_dropout] == [0.25, 0.125]
    assert again.layers[2].rate == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": 0}, "units is 0; give a whole number, 1 or more"),
        ({"units": 2.5}, "units is 2.5; give a whole number"),
        ({"layers": 0}, "layers is 0"),
        ({"dense": (4, 0)}, "dense is 0"),
        ({"dense": 4}, r"dense is 4; give the units of each layer, such as \(4,\)"),
        ({"cell": "rnn"}, "cell is 'rnn'; write 'gru', 'lstm' or 'simple_rnn'"),
        ({"output": "tanh"}, "output is 'tanh'; write 'linear', 'sigmoid' or 'softmax'"),
        ({"bidirectional": "max"}, "bidirectional is 'max'; write 'concat', 'sum', 'mul', 'ave' or None"),
        ({"bidirectional": "sum", "go_backwards": True}, "exclude each other"),
        ({"dropout": 1.0}, "dropout is 1.0; give a number, 0 or more and below 1"),
        ({"dropout": False}, "dropout is False; give a number, 0 or more and below 1"),
        ({"output_dropout": -0.1}, "output_dropout is -0.1"),
        ({"recurrent_dropout": "much"}, "recurrent_dropout is 'much'"),
        ({"activation": "tan"}, "activation is 'tan', which Keras does not know"),
        ({"dense_activation": "tan"}, "dense_activation is 'tan', which Keras does not know"),
        ({"kernel_initializer": "glorot"}, "kernel_initializer is 'glorot', which Keras does not know"),
        ({"bias_regularizer": "l3"}, "bias_regularizer is 'l3', which Keras does not know"),
        ({"kernel_regularizer": (0.1, -1)}, "give a pair .L1, L2. of numbers"),
        ({"reset_after": True}, "reset_after is an option of cell='gru'"),
        ({"drop": 0.1}, "there is no option 'drop'; recurrent layers take activation, "),
        ({"stateful": True}, "a stateful model needs the batch_size"),
    ],
)
def test_values_out_of_range_are_refused_in_one_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        recurrent(AT_THE_END, **{"units": 2, **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (splits((4,), (1,)), r"not \(examples, 4\); write x\[..., None\] where it has one feature a step"),
        (splits((4, 3, 2), (1,)), "sub-sequences are for cnn_lstm"),
        (splits((2, 4, 4, 1), (1,)), "frames of images are for cnn_lstm"),
        (splits((4, 2), (3, 1)), "at each of its 4 steps, and y has 3; use repeat_vector"),
        (splits((4, 2), (4, 1, 1)), "y of shape .examples, outputs. or .examples, steps, outputs."),
        (forced((4, 2), (3, 1), (3, 1)), "one input and one output, not 2 and 1; .* teacher_forced"),
    ],
)
def test_other_data_are_refused_with_what_to_use(data: Any, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        recurrent(data, units=2)


def test_a_softmax_of_one_output_is_refused() -> None:
    with pytest.raises(StudyError, match="a softmax over one output is always 1"):
        recurrent(splits((4, 2), (1,)), units=2, output="softmax")
