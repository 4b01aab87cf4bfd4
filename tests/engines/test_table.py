"""The equality table: the vectorized engine trains what `fit` trains, seed by seed, to rounding.

A process of its own trains every second row in float64, while this one trains some of the others in float32;
with TUNER_TESTS=all in the environment both train all.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

from tests.engines.table.measure import TOLERANCE, compare, distances, train
from tests.engines.table.optimizers import row
from tests.engines.table.rows import PARTS, ROWS

Float64 = dict[str, Any]


def some(first: int, every: int) -> tuple[str, ...]:
    """The names of some rows, or of all."""
    return tuple(ROWS) if os.environ.get("TUNER_TESTS") == "all" else tuple(ROWS)[first::every]


@pytest.fixture(scope="module", autouse=True)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The process that trains in float64 the rows of the tests that were asked for, and its file."""
    asked = [item for item in request.session.items if getattr(item, "originalname", "") == IN_FLOAT64]
    names = [item.callspec.params["name"] for item in asked if isinstance(item, pytest.Function)]
    target = tmp_path_factory.mktemp("table") / "float64.json"
    command = [sys.executable, "-m", "tests.engines.table", str(target), *names]
    with target.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        yield process, target
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def float64(running: tuple[subprocess.Popen[bytes], Path]) -> Float64:
    """What the rows ended with in float64, by name."""
    process, target = running
    status = process.wait()
    assert status == 0, target.with_suffix(".log").read_text()[-2000:]
    found: Float64 = json.loads(target.read_text())
    return found


def assert_equal(found: dict[str, float], precision: str) -> None:
    apart = {kind: value for kind, value in found.items() if not value <= TOLERANCE[precision]}
    assert not apart, apart


@pytest.mark.parametrize("name", some(1, 8))
def test_rows_are_equal_in_float32(name: str) -> None:
    assert_equal(distances(ROWS[name]), "float32")


@pytest.mark.parametrize("name", some(0, 2))
def test_rows_are_equal_in_float64(name: str, float64: Float64) -> None:
    assert "error" not in float64[name], float64[name]["error"]
    assert_equal(float64[name]["distances"], "float64")


IN_FLOAT64 = test_rows_are_equal_in_float64.__name__


def test_every_row_takes_200_steps_and_has_a_name_of_its_own() -> None:
    assert len(ROWS) == sum(len(part.ROWS) for part in PARTS)
    assert all(row.steps >= 200 for row in ROWS.values())


def test_the_comparison_sees_a_learning_rate_that_is_a_thousandth_higher() -> None:
    expected, other = (
        train(row("", lambda rate=rate: keras.optimizers.SGD(rate)), "fit") for rate in (0.05, 0.05005)
    )
    assert set(compare(expected, expected).values()) == {0.0}
    found = compare(other, expected)
    assert set(found) == {"weights", "losses", "validation losses", "scores"}
    assert all(value > TOLERANCE["float32"] for value in found.values()), found


def test_the_comparison_sees_seeds_that_change_places() -> None:
    expected = train(row("", lambda: keras.optimizers.SGD(0.05)), "fit")
    assert all(value > 0.01 for value in compare(expected[::-1], expected).values())


def test_a_row_in_which_nothing_is_trained_is_no_evidence() -> None:
    with pytest.raises(AssertionError, match="the loss does not change"):
        distances(row("", lambda: keras.optimizers.SGD(1e-9)))
