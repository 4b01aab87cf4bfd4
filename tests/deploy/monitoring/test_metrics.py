"""Mistakes in a line, and metrics of all kinds in `tuner monitor`."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.calling import Call, one_line
from tests.deploy.monitoring.models import (
    STEPS,
    series,
    walk,
    write_csv,
)
from tuner.deploy.bundle import read, write
from tuner.deploy.monitoring.run import monitor

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "nowhere: no such bundle"),
        (("bundle", "none.csv"), "none.csv: cannot be read"),
        (("bundle", "--every", "year"), "--every is 'year'; give hour or day or week or month"),
        (("bundle", "--level", "1"), "level is 1.0"),
        (("bundle", "--margin", "-1"), "margin is -1.0"),
        (("bundle", "new.csv", "--steps", "9"), "--steps is 9, and the model reads 4 steps"),
        (("bundle", "new.csv", "--time", "when"), "has no column 'when' for the time"),
        (("bundle", "--set", "x"), "--set x"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    arguments: tuple[str, ...], said: str, bundle: Path, call: Call, tmp_path: Path
) -> None:
    series(tmp_path, walk(40))
    assert said in one_line(call("monitor", *arguments))
    assert not (bundle / "monitor" / "observations.jsonl").exists()


def test_a_metric_of_the_study_needs_its_file(bundle: Path, call: Call, tmp_path: Path) -> None:
    write(replace(read(bundle), metric="my_loss"), bundle)
    assert "give its file with --study" in one_line(call("monitor", bundle))
    study = tmp_path / "mine.py"
    study.write_text(
        "import numpy as np\nfrom tests.tiny import *\n"
        "def my_loss(y_true, y_pred):\n    return np.abs(y_true - y_pred).mean()\n"
        'study = dense_study(name="", metric=my_loss, direction="minimize")\n',
        "utf-8",
    )
    values = walk(60)
    status, out, err = call("monitor", bundle, series(tmp_path, values), "--study", study, "--json")
    assert status == 0, err
    errors = np.abs(np.diff(values)[STEPS - 1 :])
    assert json.loads(out)["models"][0]["skill"]["mean"] == pytest.approx(errors.mean(), rel=1e-3)


def test_a_metric_that_is_no_mean_is_shown_and_not_judged(bundle: Path, call: Call, tmp_path: Path) -> None:
    write(replace(read(bundle), metric="RootMeanSquaredError", examples=""), bundle)
    values = walk(90)
    status, out, err = call("monitor", bundle, series(tmp_path, values), "--every", "month", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert found["answer"] == "Not judged: there is nothing to compare with"
    assert "is not the mean of one number an example" in found["models"][0]["reason"]
    errors = np.diff(values)[STEPS - 1 :]
    assert found["models"][0]["skill"]["n"] == errors.size
    assert found["models"][0]["skill"]["mean"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-3)
    february = np.sqrt((np.diff(values)[30:59] ** 2).mean())
    assert found["models"][0]["periods"][1]["mean"] == pytest.approx(february, rel=1e-3)
    page = (bundle / "monitor" / "report.html").read_text("utf-8")
    assert "is no mean over examples" in page and "<svg" in page
    assert call("monitor", bundle, series(tmp_path, walk(95)))[0] == 0


@pytest.mark.parametrize(
    ("shape", "classes"), [((), "y_true"), ((1,), "y_true[:, 0]"), ((3,), "y_true.argmax(-1)")]
)
def test_classes_stand_as_they_do_in_the_study(
    shape: tuple[int, ...], classes: str, made: Path, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(made / "classes", tmp_path / "bundle"))
    write(replace(read(bundle), metric="wrong", direction="minimize", target_shape=shape), bundle)
    study = tmp_path / "mine.py"
    study.write_text(
        "from tests.tiny import *\n"
        "def wrong(y_true, y_pred):\n"
        f"    assert y_true.shape[1:] == {shape}\n"
        f"    return {classes} != y_pred.argmax(-1)\n"
        'study = dense_study(name="", metric=wrong, direction="minimize")\n',
        "utf-8",
    )
    x = np.random.default_rng(4).normal(size=(40, 3))
    kind = np.where(np.arange(40) < 10, 0, x.argmax(axis=1))
    found = monitor(bundle, write_csv(tmp_path / "x.csv", "p,q,r,kind", *x.T, kind), study=study)
    assert found.current.skill.mean == pytest.approx((kind != x.argmax(axis=1)).mean())


def test_a_metric_that_raises_is_told_beside_what_was_stored(bundle: Path, tmp_path: Path) -> None:
    write(replace(read(bundle), metric="broken"), bundle)
    study = tmp_path / "mine.py"
    study.write_text(
        "from tests.tiny import *\ndef broken(y_true, y_pred):\n    raise ValueError('no such luck')\n"
        'study = dense_study(name="", metric=broken, direction="minimize")\n',
        "utf-8",
    )
    found = monitor(bundle, series(tmp_path, walk(40)), study=study)
    assert found.current.word == "too few observations" and "raises: no such luck" in found.current.why
    assert found.rows == 40
