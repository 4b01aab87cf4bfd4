"""Whether more training examples would help: test scores against the number of examples."""

from matplotlib.figure import Figure

from tuner.figures.legends import legend_of_axes
from tuner.figures.sizes import SizeLines, draw_sizes, train_size_lines
from tuner.figures.style import new_figure
from tuner.report.formats import axis_label, better_word, listed, metric_name, percent, score, short
from tuner.report.panels.base import Caption, Panel
from tuner.report.size_words import examples_sentence, part_words
from tuner.result import Result


def _draw(result: Result, data: SizeLines) -> Figure:
    figure, (ax,) = new_figure(3.0)
    draw_sizes(ax, data, x="training examples", label=axis_label(result.setup.metric, "test"))
    legend_of_axes(figure, [ax], columns=2)
    return figure


def _describe(result: Result, data: SizeLines) -> Caption:
    setup = result.setup
    told = [
        f"{short(line.name)} "
        + listed(f"{score(mean)} at {size:,}" for size, mean in zip(line.sizes, line.mean, strict=True))
        for line in data.lines
    ]
    return Caption(
        "Would more training examples help?",
        "Test scores of fresh seeds (dots) trained on parts of the train split, "
        f"{part_words(result.train_sizes[0], setup.paired)}; lines join their means, with "
        f"{percent(setup.level)} intervals over seeds; {better_word(setup.direction)} is better. "
        f"{_steps(result)} This is about the last step, and the next one need not go on as it did. All sizes "
        "train for as many epochs, so fewer examples have fewer steps of the optimizer, too; what the study "
        f"prepares from all training examples, such as a scaling, is not learned anew from a part."
        f"{_same(result)}",
        f"Mean test {metric_name(setup.metric)} against the number of training examples: {'; '.join(told)}.",
    )


def _steps(result: Result) -> str:
    return " ".join(filter(None, map(examples_sentence, result.train_sizes)))


def _same(result: Result) -> str:
    """What an interval does not know where all seeds have the same examples."""
    drawn = any(size.part.drawn for one in result.train_sizes for size in one.sizes)
    return "" if drawn or result.setup.paired else " The intervals are over seeds alone, on these examples."


TRAIN_SIZES = Panel("train_sizes", "results", train_size_lines, _draw, _describe)
