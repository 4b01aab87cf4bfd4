"""A bundle says in another process what its networks said before it was stored."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tuner.deploy.bundle import SAVEDMODEL, read, write
from tuner.deploy.savedmodel import export
from tuner.errors import BundleError

LENGTHY = pytest.mark.lengthy
KINDS = ("outside", "inside", "classes", "free", "adapted", "own")

ASK = """
import sys
import numpy as np
import tuner
names, code = sys.argv[1].split(","), sys.argv[3]
asked, told = np.load(sys.argv[2]), {}
for name in names:
    try:
        model = tuner.load_model(asked[f"{name}_folder"].item())
    except tuner.TunerError as error:
        assert name == "own", error
        told["own_error"] = np.array(str(error))
        from tuner.loading import execute
        from pathlib import Path
        execute(Path(code))
        model = tuner.load_model(asked[f"{name}_folder"].item())
    said = model.predict(asked[f"{name}_x"])
    told |= {f"{name}_mean": said.mean, f"{name}_std": said.std, f"{name}_members": said.members}
    if said.classes is not None:
        told[f"{name}_classes"] = said.classes
np.savez(sys.argv[4], **told)
"""

SERVE = """
import sys
sys.modules["tuner"] = sys.modules["keras"] = None  # importing them fails
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
x = np.load(sys.argv[2])["x"]
told = {name: value.numpy() for name, value in model.serve(x).items()}
default = model.signatures["serving_default"]
kind = default.structured_input_signature[1]["x"].dtype
assert set(default(x=tf.constant(x, kind))) == set(told)
assert "keras.src" not in sys.modules
np.savez(sys.argv[3], **told)
"""


def in_a_process(code: str, *arguments: object, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr


def test_predictions_of_a_fresh_process_are_those_from_before_it_was_stored(
    bundles: Bundles, tmp_path: Path
) -> None:
    kept = {name: bundles(name) for name in KINDS}
    asked = {f"{name}_x": one.x for name, one in kept.items()}
    asked |= {f"{name}_folder": np.array(str(one.bundle.folder)) for name, one in kept.items()}
    np.savez(tmp_path / "asked.npz", **asked)
    code = kept["own"].study.path
    in_a_process(ASK, ",".join(KINDS), tmp_path / "asked.npz", code, tmp_path / "told.npz")
    told = np.load(tmp_path / "told.npz")
    for name, one in kept.items():
        for part in ("mean", "std", "members"):
            np.testing.assert_allclose(
                told[f"{name}_{part}"], getattr(one.before, part), rtol=1e-6, atol=1e-6
            )
        if one.before.classes is not None:
            assert (told[f"{name}_classes"] == one.before.classes).all()
        assert np.ptp(np.asarray(one.before.members), axis=0).max() > 1e-3  # the members differ
    assert {name for name in KINDS if kept[name].before.classes is not None} == {"classes", "free"}
    error = str(told["own_error"])
    assert "'Doubled', which is not Keras' own; import the file" in error and "own.py" in error


@pytest.mark.parametrize("length", [1, 5, 9])
def test_sequences_may_have_any_length_where_the_model_allows(bundles: Bundles, length: int) -> None:
    model = tuner.load_model(bundles("free").bundle.place())
    x = np.random.default_rng(0).normal(size=(3, length, 2))
    assert model.predict(x).mean.shape == (3, 1)
    assert model.schema.input is not None and model.schema.input.shape == (None, 2)


@pytest.mark.parametrize(
    "name", ["outside", *(pytest.param(one, marks=LENGTHY) for one in ("classes", "own"))]
)
def test_a_saved_model_is_served_without_tuner_and_without_keras(
    bundles: Bundles, name: str, tmp_path: Path
) -> None:
    kept = bundles(name)
    export(kept.bundle.place(), kept.study.path)
    np.savez(tmp_path / "asked.npz", x=kept.x)
    in_a_process(SERVE, kept.bundle.place() / SAVEDMODEL, tmp_path / "asked.npz", tmp_path / "told.npz")
    told, before = np.load(tmp_path / "told.npz"), kept.before
    for part, wanted in (
        ("mean", before.mean),
        ("std", before.std),
        ("members", np.moveaxis(np.asarray(before.members), 0, 1)),
    ):
        # Around 585 the next number in float32 is 6e-5 away: only networks compute so, nothing around them.
        np.testing.assert_allclose(told[part], wanted, rtol=0, atol=2e-6)
    assert ("classes" in told) == (before.classes is not None)
    assert "classes" not in told or (told["classes"] == before.classes).all()


def test_what_no_saved_model_can_be_made_of_is_one_line(bundles: Bundles, tmp_path: Path) -> None:
    """It is known before a process is started."""
    with pytest.raises(BundleError, match="is no bundle"):
        export(tmp_path)
    shutil.copytree(bundles("classes").bundle.place(), tmp_path / "two")
    bundle = read(tmp_path / "two")
    both = replace(bundle.schema, inputs=bundle.schema.inputs * 2, inputs_outline=["", ""])
    write(replace(bundle, schema=both), bundle.place())
    with pytest.raises(BundleError, match="no SavedModel is made of a model with several inputs or outputs"):
        export(bundle.place())
