"""Bundles of networks with weights set by hand, so that what they say is known."""

import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tuner.deploy.bundle import (
    ARCHITECTURE,
    Bundle,
    Ensemble,
    Epochs,
    ExampleErrors,
    Expected,
    Origin,
    Single,
    Trained,
    Verdict,
    read,
    sha256_of,
    write,
    write_examples,
)
from tuner.deploy.networks import Network
from tuner.deploy.schema import Part, Schema
from tuner.deploy.storing import architecture_of, write_members

STEPS = 4
NOISE = 0.5  # standard deviation of the steps of the series that `last` forecasts
NOTHING = Single(None, (None, None), None, 0)


@cache
def last() -> Any:
    """A network that says the last of four steps again."""
    import keras

    return keras.Sequential(
        [keras.Input((STEPS, 1)), keras.layers.Flatten(), keras.layers.Dense(1, use_bias=False)]
    )


@cache
def sums() -> Any:
    """A network that adds two numbers."""
    import keras

    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])


@cache
def largest() -> Any:
    """A network that says which of three numbers is the largest."""
    import keras

    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(3, use_bias=False), keras.layers.Activation("softmax")]
    )


def series_bundle(folder: Path, *, weights: tuple[float, ...] = (0, 0, 0, 1), **changes: Any) -> Bundle:
    """A bundle of a series "level": two members that forecast its next step as the last one."""
    schema = Schema((Part((STEPS, 1), ("level",)),), (Part((1,), ("level",)),), targets=(0,))
    kernel = np.array(weights, "float32").reshape(STEPS, 1)
    errors = np.random.default_rng(0).normal(scale=NOISE, size=400) ** 2
    return made(folder, last(), (kernel, kernel), errors, **{"schema": schema, "series": True} | changes)


def rows_bundle(folder: Path, **changes: Any) -> Bundle:
    """A bundle of examples: the sum of a and b."""
    schema = Schema((Part((2,), ("a", "b")),), (Part((1,), ("sum",)),))
    errors = np.random.default_rng(1).normal(scale=NOISE, size=200) ** 2
    return made(folder, sums(), (np.ones((2, 1), "float32"),), errors, **{"schema": schema} | changes)


def classes_bundle(folder: Path, **changes: Any) -> Bundle:
    """A bundle that classifies: low, mid or high, whichever of three numbers is the largest."""
    schema = Schema((Part((3,)),), (Part((3,)),), classes=("low", "mid", "high"))
    hits = (np.random.default_rng(2).random(300) < 0.9).astype(float)
    given = {"schema": schema, "task": "classes", "metric": "accuracy", "direction": "maximize"}
    return made(folder, largest(), (8 * np.eye(3, dtype="float32"),), hits, **given | changes)


def made(
    folder: Path, network: Any, weights: tuple[np.ndarray, ...], errors: np.ndarray, **changes: Any
) -> Bundle:
    """Store a bundle of networks with these weights, and what was scored on single test examples."""
    folder.mkdir(parents=True)
    networks = tuple(Network(seed, (kernel,)) for seed, kernel in enumerate(weights))
    text = architecture_of(network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' own, where it saves
        members = write_members(folder, text, network, networks)
    ensemble = Ensemble(float(errors.mean()), (None, None), errors.size, len(weights))
    bundle = Bundle(
        study="by hand",
        configuration="baseline",
        params={},
        metric="mse",
        direction="minimize",
        task="regression",
        schema=Schema((), ()) if "schema" not in changes else changes["schema"],
        members=members,
        epochs=Epochs(1, "by hand"),
        trained=Trained({"train": 100}, kept_test=True),
        expected=Expected("test", 0.95, NOTHING, ensemble),
        verdict=Verdict("none", "by hand"),
        origin=Origin("", {}, "", "", "", "", 0, "jax", "fit", {}),
        architecture=sha256_of(folder / ARCHITECTURE),
        created="2024-01-01T00:00:00Z",
        identity="0123456789abcdef",
        examples=write_examples(folder, ExampleErrors(errors, 1, 1)),
    )
    write(replace(bundle, **changes), folder)
    return read(folder)


def walk(steps: int, *, noise: float = NOISE, start: float = 100.0, seed: int = 5) -> np.ndarray:
    """A series whose next step is its last one and noise."""
    return start + np.cumsum(np.random.default_rng(seed).normal(scale=noise, size=steps))


def write_csv(path: Path, header: str, *columns: Any) -> Path:
    """A CSV file of columns; None is an empty cell."""
    rows = zip(*columns, strict=True)
    lines = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def days(count: int, first: str = "2024-01-01") -> list[str]:
    """So many days in a row."""
    return np.datetime_as_string(np.datetime64(first) + np.arange(count)).tolist()


def series(folder: Path, values: np.ndarray, name: str = "new.csv") -> Path:
    return write_csv(folder / name, "date,level", days(len(values)), values)
