"""CSV files of learning curves, as Keras' CSVLogger writes them: one row an epoch."""

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from tuner.csvfiles import NOTHING, Named, Table, comma, number, read_table, whole
from tuner.diagnosing.configurations import Diagnosed
from tuner.diagnosis import diagnose
from tuner.errors import ScoresError

_SEEDS = ("seed_index", "seed")
_ONCE = ("loss", "val_loss", "epoch", *_SEEDS)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The losses in a file: `train` and `validation` of shape (seeds, epochs), with nan after a seed's end.

    `validation` has no columns where there is none. `epochs` are the numbers of the epochs, counted from 1,
    and `diverged` says which seeds hold a loss that is no finite number.
    """

    name: str
    seeds: tuple[str, ...]
    train: np.ndarray
    validation: np.ndarray
    epochs: tuple[int, ...]
    diverged: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Epoch:
    line: int
    number: int
    loss: float
    validation: float | None  # None where it was not measured


def diagnose_history(history: History) -> Diagnosed:
    """The diagnosis of the curves in a file."""
    diagnosis = diagnose(history.train, history.validation, diverged=history.diverged, epochs=history.epochs)
    return Diagnosed(history.name, diagnosis, history.seeds, history.epochs[-1])


def read_history(path: Path) -> History:
    """The learning curves in a CSV file, one row an epoch.

    Needs a column `loss`; `val_loss` is the loss on the validation split. `seed_index` or `seed` tells
    seeds apart, without it all rows are one. `epoch` numbers the epochs, from 0 or from 1; without it they
    come in the order of the rows. A loss that is empty, nan or infinite is one that diverged, and so is a
    val_loss of nan or infinity. An empty or NA val_loss was not measured: where Keras validated at every
    k-th epoch only, those are the epochs that count. Commas separate, or semicolons, or tabs.

    Raises: ScoresError where the file is missing, is no such CSV, or holds what is no loss or no epoch.
    """
    table = read_table(path, ScoresError, needed="loss", row="an epoch", once=_ONCE)
    seeds = _by_seed(table)
    diverged = tuple(any(map(_is_lost, own)) for own in seeds.values())
    if any(one.validation is not None for own in seeds.values() for one in own):
        seeds = {seed: [one for one in own if one.validation is not None] for seed, own in seeds.items()}
    return History(path.stem, tuple(seeds), *_matrices(path, seeds), diverged)


def _by_seed(table: Table) -> dict[str, list[_Epoch]]:
    """The epochs of every seed, in their order, counted from 1 where the file counts from 0."""
    path = table.path
    seed = next((name for name in _SEEDS if name in table.columns), None)
    found: dict[str, list[_Epoch]] = {}
    for row in table.rows:
        name = "0" if seed is None else whole(row.cells[seed])
        if not name:
            raise ScoresError(f"{path}, line {row.line}: {seed} is empty; name it")
        own = found.setdefault(name, [])
        count = _count(path, row) if "epoch" in table.columns else len(own) + 1
        own.append(_Epoch(row.line, count, _loss(path, row), _validation(path, row)))
    shift = int(any(one.number == 0 for own in found.values() for one in own))
    for name, own in found.items():
        own.sort(key=lambda one: one.number)
        for before, after in pairwise(own):
            if before.number == after.number:
                raise ScoresError(
                    f"{path}, line {after.line}: epoch {after.number} is there twice; tell several runs "
                    "apart by a column 'seed'"
                )
        found[name] = [_Epoch(one.line, one.number + shift, one.loss, one.validation) for one in own]
    return found


def _matrices(path: Path, seeds: dict[str, list[_Epoch]]) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Losses on the epochs of the longest seed, with which all must begin; and the numbers of these."""
    longest = max(seeds.values(), key=len)
    epochs = tuple(one.number for one in longest)
    train = np.full((len(seeds), len(epochs)), np.nan)
    validation = np.full_like(train, np.nan)
    for place, (seed, own) in enumerate(seeds.items()):
        numbers = tuple(one.number for one in own)
        if numbers != epochs[: len(numbers)]:
            raise ScoresError(
                f"{path}: seed {seed!r} has losses at other epochs than the others; each needs them from the "
                "same first epoch on, without gaps of its own"
            )
        train[place, : len(own)] = [one.loss for one in own]
        validation[place, : len(own)] = [_known(one.validation) for one in own]
    if all(one.validation is None for own in seeds.values() for one in own):
        validation = validation[:, :0]
    return train, validation, epochs


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _is_lost(one: _Epoch) -> bool:
    return not math.isfinite(one.loss) or not math.isfinite(one.validation or 0.0)


def _count(path: Path, row: Named) -> int:
    text = row.cells["epoch"].strip()
    value = number(text)
    if value is None or not math.isfinite(value) or value < 0 or not value.is_integer() or value > 1e9:
        raise ScoresError(f"{path}, line {row.line}: epoch is {text[:40]!r}; write a whole number from 0 on")
    return int(value)


def _loss(path: Path, row: Named) -> float:
    text = row.cells["loss"].strip()
    return math.nan if text.lower() in NOTHING else _number(path, row, "loss", text)


def _validation(path: Path, row: Named) -> float | None:
    text = row.cells.get("val_loss", "").strip()
    if text.lower() in NOTHING - {"nan"}:
        return None
    return _number(path, row, "val_loss", text)


def _number(path: Path, row: Named, column: str, text: str) -> float:
    value = number(text)
    if value is None:
        raise ScoresError(
            f"{path}, line {row.line}: {column} is {text[:40]!r}, which is no number{comma(text)}"
        )
    return value
