"""Parallel coordinates: a line a trial, broken where it has no value, shaded by its score."""

import io
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from tests.searching import make_search, recurrent_search
from tuner.figures.hyperparameters import spread
from tuner.figures.parallel_coordinates import (
    MOST_AXES,
    MOST_LINES,
    SHADES,
    SIDEWAYS,
    ParallelCoordinates,
    draw_parallel_coordinates,
    legend_of,
    parallel_coordinates,
)
from tuner.figures.samples import FloatArray
from tuner.figures.saving import svg
from tuner.figures.style import figure_style, new_figure
from tuner.report.panels.parallel_coordinates import PARALLEL_COORDINATES
from tuner.result import Result

pytestmark = pytest.mark.usefixtures("few_repeats")


def numbers(result: Result) -> ParallelCoordinates:
    data = parallel_coordinates(result)
    assert data is not None
    return data


def drawn(data: ParallelCoordinates) -> Axes:
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_parallel_coordinates(ax, data, label="validation MSE")
        figure.draw_without_rendering()
    return ax


def lines_of(ax: Axes) -> list[tuple[FloatArray, float]]:
    """Every piece of a line, shape (points, 2), with its opacity."""
    found: list[tuple[FloatArray, float]] = []
    for patch in ax.patches:
        if isinstance(patch, PathPatch) and len(patch.get_path().vertices):
            path = patch.get_path()
            starts = np.flatnonzero(path.codes == Path.MOVETO)[1:]
            pieces = np.split(np.asarray(path.vertices), starts)
            found += [(piece, float(patch.get_alpha() or 1.0)) for piece in pieces]
    return found


def test_a_line_goes_through_the_values_of_its_trial_and_ends_at_its_score() -> None:
    trials = [{"a": 1.0, "b": 30.0}, {"a": 2.0, "b": 10.0}, {"a": 3.0, "b": 20.0}]
    data = numbers(make_search(trials, lambda one: one["a"], noise=0.0))
    lines = [line for line, _ in lines_of(drawn(data))]
    assert len(lines) == 3 and all(line[:, 1].tolist() == [0, 1, 2] for line in lines)
    by_a = sorted(lines, key=lambda line: float(line[0, 0]))
    np.testing.assert_allclose([line[0, 0] for line in by_a], [0.0, 0.5, 1.0])
    np.testing.assert_allclose([line[1, 0] for line in by_a], [1.0, 0.0, 0.5])
    ends = np.array([line[2, 0] for line in by_a])
    np.testing.assert_allclose(np.diff(ends), np.diff(ends)[0])
    assert 0.0 < ends[0] < ends[-1] < 1.0


def test_better_trials_are_drawn_stronger_and_on_top() -> None:
    data = numbers(
        make_search([{"a": float(place)} for place in range(10)], lambda one: 1.0 + one["a"], noise=0.0)
    )
    assert data.shades.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    opacities = {round(9 * float(line[0, 0])): alpha for line, alpha in lines_of(drawn(data))}
    assert [opacities[place] for place in range(10)] == [SHADES[place // 2] for place in range(10)]
    patches = [patch for patch in drawn(data).patches if isinstance(patch, PathPatch)]
    order = sorted(patches, key=lambda patch: patch.get_zorder())
    assert [patch.get_alpha() for patch in order if len(patch.get_path().vertices)] == list(SHADES[::-1])


def test_a_line_is_broken_where_its_trial_has_no_value() -> None:
    trials: list[dict[str, Any]] = [
        {"a": 1.0, "b": 1.0, "c": 5.0},
        {"a": 2.0, "c": 4.0},
        {"a": 3.0, "b": 3.0, "c": 3.0},
    ]
    data = numbers(make_search(trials, lambda one: one["a"], noise=0.0))
    rows = sorted(line[:, 1].tolist() for line, _ in lines_of(drawn(data)))
    assert rows == [[0, 1, 2, 3], [0, 1, 2, 3], [2, 3]]
    caption = PARALLEL_COORDINATES.caption(make_search(trials, lambda one: one["a"]))
    assert "A line is broken where" in caption.text


def test_a_trial_with_a_lost_run_ends_at_the_bad_end_in_a_colour_of_its_own() -> None:
    for direction, end in (("minimize", 1.0), ("maximize", 0.0)):
        trials = [{"a": float(place)} for place in range(5)]
        data = numbers(make_search(trials, lambda one: 1.0 + one["a"], lost=[2], direction=direction))
        assert data.shades[2] == -1 and data.axes[-1].places[2] == end
        assert (end, "no score") in data.axes[-1].ticks
        others = np.delete(data.axes[-1].places, 2)
        assert np.abs(others - end).min() > 0.1
        texts = {text.get_text() for text in drawn(data).texts}
        assert "no score" in texts


def test_ticks_of_the_score_lie_where_the_scores_are() -> None:
    trials = [{"a": float(place)} for place in range(9)]
    result = make_search(trials, lambda one: 1.0 + one["a"], noise=0.0, lost=[4], direction="maximize")
    axis = numbers(result).axes[-1]
    known = [place for place in range(9) if place != 4]
    slope, start = np.polyfit([1.0 + place for place in known], axis.places[known], 1)
    for place, text in axis.ticks:
        if text != "no score":
            np.testing.assert_allclose(place, start + slope * float(text), atol=1e-9)


def test_finalists_have_dots_and_the_baseline_a_dashed_line() -> None:
    result = recurrent_search(12)
    data = numbers(result)
    ax = drawn(data)
    dots = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert len(dots) == 2
    paths = np.array([spread(axis, data.ranks.astype(float), widest=SIDEWAYS) for axis in data.axes])
    for line, trial in zip(dots, np.flatnonzero(data.finalists), strict=True):
        np.testing.assert_allclose(np.asarray(line.get_xdata()), paths[:, trial])
    names = [mark.get_label() for mark in legend_of(data)]
    assert names == ["best fifth", "worst fifth", "finalist", "baseline"]


def test_axes_have_their_names_and_the_score_comes_last() -> None:
    data = numbers(recurrent_search(12))
    labels = [text.get_text() for text in drawn(data).get_yticklabels()]
    expected = ["units", "layers", "batch_size", "dropout", "optimizer", "learning_rate", "validation MSE"]
    assert labels == expected


def test_many_trials_and_hyperparameters_are_cut_with_a_word_and_stay_small() -> None:
    rng = np.random.default_rng(1)
    trials = [{f"p{place}": float(value) for place, value in enumerate(row)} for row in rng.random((500, 16))]
    result = make_search(trials, lambda one: 1.0 + one["p9"], seeds=2, noise=0.1, finalists=[3])
    data = numbers(result)
    assert len(data.shown) == MOST_LINES and len(data.axes) == MOST_AXES + 1
    assert len(lines_of(drawn(data))) == MOST_LINES
    text = PARALLEL_COORDINATES.caption(result).text
    assert "200 of 500 trials are drawn" in text and "Not drawn: 2 hyperparameters of less importance" in text
    with figure_style():
        figure = PARALLEL_COORDINATES.figure(result)
        assert figure is not None and len(svg(figure, "parallel_coordinates")) < 150_000


def test_the_words_tell_the_best_trial() -> None:
    trials = [{"rate": 0.1 * place, "cell": "gru" if place % 2 else "lstm"} for place in range(6)]
    said = PARALLEL_COORDINATES.caption(
        make_search(trials, lambda one: 2.0 - one["rate"], noise=0.0)
    ).alternative
    assert said.startswith("6 trials over 2 hyperparameters")
    assert "The best has rate 0.5 and cell gru, and scores 1.5." in said
    for sampler, learns in (("tpe", True), ("random", False)):
        result = make_search(trials, lambda one: 1.0, sampler=sampler)
        assert ("the sampler itself" in PARALLEL_COORDINATES.caption(result).text) is learns
    lost = PARALLEL_COORDINATES.caption(make_search(trials, lambda one: 1.0, lost=range(6))).alternative
    assert "No trial has a score." in lost


def test_few_trials_or_nothing_varied_have_no_lines() -> None:
    assert parallel_coordinates(make_search([{"a": 1.0}, {"a": 2.0}], lambda one: 1.0)) is None
    assert PARALLEL_COORDINATES.figure(make_search([{"a": 1.0}] * 5, lambda one: 1.0)) is None
    assert parallel_coordinates(make_search([], lambda one: 1.0, baseline={"a": 1})) is None


def test_hostile_names_and_values_are_drawn() -> None:
    values = ["</text><script>", "$x^2$", "\x00\ud800", "🚀" * 50, None, float("nan"), [1], True]
    trials = [
        {"<b>$": value, "\ud800": place, "x" * 999: 1e300 * place} for place, value in enumerate(values)
    ]
    for score in (1.0, 1e-300, 1e160):
        result = make_search(trials, lambda one, score=score: score, lost=[2])
        with figure_style():
            figure = PARALLEL_COORDINATES.figure(result)
            assert figure is not None
            text = svg(figure, "parallel_coordinates")
            figure.savefig(io.BytesIO(), format="png")
        assert "<script>" not in text
        PARALLEL_COORDINATES.caption(result)
