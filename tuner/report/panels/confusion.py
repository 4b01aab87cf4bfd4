"""Which labels the best configuration takes for which."""

from matplotlib.figure import Figure

from tuner.figures.confusion import MOST_WITH_SPREAD, confusion, draw_confusion, mistakes
from tuner.figures.style import new_figure
from tuner.report.formats import count, listed, short
from tuner.report.panels.base import Caption, Panel
from tuner.result import Result


def _figure(result: Result) -> Figure | None:
    data = confusion(result)
    if data is None:
        return None
    figure, (ax,) = new_figure(min(5.2, 2.4 + 0.3 * len(data.share)))
    draw_confusion(ax, data)
    return figure


def _caption(result: Result) -> Caption:
    data = confusion(result)
    assert data is not None  # there is a figure
    name, classes = short(data.name), len(data.share)
    found = [f"{true} for {said} ({100 * share:.1f} %)" for true, said, share in mistakes(data)]
    worst = f" Most often taken: {listed(found)}." if found else " Hardly any label is taken for another."
    spread = (
        "; below is the standard deviation over seeds"
        if classes <= MOST_WITH_SPREAD and data.runs > 1
        else ""
    )
    return Caption(
        f"Labels that {name} takes for others",
        f"Of the examples with a true label (row), the percentage that gets each label (column), mean over "
        f"{count(data.runs, 'seed')}{spread}. All {data.labels:,.0f} labels of the test split are counted, "
        f"those of a sequence step by step. Blue is right, orange is wrong.{worst}",
        f"Confusion matrix of {count(classes, 'class', 'classes')} for {name}.{worst}",
    )


CONFUSION = Panel("confusion", "predictions", _figure, _caption)
