"""Forest plot of the differences to the baseline."""

from matplotlib.figure import Figure

from tuner.figures.differences import differences, draw_differences
from tuner.figures.style import new_figure
from tuner.report.formats import axis_label, decimals_for, percent, score, short
from tuner.report.panels.base import ROW, Caption, Panel, confirmed
from tuner.result import Result


def _figure(result: Result) -> Figure | None:
    data = differences(result)
    if data is None:
        return None
    figure, (ax,) = new_figure(0.9 + ROW * len(data.rows))
    draw_differences(ax, data, label=axis_label(result.setup.metric, "test"))
    return figure


def _caption(result: Result) -> Caption:
    decimals = decimals_for(confirmed(result))
    said = [
        f"{short(one.name)} {score(one.comparison.difference, decimals)}, {one.comparison.verdict}"
        for one in result.finalists
        if one.comparison
    ]
    margin = (
        ""
        if result.setup.margin is None
        else " The shaded band is the margin: differences inside it do not matter to the user."
    )
    return Caption(
        "Difference to the baseline",
        f"Each thick line is the {percent(result.setup.level)} interval of a difference of means over seeds; "
        "the thin one accounts for the number of finalists and looks, as the verdicts do. One that stays "
        "clear of the dashed line at zero speaks for a real difference; a long one says that more seeds "
        f"would help.{margin}",
        f"Forest plot of differences in mean test score to the baseline: {'; '.join(said)}.",
    )


DIFFERENCES = Panel("differences", "results", _figure, _caption)
