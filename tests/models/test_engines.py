"""Every architecture trains in one program for all seeds; a stateful one goes to `fit`, with a reason."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import forced, splits
from tuner.evaluation import evaluate
from tuner.models import (
    ResetStates,
    cnn_lstm,
    encoder_decoder,
    recurrent,
    repeat_vector,
    teacher_forced,
)
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

AT_THE_END, AHEAD = splits((4, 2), (1,)), splits((4, 2), (3, 1))
FORCED = forced((4, 2), (3, 1), (3, 1))

# Name: the data, and the model for it.
ARCHITECTURES: dict[str, tuple[Splits, Callable[[Splits], keras.Model]]] = {
    "every option": (
        AT_THE_END,
        lambda data: recurrent(
            data,
            units=2,
            dropout=0.1,
            recurrent_dropout=0.1,
            output_dropout=0.1,
            kernel_regularizer=(0.1, 0.1),
            dense=(2,),
        ),
    ),
    "bidirectional": (AT_THE_END, lambda data: recurrent(data, units=2, cell="gru", bidirectional="mul")),
    "backwards": (
        splits((4, 2), (4, 1)),
        lambda data: recurrent(data, units=2, cell="simple_rnn", recurrent_dropout=0.1, go_backwards=True),
    ),
    "images": (splits((3, 4, 4, 1), (1,)), lambda data: cnn_lstm(data, units=2, cell="gru")),
    "sub-sequences": (
        AT_THE_END,
        lambda data: cnn_lstm(data, subsequences=2, pool_size=1, units=2),
    ),
    "repeat vector": (AHEAD, lambda data: repeat_vector(data, units=2, decoder_units=3)),
    "states passed": (
        AHEAD,
        lambda data: encoder_decoder(
            data, units=2, layers=2, bidirectional="concat", dropout=0.1, cell="lstm"
        ),
    ),
    "teacher-forced": (FORCED, lambda data: teacher_forced(data, units=2)),
}


def study(data: Splits, model: Callable[[Splits], keras.Model], **fit: Any) -> Study:
    def build(trial: Any, data: Splits) -> Any:
        made = model(data)
        made.compile("adam", "mse")
        return made, {"batch_size": 3, **fit}

    return Study(data=data, build=build, metric="mse", epochs=2, baseline={}, name="models")


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_it_trains_in_one_program(name: str) -> None:
    assert Repeats(study(*ARCHITECTURES[name])).preflight().engine == "vectorized"


def test_a_stateful_model_goes_to_fit_and_is_scored_in_its_own_batches() -> None:
    stateful = study(
        AT_THE_END,
        lambda data: recurrent(data, units=2, cell="simple_rnn", stateful=True, batch_size=3),
        shuffle=False,
        callbacks=[ResetStates()],
    )
    preflight = Repeats(stateful).preflight()
    assert preflight.engine == "fit"
    assert "stateful" in preflight.engine_reason
    found = evaluate(stateful, {}, seeds=1)
    assert np.isfinite(found.scores).all()
