"""Hyperparameter importance: rows by their share, beside what luck alone would give."""

import math
from typing import Any

import numpy as np
import pytest

from tests.searching import make_search, recurrent_search, recurrent_trials
from tuner.figures.hyperparameters import searched
from tuner.figures.importance import MOST_ROWS, draw_importances, importance_of, leading_axes
from tuner.figures.style import figure_style, new_figure
from tuner.importance import FEWEST, Column, best_of, importances
from tuner.report.panels.importance import IMPORTANCE

pytestmark = pytest.mark.usefixtures("few_repeats")


def by_units(params: Any) -> float:
    return 1.0 + float(params["units"])


def test_rows_are_the_importances_of_the_trials_as_they_rank() -> None:
    trials = recurrent_trials(30)
    result = make_search(trials, by_units, noise=0.0, baseline={**trials[0], "units": 4000})
    data = importance_of(result)
    assert data is not None and (data.trials, data.best, data.lost) == (30, best_of(30), 0)
    assert [one.share for _, one in data.rows] == sorted((one.share for _, one in data.rows), reverse=True)
    assert data.rows[0][0] == "units" and data.rows[0][1].stands_out
    assert sum(one.share for _, one in data.rows) == pytest.approx(1.0)


def test_the_baseline_is_no_trial_and_lost_trials_count_among_the_others() -> None:
    rates = [{"rate": float(rate), "a": float(a)} for rate, a in np.random.default_rng(0).random((20, 2))]
    lost = [place for place, one in enumerate(rates) if one["rate"] > 0.6]
    result = make_search(rates, lambda one: 1.0 + 0.1 * one["a"], noise=0.0, lost=lost)
    data = importance_of(result)
    assert data is not None and data.lost == len(lost) > 0
    values = np.array([[one["rate"], one["a"]] for one in rates])
    places = np.argsort(np.argsort(values, axis=0), axis=0) / 19
    kept = [place for place in range(20) if place not in lost]
    ranks = np.full(20, len(kept))
    ranks[kept] = np.argsort(np.argsort(values[kept, 1]))
    columns = tuple(Column(tuple(column)) for column in places.T.tolist())
    expected = importances(columns, tuple(ranks.tolist()), result.setup.seed)
    assert [one.share for _, one in data.rows] == pytest.approx(
        sorted((one.share for one in expected), reverse=True)
    )


def test_too_few_trials_have_no_importance() -> None:
    assert importance_of(recurrent_search(FEWEST - 1)) is None
    assert importance_of(recurrent_search(FEWEST)) is not None
    assert importance_of(recurrent_search(FEWEST, lost=range(FEWEST - 4))) is None
    assert IMPORTANCE.figure(recurrent_search(FEWEST - 1)) is None
    alike = [{"units": 8}] * 12
    assert importance_of(make_search(alike, lambda one: 1.0)) is None


def test_what_is_drawn_are_the_shares_the_intervals_and_the_noise() -> None:
    data = importance_of(recurrent_search(14))
    assert data is not None
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_importances(ax, data)
        figure.draw_without_rendering()
    dots = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    assert [float(np.asarray(dot.get_xdata())[0]) for dot in dots] == [one.share for _, one in data.rows]
    spans = [np.asarray(line.get_xdata()).tolist() for line in ax.lines if len(line.get_xdata()) == 2]
    assert spans == [[one.low, one.high] for _, one in data.rows]
    widths = [bar.get_width() for bar in ax.patches if math.isfinite(bar.get_width())]
    assert widths == [pytest.approx(min(one.noise, ax.get_xlim()[1] / 1.04)) for _, one in data.rows]
    assert [text.get_text() for text in ax.get_yticklabels()] == [name for name, _ in data.rows]


def test_many_hyperparameters_are_cut_and_the_words_say_so() -> None:
    rng = np.random.default_rng(1)
    trials = [{f"p{place}": float(value) for place, value in enumerate(row)} for row in rng.random((12, 15))]
    result = make_search(trials, lambda one: 1.0 + one["p7"], noise=0.001)
    data = importance_of(result)
    assert data is not None and len(data.rows) == 15
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_importances(ax, data)
    assert len(ax.get_yticks()) == MOST_ROWS
    assert "Not drawn: the 3 least important ones." in IMPORTANCE.caption(result).text


def test_the_most_important_lead_where_there_are_too_many() -> None:
    rng = np.random.default_rng(1)
    trials = [{f"p{place}": float(value) for place, value in enumerate(row)} for row in rng.random((30, 6))]
    result = make_search(trials, lambda one: 1.0 + one["p4"] + 0.5 * one["p1"], noise=0.001)
    data = searched(result)
    assert data is not None
    assert [axis.name for axis in leading_axes(result, data, 2)] == ["p1", "p4"]
    assert leading_axes(result, data, 6) == data.axes
    few = make_search([{"a": place % 2, "b": place, "c": place % 3} for place in range(6)], lambda one: 1.0)
    data = searched(few)
    assert data is not None and [axis.name for axis in leading_axes(few, data, 2)] == ["b", "c"]


def test_the_words_tell_the_numbers_and_how_many_trials_there_were() -> None:
    caption = IMPORTANCE.caption(recurrent_search(30, noise=0.01))
    assert "the best 8 of 30 trials" in caption.text
    assert "Look for dots beyond their bar: " in caption.text and "learning_rate" in caption.text
    assert "learning_rate" in caption.alternative and "from 30 trials" in caption.alternative
    flat = make_search(recurrent_trials(12), lambda one: 1.0, noise=0.1)
    data = importance_of(flat)
    assert data is not None
    if not any(one.stands_out for _, one in data.rows):
        assert "cannot tell which" in IMPORTANCE.caption(flat).text


def test_hostile_names_and_values_are_drawn() -> None:
    names = ["<script>", "$x^2$", "a" * 500, "\x00\ud800", "🚀 日本語"]
    trials = [{name: [f"</text>{place}", place, None][place % 3] for name in names} for place in range(12)]
    result = make_search([{**one, names[0]: place} for place, one in enumerate(trials)], lambda one: 1.0)
    with figure_style():
        figure = IMPORTANCE.figure(result)
        assert figure is not None
        figure.draw_without_rendering()
    assert "\ud800" not in IMPORTANCE.caption(result).alternative


@pytest.mark.parametrize(
    ("sampler", "said"), [("random", "one in twenty"), ("tpe", "more than one in twenty")]
)
def test_the_caption_promises_no_more_than_the_sampler_lets(sampler: str, said: str) -> None:
    result = make_search(recurrent_trials(12), by_units, noise=0.0, sampler=sampler)
    assert f"do nothing, {said} passes its bar by luck" in IMPORTANCE.caption(result).text
