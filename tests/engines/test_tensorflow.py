"""Scores of the vectorized engine on JAX are distributed as those of `fit` on TensorFlow.

The two draw other random numbers, so seeds cannot agree one by one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scipy import stats

from tests.engines.samples import SEEDS, asked, scores
from tuner.stats.correction import holm

Scores = dict[str, tuple[float, ...]]
Test = Callable[[tuple[float, ...], tuple[float, ...]], float]

TESTS: dict[str, Test] = {
    "mean: Welch": lambda a, b: float(stats.ttest_ind(a, b, equal_var=False).pvalue),
    "order: Mann-Whitney": lambda a, b: float(stats.mannwhitneyu(a, b).pvalue),
    "spread: Brown-Forsythe": lambda a, b: float(stats.levene(a, b, center="median").pvalue),
    "distribution: Kolmogorov-Smirnov": lambda a, b: float(stats.ks_2samp(a, b).pvalue),
}


@pytest.fixture(scope="module", autouse=True)
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The process that trains on TensorFlow, and the file that it writes."""
    target = tmp_path_factory.mktemp("tensorflow") / "scores.json"
    command = [sys.executable, "-m", "tests.engines.samples", "tensorflow"]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    with target.open("wb") as scores_file, target.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(command, stdout=scores_file, stderr=log, env=environment)
        yield process, target
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def on_jax(running: object) -> Scores:
    return {name: scores(name) for name in asked()}


@pytest.fixture(scope="module")
def on_tensorflow(on_jax: Scores, running: tuple[subprocess.Popen[bytes], Path]) -> Scores:
    process, target = running
    status = process.wait()
    assert status == 0, target.with_suffix(".log").read_text()[-2000:]
    found: Scores = json.loads(target.read_text())
    return found


def adjusted(found: Scores, expected: Scores, test: str) -> dict[str, float]:
    """The p-value of each model, adjusted for their number."""
    p_values = holm([TESTS[test](found[name], expected[name]) for name in asked()])
    return dict(zip(asked(), p_values, strict=True))


@pytest.mark.parametrize("test", TESTS)
def test_no_model_scores_differently(test: str, on_jax: Scores, on_tensorflow: Scores) -> None:
    assert {len(values) for values in (*on_jax.values(), *on_tensorflow.values())} == {SEEDS}
    p_values = adjusted(on_jax, on_tensorflow, test)
    assert all(p >= 0.05 for p in p_values.values()), p_values
