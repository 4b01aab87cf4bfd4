"""The diagnosis of configurations of a run folder: which runs are read, and how they ended."""

from dataclasses import replace

import numpy as np
import pytest

from tests.diagnosis.curves import bend, fall
from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.diagnosing import as_json, diagnose_configuration, diagnose_result, examined
from tuner.diagnosing.configurations import diagnose_runs
from tuner.diagnosis import diagnose
from tuner.errors import LedgerError
from tuner.jsontext import strict
from tuner.records import BASELINE, Run
from tuner.result import Result


def searched(result: Result) -> Result:
    """The same study before its confirmation."""
    runs = tuple(run for run in result.runs if run.phase == "search")
    return Result(result.setup, result.configurations, runs, None, ())


def with_losses(train: list[np.ndarray], validation: list[np.ndarray], **changes: object) -> list[Run]:
    """Runs with these histories."""
    runs = make_runs("confirmation", BASELINE, 1.0, seeds=len(train))
    return [
        replace(
            run,
            history={"loss": tuple(own.tolist())}
            | ({"val_loss": tuple(other.tolist())} if other.size else {}),
            **changes,  # type: ignore[arg-type]
        )
        for run, own, other in zip(runs, train, validation, strict=True)
    ]


def test_baseline_and_finalists_are_read_from_the_confirmation() -> None:
    result = usual_result(epochs=40)
    found = diagnose_result(result)
    assert [one.name for one in found] == [BASELINE, *(one.name for one in result.finalists)]
    assert {one.phase for one in found} == {"confirmation"}
    for one in found:
        assert one.seeds == tuple(map(str, range(10))) and one.length == 40
        own = [run for run in result.runs if run.phase == "confirmation" and run.configuration == one.name]
        padded = np.full((2, 10, 40), np.nan)
        for seed, run in enumerate(own):
            for place, name in enumerate(("loss", "val_loss")):
                padded[place, seed, : len(run.history[name])] = run.history[name]
        lost = [run.status == "diverged" for run in own]
        assert one.diagnosis == diagnose(padded[0], padded[1], diverged=lost)


def test_before_the_confirmation_the_leading_trials_are_read() -> None:
    found = diagnose_result(searched(usual_result(trials=6)))
    assert [one.name for one in found][:3] == [BASELINE, "trial-1", "trial-2"]
    assert len(found) == 4 and {one.phase for one in found} == {"search"}


def test_a_trial_that_lost_a_seed_does_not_lead() -> None:
    names = [BASELINE, "trial-0", "trial-1", "trial-2", "trial-3"]
    runs = [
        run
        for place, name in enumerate(names)
        for run in make_runs("search", name, 1.0 + place, seeds=3, diverged=[0] if place == 1 else [])
    ]
    result = make_result(runs, [make_configuration(name) for name in names])
    assert [one.name for one in diagnose_result(result)] == [BASELINE, "trial-1", "trial-2", "trial-3"]


def test_one_configuration_comes_from_its_last_phase() -> None:
    result = usual_result()
    assert diagnose_configuration(result, "trial-1").phase == "confirmation"
    assert diagnose_configuration(result, "trial-1", "search").phase == "search"
    assert diagnose_configuration(result, "trial-5").phase == "search"
    with pytest.raises(LedgerError, match="no configuration 'trial-9'; there are 'baseline', 'trial-0'"):
        diagnose_configuration(result, "trial-9")
    empty = make_result([], [make_configuration(BASELINE)])
    assert diagnose_result(empty) == ()
    with pytest.raises(LedgerError, match="no run of 'baseline' has losses"):
        diagnose_configuration(empty, BASELINE)


def test_runs_that_diverged_and_failed_stay_in_their_places() -> None:
    runs = with_losses([fall(50, 0.1, 20.0)] * 4, [fall(50, 0.11, 20.0)] * 4)
    runs[1] = replace(runs[1], status="diverged", scores={}, history={"loss": (1.0, 0.9)})
    runs[3] = replace(runs[3], status="failed", scores={}, history={})
    found = diagnose_runs("one", runs)
    assert found is not None
    assert found.diagnosis.labels == ("good_fit", "diverged", "good_fit", "undetermined")
    assert found.notes == ("1 of 4 runs failed",)


def test_pruned_runs_are_said() -> None:
    runs = with_losses([fall(20, 0.1, 1.0)] * 2, [fall(20, 0.2, 1.0)] * 2, status="pruned")
    found = diagnose_runs("one", runs)
    assert found is not None and found.notes == ("2 of 2 runs were pruned: their curves end early",)


def test_validation_at_every_fifth_epoch_counts_there() -> None:
    train, validation = fall(203, 0.0, 5.0), bend(203, 100, up=0.2)
    runs = with_losses([train] * 2, [validation[4::5]] * 2)
    found = diagnose_runs("one", runs)
    assert found is not None
    assert (found.diagnosis.label, found.diagnosis.epoch, found.length) == ("overfit", 100, 200)


def test_a_training_that_stops_between_validations_keeps_their_epochs() -> None:
    train, validation = fall(219, 0.0, 5.0), bend(219, 100, up=0.2)
    found = diagnose_runs("one", with_losses([train] * 2, [validation[19::20]] * 2))
    assert found is not None
    assert (found.diagnosis.label, found.diagnosis.epoch, found.length) == ("overfit", 100, 200)


def test_without_validation_losses() -> None:
    found = diagnose_runs("one", with_losses([fall(50, 0.7, 30.0)] * 2, [np.empty(0)] * 2))
    assert found is not None and found.diagnosis.label == "underfit_more_capacity"


def test_the_answer_for_other_programs() -> None:
    found = diagnose_result(usual_result())
    answer = strict(as_json("reports/here", found))
    assert answer["source"] == "reports/here"
    one, known = answer["configurations"][0], found[0].diagnosis
    assert (one["configuration"], one["phase"], one["seeds"], one["epochs"]) == (
        BASELINE,
        "confirmation",
        10,
        12,
    )
    assert (one["label"], one["evidence"], one["agreement"]) == (
        known.label,
        known.evidence,
        known.agreement,
    )
    assert [seed["label"] for seed in one["by_seed"]] == list(known.labels)


def test_trials_that_were_dropped_from_a_race_do_not_lead() -> None:
    seeds = {BASELINE: 8, "trial-0": 2, "trial-1": 8, "trial-2": 8}
    centers = {BASELINE: 0.04, "trial-0": 0.01, "trial-1": 0.03, "trial-2": 0.02}
    runs = [run for name in seeds for run in make_runs("search", name, centers[name], seeds=seeds[name])]
    names, phase = examined(make_result(runs, [make_configuration(name) for name in seeds]))
    assert (names, phase) == ([BASELINE, "trial-2", "trial-1", "trial-0"], "search")
