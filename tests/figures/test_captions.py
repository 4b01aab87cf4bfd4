"""Captions speak of the marks that are drawn, and of no others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tests.figures.test_curves import rising
from tests.forecasting import counted, kept, points, with_predictions
from tests.searching import make_search
from tests.test_searched import database, told
from tuner.figures.style import figure_style
from tuner.records import BASELINE, Run
from tuner.report.panels.base import Panel
from tuner.report.panels.confusion import CONFUSION
from tuner.report.panels.differences import DIFFERENCES
from tuner.report.panels.forecasts import FORECASTS
from tuner.report.panels.learning_curves import LEARNING_CURVES
from tuner.report.panels.optimism import OPTIMISM
from tuner.report.panels.pairs import PAIRS
from tuner.report.panels.parallel_coordinates import PARALLEL_COORDINATES
from tuner.report.panels.predicted import PREDICTED
from tuner.report.panels.scores import SCORES
from tuner.report.panels.search_history import SEARCH_HISTORY
from tuner.report.panels.slices import SLICES
from tuner.report.panels.tuning_curve import TUNING_CURVE
from tuner.result import Result

pytestmark = pytest.mark.usefixtures("few_repeats")


def made(panel: Panel[object], result: Result) -> tuple[Figure, str]:
    """The figure, drawn, and the text of its caption."""
    with figure_style():
        found = panel.made(result)
        assert found is not None
        figure, words = found
        figure.draw_without_rendering()
    assert words.text[0].isupper() and words.text.endswith(".") and "  " not in words.text
    return figure, words.text


def lines(figure: Figure, marker: str) -> list[Line2D]:
    """The lines with that marker that show anything."""
    found = [line for ax in figure.axes for line in ax.lines if line.get_marker() == marker]
    return [line for line in found if np.isfinite(np.asarray(line.get_ydata(), dtype=float)).any()]


def dashed(ax: Axes) -> list[Line2D]:
    """Lines across all of the axes."""
    return [line for line in ax.lines if line.is_dashed() and len(np.asarray(line.get_xdata())) == 2]


def confirmed(seeds: int, *, names: str = "a", lost: int = 0, **setup: object) -> Result:
    everyone = (BASELINE, *names)
    runs: list[Run] = []
    for name in everyone:
        runs += make_runs("search", name, 0.05, seeds=min(seeds, 3))
        runs += make_runs("confirmation", name, 0.05, seeds=seeds, diverged=range(lost))
    return make_result(runs, [make_configuration(name) for name in everyone], names, **setup)


def half_lost() -> Result:
    """A search whose baseline has a run without a score."""
    runs = make_runs("search", BASELINE, 0.05, seeds=3, diverged=[1]) + make_runs(
        "search", "a", 0.05, seeds=3
    )
    return make_result(runs, [make_configuration(name) for name in (BASELINE, "a")])


STATES = {
    "usual": usual_result(),
    "with a margin": usual_result(margin=0.004),
    "one seed": confirmed(1),
    "two seeds": confirmed(2),
    "three seeds": confirmed(3),
    "all lost": confirmed(6, lost=6),
    "some lost": confirmed(6, lost=3),
    "no finalists": confirmed(6, names=""),
    "several": confirmed(6, names="abc"),
}


@pytest.mark.parametrize("result", STATES.values(), ids=STATES)
def test_of_the_box_plot(result: Result) -> None:
    figure, text = made(SCORES, result)
    (ax,) = figure.axes
    boxes = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    bands = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert ("whiskers" in text and "Boxes span" in text) == bool(boxes)
    assert ("band" in text) == bool(bands)
    assert ("dashed line" in text) == bool(dashed(ax))
    assert ("Diamonds are" in text or "diamonds are" in text) == bool(lines(figure, "D"))
    assert ("One dot is" in text) == bool(lines(figure, "o"))
    assert ("cross" in text) == bool(lines(figure, "X"))
    assert "clear the band" not in text or len(ax.get_yticks()) > 1


@pytest.mark.parametrize("result", [one for one in STATES.values() if one.finalists])
def test_of_the_differences(result: Result) -> None:
    figure, text = made(DIFFERENCES, result)
    (ax,) = figure.axes
    widths = [
        line.get_linewidth() for line in ax.lines if line.is_dashed() is False and line.get_marker() == "None"
    ]
    assert ("thick line" in text) == (2.6 in widths)
    assert ("shaded band" in text) == bool(ax.patches)
    assert ("cross" in text) == bool(lines(figure, "X"))
    reach = {
        width: [np.ptp(np.asarray(line.get_xdata())) for line in ax.lines if line.get_linewidth() == width]
        for width in (0.9, 2.6)
    }
    beyond = any(thin > thick for thin, thick in zip(reach[0.9], reach[2.6], strict=True))
    assert ("thin one" in text) == beyond


@pytest.mark.parametrize("result", STATES.values(), ids=STATES)
def test_of_the_learning_curves(result: Result) -> None:
    figure, text = made(LEARNING_CURVES, result)
    bands = [
        one for ax in figure.axes for one in ax.collections if isinstance(one, FillBetweenPolyCollection)
    ]
    assert ("quartiles" in text) == bool(bands)
    assert ("cross" in text) == bool(lines(figure, "X"))
    assert ("Thin lines" in text) == (len(result.baseline.test if result.baseline else ()) > 1)
    assert "dotted" not in text and "dashed is validation" in text


def test_of_learning_curves_that_turn_or_have_a_single_epoch_or_no_validation() -> None:
    assert "dotted line marks the epoch" in made(LEARNING_CURVES, rising())[1]
    short = confirmed(6)
    runs = [
        replace(run, history={name: values[:1] for name, values in run.history.items()}) for run in short.runs
    ]
    figure, text = made(LEARNING_CURVES, replace(short, runs=tuple(runs)))
    assert text.startswith("Each dot is the median loss of the seeds in their only epoch;")
    assert "line" not in text.replace("baseline", "") and "dashed" not in text and "solid" not in text
    assert "; blue is training, orange is validation." in text
    bare = [replace(run, history={"loss": run.history["loss"]}) for run in short.runs]
    figure, text = made(LEARNING_CURVES, replace(short, runs=tuple(bare)))
    assert "nothing was measured on a validation split" in text
    assert "dashed" not in text and not any(line.is_dashed() for ax in figure.axes for line in ax.lines)


def test_learning_curves_that_leave_the_axis_say_so_and_every_remark_is_a_sentence() -> None:
    usual = confirmed(6)
    assert "beyond the axis" not in made(LEARNING_CURVES, usual)[1]
    absurd = [-1e6, *usual.runs[-1].history["loss"][1:]]
    negative = {"loss": tuple(absurd), "val_loss": usual.runs[-1].history["val_loss"]}
    runs = (*usual.runs[:-1], replace(usual.runs[-1], history=negative))
    figure, text = made(LEARNING_CURVES, replace(usual, runs=runs))
    assert figure.axes[0].get_ylim()[0] > -1e3
    assert "Under each name stands the diagnosis. Losses beyond the axis are drawn at its edge" in text


def test_of_parallel_coordinates_whose_lines_are_spread_sideways() -> None:
    trials = [{"a": place % 2, "b": float(place)} for place in range(8)]
    assert (
        "the same value are spread sideways"
        in made(PARALLEL_COORDINATES, make_search(trials, lambda one: 1.0 + one["b"]))[1]
    )
    alone = [{"b": float(place)} for place in range(8)]
    assert "sideways" not in made(PARALLEL_COORDINATES, make_search(alone, lambda one: 1.0 + one["b"]))[1]


@pytest.mark.parametrize(
    ("result", "counts"),
    [(usual_result(), True), (half_lost(), False), (make_search([{"a": 1.0}], lambda _: 1.0), True)],
)
def test_of_the_search_whether_the_baseline_counts(result: Result, counts: bool) -> None:
    figure, text = made(SEARCH_HISTORY, result)
    assert ("the baseline included" in text) == counts
    if not counts:
        steps = [one for one in lines(figure, "None") if one.get_label() == "best mean so far"]
        assert ("of trials alone" in text) == bool(steps)
    assert ("went on to confirmation" in text) == bool(result.finalists)
    assert ("cross" in text) == bool(lines(figure, "X"))
    assert ("dashed line" in text) == bool(dashed(figure.axes[0]))


def test_of_a_search_without_its_baseline_or_with_a_single_seed() -> None:
    runs = [run for name in ("a", "b") for run in make_runs("search", name, 0.05, seeds=3)]
    _, text = made(SEARCH_HISTORY, make_result(runs, [make_configuration(name) for name in ("a", "b")]))
    assert "of trials alone" in text and "dashed" not in text and "band" not in text
    _, text = made(SEARCH_HISTORY, make_search([{"a": 1.0}, {"a": 2.0}], lambda one: one["a"], seeds=1))
    assert "with its only seed" in text and "range" not in text and "band" not in text


@pytest.mark.parametrize(
    ("panel", "marker"), [(SEARCH_HISTORY, "v"), (SLICES, "v"), (PARALLEL_COORDINATES, "<")]
)
def test_a_mean_beyond_the_scale_is_a_whole_triangle_at_its_edge(panel: Panel[object], marker: str) -> None:
    trials = [{"a": float(place)} for place in range(12)]
    absurd = make_search(trials, lambda one: -1e9 if one["a"] == 3.0 else -0.5 - 0.01 * one["a"])
    figure, text = made(panel, absurd)
    (mark,) = lines(figure, marker)
    assert len(np.asarray(mark.get_xdata())) == 1 and not mark.get_clip_on()
    assert "A triangle at the edge is a mean beyond the scale (1 trial)." in text
    assert not any(lines(figure, other) for other in "^v<>" if other != marker)
    figure, text = made(panel, make_search(trials, lambda one: -0.5 - 0.01 * one["a"]))
    assert "triangle" not in text and not any(lines(figure, other) for other in "^v<>")


def test_slices_show_a_baseline_beyond_the_scale_as_a_triangle_too() -> None:
    trials = [{"a": float(place)} for place in range(12)]
    result = make_search(
        trials, lambda one: -1e9 if one["a"] == 40.0 else -0.5 - 0.01 * one["a"], baseline={"a": 40.0}
    )
    figure, text = made(SLICES, result)
    assert lines(figure, "v") and not lines(figure, "D")
    assert "diamond" not in text and "The baseline lies beyond the scale: grey triangles" in text


WIDE = [{"rate": 10.0**-place, "units": 8 + place} for place in range(4)]


def test_axes_whose_steps_are_factors_say_so() -> None:
    result = make_search(WIDE, lambda one: 1e3 * one["rate"], finalists=[0, 3], sampler="random", paired=True)
    for panel in (SCORES, SEARCH_HISTORY, OPTIMISM, TUNING_CURVE, LEARNING_CURVES):
        figure, _ = made(panel, result)
        labels = [label for ax in figure.axes for label in (ax.get_xlabel(), ax.get_ylabel())]
        assert any(label.endswith("(logarithmic)") for label in labels), panel.key
    figure, _ = made(SLICES, result)
    titles = {ax.get_title(loc="left"): ax.get_title(loc="right") for ax in figure.axes}
    assert titles == {"rate": "logarithmic", "units": ""}
    assert figure.get_supylabel().endswith("(logarithmic)")
    assert "Logarithmic: rate and the score." in made(PARALLEL_COORDINATES, result)[1]
    axes = [ax for ax in made(PAIRS, result)[0].axes if ax.get_visible()]
    assert ("logarithmic" in made(PAIRS, result)[1]) == any(ax.get_xscale() == "log" for ax in axes)


@pytest.mark.parametrize("panel", [SCORES, SEARCH_HISTORY, OPTIMISM, LEARNING_CURVES, SLICES])
def test_linear_axes_are_not_called_logarithmic(panel: Panel[object]) -> None:
    result = make_search([{"a": 1.0}, {"a": 2.0}, {"a": 1.5}], lambda one: one["a"], finalists=[0])
    figure, text = made(panel, result)
    labels = [
        label for ax in figure.axes for label in (ax.get_xlabel(), ax.get_ylabel(), ax.get_title("right"))
    ]
    assert "ogarithmic" not in " ".join([text, figure.get_supylabel(), *labels])


def test_slices_end_where_the_search_did_and_say_what_they_know(tmp_path: Path) -> None:
    trials = [{"dropout": value} for value in (0.1, 0.2, 0.3)]
    result = make_search(trials, lambda one: one["dropout"], baseline={"dropout": 0.2})
    assert "the searched range may be wider" in made(SLICES, result)[1]
    row = ("dropout", told("FloatDistribution", low=0.0, high=0.5, log=False))
    known = replace(result, folder=database(tmp_path, [row]))
    figure, text = made(SLICES, known)
    (ax,) = [ax for ax in figure.axes if ax.get_visible()]
    assert ax.spines["bottom"].get_bounds() == (0.0, 1.0)
    ticks = {
        label.get_text(): place for label, place in zip(ax.get_xticklabels(), ax.get_xticks(), strict=True)
    }
    assert (ticks["0"], ticks["0.5"]) == (0.0, 1.0)
    assert "where the searched range ends" in text and "finalists" not in text


def test_of_slices_and_parallel_coordinates() -> None:
    trials = [{"a": float(place), "b": place % 2} for place in range(8)]
    for lost, finalists in (((), [0]), ((2,), [])):
        result = make_search(trials, lambda one: 1.0 + one["a"], lost=lost, finalists=finalists)
        figure, text = made(SLICES, result)
        assert ("finalists" in text) == bool(finalists) and ("A cross is" in text) == bool(lost)
        assert "the diamond" in text and lines(figure, "D")
        _, text = made(PARALLEL_COORDINATES, result)
        assert ("finalists" in text) == bool(finalists) and ("Red lines" in text) == bool(lost)
        assert "dashed line is the baseline" in text


def test_of_optimism() -> None:
    for result in (usual_result(), confirmed(3, lost=1)):
        figure, text = made(OPTIMISM, result)
        assert ("bold cross" in text) == bool(lines(figure, "X"))
        assert ("Thin crosses" in text) == bool(lines(figure, "x"))


def test_of_a_tuning_curve() -> None:
    figure, text = made(TUNING_CURVE, usual_result(trials=8, sampler="random"))
    assert "dashed line is the mean of the baseline" in text and dashed(figure.axes[0])


def test_of_predictions() -> None:
    for runs in (1, 10):
        figure, text = made(PREDICTED, with_predictions(points(runs)))
        spans = [one for ax in figure.axes for one in ax.collections if isinstance(one, LineCollection)]
        assert ("line spans" in text) == ("long line" in text) == bool(spans) == (runs > 1)
        figure, text = made(FORECASTS, with_predictions(kept(runs)))
        assert ("thin line" in text) == (runs > 1)
        names = [one.get_text() for one in figure.legends[0].get_texts()]
        assert ("predicted, median" in names) == (runs > 1)
    _, text = made(CONFUSION, with_predictions(counted()))
    assert "orange is wrong" in text
    perfect = counted()
    assert perfect.counts is not None
    right = replace(perfect, counts=perfect.counts * np.eye(perfect.counts.shape[-1], dtype=int))
    figure, text = made(CONFUSION, with_predictions(right))
    faces = {patch.get_facecolor()[:3] for patch in figure.axes[0].patches if patch.get_alpha()}
    assert "orange" not in text and len(faces) == 1
    assert "Blue is right." in text
