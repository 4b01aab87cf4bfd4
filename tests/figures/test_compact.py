"""SVG in fewer characters: every mark where it was, in the same style."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tuner.figures.compact import compact
from tuner.figures.style import PALETTE, figure_style, new_figure

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> str:
    """Marks of two styles, transparent ones, and a line."""
    rng = np.random.default_rng(0)
    with figure_style():
        figure, (ax,) = new_figure(2.0)
        for color, alpha in (("train", None), ("lost", 0.4)):
            ax.plot(rng.random(300), rng.random(300), "o", mfc=PALETTE[color], mec="black", alpha=alpha)
        ax.plot(rng.random(300), color=PALETTE["best"])
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return text.getvalue()[text.getvalue().index("<svg") :]


def marks(svg: str) -> list[tuple[object, ...]]:
    """Every mark: its shape, place and the style that holds for it, inherited or its own."""
    found: list[tuple[object, ...]] = []

    def walk(element: ET.Element, style: dict[str, str]) -> None:
        rules = [rule.split(":", 1) for rule in element.get("style", "").split(";") if rule]
        # A group is see-through as a whole and does not hand that on.
        inherited = {name: value for name, value in style.items() if name != "opacity"}
        here = inherited | {name.strip(): value.strip() for name, value in rules}
        if "opacity" in element.attrib:
            here["opacity"] = element.attrib["opacity"]
        if element.tag == f"{SVG}use":
            place = (element.get("{http://www.w3.org/1999/xlink}href"), element.get("x"), element.get("y"))
            found.append((*place, tuple(sorted(here.items()))))
        for child in element:
            walk(child, here)

    walk(ET.fromstring(svg), {})
    return found


def paths(svg: str) -> list[list[str]]:
    return [re.findall(r"[A-Za-z]|[-\d.]+", path) for path in re.findall(r' d="([^"]*)"', svg)]


def test_every_mark_is_where_it_was_in_its_style(drawn: str) -> None:
    assert len(marks(drawn)) > 600
    assert marks(compact(drawn)) == marks(drawn)
    assert paths(compact(drawn)) == paths(drawn)


def test_marks_take_a_fraction_of_the_characters(drawn: str) -> None:
    assert len(compact(drawn)) < 0.6 * len(drawn)
    assert compact(compact(drawn)) == compact(drawn)


def test_no_group_hands_on_an_opacity(drawn: str) -> None:
    assert not re.search(r'<g style="[^"]*(?<![-\w])opacity', compact(drawn))
