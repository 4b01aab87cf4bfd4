"""How far what is made step by step is from what the trained graphs say; on the backend that Keras runs on.

`python -m tests.models.agreement` prints the differences as JSON.
"""

import json
from typing import Any

import keras
import numpy as np

from tests.models.made import EXAMPLES, apart, forced, numbers, one_hot, said, splits, weighted, weights_of
from tuner.models import encoder_decoder, inference, recurrent, reset_states, roll_out, teacher_forced


def lengths(**options: Any) -> dict[str, float]:
    """An encoder-decoder made for 15 steps says 20, against one made for 20 with the same weights."""
    data, longer = splits((4, 2), (15, 2)), splits((4, 2), (20, 2))
    model = weighted(encoder_decoder(data, units=2, **options), 2.0)  # they never come to rest
    long = encoder_decoder(longer, units=2, **options)
    long.set_weights(weights_of(model))
    x = data.train[0]
    told, expected = inference(model).generate(x, 20), said(long, x)
    assert np.ptp(expected[:, 15:], axis=1).max() > 0.1
    return {"trained length": apart(told[:, :15], said(model, x)), "any length": apart(told, expected)}


def forcing() -> dict[str, float]:
    """Single steps by hand, and what is decoded, against the trained graph when it sees the same."""
    data = forced((4, 2), (3, 2), (3, 2))
    model = teacher_forced(
        data, units=2, layers=2, bidirectional="concat", decoder_units=3, dropout=0.3, output="softmax"
    )
    (source, seen), told = data.train[0], inference(weighted(model))
    states, answers = told.encode(source), []
    for step in range(3):
        output, states = told.step(states, seen[:, step])
        answers.append(output)
    found = {"single steps": apart(np.stack(answers, axis=1), said(model, source, seen))}
    start = one_hot([0] * EXAMPLES, 2)[:, None]
    for feed, first in (("argmax", start), ("output", 0 * start)):
        outputs = told.generate(source, 3, feed=feed, start="one_hot" if first.any() else "zero")
        fed = one_hot(outputs.argmax(axis=-1), 2) if feed == "argmax" else outputs
        seen = np.concatenate([first, fed[:, :-1]], axis=1)
        found[f"fed by {feed}"] = apart(outputs, said(model, source, seen))
    return found


def rolled() -> float:
    """A window that is fed by outputs, against a loop by hand."""
    model = weighted(recurrent(splits((3, 2), (2,)), units=2, cell="simple_rnn"))
    window = numbers(EXAMPLES, 3, 2, seed=5)
    made = roll_out(model, window, 4)
    whole = np.concatenate([window, made], axis=1)
    return max(apart(made[:, at], said(model, whole[:, at : at + 3])) for at in range(4))


def carried() -> dict[str, float]:
    """A stateful model on parts of a sequence, against a model of the whole sequence."""
    parts = splits((3, 2), (3, 2), examples=4)
    model = weighted(recurrent(parts, units=2, layers=2, stateful=True, batch_size=1))
    whole = recurrent(splits((12, 2), (12, 2)), units=2, layers=2)
    whole.set_weights(weights_of(model))
    x = parts.train[0]
    once, again = (model.predict(x, batch_size=1, verbose=0) for _ in range(2))
    assert apart(once, again) > 1e-3
    reset_states(model)
    anew = model.predict(x, batch_size=1, verbose=0)
    expected = said(whole, x.reshape(1, 12, 2)).reshape(4, 3, 2)
    return {"carried states": apart(once, expected), "reset states": apart(once, anew)}


def backwards() -> float:
    """A sequence read from its end, against the reversed sequence read from its start."""
    data = splits((4, 2), (4, 2))
    model = weighted(recurrent(data, units=2, cell="simple_rnn", go_backwards=True))
    forward = recurrent(data, units=2, cell="simple_rnn")
    forward.set_weights(weights_of(model))
    x = data.train[0]
    return apart(said(model, x), said(forward, x[:, ::-1])[:, ::-1])


def differences() -> dict[str, float]:
    """Every difference by name."""
    kinds: dict[str, dict[str, Any]] = {
        "gru, bidirectional": {"cell": "gru", "layers": 2, "bidirectional": "concat"},
        "simple rnn, dropout": {"cell": "simple_rnn", "dropout": 0.2, "recurrent_dropout": 0.2},
    }
    found = {"rolled out": rolled(), "backwards": backwards(), **forcing(), **carried()}
    for kind, options in kinds.items():
        found |= {f"{kind}, {name}": value for name, value in lengths(**options).items()}
    return found


if __name__ == "__main__":
    print(json.dumps({"backend": keras.config.backend(), **differences()}))
