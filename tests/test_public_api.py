"""The public names of tuner."""

import pytest

import tuner


def test_all_is_sorted_and_without_doubles() -> None:
    assert list(tuner.__all__) == sorted(set(tuner.__all__))


@pytest.mark.parametrize("name", tuner.__all__)
def test_every_public_name_loads_and_says_what_it_is(name: str) -> None:
    assert getattr(tuner, name).__doc__


def test_dir_lists_the_public_names() -> None:
    assert dir(tuner) == tuner.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'tuner' has no attribute 'seach'"):
        tuner.seach  # noqa: B018


def test_the_names_that_the_design_promises_are_there() -> None:
    promised = {
        "Splits",
        "Study",
        "compare",
        "compare_all",
        "describe",
        "diagnose",
        "evaluate",
        "load",
        "load_study",
        "run",
    }
    assert promised <= set(tuner.__all__)


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert tuner.__version__ == version("tuner")
