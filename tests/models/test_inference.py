"""Inference models: batched, of trained and of loaded models, with what they are fed; errors."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import CLOSE, EXAMPLES, apart, enlarged, forced, numbers, one_hot, splits, weights_of
from tuner.errors import StudyError
from tuner.models import encoder_decoder, inference, recurrent, repeat_vector, teacher_forced

SYMBOLS = forced((5, 4), (3, 4), (3, 4))
NUMBERS = forced((5, 2), (3, 1), (3, 1))
X = SYMBOLS.train[0][0]


@pytest.fixture(scope="module")
def greedy() -> keras.Model:
    """A teacher-forced model of symbols with everything that inference has to see past."""
    model = teacher_forced(
        SYMBOLS, units=5, layers=2, bidirectional="sum", decoder_units=3, dropout=0.5, output="softmax"
    )
    return enlarged(model)


def test_a_batch_is_decoded_as_its_sequences_one_by_one(greedy: keras.Model) -> None:
    told = inference(greedy)
    whole = told.generate(X, 6, start="one_hot")
    single = np.concatenate([told.generate(x[None], 6, start="one_hot") for x in X])
    assert apart(whole, single) < CLOSE
    assert len(np.unique(whole.argmax(axis=-1), axis=0)) > 1
    assert apart(told.generate(X, 6, start="one_hot", batch_size=4), whole) < CLOSE


def test_decoded_symbols_are_those_of_teacher_forcing_where_what_is_fed_back_is_right(
    greedy: keras.Model,
) -> None:
    decoded = inference(greedy).generate(X, 3, start="one_hot").argmax(axis=-1)
    target = decoded.copy()
    target[::2, 1] = (target[::2, 1] + 1) % 4  # in every second sequence the second symbol is another
    start = np.zeros((EXAMPLES, 1), dtype=int)
    seen = one_hot(np.concatenate([start, target[:, :-1]], axis=1), 4)
    forced_symbols = np.asarray(greedy([X, seen])).argmax(axis=-1)
    right = np.cumprod(np.concatenate([start == 0, decoded == target], axis=1)[:, :-1], axis=1).astype(bool)
    assert not right[:, 2].all()
    assert np.array_equal(forced_symbols[right], decoded[right])


def test_dropout_is_off_and_inference_follows_the_weights(greedy: keras.Model) -> None:
    told = inference(greedy)
    before = told.generate(X, 3)
    assert np.array_equal(before, told.generate(X, 3))
    weights = weights_of(greedy)
    greedy.set_weights([weight / 2 for weight in weights])
    assert apart(before, told.generate(X, 3)) > 1e-3
    greedy.set_weights(weights)
    assert np.array_equal(before, told.generate(X, 3))


def test_training_goes_on_after_inference() -> None:
    data = splits((4, 1), (3, 1))
    model = encoder_decoder(data, units=2, cell="simple_rnn", recurrent_dropout=0.5)
    inference(model).generate(data.train[0], 2)
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch(*data.train))
    assert model.get_layer("decoder_0").recurrent_dropout == 0.5


def test_real_values_are_fed_back_as_they_are_from_any_start() -> None:
    model = enlarged(teacher_forced(NUMBERS, units=3))
    told, source = inference(model), NUMBERS.train[0][0]
    first = numbers(EXAMPLES, 1, seed=7)
    found = told.generate(source, 3, start=first)
    seen = np.concatenate([first[:, None], found[:, :-1]], axis=1)
    assert apart(found, model([source, seen])) < CLOSE
    same = told.generate(source, 2, start=[0.5])
    assert apart(same, told.generate(source, 2, start=np.full((EXAMPLES, 1), 0.5))) == 0


@pytest.mark.parametrize(
    ("model", "feed"),
    [
        (lambda: encoder_decoder(splits((5, 2), (3, 4)), units=2, output="softmax"), "zero"),
        (lambda: teacher_forced(SYMBOLS, units=2, output="softmax"), "argmax"),
        (lambda: teacher_forced(NUMBERS, units=2), "output"),
        (lambda: teacher_forced(NUMBERS, units=2, output="sigmoid"), "output"),
    ],
    ids=["zeros in training", "probabilities", "numbers", "yes or no"],
)
def test_what_is_fed_unless_it_is_said(model: Any, feed: str) -> None:
    assert inference(model()).feed == feed


# Keras reads saved weights through numpy's old array protocol.
@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_a_loaded_model_says_the_same(greedy: keras.Model, tmp_path: Path) -> None:
    plain = encoder_decoder(splits((5, 4), (3, 1)), units=2, layers=2, cell="lstm", bidirectional="concat")
    for model in (greedy, plain):
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
        assert np.array_equal(inference(loaded).generate(X, 5), inference(model).generate(X, 5))


def test_what_is_no_decoder_with_states_is_refused() -> None:
    others = (
        recurrent(splits((5, 2), (1,)), units=2),
        repeat_vector(splits((5, 2), (3, 1)), units=2),
        keras.Sequential(),
    )
    for model in others:
        with pytest.raises(StudyError, match="inference is for models of encoder_decoder and teacher_forced"):
            inference(model)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "steps is 0; give a whole number, 1 or more"),
        ({"feed": "max"}, "feed is 'max'; write 'zero', 'output' or 'argmax'"),
        ({"start": "first"}, "start is 'first'; write 'zero' or 'one_hot'"),
        ({"start": np.zeros(3)}, r"start has shape \(3,\); give \(4,\) or \(6, 4\)"),
        ({"x": X[:, :3]}, r"x has shape \(6, 3, 4\); the encoder takes \(examples, 5, 4\)"),
        ({"x": SYMBOLS.train[0]}, "x is a pair of inputs; give the input of the encoder alone"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    greedy: keras.Model, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(StudyError, match=message):
        inference(greedy).generate(**{"x": X, "steps": 2, **arguments})


def test_an_output_that_the_decoder_cannot_see_is_not_fed() -> None:
    told = inference(teacher_forced(forced((5, 2), (3, 3), (3, 1)), units=2))
    x = NUMBERS.train[0][0]
    with pytest.raises(StudyError, match="the decoder sees 3 features and says 1; give feed='zero'"):
        told.generate(x, 2)
    assert told.generate(x, 2, feed="zero").shape == (EXAMPLES, 2, 1)
