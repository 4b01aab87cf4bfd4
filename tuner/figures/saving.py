"""A drawn figure as text and bytes: SVG that stands in a page, PNG that stands in a file."""

import io
import re

from matplotlib.figure import Figure

from tuner.figures.compact import compact
from tuner.figures.style import PALETTE

DPI = 200


def png(figure: Figure) -> bytes:
    """The figure as pixels on white; the same numbers give the same bytes."""
    pixels = io.BytesIO()
    figure.savefig(pixels, format="png", dpi=DPI, facecolor="white")
    return pixels.getvalue()


def svg(figure: Figure, key: str) -> str:
    """The figure as an `<svg>` element; the same numbers give the same text. See `inline_svg`."""
    vector = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(vector, format="svg", metadata=nothing, transparent=True)
    return inline_svg(vector.getvalue(), key)


def inline_svg(document: str, key: str) -> str:
    """The `<svg>` element of an SVG document, ready to stand in a page among others.

    Identifiers get the prefix `key`, so that those of two figures never meet; colours of the palette
    become CSS variables with the printed colour as fallback; coordinates keep two decimals, and what marks of
    one kind share is written once.
    """
    element = document[document.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = re.sub(r'\bid="', f'id="{key}-', element)
    element = element.replace("url(#", f"url(#{key}-").replace('href="#', f'href="#{key}-')
    element = re.sub(r' (?:d|x|y|transform)="[^"]*"', _shorten, element)
    roles = {color: f"var(--fig-{role}, {color})" for role, color in PALETTE.items()}
    element = re.sub(r"#[0-9a-f]{6}\b(?=[;\"'])", lambda found: roles.get(found[0], found[0]), element)
    return compact(element).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _shorten(attribute: re.Match[str]) -> str:
    return re.sub(r"(\.\d\d)\d+", r"\1", attribute[0])
