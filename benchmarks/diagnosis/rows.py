"""The five examples of the book's chapter on diagnosis, trained for real.

A series of steps of 0.1, five examples to train on and the next five to validate on; one batch an epoch in
a fixed order, so that seeds differ in nothing but their initial weights. Each row has the label that the
book shows, and the condition under which its picture counts as reproduced.

Source: Brownlee, Long Short-Term Memory Networks with Python, Listings 12.9 to 12.13.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from benchmarks.tables import write_csv
from tuner.backend import prepare_backend
from tuner.diagnosis import LABELS, Diagnosis, Label, diagnose
from tuner.problems import contrived_series
from tuner.splits import Splits
from tuner.study import Study

Losses = np.ndarray  # of one seed, shape (epochs,)


@dataclass(frozen=True, slots=True)
class Row:
    """One listing: `shows` is the book's label, `holds` its condition for one seed's losses in words."""

    id: str
    listing: str
    units: int
    loss: str
    optimizer: str
    epochs: int
    shows: Label | None
    condition: str
    holds: Callable[[Losses, Losses], bool]
    seeds: int | None = None  # where the listing itself has a number of runs


def still_falling(train: Losses, validation: Losses) -> bool:
    """D3: validation above training at the end, and more than 1 % lower than ten epochs before."""
    return bool(validation[-1] > train[-1] and validation[-1] < 0.99 * validation[-11])


def plateau_above(train: Losses, validation: Losses) -> bool:
    """D4: validation above training at the end, and within 1 % of where it was a tenth before."""
    tenth = max(1, len(train) // 10)
    return bool(
        validation[-1] > train[-1]
        and abs(validation[-1] - validation[-1 - tenth]) <= 0.01 * validation[-1 - tenth]
    )


def both_low(train: Losses, validation: Losses) -> bool:
    """D5: both under 5 % of their start."""
    return bool(train[-1] < 0.05 * train[0] and validation[-1] < 0.05 * validation[0])


def turned_up(train: Losses, validation: Losses) -> bool:
    """D6: validation lowest before the last epoch, and higher at the end, while training fell."""
    lowest = int(validation.argmin())
    return bool(lowest < len(validation) - 1 and train[-1] < train[lowest])


def both_fell(train: Losses, validation: Losses) -> bool:
    """D7: both end below their start."""
    return bool(train[-1] < train[0] and validation[-1] < validation[0])


ROWS = (
    Row(
        "D3",
        "12.9",
        10,
        "mse",
        "adam",
        100,
        "underfit_more_epochs",
        "above training, last 10 epochs drop > 1 %",
        still_falling,
    ),
    Row(
        "D4",
        "12.10",
        1,
        "mae",
        "sgd",
        300,
        "underfit_more_capacity",
        "above training, moves <= 1 % in a tenth",
        plateau_above,
    ),
    Row("D5", "12.11", 10, "mse", "adam", 800, "good_fit", "both < 5 % of their start", both_low),
    Row("D6", "12.12", 10, "mse", "adam", 1200, "overfit", "lowest before the last epoch", turned_up),
    Row("D7", "12.13", 10, "mse", "adam", 300, None, "both end below their start", both_fell, 5),
)


def build(trial: Any, data: Splits) -> tuple[Any, dict[str, Any]]:
    """LSTM and Dense(1), fitted in the order of the series."""
    import keras

    units = trial.suggest_int("units", 1, 100)
    model = keras.Sequential([keras.Input((1, 1)), keras.layers.LSTM(units), keras.layers.Dense(1)])
    model.compile(
        loss=trial.suggest_categorical("loss", ["mse", "mae"]),
        optimizer=trial.suggest_categorical("optimizer", ["adam", "sgd"]),
    )
    return model, {"shuffle": False}


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A row with the losses of its seeds, shape (seeds, epochs), and what they were read as."""

    row: Row
    train: np.ndarray
    validation: np.ndarray
    diagnosis: Diagnosis
    seconds: float

    @property
    def held(self) -> tuple[bool, ...]:
        """Whether the row's own condition holds, seed by seed."""
        return tuple(self.row.holds(*pair) for pair in zip(self.train, self.validation, strict=True))


def trained(row: Row, seeds: int) -> Trained:
    """Train a row, and read its curves."""
    prepare_backend()
    from tuner.evaluation import evaluate

    params = {"units": row.units, "loss": row.loss, "optimizer": row.optimizer}
    study = Study(
        data=contrived_series(), build=build, metric="mse", epochs=row.epochs, baseline=params, name=row.id
    )
    start = time.perf_counter()
    found = evaluate(study, params, seeds=row.seeds or seeds, engine="vectorized")
    seconds = time.perf_counter() - start
    losses, validation = found.history["loss"], found.history["val_loss"]
    lost = [status == "diverged" for status in found.status]
    return Trained(row, losses, validation, diagnose(losses, validation, diverged=lost), seconds)


def report(rows: Sequence[Row], seeds: int, output: Path) -> None:
    """Train, write the CSV files, print the tables."""
    done = []
    for row in rows:
        done.append(one := trained(row, seeds))
        write_csv(output / f"diagnosis-{row.id}.csv", curves(one))
    write_csv(output / "diagnosis.csv", [line for one in done for line in readings(one)])
    print(table(done), end="\n\n")
    for one in done:
        print(f"- {one.row.id}: {one.diagnosis.evidence}")
        if one.row.shows is None:
            print(f"  {alike(one)}")
    print(f"\nThe curves are in {output}, one file an example, and can be read by `tuner diagnose`.")


def curves(one: Trained) -> list[dict[str, object]]:
    """The losses, a row an epoch of a seed."""
    return [
        {"seed_index": seed, "epoch": epoch + 1, "loss": float(loss), "val_loss": float(validation)}
        for seed in range(len(one.train))
        for epoch, (loss, validation) in enumerate(zip(one.train[seed], one.validation[seed], strict=True))
    ]


def readings(one: Trained) -> list[dict[str, object]]:
    """What was read, a row a seed."""
    return [
        {
            "row": one.row.id,
            "seed_index": seed,
            "label": reading.label,
            "epoch": reading.epoch,
            "condition": held,
            "finding": reading.finding,
        }
        for seed, (reading, held) in enumerate(zip(one.diagnosis.readings, one.held, strict=True))
    ]


def table(done: Sequence[Trained]) -> str:
    """Markdown: the label of the whole, how many seeds have which label, and the row's own condition."""
    columns = [label for label in LABELS if any(label in one.diagnosis.labels for one in done)]
    lines = [
        f"| row | listing | the book shows | diagnosis | {' | '.join(columns)} | its condition | holds | s |",
        "|---|---|---|---|" + "---:|" * len(columns) + "---|---:|---:|",
    ]
    for one in done:
        counts, seeds = Counter(one.diagnosis.labels), len(one.train)
        shares = " | ".join(f"{counts[label]} of {seeds}" if counts[label] else "" for label in columns)
        lines.append(
            f"| {one.row.id} | {one.row.listing} | {one.row.shows or 'one trend'} | {one.diagnosis.label} |"
            f" {shares} | {one.row.condition} | {sum(one.held)} of {seeds} | {one.seconds:.0f} |"
        )
    return "\n".join(lines)


def alike(one: Trained) -> str:
    """How much the traces of the seeds go the same way: their lowest rank correlation."""
    lowest = [
        min(
            float(spearmanr(losses[first], losses[second]).statistic)
            for first in range(len(losses))
            for second in range(first)
        )
        for losses in (one.train, one.validation)
    ]
    return (
        f"{len(one.train)} training and {len(one.validation)} validation traces; the lowest rank correlation"
        f" of two of them is {lowest[0]:.3f} in training and {lowest[1]:.3f} in validation"
    )
