"""What is recommended after an update, and what stands against it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.calling import Call, one_line
from tests.deploy.conftest import Bundles
from tests.deploy.made import labelled
from tests.factories import make_configuration, make_result, make_runs
from tuner.deploy.updating.given import Cutting
from tuner.deploy.updating.material import gathered
from tuner.deploy.updating.parting import Parts, parted
from tuner.deploy.updating.recommending import WORSE_TOGETHER, check_enough, objections
from tuner.deploy.updating.unlike import far_outside
from tuner.deploy.updating.updates import Update
from tuner.deploy.updating.ways import EXISTING_MODEL, FAIR, WAYS
from tuner.errors import BundleError
from tuner.ledger import Ledger
from tuner.records import BASELINE, NaiveScores
from tuner.references import against
from tuner.result import Result
from tuner.stats import Interval
from tuner.stats.examples import OverExamples
from tuner.stats.monitoring.windows import FEWEST

CENTERS = {BASELINE: 1.0, FAIR.name: 0.8, "existing+new": 0.2, "existing+old+new": 0.3, "new+new": 0.81}
CENTERS |= {"new+old+new": 1.5}
FIRST, SECOND = "existing+new", "existing+old+new"


def found(over: dict[str, tuple[float, float]] | None = None, naive: float = 5.0) -> Result:
    """An update by made-up scores, lower is better, with intervals over seeds and examples, and a naive
    forecast.
    """
    runs = [run for name, at in CENTERS.items() for run in make_runs("confirmation", name, at, seeds=8)]
    made = make_result(
        runs,
        [make_configuration(name) for name in CENTERS],
        tuple(WAYS),
        references={BASELINE: "?", FAIR.name: "?"},
        baseline_words=EXISTING_MODEL,
        options={"bundle": "abc"},
    )
    ends = dict.fromkeys(WAYS, (-0.9, -0.1)) | (over or {})
    finalists = tuple(
        replace(one, over_examples=OverExamples(-0.5, Interval(*ends[one.name], 0.95), 40, 1, 0.0, EVEN))
        for one in made.finalists
    )
    scores = NaiveScores(test={"linear": (naive,)}, validation={"linear": (naive,)})
    return replace(made, finalists=finalists, naive=scores)


EVEN = Interval(-0.6, -0.4, 0.95)


def update_of(bundles: Bundles, result: Result) -> Update:
    return Update(bundles("classes").bundle, result, against(result)[0], {}, {})


def test_the_best_is_recommended_where_nothing_stands_against_it(bundles: Bundles) -> None:
    told = update_of(bundles, found())
    assert told.better == (FIRST, SECOND, "new+new") and told.recommended == FIRST
    assert told.objections(FIRST) == ()
    assert told.objections("new+new") == (
        "it is not shown to be better than more training on old data (existing+old)",
    )


def test_a_difference_that_may_be_none_on_other_examples_is_not_recommended(bundles: Bundles) -> None:
    told = update_of(bundles, found({FIRST: (-1.9, 0.9)}))
    assert told.recommended == SECOND
    (said,) = told.objections(FIRST)
    assert said.startswith("the interval of its difference over seeds and test examples includes zero (")
    assert told.better[0] == FIRST  # the verdict over seeds stays
    told = update_of(bundles, found({FIRST: (-1.9, 0.9), SECOND: (-1.9, 0.9)}))
    assert told.recommended is None and "existing+new is better than" in repr(told)
    assert "and not recommended, as the interval" in repr(told)


def test_what_a_naive_forecast_beats_is_not_recommended(bundles: Bundles) -> None:
    told = update_of(bundles, found(naive=0.05))
    assert told.recommended is None and told.better[0] == FIRST
    assert told.objections(FIRST) == ("linear regression is better without a network (0.05)",)
    assert update_of(bundles, found(naive=0.25)).recommended == FIRST
    assert [*objections(found(naive=0.25), SECOND)] == [
        "linear regression is better without a network (0.25)"
    ]


def test_sentences_call_the_baseline_the_existing_model() -> None:
    from tuner.report import headline
    from tuner.report.view import build_view

    result = found()
    words, view = headline(result), build_view(result, ())
    assert words.claim == "existing+new is better than the existing model"
    for text in (repr(words), repr(view)):
        assert "the existing model" in text and "the baseline" not in text and "The baseline" not in text
    assert "the baseline" in repr(headline(replace(result, setup=replace(result.setup, baseline_words=""))))


def test_few_examples_to_judge_by_are_refused() -> None:
    check_enough(FEWEST)
    with pytest.raises(BundleError, match=f"there are {FEWEST - 1} new examples to judge by") as raised:
        check_enough(FEWEST - 1)
    assert "a larger --test" in str(raised.value)
    assert WORSE_TOGETHER.startswith("as ensembles")


def test_the_run_of_an_update_is_not_finalized(call: Call, tmp_path: Path) -> None:
    Ledger(tmp_path / "updated").write_setup(replace(found().setup, looks=()))
    line = one_line(call("finalize", "updated"))
    assert "updated: is the run of an update, whose candidates are bundles already" in line
    assert "`tuner replace BUNDLE updated/candidates/WAY` puts one in use" in line


def cut(x: np.ndarray, y: Any) -> Parts:
    return parted((x, y), 10, 20)


def test_inputs_in_other_units_are_asked_about_once_a_column(bundles: Bundles) -> None:
    bundle = bundles("classes").bundle
    part = bundle.schema.inputs[0]
    x, y = labelled(90, 9)
    assert far_outside(bundle, cut(1.5 * x, y)) == () and far_outside(bundle, None) == ()
    x[:, 1] = 1.8 * x[:, 1] + 32
    (said,) = far_outside(bundle, cut(x, y))
    assert said == (
        f"column 'b': 90 of 90 values lie outside of the training data, which go from {part.low[1]:g} to"
        f" {part.high[1]:g} (found {x[:, 1].max():g}): are they in other units?"
    )
    material = gathered(bundle, bundles("classes").study, (x, y), Cutting(10, 20))
    assert material.unlike == (said,)


def test_of_windows_every_step_is_counted_once(bundles: Bundles) -> None:
    kept = bundles("inside")
    x = kept.data.train[0].copy()
    y = kept.data.train[1]
    assert far_outside(kept.bundle, cut(x, y)) == ()
    x[..., 0] *= 100
    (said,) = far_outside(kept.bundle, cut(x, y))
    assert f"column '1': {len(x)} of {len(x)} values" in said
