"""What a model in use may have learned by an update is no observation of it."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tests.calling import Call, one_line
from tests.deploy.monitoring.models import (
    STEPS,
    days,
    series,
    walk,
    write_csv,
)
from tuner.deploy.bundle import Updated, read, write
from tuner.deploy.monitoring.run import monitor
from tuner.deploy.monitoring.store import Store
from tuner.deploy.observations import newest_in

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring


def updated(bundle: Path, until: str, observed: int = 0) -> None:
    made = Updated("before", "new", "", "new.csv", "", {}, until=until)
    write(replace(read(bundle), updated=made, observed=observed), bundle)


def test_what_an_update_had_is_left_out_whenever_it_is_given(bundle: Path, tmp_path: Path) -> None:
    updated(bundle, "2024-02-19T00:00:00")  # the 50th day
    found = monitor(bundle, series(tmp_path, walk(90)))
    assert found.current.skill.examples == 40 and found.current.unpredicted == 0
    assert f"left out: {50 - STEPS} observations that the model in use may have learned" in found.notes
    stored = Store(bundle).predictions(read(bundle).identity)
    assert min(stored) == datetime(2024, 2, 20)
    updated(bundle, "2024-02-19T00:00:00", observed=71)  # a line for the columns, and 70 rows
    assert monitor(bundle).current.skill.examples == 20


def test_rows_that_an_update_had_are_left_out_by_their_number(made: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(made / "rows", tmp_path / "bundle"))
    a, b = np.random.default_rng(3).normal(size=(2, 30))
    file = write_csv(tmp_path / "x.csv", "a,b,sum", a, b, a + b)
    updated(bundle, newest_in(write_csv(tmp_path / "new.csv", "a,b,sum", a[:20], b[:20], a[:20])))
    found = monitor(bundle, file)
    assert found.current.skill.examples == 10


@pytest.mark.parametrize("until", ["", "20"])
def test_an_update_without_a_time_is_told(until: str, bundle: Path, tmp_path: Path) -> None:
    updated(bundle, until)
    found = monitor(bundle, series(tmp_path, walk(60)))
    assert found.current.skill.examples == 60 - STEPS
    assert any("whose time cannot be compared" in note for note in found.notes)


def test_an_update_that_ends_at_no_time_is_no_bundle(bundle: Path, call: Call, tmp_path: Path) -> None:
    updated(bundle, "yesterday")
    assert "its update ends at no time" in one_line(call("monitor", bundle, series(tmp_path, walk(60))))


def test_the_newest_time_is_that_of_the_column_that_is_named(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "new.csv", "stamp,level", days(3), np.zeros(3))
    assert newest_in(file) == "3"
    assert newest_in(file, "stamp") == "2024-01-03T00:00:00"
