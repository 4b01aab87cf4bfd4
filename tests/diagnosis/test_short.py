"""Short smooth curves are read however steep they are: the shape of a curve is no noise."""

from collections import Counter

import numpy as np
import pytest

from tests.diagnosis.curves import jumps
from tuner.diagnosis import Label, diagnose

# Training, validation, the label that everybody sees in a picture of them, and where the overfit begins.
CURVES: dict[str, tuple[list[float], list[float], Label, int | None]] = {
    "a steep fall, then a rise": (
        [1, 0.8, 0.6, 0.5, 0.4, 0.35, 0.3, 0.28, 0.27, 0.26, 0.25, 0.24],
        [1, 0.8, 0.6, 0.5, 0.45, 0.44, 0.45, 0.48, 0.5, 0.55, 0.6, 0.7],
        "overfit",
        6,
    ),
    "a steeper fall of ten epochs": (
        [2, 1, 0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.07],
        [2, 1.1, 0.7, 0.6, 0.65, 0.7, 0.78, 0.85, 0.95, 1.05],
        "overfit",
        4,
    ),
    "a rise that levels off": (
        [1, 0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.09, 0.08, 0.07, 0.06, 0.055],
        [1, 0.6, 0.5, 0.55, 0.65, 0.72, 0.77, 0.8, 0.82, 0.83, 0.835, 0.84],
        "overfit",
        3,
    ),
    "a late rise": (
        [1, 0.6, 0.4, 0.3, 0.24, 0.2, 0.17, 0.15, 0.13, 0.12, 0.11, 0.1, 0.09, 0.085, 0.08],
        [1, 0.65, 0.47, 0.38, 0.33, 0.3, 0.285, 0.275, 0.27, 0.268, 0.27, 0.28, 0.295, 0.315, 0.34],
        "overfit",
        10,
    ),
    "a fall that goes on": (
        [1, 0.85, 0.72, 0.61, 0.52, 0.44, 0.37, 0.31, 0.26, 0.22],
        [1.05, 0.9, 0.78, 0.68, 0.59, 0.51, 0.45, 0.4, 0.36, 0.325],
        "underfit_more_epochs",
        None,
    ),
    "a steep fall that goes on slowly": (
        [4, 2, 1.3, 1, 0.85, 0.75, 0.68, 0.62, 0.57, 0.53, 0.5, 0.47],
        [4.1, 2.2, 1.5, 1.2, 1.05, 0.95, 0.88, 0.82, 0.77, 0.73, 0.69, 0.66],
        "underfit_more_epochs",
        None,
    ),
    "a plateau far above training": (
        [1, 0.5, 0.38, 0.33, 0.31, 0.305, 0.302, 0.301, 0.3, 0.3, 0.3, 0.3],
        [1.1, 0.75, 0.66, 0.63, 0.615, 0.61, 0.607, 0.605, 0.604, 0.604, 0.604, 0.604],
        "underfit_more_capacity",
        None,
    ),
    "a high plateau": (
        [1, 0.9, 0.86, 0.84, 0.83, 0.826, 0.824, 0.823, 0.823, 0.822, 0.822, 0.822],
        [1.02, 0.93, 0.89, 0.87, 0.86, 0.855, 0.853, 0.852, 0.852, 0.851, 0.851, 0.851],
        "underfit_more_capacity",
        None,
    ),
    "plateaus that meet": (
        [1, 0.3, 0.15, 0.115, 0.105, 0.102, 0.101, 0.1, 0.1, 0.1, 0.1, 0.1],
        [1, 0.32, 0.17, 0.133, 0.122, 0.12, 0.119, 0.119, 0.118, 0.118, 0.118, 0.118],
        "good_fit",
        None,
    ),
    "both low": (
        [1, 0.3, 0.1, 0.04, 0.02, 0.012, 0.009, 0.008, 0.007, 0.0065, 0.006, 0.006],
        [1, 0.32, 0.11, 0.045, 0.024, 0.015, 0.012, 0.011, 0.01, 0.0095, 0.009, 0.009],
        "good_fit",
        None,
    ),
    "a fall, then an explosion": (
        [1, 0.6, 0.5, 0.48, 0.5, 0.6, 0.8, 1.1, 1.5, 2],
        [1, 0.65, 0.55, 0.52, 0.55, 0.66, 0.85, 1.2, 1.6, 2.2],
        "diverged",
        None,
    ),
}


@pytest.mark.parametrize("unit", [1.0, 1e-3, 1000.0])
@pytest.mark.parametrize("name", CURVES)
def test_a_short_smooth_curve_is_called_what_it_is(name: str, unit: float) -> None:
    train, validation, label, epoch = CURVES[name]
    found = diagnose(unit * np.array(train), unit * np.array(validation))
    assert (found.label, found.epoch) == (label, epoch), found.finding


@pytest.mark.parametrize("unit", [1.0, 1000.0])
@pytest.mark.parametrize("name", CURVES)
def test_a_little_noise_changes_nothing(name: str, unit: float) -> None:
    train, validation, label, _ = CURVES[name]
    size = (40, len(train))
    noisy = (
        unit * np.array(smooth) * jumps(size, 0.005, seed)
        for seed, smooth in enumerate((train, validation), start=1)
    )
    found = diagnose(*noisy)
    assert found.label == label
    assert found.agreement >= 0.9, Counter(found.labels)


def test_noise_of_the_size_of_the_rise_hides_it() -> None:
    train, validation, _, _ = CURVES["a steep fall, then a rise"]
    noisy = [np.array(smooth) * jumps((40, 12), 0.5, seed) for seed, smooth in enumerate((train, validation))]
    assert diagnose(*noisy).labels.count("overfit") < 10


@pytest.mark.parametrize("epochs", [10, 12, 15, 20])
def test_short_plateaus_with_noise_are_seldom_called_an_overfit(epochs: int) -> None:
    """Where the first epochs fall steeply, and the rest is flat."""
    t = np.linspace(0.0, 1.0, epochs)
    train, validation = 0.3 + 0.7 * np.exp(-15 * t), 0.5 + 0.5 * np.exp(-15 * t)
    for size in (0.01, 0.05):
        found = diagnose(train * jumps((100, epochs), size, 1), validation * jumps((100, epochs), size, 2))
        assert (
            found.labels.count("overfit") <= 5
        )  # of 100, as the simulation in benchmarks/diagnosis promises
