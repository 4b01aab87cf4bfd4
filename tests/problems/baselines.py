"""Naive forecasts in plain numpy, and means that are compared within their own standard errors."""

import numpy as np


def last(x: np.ndarray, steps: int) -> np.ndarray:
    """The last value of (n, steps in, features), as often as there are steps to forecast."""
    return np.repeat(x[:, -1:], steps, axis=1)


def linear(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What ordinary least squares with an intercept makes of (x, y), in the shape of y."""
    inputs = np.column_stack([x.reshape(len(x), -1), np.ones(len(x))]).astype("float64")
    targets = y.reshape(len(y), -1).astype("float64")
    fitted: np.ndarray = (inputs @ np.linalg.lstsq(inputs, targets, rcond=None)[0]).reshape(y.shape)
    return fitted


def check_mean(values: np.ndarray, expected: float, rounding: float = 0.0, most: float | None = None) -> None:
    """The mean over examples (first axis, independent) is `expected`, give or take 5 standard errors.

    `rounding` is that of the expected number; `most` is how far the mean may be off at all, so that the
    comparison cannot pass for a lack of examples.
    """
    each = np.asarray(values, dtype="float64").reshape(len(values), -1).mean(axis=1)
    allowed = 5 * each.std() / np.sqrt(len(each)) + rounding
    assert allowed <= (0.02 * abs(expected) if most is None else most), "too few examples to say"
    assert abs(each.mean() - expected) <= allowed, (each.mean(), expected, allowed)
