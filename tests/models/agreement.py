"""How far what is made step by step is from what the trained graphs say; on the backend that Keras runs on.

`python -m tests.models.agreement` prints the differences as JSON.
"""

import json
from typing import Any

import keras
import numpy as np

from tests.models.made import EXAMPLES, apart, enlarged, forced, numbers, one_hot, splits, weights_of
from tuner.models import (
    encoder_decoder,
    inference,
    recurrent,
    reset_states,
    roll_out,
    teacher_forced,
)

SYMBOLS = 5


def predicted(model: keras.Model, x: Any, **options: Any) -> np.ndarray:
    return np.asarray(model.predict(x, verbose=0, **options))


def lengths(**options: Any) -> dict[str, float]:
    """An encoder-decoder made for 4 steps says 7, against one made for 7 with the same weights."""
    data, longer = splits((5, 2), (4, 3)), splits((5, 2), (7, 3))
    model = enlarged(encoder_decoder(data, units=3, **options))
    long = encoder_decoder(longer, units=3, **options)
    long.set_weights(weights_of(model))
    x = data.train[0]
    told, expected = inference(model).generate(x, 7), predicted(long, x)
    assert np.ptp(expected, axis=1).min() > 1e-3  # the steps differ
    return {"trained length": apart(told[:, :4], predicted(model, x)), "any length": apart(told, expected)}


def steps() -> float:
    """Single steps by hand, against the trained graph."""
    data = forced((5, 2), (4, 3), (4, 3))
    model = enlarged(teacher_forced(data, units=3, layers=2, cell="gru", decoder_units=2))
    source, seen = data.train[0]
    told = inference(model)
    states, answers = told.encode(source), []
    for step in range(4):
        output, states = told.step(states, seen[:, step])
        answers.append(output)
    return apart(np.stack(answers, axis=1), predicted(model, [source, seen]))


def greedy() -> dict[str, float]:
    """What is decoded, against the trained graph when it is shown what was fed back."""
    data = forced((5, SYMBOLS), (4, SYMBOLS), (4, SYMBOLS))
    model = enlarged(
        teacher_forced(data, units=6, layers=2, bidirectional="concat", dropout=0.3, output="softmax")
    )
    source, told = data.train[0][0], inference(model)
    found = {}
    for start, first in (("one_hot", one_hot([0] * EXAMPLES, SYMBOLS)), ("zero", 0 * source[:, 0])):
        for feed in ("argmax", "output"):
            outputs = told.generate(source, 4, feed=feed, start=start)
            fed = one_hot(outputs.argmax(axis=-1), SYMBOLS) if feed == "argmax" else outputs
            seen = np.concatenate([first[:, None], fed[:, :-1]], axis=1)
            found[f"fed by {feed}, from {start}"] = apart(outputs, predicted(model, [source, seen]))
    return found


def rolled() -> float:
    """A window that is fed by outputs, against a loop by hand."""
    model = enlarged(recurrent(splits((3, 2), (2,)), units=3, cell="gru"))
    window = numbers(EXAMPLES, 3, 2, seed=5)
    made = roll_out(model, window, 4)
    whole = np.concatenate([window, made], axis=1)
    return max(apart(made[:, at], predicted(model, whole[:, at : at + 3])) for at in range(4))


def carried() -> dict[str, float]:
    """A stateful model on parts of a sequence, against a model of the whole sequence."""
    parts = splits((3, 1), (3, 2), examples=4)
    model = enlarged(recurrent(parts, units=3, layers=2, stateful=True, batch_size=1))
    whole = recurrent(splits((12, 1), (12, 2)), units=3, layers=2)
    whole.set_weights(weights_of(model))
    x = parts.train[0]
    once = predicted(model, x, batch_size=1)
    again = predicted(model, x, batch_size=1)
    reset_states(model)
    anew = predicted(model, x, batch_size=1)
    assert apart(once, again) > 1e-3
    expected = predicted(whole, x.reshape(1, 12, 1)).reshape(4, 3, 2)
    return {"carried states": apart(once, expected), "reset states": apart(once, anew)}


def backwards() -> float:
    """A sequence read from its end, against the reversed sequence read from its start."""
    data = splits((4, 2), (4, 1))
    model = enlarged(recurrent(data, units=3, go_backwards=True, cell="simple_rnn"))
    forward = recurrent(data, units=3, cell="simple_rnn")
    forward.set_weights(weights_of(model))
    x = data.train[0]
    return apart(predicted(model, x), predicted(forward, x[:, ::-1])[:, ::-1])


def differences() -> dict[str, float]:
    """Every difference by name."""
    return {
        **{f"lstm, 2 layers, {name}": value for name, value in lengths(cell="lstm", layers=2).items()},
        **{
            f"gru, bidirectional, {name}": value
            for name, value in lengths(cell="gru", bidirectional="concat", decoder_units=4).items()
        },
        **{
            f"simple rnn, dropout, {name}": value
            for name, value in lengths(cell="simple_rnn", dropout=0.2, recurrent_dropout=0.2).items()
        },
        "single steps": steps(),
        **greedy(),
        "rolled out": rolled(),
        **carried(),
        "backwards": backwards(),
    }


if __name__ == "__main__":
    print(json.dumps(differences()))
