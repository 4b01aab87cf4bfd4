"""How a configuration is trained without a validation split: epochs, callbacks, all examples together."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from tests.deploy.made import parts, rising, study
from tests.tiny import build_dense, dense_study
from tuner.building import Built, build, called
from tuner.deploy.refitting import joined, refit
from tuner.errors import BundleError
from tuner.records import Configuration, Run
from tuner.repeats import Repeats
from tuner.seeds import Seed
from tuner.splits import Splits
from tuner.study import Study
from tuner.trials import PinnedTrial


def built_of(of: Study) -> Built:
    assert isinstance(of.data, Splits)
    return build(of, of.build, PinnedTrial(of.baseline), of.data, Seed(0, "ensemble", "", 0))


def noise() -> Splits:
    """Targets that have nothing to do with the inputs, few of them to train on: soon it is overfit."""
    rng = np.random.default_rng(4)

    def pair(size: int) -> Any:
        return rng.normal(size=(size, 3)).astype("float32"), rng.normal(size=(size, 1)).astype("float32")

    return Splits(train=pair(8), validation=pair(32), test=pair(32))


def stopping(made: list[Any], **given: Any) -> Study:
    """A study with early stopping, whose callbacks are put into a list."""

    def make(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        made.append(keras.callbacks.EarlyStopping(**given))
        return model, {**fit, "callbacks": [made[-1], keras.callbacks.TerminateOnNaN()]}

    return dense_study(data=noise(), build=make, epochs=30, baseline={"learning_rate": 0.1})


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, where it restores weights
@pytest.mark.parametrize(
    "given",
    [
        {"patience": 2, "restore_best_weights": True},
        {"patience": 3, "restore_best_weights": True, "min_delta": 0.5, "start_from_epoch": 2},
    ],
)
def test_the_epoch_that_was_scored_is_the_one_that_keras_restored(given: dict[str, Any]) -> None:
    made: list[Any] = []
    of = stopping(made, **given)
    runs = Repeats(of, engine="fit").train(
        "confirmation", Configuration("baseline", of.baseline), range(3), lambda share: None
    )
    restored = sorted(one.best_epoch + 1 for one in made[-3:])
    found = refit(of.build, built_of(of), runs)
    assert found.epochs.count == restored[1] < 30
    assert "the median over 3 confirmation runs" in found.epochs.how
    assert f"({restored[0]} to {restored[2]})" in found.epochs.how or restored[0] == restored[2]


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, where it restores weights
@pytest.mark.parametrize(("watched", "order"), [("val_loss", 1), ("val_loss", -1), ("loss", 1)])
def test_of_two_callbacks_that_restore_the_last_one_counts(watched: str, order: int) -> None:
    """As Keras does it: when the training ends, each restores what it holds best."""
    made: list[Any] = []

    def make(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        given = {"patience": 50, "restore_best_weights": True}
        best = keras.callbacks.EarlyStopping("val_loss", **given)
        fifth = keras.callbacks.EarlyStopping(watched, min_delta=1e3, start_from_epoch=4, **given)
        made.append([best, fifth][::order])
        return model, {**fit, "callbacks": made[-1]}

    of = dense_study(data=noise(), build=make, epochs=8, baseline={"learning_rate": 0.1})
    (run,) = Repeats(of, engine="fit").train(
        "confirmation", Configuration("baseline", of.baseline), range(1), lambda share: None
    )
    first, last = (one.best_epoch + 1 for one in made[-1])
    assert first != last and 5 in (first, last)
    assert refit(of.build, built_of(of), [run]).epochs.count == last


def run_of(epochs: int, best: int, status: Any = "complete") -> Run:
    """A run whose validation loss is lowest at an epoch."""
    curve = tuple(float(abs(epoch - best)) for epoch in range(1, epochs + 1))
    score = 1.0 if status == "complete" else np.nan
    scores = {"validation": score, "test": score}
    return Run("confirmation", "baseline", 0, status, scores, {"loss": curve, "val_loss": curve}, 1.0)


def test_without_restoring_it_is_the_last_epoch() -> None:
    of = stopping([], patience=2)
    runs = [run_of(9, 7), run_of(6, 4), run_of(30, 30, "diverged")]
    assert refit(of.build, built_of(of), runs).epochs.count == 8  # 7.5, rounded upwards


def test_without_a_score_the_epochs_are_not_known() -> None:
    of = stopping([], patience=2)
    with pytest.raises(BundleError, match="no confirmation run of this configuration has a score"):
        refit(of.build, built_of(of), [run_of(3, 2, "diverged")])


class Own(keras.callbacks.Callback):  # type: ignore[misc]
    """A callback of the user's."""


def test_callbacks_that_watch_the_validation_split_go_and_others_stay() -> None:
    kinds = keras.callbacks
    given = [
        kinds.EarlyStopping("val_loss", patience=1),
        kinds.ReduceLROnPlateau("val_loss"),
        kinds.EarlyStopping("loss", patience=5),
        kinds.LearningRateScheduler(lambda epoch: 0.1),
        Own(),
    ]

    def make(trial: Any, data: Splits, seed_index: int) -> Any:
        model, fit = build_dense(trial, data)
        return model, {**fit, "callbacks": given, "batch_size": 8 + seed_index}

    of = dense_study(build=make, epochs=7)
    found = refit(make, built_of(of), [run_of(4, 4)])
    _, fit = called(found.build, PinnedTrial(of.baseline), of.data, 2)
    assert fit["batch_size"] == 10
    assert fit["callbacks"] == given[2:]
    assert fit["epochs"] == found.epochs.count == 4
    assert any(
        "ReduceLROnPlateau watches the validation split and was left out" in one for one in found.notes
    )
    assert any("callback Own stayed" in one for one in found.notes)


def test_without_early_stopping_epochs_are_the_studys() -> None:
    of = dense_study(epochs=7)
    found = refit(of.build, built_of(of), [])
    assert (found.epochs.count, found.epochs.how, found.notes) == (7, "as the study says", ())


def test_all_examples_are_joined_in_the_order_of_time() -> None:
    of = study("outside")
    assert isinstance(of.data, Splits)
    whole, part = joined(of.data, keep_test=False), joined(of.data, keep_test=True)
    sizes = of.data.sizes
    assert whole.sizes["train"] == sum(sizes.values())
    assert part.sizes["train"] == sizes["train"] + sizes["validation"]
    for place in (0, 1):
        by_hand = np.concatenate([getattr(of.data, name)[place] for name in ("train", "validation", "test")])
        np.testing.assert_array_equal(whole.train[place], by_hand)
    np.testing.assert_array_equal(whole.test[0], whole.train[0][:32])
    assert whole.preparation is of.data.preparation


def test_arrays_in_tuples_and_dicts_are_joined() -> None:
    made = parts(rising)
    pairs = {name: ({"a": x, "b": x * 2}, (y, -y)) for name, (x, y) in made.items()}
    whole = joined(Splits(**pairs), keep_test=False)
    assert set(whole.train[0]) == {"a", "b"} and len(whole.train[1]) == 2
    assert len(whole.train[0]["b"]) == sum(len(x) for x, _ in made.values())


def test_pipelines_are_refused() -> None:
    made = parts(rising)
    splits = replace(Splits(**made), train=lambda: iter([made["train"]]))
    with pytest.raises(BundleError, match="the train split comes batch by batch, and finalize joins arrays"):
        joined(splits, keep_test=False)
