"""Which hyperparameters tell the best trials from the others, and whether that may be luck."""

from matplotlib.figure import Figure

from tuner.figures.importance import MOST_ROWS, Importances, draw_importances, importance_of, legend_of
from tuner.figures.legends import legend_above
from tuner.figures.style import new_figure
from tuner.report.formats import count, listed, percent
from tuner.report.panels.base import Caption, Panel, named
from tuner.result import Result

_ROW = 0.34  # inches


def _draw(_: Result, data: Importances) -> Figure:
    figure, (ax,) = new_figure(1.1 + _ROW * min(len(data.rows), MOST_ROWS))
    draw_importances(ax, data)
    legend_above(figure, legend_of(data), columns=3)
    return figure


def _describe(result: Result, data: Importances) -> Caption:
    return Caption(
        "Hyperparameter importance",
        _words(data, result.setup.sampler),
        _alternative(data),
    )


def _words(data: Importances, sampler: str) -> str:
    lost = f" The others include {count(data.lost, 'trial')} with a run without a score." if data.lost else ""
    hidden = len(data.rows) - MOST_ROWS
    more = f" Not drawn: the {count(hidden, 'least important one')}." if hidden > 0 else ""
    return (
        f"How well each hyperparameter alone tells the best {data.best} of {data.trials} trials from the "
        "others (PED-ANOVA on the order of the values), as a share of what all of them tell. The line is its "
        "95 % interval, from leaving out trials at random; the grey bar reaches as far as 95 % of the "
        f"searches whose scores were shuffled. {_standing_out(data)} Of the hyperparameters that do nothing, "
        f"{_by_luck(sampler)}. Do not conclude that the others do not matter: with few "
        "trials only strong effects stand out, and those that work together may show nothing alone. Nor does "
        f"a share say which values are good.{lost}{more}"
    )


def _by_luck(sampler: str) -> str:
    """How many pass in truth: a sampler that learns draws alike trials late, when they are good anyway."""
    if sampler in ("tpe", "gp"):
        return "more than one in twenty passes its bar by luck, for this sampler crowds its later trials"
    return "one in twenty passes its bar by luck"


def _standing_out(data: Importances) -> str:
    names = [named(name) for name, one in data.rows if one.stands_out]
    if not names:
        return "No dot lies beyond its bar: these trials cannot tell which hyperparameter matters."
    return f"Look for dots beyond their bar: {listed(names)}."


def _alternative(data: Importances) -> str:
    shares = [
        f"{named(name)} {_percent(one.share)} ({_percent(one.low)} to {_percent(one.high)}, "
        f"shuffled up to {_percent(one.noise)})"
        for name, one in data.rows[:MOST_ROWS]
    ]
    return f"Share of each hyperparameter in the importance, from {data.trials} trials: {listed(shares)}."


def _percent(share: float) -> str:
    return percent(round(share, 2))


IMPORTANCE = Panel("hyperparameter_importance", "search", importance_of, _draw, _describe)
