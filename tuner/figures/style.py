"""One look for all figures: the palette, the settings, and text that a font can show."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import Formatter, FuncFormatter, ScalarFormatter

# Hues after Okabe and Ito (2008), told apart by people with any colour vision and in grey print
# together with the marker or line shape that goes with each. Every role has a hex value of its own,
# because the report swaps them for CSS variables to follow a dark page.
PALETTE = {
    "ink": "#1f2430",
    "muted": "#626a78",
    "grid": "#e2e5ea",
    "paper": "#fffffe",
    "baseline": "#6b7385",
    "candidate": "#0072b2",
    "train": "#1177bb",
    "validation": "#d55e01",
    "better": "#00855f",
    "worse": "#c8500a",
    "equivalent": "#0f6db0",
    "undecided": "#7a8190",
    "lost": "#b8321f",
    "best": "#009e73",
    "search": "#469ad1",
    "confirmation": "#8c3f76",
    "naive": "#8a6200",
}

VERDICT_MARKERS = {"better": "o", "worse": "s", "equivalent": "D", "undecided": "o"}

WIDTH = 5.4  # inches; small enough that its text can be read on a phone as well

_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": PALETTE["ink"],
    "axes.labelcolor": PALETTE["ink"],
    "axes.edgecolor": PALETTE["muted"],
    "axes.facecolor": "none",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 0.8,
    "text.color": PALETTE["ink"],
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["muted"],
    "xtick.labelcolor": PALETTE["ink"],
    "ytick.labelcolor": PALETTE["ink"],
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "legend.handlelength": 1.8,
    "figure.facecolor": "none",
    "figure.dpi": 100.0,
    "savefig.facecolor": "auto",
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
    "svg.fonttype": "none",
    "svg.hashsalt": "tuner",
}


@contextmanager
def figure_style() -> Iterator[None]:
    """The settings that every figure is made and saved under, whatever the user's own are."""
    with matplotlib.style.context(["default", _SETTINGS]):
        yield


def new_figure(
    height: float, rows: int = 1, columns: int = 1, *, share_x: bool = True, share_y: bool = True
) -> tuple[Figure, tuple[Axes, ...]]:
    """A figure of the report's width and `height` inches, and its axes, row by row.

    Where a scale is not shared every panel has its own.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=share_x, sharey=share_y)
    return figure, tuple(axes.ravel())


@cache
def _has_glyph(character: str) -> bool:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    return bool(font.get_char_index(ord(character)))


def plain(text: str, limit: int = 28) -> str:
    """`text` as a figure can show it: at most `limit` characters, each with a glyph, none of them markup.

    Control characters become spaces, a character that the font lacks becomes a white square, and
    dollar signs are kept from starting a formula.
    """
    shortened = text if len(text) <= limit else text[: limit - 1] + "…"
    shown = (" " if not c.isprintable() else c if _has_glyph(c) else "□" for c in shortened)
    return "".join(shown).strip().replace("$", r"\$")


def heading(ax: Axes, name: str, note: str = "", *, limit: int = 28) -> Axes:
    """Write a name over `ax`, and in small letters under it a `note` of at most 40 characters, if any."""
    ax.set_title(plain(name, limit), pad=17.0 if note else 6.0)
    if note:
        remark = ax.annotate(
            plain(note, 40),
            xy=(0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0.0, 5.0),
            textcoords="offset points",
            fontsize=8.5,
            color=PALETTE["muted"],
        )
        remark.set_in_layout(False)  # a long one must not make its panel narrower than others
    return ax


def _tick(value: float, _position: float | None = None) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def plain_ticks(size: float | None = None) -> Formatter:
    """Tick labels written out in full, without an offset or a factor that stands far from the axis.

    Where the largest value is of an everyday `size`, all labels have the same number of decimals.
    """
    if size is None or not 1e-4 <= size < 1e7:
        return FuncFormatter(_tick)
    formatter = ScalarFormatter(useOffset=False)
    formatter.set_scientific(False)
    return formatter
