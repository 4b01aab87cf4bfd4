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


def draw_pictures(result: Result, *, pixels: bool = True) -> tuple[Picture, ...]:
    """All figures that this result has the numbers for, in the order of the page.

    Without `pixels` their PNGs, which take a third of the time, are left empty.
    """
    found = []
    with figure_style():
        for panel in PANELS:
            if made := panel.made(result):
                figure, words = made
                vector, raster = svg(figure, panel.key), png(figure) if pixels else b""
                found.append(Picture(panel.key, panel.section, words, vector, raster))
    return tuple(found)
