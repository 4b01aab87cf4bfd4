"""Learning curves of the baseline and the finalists, a panel each."""

from matplotlib.figure import Figure

from tuner.diagnosing import diagnose_result
from tuner.figures.curves import MOST_LINES, curve_scale, curves, draw_curves, naive_loss
from tuner.report.formats import listed, score, short
from tuner.report.panels.base import Caption, Panel, name_axes, one_legend, small_multiples
from tuner.result import Result

_HEIGHT = 2.0  # inches for one row of panels


def _figure(result: Result) -> Figure | None:
    panels = curves(result)
    if not panels:
        return None
    figure, axes = small_multiples(len(panels), _HEIGHT, margin=1.2 if len(panels) == 1 else 0.6)
    naive = naive_loss(result)
    scale = curve_scale(panels, naive)
    diagnoses = {one.name: one.diagnosis for one in diagnose_result(result)}
    for ax, panel in zip(axes, panels, strict=True):
        read = diagnoses.get(panel.name)  # there is none without training losses
        note, turn = (read.words, read.epoch) if read else ("", None)
        draw_curves(ax, panel, scale, title_note=note, turn=turn, naive=naive)
    name_axes(axes, "epoch", "loss")
    one_legend(figure, axes, 2)
    return figure


def _caption(result: Result) -> Caption:
    panels = curves(result)
    searched = "" if result.baseline else " These are runs of the search, for confirmation has not finished."
    most = max((len(panel.train) for panel in panels), default=0)
    thinned = (
        f" Of more than {MOST_LINES} seeds, {MOST_LINES} are drawn, from the best last loss to the worst; "
        "median, band and crosses are of all."
        if most > MOST_LINES
        else ""
    )
    words = {one.name: one.diagnosis.words for one in diagnose_result(result)}
    naive = naive_loss(result)
    beaten = (
        f" The level of the best naive forecast ({naive.label}) is that of its validation score."
        if naive
        else ""
    )
    ends = [
        f"{short(panel.name)} ({words.get(panel.name, 'no diagnosis')}) "
        f"at {score(panel.last_training)} in training"
        + (f" and {score(panel.last_validation)} in validation" if panel.validation.size else "")
        for panel in panels
    ]
    return Caption(
        "Learning curves",
        "Thin lines are single seeds, thick ones their median with the band between the quartiles; solid "
        "is training, dashed is validation. Where validation still falls at the end, more epochs may help; "
        "where it turns upwards while training falls, the model overfits; where thin lines scatter, the "
        "training itself is a lottery. Under each name stands the diagnosis; a dotted line marks the epoch "
        "from which the median seed overfits, a cross where a run without a score ended."
        f"{beaten}{thinned}{searched}",
        "Learning curves of training and validation loss, every seed a line. The median loss of the seeds' "
        f"last epochs: {listed(ends)}.",
    )


LEARNING_CURVES = Panel("learning_curves", "training", _figure, _caption)
