"""The vectorized engine trains what `fit` trains where seeds and data vary; the table has the models."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from tuner.records import Configuration, Run
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

RNG = np.random.default_rng(11)
EXAMPLES = {"train": 20, "validation": 12, "test": 12}  # in batches of 8: the last one is smaller


def vector_data() -> Splits:
    return Splits(
        **{name: (RNG.normal(size=(n, 4)), RNG.normal(size=(n, 1))) for name, n in EXAMPLES.items()}
    )


def class_data() -> Splits:
    return Splits(
        **{name: (RNG.normal(size=(n, 4)), RNG.integers(0, 3, size=n)) for name, n in EXAMPLES.items()}
    )


def varying(rng: np.random.Generator) -> Splits:
    """Data whose level and scale differ much between the seeds."""

    def pair(n: int) -> tuple[np.ndarray, np.ndarray]:
        return level + scale * rng.normal(size=(n, 4)), rng.normal(size=(n, 1))

    level, scale = rng.normal(), np.exp(rng.normal())
    return Splits(**{name: pair(n) for name, n in EXAMPLES.items()})


def sequential(data: Splits, *layers: keras.layers.Layer, loss: str = "mse", **compiled: Any) -> keras.Model:
    model = keras.Sequential([keras.Input(np.shape(data.train[0])[1:]), *layers])
    model.compile(optimizer="adam", loss=loss, **compiled)
    return model


def dropout(trial: Any, data: Splits) -> Any:
    layers = keras.layers
    return sequential(data, layers.Dense(6, "relu"), layers.Dropout(0.4), layers.Dense(1)), {"batch_size": 8}


def one_short_batch(trial: Any, data: Splits) -> Any:
    return sequential(data, keras.layers.Dense(1)), {"batch_size": 64}


def classifier(trial: Any, data: Splits) -> Any:
    compiled = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    return sequential(data, keras.layers.Dense(3, "softmax"), **compiled), {"batch_size": 8}


def adapted(trial: Any, data: Splits) -> Any:
    scale = keras.layers.Normalization()
    scale.adapt(np.asarray(data.train[0], "float32"))
    return sequential(data, scale, keras.layers.Dense(1)), {"batch_size": 8}


def train(build: Callable[..., Any], data: Any, seeds: int, engine: str, **changes: Any) -> tuple[Run, ...]:
    values = {"metric": "mse", "epochs": 2, "baseline": {}, **changes}
    runner = Repeats(Study(data=data, build=build, **values), engine=engine)
    runs = runner.train("confirmation", Configuration("one", {}), range(seeds), lambda share: None)
    assert [run.reason for run in runs] == [""] * seeds
    return runs


def assert_equal(build: Callable[..., Any], data: Any, seeds: int = 2, **changes: Any) -> None:
    """Losses of every epoch, validation losses and scores agree to a relative 1e-4."""
    found, expected = (train(build, data, seeds, engine, **changes) for engine in ("vectorized", "fit"))
    for one, other in zip(found, expected, strict=True):
        assert set(one.history) == set(other.history)
        for name, values in other.history.items():
            apart = np.linalg.norm(np.subtract(one.history[name], values))
            assert apart <= 1e-4 * np.linalg.norm(values), name
        assert dict(one.scores) == pytest.approx(dict(other.scores), rel=1e-4)
    assert len({run.scores["test"] for run in found}) == seeds


@pytest.mark.parametrize("seeds", [1, 3, 5])
def test_any_number_of_seeds_is_alike(seeds: int) -> None:
    assert_equal(dropout, vector_data(), seeds)


def test_data_that_vary_by_seed_are_alike() -> None:
    assert_equal(dropout, varying)


def test_a_layer_adapted_to_data_that_all_seeds_share_is_alike() -> None:
    assert_equal(adapted, vector_data())


def test_fewer_examples_than_a_batch_are_alike() -> None:
    assert_equal(one_short_batch, vector_data())


def test_a_score_is_what_the_compiled_metric_ends_with() -> None:
    (run,) = train(classifier, class_data(), 1, "vectorized", metric="accuracy")
    assert set(run.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert run.scores["validation"] == pytest.approx(run.history["val_accuracy"][-1])


def test_a_layer_adapted_to_data_that_vary_keeps_each_seed_s_own() -> None:
    assert_equal(adapted, varying)


def test_a_model_that_knows_its_data_keeps_each_seed_s_own() -> None:
    def centred(trial: Any, data: Splits) -> Any:
        inputs = keras.Input((4,))
        outputs = keras.layers.Dense(1)(inputs - float(np.mean(data.train[0])))
        model = keras.Model(inputs, outputs)
        model.compile(optimizer="sgd", loss="mse")
        return model, {"batch_size": 8}

    assert_equal(centred, varying)


def test_models_of_another_shape_for_every_seed_go_to_fit() -> None:
    def uneven(trial: Any, data: Splits) -> Any:
        units = 2 + int(np.mean(data.train[0]) > 0)
        return sequential(data, keras.layers.Dense(units), keras.layers.Dense(1)), {"batch_size": 8}

    found, expected = (train(uneven, varying, 4, engine) for engine in ("auto", "fit"))
    assert [run.scores for run in found] == [run.scores for run in expected]
    with pytest.raises(AssertionError, match="differ by seed in more than numbers: the training step"):
        train(uneven, varying, 4, "vectorized")


def test_progress_goes_from_nothing_to_all() -> None:
    for engine in ("vectorized", "fit"):
        shares: list[float] = []
        runner = Repeats(Study(vector_data(), dropout, "mse", 2, {}), engine=engine)
        runner.train("search", Configuration("one", {}), range(2), shares.append)
        assert shares == sorted(shares)
        assert 0 < shares[0] < 0.5
        assert shares[-1] == pytest.approx(1.0)
