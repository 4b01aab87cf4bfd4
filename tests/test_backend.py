"""What Keras and JAX are set up with: nothing of TensorFlow, and programs that are compiled once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuner import backend

STUDY = """
import keras
import numpy as np
from tuner import Splits, Study

keras.utils.set_random_seed(1)

def split(seed):
    x = np.random.default_rng(seed).integers(0, 9, size=(16, 5)).astype("int32")
    return x, x.mean(axis=1, keepdims=True).astype("float32")

def study(callbacks=False):
    def build(trial, data):
        rate = trial.suggest_float("rate", 1e-3, 1e-1, log=True)
        x = keras.Input((5,), dtype="int32")
        h = keras.layers.Embedding(10, 3)(x)
        h = keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True, dropout=0.1))(h)
        h = keras.layers.TimeDistributed(keras.layers.Dense(2))(h)
        h = keras.layers.Attention()([h, h])
        model = keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(h)))
        model = keras.models.clone_model(model)
        model.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"])
        stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)
        return model, {"batch_size": 8, **({"callbacks": [stop]} if callbacks else {})}

    data = Splits(train=split(1), validation=split(2), test=split(3))
    return Study(data=data, build=build, metric="mse", epochs=2, baseline={"rate": 0.01}, trials=1)
"""
MAIN = """
import json, sys
from collections import Counter
import jax
from tuner.__main__ import main

events = Counter()
jax.monitoring.register_event_listener(lambda event, **_: events.update([event.rsplit("/", 1)[-1]]))
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
events["tensorflow"] = int("tensorflow" in sys.modules)
print(json.dumps(events), file=sys.stderr)
"""
RUN = ("run", "mine.py", "--search-repeats", "2", "--repeats", "2", "--finalists", "1")


def child(folder: Path, code: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Python in a fresh process and in a folder, with that folder's `cache` for what it compiles."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    environment = {
        **outside,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "XDG_CACHE_HOME": str(folder / "cache"),
        **changes,
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--engine", "vectorized"), id="vectorized"),
        pytest.param(("--engine", "fit", "--set", "callbacks=True"), id="fit", marks=pytest.mark.lengthy),
    ],
)
def test_a_second_run_compiles_nothing_and_no_run_loads_tensorflow(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(STUDY, "utf-8")
    first, second = (
        json.loads(child(tmp_path, MAIN, *RUN, "--output", name, *arguments).stderr.splitlines()[-1])
        for name in ("first", "second")
    )
    assert first["tensorflow"] == second["tensorflow"] == 0
    assert first["cache_misses"] > 0
    assert second.get("cache_misses", 0) == 0
    assert second["cache_hits"] == second["compile_requests_use_cache"]
    assert (tmp_path / "second" / "report.html").stat().st_size > 0


TF_DATA = """
import sys
import numpy as np
from tuner.backend import prepare_backend

prepare_backend("jax")
import keras
from keras.saving import serialize_keras_object

model = keras.Sequential([keras.Input((4, 1)), keras.layers.Bidirectional(keras.layers.LSTM(2))])
model.compile("sgd", "mse")
assert "tensorflow" not in sys.modules

import tensorflow as tf

x, y = np.ones((12, 4, 1), "float32"), np.ones((12, 4), "float32")
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
history = model.fit(data, validation_data=data, epochs=2, verbose=0).history
assert len(history["val_loss"]) == 2 and np.isfinite(history["loss"]).all()
assert model.predict(data, verbose=0).shape == (12, 4)
assert serialize_keras_object(tf.TensorShape([2, None])) == [2, None]
drawn = []
for _ in range(2):
    keras.utils.set_random_seed(5)
    drawn.append(float(tf.random.uniform(())))
assert drawn[0] == drawn[1]
"""
TEXT = """
import sys
import numpy as np
from tuner.backend import prepare_backend

prepare_backend("jax")
import keras

assert "tensorflow" not in sys.modules
layer = keras.layers.TextVectorization()
layer.adapt(["a b", "a"])
assert np.asarray(layer(["a"])).tolist() == [[2]]
"""


@pytest.mark.parametrize("code", [TF_DATA, TEXT], ids=["tf.data", "text"])
def test_who_wants_tensorflow_has_it(code: str, tmp_path: Path) -> None:
    assert child(tmp_path, code).stdout == ""  # its own assertions have held, or child would have failed


SKLEARN = """
import sys
from tuner.backend import prepare_backend

prepare_backend("jax")
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
assert not {"sklearn", "scipy.stats"} & set(sys.modules)

from keras.wrappers import SKLearnClassifier
from sklearn.base import ClassifierMixin

assert issubclass(SKLearnClassifier, ClassifierMixin)
assert keras.wrappers.SKLearnClassifier is SKLearnClassifier
"""


def test_who_wants_scikit_learn_has_it_and_nobody_else(tmp_path: Path) -> None:
    assert child(tmp_path, SKLEARN).stdout == ""


def test_a_keras_without_these_names_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "_KERAS_ASKS", ("nowhere", "utils.module_utils"))
    assert backend.prepare_backend("jax") == "jax"


def test_a_run_needs_no_home(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from tests.tiny import *\nstudy = dense_study(trials=1)\n", "utf-8")
    (tmp_path / "home").write_text("no folder")
    done = child(tmp_path, MAIN, *RUN, XDG_CACHE_HOME="", HOME=str(tmp_path / "home"))
    assert "compilation cache" not in done.stderr
    assert "cache_misses" not in json.loads(done.stderr.splitlines()[-1])


def test_a_cache_folder_that_cannot_be_written_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert backend._cache_folder() == tmp_path / "tuner" / "jax"

    def refused(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(backend.tempfile, "TemporaryFile", refused)
    assert backend._cache_folder() is None


def test_the_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    for age, name in enumerate(["new-cache", "used-cache", "old-cache", "older-cache", "other"]):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    os.utime(tmp_path / "used-cache", (2_000_000, 0))
    backend._shrink(tmp_path, 450)
    assert len(list(tmp_path.iterdir())) == 5
    backend._shrink(tmp_path, 250)
    assert {path.name for path in tmp_path.iterdir()} == {"new-cache", "used-cache", "other"}
    backend._shrink(tmp_path / "missing", 0)
