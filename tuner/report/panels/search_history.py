"""The trials of the search in their order, with the spread over their seeds."""

from matplotlib.figure import Figure

from tuner.figures.search_history import draw_search_history, dropped_from_race, search_history
from tuner.figures.style import new_figure
from tuner.report.formats import axis_label, count, metric_name, score
from tuner.report.panels.base import Caption, Panel
from tuner.result import Result


def _figure(result: Result) -> Figure | None:
    data = search_history(result)
    if data is None:
        return None
    figure, (ax,) = new_figure(3.3)
    draw_search_history(ax, data, label=axis_label(result.setup.metric, "validation"))
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def _caption(result: Result) -> Caption:
    data = search_history(result)
    trials = len(data.trials) if data else 0
    best = score(float(data.best[-1])) if data else ""
    naive = data.naive if data else None
    metric = metric_name(result.setup.metric)
    whole = data is None or data.has_dots
    dots = "line and dots are its seeds" if whole else "line is the range of its seeds"
    shared = ""
    if data and data.stretch > 1:
        shared = f" Of every {data.stretch} trials in a row, only the best mean is drawn, besides finalists."
    dropped = ""
    if dropped_from_race(result):
        most = count(result.setup.search_seeds[1], "seed")
        dropped = f" Small circles were dropped from the race before {most}, and do not count for that line."
    beaten = f" The best naive forecast scores {score(naive.value)} ({naive.name})." if naive else ""
    return Caption(
        "Search history",
        f"Each circle is the mean validation score of a configuration, its {dots}, filled circles went on to "
        f"confirmation.{shared} The step line is the best mean so far.{dropped}{beaten} Where the "
        "lines of the leading circles overlap, the search could not tell them apart: their order is partly "
        "luck, and these scores are not results.",
        f"Search history of {count(trials, 'trial')}: mean validation {metric} with its range over seeds. "
        f"Best mean: {best}.",
    )


SEARCH_HISTORY = Panel("search_history", "search", _figure, _caption)
