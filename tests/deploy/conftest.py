"""Bundles that are made once a session, and what their networks said before they were stored."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.deploy.made import confirmed, own_layer, study
from tests.tiny import Recorder
from tuner.deploy.answers import Prediction, combined, stacked
from tuner.deploy.bundle import Bundle, read
from tuner.deploy.choosing import chosen
from tuner.deploy.making import FinalizeOptions, Made, Telling, make, store
from tuner.deploy.networks import answers
from tuner.result import load
from tuner.splits import Splits
from tuner.study import Study


@dataclass(frozen=True)
class Kept:
    """A bundle, its study with its data, and the answers to `x` (raw) before anything was stored."""

    bundle: Bundle
    study: Study
    x: np.ndarray
    before: Prediction

    @property
    def data(self) -> Splits:
        assert isinstance(self.study.data, Splits)
        return self.study.data


Bundles = Callable[[str], Kept]


def _before(made: Made, data: Splits, x: np.ndarray) -> Prediction:
    """By hand: prepare, ask each network, restore, average."""
    ready = data.preparation.inputs(x) if data.preparation is not None else x
    said = answers(made.network, made.networks, ready.astype("float32"), made.bundle.batch_size)
    if data.preparation is not None:
        said = [data.preparation.restored(one, x) for one in said]
    return combined(stacked(said, made.bundle.logits), made.bundle.task)


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    """The bundle of a small study: outside, inside, classes, free, adapted, or one with a layer of its own.

    The expected score of the first and third is that of networks of their own.
    """

    @cache
    def kept(name: str) -> Kept:
        folder: Path = tmp_path_factory.mktemp(name)
        of = own_layer(folder) if name == "own" else study(name)
        result = load(confirmed(of, folder / "run"))
        whole = name in ("outside", "classes")
        engine = "auto" if name == "outside" else "fit"
        asked = FinalizeOptions(
            3 if whole else 2, not whole, accept_changes=False, engine=engine, backend="jax"
        )
        made = make(result, chosen(result, None), of, asked, Telling(Recorder(), "other", asked.members))
        assert isinstance(of.data, Splits)
        x = (of.data.raw or of.data).test[0]
        before = _before(made, of.data, x)
        (folder / "bundle").mkdir()
        store(made, folder / "bundle")
        return Kept(read(folder / "bundle"), of, x, before)

    return kept
