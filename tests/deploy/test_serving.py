"""A model in use as one object: what may share it."""

import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' variables, when they are pickled
def test_threads_that_share_a_model_get_the_answers_of_one(
    bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The members differ, so what is mixed up is another answer; a copy for a process answers the same."""
    kept = bundles("classes")
    model = tuner.load_model(kept.bundle.place())
    wanted = model.predict(kept.x).members
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict(kept.x).members, wanted)
    ask = model._network.predict

    def slowly(*arguments: Any, **options: Any) -> Any:
        time.sleep(0.02)  # time for other threads to put other weights there
        return ask(*arguments, **options)

    monkeypatch.setattr(model._network, "predict", slowly)
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda _: model.predict(kept.x).members, range(3)))
    for members in found:
        np.testing.assert_array_equal(members, wanted)
