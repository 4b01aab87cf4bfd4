"""Stateful models: whole batches, and states that are carried or reset."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import apart, splits, weighted
from tuner.errors import StudyError
from tuner.models import ResetStates, recurrent, reset_states
from tuner.models.stateful import stateful_layers, statefulness
from tuner.splits import Splits

DATA = splits((3, 1), (1,), examples=4)


@pytest.mark.parametrize("bidirectional", [None, "concat"])
def test_states_go_on_until_they_are_reset(bidirectional: Any) -> None:
    model = weighted(
        recurrent(
            DATA, units=2, layers=2, cell="gru", bidirectional=bidirectional, stateful=True, batch_size=2
        )
    )
    assert len(stateful_layers(model)) == (2 if bidirectional is None else 4)
    x = DATA.train[0]
    once, again = (model.predict(x, batch_size=2, verbose=0) for _ in range(2))
    reset_states(model)
    anew = model.predict(x, batch_size=2, verbose=0)
    assert apart(once, again) > 1e-4
    assert apart(once, anew) == 0


def test_every_epoch_starts_anew_and_validation_goes_on() -> None:
    model = recurrent(DATA, units=2, cell="simple_rnn", stateful=True, batch_size=2)
    weighted(model)
    model.compile(keras.optimizers.SGD(0.0), "mse")
    x, y = DATA.train
    fit = {"batch_size": 2, "shuffle": False, "epochs": 3, "verbose": 0, "validation_data": (x, y)}
    kept = model.fit(x, y, callbacks=[ResetStates()], **fit).history
    # Nothing is learned at a rate of zero, so that every epoch is alike; validation starts elsewhere.
    assert np.ptp(kept["loss"]) == np.ptp(kept["val_loss"]) == 0
    assert abs(kept["loss"][0] - kept["val_loss"][0]) > 1e-3
    carried = model.fit(x, y, **fit).history
    assert abs(carried["loss"][0] - kept["loss"][0]) > 1e-3  # it goes on from the end of the validation


def test_a_batch_size_that_leaves_a_rest_of_a_split_is_refused() -> None:
    shorter = Splits(DATA.train, tuple(part[:2] for part in DATA.train), DATA.test)
    with pytest.raises(
        StudyError, match="batch_size is 4, which does not divide the 2 examples of the valid"
    ):
        recurrent(shorter, units=2, stateful=True, batch_size=4)
    with pytest.raises(StudyError, match="batch_size is 0"):
        recurrent(DATA, units=2, stateful=True, batch_size=0)
    assert recurrent(shorter, units=2, stateful=True, batch_size=2).input_shape == (2, 3, 1)


def test_layers_of_keras_itself_are_told_apart() -> None:
    source = keras.Input((3, 1), batch_size=2)
    theirs = keras.Model(source, keras.layers.LSTM(2, stateful=True)(source))
    ours = recurrent(DATA, units=2, bidirectional="sum", stateful=True, batch_size=2)
    assert statefulness(theirs).endswith("use tuner.models.recurrent, or TensorFlow")
    assert statefulness(ours) == "the model is stateful: the states of a batch go on in the next one"
    assert statefulness(recurrent(DATA, units=2)) == ""


def test_a_model_without_states_takes_any_batch_and_has_none_to_reset() -> None:
    model = recurrent(DATA, units=2, batch_size=3)
    assert model.input_shape == (None, 3, 1)
    with pytest.raises(StudyError, match="the model has no stateful layer"):
        reset_states(model)
