"""Skill over time: what is drawn is what was measured."""

import numpy as np
from matplotlib.collections import LineCollection

from tuner.figures.skill import Line, Mark, SkillOverTime, draw_skill, thinned_labels
from tuner.figures.style import figure_style, new_figure

NAN = float("nan")
CURRENT = Line("current", (0.5, 1.5, 2.5), (1.0, 1.2, 3.0), (0.8, NAN, 2.5), (1.2, NAN, 3.5))
EARLIER = Line("previous/1", (0.5, 1.5), (2.0, 2.1), (1.9, 2.0), (2.1, 2.2))
LABELS = ((0.5, "2024-01"), (1.5, "2024-02"), (2.5, "2024-03"))


def drawn(data: SkillOverTime) -> tuple[object, object]:
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_skill(ax, data, label="MSE")
        figure.canvas.draw()
    return figure, ax


def test_means_intervals_band_and_alarm() -> None:
    data = SkillOverTime((CURRENT, EARLIER), (1.1, 0.9, 1.3), (Mark("degrading", 1.0, 2.4),), LABELS)
    _, ax = drawn(data)
    named = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))  # type: ignore[attr-defined]
    assert set(named) == {"current", "previous/1", "expected, with its band", "alarm: degrading"}
    assert np.array_equal(named["current"].get_ydata(), CURRENT.means)
    assert named["alarm: degrading"].get_xdata() == [2.4]
    lines = [one for one in ax.collections if isinstance(one, LineCollection)]  # type: ignore[attr-defined]
    ends = sorted(segment[:, 1].tolist() for one in lines for segment in one.get_segments())
    assert ends == [[0.8, 1.2], [1.9, 2.1], [2.0, 2.2], [2.5, 3.5]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2024-01", "2024-02", "2024-03"]  # type: ignore[attr-defined]


def test_without_an_expected_level_nothing_stands_for_it() -> None:
    _, ax = drawn(SkillOverTime((CURRENT,), (NAN, NAN, NAN), (), LABELS))
    assert ax.get_legend_handles_labels()[1] == ["current"]  # type: ignore[attr-defined]


def test_labels_are_spread_evenly_and_keep_their_ends() -> None:
    labels = [(float(place), str(place)) for place in range(100)]
    found = thinned_labels(labels)
    assert len(found) == 6 and found[0] == labels[0] and found[-1] == labels[-1]


def test_labels_beside_a_gap_do_not_lie_on_each_other() -> None:
    """Months of two years, then half a year without any, then the newest."""
    places = [*range(12), 18, 19, 20, 30]
    found = [place for place, _ in thinned_labels([(float(place), str(place)) for place in places])]
    assert found[0] == 0 and found[-1] == 30 and np.diff(found).min() > 30 / 6


def test_the_axis_is_that_of_the_current_model_and_earlier_ones_far_off_are_marked() -> None:
    far = Line("previous/1", (0.5, 1.5), (2.0, 15_000.0), (1.9, 14_000.0), (2.1, 16_000.0))
    data = SkillOverTime((CURRENT, far), (1.1, 0.9, 1.3), (), LABELS)
    assert data.cut and data.scale.high < 5.0
    _, ax = drawn(data)
    assert ax.get_ylim() == (data.scale.low, data.scale.high)  # type: ignore[attr-defined]
    (mark,) = [one for one in ax.lines if one.get_marker() == "^" and len(one.get_xdata()) == 1]  # type: ignore[attr-defined]
    assert mark.get_xdata() == [1.5]
    near = SkillOverTime((CURRENT, EARLIER), (1.1, 0.9, 1.3), (), LABELS)
    assert not near.cut and near.scale.low < 0.8 and near.scale.high > 3.5
