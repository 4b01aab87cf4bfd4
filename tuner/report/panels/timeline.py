"""When the runs trained, and where the time went."""

from datetime import UTC, datetime

from matplotlib.figure import Figure

from tuner.figures.legends import legend_of_axes
from tuner.figures.style import new_figure
from tuner.figures.timeline import Row, Timeline, timeline
from tuner.figures.timeline_drawing import draw_timeline, spoken
from tuner.report.formats import count, duration, percent, short
from tuner.report.panels.base import Caption, Panel
from tuner.result import Result

_ROW = 0.27  # inches


def _draw(_: Result, data: Timeline) -> Figure:
    figure, (ax,) = new_figure(1.25 + _ROW * len(data.rows))
    draw_timeline(ax, data)
    legend_of_axes(figure, [ax], columns=4)
    return figure


def _describe(_: Result, data: Timeline) -> Caption:
    began = datetime.fromtimestamp(data.began, UTC)
    rows = [f"{_name(row)} {_times(row)}" for row in data.rows]
    return Caption(
        "When the runs trained",
        f"It began on {began.day} {began:%B %Y, %H:%M} UTC. A bar is a group of runs that trained together, "
        f"the time of each row stands at the right.{_shares(data)} Between the bars nothing that was kept "
        "trained; a group that was interrupted trains again from its start."
        f"{_crosses(data)}{_gaps(data)}{_together(data)}{_unknown(data)}",
        f"Timeline of the training, {count(len(data.rows), 'row')}: {'; '.join(rows)}.",
    )


def _name(row: Row) -> str:
    return f"{row.configurations:,} other configurations" if row.configurations > 1 else short(row.name)


def _times(row: Row) -> str:
    parts = [(row.seconds("search"), "in search"), (row.seconds("confirmation"), "in confirmation")]
    return ", ".join(f"{spoken(seconds)} {words}" for seconds, words in parts if seconds)


def _shares(data: Timeline) -> str:
    """Where the time went, by phase."""
    whole, searched = data.seconds(), data.seconds("search")
    if not 0 < searched < whole:
        return ""
    share = percent(round(searched / whole, 2))
    return f" Of {duration(whole)} of training the search took {share}, confirmation the rest."


def _crosses(data: Timeline) -> str:
    lost = sum(bar.lost for row in data.rows for bar in row.bars)
    return f" A cross marks a group with a run that diverged or failed ({lost:,})." if lost else ""


def _gaps(data: Timeline) -> str:
    if not data.gaps:
        return ""
    whole = duration(sum(gap.seconds for gap in data.gaps))
    gaps = count(len(data.gaps), "long gap")
    return f" Grey stripes stand for {gaps} without training, {whole} in all, cut out of the axis."


def _together(data: Timeline) -> str:
    if not any(row.configurations > 1 for row in data.rows):
        return ""
    return " Configurations that were not confirmed share one row."


def _unknown(data: Timeline) -> str:
    if not data.unknown:
        return ""
    return f" {count(data.unknown, 'group')} stored without a time by an earlier version: not shown."


TIMELINE = Panel("timeline", "made", timeline, _draw, _describe)
