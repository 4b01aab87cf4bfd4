"""A search that races, with real trainings: its seeds, its report, and that an interrupted one goes on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from tests.tiny import Recorder, dense_study, numbers, run, split
from tuner.checked import write_json
from tuner.errors import LedgerError, TunerError
from tuner.ledger import Ledger
from tuner.plan import Plan
from tuner.records import BASELINE
from tuner.report import summary, write_report
from tuner.report.methods import methods
from tuner.report.trials import trials_table
from tuner.report.view import facts
from tuner.result import Result
from tuner.splits import Splits
from tuner.stats.racing import Rules
from tuner.study import Study


def build_offset(trial: Any, data: Splits) -> Any:
    """A linear model that hardly trains: its score tells how far `offset` is from 1, with little noise."""
    import keras

    offset = trial.suggest_float("offset", 0.0, 2.0)
    start = keras.initializers.RandomNormal(mean=offset, stddev=0.03)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer=start)])
    model.compile(optimizer=keras.optimizers.SGD(1e-5), loss="mse")
    return model, {"batch_size": 32}


def offset_study(**changes: Any) -> Study:
    def linear(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        x = split(examples, seed)[0]
        return x, x.sum(axis=1, keepdims=True)

    values = {
        "data": Splits(linear(64, 1), linear(32, 2), linear(32, 3)),
        "build": build_offset,
        "baseline": {"offset": 0.75},
        "epochs": 1,
        "trials": 6,
        "seed": 3,
    }
    return dense_study(**values | changes)


RACE = Plan(search_repeats=(2, 8), repeats=2, finalists=1, sampler="random")


@pytest.fixture(scope="module")
def raced_whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Recorder]:
    """A finished race, and what its reporter was told."""
    recorder = Recorder()
    return run(offset_study(), tmp_path_factory.mktemp("race"), RACE, reporter=recorder), recorder


def searched(result: Result) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for one in result.runs:
        if one.phase == "search":
            found.setdefault(one.configuration, []).append(one.scores["validation"])
    return found


def test_a_search_that_races_spends_its_seeds_on_who_can_win(raced_whole: tuple[Result, Recorder]) -> None:
    result, recorder = raced_whole
    scores = searched(result)
    seeds = {name: len(values) for name, values in scores.items()}
    assert set(seeds.values()) == {2, 4, 8}  # otherwise this test shows nothing
    assert seeds[BASELINE] == 8  # which it was given for the sake of the first challenger that stayed
    assert ("search", "baseline") in recorder.finished[1:]
    means = {name: np.mean(values) for name, values in scores.items() if name != BASELINE}
    assert result.finalists[0].name == min(means, key=lambda name: means[name])
    assert result.setup.search_seeds == (2, 8)
    last = {name: place for place, (phase, name) in enumerate(recorder.finished) if phase == "search"}
    assert set(last) == set(seeds)
    assert recorder.expected[0] == 8 + 6 * 8 + 2 * 2
    assert recorder.expected[-2] < 8 + 2 * 2  # the last trial is expected to take as many as others did


def test_the_sampler_is_told_the_mean_over_the_seeds_of_a_trial(raced_whole: tuple[Result, Recorder]) -> None:
    result, _ = raced_whole
    assert result.folder is not None
    loaded = optuna.load_study(study_name="tiny", storage=f"sqlite:///{result.folder / 'study.db'}")
    told = {trial.user_attrs["configuration"]: trial.value for trial in loaded.trials}
    scores = searched(result)
    baseline = told.pop(BASELINE)
    assert baseline == np.mean(scores[BASELINE][:2])  # what it had when the search began
    assert told == {name: np.mean(values) for name, values in scores.items() if name != BASELINE}


class Interrupt(Recorder):
    """Interrupts when a group has begun to train and so many have trained before it."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._groups = -1
        self._after = after
        self._last = ("", 1.0)

    def training(self, phase: Any, name: str, seeds: int, share: float) -> None:
        if name != self._last[0] or share < self._last[1]:
            self._groups += 1
        self._last = (name, share)
        if self._groups == self._after:
            raise KeyboardInterrupt


def groups(folder: Path) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(one.phase, one.configuration.name, one.seed_indices) for one in Ledger(folder).groups]


def test_a_race_interrupted_again_and_again_is_the_same_bit_for_bit(
    raced_whole: tuple[Result, Recorder], tmp_path: Path
) -> None:
    whole, _ = raced_whole
    assert whole.folder is not None
    planned = []  # groups that an interruption left without runs
    for session, after in enumerate((0, 2, *[2] * 50)):
        study = offset_study(trials=3 if session < 3 else 6)  # a longer search goes on from a shorter one
        try:
            resumed = run(study, tmp_path, RACE, reporter=Interrupt(after))
            break
        except KeyboardInterrupt:
            planned += [one for one in Ledger(tmp_path).groups if not one.runs]
    assert any(one.configuration.name == BASELINE and one.seed_indices[0] > 0 for one in planned)
    assert any(one.configuration.name != BASELINE and one.seed_indices[0] > 0 for one in planned)
    assert numbers(resumed) == numbers(whole)
    assert resumed.configurations == whole.configurations
    assert groups(tmp_path) == groups(whole.folder)


def test_other_numbers_of_seeds_are_refused(raced_whole: tuple[Result, Recorder]) -> None:
    folder = raced_whole[0].folder
    assert folder is not None
    with pytest.raises(LedgerError, match="the largest number of search seeds"):
        run(offset_study(), folder, replace(RACE, search_repeats=(2, 9)))
    with pytest.raises(LedgerError, match="the largest number of search seeds"):
        run(offset_study(), folder, replace(RACE, search_repeats=2))


def test_a_folder_of_before_there_were_races_goes_on(tmp_path: Path) -> None:
    plan = replace(RACE, search_repeats=2)
    before = run(offset_study(trials=1), tmp_path, plan)
    path = tmp_path / "run.json"
    content = json.loads(path.read_text("utf-8"))["content"]
    assert content.pop("most_search_repeats") is None
    write_json(path, content)
    assert numbers(run(offset_study(trials=1), tmp_path, plan)) == numbers(before)


def test_pairs_race_where_the_data_vary_with_the_seed(tmp_path: Path) -> None:
    """Data shift all scores of a seed by far more than configurations differ; pairs see through it."""

    x = split(32, 1)[0]
    x -= x.mean(axis=0)

    def data(rng: Any) -> Splits:
        y = x.sum(axis=1, keepdims=True) + np.float32(rng.uniform(1.0, 20.0))
        return Splits((x, y), (x, y), (x, y))

    result = run(offset_study(data=data, trials=4), tmp_path, replace(RACE, search_repeats=(3, 6)))
    scores = searched(result)
    assert result.setup.paired
    seeds = {len(values) for values in scores.values()}
    assert max(scores[BASELINE]) > 10 * min(scores[BASELINE]) and 3 in seeds  # or this test shows nothing
    assert len(scores[BASELINE]) == max(seeds)
    rules = Rules(3, 6, paired=True)
    best, rivals = scores[BASELINE], 1
    for name in list(scores)[1:]:
        first = np.array(scores[name][:3])
        assert rules.drops(first, np.array(best), rivals) is (len(scores[name]) == 3)
        if len(scores[name]) == 6:
            rivals += 1
            best = min(best, scores[name], key=np.mean)


@pytest.mark.parametrize("objective", ["median", "mean+1*std", "quantile:0.9"])
def test_only_means_are_raced(objective: str, tmp_path: Path) -> None:
    with pytest.raises(TunerError, match=r"raced by their means.*--search-repeats 8") as caught:
        run(offset_study(objective=objective), tmp_path / "new", RACE)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


@pytest.mark.lengthy
def test_epochs_are_pruned_in_a_race_too_and_it_resumes(tmp_path: Path) -> None:
    study = offset_study(epochs=2, trials=9)
    plan = replace(RACE, search_repeats=(2, 4), pruner="median")
    whole = run(study, tmp_path / "a", plan)
    status: dict[str, list[str]] = {}
    for one in whole.runs:
        if one.phase == "search":
            status.setdefault(one.configuration, []).append(one.status)
    assert ["pruned", "pruned"] in status.values()
    assert {"complete"} in [set(words) for words in status.values() if len(words) == 4]
    with pytest.raises(KeyboardInterrupt):
        run(
            study,
            tmp_path / "b",
            plan,
            reporter=Recorder(lambda phase, name, share: name == "trial-6" and share > 0),
        )
    assert numbers(run(study, tmp_path / "b", plan)) == numbers(whole)


def test_the_report_says_how_trials_were_raced(raced_whole: tuple[Result, Recorder], tmp_path: Path) -> None:
    result, _ = raced_whole
    seeds = {name: len(values) for name, values in searched(result).items()}
    paragraph = methods(result)[0]
    assert "trained with 2 to 8 random seeds" in paragraph
    assert "raced from 2 to 8 seeds" in paragraph
    assert "one-sided Welch t-test at 2 and 4 seeds" in paragraph
    taken = sum(seeds.values())
    assert f"took {taken} runs, {7 * 8 - taken} fewer than 8 seeds for each" in paragraph
    (fact,) = (one for one in facts(result) if one.label == "Seeds")
    assert fact.text == "raced from 2 to 8 in search, 2 in confirmation"
    rows = {row[0].text: (row[1].text, row[2].text) for row in trials_table(result).rows}
    assert {name: int(shown) for name, (_, shown) in rows.items()} == seeds
    assert {name for name, (status, _) in rows.items() if status == "dropped"} == {
        name for name, count in seeds.items() if count < 8
    }
    assert summary(result)["runs"]["search"] == taken
    assert "dropped from the race" in write_report(result, tmp_path).read_text("utf-8")
