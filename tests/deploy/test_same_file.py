"""The same file of observations serves `tuner monitor` and `tuner update`."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from optuna.trial import FixedTrial

from tests.deploy.conftest import Bundles, Kept
from tests.deploy.made import labelled
from tests.deploy.test_update import later, windows_of
from tuner.deploy.bundle import Bundle, read
from tuner.deploy.layout import Wishes
from tuner.deploy.monitoring.run import monitor
from tuner.deploy.updating.derived import WAY, Settings, comparison
from tuner.deploy.updating.given import Cutting
from tuner.deploy.updating.material import gathered
from tuner.deploy.updating.ways import EXISTING
from tuner.errors import BundleError

CUTTING = Cutting(10, 20)


def copied(kept: Kept, folder: Path) -> Bundle:
    return read(shutil.copytree(kept.bundle.place(), folder / "bundle"))


def days(count: int) -> list[str]:
    return [str(np.datetime64("2025-01-01") + day) for day in range(count)]


def test_a_classifier_with_a_column_that_is_nobody_s(bundles: Bundles, tmp_path: Path) -> None:
    kept, path = bundles("classes"), tmp_path / "new.csv"
    there, (x, y) = copied(kept, tmp_path), labelled(90, 9)
    names = kept.bundle.schema.classes
    rows = [
        ",".join(map(str, (names[label], 7, *values[::-1], day)))
        for day, values, label in zip(days(90), x.tolist(), y, strict=True)
    ]
    later_on = f",7,{','.join(map(str, x[0, ::-1]))},2025-12-31"  # not observed yet
    path.write_text("\n".join(["kind,station,d,c,b,a,when", *rows[::-1], later_on]) + "\n", "utf-8")
    asked = Wishes(time="when", targets=("kind",))
    with pytest.raises(BundleError, match="column 'kind' has no value"):  # "station" may be a target as well
        gathered(there, kept.study, path, Cutting(10, 20, time="when"))
    named = Cutting(10, 20, time="when", targets=("kind",))
    by_name = gathered(there, kept.study, path, named).new
    np.testing.assert_allclose(by_name.test[0], x[-20:], rtol=1e-6)
    np.testing.assert_array_equal(by_name.test[1].ravel(), y[-20:])
    with pytest.raises(
        BundleError, match=r"new\.csv: with --target it is read as rows; leave --as series out"
    ):
        gathered(there, kept.study, path, replace(named, reading="series"))
    with pytest.raises(BundleError, match="needs 1 column for what was observed"):
        gathered(there, kept.study, path, replace(named, targets=("kind", "station")))
    found = monitor(there.place(), path, wishes=asked)
    assert found.taken.new == 91 and found.current.skill.examples == 90
    material = gathered(there, kept.study, path, CUTTING)  # by the columns that the first file of monitor had
    np.testing.assert_allclose(material.new.test[0], x[-20:], rtol=1e-6)
    np.testing.assert_array_equal(material.new.test[1].ravel(), y[-20:])
    assert material.until == "2025-03-31T00:00:00"
    assert material.notes[0] == "rows in which nothing was observed yet are left out: 1"
    path.write_text("\n".join(["date,a,b,c,d,label", *(f"{day},1,2,3,4,0" for day in days(40))]), "utf-8")
    assert gathered(there, kept.study, path, CUTTING).new.sizes["test"] == 20  # other columns, known by name


@pytest.mark.parametrize("timed", [True, False])
def test_a_series_whose_last_steps_are_to_come(timed: bool, bundles: Bundles, tmp_path: Path) -> None:
    kept, path, table = bundles("inside"), tmp_path / "new.csv", later()
    there = copied(kept, tmp_path)
    moments = days(len(table) + 1)
    rows = [
        ",".join([*([day] if timed else []), *map(str, row)])
        for day, row in zip(moments, table.tolist(), strict=False)
    ]
    rows.append(",".join([*([moments[-1]] if timed else []), "", ""]))
    path.write_text("\n".join(["date,first,second" if timed else "first,second", *rows]) + "\n", "utf-8")
    found = monitor(there.place(), path)
    assert found.taken.new == len(table) + timed  # without a time, what is empty at the end is no row
    material = gathered(there, kept.study, path, Cutting(15, 20))
    x, y = windows_of(table)
    np.testing.assert_allclose(material.new.test[0], x[-20:], rtol=1e-6)
    np.testing.assert_allclose(material.new.test[1], y[-20:], rtol=1e-6)
    named = gathered(there, kept.study, path, Cutting(15, 20, targets=("first", "second")))
    np.testing.assert_array_equal(named.new.test[1], material.new.test[1])
    assert material.until == ("2025-04-20T00:00:00" if timed else "110")
    # What is compared knows of its data what the study's say: for naive forecasts.
    compared = comparison(material, {}, Settings(1)).data
    assert callable(compared)
    assert compared(FixedTrial({WAY: EXISTING})).targets == material.targets == (0, 1)
