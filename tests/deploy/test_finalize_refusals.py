"""What cannot be finalized or read ends in one line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tests.deploy.made import confirmed, finalized, study
from tests.factories import make_runs
from tuner.deploy import making
from tuner.deploy.describing import check_inputs
from tuner.deploy.finalizing import finalize
from tuner.deploy.schema import part_of
from tuner.errors import BundleError, LedgerError, TunerError
from tuner.repeats import Repeats
from tuner.splits import Splits


class Closed(keras.Model):  # type: ignore[misc]
    """A model that does not say what it is made of."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def compiled(model: Any) -> Any:
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def closed(trial: Any, data: Splits) -> Any:
    trial.suggest_int("units", 1, 4)
    return compiled(Closed(3))


def with_a_lambda(trial: Any, data: Splits) -> Any:
    trial.suggest_int("units", 1, 4)
    layers = [keras.Input((4,)), keras.layers.Lambda(lambda x: 2 * x), keras.layers.Dense(3)]
    return compiled(keras.Sequential(layers))


@pytest.mark.parametrize(
    ("build", "message"),
    [(with_a_lambda, "a Lambda layer, which is stored as code"), (closed, "Closed")],
)
def test_models_that_cannot_be_described_are_refused(build: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=message) as raised:
        finalized(study("classes", build=build), tmp_path)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "bundle").exists()


def stateful(trial: Any, data: Splits) -> Any:
    trial.suggest_int("units", 1, 4)
    model = keras.Sequential(
        [keras.Input((5, 2), batch_size=8), keras.layers.LSTM(2, stateful=True), keras.layers.Dense(1)]
    )
    model.compile(optimizer="adam", loss="mse")
    return model, {"batch_size": 8}


def test_what_cannot_be_finalized_is_one_line(tmp_path: Path) -> None:
    of = study("classes")
    run = confirmed(of, tmp_path / "run")
    for options, message in (
        ({"members": 0}, "members is 0; give 1 to 100"),
        ({"engine": "quick"}, "engine 'quick' is unknown; use auto, vectorized, fit"),
        ({"configuration": "third"}, "'third' was not confirmed; confirmed are baseline, other"),
        ({"study": None}, "does not say where its study file is; give it with --study"),
        ({"study": tmp_path / "none.py"}, "the study file of this run is not there"),
        ({"output": run}, "is there already, and nothing is replaced by itself"),
    ):
        with pytest.raises(TunerError, match=message):
            finalize(run, **({"output": tmp_path / "bundle", "study": of} | options))
    with pytest.raises(BundleError, match="the model is stateful"):
        finalized(study("free", build=stateful), tmp_path / "stateful")
    lost = tuple(make_runs("confirmation", "other", 1.0, seeds=5, diverged=range(5)))
    with pytest.raises(BundleError, match="no confirmation run of 'other' has a score"):
        finalize(confirmed(of, tmp_path / "lost", runs=lost), tmp_path / "b", study=of, configuration="other")
    assert not (tmp_path / "bundle").exists() and not (tmp_path / "stateful" / "bundle").exists()


def test_what_no_schema_describes_is_known_before_anything_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trained(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("it trains")

    monkeypatch.setattr(making, "train", trained)
    of, framing = study("classes"), study("outside")
    assert isinstance(of.data, Splits) and isinstance(framing.data, Splits)
    with pytest.raises(AssertionError, match="it trains"):
        finalized(of, tmp_path / "fine")
    texts = np.array([["good"], ["bad"], ["bad"]]), np.arange(3)
    words = Splits(texts, texts, texts)
    with pytest.raises(BundleError, match=r"the inputs of the train split are str\d* and no numbers"):
        check_inputs(words)
    raw = framing.data.raw
    assert raw is not None
    x = raw.validation[0].copy()
    x[3, 2, 1] = np.nan
    holes = replace(framing.data, raw=replace(raw, validation=(x, raw.validation[1])))
    with pytest.raises(
        BundleError, match=r"the raw inputs of the validation split are not finite everywhere"
    ):
        finalized(replace(framing, data=holes), tmp_path / "holes")
    assert not (tmp_path / "holes" / "bundle").exists()


def test_targets_that_are_missing_have_no_ranges() -> None:
    y = np.array([[1.0, 2.0], [np.nan, 3.0]])
    assert part_of(y, columns=("a", "b")).low == () and part_of(y[:1], columns=("a", "b")).low == (1.0, 2.0)


def test_a_run_without_a_confirmation_has_nothing_to_finalize(tmp_path: Path) -> None:
    from tuner.ledger import Ledger

    run = confirmed(study("classes"), tmp_path / "run")
    ledger = Ledger(run)
    setup = ledger.read_setup()
    assert setup is not None
    ledger.write_setup(replace(setup, looks=()))
    with pytest.raises(BundleError, match="the confirmation has not finished"):
        finalize(run, tmp_path / "bundle", study=study("classes"))


def test_a_study_that_changed_is_refused_unless_that_is_accepted(tmp_path: Path) -> None:
    of = study("classes")
    run = confirmed(of, tmp_path / "run")
    changed, confirmed_data = study("classes", epochs=1), Repeats(of).digest()
    with pytest.raises(
        LedgerError, match=r"the number of epochs \(2, now 1\); finalize all the same with --acc"
    ):
        finalize(run, tmp_path / "bundle", study=changed)
    bundle = finalize(run, tmp_path / "bundle", study=changed, accept_changes=True, members=1, keep_test=True)
    assert "something changed: the number of epochs (2, now 1)" in bundle.notes[0]
    assert bundle.origin.data == confirmed_data
    assert isinstance(of.data, Splits)
    others = replace(changed, data=replace(of.data, test=of.data.validation))
    bundle = finalize(run, tmp_path / "others", study=others, accept_changes=True, members=1, keep_test=True)
    assert bundle.origin.data == Repeats(others).digest() != confirmed_data
    with pytest.raises(LedgerError, match="is a run of something else: the study's name"):
        finalize(run, tmp_path / "b", study=replace(of, name="another"), accept_changes=True)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 3)), r"x has shape \(2, 3\), and the model reads \(examples, 4\)"),
        (np.zeros(4), r"and the model reads \(examples, 4\); give that, one example as x\[None\]"),
        (np.zeros((0, 4)), "x is empty"),
        (np.array([["a"] * 4]), "x holds str"),
        (np.full((1, 4), np.nan), r"x is not finite at \(0, 0\)"),
        ((np.zeros((1, 4)),), "the model reads one array, and x is a tuple of 1 array"),
    ],
)
def test_what_the_model_does_not_read_is_one_line(bundles: Bundles, x: Any, message: str) -> None:
    model = tuner.load_model(bundles("classes").bundle.place())
    with pytest.raises(BundleError, match=message):
        model.predict(x)
