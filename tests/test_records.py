"""Records: at which epochs a run measured what it holds, and what time sessions took."""

import math
from dataclasses import replace

import pytest

from tests.factories import make_configuration, make_runs, make_setup
from tuner.records import Group, epochs_of, spent


def by_keras(every: int, trained: int) -> tuple[int, ...]:
    """The epochs at which Keras validates with `validation_freq=every`."""
    return tuple(epoch for epoch in range(1, trained + 1) if epoch % every == 0)


@pytest.mark.parametrize("every", [1, 2, 5, 10, 20, 50, 100])
@pytest.mark.parametrize("trained", [100, 101, 150, 199, 219, 300, 999, 1000])
def test_what_keras_measured_at_round_distances_is_put_there(every: int, trained: int) -> None:
    measured = by_keras(every, trained)
    if measured[0] * 2 <= trained:
        assert epochs_of(len(measured), trained) == measured


@pytest.mark.parametrize("every", range(1, 41))
def test_where_one_distance_alone_fits_it_is_found(every: int) -> None:
    for trained in range(every * (every + 1), every * (every + 1) + 200):
        measured = by_keras(every, trained)
        assert epochs_of(len(measured), trained) == measured


def test_any_distance_gives_as_many_epochs_within_the_training() -> None:
    for trained in range(1, 150):
        for every in range(1, trained + 1):
            found = epochs_of(trained // every, trained)
            assert len(found) == trained // every and found[-1] <= trained < found[-1] + found[0]


def test_what_no_distance_explains_stands_at_the_first_epochs() -> None:
    assert epochs_of(0, 10) == ()
    assert epochs_of(6, 7) == (1, 2, 3, 4, 5, 6)
    assert epochs_of(2, 0) == (1, 2)


def test_a_run_without_history_has_no_epochs() -> None:
    run = make_runs("search", "a", 1.0, seeds=1, epochs=3)[0]
    assert run.epochs == 3 and run.curve("loss") == dict(enumerate(run.history["loss"], start=1))
    assert run.curve("accuracy") == {}


def trained(started: float | None, *seconds: float) -> Group:
    """A group whose runs took these seconds."""
    runs = make_runs("search", "a", 1.0, seeds=len(seconds), epochs=1)
    own = tuple(replace(run, seconds=took) for run, took in zip(runs, seconds, strict=True))
    return Group("search", make_configuration("a"), tuple(range(len(own))), own, started=started)


def test_a_session_that_never_closed_counts_up_to_its_last_group() -> None:
    groups = [trained(None, 9.0), trained(50.0, 9.0), trained(101.0, 2.0, 3.0), trained(104.0, 1.0, math.nan)]
    assert spent(make_setup(seconds=7.0), groups) == 7.0
    assert spent(make_setup(seconds=7.0, opened=100.0), groups) == 7.0 + 6.0
    assert spent(make_setup(seconds=7.0, opened=200.0), groups) == 7.0
    assert spent(make_setup(seconds=7.0, opened=math.inf), groups) == 7.0
