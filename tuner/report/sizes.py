"""Scores by size as tables, and as fields of summary.json."""

from pathlib import Path
from typing import Any

import pandas as pd

from tuner.files import write_whole
from tuner.result import Result
from tuner.sized import EnsembleSizes, TrainSizes
from tuner.stats.steps import Step

TRAIN, ENSEMBLE = "train_sizes.csv", "ensemble_sizes.csv"

_TRAIN = ("configuration", "examples", "chosen", "seed_index", "score")
_ENSEMBLE = ("configuration", "networks", "size", "ensembles", "score", "low", "high", "level", "spread")


def write_size_tables(result: Result, folder: Path) -> tuple[Path, ...]:
    """Write the tables that the result has, and remove those of an earlier one; gives their paths."""
    tables = {
        TRAIN: train_sizes_csv(result) if result.train_sizes else "",
        ENSEMBLE: ensemble_sizes_csv(result) if result.ensemble_sizes else "",
    }
    for name, text in tables.items():
        if text:
            write_whole(folder / name, text)
        else:
            (folder / name).unlink(missing_ok=True)
    return tuple(folder / name for name, text in tables.items() if text)


def train_sizes_csv(result: Result) -> str:
    """One row a configuration, number of training examples and seed; a score that is missing is empty."""
    rows = [
        (one.configuration, size.examples, "drawn" if size.part.drawn else "last", index, score)
        for one in result.train_sizes
        for size in one.sizes
        for index, score in enumerate(size.test)
    ]
    return pd.DataFrame(rows, columns=[*_TRAIN]).to_csv(index=False, lineterminator="\n")


def ensemble_sizes_csv(result: Result) -> str:
    """One row a configuration and size: the expected score with its interval, and the spread of ensembles."""
    rows = [
        (
            one.configuration,
            one.curve.networks,
            each.size,
            each.ensembles,
            each.mean,
            each.interval.low,
            each.interval.high,
            each.interval.level,
            each.spread,
        )
        for one in result.ensemble_sizes
        if one.curve
        for each in one.curve.sizes
    ]
    return pd.DataFrame(rows, columns=[*_ENSEMBLE]).to_csv(index=False, lineterminator="\n")


def train_sizes_summary(one: TrainSizes) -> dict[str, Any]:
    """The fields of a configuration for other programs."""
    return {
        "configuration": one.configuration,
        "sizes": [
            {
                "examples": size.examples,
                "drawn": size.part.drawn,
                "n": size.summary.n,
                "mean": size.summary.mean,
                "std": size.summary.std,
                "interval": [size.summary.interval.low, size.summary.interval.high],
                "failures": size.summary.failures,
            }
            for size in one.sizes
        ],
        "step": one.step and _step(one.step),
    }


def ensemble_sizes_summary(one: EnsembleSizes) -> dict[str, Any]:
    """The same of its ensembles."""
    curve = one.curve
    return {
        "configuration": one.configuration,
        "networks": curve.networks if curve else 0,
        "trained": one.trained,
        "reason": one.reason,
        "sizes": [
            {
                "size": each.size,
                "ensembles": each.ensembles,
                "mean": each.mean,
                "interval": [each.interval.low, each.interval.high],
                "spread": each.spread,
            }
            for each in (curve.sizes if curve else ())
        ],
        "gain": curve and curve.gain and _step(curve.gain),
        "step": curve and curve.step and _step(curve.step),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "before": step.before,
        "after": step.after,
        "difference": step.difference,
        "interval": [step.interval.low, step.interval.high],
        "per_doubling": step.per_doubling,
        "outlook": step.outlook,
    }
