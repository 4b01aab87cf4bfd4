"""The thousandth trial costs what the first one did: what is done in a trial is counted, and not timed."""

import gc
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import optuna
import pytest

import tuner
from benchmarks.longrun import Pretended, measure
from tests.tiny import dense_study
from tuner.engines import choice
from tuner.plan import Plan
from tuner.records import Configuration, Phase, Run
from tuner.reporter import Silent
from tuner.search import Search

FEW, MANY = 20, 120  # trials before the one that is looked at
# In the code of these every step counts, elsewhere every call.
COUNTED = tuple(str(Path(str(package.__file__)).parent) for package in (tuner, optuna))


class Counting(Silent):
    """Counts what Python does in the trials after FEW and after MANY others, by function."""

    def __init__(self) -> None:
        self.done: dict[int, Counter[str]] = {}
        self._ended = 0  # trials
        self._before: Any = None

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None:
        if configuration.name != f"trial-{self._ended}":  # the baseline
            return
        self._ended += 1
        if self._ended in (FEW + 1, MANY + 1):
            sys.settrace(self._before)
            gc.enable()
        if self._ended in (FEW, MANY):
            self.done[self._ended] = Counter()
            gc.disable()  # what is collected, and when, is no trial's own
            self._before = sys.gettrace()
            sys.settrace(self._called)

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._count(frame)
        if not frame.f_code.co_filename.startswith(COUNTED):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._stepped

    def _stepped(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode":
            self._count(frame)
        return self._stepped

    def _count(self, frame: FrameType) -> None:
        code = frame.f_code
        self.done[self._ended][f"{code.co_filename}:{code.co_firstlineno} {code.co_qualname}"] += 1


def test_no_function_does_more_in_a_trial_after_many_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop over all trials would do at least one step more for each of those between."""
    monkeypatch.setattr(choice, "Trainer", Pretended)
    counting = Counting()
    plan = Plan(sampler="random", search_repeats=(2, 4), repeats=0, budget=1e9)
    tuner.run(dense_study(trials=MANY + 2), plan, output=tmp_path, reporter=counting)
    few, many = counting.done[FEW], counting.done[MANY]
    assert few.total() > 1_000
    grown = {name: (few[name], steps) for name, steps in many.items() if steps - few[name] >= MANY - FEW}
    assert not grown


def test_it_measures_trials_in_milliseconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.longrun._MARKS", (2, 4))
    monkeypatch.setattr(choice, "Trainer", choice.Trainer)  # so that what it replaces is put back
    for name in ("draw", "tell", "drawn"):
        monkeypatch.setattr(Search, name, getattr(Search, name))
    rows = measure(tmp_path / "run", 4, "random", "2")
    assert [row[0] for row in rows] == ["2", "4"]
    assert all(float(number) > 0 for row in rows for number in row[1:])
