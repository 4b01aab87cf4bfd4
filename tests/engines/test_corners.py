"""What is rare in a study, and must not be trained differently in silence."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import dense_study
from tuner.errors import StudyError
from tuner.records import Configuration, Run
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

pytestmark = pytest.mark.filterwarnings(  # Keras itself causes it
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
LAYERS = keras.layers


def train(build: Any, engine: str = "auto", seeds: Any = range(3), **changes: Any) -> tuple[Run, ...]:
    notes: list[str] = []
    runner = Repeats(study(build, **changes), engine=engine, on_note=notes.append)
    runs = runner.train("search", Configuration("one", {}), seeds, lambda share: None)
    assert all(run.status == "complete" for run in runs), [run.reason for run in runs]
    return runs


def study(build: Any, **changes: Any) -> Study:
    return dense_study(build=build, baseline={}, **changes)


def reason(build: Any) -> str:
    """Why preflight chose its engine."""
    return Repeats(study(build)).preflight().engine_reason


def assert_same(build: Any, **changes: Any) -> None:
    """The engine that tuner chooses gives what `fit` gives.

    Not in the validation loss: of a model that was evaluated before, Keras reports another one than its own
    predictions have.
    """
    for one, other in zip(train(build, **changes), train(build, "fit", **changes), strict=True):
        assert one.history.keys() == other.history.keys()
        np.testing.assert_allclose(one.history["loss"], other.history["loss"], rtol=1e-4)
        assert one.scores["validation"] == pytest.approx(other.scores["validation"], rel=1e-4)


def small(*layers: Any, **compiled: Any) -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), *(layers or (LAYERS.Dense(4, "tanh"), LAYERS.Dense(1)))])
    model.compile(**({"optimizer": keras.optimizers.SGD(0.02), "loss": "mse"} | compiled))
    return model


def unnamed_metric(trial: Any, data: Splits) -> Any:
    watch = keras.callbacks.EarlyStopping("val_root_mean_squared_error", patience=0, min_delta=9.0)
    return small(metrics=[keras.metrics.RootMeanSquaredError()]), {"callbacks": [watch]}


def two_unnamed_outputs(trial: Any, data: Splits) -> Any:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, [LAYERS.Dense(1)(inputs), LAYERS.Dense(1)(inputs)])
    model.compile("sgd", "mse")
    return model


def twice(rows: int, seed: int) -> Any:
    x = np.random.default_rng(seed).normal(size=(rows, 3)).astype("float32")
    return x, [x[:, :1], x[:, 1:2]]


def test_names_that_keras_counts_are_the_same_for_every_seed() -> None:
    assert reason(unnamed_metric).startswith("the seeds of a configuration train together")
    assert_same(unnamed_metric, epochs=4)
    assert {len(run.history["loss"]) for run in train(unnamed_metric, epochs=4)} == {2}
    data = Splits(twice(32, 1), twice(8, 2), twice(8, 3))

    def first(y_true: Any, y_pred: Any) -> float:
        return float(np.mean((y_true[0] - y_pred[0]) ** 2))

    runs = train(two_unnamed_outputs, "fit", data=data, metric=first, direction="minimize")
    assert len({tuple(run.history) for run in runs}) == 1


def drawing_with_keras(trial: Any, data: Splits) -> Any:
    model = small()
    model.layers[0].kernel.assign(keras.random.normal((3, 4)))
    return model


@pytest.mark.parametrize("engine", ["vectorized", "fit"])
def test_a_seed_is_the_same_alone_as_among_others(engine: str) -> None:
    among, alone = train(drawing_with_keras, engine)[2], train(drawing_with_keras, engine, [2])[0]
    assert among.scores == alone.scores


def test_the_user_s_settings_survive_a_training() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        train(lambda trial, data: small(), "fit")
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


def penalised(trial: Any, data: Splits) -> Any:
    inner = keras.Sequential([LAYERS.Dense(3, activity_regularizer=keras.regularizers.L2(1.0))])
    return small(LAYERS.Reshape((3, 1)), LAYERS.TimeDistributed(inner), LAYERS.Flatten(), LAYERS.Dense(1))


def loss_of_its_own(trial: Any, data: Splits) -> Any:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, LAYERS.Dense(1)(LAYERS.ActivityRegularization(l2=0.1)(inputs)))
    model.compile(keras.optimizers.SGD(0.02))
    return model, {"batch_size": 16}


def trained_before(trial: Any, data: Splits) -> Any:
    model = small()
    model.evaluate(*data.validation, verbose=0)
    return model, {"batch_size": 16}


def drawing_for_the_third(trial: Any, data: Splits) -> Any:
    return small(LAYERS.Dense(4, "tanh" if np.random.rand() < 0.5 else "relu"), LAYERS.Dense(1))


def drawing_a_rate(trial: Any, data: Splits) -> Any:
    rate = float(np.random.uniform(0.001, 0.05))
    return small(), {"callbacks": [keras.callbacks.LearningRateScheduler(lambda epoch: rate)]}


def restoring_twice(trial: Any, data: Splits) -> Any:
    stops = [
        keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True, start_from_epoch=start)
        for start in (0, 99)
    ]
    return small(), {"callbacks": stops}


def keras_defaults(trial: Any, data: Splits) -> Any:
    return small(), {"steps_per_epoch": None, "validation_freq": 1, "sample_weight": None}


@pytest.mark.parametrize(
    "build",
    [penalised, loss_of_its_own, trained_before, drawing_for_the_third, drawing_a_rate, restoring_twice],
)
def test_it_is_trained_as_fit_would(build: Any) -> None:
    assert_same(build)


def test_an_argument_as_keras_has_it_by_itself_is_no_reason() -> None:
    assert reason(keras_defaults).startswith("the seeds of a configuration train together")


class Looped(keras.Sequential):  # type: ignore[misc]  # Keras has no types
    def make_train_function(self, force: bool = False) -> Any:
        return super().make_train_function(force)


class Telling(keras.Sequential):  # type: ignore[misc]
    def train_step(self, *arguments: Any) -> Any:
        logs, state = super().train_step(*arguments)
        return {**logs, "twice": 2 * logs["loss"]}, state


def of_class(kind: Any) -> Any:
    def build(trial: Any, data: Splits) -> Any:
        model = kind([keras.Input((3,)), LAYERS.Dense(1)])
        model.compile("sgd", "mse", jit_compile=True)
        return model

    return build


class AlwaysDropout(LAYERS.Dropout):  # type: ignore[misc]
    def call(self, inputs: Any, training: bool = False) -> Any:
        return super().call(inputs, training=True)


def random_predictions(trial: Any, data: Splits) -> Any:
    return small(AlwaysDropout(0.5), LAYERS.Dense(1))


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (of_class(Looped), "a make_train_function of its own"),
        (of_class(Telling), "train_step has logs of its own ('twice')"),
        (random_predictions, "depend on a state that they change"),
    ],
)
def test_it_goes_to_fit_with_the_reason(build: Any, why: str) -> None:
    assert why in reason(build)


@pytest.mark.parametrize("rows", [60, 70])
def test_weights_of_other_examples_are_refused(rows: int) -> None:
    with pytest.raises(StudyError, match=f"sample_weight for {rows} examples, and the train split has 64"):
        reason(lambda trial, data: (small(), {"sample_weight": np.ones(rows)}))


def sequences(rows: int, seed: int) -> Any:
    x = np.random.default_rng(seed).normal(size=(rows, 4, 3)).astype("float32")
    return x, np.eye(3, dtype="float32")[x.argmax(axis=2)]


def each_step_a_class(trial: Any, data: Splits) -> Any:
    model = keras.Sequential([keras.Input((4, 3)), LAYERS.Dense(3, "softmax")])
    model.compile("sgd", "categorical_crossentropy")
    return model, {"class_weight": {0: 2.0}}


def one_weight_for_every_step(trial: Any, data: Splits) -> Any:
    return two_unnamed_outputs(trial, data), {"sample_weight": np.ones((32, 2))}


@pytest.mark.parametrize(
    ("build", "make", "message"),
    [
        (each_step_a_class, sequences, "class_weight is for targets with one class an example"),
        (one_weight_for_every_step, twice, "one sample_weight for several outputs has one number an example"),
    ],
)
def test_weights_that_fit_does_not_take_are_refused(build: Any, make: Any, message: str) -> None:
    data = Splits(make(32, 1), make(8, 2), make(8, 3))

    def first(y_true: Any, y_pred: Any) -> float:
        return 0.0

    wrong = study(build, data=data, metric=first, direction="minimize")
    (run,) = Repeats(wrong, engine="fit").train("search", Configuration("one", {}), [0], lambda share: None)
    assert run.status == "failed"
    with pytest.raises(StudyError, match=message):
        Repeats(wrong).preflight()


def test_curves_have_a_number_for_every_epoch_and_pruning_waits_for_validation() -> None:
    asked: list[int] = []

    def should_prune(epoch: int, logs: Any) -> bool:
        asked.append(epoch)
        assert ("val_loss" in logs) == (epoch % 2 == 1)
        return False

    runner = Repeats(study(lambda trial, data: (small(), {"validation_freq": 2}), epochs=5))
    training = runner.training("search", Configuration("one", {}), range(2))
    for run in training.train([0, 1], lambda share: None, should_prune):
        assert run.status == "complete"
        assert np.isnan(run.history["val_loss"]).tolist() == [True, False, True, False, True]
        assert len(run.history["loss"]) == 5
    assert asked == [0, 1, 2, 3, 4]
