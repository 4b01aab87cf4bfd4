"""Which labels the best configuration takes for which."""

from matplotlib.figure import Figure

from tuner.figures.confusion import MOST_WITH_SPREAD, Confusion, confusion, draw_confusion, mistakes
from tuner.figures.style import new_figure
from tuner.report.formats import count, listed, short
from tuner.report.panels.base import Caption, Panel, best_named
from tuner.result import Result


def _draw(_: Result, data: Confusion) -> Figure:
    figure, (ax,) = new_figure(min(5.2, 2.4 + 0.3 * len(data.share)))
    draw_confusion(ax, data)
    return figure


def _describe(result: Result, data: Confusion) -> Caption:
    name, classes = short(data.name), len(data.share)
    found = [f"{true} for {said} ({100 * share:.1f} %)" for true, said, share in mistakes(data)]
    worst = f" Most often taken: {listed(found)}." if found else " Hardly any label is taken for another."
    few = classes <= MOST_WITH_SPREAD
    spread = "; below is the standard deviation over seeds" if few and data.runs > 1 else ""
    bare = "" if few else " Where hardly any get a label, its number is left out."
    wrong = ", orange is wrong" if data.has_mistakes else ""
    return Caption(
        f"Labels that {best_named(result, data.name)} takes for others",
        f"Of the examples with a true label (row), the percentage that gets each label (column), mean over "
        f"{count(data.runs, 'seed')}{spread}. All {data.labels:,.0f} labels of the test split are counted, "
        f"those of a sequence step by step. Blue is right{wrong}.{bare}{worst}",
        f"Confusion matrix of {count(classes, 'class', 'classes')} for {name}.{worst}",
    )


CONFUSION = Panel("confusion", "predictions", confusion, _draw, _describe)
