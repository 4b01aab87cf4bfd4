"""What a bundle has seen: observations, and the predictions of each model as they were made.

    monitor/observations.jsonl            the layout, then a line a row, what it lacked, or that it is void
    monitor/predictions/IDENTITY.jsonl    one line an example that this model predicted

Both files only grow (`log`). The order of their lines is that in which things became known.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tuner.deploy.layout import Layout
from tuner.deploy.moments import Moment, moment_of, restored, shown, stored
from tuner.deploy.monitoring.log import append, read_log
from tuner.deploy.names import MONITOR, OBSERVATIONS, PREDICTIONS
from tuner.deploy.observations import Entry, Values
from tuner.errors import BundleError, LedgerError
from tuner.stored import record_of

_PLAIN = re.compile(r"[0-9A-Za-z-]{1,64}")
_WHAT = "is no file of `tuner monitor`"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a row, and for each value the line of the file that said it, 0 where none has."""

    values: Values
    lines: tuple[int, ...]

    def with_more(self, values: Values, line: int) -> "Row":
        """The row after a line of the file; what was known stays."""
        new = [old is None and more is not None for old, more in zip(self.values, values, strict=True)]
        lines = tuple(line if fresh else old for fresh, old in zip(new, self.lines, strict=True))
        return Row(merged(self.values, values), lines)

    @classmethod
    def first(cls, values: Values, line: int) -> "Row":
        """A row that a line of the file begins."""
        return cls(values, tuple(0 if value is None else line for value in values))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file brought: rows that were new, rows that got more values, and rows that were known."""

    new: int = 0
    filled: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a model said of an example: mean and spread of its members, flattened."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


class Store:
    """The files of one bundle. `torn` says that a last line was cut, and counts as never written.

    `rows` are all that are known, `moments` theirs in order, and `void` those of the rows that count no more.
    """

    def __init__(self, bundle: Path) -> None:
        self.folder = bundle / MONITOR
        if self.folder.is_symlink():
            raise LedgerError(f"{self.folder}: is a link; put a folder in its place")
        self.path = self.folder / OBSERVATIONS
        log = read_log(self.path)
        self.torn = log.torn
        self.layout: Layout | None = None
        self.rows: dict[Moment, Row] = {}
        self.void: set[Moment] = set()
        self._lines = len(log.records)
        for line, record in enumerate(log.records, 1):
            try:
                self._read(record, line)
            except (KeyError, TypeError, ValueError) as error:
                raise LedgerError(f"{self.path}, line {line}: {_WHAT} ({error})") from None
        self.moments: list[Moment] = sorted(self.rows)

    def _read(self, record: Mapping[str, Any], line: int) -> None:
        if line == 1:
            self.layout = record_of(Layout, record["layout"], f"{self.path}: {_WHAT}")
            return
        assert self.layout is not None
        moment = restored(record["at"])
        if "void" in record:
            if moment not in self.rows:
                raise ValueError("no such row")
            self.void.add(moment)
            return
        values = tuple(record["values"])
        if isinstance(moment, int) == bool(self.layout.time) or len(values) != len(self.layout.columns):
            raise ValueError("another layout")
        if not all(value is None or _is_number(value) for value in values):
            raise ValueError("no numbers")
        before = self.rows.get(moment)
        self.rows[moment] = before.with_more(values, line) if before else Row.first(values, line)

    def take(self, layout: Layout, entries: Sequence[Entry], where: Path) -> Taken:
        """Add what is new among the rows of a file; nothing is written where one cannot be added.

        Raises: BundleError where a row says otherwise than what is known, or a series goes back in time.
        """
        assert self.layout in (None, layout)
        newest = self.moments[-1] if self.moments else None
        fresh: list[Entry] = []
        counts = {"new": 0, "filled": 0, "known": 0}
        for entry in entries:
            before = self.rows.get(entry.moment)
            if entry.moment in self.void:
                kind = "known"
            elif before is None:
                if layout.series and newest is not None and entry.moment < newest:  # type: ignore[operator]
                    raise BundleError(
                        f"{where}: {shown(entry.moment)} is new, and lies before {shown(newest)}, which is"
                        " known; a series is given in the order of time"
                    )
                kind = "new"
            else:
                _check_same(before.values, entry, layout, where)
                kind = "known" if merged(before.values, entry.values) == before.values else "filled"
            counts[kind] += 1
            if kind != "known":
                fresh.append(entry)
        head = [] if self.layout is not None else [{"layout": _plain(layout)}]
        lines = [{"at": stored(one.moment), "values": list(one.values)} for one in fresh]
        append(self.path, [*head, *lines] if lines else [])
        self._add(layout, fresh, len(head))
        return Taken(**counts)

    def _add(self, layout: Layout, fresh: Iterable[Entry], head: int) -> None:
        self.layout = layout
        line = self._lines + head
        for entry in fresh:
            line += 1
            before = self.rows.get(entry.moment)
            self.rows[entry.moment] = (
                before.with_more(entry.values, line) if before else Row.first(entry.values, line)
            )
        self._lines, self.torn = line, False
        self.moments = sorted(self.rows)

    def make_void(self, times: Iterable[str]) -> None:
        """Let rows count no more, for good, by their times as a file has them, or by their numbers.

        Raises: BundleError where one is none, or is not stored; nothing is written then.
        """
        wanted = dict.fromkeys(map(self._known, times))
        new = [moment for moment in wanted if moment not in self.void]
        append(self.path, [{"at": stored(moment), "void": True} for moment in new])
        self.void.update(new)
        self._lines += len(new)

    def _known(self, text: str) -> Moment:
        """The moment of a row that is stored."""
        if self.layout is not None and self.layout.time:
            moment: Moment = moment_of(text, "--void")
        else:
            number = text.strip().removeprefix("row ")[:20]  # more digits than rows have
            moment = int(number) if number.isascii() and number.isdigit() else 0
        if moment in self.rows:
            return moment
        ends = f"; they go from {shown(self.moments[0])} to {shown(self.moments[-1])}" if self.moments else ""
        raise BundleError(f"--void {text[:40]}: no such row is among the {len(self.rows):,} stored{ends}")

    def predictions(self, identity: str) -> dict[Moment, Predicted]:
        """What a model has predicted, by the moment of the example."""
        path = self._predictions(identity)
        found: dict[Moment, Predicted] = {}
        for line, record in enumerate(read_log(path).records, 1):
            try:
                mean, std = tuple(record["mean"]), tuple(record["std"])
                if len(mean) != len(std) or not all(map(_number_or_none, (*mean, *std))):
                    raise ValueError("no numbers")
                found.setdefault(restored(record["at"]), Predicted(_with_nan(mean), _with_nan(std)))
            except (KeyError, TypeError, ValueError) as error:
                raise LedgerError(f"{path}, line {line}: {_WHAT} ({error})") from None
        return found

    def keep(self, identity: str, predictions: Mapping[Moment, Predicted]) -> None:
        """Add what a model has predicted. What it had said of an example before stays."""
        lines = (
            {"at": stored(at), "mean": _without_nan(one.mean), "std": _without_nan(one.std)}
            for at, one in predictions.items()
        )
        append(self._predictions(identity), lines)

    def _predictions(self, identity: str) -> Path:
        folder = self.folder / PREDICTIONS
        if folder.is_symlink():
            raise LedgerError(f"{folder}: is a link; put a folder in its place")
        plain = _PLAIN.fullmatch(identity)
        name = identity if plain else hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()
        return folder / f"{name}.jsonl"


def merged(before: Values, more: Values) -> Values:
    """What is known after more became known; what was known stays.

    >>> merged((1.0, None), (None, 2.0))
    (1.0, 2.0)
    """
    return tuple(old if old is not None else new for old, new in zip(before, more, strict=True))


def _check_same(before: Values, entry: Entry, layout: Layout, where: Path) -> None:
    """Raises: BundleError where a value is known and given differently."""
    for name, old, new in zip(layout.columns, before, entry.values, strict=True):
        if old is not None and new is not None and old != new:
            hint = "" if layout.time else "; without a column with the time, a file begins with the first row"
            raise BundleError(
                f"{where}: {name[:40]!r} of {shown(entry.moment)} is {new:.12g}, and {old:.12g} is stored; an"
                f" observation that was counted is not changed, and --void takes a false one out{hint}"
            )


def _plain(layout: Layout) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(layout).items()
    }


def _is_number(value: object) -> bool:
    """Whether a value of stored JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number_or_none(value: object) -> bool:
    return value is None or _is_number(value)


def _without_nan(values: tuple[float, ...]) -> list[float | None]:
    """As JSON holds them: what is not finite is no number."""
    return [value if _is_number(value) else None for value in values]


def _with_nan(values: tuple[float | None, ...]) -> tuple[float, ...]:
    return tuple(float("nan") if value is None else float(value) for value in values)
