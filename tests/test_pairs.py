"""Runs that belong together although their data are the same, untrained models, further references."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tiny import build_dense, dense_study, run, splits
from tuner.errors import StudyError
from tuner.ledger import Ledger
from tuner.plan import Plan
from tuner.references import against
from tuner.report import summary
from tuner.report.write import write_formats
from tuner.result import Result
from tuner.splits import Splits
from tuner.stats import compare_looks

PAIRS = "run k starts from network k mod 2"
STARTS = [np.full((3, 4), 0.1, "float32"), np.full((3, 4), -0.2, "float32")]


def build(trial: Any, data: Splits, seed_index: int) -> Any:
    """A model that starts from one of two first layers, and is trained, longer or not at all."""
    way = trial.suggest_categorical("way", ["kept", "trained", "longer"])
    model, fit = build_dense(trial, data)
    model.layers[0].kernel.assign(STARTS[seed_index % 2])
    model.layers[1].kernel.assign(np.ones((4, 1), "float32"))
    return model, {**fit, "epochs": {"kept": 0, "trained": 3, "longer": 6}[way]}


def data(trial: Any) -> Splits:
    """Fewer training examples in one of the ways."""
    whole = splits()
    if trial.suggest_categorical("way", ["kept", "trained", "longer"]) != "longer":
        return whole
    x, y = whole.train
    return Splits((x[:48], y[:48]), whole.validation, whole.test)


CANDIDATES = {name: {"way": name, "learning_rate": 0.05} for name in ("trained", "longer")}


def compared(folder: Path, engine: str = "auto", **changes: Any) -> Result:
    values: dict[str, Any] = {
        "data": data,
        "build": build,
        "baseline": {"way": "kept", "learning_rate": 0.05},
        "candidates": CANDIDATES,
        "trials": 0,
        "pairs": PAIRS,
        "same_test": True,
        "references": {"baseline": "Does it help?", "trained": "Does more help?"},
    }
    study = dense_study(**(values | changes))
    return run(study, folder, Plan(repeats=6), engine=engine)


@pytest.fixture(scope="module", params=["vectorized", "fit"])
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return compared(tmp_path_factory.mktemp("pairs") / request.param, request.param)


def test_a_model_that_is_not_trained_is_scored_as_it_was_built(result: Result) -> None:
    assert result.baseline is not None
    x, y = splits().test
    expected = []
    for kernel in STARTS:
        said = np.tanh(x @ kernel).sum(axis=1, keepdims=True)
        expected.append(float(((said - y) ** 2).mean()))
    np.testing.assert_allclose(result.baseline.test, expected * 3, rtol=1e-4)
    assert all(run.epochs == 0 for run in result.runs if run.configuration == "baseline")
    assert {one.name: len(set(one.test)) for one in result.finalists} == {"trained": 6, "longer": 6}


def test_runs_are_compared_in_pairs_and_example_by_example(result: Result) -> None:
    assert result.baseline is not None
    setup = result.setup
    assert setup.paired and not setup.own_data and setup.pairs == PAIRS
    for one in result.finalists:
        assert one.comparison is not None and one.comparison.paired
        assert "paired" in one.comparison.method
        assert one.over_examples is not None and one.over_examples.examples == 32


def test_further_references_are_compared_with_all_but_the_baseline(result: Result) -> None:
    (found,) = against(result)
    assert (found.reference, found.question) == ("trained", "Does more help?")
    scores = {one.name: one.test for one in result.finalists}
    (direct,) = compare_looks([scores], baseline="trained", paired=True)
    assert list(found.comparisons) == ["longer"]
    assert found.comparisons["longer"].p_adjusted == pytest.approx(direct.p_adjusted)
    assert summary(result)["references"][0]["against"]["longer"]["verdict"] == direct.verdict
    json.dumps(summary(result), allow_nan=False)


def test_the_report_says_what_the_pairs_share_and_answers_every_question(
    result: Result, tmp_path: Path
) -> None:
    write_formats(result, tmp_path, ("html", "markdown", "latex"))
    for name in ("report.html", "report.md"):
        text = (tmp_path / name).read_text("utf-8")
        for words in (PAIRS, "Does it help?", "Does more help?", "Against trained"):
            assert words in text
        assert "each seed had data of its own" not in text
        assert "The same start, seed by seed" in text


def test_another_test_split_is_found(tmp_path: Path) -> None:
    def other(trial: Any) -> Splits:
        whole = splits()
        if trial.suggest_categorical("way", ["kept", "trained", "longer"]) == "kept":
            return whole
        x, y = whole.test
        return Splits(whole.train, whole.validation, (x, y + 1))

    with pytest.raises(
        StudyError, match="same_test is set, and the data function gives different test splits"
    ):
        compared(tmp_path, data=other)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"references": {"nobody": "?"}}, "references names 'nobody', which is no candidate"),
        ({"references": {"trained": 1}}, "references has a int for 'trained'"),
        ({"pairs": 1}, "pairs is a int"),
        ({"same_test": 1}, "same_test is 1"),
        ({"new_data": "a.csv"}, "new_data is a str"),
    ],
)
def test_mistakes_are_said(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        dense_study(candidates=CANDIDATES, **changes)


def test_a_search_without_a_confirmation_forms_no_verdict_and_can_go_on_to_one(tmp_path: Path) -> None:
    searched = run(dense_study(trials=2), tmp_path, Plan(search_repeats=2, repeats=0))
    assert searched.baseline is None and {run.phase for run in searched.runs} == {"search"}
    assert searched.setup.complete and not searched.setup.looks
    confirmed = run(dense_study(trials=2), tmp_path, Plan(search_repeats=2, repeats=3, finalists=1))
    assert confirmed.baseline is not None
    assert [one for one in confirmed.runs if one.phase == "search"] == list(searched.runs)
    again = Ledger(tmp_path).read_setup()
    assert again is not None and again.repeats == 3
