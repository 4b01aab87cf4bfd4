"""The worked examples of docs/deploy.md: from a run through a drift to a replacement and back."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.calling import Call
from tests.problems.real import real
from tuner import load_model
from tuner.deploy.bundle import read

DOCS = Path(__file__).parents[2] / "docs" / "deploy"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Deployed:
    """The commands of the page, called one after another."""

    def __init__(self, call: Call, study: str, *options: str) -> None:
        self._call = call
        self.ask("run", DOCS / study, *options, "--repeats", 5, "--output", "run")
        self.ask("finalize", "run", "--members", 3, "--output", "bundle")

    def ask(self, *arguments: Any) -> dict[str, Any]:
        status, out, err = self._call(*arguments, "--json")
        assert status == 0, err
        return dict(json.loads(out))

    def whole_life(self, x: np.ndarray, *update: str) -> tuple[dict[str, Any], dict[str, Any], str]:
        """What monitoring found before, what it found after, and the way that was put in use."""
        first = load_model("bundle").predict(x).members
        before = self.ask("monitor", "bundle", "monitored.csv")
        self.ask("monitor", "bundle", "new.csv")
        found = self.ask("update", "bundle", "new.csv", *update, "--repeats", 5, "--output", "updated")
        way = found["recommended"] or found["better"][0]
        self.ask("replace", "bundle", found["candidates"][way])
        second = load_model("bundle").predict(x).members
        np.testing.assert_array_equal(second, load_model(found["candidates"][way]).predict(x).members)
        after = self.ask("monitor", "bundle", "later.csv")
        self.ask("replace", "bundle", "--rollback")
        np.testing.assert_array_equal(load_model("bundle").predict(x).members, first)
        assert not np.array_equal(first, second)
        return before, after, way


def test_fading_waves(call: Call) -> None:
    module = example("damped_sine")
    module.main(Path(), 250)
    small = ("--set", "epochs=20", "--set", "units=8")
    life = Deployed(call, "damped_sine.py", "--set", "n_train=500", "--set", "n_other=150", *small)
    x = module.waves(4, 3, module.AFTER)[:, : module.STEPS_IN, None]
    before, after, way = life.whole_life(x, "--epochs", "8")
    check(before, after, way, change="2025-01-11 10:00", sure=True)


@pytest.mark.lengthy
def test_sunspots(call: Call) -> None:
    path = real("SN_d_tot_V2.0.csv")
    module = example("sunspots")
    module.main(path, Path())
    life = Deployed(call, "sunspots.py", "--set", f"path={path}")
    x = module.numbers(path, "2004-06-01", "2004-06-10")[None, :, None]
    before, after, way = life.whole_life(x)
    check(before, after, way, change="2000-07-01", sure=False)  # neighbouring days are too much alike


def check(before: dict[str, Any], after: dict[str, Any], way: str, change: str, *, sure: bool) -> None:
    """The drift was found after it came, and the model that took the place did better on what came later.

    That is `sure` where the interval of the difference says so.
    """
    seen = [alarm["seen"] for alarm in before["models"][0]["alarms"] if alarm["word"] == "degrading"]
    assert before["word"] == "degrading" and min(seen) > change
    now, earlier = after["models"]
    assert (now["model"], earlier["model"]) == ("current", "previous/0")
    assert now["skill"]["n"] < earlier["skill"]["n"]  # it is judged by what came since it is in use
    (pair,) = after["pairs"]
    assert pair["current_mean"] < pair["earlier_mean"], way
    assert (pair["interval"][1] < 0) is sure, way
    history = read("bundle").history
    assert [(step.action, step.before, step.after) for step in history] == [
        ("replace", 0, 1),
        ("rollback", 1, 0),
    ]
