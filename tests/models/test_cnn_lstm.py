"""CNN-LSTM: images, sub-sequences, and sequences that are cut."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import CLOSE, apart, said, splits, weighted, weights_of
from tuner.errors import StudyError
from tuner.models import cnn_lstm, recurrent

IMAGES = splits((3, 5, 4, 1), (2,))
SEQUENCES = splits((8, 1), (2,))


@pytest.mark.parametrize(
    ("x", "y", "change", "flat"),
    [
        ((3, 5, 4, 1), (2,), {}, 2 * 1 * 2),
        ((3, 5, 4, 1), (2,), {"conv_layers": 2, "pool_size": 1}, 3 * 2 * 2),
        ((3, 4, 1), (2,), {"pool_size": 1}, 3 * 2),
        ((3, 4, 1), (3, 2), {"pool_size": 1, "filters": 1}, 3),
    ],
    ids=["images", "two convolutions", "sub-sequences", "an answer each"],
)
def test_shapes(x: tuple[int, ...], y: tuple[int, ...], change: dict[str, Any], flat: int) -> None:
    model = cnn_lstm(splits(x, y), **{"units": 2, **change})
    assert model.input_shape == (None, *x)
    assert model.get_layer("flatten").output.shape == (None, 3, flat)
    assert model.output_shape == (None, *y)


def test_every_frame_is_read_alike_and_by_itself() -> None:
    model = cnn_lstm(IMAGES, units=2)
    read = keras.Model(model.inputs[0], model.get_layer("flatten").output)
    x = IMAGES.train[0]
    order = [2, 0, 1]
    assert np.ptp(said(read, x)) > 1e-3
    assert apart(said(read, x[:, order]), said(read, x)[:, order]) < CLOSE


def test_a_sequence_is_cut_into_its_parts_in_order() -> None:
    model = weighted(cnn_lstm(SEQUENCES, subsequences=2, pool_size=1, units=2))
    parts = SEQUENCES.train[0].reshape(-1, 2, 4, 1)
    cut = cnn_lstm(splits((2, 4, 1), (2,)), pool_size=1, units=2)
    cut.set_weights(weights_of(model))
    assert apart(said(model, SEQUENCES.train[0]), said(cut, parts)) < CLOSE


def test_what_is_above_is_a_recurrent_model() -> None:
    options: dict[str, Any] = {
        "units": 2,
        "layers": 2,
        "cell": "gru",
        "bidirectional": "concat",
        "dense": (2,),
        "dropout": 0.1,
    }
    model = cnn_lstm(IMAGES, **options)
    above = recurrent(splits((3, 4), (2,)), **options)
    convolution = 2 * 2 * 1 * 2 + 2
    assert model.count_params() == convolution + above.count_params()
    assert model.get_layer("recurrent_1").forward_layer.dropout == 0.1


@pytest.mark.parametrize(
    ("data", "change", "message"),
    [
        (SEQUENCES, {}, r"not \(examples, 8, 1\); cut it by subsequences=, or use recurrent"),
        (splits((8,), (1,)), {}, "cnn_lstm needs x of shape"),
        (SEQUENCES, {"subsequences": 3}, "3, which does not divide the 8 steps"),
        (IMAGES, {"subsequences": 3}, "is cut already; leave out subsequences"),
        (IMAGES, {"kernel_size": 5}, "kernel_size is 5, and convolution 1 of a frame has 5 x 4 left"),
        (IMAGES, {"conv_layers": 2, "kernel_size": 3}, "kernel_size is 3, and convolution 2 .* 1 x 1 left"),
        (IMAGES, {"pool_size": 4}, "pool_size is 4, and convolution 1 of a frame has 4 x 3 left"),
        (IMAGES, {"filters": 0}, "filters is 0"),
        (IMAGES, {"conv_activation": "rel"}, "conv_activation is 'rel', which Keras does not know"),
        (splits((3, 5, 4, 1), (4, 1)), {}, "cnn_lstm answers at each of its 3 steps, and y has 4"),
    ],
)
def test_what_does_not_fit_is_refused(data: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        cnn_lstm(data, **{"units": 2, **change})
