"""The tuning curve: only of a random search, with the numbers of its trials."""

import math

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.style import figure_style, new_figure
from tuner.figures.tuning_curve import draw_tuning_curve, tuning_curve_of
from tuner.records import BASELINE
from tuner.report.panels.tuning_curve import TUNING_CURVE
from tuner.result import Result


def searched(centers: list[float], lost: tuple[int, ...] = (), **setup: object) -> Result:
    """A random search with one trial for each center; those in `lost` have a run that diverged."""
    names = [f"trial-{place}" for place in range(len(centers))]
    runs = make_runs("search", BASELINE, 0.5, seeds=3)
    for place, (name, center) in enumerate(zip(names, centers, strict=True)):
        runs += make_runs("search", name, center, seeds=3, diverged=[1] if place in lost else [])
    configurations = [make_configuration(name) for name in (BASELINE, *names)]
    return make_result(runs, configurations, **{"sampler": "random", **setup})


def test_it_starts_at_the_mean_of_the_trials_and_ends_at_their_best() -> None:
    result = searched([0.6, 0.4, 0.5, 0.9])
    data = tuning_curve_of(result)
    assert data is not None and data.expected.shape == (4,)
    means = [
        np.mean([run.scores["validation"] for run in result.runs if run.configuration == f"trial-{place}"])
        for place in range(4)
    ]
    assert data.expected[0] == pytest.approx(np.mean(means))
    assert data.expected[-1] == pytest.approx(min(means))
    assert data.baseline == pytest.approx(
        np.mean([run.scores["validation"] for run in result.runs if run.configuration == BASELINE])
    )


def test_higher_is_better_where_the_study_says_so() -> None:
    data = tuning_curve_of(searched([0.6, 0.4, 0.5], direction="maximize"))
    assert data is not None and np.all(np.diff(data.expected) > 0.0)


@pytest.mark.parametrize("sampler", ["tpe", "qmc", "grid", "gp"])
def test_other_samplers_have_none(sampler: str) -> None:
    assert tuning_curve_of(searched([0.6, 0.4, 0.5], sampler=sampler)) is None


def test_too_few_trials_have_none() -> None:
    assert tuning_curve_of(searched([0.6])) is None
    assert tuning_curve_of(searched([0.6, 0.5], lost=(0,))) is None
    assert tuning_curve_of(searched([])) is None


def test_what_is_drawn_is_the_finite_part() -> None:
    data = tuning_curve_of(searched([0.6, 0.4, 0.5, 0.7], lost=(0, 3)))
    assert data is not None and not math.isfinite(data.expected[1])
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_tuning_curve(ax, data, label="validation MSE")
    (curve,) = (line for line in ax.lines if line.get_marker() == "o")
    assert np.asarray(curve.get_xdata()).tolist() == [3, 4]
    assert np.asarray(curve.get_ydata()) == pytest.approx(data.expected[2:])
    assert "begins where" in TUNING_CURVE.caption(searched([0.6, 0.4, 0.5, 0.7], lost=(0, 3))).text


def test_the_report_of_a_random_search_has_it() -> None:
    assert TUNING_CURVE.figure(searched([0.6, 0.4, 0.5])) is not None
    assert TUNING_CURVE.figure(usual_result()) is None
