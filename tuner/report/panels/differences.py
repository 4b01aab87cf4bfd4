"""Forest plot of the differences to the baseline."""

from matplotlib.figure import Figure

from tuner.figures.differences import Differences, differences, draw_differences
from tuner.figures.style import new_figure
from tuner.report.formats import axis_label, decimals_for, percent, score, short
from tuner.report.panels.base import ROW, Caption, Panel, confirmed
from tuner.result import Result


def _draw(result: Result, data: Differences) -> Figure:
    figure, (ax,) = new_figure(0.9 + ROW * len(data.rows))
    draw_differences(ax, data, label=axis_label(result.setup.metric, "test"))
    return figure


def _describe(result: Result, data: Differences) -> Caption:
    decimals, baseline = decimals_for(confirmed(result)), result.setup.the_baseline
    said = [
        f"{short(one.name)} {score(one.comparison.difference, decimals)}, {one.comparison.verdict}"
        for one in result.finalists
        if one.comparison
    ]
    return Caption(
        f"Difference to {baseline}",
        difference_words(data, "the number of finalists and looks"),
        f"Forest plot of differences in mean test score to {baseline}: {'; '.join(said)}.",
    )


def difference_words(data: Differences, counted: str) -> str:
    """What the marks of a forest plot are, of those that it has, and what to look for.

    `counted` is what the adjusted intervals account for.
    """
    said = ["Each mark is a difference of means over seeds."]
    if data.has_intervals:
        thin = f"; the thin one accounts for {counted}, as the verdicts do" if data.has_adjusted else ""
        said += [
            f"The thick line is its {percent(data.level)} interval{thin}.",
            "One that stays clear of the dashed line at zero speaks for a real difference; a long one says "
            "that more seeds would help.",
        ]
    elif len(data.rows) > data.lost:
        said.append("So few seeds have no interval.")
    if data.margin:
        said.append("The shaded band is the margin: differences inside it do not matter to the user.")
    if data.lost:
        said.append("A cross stands where too few runs have a score for a difference.")
    return " ".join(said)


DIFFERENCES = Panel("differences", "results", differences, _draw, _describe)
