"""What counts no more: examples across a gap in time, and rows that were made void."""

import json
import shutil
from pathlib import Path

import pytest

from tests.calling import Call, one_line
from tests.deploy.monitoring.models import (
    STEPS,
    days,
    series,
    walk,
    write_csv,
)
from tuner.deploy.monitoring.run import monitor

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring


def test_windows_across_a_gap_in_time_are_left_out(bundle: Path, call: Call, tmp_path: Path) -> None:
    values, when = walk(400), days(400)
    values[200:] += 50.0  # where it goes on after half a year, which no model can know
    when[200:] = days(200, "2025-01-15")
    status, out, err = call("monitor", bundle, write_csv(tmp_path / "x.csv", "date,level", when, values))
    assert status == 0, err
    assert "Stable" in out
    said = " ".join(out.split())
    assert "1 gap in time, the longest from 2024-07-18 to 2025-01-15; left out: 4 observations, since" in said
    found = monitor(bundle)
    assert found.current.skill.examples == 400 - 2 * STEPS and found.current.unpredicted == 0
    assert found.current.skill.mean < 1.0
    (file,) = (bundle / "monitor" / "predictions").iterdir()
    assert "2025-01-18" not in file.read_text("utf-8") and "2025-01-19" in file.read_text("utf-8")


def test_a_prediction_across_a_gap_that_was_stored_stays_without_a_score(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = walk(60)
    when = [*days(30), *days(30, "2025-01-15")]
    file = write_csv(tmp_path / "x.csv", "date,level", when, values)
    with monkeypatch.context() as before:
        before.setattr("tuner.deploy.monitoring.forecasting.gaps_of", lambda moments: ())
        assert monitor(bundle, file).current.skill.examples == 60 - STEPS
    (stored,) = (bundle / "monitor" / "predictions").iterdir()
    kept = stored.read_bytes()
    assert monitor(bundle, file).current.skill.examples == 60 - 2 * STEPS
    assert stored.read_bytes() == kept


def test_a_wrong_observation_is_made_void(bundle: Path, call: Call, tmp_path: Path) -> None:
    values = walk(200)
    whole = monitor(Path(shutil.copytree(bundle, tmp_path / "whole")), series(tmp_path, values))
    values[100] += 500.0  # on 2024-04-10: a false number, which four forecasts read and one is compared with
    assert monitor(bundle, series(tmp_path, values)).current.skill.mean > 1_000.0
    (file,) = (bundle / "monitor" / "predictions").iterdir()
    before = file.read_bytes()
    status, out, err = call("monitor", bundle, "--void", "2024-04-10", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert found["rows"]["void"] == 1
    assert "made void (--void): 1 row; left out for that: 5 observations" in found["notes"]
    (model,) = found["models"]
    assert (model["skill"]["n"], model["waiting"], model["unpredicted"]) == (200 - STEPS - 5, 0, 0)
    assert model["skill"]["mean"] == pytest.approx(whole.current.skill.mean, rel=0.2)
    assert file.read_bytes() == before  # what was said stays
    assert monitor(bundle, series(tmp_path, walk(200))).taken.known == 200  # with the true number
    assert "no such row is among the 200" in one_line(call("monitor", bundle, "--void", "2025-04-10"))


def test_an_example_is_made_void_by_its_number(made: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(made / "rows", tmp_path / "bundle"))
    file = write_csv(tmp_path / "x.csv", "a,b,sum", [1.0] * 40, [2.0] * 40, [3.0] * 39 + [1e6])
    assert monitor(bundle, file).current.skill.mean > 1.0
    found = monitor(bundle, void=["40"])
    assert (found.current.skill.examples, found.current.skill.mean) == (39, 0.0)
    assert (found.current.waiting, found.current.unpredicted) == (0, 0)
