"""A study's own `show`, called for the kept test examples: texts, or one picture of all as PNG.

`show` is the user's own code, which is called where a study runs, never where a report is rebuilt. What it
makes leaves as text and pixels.
"""

import inspect
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage, FigureImage

from tuner.errors import StudyError, described
from tuner.figures.cases import Case, cases
from tuner.figures.saving import DPI, png
from tuner.figures.style import WIDTH, figure_style, plain
from tuner.predictions import Predictions
from tuner.records import Shown
from tuner.result import Result
from tuner.trees import Tree

LONGEST_TEXT = 2_000  # characters that are kept of an example
MOST_PIXELS = 4_096  # on a side
MOST_BYTES = 4 << 20

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8sI4sII")  # signature, then the first chunk: length, name, width, height
_END = b"\0\0\0\0IEND\xaeB`\x82"
_TOO_LARGE = "show makes the picture too large; draw on ax, and leave its figure as it is"
_COLUMNS = 2
_HEIGHT = 2.1  # inches for one row of examples

Show = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """What `show` made: a text for every example, a picture of all, and whether that holds images."""

    texts: tuple[str, ...] = ()
    picture: bytes = b""
    images: bool = False


def trial_of(show: Show) -> Callable[[Tree, Tree, Tree], None]:
    """A function that calls `show` for one example, to find out whether it works at all."""

    def attempt(x: Tree, y_true: Tree, y_pred: Tree) -> None:
        if x is None and "x" in _parameters(show):
            raise StudyError("show asks for x, but the test split comes batch by batch and its x is not kept")
        _made(show, (Case("example 0", x, y_true, y_pred, 0.0),))

    return attempt


def shown(show: Show, result: Result) -> Shown | None:
    """What `show` makes of the test examples of the best configuration; None before there is one.

    Whatever goes wrong is a reason.
    """
    best = result.best
    if best is None:
        return None
    kept = result.predictions.get(best.name, Predictions())
    found = cases(kept)
    names = tuple(case.label for case in found)
    made, reason = _Made(), ""
    if not found:
        reason = f"no predictions were kept ({kept.reason or 'they were not stored'})"
    elif kept.x is None and "x" in _parameters(show):
        reason = "show asks for x, which is not kept where it is large or comes batch by batch"
    else:
        try:
            made = _made(show, found)
        except Exception as error:  # the study has its numbers, and keeps them
            reason = str(error) if isinstance(error, StudyError) else f"show raises {described(error)}"
    return Shown(best.name, len(kept.seeds), names, made.texts, made.picture, kept.own, reason, made.images)


def _parameters(show: Show) -> set[str]:
    return set(inspect.signature(show).parameters)


def _made(show: Show, found: tuple[Case, ...]) -> _Made:
    """A text for every example, or a picture of all with the texts that were returned beside it, if any."""
    if "ax" in _parameters(show):
        return _drawn(show, found)
    return _Made(tuple(_text(_call(show, case)) for case in found))


def _call(show: Show, case: Case, ax: Axes | None = None) -> Any:
    offered = {"ax": ax, "x": case.x, "y_true": case.y_true, "y_pred": case.y_pred}
    wanted = _parameters(show)
    return show(**{name: value for name, value in offered.items() if name in wanted})


def _text(made: Any) -> str:
    if not isinstance(made, str):
        raise StudyError(
            f"show returned a {type(made).__name__}; return a text, or draw on the parameter 'ax'"
        )
    return made[:LONGEST_TEXT]


def _drawn(show: Show, found: tuple[Case, ...]) -> _Made:
    columns = min(_COLUMNS, len(found))
    rows = -(-len(found) // columns)
    said: list[Any] = []
    with figure_style():
        figure = Figure(figsize=(WIDTH, _HEIGHT * rows + 0.2), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for ax, case in zip(axes, found, strict=False):
            ax.set_title(plain(case.label), fontsize=8.5)
            said.append(_call(show, case, ax))
        for ax in axes[len(found) :]:
            ax.set_visible(False)
        if (figure.get_size_inches() * DPI > MOST_PIXELS).any():
            raise StudyError(_TOO_LARGE)
        images = bool(figure.findobj(lambda one: isinstance(one, AxesImage | FigureImage | QuadMesh)))
        picture = png(figure)
    if not is_png(picture):
        raise StudyError(_TOO_LARGE)
    texts = tuple(_text(one) if isinstance(one, str) else "" for one in said)
    return _Made(texts if any(texts) else (), picture, images)


def is_png(content: bytes) -> bool:
    """Whether these are the bytes of a PNG file of a size that a page can have.

    >>> is_png(b"<svg onload=alert(1)>")
    False
    """
    if not _HEADER.size + len(_END) < len(content) <= MOST_BYTES:
        return False
    signature, length, chunk, width, height = _HEADER.unpack_from(content)
    if (signature, length, chunk) != (_SIGNATURE, 13, b"IHDR") or not content.endswith(_END):
        return False
    return bool(1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS)
