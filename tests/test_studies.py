"""The studies that come with tuner load and build, each in its smallest size."""

from pathlib import Path
from typing import Any

import optuna
import pytest

import tuner
from tuner.loading import load_study
from tuner.repeats import Repeats

FOLDER = Path(tuner.__file__).parents[1] / "studies"
SMALLEST: dict[str, dict[str, Any]] = {
    "contrived_series.py": {"epochs": 1},
    "encdec_sine.py": {"n_train": 16, "epochs": 1, "batch_size": 8},
}


def test_every_study_is_tried() -> None:
    assert {path.name for path in FOLDER.glob("*.py")} == set(SMALLEST)


@pytest.mark.parametrize("name", SMALLEST)
def test_a_study_loads_and_builds(name: str) -> None:
    study = load_study(FOLDER / name, SMALLEST[name])
    runner = Repeats(study)
    assert runner.preflight().engine == "vectorized"
    live = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1)).ask()
    runner.try_build(live)
    assert set(live.params) == set(study.baseline)
    assert (FOLDER / name).read_text("utf-8").startswith('"""')
