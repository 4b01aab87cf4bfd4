"""Two ensembles on the same examples: the difference, its interval in pairs, and the words for it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.deploy.made import confirmed, study
from tuner.deploy.bundle import Together
from tuner.deploy.card import in_words
from tuner.deploy.expecting import Said
from tuner.deploy.making import FinalizeOptions, _origin
from tuner.deploy.updating.together import compared
from tuner.metrics import Metric, resolve_metric
from tuner.report.formats import MINUS
from tuner.result import load

RNG = np.random.default_rng(4)
Y = RNG.normal(size=(300, 1))


def said(noise: float, y: Any = Y) -> Said:
    answers = [y + noise * RNG.normal(size=y.shape) for _ in range(3)]
    return Said(y, answers, np.mean(answers, axis=0), "original")


def metric(given: Any) -> Metric:
    return resolve_metric(replace(study("outside"), metric=given, direction="minimize"))


def rmse(y_true: Any, y_pred: Any) -> float:
    return float(np.sqrt(np.mean((y_true - y_pred) ** 2)))


@pytest.mark.parametrize("given", ["mse", rmse])
def test_a_difference_has_an_interval_over_examples_in_pairs(given: Any) -> None:
    ours, theirs = said(0.5), said(1.0)
    found = compared(metric(given), ours, theirs, series=False, level=0.9)
    assert found is not None and (found.n_examples, found.members, found.level) == (300, (3, 3), 0.9)
    assert found.difference == pytest.approx(found.candidate - found.existing)
    low, high = found.interval
    assert low is not None and high is not None and low < found.difference < high < 0
    assert (found.word("minimize"), found.word("maximize")) == ("better", "worse")
    other = compared(metric(given), theirs, ours, series=False, level=0.9)
    assert other is not None and other.interval == pytest.approx((-high, -low), rel=0.1)
    same = compared(metric(given), ours, ours, series=False, level=0.9)
    assert same is not None and (same.difference, same.interval, same.word("minimize")) == (0, (0, 0), "")


@pytest.mark.parametrize("given", ["mse", rmse])
def test_neighbours_of_a_series_enter_in_blocks(given: Any) -> None:
    ours, theirs = said(0.1), said(0.1)
    drift = np.convolve(RNG.normal(size=319), np.ones(20) / 20, "valid")[:, None]
    moved = replace(theirs, together=theirs.together + drift)
    apart = compared(metric(given), ours, moved, series=False, level=0.95)
    blocks = compared(metric(given), ours, moved, series=True, level=0.95)
    assert apart is not None and blocks is not None and apart.block == 1 < blocks.block
    assert np.ptp(np.array(blocks.interval, float)) > 1.2 * np.ptp(np.array(apart.interval, float))


def test_what_is_not_finite_is_not_compared() -> None:
    lost = said(1.0)
    assert (
        compared(
            metric("mse"), replace(lost, together=lost.together * np.nan), said(1.0), series=False, level=0.9
        )
        is None
    )


def test_the_words_say_what_it_is_and_what_it_is_not() -> None:
    found = Together(0.4, 0.5, -0.1, (-0.2, 0.1), 0.95, 600, (5, 3), block=4, units="prepared")
    words = in_words(found, "mse", "minimize")
    assert words.replace(MINUS, "-") == (
        "As they are used, the mean of 5 networks scores 0.4, and that of the 3 networks of the existing"
        " model 0.5 (MSE of prepared data): a difference of -0.1 (95 % interval -0.2 to 0.1 over 600"
        " examples, in pairs, in blocks of 4), which of them is better is open"
    )
    assert "worse on these examples" in in_words(replace(found, interval=(0.1, 0.2)), "mse", "minimize")
    assert "better on these examples" in in_words(replace(found, interval=(0.1, 0.2)), "mse", "maximize")
    assert "(no interval), which" in in_words(replace(found, interval=(None, None)), "mse", "minimize")


def test_options_that_name_files_are_kept_by_their_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = replace(study("classes"), options={"path": "here.csv", "n": 3, "cell": "lstm"})
    result = load(confirmed(of, tmp_path / "run"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.csv").touch()
    made = _origin(result, of, FinalizeOptions(1, True, False, "fit", "jax"), "", "")
    assert made.options == {"path": str(tmp_path / "here.csv"), "n": 3, "cell": "lstm"}
