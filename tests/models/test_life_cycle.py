"""Define, compile, fit, evaluate, predict: every framing of input and output, and every kind of problem."""

from typing import Any

import numpy as np
import pytest

from tests.models.made import EXAMPLES, numbers, one_hot, weights_of
from tuner.models import classes, encoder_decoder, loss_for, recurrent, repeat_vector
from tuner.study import Splits

RNG = np.random.default_rng(0)
YES = RNG.integers(2, size=(EXAMPLES, 4, 1)).astype("float32")
KIND = one_hot(RNG.integers(3, size=EXAMPLES), 3)
KINDS = one_hot(RNG.integers(3, size=(EXAMPLES, 2)), 3)

# By framing: the model, shape of x, y, the output, the optimizer, a metric.
CASES: dict[str, tuple[Any, tuple[int, int], np.ndarray, Any, str, str]] = {
    "one to one": (recurrent, (1, 1), numbers(EXAMPLES, 1, seed=1), "linear", "sgd", "mae"),
    "one to many": (repeat_vector, (1, 1), numbers(EXAMPLES, 5, 1, seed=2), "linear", "adam", "mae"),
    "many to one": (recurrent, (4, 2), KIND, "softmax", "rmsprop", "accuracy"),
    "many to many, equal": (recurrent, (4, 2), YES, "sigmoid", "adam", "accuracy"),
    "many to many, unequal": (encoder_decoder, (4, 2), KINDS, "softmax", "adam", "accuracy"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_life_of_a_model(name: str) -> None:
    build, shape, y, output, optimizer, metric = CASES[name]
    x = numbers(EXAMPLES, *shape, seed=3)
    data = Splits(train=(x, y), validation=(x[:3], y[:3]), test=(x, y))
    model = build(data, units=2, output=output)
    model.compile(optimizer=optimizer, loss=loss_for(output), metrics=[metric])
    before = weights_of(model)
    history = model.fit(x, y, epochs=2, validation_data=data.validation, verbose=0).history
    assert set(history) == {"loss", metric, "val_loss", f"val_{metric}"}
    assert all(np.isfinite(values).all() and len(values) == 2 for values in history.values())
    assert all(
        np.ptp(new - old) > 0 or new.size == 1 for new, old in zip(weights_of(model), before, strict=True)
    )
    loss, measured = model.evaluate(*data.validation, verbose=0)
    assert (loss, measured) == pytest.approx(
        (history["val_loss"][-1], history[f"val_{metric}"][-1]), rel=1e-5
    )
    found = model.predict(x, verbose=0)
    assert found.shape == y.shape
    if output != "linear":
        labels = y[..., 0] if output == "sigmoid" else y.argmax(axis=-1)
        own = classes(found)
        assert own.shape == labels.shape
        accuracy = model.evaluate(x, y, verbose=0)[1]
        assert np.mean(own == labels) == pytest.approx(accuracy, abs=1e-6)
