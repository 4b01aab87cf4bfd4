"""Inference models: batched, of trained and of loaded models, with what they are fed; errors."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import (
    CLOSE,
    EXAMPLES,
    apart,
    forced,
    numbers,
    one_hot,
    said,
    splits,
    weighted,
    weights_of,
)
from tuner.errors import StudyError
from tuner.models import Inference, encoder_decoder, inference, recurrent, repeat_vector, teacher_forced
from tuner.prepare import chain_of, framed

SYMBOLS = forced((4, 2), (3, 3), (3, 3))
NUMBERS = forced((4, 2), (3, 2), (3, 2))
X = SYMBOLS.train[0][0]


@pytest.fixture(scope="module")
def greedy() -> keras.Model:
    """A teacher-forced model of symbols with everything that inference has to see past."""
    model = teacher_forced(
        SYMBOLS, units=2, layers=2, bidirectional="sum", decoder_units=3, dropout=0.5, output="softmax"
    )
    return weighted(model, 2.0)


@pytest.fixture(scope="module")
def told(greedy: keras.Model) -> Inference:
    return inference(greedy)


def test_a_batch_is_decoded_as_its_sequences_one_by_one(told: Inference) -> None:
    whole = told.generate(X, 3, start="one_hot")
    assert len(np.unique(whole.argmax(axis=-1), axis=0)) > 2
    assert apart(told.generate(X, 3, start="one_hot", batch_size=1), whole) < CLOSE
    assert apart(told.generate(X[2:3], 3, start="one_hot"), whole[2:3]) < CLOSE


def test_decoded_symbols_are_those_of_teacher_forcing_where_what_is_fed_back_is_right(
    greedy: keras.Model, told: Inference
) -> None:
    decoded = told.generate(X, 3, start="one_hot").argmax(axis=-1)
    target = decoded.copy()
    target[::2, 1] = (target[::2, 1] + 1) % 3  # in every second sequence the second symbol is another
    start = np.zeros((EXAMPLES, 1), dtype=int)
    symbols = np.concatenate([start, target[:, :-1]], axis=1)
    teacher = said(greedy, X, one_hot(symbols, 3)).argmax(axis=-1)
    right = np.concatenate([start == 0, decoded == target], axis=1)[:, :-1]
    right = np.logical_and.accumulate(right, axis=1)
    assert right[:, :2].all()
    assert right[:, 2].tolist() == [False, True] * 3
    assert np.array_equal(teacher[right], decoded[right])


def test_dropout_is_off_and_inference_follows_the_weights(greedy: keras.Model, told: Inference) -> None:
    before = told.generate(X, 3)
    assert np.array_equal(before, told.generate(X, 3))
    weights = weights_of(greedy)
    greedy.set_weights([weight / 2 for weight in weights])
    assert apart(before, told.generate(X, 3)) > 1e-3
    greedy.set_weights(weights)
    assert np.array_equal(before, told.generate(X, 3))


# Keras reads saved weights through numpy's old array protocol.
@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_a_loaded_model_says_the_same(greedy: keras.Model, told: Inference, tmp_path: Path) -> None:
    greedy.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert np.array_equal(inference(loaded).generate(X, 3), told.generate(X, 3))


def test_training_goes_on_after_inference() -> None:
    data = splits((4, 2), (3, 2))
    model = encoder_decoder(data, units=2, cell="simple_rnn", recurrent_dropout=0.5)
    inference(model).generate(data.train[0], 3)
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch(*data.train))
    assert model.get_layer("decoder_0").recurrent_dropout == 0.5


def test_real_values_are_fed_back_as_they_are_from_any_start() -> None:
    model = weighted(teacher_forced(NUMBERS, units=2))
    told, source = inference(model), NUMBERS.train[0][0]
    first = numbers(EXAMPLES, 2, seed=7)
    found = told.generate(source, 3, start=first)
    seen = np.concatenate([first[:, None], found[:, :-1]], axis=1)
    assert apart(found, said(model, source, seen)) < CLOSE
    same = told.generate(source, 3, start=[0.5, 1])
    assert apart(same, told.generate(source, 3, start=np.tile([0.5, 1], (EXAMPLES, 1)))) == 0
    assert apart(same, found) > 1e-3


@pytest.mark.parametrize(
    ("model", "feed"),
    [
        (lambda: encoder_decoder(splits((4, 2), (3, 2)), units=2, output="softmax"), "zero"),
        (lambda: teacher_forced(NUMBERS, units=2, output="softmax"), "argmax"),
        (lambda: teacher_forced(NUMBERS, units=2), "output"),
        (lambda: teacher_forced(NUMBERS, units=2, output="sigmoid"), "output"),
    ],
    ids=["zeros in training", "probabilities", "numbers", "yes or no"],
)
def test_what_is_fed_unless_it_is_said(model: Any, feed: str) -> None:
    assert inference(model()).feed == feed


def test_what_is_no_decoder_with_states_is_refused() -> None:
    others = (
        recurrent(splits((4, 2), (1,)), units=2),
        repeat_vector(splits((4, 2), (3, 2)), units=2),
        keras.Sequential(),
    )
    for model in others:
        with pytest.raises(StudyError, match="inference is for models of encoder_decoder and teacher_forced"):
            inference(model)


def test_a_model_inside_of_a_preparation_is_named_and_serves() -> None:
    series = np.cumsum(np.random.default_rng(0).normal(size=(60, 2)), axis=0)
    chain = chain_of(difference=1, scaling="standardize")
    framed_series = framed(series, chain, steps_in=5, steps_out=3, flat=False, targets=(1,))
    inner = weighted(encoder_decoder(framed_series.splits, units=2))
    whole = framed_series.around(inner)
    with pytest.raises(StudyError, match=rf"the model inside, '{inner.name}', .* give that one") as caught:
        inference(whole)
    assert f"inference(model.get_layer({inner.name!r}))" in str(caught.value)
    told = inference(whole.get_layer(inner.name)).generate(framed_series.splits.test[0], 12)
    forecasts = framed_series.restored(told, "test")
    assert forecasts.shape == (len(told), 12, 1)
    assert apart(forecasts[:, :3], said(whole, framed_series.raw.test[0])) < 1e-5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "steps is 0; give a whole number, 1 or more"),
        ({"feed": "max"}, "feed is 'max'; write 'zero', 'output' or 'argmax'"),
        ({"start": "first"}, "start is 'first'; write 'zero' or 'one_hot'"),
        ({"start": np.zeros(2)}, r"start has shape \(2,\); give \(3,\) or \(6, 3\)"),
        ({"x": X[:, :3]}, r"x has shape \(6, 3, 2\); the encoder takes \(examples, 4, 2\)"),
        ({"x": SYMBOLS.train[0]}, "x is a pair of inputs; give the input of the encoder alone"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    told: Inference, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(StudyError, match=message):
        told.generate(**{"x": X, "steps": 3, **arguments})


def test_an_output_that_the_decoder_cannot_see_is_not_fed() -> None:
    told = inference(teacher_forced(forced((4, 2), (3, 3), (3, 2)), units=2))
    with pytest.raises(StudyError, match="the decoder sees 3 features and says 2; give feed='zero'"):
        told.generate(X, 3)
    assert told.generate(X, 3, feed="zero").shape == (EXAMPLES, 3, 2)
