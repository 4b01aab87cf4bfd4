"""The trials of the search in their order, with the spread over their seeds."""

import math

from matplotlib.figure import Figure

from tuner.figures.legends import legend_of_axes
from tuner.figures.search_history import SearchHistory, draw_search_history, search_history
from tuner.figures.style import new_figure
from tuner.report.formats import axis_label, count, metric_name, score
from tuner.report.panels.base import Caption, Panel, beyond_words
from tuner.result import Result


def _draw(result: Result, data: SearchHistory) -> Figure:
    figure, (ax,) = new_figure(3.3)
    draw_search_history(ax, data, label=axis_label(result.setup.metric, "validation"))
    legend_of_axes(figure, [ax], columns=3)
    return figure


def _describe(result: Result, data: SearchHistory) -> Caption:
    metric, spread = metric_name(result.setup.metric), " with its range over seeds" * (not _single(data))
    words = (
        _circles(data),
        _baseline(result, data),
        _step(result, data),
        _dropped(result, data),
        _beyond(data),
        _beaten(data),
    )
    overlap = (
        "These scores are not results: each is of a single seed"
        if _single(data)
        else "Where the lines of the leading circles overlap, the search could not tell them apart: their "
        "order is partly luck, and these scores are not results"
    )
    return Caption(
        "Search history",
        f"{' '.join(filter(None, words))} {overlap}.",
        f"Search history of {count(len(data.trials), 'trial')}: mean validation {metric}{spread}. "
        f"Best mean: {score(float(data.best[-1]))}.",
    )


def _single(data: SearchHistory) -> bool:
    """Whether every configuration has a single seed, so that nothing is spread."""
    return all(len(sample.scores) <= 1 for sample in (data.baseline, *data.trials))


def _circles(data: SearchHistory) -> str:
    dots = "line and dots are its seeds" if data.has_dots else "line is the range of its seeds"
    circle = (
        "Each circle is the validation score of a configuration with its only seed"
        if _single(data)
        else f"Each circle is the mean validation score of a configuration, its {dots}"
    )
    filled = "; filled circles went on to confirmation" if data.finalists else ""
    if data.stretch == 1:
        return f"{circle}{filled}."
    besides = ", besides finalists" if data.finalists else ""
    return f"{circle}{filled}. Of every {data.stretch} trials in a row, only the best mean is drawn{besides}."


def _baseline(result: Result, data: SearchHistory) -> str:
    if not data.baseline.scores:
        return ""
    if len(data.baseline.scores) == 1:
        return f"The dashed line is {result.setup.the_baseline}."
    return f"The dashed line is the mean of {result.setup.the_baseline}, the band the range of its seeds."


def _step(result: Result, data: SearchHistory) -> str:
    """What counts for the best mean so far."""
    if not math.isfinite(data.best[-1]):
        return ""
    counts = bool(data.baseline.scores) and not data.baseline.lost
    of = f"{result.setup.the_baseline} included" if counts else "of trials alone"
    return f"The step line is the best mean so far, {of}."


def _dropped(result: Result, data: SearchHistory) -> str:
    if not data.dropped - data.finalists:
        return ""
    most = count(result.setup.search_seeds[1], "seed")
    return f"Small circles were dropped from the race before {most}, and do not count for that line."


def _beyond(data: SearchHistory) -> str:
    """What stands at an edge."""
    said = []
    if any(sample.lost for sample in data.trials):
        said.append("A cross marks a trial with a run without a score, which does not count for that line.")
    said.append(beyond_words(data.off[data.shown]))
    return " ".join(filter(None, said))


def _beaten(data: SearchHistory) -> str:
    naive = data.naive
    return f"The best naive forecast scores {score(naive.value)} ({naive.name})." if naive else ""


SEARCH_HISTORY = Panel("search_history", "search", search_history, _draw, _describe)
