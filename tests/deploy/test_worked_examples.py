"""The worked examples of docs/deploy.md in their smallest form: from a run through a drift to a replacement and back."""

import importlib.util
import json
import math
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.calling import Call
from tuner import load_model
from tuner.deploy.bundle import read

DOCS = Path(__file__).parents[2] / "docs" / "deploy"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", DOCS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cycles(path: Path, first: str, count: int) -> Path:
    """SILSO's daily file with a rotation and a cycle of the sun, far shorter than they are."""
    rng = np.random.default_rng(0)
    begin = date.fromisoformat(first)
    lines = []
    for place in range(count):
        day = begin + timedelta(days=place)
        level = 100 * (1 - math.cos(2 * math.pi * place / 160)) + 30 * math.sin(2 * math.pi * place / 27)
        number = max(0, round(level + 8 * rng.normal()))
        lines.append(f"{day.year};{day.month:02d};{day.day:02d};{day.year}.500; {number:4d};  10.0;   5;1\n")
    path.write_text("".join(lines), "utf-8")
    return path


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
    module.main(Path(), 150)
    life = Deployed(call, "damped_sine.py", "--set", "n_train=300", "--set", "epochs=8", "--set", "units=8")
    x = module.waves(4, 3, module.AFTER)[:, : module.STEPS_IN, None]
    before, after, way = life.whole_life(x, "--epochs", "8")
    check(before, after, way)


def test_sunspots(call: Call) -> None:
    module = example("sunspots")
    path = cycles(Path("days.csv").resolve(), "2000-01-01", 1_700)
    module.main(
        path,
        Path(),
        since="2002-01-01",
        change="2002-06-10",
        seen="2002-11-16",
        until="2003-06-01",
        end="2003-11-01",
    )
    life = Deployed(
        call,
        "sunspots.py",
        "--set",
        f"path={path}",
        "--set",
        "first=2000-01-01",
        "--set",
        "last=2001-12-31",
        "--set",
        "epochs=8",
        "--set",
        "units=8",
    )
    x = module.numbers(path, "2003-06-01", "2003-06-10")[None, :, None]
    before, after, way = life.whole_life(x, "--epochs", "8")
    check(before, after, way)


def check(before: dict[str, Any], after: dict[str, Any], way: str) -> None:
    """The drift was found, the updated model is better than the one before on what came later."""
    print(json.dumps(before)[:3000])
    print(json.dumps(after)[:6000])
    print(way, read("bundle").history)
