"""What every figure of the page has, and what several of them say alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from tuner.result import Measured, Result

Section = Literal["results", "training", "predictions", "search"]

ROW = 0.5  # inches for one configuration in a figure with a row each


@dataclass(frozen=True, slots=True)
class Caption:
    """`title` heads the figure, `text` says what to look for, `alternative` describes what it shows."""

    title: str
    text: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure of the page: `key` names its files, `section` is where it stands.

    `figure` draws it, and gives None where the result has no numbers for it; `caption` is asked only
    where there is a figure.
    """

    key: str
    section: Section
    figure: Callable[[Result], Figure | None]
    caption: Callable[[Result], Caption]


def confirmed(result: Result) -> tuple[Measured, ...]:
    """The baseline and the finalists; empty before confirmation has finished."""
    return (result.baseline, *result.finalists) if result.baseline else ()


def keep_apart(figure: Figure) -> None:
    """Let the title of a panel keep its distance from what is above it."""
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.08)


def chosen_examples(own: bool, *, many: bool = False) -> str:
    """How the test examples that a figure shows were chosen, in a sentence."""
    if own and many:
        return "Every seed has test examples of its own; those shown are spread evenly over them."
    if own:
        return "Every seed has test examples of its own, and the one in the middle of its split is shown."
    return (
        "Nobody chose the examples: they are spread evenly over the test split, the same ones for all seeds."
    )
