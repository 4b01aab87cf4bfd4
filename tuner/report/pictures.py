"""Every figure of a report, drawn once: inline SVG for the page and PNG beside it."""

from dataclasses import dataclass

from tuner.figures.saving import png, svg
from tuner.figures.style import figure_style
from tuner.report.panels import PANELS, Caption, Section
from tuner.result import Result


@dataclass(frozen=True, slots=True)
class Picture:
    """One figure with its words: `key` names its files, `svg` goes into a page, `png` into a file.

    `svg` is markup of our own making, the only text of a page that is not escaped.
    """

    key: str
    section: Section
    caption: Caption
    svg: str
    png: bytes


def draw_pictures(result: Result) -> tuple[Picture, ...]:
    """All figures that this result has the numbers for, in the order of the page."""
    found = []
    with figure_style():
        for panel in PANELS:
            if made := panel.made(result):
                figure, words = made
                found.append(Picture(panel.key, panel.section, words, svg(figure, panel.key), png(figure)))
    return tuple(found)
