"""Naive forecasts: what a network has to beat, made from the training examples without any training.

    zero      predict 0
    mean      the mean of the training targets, each output on its own
    last      repeat the last value of the input
    linear    ordinary least squares with an intercept, from the flattened input to the flattened output
    majority  the most frequent class of the training targets, at each output position

A forecast is what a network would have predicted: an array (examples, ...) with the shape of its output,
or a tuple or dict of them. Where the targets are labels that pick one of the outputs, it has a number for
each class, as a network does: "mean" gives the shares of the classes. The input is the first array of x.
Where y continues some columns of x alone, or several of them in one row of numbers, `columns` says which:
"last" repeats these.
"""

from tuner.naive.forecasts import (
    LABELS,
    LARGEST,
    NAMES,
    checked_columns,
    checked_names,
    fitted,
    predictions,
    scored,
)
from tuner.naive.targets import NotComputedError

__all__ = [
    "LABELS",
    "LARGEST",
    "NAMES",
    "NotComputedError",
    "checked_columns",
    "checked_names",
    "fitted",
    "predictions",
    "scored",
]
