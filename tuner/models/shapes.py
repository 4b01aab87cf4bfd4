"""Checks of the data that a model is made for, by the shapes of one example.

A shape here leaves out the first axis, that of the examples; messages show it.
"""

from typing import Any

from tuner.errors import StudyError
from tuner.splits import Splits
from tuner.trees import leaves

Shape = tuple[int, ...]

_SEQUENCES = "(examples, steps, features)"
# What to do with an x of another number of axes.
_OTHER_X = {
    2: "write x[..., None] where it has one feature a step",
    4: "sub-sequences are for cnn_lstm",
    5: "frames of images are for cnn_lstm",
}


def one_input(data: Splits, model: str) -> tuple[Shape, Shape]:
    """The shapes of x and y, one array each.

    Raises: StudyError where there are more arrays.
    """
    x, y = (_shapes(part) for part in data.peek("train"))
    if len(x) != 1 or len(y) != 1:
        hint = "; an input of the encoder and one of the decoder are for teacher_forced"
        raise StudyError(
            f"{model} has one input and one output, not {len(x)} and {len(y)}{hint if len(x) == 2 else ''}"
        )
    return x[0], y[0]


def two_inputs(data: Splits, model: str) -> tuple[Shape, Shape, Shape]:
    """The shapes of x = (encoder input, decoder input) and y.

    Raises: StudyError where x is no such pair, or y is more than one array.
    """
    x, y = data.peek("train")
    sources, targets = _shapes(x), _shapes(y)
    if not isinstance(x, tuple | list) or len(sources) != 2 or len(targets) != 1:
        raise StudyError(
            f"{model} has x = (encoder input, decoder input) and one y, not {len(sources)} and {len(targets)}"
            " arrays; without an input of the decoder use encoder_decoder"
        )
    source, previous = sources
    need_sequences(model, "the encoder input", source)
    need_sequences(model, "the decoder input", previous)
    return source, previous, targets[0]


def need_sequences(model: str, name: str, shape: Shape) -> None:
    """Raises: StudyError where an array is no sequence of features."""
    if len(shape) != 2:
        hint = _OTHER_X.get(len(shape) + 1)
        raise StudyError(
            f"{model} needs {name} of shape {_SEQUENCES}, not {shown(shape)}{f'; {hint}' if hint else ''}"
        )


def need_target_sequences(model: str, shape: Shape) -> None:
    """Raises: StudyError where y has no steps."""
    if len(shape) != 2:
        hint = "; for outputs without steps use recurrent" if len(shape) < 2 else ""
        raise StudyError(f"{model} needs y of shape {_SEQUENCES}, not {shown(shape)}{hint}")


def outputs_of(model: str, shape: Shape, steps: int) -> tuple[int, bool]:
    """How many numbers a model has to say, and whether it says them at every one of its `steps` steps.

    y may be (examples,), (examples, outputs) or (examples, steps, outputs).

    Raises: StudyError where y has other steps.
    """
    if len(shape) > 2:
        raise StudyError(
            f"{model} needs y of shape (examples, outputs) or (examples, steps, outputs), not {shown(shape)}"
        )
    if len(shape) < 2:
        return (shape[0] if shape else 1), False
    if shape[0] != steps:
        raise StudyError(
            f"{model} answers at each of its {steps} steps, and y has {shape[0]};"
            " use repeat_vector or encoder_decoder for another number"
        )
    return shape[1], True


def shown(shape: Shape) -> str:
    """A shape with the axis of the examples.

    >>> shown((5, 1)), shown(())
    ('(examples, 5, 1)', '(examples,)')
    """
    return f"(examples, {', '.join(map(str, shape))})" if shape else "(examples,)"


def _shapes(part: Any) -> list[Shape]:
    return [leaf.shape[1:] for leaf in leaves(part)]
