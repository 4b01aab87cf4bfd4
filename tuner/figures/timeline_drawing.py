"""The drawing of a timeline: bars of time, stripes for what is cut out, and the time of every row."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from tuner.figures.style import PALETTE, plain
from tuner.figures.timeline import Bar, Gap, Row, Timeline

_STRIPE = 0.022  # the width of a gap, as a share of the time that is shown
_ALL_STRIPES = 0.25  # of all gaps together
_NARROWEST = 0.004  # of the width: a shorter bar would not be seen, nor a shorter pause between two such
_NEAREST_LABELS = 0.1  # of the width between the labels of two stripes
_NARROWEST_WITH_EDGE = 0.012  # of the width: an edge would hide a shorter bar
_KINDS = ("search", "search, pruned", "confirmation")

_UNITS = (
    (90.0, 1.0, "s", 0),
    (5_400.0, 60.0, "min", 0),
    (129_600.0, 3_600.0, "h", 1),
    (8.64e6, 86_400.0, "d", 1),
)
_AXES = ((180.0, 1.0, "seconds"), (10_800.0, 60.0, "minutes"), (math.inf, 3_600.0, "hours"))


def spoken(seconds: float) -> str:
    """A time in few letters, for a label in a figure.

    >>> spoken(0.01), spoken(4.2), spoken(42), spoken(300), spoken(9_000), spoken(200_000)
    ('<0.1 s', '4.2 s', '42 s', '5 min', '2.5 h', '2.3 d')
    """
    if seconds < 0.1:
        return "<0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    for most, size, unit, digits in _UNITS:
        if seconds < most:
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{seconds / 86_400:,.0f} d"


@dataclass(frozen=True, slots=True)
class _Ruler:
    """Where a second of the timeline stands on the axis, which has a stripe for every gap."""

    gaps: tuple[Gap, ...]
    stripe: float
    width: float

    def place(self, second: float) -> float:
        """The place of a second; where a gap is there, that of its end."""
        return second + self.stripe * sum(gap.at <= second for gap in self.gaps)

    def span(self, bar: Bar) -> tuple[float, float]:
        """Start and end of a bar; no gap is within one."""
        start = self.place(bar.start)
        return start, start + bar.end - bar.start


def _ruler(data: Timeline) -> _Ruler:
    count = len(data.gaps)
    stripe = data.length * min(_STRIPE, _ALL_STRIPES / max(count, 1))
    return _Ruler(data.gaps, stripe, data.length + stripe * count)


def draw_timeline(ax: Axes, data: Timeline) -> Axes:
    """Draw `data` on `ax`, one row a configuration, time from left to right."""
    ruler = _ruler(data)
    for kind in _KINDS:
        for place, row in enumerate(data.rows):
            _draw_bars(ax, place, [bar for bar in row.bars if _kind(bar) == kind], kind, ruler)
    _draw_gaps(ax, ruler)
    _draw_lost(ax, data.rows, ruler)
    ax.set_xlim(-0.006 * ruler.width, 1.006 * ruler.width)
    _write_ticks(ax, data, ruler)
    _name_rows(ax, data.rows)
    return ax


def _kind(bar: Bar) -> str:
    """What the legend says of a bar."""
    if bar.phase == "confirmation":
        return "confirmation"
    return "search, pruned" if bar.pruned else "search"


def _draw_bars(ax: Axes, place: int, bars: Sequence[Bar], kind: str, ruler: _Ruler) -> None:
    """Bars of one kind in a row, as one path: a page takes it better than a path for each."""
    if not bars:
        return
    spans = _merged(map(ruler.span, bars), _NARROWEST * ruler.width)
    shortest = min(end - start for start, end in spans)
    path = Path.make_compound_path(*(_box(start, end, place - 0.34, place + 0.34) for start, end in spans))
    style: dict[str, Any] = {
        "facecolor": PALETTE["confirmation" if kind == "confirmation" else "search"],
        "alpha": 0.45 if kind == "search, pruned" else 1.0,
        "edgecolor": PALETTE["paper"],
        "linewidth": 0.5 if shortest > _NARROWEST_WITH_EDGE * ruler.width else 0.0,
    }
    ax.add_patch(PathPatch(path, label=kind, **style))


def _merged(spans: Iterable[tuple[float, float]], tiny: float) -> list[tuple[float, float]]:
    """Spans from start to end: none shorter than `tiny`, and where one is, none closer to the one before."""
    found: list[tuple[float, float]] = []
    for start, stop in spans:
        end = max(stop, start + tiny)
        if found and stop - start < tiny and start - found[-1][1] < tiny:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _box(start: float, end: float, low: float, high: float) -> Path:
    return Path(np.array([(start, low), (end, low), (end, high), (start, high), (start, low)]), closed=True)


def _draw_gaps(ax: Axes, ruler: _Ruler) -> None:
    """A stripe for every gap, with its length over it where there is room."""
    if not ruler.gaps:
        return
    ends = [ruler.place(gap.at) for gap in ruler.gaps]
    path = Path.make_compound_path(*(_box(end - ruler.stripe, end, 0.0, 1.0) for end in ends))
    over_rows = ax.get_xaxis_transform()
    ax.add_patch(PathPatch(path, color=PALETTE["muted"], alpha=0.28, lw=0, transform=over_rows))
    labelled = -math.inf
    for gap, end in zip(ruler.gaps, ends, strict=True):
        middle = end - ruler.stripe / 2
        if middle - labelled > _NEAREST_LABELS * ruler.width:
            labelled = middle
            ax.annotate(
                spoken(gap.seconds),
                xy=(middle, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0.0, 2.0),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=8.5,
                color=PALETTE["muted"],
            )


def _draw_lost(ax: Axes, rows: Sequence[Row], ruler: _Ruler) -> None:
    """A cross at the end of every group with a run that has no score; one where several would overlap."""
    marks: list[tuple[float, int]] = []
    for place, row in enumerate(rows):
        last = -math.inf
        for _, end in sorted(ruler.span(bar) for bar in row.bars if bar.lost):
            if end - last > 0.015 * ruler.width:
                last = end
                marks.append((end, place))
    if marks:
        x, y = zip(*marks, strict=True)
        style: dict[str, Any] = {"color": PALETTE["lost"], "mec": PALETTE["paper"], "mew": 0.6}
        ax.plot(x, y, "X", ms=7, label="diverged or failed", clip_on=False, zorder=4, **style)


def _write_ticks(ax: Axes, data: Timeline, ruler: _Ruler) -> None:
    """Ticks at round numbers of a unit that suits, in the time that is left without the gaps."""
    size, unit = next((size, unit) for most, size, unit in _AXES if data.length < most)
    ticks = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, data.length / size)
    kept = [tick for tick in ticks if 0 <= tick <= data.length / size]
    ax.set_xticks([ruler.place(tick * size) for tick in kept], [f"{tick:,g}" for tick in kept])
    ax.set_xlabel(f"{unit}, without the gaps" if data.gaps else unit)


def _name_rows(ax: Axes, rows: Sequence[Row]) -> None:
    """Names at the left, and at the right the time that each row took."""
    ax.set_yticks(range(len(rows)), [plain(row.name, 22) for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for place, row in enumerate(rows):
        ax.text(
            1.012,
            place,
            spoken(row.seconds()),
            transform=ax.get_yaxis_transform(),
            ha="left",
            va="center",
            fontsize=8.5,
            color=PALETTE["ink"],
        )
