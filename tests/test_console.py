"""What a terminal shows while a study runs, and that Ctrl-C is always heard."""

import io
import signal
import statistics
import sys

import pytest
from rich.console import Console

from tests.factories import hostile_result, make_configuration, make_runs, make_setup, usual_result
from tuner.console import Lines, print_result, reporter, status_line
from tuner.interrupts import leave_unprinted


def lines() -> tuple[Lines, io.StringIO]:
    text = io.StringIO()
    found = Lines(Console(file=text, width=200))
    found.start(make_setup())
    return found, text


def test_every_measured_configuration_gets_a_line_with_its_spread() -> None:
    shown, text = lines()
    for name, diverged in (("trial-0", []), ("trial-1", [1])):
        runs = make_runs("search", name, 0.05, seeds=3, diverged=diverged)
        shown.measured("search", make_configuration(name), tuple(runs))
    first, second = text.getvalue().splitlines()
    assert "trial-0" in first and "±" in first and "over 3 seeds" in first
    assert "1 diverged: the loss is NaN" in second


def test_time_left_is_said_once_something_was_trained() -> None:
    shown, _ = lines()
    shown.expect(10)
    assert shown.time_left() == ""
    shown.training("search", "baseline", 5, 1.0)
    assert shown.time_left().startswith("about ")
    shown.expect(5)
    assert shown.time_left() == ""


class Interrupted:
    """An object in whose end, where Python swallows exceptions, Ctrl-C falls."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def _unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a command: of what a callback swallows pytest knows nothing."""
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    leave_unprinted()


@pytest.mark.usefixtures("_unprinted")
def test_an_interruption_that_a_callback_swallowed_is_raised_at_the_next_progress() -> None:
    with pytest.raises(KeyboardInterrupt), reporter() as shown:
        one = Interrupted()
        del one
        with pytest.raises(KeyboardInterrupt):
            shown.training("search", "baseline", 2, 0.5)


@pytest.mark.usefixtures("_unprinted")
def test_an_interruption_that_a_callback_swallowed_is_raised_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, went_on = signal.getsignal(signal.SIGINT), False
    with pytest.raises(KeyboardInterrupt), reporter():
        one = Interrupted()
        del one
        went_on = True
    assert went_on and capsys.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is before


def test_the_table_has_a_row_for_the_baseline_and_every_finalist(capsys: pytest.CaptureFixture[str]) -> None:
    result = usual_result()
    print_result(result)
    shown = capsys.readouterr().out
    assert shown.startswith("✓ trial-1 is better than the baseline.")
    assert [line.split()[0] for line in shown.splitlines()[3:7]] == [
        "baseline",
        *(one.name for one in result.finalists),
    ]
    assert "p (adj.)" in shown


def test_a_race_shows_who_has_fewer_seeds_and_who_got_more() -> None:
    shown, text = lines()
    shown.start(make_setup(search_repeats=2, most_search_repeats=8))
    shown.expect(30)
    for name, center, seeds in (("baseline", 0.05, 2), ("trial-0", 0.9, 2), ("baseline", 0.05, 8)):
        runs = tuple(make_runs("search", name, center, seeds=seeds))
        shown.measured("search", make_configuration(name), runs)
    first, second, third = text.getvalue().splitlines()
    assert "over 2 of 8 seeds" in first and "over 2 of 8 seeds" in second and "over 8 seeds" in third
    assert shown._ahead == 30 - 8 - 2  # the seeds that the baseline had are counted once
    assert shown._best is not None
    assert shown._best[0] == pytest.approx(statistics.fmean(one.scores["validation"] for one in runs))


def test_a_status_is_a_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with status_line() as say:
        say("first [red]")
        say("second")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "first [red]\nsecond\n")


def test_no_stored_name_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(hostile_result())
    assert all(character.isprintable() for character in capsys.readouterr().out.replace("\n", ""))
    shown, text = lines()
    runs = tuple(make_runs("search", "a\x1b[31m", 0.05, seeds=3))
    shown.measured("search", make_configuration("a\x1b[31m"), runs)
    shown.note("b\x1b[31m")
    assert "\x1b" not in text.getvalue() and "a [31m" in text.getvalue() and "b [31m" in text.getvalue()
