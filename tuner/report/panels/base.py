"""What every figure of the page has, and what several of them say and do alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray

from tuner.figures.style import new_figure
from tuner.records import BASELINE
from tuner.report.formats import NONE, count, short
from tuner.result import Measured, Result

Section = Literal["results", "training", "predictions", "search", "made"]
T = TypeVar("T")

ROW = 0.5  # inches for one configuration in a figure with a row each


@dataclass(frozen=True, slots=True)
class Caption:
    """`title` heads the figure, `text` says what to look for, `alternative` describes what it shows."""

    title: str
    text: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Panel(Generic[T]):
    """One figure of the page: `key` names its files, `section` is where it stands.

    `numbers` are what it shows, None where the result has none. From them `draw` makes the figure, and
    `describe` its words, which so name no mark that is not drawn.
    """

    key: str
    section: Section
    numbers: Callable[[Result], T | None]
    draw: Callable[[Result, T], Figure]
    describe: Callable[[Result, T], Caption]

    def made(self, result: Result) -> tuple[Figure, Caption] | None:
        """The figure and its words, from numbers that are worked out once."""
        data = self.numbers(result)
        return None if data is None else (self.draw(result, data), self.describe(result, data))

    def figure(self, result: Result) -> Figure | None:
        """The figure alone."""
        data = self.numbers(result)
        return None if data is None else self.draw(result, data)

    def caption(self, result: Result) -> Caption:
        """The words alone, of a result that has the figure."""
        data = self.numbers(result)
        assert data is not None  # there is a figure
        return self.describe(result, data)


def confirmed(result: Result) -> tuple[Measured, ...]:
    """The baseline and the finalists; empty before confirmation has finished."""
    return (result.baseline, *result.finalists) if result.baseline else ()


def small_multiples(
    count: int, height: float, *, shared: bool = True, margin: float = 0.6
) -> tuple[Figure, tuple[Axes, ...]]:
    """A figure with `count` axes, two in a row, every row `height` inches; the place left over stays empty.

    `margin` is the height of what stands around them. Where scales are not `shared` all have their own.
    """
    columns = min(2, count)
    rows = -(-count // columns)
    figure, axes = new_figure(margin + height * rows, rows, columns, share_x=shared, share_y=shared)
    for ax in axes[count:]:
        ax.set_visible(False)
    for ax in axes[max(0, count - columns) : count]:
        # The one above an empty place is the last of its column and keeps its numbers.
        ax.tick_params(axis="x", labelbottom=True)
    keep_apart(figure)
    return figure, axes[:count]


def name_axes(axes: tuple[Axes, ...], x: str, y: str) -> None:
    """Name the axes of small multiples once: those at the bottom, and those at the left."""
    for place, ax in enumerate(axes):
        ax.set_xlabel(x if place >= len(axes) - 2 else "")
        ax.set_ylabel("" if place % 2 else y)


def named(name: str) -> str:
    """The name of a hyperparameter in a sentence; a dash where nothing of it can be shown."""
    return short(name) or NONE


def best_named(result: Result, name: str) -> str:
    """The name of the configuration that was the best, for a title: why it is the baseline, where it is."""
    nothing = name == BASELINE and bool(result.finalists)
    return f"{short(name)} (nothing was better)" if nothing else short(name)


def beyond_words(off: NDArray[np.int64]) -> str:
    """What a triangle at an edge is, with the number of trials that have one; nothing without any."""
    many = int(np.count_nonzero(off))
    return f"A triangle at the edge is a mean beyond the scale ({count(many, 'trial')})." if many else ""


def keep_apart(figure: Figure) -> None:
    """Let the title of a panel keep its distance from what is above it."""
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.1)


def chosen_examples(own: bool, *, many: bool = False) -> str:
    """How the test examples that a figure shows were chosen, in a sentence."""
    if own and many:
        return "Every seed has test examples of its own; those shown are spread evenly over them."
    if own:
        return "Every seed has test examples of its own, and the one in the middle of its split is shown."
    return (
        "Nobody chose the examples: they are spread evenly over the test split, the same ones for all seeds."
    )
