"""Scales show all values, and say so where they do not."""

import numpy as np
import pytest

from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import figure_style, new_figure


def test_all_finite_values_are_inside() -> None:
    values = [0.3, -2.0, 5.0, float("nan"), float("inf")]
    scale = scale_of(values)
    assert not scale.outside(np.array([0.3, -2.0, 5.0])).any()
    assert not scale.log


def test_positive_values_of_many_sizes_make_it_logarithmic() -> None:
    assert scale_of([0.01, 1.0]).log
    assert not scale_of([0.01, 0.02]).log
    assert not scale_of([-0.01, 1.0]).log
    assert not scale_of([0.01, 1.0], may_log=False).log


@pytest.mark.parametrize("values", [[], [float("nan")], [1.0], [0.0, 0.0], [1e-300, 1e300], [5e-324]])
def test_degenerate_values_give_a_scale_that_can_be_drawn(values: list[float]) -> None:
    scale = scale_of(values)
    assert scale.low < scale.high
    with figure_style():
        figure, (ax,) = new_figure(2.0)
        scale.apply(ax, "x")
        figure.draw_without_rendering()


def test_room_is_left_on_the_losing_side() -> None:
    plain = scale_of([1.0, 2.0])
    assert scale_of([1.0, 2.0], room=True, direction="minimize").high > plain.high
    assert scale_of([1.0, 2.0], room=True, direction="maximize").low < plain.low


def test_a_fence_keeps_absurd_values_from_flattening_the_rest() -> None:
    values = [-1.0, 0.0, 1.0, 2.0, -1e9]
    scale = scale_of(values, fence=8.0)
    assert scale.low > -100
    assert scale.outside(np.array([-1e9])).all()
    assert scale.clip(np.array([-1e9]))[0] == scale.low


def test_ticks_are_written_out_with_equal_decimals() -> None:
    with figure_style():
        figure, (ax,) = new_figure(2.0)
        Scale(0.08, 0.12).apply(ax, "x")
        figure.draw_without_rendering()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert "0.10" in labels
    assert len({len(label) for label in labels}) == 1
