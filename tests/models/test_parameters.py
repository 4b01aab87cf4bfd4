"""The published models have the published numbers of weights."""

from typing import Any

import pytest

from tests.models.made import forced, splits
from tuner.models import cnn_lstm, encoder_decoder, recurrent, repeat_vector, teacher_forced

SINES = splits((15, 1), (15, 1))

# The problem: the model, its data and sizes, and the number of weights that the source prints.
PUBLISHED: dict[str, tuple[Any, Any, dict[str, Any], int]] = {
    "echo": (recurrent, splits((5, 10), (10,)), {"units": 25, "output": "softmax"}, 3_860),
    "damped sine": (recurrent, splits((50, 1), (5,)), {"units": 20, "layers": 2}, 5_145),
    "moving square": (cnn_lstm, splits((50, 50, 50, 1), (1,)), {"output": "sigmoid"}, 240_661),
    "addition": (
        repeat_vector,
        splits((8, 12), (2, 12)),
        {"units": 75, "decoder_units": 50, "output": "softmax"},
        52_212,
    ),
    "cumulative sum": (
        recurrent,
        splits((10, 1), (10, 1)),
        {"units": 50, "bidirectional": "concat", "output": "sigmoid"},
        20_901,
    ),
    "rectangles": (recurrent, splits((1, 2), (2,)), {"units": 10}, 542),
    "reversed integers": (
        teacher_forced,
        forced((6, 51), (3, 51), (3, 51)),
        {"units": 128, "output": "softmax"},
        190_899,
    ),
    "toy classification": (
        recurrent,
        splits((6, 1), (4,)),
        {"units": 128, "dropout": 0.2, "recurrent_dropout": 0.2, "output": "sigmoid"},
        67_076,
    ),
    "sunspots": (recurrent, splits((10, 1), (1,)), {"units": 64, "dense": (32,)}, 19_009),
    "two sines": (encoder_decoder, SINES, {"units": 35, "layers": 2, "cell": "gru"}, 23_136),
    "two sines, in the Keras of that time": (
        encoder_decoder,
        SINES,
        {"units": 35, "layers": 2, "cell": "gru", "reset_after": False},
        22_716,
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_number_of_weights(name: str) -> None:
    build, data, sizes, weights = PUBLISHED[name]
    assert build(data, **sizes).count_params() == weights
