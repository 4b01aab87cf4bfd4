"""The figures of a plan show the numbers that they are given."""

import math

import numpy as np

from tuner.figures.planning import DetectableCurve, draw_detectable, draw_standard_errors
from tuner.figures.style import figure_style, new_figure
from tuner.stats.growth import standard_errors


def drawn(line: object) -> list[float]:
    return np.asarray(line.get_ydata()).tolist()  # type: ignore[attr-defined]


def test_standard_errors_are_drawn_from_zero_with_both_curves() -> None:
    scores = np.random.default_rng(0).normal(size=20)
    data = standard_errors(scores, rng=np.random.default_rng(1))
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_standard_errors(ax, data, label="score")
    assert [drawn(line) for line in ax.lines] == [list(data.median), list(data.expected)]
    band = ax.collections[0].get_paths()[0].vertices
    assert np.max(band[:, 1]) == max(data.high) and np.min(band[:, 1]) == min(data.low)
    assert ax.get_ylim()[0] == 0.0 and ax.get_ylim()[1] > max(data.high)


def test_a_band_is_drawn_only_where_it_is_known() -> None:
    value = (2.0, 1.3, 0.9)
    for low, high, bands in (((math.nan,) * 3, (math.nan,) * 3, 0), ((1.0, 0.7, 0.5), (4.0, 2.6, 1.8), 1)):
        with figure_style():
            _, (ax,) = new_figure(3.0)
            draw_detectable(ax, DetectableCurve((5, 10, 20), value, low, high), label="score")
        assert drawn(ax.lines[0]) == list(value)
        assert len(ax.collections) == bands
        assert ax.get_ylim()[1] > np.nanmax([*value, *high])
