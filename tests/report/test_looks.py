"""What the report says of a study that was looked at more than once."""

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE, Look
from tuner.report.looks import looks_warning
from tuner.report.methods import methods
from tuner.report.view import warnings
from tuner.result import Result


def looked(*seeds: int) -> Result:
    """Two configurations alike, compared at these numbers of seeds."""
    runs = [run for name in (BASELINE, "a") for run in make_runs("confirmation", name, 0.5, seeds=40)]
    looks = tuple(Look(repeats, (BASELINE, "a")) for repeats in seeds)
    return make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], looks=looks)


def test_the_first_look_needs_no_warning_and_its_share_is_in_the_methods() -> None:
    result = usual_result()
    assert looks_warning(result) == ""
    text = " ".join(methods(result))
    assert "this first look used 80 % of the error rate" in text
    assert "adjusted for 3 finalists by Holm's method" in text


def test_the_second_look_says_at_what_rate_it_tests() -> None:
    result = looked(10, 20)
    said = looks_warning(result)
    assert said.startswith("This is look 2 at the study, with 20 seeds: finalists that the first one left")
    assert "tested at 0.5 %, 10 % of the error rate of 5 %" in said
    assert said in warnings(result)
    assert "not adjusted" not in " ".join((*warnings(result), *methods(result)))


def test_the_methods_name_every_look_and_its_share() -> None:
    text = " ".join(methods(looked(10, 20, 40)))
    assert "Verdicts were formed 3 times" in text
    assert "1 against the baseline at 10 seeds, 1 against the baseline at 20 seeds and" in text
    assert "they used 80 %, 10 % and 5 % of it" in text
    assert "which no choice before had used" not in text


def test_the_same_look_twice_is_one() -> None:
    assert looks_warning(looked(10, 10)) == ""
