"""Slices: every trial at its value and its mean, for every hyperparameter."""

import io
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from tests.searching import make_search, recurrent_search
from tuner.figures.hyperparameters import lay_out
from tuner.figures.saving import svg
from tuner.figures.slices import MOST_PANELS, MOST_TRIALS, Slices, draw_slice, slices
from tuner.figures.style import figure_style, new_figure
from tuner.report.panels.slices import SLICES
from tuner.result import Result

pytestmark = pytest.mark.usefixtures("few_repeats")


def drawn(data: Slices, place: int = 0) -> Axes:
    with figure_style():
        figure, (ax,) = new_figure(2.0)
        draw_slice(ax, data, data.axes[place])
        figure.draw_without_rendering()
    return ax


def strokes(ax: Axes) -> tuple[PathPatch, PathPatch]:
    """The spreads and the dots."""
    spreads, dots = (patch for patch in ax.patches if isinstance(patch, PathPatch))
    return spreads, dots


def dots_of(patch: PathPatch) -> np.ndarray:
    """Where the dots of `draw_dots` are, shape (dots, 2)."""
    return np.asarray(patch.get_path().vertices, dtype=float)[::2]


def search_means(result: Result) -> list[float]:
    found: dict[str, list[float]] = {}
    for run in result.runs:
        if run.phase == "search" and run.configuration != "baseline":
            found.setdefault(run.configuration, []).append(run.scores["validation"])
    return [float(np.mean(scores)) for scores in found.values()]


def test_every_trial_is_a_dot_at_its_value_and_mean_with_its_range() -> None:
    trials = [{"rate": rate} for rate in (0.1, 0.5, 0.9, 0.3)]
    result = make_search(trials, lambda one: one["rate"], noise=0.2, finalists=[0])
    data = slices(result)
    assert data is not None
    spreads, dots = strokes(drawn(data))
    expected = sorted(zip([0.0, 0.5, 1.0, 0.25], search_means(result), strict=True))
    np.testing.assert_allclose(sorted(map(tuple, dots_of(dots))), expected)
    ends = np.asarray(spreads.get_path().vertices).reshape(-1, 2, 2)
    scores = {place: [] for place in range(4)}
    for run in result.runs:
        if run.phase == "search" and run.configuration != "baseline":
            scores[int(run.configuration[-1])].append(run.scores["validation"])
    spans = sorted((min(own), max(own)) for own in scores.values())
    np.testing.assert_allclose(sorted(map(tuple, ends[:, :, 1])), spans)


def test_finalists_are_filled_and_the_baseline_has_a_line_and_a_mark() -> None:
    result = make_search(
        [{"a": 1.0}, {"a": 2.0}, {"a": 3.0}], lambda one: one["a"], baseline={"a": 2.5}, finalists=[0, 2]
    )
    data = slices(result)
    assert data is not None
    ax = drawn(data)
    filled = next(line for line in ax.lines if line.get_marker() == "o")
    assert sorted(np.asarray(filled.get_xdata()).tolist()) == [0.0, 1.0]
    mark = next(line for line in ax.lines if line.get_marker() == "D")
    assert np.asarray(mark.get_xdata()).tolist() == [0.75]
    assert np.asarray(mark.get_ydata()) == pytest.approx(data.baseline.mean)
    assert any(np.asarray(line.get_ydata()).tolist() == [data.baseline.mean] * 2 for line in ax.lines)


def test_a_logarithmic_search_has_a_logarithmic_axis() -> None:
    result = recurrent_search(20)
    data = slices(result)
    assert data is not None
    place = next(place for place, axis in enumerate(data.axes) if axis.name == "learning_rate")
    ax = drawn(data, place)
    rates = [result.configurations[trial.name].params["learning_rate"] for trial in data.trials]
    powers = np.log10(rates)
    expected = (powers - powers.min()) / np.ptp(powers)
    np.testing.assert_allclose(np.sort(dots_of(strokes(ax)[1])[:, 0]), np.sort(expected), atol=1e-6)
    for text, tick in zip(ax.get_xticklabels(), ax.get_xticks(), strict=True):
        power = np.log10(float(text.get_text()))
        assert tick == pytest.approx((power - powers.min()) / np.ptp(powers))


def test_choices_stand_beside_each_other_with_their_names() -> None:
    data = slices(recurrent_search(20))
    assert data is not None
    place = next(place for place, axis in enumerate(data.axes) if axis.name == "optimizer")
    ax = drawn(data, place)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["adam", "rmsprop", "sgd"]
    dots = dots_of(strokes(ax)[1])
    assert len(np.unique(dots[:, 0])) == len(dots) == 20
    ticks = np.array(ax.get_xticks())
    assert np.abs(dots[:, :1] - ticks).min(axis=1).max() < 1 / 6


def test_a_run_without_a_score_is_marked_and_so_is_it_in_the_legend() -> None:
    result = make_search([{"a": 1.0}, {"a": 2.0}, {"a": 3.0}], lambda one: one["a"], lost=[1])
    data = slices(result)
    assert data is not None
    ax = drawn(data)
    mark = next(line for line in ax.lines if line.get_marker() == "X")
    assert np.asarray(mark.get_xdata()).tolist() == [0.5]
    with figure_style():
        figure = SLICES.figure(result)
    assert figure is not None
    assert "run without score" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_trials_without_the_hyperparameter_are_not_drawn_there() -> None:
    trials: list[dict[str, Any]] = [{"a": 1.0, "b": 1.5}, {"a": 2.0}, {"a": 3.0, "b": 2.5}, {"a": 4.0}]
    data = slices(make_search(trials, lambda one: one["a"]))
    assert data is not None
    assert [len(dots_of(strokes(drawn(data, place))[1])) for place in (0, 1)] == [4, 2]


def test_absurd_scores_do_not_flatten_the_others() -> None:
    trials = [{"a": float(place)} for place in range(12)]
    data = slices(make_search(trials, lambda one: -1e9 if one["a"] == 3.0 else -0.5 - 0.01 * one["a"]))
    assert data is not None
    ax = drawn(data)
    assert ax.get_ylim()[0] > -100
    heights = dots_of(strokes(ax)[1])[:, 1]
    assert len(heights) == 11 and heights.min() > data.scale.low


def test_few_trials_or_nothing_varied_have_no_slices() -> None:
    assert slices(make_search([{"a": 1.0}, {"a": 2.0}], lambda one: 1.0)) is None
    assert slices(make_search([{"a": 1.0}] * 5, lambda one: 1.0)) is None
    assert slices(make_search([{}] * 5, lambda one: 1.0)) is None
    assert SLICES.figure(make_search([], lambda one: 1.0, baseline={"a": 1})) is None


def test_many_trials_and_hyperparameters_are_cut_with_a_word_and_stay_small() -> None:
    rng = np.random.default_rng(1)
    trials = [{f"p{place}": float(value) for place, value in enumerate(row)} for row in rng.random((500, 10))]
    result = make_search(trials, lambda one: 1.0 + one["p9"], seeds=2, noise=0.1)
    data = slices(result)
    assert data is not None and len(data.axes) == MOST_PANELS and data.left_out == 2
    assert "p9" in [axis.name for axis in data.axes] and len(data.shown) == MOST_TRIALS
    text = SLICES.caption(result).text
    assert "200 of 500 trials are drawn" in text and "Not drawn: 2 hyperparameters of less importance" in text
    with figure_style():
        figure = SLICES.figure(result)
        assert figure is not None and len(svg(figure, "slices")) < 200_000


def test_the_words_tell_what_the_best_trials_have() -> None:
    trials = [{"rate": 0.1 * place, "cell": "gru" if place < 6 else "lstm"} for place in range(12)]
    result = make_search(trials, lambda one: 1.0 + one["rate"], noise=0.0)
    said = SLICES.caption(result).alternative
    assert "The best 5 trials have rate 0 to 0.4 and cell gru." in said
    assert "from 1 to 2.1" in said and "12 trials" in said


def test_hostile_names_and_values_are_drawn() -> None:
    values = ["</text><script>", "$x^2$", "\x00\ud800", "🚀" * 50, None, float("nan"), [1], True]
    trials = [
        {"<b>$": value, "\ud800": place, "x" * 999: 1e300 * place} for place, value in enumerate(values)
    ]
    result = make_search(trials, lambda one: 1.0, direction="maximize", lost=range(8))
    with figure_style():
        figure = SLICES.figure(result)
        assert figure is not None
        text = svg(figure, "slices")
        figure.savefig(io.BytesIO(), format="png")
    assert "<script>" not in text
    SLICES.caption(result)


def test_the_marks_of_an_axis_with_long_names_are_turned() -> None:
    axis = lay_out("cell", ["long_name_of_a_cell", "another_long_name", "third_long_name"], None)
    data = slices(make_search([{"a": float(place)} for place in range(3)], lambda one: 1.0))
    assert data is not None
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_slice(ax, data, axis)
    assert {text.get_rotation() for text in ax.get_xticklabels()} == {35.0}
