"""The fit engine against Keras used by hand."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import dense_study, lstm_study
from tuner.building import build, seeded
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.seeds import Seed
from tuner.trials import PinnedTrial


def by_hand(study: Any, params: dict[str, Any], key: str) -> tuple[dict[str, Any], float]:
    """Seed 0 of the search: build, fit and score with nothing but Keras."""
    seed = Seed(study.seed, "search", key, 0)
    built = build(study, study.build, PinnedTrial(params), study.data, seed)
    with seeded(seed.integer("order")):
        history = built.model.fit(
            *study.data.train, validation_data=study.data.validation, verbose=0, **built.fit
        ).history
    x, y = study.data.validation
    return history, float(np.mean((built.model.predict(x, verbose=0) - y) ** 2))


@pytest.mark.parametrize(
    ("study", "params"), [(dense_study(), {"learning_rate": 0.02}), (lstm_study(), {"units": 3})]
)
def test_it_is_keras_fit(study: Any, params: dict[str, Any]) -> None:
    runner = Repeats(study, engine="fit")
    configuration = Configuration("one", params)
    (run,) = runner.train("search", configuration, (0,), lambda share: None)
    history, expected = by_hand(study, params, runner.source.builder(configuration)[1])
    assert set(run.history) == set(history)
    for name, values in history.items():
        assert run.history[name] == pytest.approx(values)
    assert run.scores["validation"] == pytest.approx(expected, rel=1e-5)


def test_callbacks_of_the_study_are_called() -> None:
    seen: list[int] = []

    class Counter(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append(epoch)

    plain = dense_study()

    def build_counted(trial: Any, data: Any) -> Any:
        model, fit = plain.build(trial, data)
        return model, {**fit, "callbacks": [Counter()]}

    study = dense_study(build=build_counted)
    Repeats(study).train("search", Configuration("one", {"learning_rate": 0.02}), (0, 1), lambda share: None)
    assert seen == [0, 1, 0, 1]


def test_a_number_of_epochs_given_by_build_holds() -> None:
    plain = dense_study()

    def build_longer(trial: Any, data: Any) -> Any:
        model, fit = plain.build(trial, data)
        return model, {**fit, "epochs": 3}

    for engine in ("fit", "vectorized"):
        runner = Repeats(dense_study(build=build_longer), engine=engine)
        (run,) = runner.train(
            "search", Configuration("one", {"learning_rate": 0.02}), (0,), lambda share: None
        )
        assert len(run.history["loss"]) == 3
