"""What changed since a run began, in words."""

from dataclasses import replace
from typing import Any

import pytest

from tests.factories import make_setup
from tuner.changes import changes, drawn_otherwise, windows
from tuner.records import Setup, Window

VERSIONS = {
    "tuner": "1.0",
    "keras": "3.12.0",
    "jax": "0.7.0",
    "jaxlib": "0.7.0",
    "numpy": "2.0",
    "optuna": "4.5",
    "tensorflow": "2.20",
    "scipy": "1.15",
    "python": "3.12.1",
}


def setup(**given: Any) -> Setup:
    return make_setup(**({"versions": VERSIONS, "file": "f1" * 32} | given))


def texts(before: Setup, now: Setup) -> list[str]:
    return [change.text for change in changes(before, now)]


def test_nothing_changed() -> None:
    assert changes(setup(), setup()) == ()
    assert changes(setup(), setup(trials=50, repeats=50, finalists=9, command="another")) == ()


@pytest.mark.parametrize(
    ("package", "backend", "named"),
    [
        ("keras", "jax", True),
        ("numpy", "jax", True),
        ("tuner", "jax", True),
        ("optuna", "jax", True),
        ("jax", "jax", True),
        ("jaxlib", "jax", True),
        ("tensorflow", "jax", False),
        ("jax", "tensorflow", False),
        ("tensorflow", "tensorflow", True),
        ("scipy", "jax", False),
        ("python", "jax", False),
    ],
)
def test_packages_that_determine_the_numbers_are_named(package: str, backend: str, named: bool) -> None:
    before, now = (setup(backend=backend, versions=VERSIONS | more) for more in ({}, {package: "9.9"}))
    wanted = [f"{package} ({VERSIONS[package]}, now 9.9)"] if named else []
    assert texts(before, now) == wanted


def test_a_package_that_an_older_folder_does_not_name_is_no_change() -> None:
    assert texts(setup(versions={}), setup()) == []
    assert texts(setup(trials=0, versions=VERSIONS | {"optuna": "1"}), setup(trials=0)) == []


def test_options_are_told_one_by_one() -> None:
    before = setup(source="a", options={"n": 1, "same": [1, 2], "gone": "x"})
    now = setup(source="b", options={"n": 2, "same": (1, 2), "new": True})
    wanted = "the study's options (gone: 'x', now not set, n: 1, now 2, new: not set, now True)"
    assert texts(before, now) == [wanted]
    secret = {"place": "postgresql://me:xyzzy@host/x"}
    (told,) = texts(setup(source="a", options=secret), setup(source="b", options={"place": ""}))
    assert "place: 'postgresql://***@host/x', now ''" in told


def test_the_study_file_and_its_options_are_told_apart() -> None:
    before = setup(source="a", options={"n": 1})
    other = "f2" * 32
    code = f"the study's code (sha256 {'f1' * 6}, now {'f2' * 6})"
    options = "the study's options (n: 1, now 2)"
    assert texts(before, setup(source="b", options={"n": 2}, file=other)) == [options, code]
    assert texts(before, setup(source="b", options={"n": 1}, file=other)) == [code]
    older = setup(source="a" * 64, options={"n": 1}, file="")
    assert texts(older, setup(source="b", options={"n": 2})) == [f"{options}, and perhaps its code"]
    assert texts(older, setup(source="b" * 64, options={"n": 1})) == [
        f"the study's code (sha256 {'a' * 12}, now {'b' * 12})"
    ]


def test_data_are_told_by_their_checksum() -> None:
    assert texts(setup(data="a" * 64), setup(data="b" * 64)) == [
        f"the data (sha256 {'a' * 12}, now {'b' * 12})"
    ]


def test_what_only_the_search_needs_is_no_change_without_one() -> None:
    assert texts(setup(trials=0), setup(trials=0, sampler="random", search_repeats=9)) == []
    assert texts(setup(trials=0), setup(trials=3, sampler="random")) == ["the sampler ('tpe', now 'random')"]


@pytest.mark.parametrize(
    ("given", "acceptable"),
    [
        ({"metric": "mae"}, False),
        ({"direction": "maximize"}, False),
        ({"paired": True}, False),
        ({"study": "another"}, False),
        ({"epochs": 3}, True),
        ({"source": "cd"}, True),
        ({"seed": 8}, True),
        ({"backend": "tensorflow"}, True),
    ],
)
def test_scores_of_another_kind_cannot_be_accepted(given: dict[str, Any], acceptable: bool) -> None:
    (change,) = changes(setup(), setup(**given))
    assert change.acceptable is acceptable


@pytest.mark.parametrize(
    ("before", "drawn", "wanted", "after"),
    [
        ((), 5, 2, [(0, 2)]),  # an older folder does not say it
        ([(0, 4)], 0, 2, [(0, 2)]),
        ([(0, 4)], 5, 4, [(0, 4)]),
        ([(0, 4)], 5, 2, [(0, 4), (5, 2)]),
        ([(0, 4)], 9, 2, [(0, 4)]),  # nothing is drawn any more
        ([(0, 4), (5, 2)], 5, 3, [(0, 4), (5, 3)]),
        ([(0, 4), (5, 2)], 7, 4, [(0, 4), (5, 2), (7, 4)]),
    ],
)
def test_trials_keep_the_window_with_which_they_were_drawn(
    before: list[tuple[int, int]], drawn: int, wanted: int, after: list[tuple[int, int]]
) -> None:
    was = make_setup(trials=9, sampler="tpe", windows=tuple(Window(*one) for one in before))
    now = make_setup(trials=9, sampler="tpe", windows=(Window(0, wanted),))
    found = windows(was, now, drawn)
    assert [(one.first, one.trials) for one in found] == after
    setup = replace(now, windows=found)
    assert len(drawn_otherwise(setup)) == len(after) - 1
    assert drawn_otherwise(replace(setup, sampler="random")) == ()
    assert [setup.window(number) for number in (0, 8)] == [after[0][1], after[-1][1]]


def test_the_window_of_a_trial_is_told_in_a_sentence() -> None:
    setup = make_setup(sampler="gp", windows=(Window(0, 4), Window(5, 1)))
    assert drawn_otherwise(setup) == (
        "From trial-5 on 1 trial was under way at once, before that 4: gp then draws others than with one"
        " number throughout",
    )
