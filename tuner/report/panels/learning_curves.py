"""Learning curves of the baseline and the finalists, a panel each."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from tuner.diagnosing import Diagnosed, diagnose_result
from tuner.figures.curves import (
    MOST_LINES,
    Curves,
    curve_scale,
    curves,
    draw_curves,
    draws_turn,
    leaves,
    naive_loss,
)
from tuner.figures.legends import legend_of_axes
from tuner.figures.levels import Level
from tuner.figures.scale import Scale
from tuner.report.formats import listed, score, short
from tuner.report.panels.base import Caption, Panel, name_axes, small_multiples
from tuner.result import Result

_HEIGHT = 2.0  # inches for one row of panels


@dataclass(frozen=True, slots=True)
class _Read:
    """The curves with their common scale, the diagnosis of those that have training losses, by name, and the
    loss of the best naive forecast, where there is one."""

    panels: tuple[Curves, ...]
    scale: Scale
    diagnoses: Mapping[str, Diagnosed]
    naive: Level | None

    def turn(self, panel: Curves) -> float | None:
        """The epoch, counted from 1, from which it overfits by its diagnosis; None where it does not."""
        read = self.diagnoses.get(panel.name)
        return None if read is None else read.diagnosis.epoch


def _read(result: Result) -> _Read | None:
    panels = curves(result)
    if not panels:
        return None
    diagnoses = {one.name: one for one in diagnose_result(result)}
    naive = naive_loss(result)
    return _Read(panels, curve_scale(panels, naive), diagnoses, naive)


def _draw(_: Result, data: _Read) -> Figure:
    count = len(data.panels)
    figure, axes = small_multiples(count, _HEIGHT, margin=1.2 if count == 1 else 0.6)
    for ax, panel in zip(axes, data.panels, strict=True):
        read = data.diagnoses.get(panel.name)
        note = read.diagnosis.words if read else ""
        draw_curves(ax, panel, data.scale, title_note=note, turn=data.turn(panel), naive=data.naive)
    name_axes(axes, "epoch", data.scale.called("loss"))
    legend_of_axes(figure, axes, columns=2)
    return figure


def _describe(result: Result, data: _Read) -> Caption:
    searched = "" if result.baseline else " These are runs of the search: there is no confirmation yet."
    ends = [
        f"{short(panel.name)} ({_words(data, panel)}) at {score(panel.last_training)} in training"
        + (f" and {score(panel.last_validation)} in validation" if panel.validation.size else "")
        for panel in data.panels
    ]
    return Caption(
        "Learning curves",
        f"{_lines(data)}{_splits(data)}{_look_for(data)}{_marks(data)}{_thinned(data)}{searched}",
        "Learning curves of training and validation loss, every seed a line. The median loss of the seeds' "
        f"last epochs: {listed(ends)}.",
    )


def _words(data: _Read, panel: Curves) -> str:
    read = data.diagnoses.get(panel.name)
    return read.diagnosis.words if read else "no diagnosis"


def _lines(data: _Read) -> str:
    """What a line is."""
    if all(panel.epochs <= 1 for panel in data.panels):
        return "Each dot is the median loss of the seeds in their only epoch"
    if all(len(panel.lost) == 1 for panel in data.panels):
        return "Each line is the loss of the only seed"
    band = " with the band between the quartiles" if any(panel.has_band for panel in data.panels) else ""
    return f"Thin lines are single seeds, thick ones their median{band}"


def _splits(data: _Read) -> str:
    """Which line is of which split; dots of a single epoch are told apart by their colours."""
    if all(panel.epochs <= 1 for panel in data.panels) and any(
        panel.validation.size for panel in data.panels
    ):
        return "; blue is training, orange is validation."
    if all(panel.validation.size for panel in data.panels):
        return "; solid is training, dashed is validation."
    if any(panel.validation.size for panel in data.panels):
        return "; solid is training, dashed is validation, where there was any."
    return "; nothing was measured on a validation split."


def _look_for(data: _Read) -> str:
    found = []
    if all(panel.epochs <= 1 for panel in data.panels):
        return ""
    if any(panel.validation.size for panel in data.panels):
        found += [
            "where validation still falls at the end, more epochs may help",
            "where it turns upwards while training falls, the model overfits",
        ]
    if any(len(panel.lost) > 1 for panel in data.panels):
        found.append("where thin lines scatter, the training itself is a lottery")
    said = "; ".join(found)
    return f" {said[0].upper()}{said[1:]}." if said else ""


def _marks(data: _Read) -> str:
    """What else is drawn."""
    said = []
    if data.diagnoses:
        said.append("Under each name stands the diagnosis.")
    if any(draws_turn(panel, data.turn(panel)) for panel in data.panels):
        said.append("A dotted line marks the epoch from which it overfits, by that diagnosis.")
    if any(any(panel.lost) for panel in data.panels):
        said.append("A cross is where a run without a score ended.")
    if any(leaves(panel, data.scale) for panel in data.panels):
        said.append("Losses beyond the axis are drawn at its edge, so that a few do not flatten all others.")
    if data.naive:
        said.append(f"The best naive forecast ({data.naive.label}) is shown at its validation score.")
    return "".join(f" {sentence}" for sentence in said)


def _thinned(data: _Read) -> str:
    if max(len(panel.lost) for panel in data.panels) <= MOST_LINES:
        return ""
    return (
        f" Of more than {MOST_LINES} seeds, {MOST_LINES} are drawn, from the best last loss to the worst; "
        "median, band and crosses are of all."
    )


LEARNING_CURVES = Panel("learning_curves", "training", _read, _draw, _describe)
