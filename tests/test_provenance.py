"""What a study made in Python is known by."""

from dataclasses import replace
from typing import Any

import numpy as np

from tests.tiny import dense_study, splits
from tuner.provenance import fingerprint
from tuner.splits import Splits, digest


def with_rate(rate: float) -> Any:
    def build(trial: Any, data: Splits) -> Any:
        return rate

    return build


def test_the_same_study_has_the_same_fingerprint() -> None:
    assert fingerprint(dense_study()) == fingerprint(dense_study())


def test_values_from_outside_a_build_function_count() -> None:
    assert fingerprint(dense_study(build=with_rate(0.1))) != fingerprint(dense_study(build=with_rate(0.2)))


def test_baseline_candidates_and_functions_count() -> None:
    study = dense_study()
    changed = [
        replace(study, baseline={"learning_rate": 0.5}),
        replace(study, candidates={"a": {"learning_rate": 0.5}}),
        replace(study, candidates={"a": {"learning_rate": 0.6}}),
        replace(study, build=with_rate(0.1)),
    ]
    assert len({fingerprint(each) for each in (study, *changed)}) == 5


def test_the_data_are_known_by_every_value_type_and_shape() -> None:
    data = splits()
    x, y = data.train
    other = x.copy()
    other[3, 1] += 1e-6
    changed = [
        Splits((other, y), data.validation, data.test),
        Splits((x.astype(np.float64), y), data.validation, data.test),
        Splits(data.validation, data.train, data.test),
    ]
    assert digest(splits()) == digest(data)
    assert len({digest(each) for each in (data, *changed)}) == 4
