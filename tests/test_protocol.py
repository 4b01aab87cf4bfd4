"""From a study to a confirmed result."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tuner
from tests.tiny import SMALL, Recorder, build_dense, dense_study, run, split, splits
from tuner import Plan
from tuner.errors import LedgerError, StudyError, TunerError
from tuner.ledger import Ledger
from tuner.records import Look
from tuner.report.view import facts
from tuner.result import Result
from tuner.search import Drawn, Search
from tuner.splits import Splits


def test_the_order_of_things(whole: tuple[Result, Recorder]) -> None:
    result, recorder = whole
    best = result.finalists[0].name
    assert recorder.finished == [
        ("search", "baseline"),
        ("search", "trial-0"),
        ("search", "trial-1"),
        ("search", "trial-2"),
        ("confirmation", "baseline"),
        ("confirmation", best),
    ]
    assert recorder.expected[0] == 2 + 3 * 2 + 2 * 3
    assert recorder.setup is not None and recorder.setup.engine == "vectorized"


def test_every_run_is_kept(whole: tuple[Result, Recorder]) -> None:
    result, _ = whole
    best = result.finalists[0].name
    counts: dict[tuple[str, str], int] = {}
    for one in result.runs:
        counts[one.phase, one.configuration] = counts.get((one.phase, one.configuration), 0) + 1
    searched = {("search", name): 2 for name in ("baseline", "trial-0", "trial-1", "trial-2")}
    assert counts == {**searched, ("confirmation", "baseline"): 3, ("confirmation", best): 3}
    assert list(result.configurations) == ["baseline", "trial-0", "trial-1", "trial-2"]


def test_the_finalist_is_the_best_in_search(whole: tuple[Result, Recorder]) -> None:
    result, _ = whole
    means = {
        name: np.mean(
            [r.scores["validation"] for r in result.runs if (r.phase, r.configuration) == ("search", name)]
        )
        for name in ("trial-0", "trial-1", "trial-2")
    }
    assert result.finalists[0].name == min(means, key=lambda name: means[name])
    assert result.finalists[0].search_mean == pytest.approx(min(means.values()))


def test_the_result_is_of_fresh_seeds_on_the_test_split(whole: tuple[Result, Recorder]) -> None:
    result, _ = whole
    assert result.baseline is not None
    confirmed = [r for r in result.runs if (r.phase, r.configuration) == ("confirmation", "baseline")]
    assert result.baseline.test == tuple(r.scores["test"] for r in confirmed)
    assert result.baseline.validation == tuple(r.scores["validation"] for r in confirmed)
    assert not set(result.baseline.validation) & set(result.baseline.search)
    assert result.baseline.summary.mean == pytest.approx(np.mean(result.baseline.test))
    comparison = result.finalists[0].comparison
    assert comparison is not None
    assert comparison.difference == pytest.approx(
        np.mean(result.finalists[0].test) - np.mean(result.baseline.test)
    )


def test_the_setup_says_how_it_was_made(whole: tuple[Result, Recorder]) -> None:
    result, _ = whole
    setup = result.setup
    assert (setup.study, setup.metric, setup.direction, setup.epochs) == ("tiny", "mse", "minimize", 2)
    assert (setup.trials, setup.repeats, setup.finalists, setup.search_repeats) == (3, 3, 1, 2)
    assert (setup.engine, setup.backend, setup.command, setup.looks) == (
        "vectorized",
        "jax",
        "the command",
        (Look(3, ("baseline", result.finalists[0].name)),),
    )
    assert setup.sizes == {"train": 64, "validation": 32, "test": 32}
    assert setup.seconds > 0
    assert setup.versions["keras"] == keras.__version__
    assert setup.machine
    assert ("Source of the data", "Ours") in [(fact.label, fact.text) for fact in facts(result)]


def test_candidates_without_a_search(tmp_path: Path) -> None:
    def wide(trial: Any, data: Splits) -> Any:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
        model.compile(optimizer="adam", loss="mse")
        return model

    study = dense_study(trials=0, candidates={"fast": {"learning_rate": 0.05}, "wide": wide})
    result = run(study, tmp_path)
    assert {one.name for one in result.finalists} == {"fast", "wide"}
    assert {name: dict(one.params) for name, one in result.configurations.items()}["fast"] == {
        "learning_rate": 0.05
    }
    assert all(one.comparison is not None and one.summary.n == 3 for one in result.finalists)
    assert not (tmp_path / "study.db").exists()


@pytest.mark.parametrize("values", [{}, {"learning_rate": 0.05, "unitz": 3}])
def test_a_candidate_with_a_missing_or_unknown_name_is_refused_at_the_start(
    values: dict[str, Any], tmp_path: Path
) -> None:
    study = dense_study(trials=0, candidates={"fast": values})
    with pytest.raises(StudyError, match="fast"):
        run(study, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_nothing_to_compare_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no trials and no candidates"):
        run(dense_study(trials=0), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("parameters", ["rng", "trial, rng", "trial"])
def test_data_that_vary_are_compared_in_pairs(parameters: str, tmp_path: Path) -> None:
    def made(trial: Any = None, rng: Any = None) -> Splits:
        if trial is not None:
            trial.suggest_float("noise", 0.0, 0.1)
        x = (rng or np.random.default_rng(0)).normal(size=(32, 3)).astype("float32")
        return Splits((x, x.sum(axis=1, keepdims=True)), split(16, 2), split(16, 3))

    given = ", ".join(f"{name}={name}" for name in parameters.split(", "))
    data = eval(f"lambda {parameters}: made({given})", {"made": made})
    baseline = {"learning_rate": 0.01, **({"noise": 0.05} if "trial" in parameters else {})}
    result = run(dense_study(data=data, baseline=baseline, trials=1), tmp_path)
    assert result.setup.paired is ("rng" in parameters)
    assert set(result.configurations["trial-0"].params) == set(baseline)
    comparison = result.finalists[0].comparison
    assert comparison is not None and result.baseline is not None
    differences = np.subtract(result.finalists[0].test, result.baseline.test)
    deviation = math.sqrt(differences.var(ddof=1) / 3)
    half = (comparison.interval.high - comparison.interval.low) / 2
    paired_half = 4.302652729911275 * deviation  # Student's t for 95 % and 2 degrees of freedom
    assert (half == pytest.approx(paired_half, rel=1e-6)) is ("rng" in parameters)


def test_the_budget_ends_the_search_and_leaves_the_confirmation(tmp_path: Path) -> None:
    result = run(dense_study(), tmp_path, replace(SMALL, budget=1e-3))
    assert "trial-0" not in result.configurations
    assert result.baseline is not None and result.baseline.summary.n == 3
    assert any("the budget ends the search after 0 of 3 trials" in note for note in result.setup.notes)


def test_a_large_budget_ends_nothing(tmp_path: Path) -> None:
    result = run(dense_study(trials=1), tmp_path, replace(SMALL, budget=1e6))
    assert "trial-0" in result.configurations
    assert not any("budget" in note for note in result.setup.notes)


def build_fragile(trial: Any, data: Splits) -> Any:
    model, fit = build_dense(trial, data)
    if trial.suggest_categorical("kind", ["good", "bad"]) == "bad":
        raise RuntimeError("cannot be built")
    return model, fit


def test_failed_configurations_are_recorded_and_passed_over(tmp_path: Path, recorder: Recorder) -> None:
    study = dense_study(build=build_fragile, baseline={"learning_rate": 0.01, "kind": "good"}, trials=5)
    result = run(study, tmp_path, replace(SMALL, sampler="random", finalists=9), reporter=recorder)
    kinds = {name: one.params["kind"] for name, one in result.configurations.items()}
    assert set(kinds.values()) == {"good", "bad"}  # otherwise this test shows nothing
    failed = {one.configuration for one in result.runs if one.status == "failed"}
    assert failed == {name for name, kind in kinds.items() if kind == "bad"}
    assert {one.name for one in result.finalists} == set(kinds) - failed - {"baseline"}
    assert all(
        one.reason.startswith("RuntimeError (line ") and one.reason.endswith("cannot be built")
        for one in result.runs
        if one.status == "failed"
    )


def test_a_model_that_does_not_fit_its_loss_is_found_before_anything_is_written(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])  # y has one column
        model.compile(optimizer="sgd", loss="categorical_crossentropy")
        return model

    with pytest.raises(StudyError, match="raises ValueError") as caught:
        run(dense_study(build=build, metric=lambda *pair: 0.0, direction="minimize"), tmp_path / "new")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_maximising_turns_the_choice_around(tmp_path: Path) -> None:
    study = dense_study(direction="maximize", trials=4)
    result = run(study, tmp_path)
    means = {
        name: np.mean(
            [r.scores["validation"] for r in result.runs if (r.phase, r.configuration) == ("search", name)]
        )
        for name in result.configurations
        if name != "baseline"
    }
    assert result.finalists[0].name == max(means, key=lambda name: means[name])
    assert result.setup.direction == "maximize"


def test_where_every_trial_diverges_the_baseline_is_confirmed_alone(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        if trial.params["learning_rate"] != 0.01:
            model.optimizer.learning_rate = 1e30
        return model, fit

    result = run(dense_study(build=build, trials=2), tmp_path)
    assert {r.status for r in result.runs if r.configuration != "baseline"} == {"diverged"}
    assert result.baseline is not None
    assert result.finalists == ()


def test_where_everything_diverges_there_is_still_a_result(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        model.optimizer.learning_rate = 1e30
        return model, fit

    result = run(dense_study(build=build, trials=1), tmp_path)
    assert {one.status for one in result.runs} == {"diverged"}
    assert result.baseline is not None
    assert result.baseline.summary.failures == 3


def test_a_configuration_drawn_twice_reuses_its_runs(tmp_path: Path, recorder: Recorder) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial_of_one_value(trial), data)
        return model, fit

    def trial_of_one_value(trial: Any) -> Any:
        trial.suggest_categorical("kind", ["only"])

        class Fixed:
            def suggest_float(self, *args: Any, **kwargs: Any) -> float:
                return 0.01

        return Fixed()

    result = run(dense_study(build=build, baseline={"kind": "only"}), tmp_path, reporter=recorder)
    assert recorder.trained == [("search", "baseline"), ("confirmation", "baseline")]
    assert list(result.configurations) == ["baseline"]


def test_a_baseline_outside_the_ranges_is_allowed_and_said(tmp_path: Path, recorder: Recorder) -> None:
    run(dense_study(baseline={"learning_rate": 0.5}, trials=1), tmp_path, reporter=recorder)
    assert any(
        "the baseline lies outside the searched ranges (learning_rate)" in note for note in recorder.notes
    )


def test_a_grid_ends_when_it_has_no_points_left(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        class Rounded:
            def suggest_float(self, name: str, *args: Any, **kwargs: Any) -> float:
                return float(trial.suggest_float(name, 0.01, 0.03, step=0.01))

        return build_dense(Rounded(), data)

    result = run(dense_study(build=build, trials=9), tmp_path, replace(SMALL, sampler="grid"))
    rates = sorted(one.params["learning_rate"] for one in result.configurations.values())
    assert rates == pytest.approx([0.01, 0.02, 0.03])
    assert any("the grid has no more than 2 points" in note for note in result.setup.notes)


@pytest.mark.parametrize("sampler", ["cmaes", "gp"])
def test_a_sampler_that_cannot_be_used_leaves_the_folder_as_it_was(
    sampler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(TunerError, match="sampler"):
        run(dense_study(), tmp_path / "new", replace(SMALL, sampler=sampler))
    assert not (tmp_path / "new").exists()
    before = run(dense_study(trials=1), tmp_path / "old")
    with pytest.raises(TunerError, match="sampler"):
        run(dense_study(), tmp_path / "old", replace(SMALL, sampler=sampler), fresh=True)
    assert tuner.load(tmp_path / "old").runs == before.runs


def test_the_objective_decides_who_is_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Drawn, float | None]] = []
    real = Search.tell

    def tell(self: Search, drawn: Drawn, value: float | None, *, pruned: bool = False) -> None:
        told.append((drawn, value))
        real(self, drawn, value, pruned=pruned)

    monkeypatch.setattr(Search, "tell", tell)
    result = run(dense_study(objective="quantile:1", trials=1), tmp_path)
    scores = [
        r.scores["validation"] for r in result.runs if (r.phase, r.configuration) == ("search", "trial-0")
    ]
    assert [value for _, value in told] == [max(scores)]


def test_more_seeds_are_another_look_and_the_same_command_again_is_none(tmp_path: Path) -> None:
    study = dense_study(trials=1)
    first = run(study, tmp_path, replace(SMALL, repeats=5))
    assert [look.repeats for look, _ in first.looks] == [5]
    more = [run(study, tmp_path, replace(SMALL, repeats=6)) for _ in range(2)]
    assert more[0].setup.looks == more[1].setup.looks
    assert [(look.repeats, share) for look, share in more[1].looks] == [
        (5, pytest.approx(0.8)),
        (6, pytest.approx(0.1)),
    ]
    was, now = first.finalists[0].comparison, more[1].finalists[0].comparison
    assert was is not None and now is not None
    assert now.n_candidate == 6
    assert now.verdict == was.verdict or was.verdict == "undecided"


def test_a_damaged_ledger_is_named_and_trained_again(tmp_path: Path) -> None:
    run(dense_study(trials=1), tmp_path)
    path = tmp_path / "ledger" / "search" / "baseline-0000.json"
    path.write_text(path.read_text()[:-40])
    with pytest.raises(LedgerError, match=r"baseline-0000\.json"):
        Ledger(tmp_path)
    assert len(run(dense_study(trials=1), tmp_path).runs) == len(Ledger(tmp_path).runs) == 10


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"profile": "slow"}, "profile 'slow' is unknown; use quick, standard, paper"),
        ({"trials": -1}, "trials is -1; give 0 or more"),
        ({"search_repeats": 0}, "search-repeats is 0; give 1 or more"),
        ({"search_repeats": (0, 4)}, "search-repeats is 0,4; give 1 or more"),
        (
            {"search_repeats": (8, 2)},
            "search-repeats is 8,2; give the first number of seeds, then the largest",
        ),
        ({"search_repeats": (2, 4, 8)}, "give one number of seeds, or the first and the largest"),
        ({"search_repeats": "2,8"}, "give one number of seeds, or the first and the largest"),
        ({"search_repeats": 2.5}, "give one number of seeds, or the first and the largest"),
        ({"repeats": -3}, "repeats is -3"),
        ({"finalists": 0}, "finalists is 0"),
        ({"budget": 0.0}, "a budget of 0 s leaves no time"),
    ],
)
def test_plans_that_cannot_be(values: dict[str, Any], message: str) -> None:
    with pytest.raises(TunerError, match=message):
        Plan(**values)


def test_fixed_splits_are_the_study_s_own() -> None:
    assert splits().sizes == {"train": 64, "validation": 32, "test": 32}
