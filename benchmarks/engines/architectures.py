"""The architectures of the workloads, a function of each name."""

import keras
from keras.layers import (
    LSTM,
    Bidirectional,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    RepeatVector,
    TimeDistributed,
)

from benchmarks.engines.workloads import Data


def _sequential(data: Data, *layers: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input(data.train[0].shape[1:]), *layers])


def tiny(data: Data) -> keras.Model:
    return _sequential(data, LSTM(10), Dense(1))


def echo(data: Data) -> keras.Model:
    return _sequential(data, LSTM(25), Dense(10, activation="softmax"))


def damped_sine(data: Data) -> keras.Model:
    return _sequential(data, LSTM(20, return_sequences=True), LSTM(20), Dense(5))


def cumulative_sum(data: Data) -> keras.Model:
    both_ways = Bidirectional(LSTM(50, return_sequences=True))
    return _sequential(data, both_ways, TimeDistributed(Dense(1, activation="sigmoid")))


def sunspots(data: Data) -> keras.Model:
    return _sequential(data, LSTM(64), Dense(32), Dense(1))


def addition(data: Data) -> keras.Model:
    decoder = LSTM(50, return_sequences=True)
    return _sequential(
        data, LSTM(75), RepeatVector(2), decoder, TimeDistributed(Dense(12, activation="softmax"))
    )


def encdec_sine(data: Data) -> keras.Model:
    from tuner import Splits
    from tuner.models import encoder_decoder

    return encoder_decoder(Splits(data.train, data.validation, data.test), units=35, layers=2, cell="gru")


def moving_square(data: Data) -> keras.Model:
    image = [Conv2D(2, (2, 2), activation="relu"), MaxPooling2D((2, 2)), Flatten()]
    return _sequential(data, *map(TimeDistributed, image), LSTM(50), Dense(1, activation="sigmoid"))
