"""Encoder-decoder with a repeated vector."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import CLOSE, apart, enlarged, splits
from tuner.errors import StudyError
from tuner.models import repeat_vector

DATA = splits((5, 2), (3, 4))


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_shapes(cell: Any) -> None:
    model = repeat_vector(DATA, units=3, decoder_units=2, layers=2, cell=cell, output="softmax")
    found = model.predict(DATA.train[0], verbose=0)
    assert found.shape == (6, 3, 4)
    assert np.allclose(found.sum(axis=-1), 1, atol=CLOSE)


def test_the_decoder_sees_the_same_vector_at_every_step() -> None:
    model = enlarged(repeat_vector(DATA, units=3, layers=2, bidirectional="concat", cell="gru"))
    layers = {layer.name: layer for layer in model.layers}
    hidden: Any = DATA.train[0]
    for level in range(2):
        hidden = layers[f"encoder_{level}"](hidden)
    assert hidden.shape == (6, 6)
    hidden = np.repeat(np.asarray(hidden)[:, None], 3, axis=1)
    for level in range(2):
        hidden = layers[f"decoder_{level}"](hidden)
    assert apart(model(DATA.train[0]), layers["output"](hidden)) < CLOSE
    assert not any(isinstance(layer, keras.layers.Dense) for layer in model.layers[:-1])


@pytest.mark.parametrize(
    ("data", "change", "message"),
    [
        (
            splits((5, 2), (3,)),
            {},
            "repeat_vector needs y of shape .* for outputs without steps use recurrent",
        ),
        (splits((5,), (3, 1)), {}, "repeat_vector needs x of shape"),
        (DATA, {"decoder_units": 0}, "decoder_units is 0"),
        (DATA, {"dropout": 1}, "dropout is 1;"),
    ],
)
def test_what_does_not_fit_is_refused(data: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        repeat_vector(data, **{"units": 2, **change})
