"""CNN-LSTM: images, sub-sequences, and sequences that are cut."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import CLOSE, apart, splits, weights_of
from tuner.errors import StudyError
from tuner.models import cnn_lstm, recurrent

IMAGES = splits((3, 6, 5, 2), (1,))


@pytest.mark.parametrize(
    ("x", "y", "flat"),
    [((3, 6, 5, 2), (1,), 2 * 2 * 4), ((3, 8, 2), (2,), 3 * 4), ((3, 8, 2), (3, 1), 3 * 4)],
    ids=["images", "sub-sequences", "an answer each"],
)
def test_shapes(x: tuple[int, ...], y: tuple[int, ...], flat: int) -> None:
    model = cnn_lstm(splits(x, y), filters=4, units=2)
    assert model.input_shape == (None, *x)
    assert model.get_layer("flatten").output.shape == (None, 3, flat)
    assert model.output_shape == (None, *y)


def test_every_frame_is_read_alike_and_by_itself() -> None:
    model = cnn_lstm(IMAGES, units=2)
    read = keras.Model(model.inputs[0], model.get_layer("flatten").output)
    x = IMAGES.train[0]
    order = [2, 0, 1]
    assert apart(read(x[:, order]), np.asarray(read(x))[:, order]) < CLOSE


def test_a_sequence_is_cut_into_its_parts_in_order() -> None:
    whole = splits((8, 2), (1,))
    model = cnn_lstm(whole, subsequences=4, kernel_size=2, pool_size=1, units=2)
    x = whole.train[0]
    parts = x.reshape(len(x), 4, 2, 2)
    cut = cnn_lstm(splits((4, 2, 2), (1,)), kernel_size=2, pool_size=1, units=2)
    cut.set_weights(weights_of(model))
    assert apart(model(x), cut(parts)) < CLOSE


def test_what_is_above_is_a_recurrent_model() -> None:
    options: dict[str, Any] = {
        "units": 3,
        "layers": 2,
        "cell": "gru",
        "bidirectional": "concat",
        "dense": (4,),
        "kernel_regularizer": (0.0, 0.1),
    }
    model = cnn_lstm(IMAGES, filters=2, pool_size=2, **options)
    above = recurrent(splits((3, 8), (1,)), **options)
    convolution = 2 * 2 * 2 * 2 + 2
    assert model.count_params() == convolution + above.count_params()
    assert len(model.losses) == len(above.losses) == 4


def test_two_convolutions_without_pools() -> None:
    model = cnn_lstm(IMAGES, filters=3, conv_layers=2, pool_size=1, units=2)
    assert model.get_layer("flatten").output.shape == (None, 3, 4 * 3 * 3)


@pytest.mark.parametrize(
    ("data", "change", "message"),
    [
        (splits((8, 2), (1,)), {}, r"not \(examples, 8, 2\); cut it by subsequences=, or use recurrent"),
        (splits((8,), (1,)), {}, "cnn_lstm needs x of shape"),
        (splits((8, 2), (1,)), {"subsequences": 3}, "3, which does not divide the 8 steps"),
        (IMAGES, {"subsequences": 3}, "is cut already; leave out subsequences"),
        (IMAGES, {"kernel_size": 6}, "kernel_size is 6, and convolution 1 of a frame has 6 x 5 left"),
        (IMAGES, {"conv_layers": 2, "kernel_size": 3}, "kernel_size is 3, and convolution 2 .* 2 x 1 left"),
        (IMAGES, {"pool_size": 5}, "pool_size is 5, and convolution 1 of a frame has 5 x 4 left"),
        (IMAGES, {"filters": 0}, "filters is 0"),
        (IMAGES, {"conv_activation": "rel"}, "conv_activation is 'rel', which Keras does not know"),
        (splits((3, 6, 5, 2), (4, 1)), {}, "cnn_lstm answers at each of its 3 steps, and y has 4"),
    ],
)
def test_what_does_not_fit_is_refused(data: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        cnn_lstm(data, **{"units": 2, **change})
