"""A study's own show: called with what it asks for, its result text or pixels, its errors a reason."""

import struct
from typing import Any

import numpy as np
import pytest

from tests.forecasting import kept, with_predictions
from tuner.errors import StudyError
from tuner.figures.showing import LONGEST_TEXT, MOST_PIXELS, is_png, shown, trial_of
from tuner.predictions import Predictions
from tuner.records import Shown
from tuner.result import Result


def made(show: Any, predictions: Predictions | None = None) -> Shown:
    found = shown(show, with_predictions(predictions or kept(4)))
    assert found is not None
    return found


def test_a_text_for_every_example() -> None:
    predictions = kept(4)
    calls: list[tuple[Any, Any, Any]] = []

    def show(x: Any, y_true: Any, y_pred: Any) -> str:
        calls.append((x, y_true, y_pred))
        return f"{y_true.sum():.2f}, said {np.median(y_pred.sum(axis=(1, 2))):.2f}"

    found = made(show, predictions)
    assert (found.configuration, found.runs, found.reason, found.png) == ("trial-1", 4, "", b"")
    assert found.examples[0] == "example 4" and len(found.texts) == len(calls) == 6
    for place, (x, y_true, y_pred) in enumerate(calls):
        np.testing.assert_array_equal(x, predictions.x[0, place])
        np.testing.assert_array_equal(y_true, predictions.y_true[0, place])
        np.testing.assert_array_equal(y_pred, predictions.y_pred[:, place])


def test_a_picture_of_all_examples() -> None:
    axes = []

    def show(ax: Any, y_true: Any, y_pred: Any) -> None:
        axes.append(ax)
        ax.plot(y_true)
        ax.plot(y_pred[:, :, 0].T)

    found = made(show)
    assert is_png(found.png) and found.texts == () and found.reason == ""
    assert len(axes) == 6 and len({id(ax.figure) for ax in axes}) == 1
    assert axes[0].get_title(loc="left") == "example 4"
    assert made(show, kept(4)).png[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_picture_keeps_the_texts_that_come_with_it() -> None:
    def show(ax: Any, y_true: Any, y_pred: Any) -> Any:
        ax.plot(y_pred[0])
        return f"sum {y_true.sum():.1f}" if y_true.sum() > 0 else ax.plot(y_true)

    predictions = kept(2)
    found = made(show, predictions)
    assert is_png(found.png) and len(found.texts) == 6
    assert predictions.y_true is not None
    positive = predictions.y_true[0].sum(axis=(1, 2)) > 0
    assert [bool(text) for text in found.texts] == positive.tolist()
    assert found.texts[int(positive.argmax())].startswith("sum ")


@pytest.mark.parametrize(
    ("draw", "images"),
    [
        (lambda ax: ax.plot([1, 2]), False),
        (lambda ax: ax.scatter([1, 2], [3, 4], c=[0.1, 0.9]), False),
        (lambda ax: ax.imshow(np.eye(3)), True),
        (lambda ax: ax.pcolormesh(np.eye(3)), True),
    ],
)
def test_whether_it_draws_images_is_kept(draw: Any, images: bool) -> None:
    assert made(lambda ax, y_pred: draw(ax)).images is images


def test_what_it_does_not_ask_for_it_is_not_given() -> None:
    def show(y_pred: Any, scale: float = 2.0) -> str:
        return str(y_pred.shape) + str(scale)

    assert made(show).texts[0] == "(4, 5, 1)2.0"


def raising(y_pred: Any) -> str:
    raise ZeroDivisionError("oh\nno")


def too_large(ax: Any, y_pred: Any) -> None:
    ax.figure.set_size_inches(100, 100)


def bad_formula(ax: Any, y_pred: Any) -> None:
    ax.set_title(r"$\nothing{$")


@pytest.mark.parametrize(
    ("show", "reason"),
    [
        (raising, "show raises ZeroDivisionError (line "),
        (lambda y_pred: 3, "show returned a int; return a text"),
        (lambda y_pred: None, "show returned a NoneType"),
        (too_large, "show makes the picture too large"),
        (bad_formula, "show raises ValueError"),
    ],
)
def test_whatever_goes_wrong_is_a_reason(show: Any, reason: str) -> None:
    found = made(show)
    assert reason in found.reason and "\n" not in found.reason
    assert found.texts == () and found.png == b""
    with pytest.raises(Exception, match=r".") as caught:
        trial_of(show)(np.zeros(3), np.zeros((5, 1)), np.zeros((2, 5, 1)))
    assert isinstance(caught.value, StudyError | ZeroDivisionError | ValueError)


def test_why_nothing_is_shown_is_known() -> None:
    def asks(x: Any, y_pred: Any) -> str:
        return ""

    assert "asks for x, which is not kept" in made(asks, kept(2, x=None)).reason
    assert made(lambda y_pred: "fine", kept(2, x=None)).texts == ("fine",) * 6
    assert "(why)" in made(asks, Predictions(reason="why")).reason
    assert "(they were not stored)" in made(asks, Predictions()).reason
    with pytest.raises(StudyError, match="comes batch by batch"):
        trial_of(asks)(None, np.zeros(3), np.zeros((2, 3)))
    unfinished = with_predictions(kept())
    assert shown(asks, Result(unfinished.setup, unfinished.configurations, (), None, ())) is None


def test_long_texts_are_cut() -> None:
    assert len(made(lambda y_pred: "x" * 10_000).texts[0]) == LONGEST_TEXT


def header(width: int, height: int) -> bytes:
    end = b"\0\0\0\0IEND\xaeB`\x82"
    return struct.pack(">8sI4sII", b"\x89PNG\r\n\x1a\n", 13, b"IHDR", width, height) + b"\0" * 20 + end


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (header(10, 10), True),
        (header(MOST_PIXELS, MOST_PIXELS), True),
        (header(MOST_PIXELS + 1, 1), False),
        (header(0, 1), False),
        (header(10, 10) + b"<script>", False),
        (header(10, 10)[:-1], False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" + header(1, 1)[-12:], False),
        (header(10, 10)[:-12] + b"\0" * (5 << 20) + header(1, 1)[-12:], False),
        (b"", False),
    ],
)
def test_only_a_png_of_usual_size_is_one(content: bytes, is_one: bool) -> None:
    assert is_png(content) == is_one
