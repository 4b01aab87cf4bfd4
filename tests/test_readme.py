"""What the README and the documents show does what it says."""

import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optuna.trial import FixedTrial

from tuner import prepare
from tuner.loading import load_study
from tuner.repeats import Repeats
from tuner.study import Study

ROOT = Path(__file__).parent.parent
README, STUDY_FILE = ROOT / "README.md", ROOT / "docs" / "study-file.md"
PAGES = (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), *ROOT.glob("*/README.md"))
LINKS = [
    (page, link) for page in PAGES for link in re.findall(r"\]\(([^):]+)\)", page.read_text(encoding="utf-8"))
]


def blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def loaded(source: str, tmp_path: Path) -> Study:
    path = tmp_path / "shown.py"
    path.write_text(source, encoding="utf-8")
    return load_study(path)


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_study_file_is_complete(tmp_path: Path) -> None:
    study = loaded(blocks(README)[0], tmp_path)
    preflight = Repeats(study).preflight()
    assert study.name == "shown"
    assert preflight.sizes == {"train": 400, "validation": 100, "test": 100}
    assert (preflight.metric.direction, preflight.engine) == ("minimize", "vectorized")


def test_the_lines_of_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_study.py").write_text(
        "from tests.tiny import dense_study\n\nstudy = dense_study(trials=1)\n"
    )
    monkeypatch.chdir(tmp_path)
    shown: dict[str, Any] = {}
    exec(blocks(README)[1], shown)
    assert len(shown["result"].finalists) == 1


def test_the_table_of_numbers_is_complete(tmp_path: Path) -> None:
    study = loaded(blocks(STUDY_FILE)[0], tmp_path)
    found = Repeats(study).preflight(naive=True)
    assert list(found.naive.test) == ["mean", "linear"] and found.engine == "vectorized"


def test_the_search_of_the_framing_is_complete_and_stands_in_the_help(tmp_path: Path) -> None:
    source = blocks(STUDY_FILE)[1]
    study = loaded(source, tmp_path)
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


@pytest.mark.parametrize(
    ("page", "link"), LINKS, ids=[f"{page.relative_to(ROOT)}: {link}" for page, link in LINKS]
)
def test_links_lead_somewhere(page: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    assert target.exists()
    assert not anchor or anchor in anchors(target)
