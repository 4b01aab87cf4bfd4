"""The ledger: every run of a study on disk, and the setup that it was made with.

    <run folder>/run.json                         the Setup
    <run folder>/ledger/<phase>/<name>-<first>.json   one Group: planned, then finished

A file is written in one step and carries a checksum of its content, so a group is there whole or not at
all. Numbers are JSON with full precision; NaN and infinities are written as
Python's JSON module writes them. Nothing that is read can execute code.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from tuner.errors import LedgerError
from tuner.files import write_whole
from tuner.records import Configuration, Group, Look, Phase, Run, Setup

_FORMAT = 1


class Ledger:
    """The stored groups of one run folder, in memory and on disk.

    Raises: LedgerError where a file cannot be read, is damaged or is not one of tuner's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._groups: dict[Path, Group] = {}
        for path in sorted(folder.glob("ledger/*/*.json")):
            self._groups[path] = _group(_read(path), path)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Finished and planned groups."""
        return tuple(self._groups[path] for path in sorted(self._groups))

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run that has ended, by phase (search first), configuration and seed index."""
        runs = (run for group in self.groups for run in group.runs)
        return tuple(
            sorted(runs, key=lambda run: (run.phase != "search", _natural(run.configuration), run.seed_index))
        )

    @property
    def configurations(self) -> dict[str, Configuration]:
        """Every configuration that was tried, by name."""
        named = {group.configuration.name: group.configuration for group in self.groups}
        return dict(sorted(named.items(), key=lambda item: _natural(item[0])))

    def of(self, phase: Phase, configuration: str) -> tuple[Group, ...]:
        """The groups of a configuration, by their first seed."""
        groups = (g for g in self.groups if g.phase == phase and g.configuration.name == configuration)
        return tuple(sorted(groups, key=lambda group: group.seed_indices))

    def write(self, group: Group) -> None:
        """Store a planned or a finished group; a finished one replaces its plan."""
        stem = slug(group.configuration.name)
        path = self.folder / "ledger" / group.phase / f"{stem}-{group.seed_indices[0]:04d}.json"
        _write(path, asdict(group))
        self._groups[path] = group

    def read_setup(self) -> Setup | None:
        """The setup that the folder was made with; None where it is new."""
        path = self.folder / "run.json"
        return _setup(_read(path), path) if path.exists() else None

    def write_setup(self, setup: Setup) -> None:
        _write(self.folder / "run.json", asdict(setup))


def _write(path: Path, content: Mapping[str, Any]) -> None:
    body = json.dumps(content, default=_plain)
    head = {"tuner": _FORMAT, "sha256": hashlib.sha256(body.encode()).hexdigest()}
    write_whole(path, f'{{"head": {json.dumps(head)},\n"content": {body}}}\n')


def _plain(value: Any) -> Any:
    """numpy scalars as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a hyperparameter value of type {type(value).__name__} cannot be stored")


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        head = json.loads(text)["head"]
        body = text.split('"content": ', 1)[1][:-2]
        intact = hashlib.sha256(body.encode()).hexdigest() == head["sha256"]
        known = head["tuner"] == _FORMAT
        content = json.loads(body)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__}); {_remedy(path)}") from None
    if not known:
        raise LedgerError(f"{path}: written in format {head['tuner']}, this version of tuner reads {_FORMAT}")
    if not intact:
        raise LedgerError(f"{path}: damaged (its checksum differs); {_remedy(path)}")
    if not isinstance(content, dict):
        raise LedgerError(f"{path}: is none of tuner's files; move it elsewhere")
    return content


def _remedy(path: Path) -> str:
    if path.name == "run.json":
        return "start over with --fresh, or use another folder"
    return "delete it to train its runs again"


def _group(content: dict[str, Any], path: Path) -> Group:
    try:
        runs = tuple(
            Run(**{**run, "history": {name: tuple(values) for name, values in run["history"].items()}})
            for run in content["runs"]
        )
        return Group(
            content["phase"], Configuration(**content["configuration"]), tuple(content["seed_indices"]), runs
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LedgerError(f"{path}: is no group of runs ({error})") from None


def _setup(content: dict[str, Any], path: Path) -> Setup:
    try:
        looks = tuple(Look(look["repeats"], tuple(look["configurations"])) for look in content["looks"])
        notes = {name: tuple(content[name]) for name in ("notes", "fallbacks")}
        return Setup(**{**content, **notes, "looks": looks})
    except (KeyError, TypeError) as error:
        raise LedgerError(f"{path}: is no setup of a run ({error})") from None


def slug(name: str) -> str:
    """A file name for any configuration name; a hash tells apart what the letters no longer do."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:40]
    return safe if safe == name else f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _natural(name: str) -> tuple[Any, ...]:
    """Sort key: the baseline first, then trial-2 before trial-10."""
    parts = re.split(r"(\d+)", name)
    numbered = tuple((part.isdecimal(), int(part) if part.isdecimal() else part) for part in parts)
    return (name != "baseline", numbered, name)


def missing(groups: Iterable[Group], count: int, size: int) -> list[tuple[int, ...]]:
    """Which seeds to plan next, in equal groups of `size` at most, so that seeds 0..count-1 are all planned.

    Groups that exist keep their members.

    >>> missing([], 5, 4)
    [(0, 1), (2, 3, 4)]
    """
    taken = {index for group in groups for index in group.seed_indices}
    free = [index for index in range(count) if index not in taken]
    parts = -(-len(free) // size)
    bounds = [part * len(free) // parts for part in range(parts + 1)] if parts else []
    return [tuple(free[start:stop]) for start, stop in pairwise(bounds)]
