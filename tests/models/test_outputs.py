"""Losses by output, and classes of probabilities."""

import numpy as np
import pytest

from tuner.errors import StudyError
from tuner.models import classes, loss_for


def test_the_loss_that_belongs_to_an_output() -> None:
    found = {output: loss_for(output) for output in ("linear", "sigmoid", "softmax")}
    assert found == {
        "linear": "mse",
        "sigmoid": "binary_crossentropy",
        "softmax": "categorical_crossentropy",
    }
    with pytest.raises(StudyError, match="output is 'tanh'"):
        loss_for("tanh")  # type: ignore[arg-type]


def test_classes_are_rounded_or_the_most_likely_at_every_step() -> None:
    rng = np.random.default_rng(0)
    yes = rng.uniform(size=(4, 3, 1))
    assert np.array_equal(classes(yes), np.round(yes[..., 0]))
    several = rng.dirichlet(np.ones(5), size=(4, 3))
    found = classes(several)
    assert found.shape == (4, 3)
    assert found.dtype.kind == "i"
    assert np.array_equal(np.take_along_axis(several, found[..., None], -1)[..., 0], several.max(axis=-1))
