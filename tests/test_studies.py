"""The studies that come with tuner: each is run once in its smallest form, and is the published network."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

import tuner
from benchmarks.published import ledger, table
from benchmarks.published.registry import ROWS
from benchmarks.published.row import STUDIES
from tests.daily import write_prices, write_sunspots
from tests.tiny import run
from tuner.figures.showing import trial_of
from tuner.loading import load_study
from tuner.plan import Plan
from tuner.repeats import Repeats
from tuner.result import Result
from tuner.seeds import Seed
from tuner.sources import Source
from tuner.study import Study
from tuner.trials import PinnedTrial

README = STUDIES / "README.md"

# Options that make a study as small as it can be.
SMALLEST: dict[str, dict[str, Any]] = {
    "addition": {"n_train": 32},
    "bitcoin": {"epochs": 2, "units": 4, "layers": 1},
    "contrived_batch": {"epochs": 1},
    "contrived_cells": {"epochs": 1},
    "cumulative_sum": {"n_train": 10},
    "damped_sine": {"n_train": 10, "steps_in": 4},
    "echo": {"n_train": 4},
    "encdec_sine": {"n_train": 16, "epochs": 1, "batch_size": 8},
    "moving_square": {"size": 4, "n_train": 32, "n_test": 8},
    "rectangles": {"n_train": 2},
    "reverse_integers": {"n_train": 32, "cardinality": 4, "units": 32},
    "signals": {"iterations": 2, "units": 8, "layers": 1},
    "sunspots": {"start": "1999-11-01", "n_validation": 10, "epochs": 1, "longest": 36},
    "toy_classification": {"epochs": 1},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The option that names a file of made-up data, for the studies that need one."""
    folder = tmp_path_factory.mktemp("daily")
    return {
        "bitcoin": {"path": str(write_prices(folder / "prices.csv", 420))},
        "sunspots": {"path": str(write_sunspots(folder / "spots.csv", "1999-11-01", 130))},
    }


def loaded(name: str, files: dict[str, dict[str, Any]], **options: Any) -> Study:
    """A study in its smallest form, with other options where these are given."""
    return load_study(STUDIES / f"{name}.py", SMALLEST[name] | files.get(name, {}) | options)


def test_every_study_is_tried() -> None:
    assert {path.stem for path in STUDIES.glob("*.py")} == set(SMALLEST)


def test_every_study_says_what_it_is() -> None:
    text = README.read_text("utf-8")
    for path in STUDIES.glob("*.py"):
        assert path.read_text("utf-8").startswith('"""'), path.name
        assert f"\n## {path.stem}" in text, path.name


@pytest.mark.parametrize("name", SMALLEST)
def test_a_study_runs(name: str, files: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """The baseline, and a candidate with the same values: that takes no second program."""
    study = loaded(name, files)
    try_show = None if study.show is None else trial_of(study.show)
    twice = replace(study, candidates={"again": study.baseline}, trials=0)
    result: Result = run(twice, tmp_path / "run", Plan(repeats=1), try_show=try_show)
    assert result.setup.engine == "vectorized"
    assert result.baseline is not None
    assert [run.status for run in result.runs] == ["complete"] * 2
    assert result.baseline.test == result.finalists[0].test


@pytest.mark.parametrize("name", SMALLEST)
def test_what_is_searched_builds(name: str, files: dict[str, dict[str, Any]]) -> None:
    study = loaded(name, files)
    ranges = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    ranges.enqueue_trial({key: study.baseline[key] for key in SIZES if key in study.baseline})
    trial = ranges.ask()
    Source(study).try_build(trial)
    drawn, known = set(trial.params), set(study.baseline)
    assert drawn & known and drawn ^ known <= CONDITIONAL


# Hyperparameters that determine the shapes of weights: new shapes take a while to compile.
SIZES = ("units", "layers", "decoder_units", "dense", "filters", "encoding", "model", "architecture", "cell")
# Those that only some configurations have.
CONDITIONAL = {"filters", "kernel_size", "momentum", "penalised"}


def parameters(study: Study) -> int:
    """The number of weights of the baseline."""
    trial = PinnedTrial(study.baseline, "baseline")
    made = study.build(trial, study.splits(trial, Seed(0, "search", "", 0).generator("data")))
    return int((made[0] if isinstance(made, tuple) else made).count_params())


@pytest.mark.parametrize(
    ("name", "options", "count"),
    [
        ("encdec_sine", {}, 23_136),  # 22,716 with the cell of then, whose GRU has one bias less
        ("echo", {}, 3_860),
        ("damped_sine", {"steps_in": 50}, 5_145),
        ("moving_square", {"size": 50, "n_train": 2, "n_test": 1}, 240_661),
        ("addition", {}, 52_212),
        ("cumulative_sum", {}, 20_901),
        ("rectangles", {}, 542),
        ("reverse_integers", {"cardinality": 51, "units": 128}, 190_899),
        ("toy_classification", {}, 67_076),
        ("sunspots", {"longest": 10}, 19_009),
    ],
)
def test_the_baseline_has_the_published_size(
    name: str, options: dict[str, Any], count: int, files: dict[str, dict[str, Any]]
) -> None:
    assert parameters(loaded(name, files, **options)) == count


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("encdec_sine", {"teacher_forcing": True}),
        ("encdec_sine", {"wide": True, "cell": "lstm", "l2": 1e-6, "decoder_units": 20, "signals": 3}),
        ("addition", {"held_out": True}),
        ("reverse_integers", {"real": True, "loss": "mae"}),
        ("reverse_integers", {"shortest": 3, "n_in": 5}),
        ("signals", {"exercise": 3}),
    ],
)
def test_an_option_makes_a_study_that_builds(
    name: str, options: dict[str, Any], files: dict[str, dict[str, Any]]
) -> None:
    assert Repeats(loaded(name, files, **options)).preflight(naive=True).engine == "vectorized"


def test_what_a_study_cannot_do_is_said_in_one_line() -> None:
    with pytest.raises(tuner.TunerError, match="shortest is 2; give 3 to 6"):
        load_study(STUDIES / "reverse_integers.py", {"shortest": 2})
    with pytest.raises(tuner.TunerError, match="exercise is 5; give 1, 2 or 3"):
        load_study(STUDIES / "signals.py", {"exercise": 5})
    with pytest.raises(tuner.TunerError, match="--set path=FILE"):
        load_study(STUDIES / "bitcoin.py")


def test_a_short_source_keeps_its_answer(files: dict[str, dict[str, Any]]) -> None:
    from tuner.problems import from_one_hot

    whole, short = (
        loaded("reverse_integers", files, n_in=6, cardinality=51, **options)
        for options in ({}, {"shortest": 3})
    )
    assert not callable(whole.data) and not callable(short.data)
    (source, _), y = whole.data.train
    (cut, _), same = short.data.train
    assert np.array_equal(y, same)
    numbers, before = from_one_hot(cut), from_one_hot(source)
    lengths = (numbers > 0).sum(axis=1)
    assert set(lengths) == {3, 4, 5, 6}
    for row, full, length in zip(numbers, before, lengths, strict=True):
        assert row.tolist() == [0] * (6 - length) + full[:length].tolist()


@pytest.mark.parametrize(("season", "difference"), [(0, 0), (0, 1), (27, 1)])
def test_sunspots_are_forecast_for_the_same_days_however_they_are_framed(
    season: int, difference: int, files: dict[str, dict[str, Any]]
) -> None:
    study = loaded("sunspots", files, longest=48, n_validation=5)
    framing = {"season": season, "difference": difference, "window": 12, "scaling": "standardize"}
    trial = PinnedTrial({**study.baseline, **framing}, "framed")
    rng = np.random.default_rng(0)
    splits, plain = study.splits(trial, rng), study.splits(PinnedTrial(study.baseline, "baseline"), rng)
    assert np.array_equal(splits.test[1], plain.test[1])
    assert splits.test[0].shape[1] == 12 + season + difference
    assert splits.credit.startswith("WDC-SILSO")
    assert np.array_equal(splits.test[0][:, -10:], plain.test[0])
    model, _ = study.build(trial, splits)
    said = model.predict(splits.test[0], verbose=0)
    if difference and not season:  # an untrained network says that little changes
        assert np.abs(said - splits.test[0][:, -1]).mean() < np.abs(said - plain.test[1].mean()).mean()


def test_the_patience_of_early_stopping_is_searched(files: dict[str, dict[str, Any]]) -> None:
    study = loaded("sunspots", files)
    assert study.baseline["patience"] == 5
    trial = PinnedTrial({**study.baseline, "patience": 2}, "hasty")
    _, arguments = study.build(trial, study.splits(trial, np.random.default_rng(0)))
    assert [one.patience for one in arguments["callbacks"]] == [2]


REAL = Path(os.environ.get("TUNER_TEST_DATA", STUDIES.parents[1] / "shared" / "data"))
needs_data = pytest.mark.skipif(not REAL.exists(), reason="the real data are not here")


@needs_data
def test_the_published_windows_of_real_data(files: dict[str, dict[str, Any]]) -> None:
    row = ROWS["H2"]
    options = dict(row.options) | {"path": str(REAL / row.data)}
    study = load_study(row.path, options)
    splits = study.splits(PinnedTrial(study.baseline, "baseline"), np.random.default_rng(0))
    assert splits.sizes["train"] + splits.sizes["validation"] == 55_150
    assert splits.test[0].shape == (6_381, 10, 1)
    row = ROWS["C4"]
    prices = load_study(row.path, {"path": str(REAL / row.data)}).data
    assert not callable(prices)
    assert prices.sizes["train"] + prices.sizes["validation"] == 1_072
    assert prices.sizes["test"] == 269


def test_the_table_of_the_readme_is_what_the_files_say() -> None:
    text = README.read_text("utf-8")
    assert table.replaced(text, table.made(STUDIES / "results")) == text


def test_every_row_stands_in_the_table_once() -> None:
    made = table.made(STUDIES / "results").split("\n\n")[0]
    assert [line.split(" | ")[0].strip("| ") for line in made.splitlines()[2:]] == list(ROWS)


def test_results_are_of_rows_that_there_are_and_of_their_studies() -> None:
    for path in (STUDIES / "results").glob("*.csv"):
        head, runs = ledger.read(path)
        row = ROWS[head["row"]]
        assert path.stem.removesuffix("-tuned") == row.id
        if not path.stem.endswith("-tuned"):
            assert set(runs["configuration"]) <= {one.name for one in row.configurations}
            assert head["engine"] == row.engine and head["command"].startswith("python -m ")
