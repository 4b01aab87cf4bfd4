"""Whether an ensemble would help: test scores of the mean of several networks, against their number."""

from matplotlib.figure import Figure

from tuner.figures.legends import legend_of_axes
from tuner.figures.sizes import SizeLines, draw_sizes, ensemble_size_lines
from tuner.figures.style import new_figure
from tuner.report.formats import axis_label, better_word, count, listed, metric_name, percent, score, short
from tuner.report.panels.base import Caption, Panel
from tuner.report.size_words import networks_sentence
from tuner.result import Result


def _draw(result: Result, data: SizeLines) -> Figure:
    figure, (ax,) = new_figure(3.0)
    draw_sizes(ax, data, x="networks of an ensemble", label=axis_label(result.setup.metric, "test"))
    legend_of_axes(figure, [ax], columns=2)
    return figure


def _describe(result: Result, data: SizeLines) -> Caption:
    setup, measured = result.setup, result.ensemble_sizes
    told = [
        f"{short(line.name)} "
        + listed(f"{score(mean)} with {size:,}" for size, mean in zip(line.sizes, line.mean, strict=True))
        for line in data.lines
    ]
    what = "probabilities" if any(one.probabilities for one in measured) else "predictions"
    lost = sum(one.lost for one in measured)
    return Caption(
        "Would an ensemble help?",
        f"The test score of the mean of the {what} of several networks{_whose(result)}: each point is the "
        "average over ensembles of that size, what one of new networks is expected to score; "
        f"{better_word(setup.direction)} is better. The {percent(setup.level)} intervals are over networks, "
        "which all sizes share (jackknife), on these test examples. "
        f"{' '.join(map(networks_sentence, measured))}{_lost(lost)}",
        f"Expected test {metric_name(setup.metric)} against the number of networks: {'; '.join(told)}.",
    )


def _whose(result: Result) -> str:
    trained = {one.trained for one in result.ensemble_sizes if one.curve}
    if trained == {False}:
        return " of the confirmation"
    return ", trained for this with seeds of their own" if trained == {True} else ""


def _lost(lost: int) -> str:
    return (
        f" {count(lost, 'network')} without a score {'is' if lost == 1 else 'are'} in none." if lost else ""
    )


ENSEMBLE_SIZES = Panel("ensemble_sizes", "results", ensemble_size_lines, _draw, _describe)
