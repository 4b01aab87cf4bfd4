"""The legend over a figure: all of it is on the page, in as many columns as fit."""

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tests.factories import usual_result
from tests.figures.test_levels import beside
from tuner.figures.legends import legend_above, legend_of_axes
from tuner.figures.style import figure_style, new_figure
from tuner.report.panels.search_history import SEARCH_HISTORY


def rows_of(figure: Figure) -> int:
    """In how many rows the texts of the legend stand; all of them must be within the figure."""
    figure.draw_without_rendering()
    (legend,) = figure.legends
    boxes = [text.get_window_extent() for text in legend.get_texts()]
    assert all(box.x0 > 0.0 and box.x1 < figure.bbox.width for box in boxes)
    return len({round(box.y0) for box in boxes})


def test_what_a_search_history_names_is_within_the_picture() -> None:
    result = beside(usual_result(trials=6), linear=0.03141)
    with figure_style():
        figure = SEARCH_HISTORY.figure(result)
        assert figure is not None
        assert rows_of(figure) > 1


@pytest.mark.parametrize(("letters", "rows"), [(5, 2), (30, 3), (45, 6)])
def test_there_are_as_many_columns_as_fit(letters: int, rows: int) -> None:
    handles = [Line2D([], [], label="n" * letters) for _ in range(6)]
    with figure_style():
        figure, _ = new_figure(3.0)
        legend_above(figure, handles, columns=3)
        assert rows_of(figure) == rows


def test_nothing_to_name_needs_no_legend_and_a_thing_is_named_once() -> None:
    with figure_style():
        figure, axes = new_figure(3.0, 1, 2)
        assert legend_above(figure, [], columns=3) is None and not figure.legends
        for ax in axes:
            ax.plot([0, 1], label="training")
        legend = legend_of_axes(figure, axes, columns=3)
        assert legend is not None and [text.get_text() for text in legend.get_texts()] == ["training"]
