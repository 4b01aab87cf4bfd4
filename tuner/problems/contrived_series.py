"""A short series of equal steps: see one value, forecast the next."""

import numpy as np

from tuner.problems.drawing import check_counts, check_numbers
from tuner.splits import Splits


def contrived_series(
    *, n_train: int = 5, n_validation: int = 5, n_test: int = 5, start: float = 0.0, step: float = 0.1
) -> Splits:
    """Forecast x + step from x, float32: x of shape (examples, 1, 1), y of shape (examples, 1).

    The series start, start + step, ... is cut in order: train, then validation, then test. The defaults for
    train (x = 0.0 to 0.4) and validation (0.5 to 0.9) are the source's, and the test split goes on from
    there. All but the first values lie outside of what was trained on, so that the learning curves of a small
    LSTM show every diagnosis in turn.

    Mean squared errors of naive forecasts on the validation split: 0.01 for persistence (y = x), and 0.27
    for the mean of the targets of the train split.

    Raises: StudyError where a count is below 1, or start or step is no finite number.
    Source: Brownlee, Long Short-Term Memory Networks with Python, Listings 12.9 to 12.13.
    """
    check_counts("contrived_series", n_train=n_train, n_validation=n_validation, n_test=n_test)
    check_numbers("contrived_series", start=start, step=step)
    series = start + step * np.arange(n_train + n_validation + n_test + 1)
    x, y = series[:-1, None, None].astype("float32"), series[1:, None].astype("float32")
    first, second = n_train, n_train + n_validation
    return Splits(
        train=(x[:first], y[:first]),
        validation=(x[first:second], y[first:second]),
        test=(x[second:], y[second:]),
        naive=("mean", "last"),
    )
