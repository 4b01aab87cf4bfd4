"""Encoder-decoder with a repeated vector."""

from typing import Any

import numpy as np
import pytest

from tests.models import by_hand
from tests.models.made import CLOSE, apart, said, splits, weighted
from tuner.errors import StudyError
from tuner.models import repeat_vector

DATA = splits((4, 2), (3, 2))


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_shapes(cell: Any) -> None:
    model = repeat_vector(DATA, units=2, decoder_units=3, layers=2, cell=cell, output="softmax")
    assert model.input_shape == (None, 4, 2)
    assert model.output_shape == (None, 3, 2)
    assert [model.get_layer(f"{name}_1").units for name in ("encoder", "decoder")] == [2, 3]


def test_the_decoder_sees_the_same_vector_at_every_step() -> None:
    model = weighted(repeat_vector(DATA, units=2, layers=2, bidirectional="concat", cell="gru", dropout=0.1))
    layers = {layer.name: layer for layer in model.layers}
    hidden: Any = DATA.train[0]
    states: Any = ()
    for level in range(2):
        hidden, states = by_hand.read("gru", layers[f"encoder_{level}"], hidden, merge="concat")
    hidden = np.repeat(states[0][:, None], 3, axis=1)
    assert hidden.shape == (6, 3, 4)
    for level in range(2):
        hidden, _ = by_hand.read("gru", layers[f"decoder_{level}"], hidden)
    assert apart(said(model, DATA.train[0]), by_hand.dense(layers["output"], hidden)) < CLOSE


@pytest.mark.parametrize(
    ("data", "change", "message"),
    [
        (splits((4, 2), (3,)), {}, "repeat_vector needs y of shape .* without steps use recurrent"),
        (splits((4,), (3, 1)), {}, "repeat_vector needs x of shape"),
        (DATA, {"decoder_units": 0}, "decoder_units is 0"),
        (DATA, {"dropout": 1}, "dropout is 1;"),
    ],
)
def test_what_does_not_fit_is_refused(data: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        repeat_vector(data, **{"units": 2, **change})
