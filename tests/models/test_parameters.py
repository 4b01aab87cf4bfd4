"""The published models have the published numbers of weights."""

from collections.abc import Callable

import keras
import pytest

from tests.models.made import forced, splits
from tuner.models import cnn_lstm, encoder_decoder, recurrent, repeat_vector, teacher_forced

SINES = splits((15, 1), (15, 1))

# Name of the problem: the model, and its number of weights as the source prints it.
PUBLISHED: dict[str, tuple[Callable[[], keras.Model], int]] = {
    "echo": (lambda: recurrent(splits((5, 10), (10,)), units=25, output="softmax"), 3_860),
    "damped sine": (lambda: recurrent(splits((50, 1), (5,)), units=20, layers=2), 5_145),
    "moving square": (lambda: cnn_lstm(splits((50, 50, 50, 1), (1,)), output="sigmoid"), 240_661),
    "addition": (
        lambda: repeat_vector(splits((8, 12), (2, 12)), units=75, decoder_units=50, output="softmax"),
        52_212,
    ),
    "cumulative sum": (
        lambda: recurrent(splits((10, 1), (10, 1)), units=50, bidirectional="concat", output="sigmoid"),
        20_901,
    ),
    "rectangles": (lambda: recurrent(splits((1, 2), (2,)), units=10), 542),
    "reversed integers": (
        lambda: teacher_forced(forced((6, 51), (3, 51), (3, 51)), units=128, output="softmax"),
        190_899,
    ),
    "toy classification": (
        lambda: recurrent(
            splits((6, 1), (4,)), units=128, dropout=0.2, recurrent_dropout=0.2, output="sigmoid"
        ),
        67_076,
    ),
    "sunspots": (lambda: recurrent(splits((10, 1), (1,)), units=64, dense=(32,)), 19_009),
    "two sines": (lambda: encoder_decoder(SINES, units=35, layers=2, cell="gru"), 23_136),
    "two sines, in the Keras of that time": (
        lambda: encoder_decoder(SINES, units=35, layers=2, cell="gru", reset_after=False),
        22_716,
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_number_of_weights(name: str) -> None:
    build, weights = PUBLISHED[name]
    assert build().count_params() == weights
