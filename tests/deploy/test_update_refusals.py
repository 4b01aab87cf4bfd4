"""What an update refuses: one line each, and nothing is left behind."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import Bundles
from tests.deploy.made import labelled
from tuner.deploy import update
from tuner.deploy.bundle import read, write
from tuner.errors import BundleError, StudyError
from tuner.plan import Plan

JUDGING = 32  # of an update: fewer are refused
REPEATS = 5


def test_mistakes_are_told_in_a_line(bundles: Bundles, tmp_path: Path) -> None:
    kept = bundles("classes")
    place, old = kept.bundle.place(), kept.data
    x, y = labelled(90, 9)
    for new, said in (
        ((x[:, :3], y), r"x of the new data has shape \(3,\) an example, of the old data \(4,\)"),
        ((x, y[:-1]), "has 89 and 90 examples"),
        (x, "new data is no pair"),
        (old.train, "are among the old data"),
        (tmp_path / "none.csv", "none.csv"),
        (lambda: 1 / 0, "the function of the new data raises ZeroDivisionError"),
    ):
        with pytest.raises((BundleError, StudyError), match=said):
            update(place, new, tmp_path / "run", study=kept.study)
    with pytest.raises(BundleError, match="'best' is no way to update; choose from existing"):
        update(place, (x, y), study=kept.study, keep=["best"])
    with pytest.raises(BundleError, match="--epochs is -1"):
        update(place, (x, y), tmp_path / "run", study=kept.study, epochs=-1, test=JUDGING)
    with pytest.raises(BundleError, match="there are 31 new examples to judge by, and 32 are the least"):
        update(place, (x, y), tmp_path / "run", study=kept.study, test=JUDGING - 1)
    with pytest.raises(BundleError, match="--repeats is 0"):
        update(place, (x, y), tmp_path / "run", study=kept.study, plan=Plan(repeats=0))
    with pytest.raises(BundleError, match="--repeats is 2, and the bundle has 3 networks"):
        update(place, (x, y), tmp_path / "run", study=kept.study, plan=Plan(repeats=2))
    (tmp_path / "new.csv").write_text("a,b,c,d,kind\n" + "1,2,3,4,0\n" * 90, "utf-8")
    with pytest.raises(
        BundleError, match=r"new\.csv: has no column 'sort' that was observed; its columns are"
    ):
        update(place, tmp_path / "new.csv", tmp_path / "run", study=kept.study, targets=["sort"])
    with pytest.raises(BundleError, match="came from no file"):
        update(place, (x, y), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_model_that_is_replaced_while_it_is_read_is_refused(bundles: Bundles, tmp_path: Path) -> None:
    kept = bundles("classes")
    place = tmp_path / "bundle"
    shutil.copytree(kept.bundle.place(), place)

    def new() -> Any:
        write(replace(read(place), identity="another"), place)
        return labelled(90, 9)

    with pytest.raises(BundleError, match="the model was replaced while it was read; give the command again"):
        update(place, new, tmp_path / "run", study=kept.study, plan=Plan(repeats=REPEATS))
    assert not (tmp_path / "run").exists()
