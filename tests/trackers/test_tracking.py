"""Trackers hear all of a study, and none of them can take it along."""

import sys
from pathlib import Path

import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tests.tiny import Recorder, dense_study, run
from tests.trackers.places import Memory
from tuner.errors import TunerError
from tuner.records import BASELINE
from tuner.trackers import export, open_trackers, tracking


def test_they_hear_of_every_configuration_and_of_the_end(tmp_path: Path) -> None:
    place, broken = Memory(), Memory(["log"])
    notes: list[str] = []
    with tracking([broken, place], notes.append) as tracked:
        result = run(dense_study(trials=2), tmp_path, reporter=tracked)
        tracked.conclude(result)
    logged = [("search", name, 2) for name in (BASELINE, "trial-0", "trial-1")]
    confirmed = [("confirmation", name, 3) for name in (BASELINE, result.finalists[0].name)]
    assert place.told == ["tiny", *logged, *confirmed, "undecided", "finished"]
    assert broken.told == place.told[:2]
    assert len(notes) == 1


@pytest.mark.parametrize("method", ["begin", "log", "conclude", "end"])
def test_one_that_fails_is_noted_once_and_told_nothing_more(method: str) -> None:
    result = usual_result()
    broken, sound = Memory([method, "end"]), Memory()
    notes: list[str] = []
    with tracking([broken, sound], notes.append) as tracked:
        tracked.start(result.setup)
        for name in (BASELINE, "trial-1"):
            runs = tuple(make_runs("search", name, 0.05, seeds=3))
            tracked.measured("search", result.configurations[name], runs)
        runs = tuple(make_runs("confirmation", "trial-1@8", 0.05, seeds=3))
        tracked.measured("sizes", result.configurations[BASELINE], runs)  # what is no part of the protocol
        tracked.conclude(result)
    assert notes == [
        "Memory cannot be told any more (http://***@host is gone); the study goes on, and `tuner report` "
        "with --memory logs the rest afterwards"
    ]
    assert len(sound.told) == 5
    assert broken.told == sound.told[: {"begin": 1, "log": 2, "conclude": 4, "end": 5}[method]]


def test_a_place_that_is_wrong_ends_the_study_before_anything_is_trained(
    recorder: Recorder, tmp_path: Path
) -> None:
    place = Memory(["begin"], TunerError("another study's"))
    with pytest.raises(TunerError, match="another study's"), tracking([place], recorder.note) as tracked:
        run(dense_study(), tmp_path, reporter=tracked)
    assert place.told == ["tiny", "failed"]
    assert not (tmp_path / "ledger").exists()


@pytest.mark.parametrize(("error", "ending"), [(KeyboardInterrupt, "interrupted"), (MemoryError, "failed")])
def test_they_hear_how_it_ended(error: type[BaseException], ending: str) -> None:
    place = Memory()
    with pytest.raises(error), tracking([place], print):
        raise error
    assert place.told == [ending]


def test_an_export_tells_what_a_study_would_have_told() -> None:
    result, place = usual_result(complete=True), Memory()
    export(result, [place])
    logged = [one for one in place.told if isinstance(one, tuple)]
    assert (place.told[0], place.told[-2:]) == ("encdec_sine", ["better", "finished"])
    assert sum(seeds for _, _, seeds in logged) == len(result.runs)
    assert len(set(logged)) == len(logged)


def test_an_export_of_an_unfinished_study_is_no_finished_one() -> None:
    runs = make_runs("search", BASELINE, 0.05, seeds=3)
    place = Memory()
    export(make_result(runs, [make_configuration(BASELINE)]), [place])
    assert place.told[-1] == "interrupted"


def test_an_export_of_a_folder_that_is_trained_on_is_no_finished_one() -> None:
    place = Memory()
    export(usual_result(complete=False), [place])
    assert place.told[-2:] == ["better", "interrupted"]


def test_an_export_that_fails_is_one_line() -> None:
    with pytest.raises(
        TunerError, match=r"^Memory failed \(http://\*\*\*@host is gone\); the same command goes on$"
    ):
        export(usual_result(), [Memory(["log"])])


@pytest.mark.parametrize(("option", "module"), [("tensorboard", "tensorboard"), ("mlflow", "mlflow")])
def test_a_package_that_is_missing_is_one_line(
    option: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "tuner.trackers.tensorboard", raising=False)
    monkeypatch.delitem(sys.modules, "tuner.trackers.events", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    where = {option: tmp_path / "x" if option == "tensorboard" else "sqlite:///x.db"}
    with pytest.raises(
        TunerError, match=rf"--{option} needs another package .*pip install '\.\[{option}\]', in the folder"
    ):
        open_trackers("study", tmp_path, **where)  # type: ignore[arg-type]
