"""Define, compile, fit, evaluate, predict: every framing of input and output, and every kind of problem."""

from typing import Any

import numpy as np
import pytest

from tests.models.made import EXAMPLES, numbers, one_hot, said, splits, weights_of
from tuner.models import classes, encoder_decoder, loss_for, recurrent, repeat_vector
from tuner.splits import Splits

RNG = np.random.default_rng(0)
FEW = 3

YES = RNG.integers(2, size=(EXAMPLES, 4, 1)).astype("float32")
KINDS = one_hot(RNG.integers(3, size=EXAMPLES), 3)

# The kind of problem, and how it is framed: shape of x, y, the output, an optimizer, a metric.
PROBLEMS: dict[str, tuple[tuple[int, int], np.ndarray, Any, str, str]] = {
    "numbers, one to one": ((1, 2), numbers(EXAMPLES, 2, seed=1), "linear", "sgd", "mae"),
    "yes or no, many to many": ((4, 2), YES, "sigmoid", "adam", "accuracy"),
    "classes, many to one": ((4, 2), KINDS, "softmax", "rmsprop", "accuracy"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_life_of_a_model(name: str) -> None:
    shape, y, output, optimizer, metric = PROBLEMS[name]
    x = numbers(EXAMPLES, *shape, seed=3)
    data = Splits(train=(x, y), validation=(x[:FEW], y[:FEW]), test=(x, y))
    model = recurrent(data, units=2, cell="simple_rnn", output=output)
    model.compile(optimizer=optimizer, loss=loss_for(output), metrics=[metric])
    history = model.fit(x, y, batch_size=FEW, epochs=2, validation_data=data.validation, verbose=0).history
    assert set(history) == {"loss", metric, "val_loss", f"val_{metric}"}
    assert all(np.isfinite(values).all() and len(values) == 2 for values in history.values())
    assert history["loss"][0] != history["loss"][1]
    measured = model.evaluate(*data.validation, batch_size=FEW, verbose=0)
    assert measured == pytest.approx([history[f"val_{key}"][-1] for key in ("loss", metric)], rel=1e-5)
    found = model.predict(data.validation[0], verbose=0)
    assert found.shape == (FEW, *y.shape[1:])
    if output != "linear":
        labels = y[:FEW, ..., 0] if output == "sigmoid" else y[:FEW].argmax(axis=-1)
        assert np.mean(classes(found) == labels) == pytest.approx(measured[1], abs=1e-6)


# Other numbers of steps out than in: the model, shapes of x and y.
FRAMINGS: dict[str, tuple[Any, tuple[int, ...], tuple[int, ...]]] = {
    "one to many": (repeat_vector, (1, 2), (5, 2)),
    "many to many, unequal": (encoder_decoder, (4, 2), (3, 2)),
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_a_framing_trains(name: str) -> None:
    build, x, y = FRAMINGS[name]
    data = splits(x, y)
    model = build(data, units=2, cell="simple_rnn")
    model.compile("sgd", "mse")
    before = weights_of(model)
    assert np.isfinite(model.train_on_batch(*data.train))
    changed = [not np.array_equal(*pair) for pair in zip(weights_of(model), before, strict=True)]
    assert sum(changed) >= len(changed) - 2  # of a state or an input of zeros, weights have no gradient
    assert said(model, data.train[0]).shape == (EXAMPLES, *y)
