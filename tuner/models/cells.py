"""Recurrent layers by the name of their cell, with the options that all cells share."""

from collections.abc import Callable
from typing import Any, Literal, TypedDict

import keras

from tuner.errors import StudyError
from tuner.models.arguments import check_choice, check_rates

Cell = Literal["gru", "lstm", "simple_rnn"]
Merge = Literal["ave", "concat", "mul", "sum"]

CELLS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM, "simple_rnn": keras.layers.SimpleRNN}
MERGES = ("concat", "sum", "mul", "ave")


class CellOptions(TypedDict, total=False):
    """What every recurrent layer of a model can be given beside its units, with Keras' names and meanings.

    Activations, initialisers and regularisers are names or objects of Keras; a regulariser may also be a
    pair (L1, L2). `reset_after` is of GRU alone: False gives the cell of Cho et al. (2014), which has one
    bias less.
    """

    activation: Any
    kernel_initializer: Any
    recurrent_initializer: Any
    bias_initializer: Any
    kernel_regularizer: Any
    recurrent_regularizer: Any
    bias_regularizer: Any
    recurrent_dropout: float
    reset_after: bool


_NAMES = tuple(CellOptions.__annotations__)


def recurrent_layer(
    cell: str, units: int, options: dict[str, Any], *, name: str, merge: str | None = None, **more: Any
) -> keras.Layer:
    """A recurrent layer, of both directions where `merge` says how they are merged.

    `options` are as `checked_options` returns them; `more` are further arguments of Keras' layer, such as
    `return_sequences`.
    """
    if merge is None:
        return CELLS[cell](units, name=name, **options, **more)
    layer = CELLS[cell](units, **options, **more)
    return keras.layers.Bidirectional(layer, merge_mode=merge, name=name)


def check_merge(bidirectional: Any) -> None:
    """Raises: StudyError where this is no way to merge two directions, and not None for one direction."""
    if bidirectional is not None and bidirectional not in MERGES:
        known_ones = ", ".join(map(repr, MERGES))
        raise StudyError(f"bidirectional is {bidirectional!r}; write {known_ones} or None")


def checked_options(cell: str, options: CellOptions) -> dict[str, Any]:
    """The options as Keras takes them.

    Raises: StudyError where a cell, a name or a value is none that there is.
    """
    check_choice("cell", cell, sorted(CELLS))
    given: dict[str, Any] = dict(options)
    for name in given:
        if name not in _NAMES:
            raise StudyError(f"there is no option {name!r}; recurrent layers take {', '.join(_NAMES)}")
    if "reset_after" in given and cell != "gru":
        raise StudyError(f"reset_after is an option of cell='gru', and cell is {cell!r}")
    check_rates(recurrent_dropout=given.get("recurrent_dropout", 0.0))
    return {name: _option(name, value) for name, value in given.items()}


def _option(name: str, value: Any) -> Any:
    """One option as Keras takes it, looked up now, so that a wrong one is found at once."""
    if name == "activation":
        return known(name, keras.activations.get, value)
    if name.endswith("_initializer"):
        known(name, keras.initializers.get, value)
        # A name or a description, not an object: every layer must draw from an initialiser of its own.
        is_object = isinstance(value, keras.initializers.Initializer)
        return keras.initializers.serialize(value) if is_object else value
    if name.endswith("_regularizer"):
        return penalty(name, value)
    return value


def penalty(name: str, value: Any) -> Any:
    """A regulariser: a name, an object of Keras, or a pair (L1, L2), which is none where both are 0.

    Raises: StudyError where it is none of these.

    >>> penalty("kernel_regularizer", (0.0, 0.0)) is None
    True
    """
    if not isinstance(value, tuple | list):
        return known(name, keras.regularizers.get, value)
    if len(value) != 2 or not all(isinstance(one, int | float) and one >= 0 for one in value):
        raise StudyError(f"{name} is {value!r}; give a pair (L1, L2) of numbers, 0 or more")
    l1, l2 = value
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None


def known(name: str, get: Callable[[Any], Any], value: Any) -> Any:
    """What Keras has under a name. Raises: StudyError where it has nothing."""
    try:
        return get(value)
    except (TypeError, ValueError):
        raise StudyError(f"{name} is {value!r}, which Keras does not know") from None
