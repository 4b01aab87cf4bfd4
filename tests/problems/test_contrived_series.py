"""The contrived series against the numbers that the source types out, and its naive forecasts."""

import numpy as np
import pytest

from tuner.errors import StudyError
from tuner.problems import contrived_series


def test_the_numbers_are_those_of_the_source() -> None:
    data = contrived_series()
    for (x, y), typed in (
        (data.train, [[0.0, 0.1], [0.1, 0.2], [0.2, 0.3], [0.3, 0.4], [0.4, 0.5]]),
        (data.validation, [[0.5, 0.6], [0.6, 0.7], [0.7, 0.8], [0.8, 0.9], [0.9, 1.0]]),
        (data.test, [[1.0, 1.1], [1.1, 1.2], [1.2, 1.3], [1.3, 1.4], [1.4, 1.5]]),
    ):
        assert x.shape == (5, 1, 1) and y.shape == (5, 1)
        assert x.dtype == y.dtype == np.float32
        np.testing.assert_allclose(np.c_[x[:, 0], y], typed, atol=1e-6)


def test_naive_forecasts() -> None:
    data = contrived_series()
    x, y = (part.astype("float64").ravel() for part in data.validation)
    assert np.mean((y - x) ** 2) == pytest.approx(0.01, abs=1e-6)
    assert np.mean((y - data.train[1].mean()) ** 2) == pytest.approx(0.27, abs=1e-6)


def test_splits_follow_each_other_in_any_size() -> None:
    data = contrived_series(n_train=2, n_validation=1, n_test=3, start=-1.0, step=0.5)
    assert data.sizes == {"train": 2, "validation": 1, "test": 3}
    assert data.naive == ("mean", "last")
    every = np.concatenate([split[0].ravel() for split in (data.train, data.validation, data.test)])
    np.testing.assert_array_equal(every, [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5])
    np.testing.assert_array_equal(data.test[1].ravel(), [1.0, 1.5, 2.0])


@pytest.mark.parametrize("name", ["n_train", "n_validation", "n_test"])
def test_counts_below_one_are_refused(name: str) -> None:
    with pytest.raises(StudyError, match=f"contrived_series: {name} is 0; give 1 or more"):
        contrived_series(**{name: 0})
    with pytest.raises(StudyError, match="contrived_series: step is 'a'; give a finite number"):
        contrived_series(step="a")  # type: ignore[arg-type]
