"""Runs and studies are known again, whatever they are called and wherever they were read from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.factories import make_configuration, make_runs, make_setup, store, usual_result
from tuner.records import Run
from tuner.result import load
from tuner.trackers.base import digest, run_path, study_id

CONFIGURATION = make_configuration("trial-3")
RUN = make_runs("search", "trial-3", 0.05, seeds=2, diverged=[1])[1]


def test_a_run_that_was_stored_is_the_same_run(tmp_path: Path) -> None:
    live = usual_result()
    stored = load(store(live, tmp_path))
    assert {run_path(run) for run in live.runs} == {run_path(run) for run in stored.runs}
    assert len({run_path(run) for run in live.runs}) == len(live.runs)

    ours, theirs = (
        [digest(result.configurations[run.configuration], run) for run in result.runs]
        for result in (live, stored)
    )
    assert ours == theirs


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"reason": "no memory"},
        {"scores": {"validation": 0.1}},
        {"history": {"loss": (1.0, 2.0)}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_run_with_other_numbers_is_another_one(change: dict[str, object]) -> None:
    assert digest(CONFIGURATION, replace(RUN, **change)) != digest(CONFIGURATION, RUN)  # type: ignore[arg-type]


def test_the_time_that_a_run_took_does_not_make_it_another_one() -> None:
    assert digest(CONFIGURATION, replace(RUN, seconds=99.0)) == digest(CONFIGURATION, RUN)


def test_numbers_of_numpy_are_numbers() -> None:
    ours = make_configuration("trial-3", units=np.int64(32), rate=np.float32(0.5))
    assert digest(ours, RUN) == digest(make_configuration("trial-3", units=32, rate=0.5), RUN)
    assert digest(ours, RUN) != digest(CONFIGURATION, RUN)


def test_a_name_cannot_leave_the_folder_of_its_phase() -> None:
    paths = {
        run_path(Run("search", name, 0, "failed", {}, {}, 0.0))
        for name in ("../../etc", "a/b", "a b", "a-b", "ü" * 300, "")
    }
    assert len(paths) == 6
    for path in paths:
        phase, name, seed = path.split("/")
        assert (phase, seed) == ("search", "seed-0")
        assert len(name) < 60 and name.isascii() and "." not in name


def test_a_study_is_known_by_its_identity_wherever_its_folder_is(tmp_path: Path) -> None:
    one, other = make_setup(identity="ab" * 16), make_setup(identity="cd" * 16)
    assert study_id(one, tmp_path / "here") == study_id(one, tmp_path / "there")
    assert study_id(one, tmp_path) != study_id(other, tmp_path)


def test_a_folder_of_before_there_were_identities_is_known_by_its_place(tmp_path: Path) -> None:
    old = make_setup()
    assert study_id(old, tmp_path / "a" / ".." / "here") == study_id(old, tmp_path / "here")
    assert study_id(old, tmp_path / "here") != study_id(old, tmp_path / "there")
    assert study_id(make_setup(identity="' or 1"), tmp_path).isalnum()
