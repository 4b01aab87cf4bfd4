"""Series and windows that hypothesis draws, and every step fitted once."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tuner.prepare import (
    BoxCox,
    Chain,
    Difference,
    LabelEncode,
    Log,
    Normalize,
    OneHot,
    Pad,
    SeasonalAdjust,
    Standardize,
    StandardizeWindows,
    Step,
    Windows,
)

FINITE = st.floats(-1e3, 1e3, allow_subnormal=False)
SERIES = np.array([[3.0, 10.5], [1.25, 12.0], [4.0, 9.5], [1.0, 13.0], [5.5, 8.0], [9.0, 30.0]])


def numbers(least: int = 1, most: int = 40) -> st.SearchStrategy[np.ndarray]:
    """A series of one or more features, or windows, of at least `least` steps."""
    shapes = st.one_of(
        array_shapes(min_dims=1, max_dims=1, min_side=least, max_side=most),
        st.tuples(st.integers(least, most), st.integers(1, 3)),
        st.tuples(st.integers(1, 4), st.integers(least, most), st.integers(1, 3)),
    )
    return arrays(np.float64, shapes, elements=FINITE)


def series(least: int, most: int = 40) -> st.SearchStrategy[np.ndarray]:
    """A series of features."""
    return arrays(np.float64, st.tuples(st.integers(least, most), st.integers(1, 3)), elements=FINITE)


def fitted() -> tuple[Step, ...]:
    """Every kind of step with every kind of content, all fitted on `SERIES` or labels."""
    return (
        Normalize(-1, 1).fit(SERIES),
        Normalize(over="everything").fit(SERIES),
        Standardize().fit(SERIES),
        Standardize(over="everything").fit(SERIES / 3),
        StandardizeWindows(epsilon=1e-3, spread=1.0, over="everything"),
        LabelEncode().fit(["cold", "hot", "warm"]),
        LabelEncode(classes=(7, -1, 3)),
        OneHot().fit([5, 1, 3]),
        OneHot(classes=tuple("zyx")),
        Pad(value=-1.5, padding="post").fit([[1, 2, 3], [1]]),
        Pad(4, truncating="post"),
        Windows(3, steps_out=2, stride=2, targets=(1,), layout="steps"),
        Difference(2, order=2).fit(SERIES),
        SeasonalAdjust(2).fit(SERIES),
        SeasonalAdjust(3, method="means").fit(SERIES / 7),
        Log(offset=0.5),
        BoxCox(offset=0.25).fit(SERIES),
        BoxCox(over="everything").fit(SERIES),
        Chain(),
        Chain(Log(), Difference(), Standardize()).fit(SERIES),
        Chain(LabelEncode(), OneHot()).fit(["a", "b"]),
    )


def close(found: object, expected: np.ndarray) -> None:
    """Equal to 1e-12 of the largest number."""
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(np.asarray(found), expected, rtol=0, atol=1e-12 * scale)
