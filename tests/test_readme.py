"""What the README shows does what it says."""

import inspect
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
from optuna.trial import FixedTrial

from tuner import prepare
from tuner.loading import load_study
from tuner.repeats import Repeats

README = Path(__file__).parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_study_file_is_complete(tmp_path: Path) -> None:
    source, *_ = blocks("python")
    path = tmp_path / "shown.py"
    path.write_text(source, encoding="utf-8")
    study = load_study(path)
    preflight = Repeats(study).preflight()
    assert study.name == "shown"
    assert preflight.sizes == {"train": 400, "validation": 100, "test": 100}
    assert (preflight.metric.direction, preflight.engine) == ("minimize", "vectorized")


def test_the_search_of_the_framing_is_complete_and_stands_in_the_help(tmp_path: Path) -> None:
    _, source, *_ = blocks("python")
    path = tmp_path / "framing.py"
    path.write_text(source, encoding="utf-8")
    study = load_study(path)
    found = Repeats(study).preflight(naive=True)
    assert found.sizes == {"train": 350, "validation": 120, "test": 120}
    assert list(found.naive.test) == ["last"] and found.engine == "vectorized"
    plain, other = (
        study.splits(FixedTrial({**study.baseline, **change}), np.random.default_rng())
        for change in ({}, {"steps_in": 30, "difference": 1})
    )
    for name in ("validation", "test"):
        np.testing.assert_array_equal(getattr(plain, name)[1], getattr(other, name)[1])
    shown = inspect.cleandoc(prepare.framed.__doc__ or "")
    start, end = shown.index("    def frame"), shown.index("The model answers")
    assert textwrap.dedent(shown[start:end]).strip() in source


def test_it_names_the_command_that_ci_runs() -> None:
    text = README.read_text(encoding="utf-8")
    marked = re.search(r"<!-- test command -->\n```sh\n(.*?)```", text, flags=re.DOTALL)
    assert marked is not None and "scripts/check" in marked[1]


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")))
def test_links_lead_somewhere(target: str) -> None:
    assert (README.parent / target).exists()
