"""The forest plot shows differences, intervals and margin as the comparison gives them."""

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.differences import differences, draw_differences
from tuner.figures.style import figure_style, new_figure
from tuner.records import BASELINE


def test_rows_are_the_comparisons() -> None:
    result = usual_result(margin=0.004)
    data = differences(result)
    assert data is not None and data.margin == 0.004
    for row, finalist in zip(data.rows, result.finalists, strict=True):
        compared = finalist.comparison
        assert compared is not None
        assert (row.value, row.interval) == (compared.difference, compared.interval)
        assert row.adjusted == compared.interval_adjusted
        assert row.verdict == compared.verdict


def test_intervals_are_drawn_from_end_to_end_within_the_axis() -> None:
    data = differences(usual_result())
    assert data is not None
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_differences(ax, data, label="test MSE")
    drawn = {tuple(np.asarray(line.get_xdata()).tolist()) for line in ax.lines}
    low, high = ax.get_xlim()
    for row in data.rows:
        for one in (row.interval, row.adjusted):
            assert (one.low, one.high) in drawn
        assert low < row.adjusted.low < row.interval.low <= row.interval.high < row.adjusted.high < high
    assert low < 0 < high


@pytest.mark.parametrize(("direction", "left"), [("minimize", "better"), ("maximize", "worse")])
def test_the_sides_are_named_after_the_direction(direction: str, left: str) -> None:
    data = differences(usual_result(direction=direction))
    assert data is not None
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_differences(ax, data, label="score")
    assert ax.get_title(loc="left") == f"← {left}"


def test_a_difference_that_does_not_exist_is_said() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=6)
    runs += make_runs("confirmation", "a", 0.04, seeds=6, diverged=range(6))
    data = differences(make_result(runs, [make_configuration(n) for n in (BASELINE, "a")], ["a"]))
    assert data is not None
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_differences(ax, data, label="score")
    assert any("no difference" in text.get_text() for text in ax.texts)


def test_nothing_compared_gives_no_plot() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=6)
    assert differences(make_result(runs, [make_configuration(BASELINE)])) is None
