"""How hyperparameters were searched: what Optuna's database says, and what values say without one."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from tuner.searched import Kind, Space, is_number, kind_of, searched_spaces


def optuna_database(folder: Path) -> None:
    """A database with two trials, as Optuna writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    storage = optuna.storages.RDBStorage(f"sqlite:///{folder / 'study.db'}")
    study = optuna.create_study(storage=storage)
    for _ in range(2):
        trial = study.ask()
        trial.suggest_float("learning_rate", 1e-4, 1e-3, log=True)
        trial.suggest_float("dropout", 0.0, 0.5)
        trial.suggest_int("units", 8, 64, log=True)
        trial.suggest_int("layers", 1, 3)
        trial.suggest_categorical("batch_size", [16, 32])
        study.tell(trial, 0.5)


def database(folder: Path, rows: Sequence[tuple[Any, Any]]) -> Path:
    """A database with a table of Optuna's name and these names and distributions."""
    with closing(sqlite3.connect(folder / "study.db")) as made:
        made.execute("CREATE TABLE trial_params (param_name, distribution_json)")
        made.executemany("INSERT INTO trial_params VALUES (?, ?)", rows)
        made.commit()
    return folder


def test_optunas_database_tells_every_kind_and_is_left_alone(tmp_path: Path) -> None:
    optuna_database(tmp_path / "made")
    folder = (tmp_path / "made").rename(tmp_path / "a folder? with #signs")
    before = (folder / "study.db").read_bytes()
    assert searched_spaces(folder) == {
        "learning_rate": Space("log", (1e-4, 1e-3)),
        "dropout": Space("linear", (0.0, 0.5)),
        "units": Space("log", (8, 64)),
        "layers": Space("linear", (1, 3)),
        "batch_size": Space("choice", (16, 32)),
    }
    assert (folder / "study.db").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["study.db"]


def told(name: str, **attributes: Any) -> str:
    return json.dumps({"name": name, "attributes": attributes})


def test_a_name_that_was_searched_in_two_ways_tells_nothing(tmp_path: Path) -> None:
    rows = [("a", told("FloatDistribution", log=True)), ("a", told("FloatDistribution", log=False))]
    rows += [("b", told("IntDistribution", low=1, high=2)), ("b", told("IntDistribution", low=1, high=3))]
    assert searched_spaces(database(tmp_path, rows)) == {"b": Space("linear", (1, 3))}


def test_what_a_range_or_the_choices_are_is_told_where_all_trials_tell_it(tmp_path: Path) -> None:
    rows = [
        ("a", told("FloatDistribution", low=0.1, high=2.0, log=True)),
        ("a", told("FloatDistribution", low=0.5, high=3.0, log=True)),
        ("b", told("CategoricalDistribution", choices=["x", None])),
        ("b", told("CategoricalDistribution", choices=[True, "x"])),
        ("c", told("IntDistribution", low=1, high=2)),
        ("c", told("IntDistribution", low="1", high=float("inf"))),
        ("d", told("CategoricalDistribution", choices=7)),
    ]
    assert searched_spaces(database(tmp_path, rows)) == {
        "a": Space("log", (0.1, 3.0)),
        "b": Space("choice", ("x", None, True, "x")),
        "c": Space("linear"),
        "d": Space("choice"),
    }


@pytest.mark.parametrize(
    "distribution",
    ["", "null", "[1]", "{", "[" * 100_000, told("Evil"), '{"name": "FloatDistribution"}', None, 7, b"\xff"],
)
def test_what_is_no_distribution_tells_nothing(tmp_path: Path, distribution: Any) -> None:
    rows = [("a", distribution), (None, told("CategoricalDistribution")), (b"x", "{}")]
    assert searched_spaces(database(tmp_path, rows)) == {}


def test_without_a_database_that_can_be_read_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert searched_spaces(None) == {}
    assert searched_spaces(tmp_path) == {}
    (tmp_path / "study.db").write_bytes(b"no database" * 100)
    assert searched_spaces(tmp_path) == {}
    (tmp_path / "study.db").write_bytes(b"")  # SQLite's empty database: no table
    assert searched_spaces(tmp_path) == {}
    (tmp_path / "study.db").unlink()
    (tmp_path / "study.db").mkdir()
    assert searched_spaces(tmp_path) == {}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1e-4, 1e-3, 1e-2, 1e-1], "log"),
        ([8, 16, 64], "linear"),
        ([0.0, 0.2, 0.5], "linear"),
        ([-1.0, 100.0, 1.0], "linear"),
        ([1, "auto"], "choice"),
        ([None, 0.5], "choice"),
        ([True, False], "choice"),
        ([float("inf"), 1.0], "choice"),
        ([10**400, 1], "choice"),
        ([[1, 2], [3]], "choice"),
        ([], "choice"),
    ],
)
def test_values_tell_their_kind(values: list[Any], kind: Kind) -> None:
    assert kind_of(values) == kind


def test_even_draws_from_a_range_are_linear_though_the_smallest_is_tiny() -> None:
    rng = np.random.default_rng(0)
    even = rng.uniform(0.0, 0.5, size=300)
    assert even.max() / even.min() > 30.0
    assert kind_of(even.tolist()) == "linear"
    assert kind_of((10 ** rng.uniform(-4, -1, size=300)).tolist()) == "log"


def test_what_was_told_holds_where_the_values_allow_it() -> None:
    assert kind_of([0.001, 0.002], "log") == "log"
    assert kind_of([1e-4, 1e-1, 1e-3], "linear") == "linear"
    assert kind_of([0.0, 0.1], "log") == "linear"
    assert kind_of([1, 2], "choice") == "choice"
    assert kind_of([1, None], "linear") == "choice"


@pytest.mark.parametrize("value", [True, None, "1", float("nan"), float("-inf"), 1e200, 10**400, [1]])
def test_what_has_no_place_on_an_axis_is_no_number(value: Any) -> None:
    assert not is_number(value)
    assert is_number(-3) and is_number(1e-300)
