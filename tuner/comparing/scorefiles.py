"""CSV files with a column `score`, from any tool: one row a run, one set of scores a configuration."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import ScoresError

_NOTHING = frozenset({"", "nan", "na", "n/a", "none", "null"})
_STATUSES = ("complete", "diverged", "pruned", "failed")
_SEEDS = ("seed_index", "seed")


@dataclass(frozen=True, slots=True)
class ScoreSet:
    """The scores of one configuration, one a run, NaN where the run failed.

    `seeds` are the seeds of the same runs as they are written (whole numbers without decimals), None
    where nothing says them, and "" where one is missing.
    """

    name: str
    scores: tuple[float, ...]
    seeds: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    line: int  # of the file, the header being line 1
    cells: dict[str, str]


def read_scores(path: Path) -> tuple[ScoreSet, ...]:
    """The sets of scores in a CSV file, in the order in which their configurations appear.

    Needs a column `score`. An empty score or nan is a failed run, and so is a `status` other than
    complete. `configuration` tells sets apart; without it all rows are one set, named after the file.
    `seed_index` or `seed` names the seed. Of a column `phase` only the rows of the confirmation count, of
    a column `split` only those of the test split. Commas separate, or semicolons, or tabs.

    Raises: ScoresError where the file is missing, is no such CSV, or holds what is no score.
    """
    columns, rows = _table(path)
    if "score" not in columns:
        raise ScoresError(f"{path}: has no column 'score'; its columns are {_named(columns)}")
    rows = _on_split(path, _confirmed(path, rows, columns), columns)
    seed = next((name for name in _SEEDS if name in columns), None)
    found: dict[str, list[_Row]] = {}
    for row in rows:
        name = row.cells.get("configuration", path.stem)
        if not name.strip():
            raise ScoresError(f"{path}, line {row.line}: the configuration is empty; name it")
        found.setdefault(name, []).append(row)
    return tuple(
        ScoreSet(
            name,
            tuple(_score(path, row) for row in own),
            None if seed is None else tuple(_seed(row.cells[seed]) for row in own),
        )
        for name, own in found.items()
    )


def _table(path: Path) -> tuple[tuple[str, ...], list[_Row]]:
    """Names of the columns, and the rows. Blank lines are no rows, but for those between the scores of a
    file with one column: there they are missing scores."""
    lines: list[tuple[int, list[str]]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = _separator(file.readline())
            file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            lines = [(reader.line_num, cells) for cells in reader]
    except UnicodeDecodeError as error:
        raise ScoresError(
            f"{path}: is no text in UTF-8 (byte {error.start}); save it as CSV in UTF-8"
        ) from None
    except csv.Error as error:
        raise ScoresError(f"{path}, line {reader.line_num}: cannot be read as CSV ({error})") from None
    except OSError as error:
        raise ScoresError(f"{path}: cannot be read ({error.strerror})") from None
    lines = _rows(lines)
    if not lines:
        raise ScoresError(f"{path}: is empty; it needs a header with a column 'score', and one row a run")
    (_, header), *rest = lines
    columns = tuple(name.strip() for name in header)
    for name in {"score", "configuration", "phase", "split", "status", *_SEEDS}:
        if columns.count(name) > 1:
            raise ScoresError(f"{path}: has more than one column {name!r}; keep one")
    if not rest:
        raise ScoresError(f"{path}: has a header ({_named(columns)}) but no rows; it needs one row a run")
    for line, cells in rest:
        if len(cells) != len(columns):
            raise ScoresError(
                f"{path}, line {line}: has {len(cells)} values for {len(columns)} columns; quote values "
                "that hold the separator"
            )
    return columns, [_Row(line, dict(zip(columns, cells, strict=True))) for line, cells in rest]


def _rows(lines: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The header and the rows among the lines of a file."""
    filled = [place for place, (_, cells) in enumerate(lines) if _is_row(cells)]
    if not filled or len(lines[filled[0]][1]) > 1:
        return [lines[place] for place in filled]
    between = lines[filled[0] : filled[-1] + 1]
    return [(line, cells if _is_row(cells) else [""]) for line, cells in between]


def _is_row(cells: list[str]) -> bool:
    """Whether a line holds anything; an empty value in quotes, all alone, is a missing score."""
    return cells == [""] or any(cell.strip() for cell in cells)


def _separator(header: str) -> str:
    if "," in header:
        return ","
    return next((mark for mark in ";\t" if mark in header), ",")


def _confirmed(path: Path, rows: list[_Row], columns: Sequence[str]) -> list[_Row]:
    """The rows of the confirmation, where there are phases: search scores are no results."""
    phases = {row.cells["phase"] for row in rows} if "phase" in columns else set()
    if "confirmation" in phases:
        return [row for row in rows if row.cells["phase"] == "confirmation"]
    if "search" in phases:
        raise ScoresError(
            f"{path}: holds runs of the search alone, which are optimistic; finish the study with `tuner run`"
        )
    return rows


def _on_split(path: Path, rows: list[_Row], columns: Sequence[str]) -> list[_Row]:
    splits = dict.fromkeys(row.cells["split"] for row in rows) if "split" in columns else {}
    if "test" in splits:
        return [row for row in rows if row.cells["split"] == "test"]
    if len(splits) > 1:
        raise ScoresError(
            f"{path}: its splits are {_named(tuple(splits))}, and none is 'test'; keep the rows of one split"
        )
    return rows


def _score(path: Path, row: _Row) -> float:
    """The score of a row; NaN where the run failed."""
    status = row.cells.get("status", "complete").strip().lower()
    if status not in _STATUSES:
        raise ScoresError(
            f"{path}, line {row.line}: status is {row.cells['status']!r}; write complete for a run that "
            "finished, and failed or diverged for one that did not"
        )
    text = row.cells["score"].strip()
    if status != "complete" or text.lower() in _NOTHING:
        return math.nan
    try:
        score = float(text.replace("_", "?"))  # Python would read 1_000 as a number
    except ValueError:
        raise ScoresError(
            f"{path}, line {row.line}: score is {text[:40]!r}, which is no number; write nan for a failed run"
        ) from None
    if not math.isfinite(score):
        raise ScoresError(f"{path}, line {row.line}: score is {text!r}; write nan for a run that failed")
    return score


def _seed(text: str) -> str:
    """A seed as it is compared: tables with gaps write whole numbers as 3.0.

    >>> _seed(" 3.0 "), _seed("03"), _seed("run-b")
    ('3', '3', 'run-b')
    """
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else text


def _named(columns: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(repr(name[:40]) for name in columns[:limit])
    return shown + (f" and {len(columns) - limit} more" if len(columns) > limit else "")
