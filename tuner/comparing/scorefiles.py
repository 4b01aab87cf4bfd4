"""CSV files with a column `score`, from any tool: one row a run, one set of scores a configuration."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.csvfiles import NOTHING, Named, comma, named, number, read_table, whole
from tuner.errors import ScoresError

_STATUSES = ("complete", "diverged", "pruned", "failed")
_SEEDS = ("seed_index", "seed")
_ONCE = ("score", "configuration", "phase", "split", "status", *_SEEDS)


@dataclass(frozen=True, slots=True)
class ScoreSet:
    """The scores of one configuration, one a run, NaN where the run failed.

    `seeds` are the seeds of the same runs as they are written (whole numbers without decimals), None
    where nothing says them, and "" where one is missing.
    """

    name: str
    scores: tuple[float, ...]
    seeds: tuple[str, ...] | None = None


def read_scores(path: Path) -> tuple[ScoreSet, ...]:
    """The sets of scores in a CSV file, in the order in which their configurations appear.

    Needs a column `score`. An empty score or nan is a failed run, and so is a `status` other than
    complete. `configuration` tells sets apart; without it all rows are one set, named after the file.
    `seed_index` or `seed` names the seed. Of a column `phase` only the rows of the confirmation count, of
    a column `split` only those of the test split. Commas separate, or semicolons, or tabs.

    Raises: ScoresError where the file is missing, is no such CSV, or holds what is no score.
    """
    table = read_table(path, ScoresError, needed="score", row="a run", once=_ONCE)
    columns = table.columns
    rows = _on_split(path, _confirmed(path, table.rows, columns), columns)
    seed = next((name for name in _SEEDS if name in columns), None)
    found: dict[str, list[Named]] = {}
    for row in rows:
        name = row.cells.get("configuration", path.stem)
        if not name.strip():
            raise ScoresError(f"{path}, line {row.line}: the configuration is empty; name it")
        found.setdefault(name, []).append(row)
    return tuple(
        ScoreSet(
            name,
            tuple(_score(path, row) for row in own),
            None if seed is None else tuple(whole(row.cells[seed]) for row in own),
        )
        for name, own in found.items()
    )


def _confirmed(path: Path, rows: Sequence[Named], columns: Sequence[str]) -> Sequence[Named]:
    """The rows of the confirmation, where there are phases: search scores are no results."""
    phases = {row.cells["phase"] for row in rows} if "phase" in columns else set()
    if "confirmation" in phases:
        return [row for row in rows if row.cells["phase"] == "confirmation"]
    if "search" in phases:
        raise ScoresError(
            f"{path}: holds runs of the search alone, which are optimistic; finish the study with `tuner run`"
        )
    return rows


def _on_split(path: Path, rows: Sequence[Named], columns: Sequence[str]) -> Sequence[Named]:
    splits = dict.fromkeys(row.cells["split"] for row in rows) if "split" in columns else {}
    if "test" in splits:
        return [row for row in rows if row.cells["split"] == "test"]
    if len(splits) > 1:
        raise ScoresError(
            f"{path}: its splits are {named(tuple(splits))}, and none is 'test'; keep the rows of one split"
        )
    return rows


def _score(path: Path, row: Named) -> float:
    """The score of a row; NaN where the run failed."""
    status = row.cells.get("status", "complete").strip().lower()
    if status not in _STATUSES:
        raise ScoresError(
            f"{path}, line {row.line}: status is {row.cells['status']!r}; write complete for a run that "
            "finished, and failed or diverged for one that did not"
        )
    text = row.cells["score"].strip()
    if status != "complete" or text.lower() in NOTHING:
        return math.nan
    score = number(text)
    if score is None:
        raise ScoresError(
            f"{path}, line {row.line}: score is {text[:40]!r}, which is no number{comma(text)};"
            " write nan for a failed run"
        )
    if not math.isfinite(score):
        raise ScoresError(f"{path}, line {row.line}: score is {text!r}; write nan for a run that failed")
    return score
