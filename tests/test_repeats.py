"""One configuration and its seeds become runs."""

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import build_dense, dense_study, split, splits
from tuner.engines import vectorized
from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.splits import Splits

ONE = Configuration("trial-0", {"learning_rate": 0.02})


def quiet(share: float) -> None:
    """Progress that nobody looks at."""


def test_each_seed_is_a_run_with_its_own_scores() -> None:
    runs = Repeats(dense_study()).train("confirmation", ONE, (0, 3, 4), quiet)
    assert [(run.phase, run.configuration, run.seed_index) for run in runs] == [
        ("confirmation", "trial-0", index) for index in (0, 3, 4)
    ]
    assert {run.status for run in runs} == {"complete"}
    assert all(set(run.scores) == {"validation", "test"} for run in runs)
    assert len({run.scores["test"] for run in runs}) == 3
    assert all(len(run.history["loss"]) == len(run.history["val_loss"]) == 2 for run in runs)


def test_the_search_does_not_touch_the_test_split() -> None:
    (run,) = Repeats(dense_study()).train("search", ONE, (0,), quiet)
    assert set(run.scores) == {"validation"}


def test_the_last_validation_loss_is_the_score() -> None:
    (run,) = Repeats(dense_study()).train("search", ONE, (0,), quiet)
    assert run.history["val_loss"][-1] == pytest.approx(run.scores["validation"], rel=1e-5)


def test_the_same_seeds_give_the_same_scores_bit_for_bit() -> None:
    first, second = (Repeats(dense_study()).train("search", ONE, (0, 1), quiet) for _ in range(2))
    assert [run.scores for run in first] == [run.scores for run in second]
    assert [run.history for run in first] == [run.history for run in second]


def test_seeds_do_not_depend_on_the_group_they_train_in() -> None:
    together = Repeats(dense_study()).train("search", ONE, (0, 1, 2), quiet)
    (alone,) = Repeats(dense_study()).train("search", ONE, (2,), quiet)
    assert alone.scores["validation"] == pytest.approx(together[2].scores["validation"], rel=1e-5)


def test_phases_have_fresh_seeds() -> None:
    runs = [Repeats(dense_study()).train(phase, ONE, (0,), quiet)[0] for phase in ("search", "confirmation")]
    assert runs[0].scores["validation"] != runs[1].scores["validation"]


def test_the_name_of_a_configuration_plays_no_part() -> None:
    renamed = replace(ONE, name="another")
    first, second = (Repeats(dense_study()).train("search", one, (0,), quiet)[0] for one in (ONE, renamed))
    assert first.scores == second.scores


def test_another_study_seed_gives_other_scores() -> None:
    first, second = (Repeats(dense_study(seed=seed)).train("search", ONE, (0,), quiet)[0] for seed in (0, 1))
    assert first.scores != second.scores


def test_groups_are_planned_on_disk_before_any_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectorized, "_MOST_ON_A_CPU", 2)
    seen: list[list[tuple[tuple[int, ...], int]]] = []

    def look(seeds: int, share: float) -> None:
        groups = Ledger(tmp_path).of("search", "trial-0")
        seen.append([(group.seed_indices, len(group.runs)) for group in groups])

    Repeats(dense_study()).measure(Ledger(tmp_path), "search", ONE, 5, look)
    assert seen[0] == [((0,), 0), ((1, 2), 0), ((3, 4), 0)]
    assert seen[-1] == [((0,), 1), ((1, 2), 2), ((3, 4), 0)]


def test_an_interrupted_group_is_trained_again_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectorized, "_MOST_ON_A_CPU", 2)
    expected = Repeats(dense_study()).measure(Ledger(tmp_path / "a"), "search", ONE, 4)
    calls: list[float] = []

    def interrupt(seeds: int, share: float) -> None:
        calls.append(share)
        if 1.0 in calls and share < 1.0:  # in the middle of the second group
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Repeats(dense_study()).measure(Ledger(tmp_path / "b"), "search", ONE, 4, interrupt)
    left = Ledger(tmp_path / "b").of("search", "trial-0")
    assert [(group.seed_indices, len(group.runs)) for group in left] == [((0, 1), 2), ((2, 3), 0)]
    trained: list[int] = []
    found = Repeats(dense_study()).measure(
        Ledger(tmp_path / "b"), "search", ONE, 4, lambda seeds, share: trained.append(seeds)
    )
    assert set(trained) == {2}
    assert [(run.seed_index, run.scores, run.history) for run in found] == [
        (run.seed_index, run.scores, run.history) for run in expected
    ]


def test_a_planned_group_trains_whole_though_more_seeds_are_asked_for_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 6 seeds, at most 4 together, two groups of 3 would be made; the group of 4 was planned before."""
    monkeypatch.setattr(vectorized, "_MOST_ON_A_CPU", 4)
    begun: list[int] = []

    class Watched(vectorized.Group):
        def __init__(self, program: Any, seeds: int, *arguments: Any) -> None:
            begun.append(seeds)
            super().__init__(program, seeds, *arguments)

    monkeypatch.setattr(vectorized, "Group", Watched)

    def interrupt(seeds: int, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Repeats(dense_study()).measure(Ledger(tmp_path), "search", ONE, 4, interrupt)
    Repeats(dense_study()).measure(Ledger(tmp_path), "search", ONE, 6)
    assert begun == [4, 4, 2]


def callback_of_ones_own(trial: Any, data: Splits) -> Any:
    model, fit = build_dense(trial, data)
    return model, {**fit, "callbacks": [keras.callbacks.LambdaCallback()]}


@pytest.mark.parametrize("engine", ["vectorized", "fit"])
def test_a_full_disk_or_a_reporter_that_raises_makes_no_failed_runs(engine: str, tmp_path: Path) -> None:
    def full(*_: Any) -> Any:
        raise LedgerError("the disk is full")

    ledger = Ledger(tmp_path)
    for given in ({"on_progress": full}, {"should_prune": full}):
        with pytest.raises(LedgerError, match="the disk is full"):
            Repeats(dense_study(), engine=engine).measure(ledger, "search", ONE, 2, **given)
    noting = Repeats(dense_study(build=callback_of_ones_own), on_note=full)
    with pytest.raises(LedgerError, match="the disk is full"):
        noting.measure(ledger, "search", ONE, 2)
    assert not any(group.runs for group in ledger.of("search", "trial-0"))


def test_more_seeds_keep_those_there_are(tmp_path: Path) -> None:
    runner = Repeats(dense_study())
    first = runner.measure(Ledger(tmp_path), "search", ONE, 2)
    grown = runner.measure(Ledger(tmp_path), "search", ONE, 3)
    assert grown[:2] == first
    assert [group.seed_indices for group in Ledger(tmp_path).groups] == [(0, 1), (2,)]
    assert runner.measure(Ledger(tmp_path), "search", ONE, 1) == first[:1]


def test_groups_that_are_smaller_than_all_seeds_are_no_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    runner = Repeats(dense_study(), on_note=notes.append)
    runner.measure(Ledger(tmp_path), "search", ONE, 2)
    # How many pay depends on the machine.
    monkeypatch.setattr("tuner.engines.vectorized._most_together", lambda *_: 2)
    for phase in ("search", "confirmation"):
        runner.measure(Ledger(tmp_path), phase, ONE, 6)
    assert notes == []
    assert [len(group.runs) for group in Ledger(tmp_path).groups] == [2, 2, 2, 2, 2, 2]


def test_a_failing_build_gives_failed_runs_and_a_reason(tmp_path: Path) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_dense(trial, data)
        if trial.params["learning_rate"] == 0.02:
            raise RuntimeError("too large\nfor this machine")
        return model, fit

    notes: list[str] = []
    runs = Repeats(dense_study(build=build), on_note=notes.append).measure(Ledger(tmp_path), "search", ONE, 2)
    assert {run.status for run in runs} == {"failed"}
    (reason,) = {run.reason for run in runs}
    assert reason.startswith("RuntimeError (line ") and reason.endswith("of test_repeats.py): too large")
    assert all(math.isnan(run.scores["validation"]) for run in runs)
    assert notes == []  # the engine had no part in it
    assert repr(Ledger(tmp_path).runs) == repr(runs)
    (fine,) = Repeats(dense_study(build=build)).train(
        "search", Configuration("b", {"learning_rate": 0.01}), (0,), quiet
    )
    assert fine.status == "complete"


@pytest.mark.parametrize("engine", ["vectorized", "fit"])
def test_runs_that_diverge_are_recorded_as_such(engine: str) -> None:
    study = dense_study(epochs=3)
    wild = Configuration("wild", {"learning_rate": 1e30})
    runs = Repeats(study, engine=engine).train("search", wild, (0, 1), quiet)
    assert {run.status for run in runs} == {"diverged"}
    assert all("not finite" in run.reason for run in runs)
    assert all(not math.isfinite(run.scores["validation"]) for run in runs)
    assert all(len(run.history["loss"]) == 3 for run in runs)


def test_where_data_vary_every_configuration_meets_the_same_ones() -> None:
    seen: dict[tuple[str, float], list[float]] = {}

    def data(rng: np.random.Generator) -> Splits:
        x = rng.normal(size=(32, 3)).astype("float32")
        return Splits((x, x[:, :1]), split(8, 2), split(8, 3))

    def build(trial: Any, data: Splits) -> Any:
        made = build_dense(trial, data)
        seen.setdefault((phase, trial.params["learning_rate"]), []).append(float(data.train[0][0, 0]))
        return made

    study = dense_study(data=data, build=build)
    assert study.data_vary
    for phase in ("search", "confirmation"):
        for rate in (0.01, 0.02):
            Repeats(study).train(phase, Configuration(str(rate), {"learning_rate": rate}), (0, 1, 2), quiet)
    assert seen["search", 0.01] == seen["search", 0.02]
    assert seen["confirmation", 0.01] == seen["confirmation", 0.02]
    assert len({*seen["search", 0.01], *seen["confirmation", 0.01]}) == 6


def test_a_seed_that_raises_takes_no_other_along() -> None:
    def data(rng: np.random.Generator) -> Splits:
        x = rng.normal(size=(32, 3)).astype("float32")
        return Splits((x, x[:, :1]), split(8, 2), split(8, 3))

    def build(trial: Any, data: Splits) -> Any:
        if data.train[0][0, 0] > 0:
            raise RuntimeError("positive")
        return build_dense(trial, data)

    study = dense_study(data=data, build=build)
    together = Repeats(study).train("search", ONE, range(4), quiet)
    assert {run.status for run in together} == {"complete", "failed"}
    for run in together:
        (alone,) = Repeats(study).train("search", ONE, (run.seed_index,), quiet)
        assert (alone.status, alone.reason) == (run.status, run.reason)


def test_fixed_data_are_made_once_a_group() -> None:
    calls: list[float] = []

    def data(trial: Any) -> Splits:
        calls.append(trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True))
        return splits()

    Repeats(dense_study(data=data)).train("search", ONE, (0, 1, 2), quiet)
    assert calls == [0.02]


def test_weights_made_late_come_from_the_seed_too() -> None:
    class Late(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.kernel = self.add_weight(shape=(shape[-1], 1), initializer="glorot_uniform")

        def call(self, x: Any) -> Any:
            return keras.ops.matmul(x, self.kernel)

    def build(trial: Any, data: Splits) -> Any:
        trial.suggest_float("learning_rate", 1e-3, 1e-1)
        model = keras.Sequential([Late()])  # no Input: its weights are made after build has returned
        model.compile(optimizer="sgd", loss="mse")
        return model

    first, second = (Repeats(dense_study(build=build)).train("search", ONE, (0,), quiet)[0] for _ in range(2))
    assert first.status == "complete"
    assert first.scores == second.scores


def test_the_global_generators_go_on_where_they_were() -> None:
    import random

    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.random()
    random.seed(1)
    np.random.seed(1)
    Repeats(dense_study(), engine="fit").train("search", ONE, (0,), quiet)
    assert (random.random(), np.random.random()) == expected


def test_every_seed_sees_the_values_that_the_data_function_asked_for() -> None:
    def data(trial: Any) -> Splits:
        trial.suggest_int("window", 1, 4)
        return splits()

    def build(trial: Any, data: Splits) -> Any:
        assert trial.params["window"] == 2
        return build_dense(trial, data)

    values = {"window": 2, "learning_rate": 0.01}
    study = dense_study(data=data, build=build, baseline=values)
    runs = Repeats(study).train("search", Configuration("one", values), (0, 1, 2), lambda share: None)
    assert [run.status for run in runs] == ["complete"] * 3


def test_a_confirmation_keeps_the_scores_of_its_test_examples(whole: Any) -> None:
    result, _ = whole
    folder, repeats = result.folder, result.setup.repeats
    assert len(list(folder.glob("ledger/confirmation/*.npy"))) == 2
    assert list(folder.glob("ledger/search/*.npy")) == []
    for one in (result.baseline, *result.finalists):
        found = Ledger(folder).examples("confirmation", one.name, repeats)
        assert found.values.shape == (repeats, 32) and found.horizon == 1
        assert found.values.mean(axis=1, dtype=float) == pytest.approx(one.test, rel=1e-6)
    (finalist,) = result.finalists
    assert finalist.over_examples is not None and finalist.over_examples.examples == 32
    assert finalist.comparison is not None
    assert finalist.over_examples.difference == pytest.approx(finalist.comparison.difference, rel=1e-4)


def test_both_engines_give_the_same_scores_of_test_examples() -> None:
    tables = []
    for engine in ("vectorized", "fit"):
        training = Repeats(dense_study(), engine=engine).training("confirmation", ONE, (0, 1))
        examples = training.measure((0, 1), quiet).examples
        assert examples is not None
        tables.append(examples.values)
    assert tables[0] == pytest.approx(tables[1], rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda rng: splits(), "every seed has test examples of its own"),
        (lambda trial: splits(), "the test examples depend on the hyperparameters"),
        (
            lambda: Splits(split(64, 1), split(32, 2), lambda: iter([split(32, 3)])),
            "the test split comes batch by batch, perhaps in another order each time",
        ),
    ],
)
def test_where_examples_are_not_the_same_none_are_kept(data: Any, reason: str, tmp_path: Path) -> None:
    runner, ledger = Repeats(dense_study(data=data)), Ledger(tmp_path)
    (run,) = runner.measure(ledger, "confirmation", ONE, 1)
    assert run.status == "complete"
    assert ledger.examples("confirmation", ONE.name, 1).reason == reason


def test_a_group_knows_when_its_training_began(tmp_path: Path) -> None:
    before = time.time()
    Repeats(dense_study()).measure(Ledger(tmp_path), "search", ONE, 4)
    after = time.time()
    groups = Ledger(tmp_path).groups
    starts = [group.started for group in groups if group.started is not None]
    assert len(starts) == len(groups) and starts == sorted(starts)
    ends = [
        start + sum(run.seconds for run in group.runs) for start, group in zip(starts, groups, strict=True)
    ]
    assert before <= starts[0] and ends[-1] <= after + 0.1
    assert all(end <= start + 0.1 for end, start in zip(ends[:-1], starts[1:], strict=True))


def test_a_group_that_is_only_planned_has_not_begun(tmp_path: Path) -> None:
    def interrupt(seeds: int, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Repeats(dense_study()).measure(Ledger(tmp_path), "search", ONE, 2, interrupt)
    assert [group.started for group in Ledger(tmp_path).groups] == [None]
