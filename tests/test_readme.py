"""What the README shows does what it says."""

import re
from pathlib import Path

import pytest

from tuner.loading import load_study
from tuner.repeats import Repeats

README = Path(__file__).parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_study_file_is_complete(tmp_path: Path) -> None:
    (source,) = blocks("python")
    path = tmp_path / "shown.py"
    path.write_text(source, encoding="utf-8")
    study = load_study(path)
    preflight = Repeats(study).preflight()
    assert study.name == "shown"
    assert preflight.sizes == {"train": 400, "validation": 100, "test": 100}
    assert (preflight.metric.direction, preflight.engine) == ("minimize", "vectorized")


def test_it_names_the_command_that_ci_runs() -> None:
    text = README.read_text(encoding="utf-8")
    marked = re.search(r"<!-- test command -->\n```sh\n(.*?)```", text, flags=re.DOTALL)
    assert marked is not None and "scripts/check" in marked[1]


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")))
def test_links_lead_somewhere(target: str) -> None:
    assert (README.parent / target).exists()
