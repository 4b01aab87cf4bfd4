"""What a worker must have in common with the run."""

from dataclasses import replace

import pytest

import tuner
from benchmarks.faults.running import STUDY
from tests.work.places import TERMS
from tuner.provenance import versions
from tuner.repeats import Repeats
from tuner.study import Study
from tuner.work.terms import Terms, differences, made


@pytest.fixture(scope="module")
def study() -> Study:
    return tuner.load_study(STUDY)


@pytest.fixture(scope="module")
def terms(study: Study) -> Terms:
    return replace(TERMS, versions=versions(), made=made(study), data=Repeats(study).digest())


def test_the_same_study_on_the_same_packages_differs_in_nothing(study: Study, terms: Terms) -> None:
    again = tuner.load_study(STUDY)
    assert list(differences(terms, again, Repeats(again).digest())) == []


def test_the_data_are_those_that_preflight_finds(study: Study, terms: Terms) -> None:
    assert Repeats(study).preflight().data == terms.data


@pytest.mark.parametrize("change", [{"epochs": 7}, {"metric": "mae"}, {"baseline": {"learning_rate": 0.5}}])
def test_a_study_that_was_changed_after_loading_is_told(
    change: dict[str, object], study: Study, terms: Terms
) -> None:
    (said,) = differences(terms, replace(study, **change), terms.data)  # type: ignore[arg-type]
    assert said.startswith("what the study file makes")


def test_other_data_and_packages_are_told(study: Study, terms: Terms) -> None:
    older = replace(terms, versions={**terms.versions, "keras": "3.0.0", "scipy": "1"}, data="0" * 64)
    packages, data = differences(older, study, terms.data)
    assert packages == f"keras (3.0.0, here {versions()['keras']})"
    assert data == f"the data (sha256 {'0' * 12}, here {terms.data[:12]})"
