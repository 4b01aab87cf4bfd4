"""What changed since a run began, in words."""

from typing import Any

import pytest

from tests.factories import make_setup
from tuner.changes import changes
from tuner.records import Setup

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
