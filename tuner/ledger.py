"""The ledger: every run of a study on disk, and the setup that it was made with.

    <run folder>/run.json                         the Setup
    <run folder>/ledger/<phase>/<name>-<first>.json   one Group: planned, then finished
    <run folder>/ledger/<phase>/<name>-<first>.npy    the scores of its test examples (runs, examples)
    <run folder>/ledger/<phase>/<name>-<first>.npz    its predictions for some of them
    <run folder>/ledger/<phase>/<name>-<first>.outputs.npz    what it answers for all, where that is wanted

A file is written in one step and carries a checksum of its content, so a group is there whole or not at
all. Arrays are written before it, and it carries their checksums, too. Numbers are JSON with full
precision; NaN and infinities are written as Python's JSON module writes them. Nothing that is read can
execute code, and no link leads out of the folder.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tuner.answering import as_text
from tuner.checked import read_bytes, read_json, set_aside, write_bytes, write_json
from tuner.errors import DamageError, LedgerError, first_line
from tuner.outputs import Outputs
from tuner.outputs import joined as joined_outputs
from tuner.outputs import packed as packed_outputs
from tuner.outputs import picked as picked_outputs
from tuner.outputs import unpacked as unpacked_outputs
from tuner.packing import packed, unpacked
from tuner.predictions import Predictions, in_order, joined, until
from tuner.records import (
    PROTOCOL,
    Configuration,
    ExampleScores,
    Group,
    Phase,
    Run,
    Setup,
    StoredExamples,
    StoredOutputs,
    StoredPredictions,
)
from tuner.stored import group_of, setup_of

_TRAIN_AGAIN = "run the study again to repeat its runs"
_START_OVER = "keep its runs with --accept-changes, start over with --fresh, or use another folder"
_OURS = re.compile(r".+-\d{4,}\.json")
_DIGITS = 18  # of a number in a name; a longer one is sorted as text

# What lies beside a group: scores of its examples, predictions for some of them, answers for all.
EXAMPLES, PREDICTIONS, OUTPUTS = ".npy", ".npz", ".outputs.npz"
ARRAYS = (EXAMPLES, PREDICTIONS, OUTPUTS)


class Ledger:
    """The stored groups of one run folder, in memory and on disk.

    With `mend`, groups whose files are cut or altered are left out, as if their runs had never been
    trained; `damaged` are those files, which `set_aside` takes out of the way.

    Raises: LedgerError where a file cannot be read, is damaged or is not one of tuner's.
    """

    def __init__(self, folder: Path, *, mend: bool = False) -> None:
        self.folder = folder
        self.damaged: list[Path] = []
        self._groups: dict[Path, Group] = {}
        self._paths: dict[tuple[Phase, str], set[Path]] = {}  # by phase and configuration
        refuse_links(folder)
        for path in sorted(folder.glob("ledger/*/*.json")):
            try:
                group = group_of(read_json(path, _TRAIN_AGAIN), path)
                if mend:
                    self._check_arrays(path, group)
            except DamageError:
                if not mend or not _OURS.fullmatch(path.name):
                    raise
                self.damaged.append(path)
            else:
                self._refuse_twice(path, group)
                self._keep(path, group)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Finished and planned groups."""
        return tuple(self._groups[path] for path in sorted(self._groups))

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run of the protocol that has ended, by phase (search first), configuration and seed index."""
        runs = (run for group in self.groups if group.phase in PROTOCOL for run in group.runs)
        return tuple(
            sorted(runs, key=lambda run: (run.phase != "search", _natural(run.configuration), run.seed_index))
        )

    @property
    def configurations(self) -> dict[str, Configuration]:
        """Every configuration that the protocol tried, by name."""
        tried = (group.configuration for group in self.groups if group.phase in PROTOCOL)
        named = {configuration.name: configuration for configuration in tried}
        return dict(sorted(named.items(), key=lambda item: _natural(item[0])))

    def of(self, phase: Phase, configuration: str) -> tuple[Group, ...]:
        """The groups of a configuration, by their first seed."""
        groups = (self._groups[path] for path in self._paths.get((phase, configuration), ()))
        return tuple(sorted(groups, key=lambda group: group.seed_indices))

    def write(
        self,
        group: Group,
        examples: ExampleScores | None = None,
        predictions: Predictions | None = None,
        outputs: Outputs | None = None,
    ) -> None:
        """Store a planned or a finished group; a finished one replaces its plan.

        `examples` are the scores of its test examples, (runs, examples), `predictions` what its runs
        predict for some of them, and `outputs` what those that are complete predict for all; they are on disk
        before it is.
        """
        path = self.path_of(group)
        if examples is not None:
            sha256 = _write_array(_beside(path), examples.values) if examples.values.size else ""
            stored = StoredExamples(sha256, examples.each, examples.horizon, examples.reason)
            group = replace(group, examples=stored)
        if predictions is not None:
            group = replace(group, predictions=_store(path.with_suffix(PREDICTIONS), predictions))
        if outputs is not None:
            group = replace(group, outputs=_store_outputs(path.with_suffix(OUTPUTS), outputs))
        write_json(path, group)
        self._keep(path, group)

    def examples(self, phase: Phase, configuration: str, seeds: int) -> ExampleScores:
        """The scores of the test examples of a configuration, one row a run, for seeds 0 to `seeds` - 1.

        Raises: LedgerError where a file of them is damaged.
        """
        groups = [group for group in self.of(phase, configuration) if group.seed_indices[0] < seeds]
        stored = [group.examples for group in groups if group.examples is not None]
        if len(stored) < len(groups):
            return ExampleScores(reason="some runs were stored without them")
        if reason := next((one.reason for one in stored if one.reason), ""):
            return ExampleScores(reason=reason)
        rows: dict[int, np.ndarray | None] = {}
        for group, one in zip(groups, stored, strict=True):
            path = _beside(self.path_of(group))
            if one.sha256 and not path.exists():
                return ExampleScores(reason=f"the file {path.name} is missing")
            seeds_of = len(group.seed_indices)
            table = _read_array(path, one.sha256, seeds_of) if one.sha256 else [None] * seeds_of
            rows |= zip(group.seed_indices, table, strict=True)
        return _table([rows[index] for index in sorted(rows) if index < seeds], stored)

    def predictions(self, phase: Phase, configuration: str, seeds: int) -> Predictions:
        """What is kept of the predictions of a configuration, of seeds 0 to `seeds` - 1.

        Raises: LedgerError where a file of them is damaged.
        """
        groups = [group for group in self.of(phase, configuration) if group.seed_indices[0] < seeds]
        return in_order(until(joined([self._predictions(group) for group in groups]), seeds))

    def _predictions(self, group: Group) -> Predictions:
        stored = group.predictions
        if stored is None or not stored.sha256:
            return Predictions(reason="" if stored is None else stored.reason)
        path = self.path_of(group).with_suffix(PREDICTIONS)
        if not path.exists():
            return Predictions(reason=f"the file {path.name} is missing")
        content = read_bytes(path, stored.sha256, "predictions")
        try:
            return unpacked(content, stored.outlines, own=stored.own, reason=stored.reason)
        except Exception as error:  # whatever zipfile and numpy find wrong
            raise LedgerError(f"{path}: holds no predictions ({first_line(error)}); delete it") from None

    def outputs(self, phase: Phase, configuration: str, seeds: int) -> tuple[tuple[int, ...], Outputs] | None:
        """What the networks of seeds 0 to `seeds` - 1 that have a score answer for the test split, with their
        seed indices; None where some were stored without, or a file of theirs is gone.

        Raises: LedgerError where a file of them is damaged.
        """
        indices: list[int] = []
        parts: list[Outputs] = []
        for group in self.of(phase, configuration):
            complete = [run.seed_index for run in group.runs if run.status == "complete"]
            mine = [place for place, index in enumerate(complete) if index < seeds]
            if not mine:
                continue
            found = self._outputs(group, len(complete))
            if found is None:
                return None
            indices += [complete[place] for place in mine]
            parts.append(picked_outputs(found, mine))
        return tuple(indices), joined_outputs(parts)

    def _outputs(self, group: Group, networks: int) -> Outputs | None:
        stored = group.outputs
        if stored is None or not stored.sha256:
            return None if stored is None else Outputs(reason=stored.reason)
        path = self.path_of(group).with_suffix(OUTPUTS)
        if not path.exists():
            return None
        content = read_bytes(path, stored.sha256, "them: ensembles train networks of their own then")
        try:
            return unpacked_outputs(content, stored.outline, stored.logits, networks)
        except Exception as error:  # whatever zipfile and numpy find wrong
            raise LedgerError(
                f"{path}: holds no answers of networks ({first_line(error)}); delete it"
            ) from None

    def take_over(self, other: "Ledger", group: Group) -> None:
        """Store a finished group of another ledger, with the arrays beside it, byte for byte."""
        theirs, path = other.path_of(group), self.path_of(group)
        for suffix in ARRAYS:
            if (array := theirs.with_suffix(suffix)).exists():
                write_bytes(path.with_suffix(suffix), array.read_bytes())
        write_bytes(path, theirs.read_bytes())
        self._keep(path, group)

    def forget(self, group: Group) -> None:
        """Take a planned group back."""
        path = self.path_of(group)
        path.unlink(missing_ok=True)
        del self._groups[path]
        self._paths[group.phase, group.configuration.name].discard(path)

    def set_aside(self) -> tuple[Path, ...]:
        """Rename the files that are damaged, with the arrays beside them: their runs can be trained again.

        Returns: those files, by their former names.
        """
        for path in self.damaged:
            for each in (path, *map(path.with_suffix, ARRAYS)):
                set_aside(each)
        damaged, self.damaged = tuple(self.damaged), []
        return damaged

    def _check_arrays(self, path: Path, group: Group) -> None:
        """Raises: DamageError where an array beside a group is damaged."""
        parts = (group.examples, group.predictions, group.outputs)
        for stored, file in zip(parts, map(path.with_suffix, ARRAYS), strict=True):
            if stored is not None and stored.sha256 and file.exists():
                read_bytes(file, stored.sha256, "it")

    def _refuse_twice(self, path: Path, group: Group) -> None:
        """Raises: LedgerError where a run is stored twice; counted twice, it would look like two."""
        name = group.configuration.name
        for other in self._paths.get((group.phase, name), ()):
            if both := set(group.seed_indices) & set(self._groups[other].seed_indices):
                raise LedgerError(
                    f"{path}: holds seed {min(both)} of {name!r}, and so does {other.name}; delete one"
                )

    def _keep(self, path: Path, group: Group) -> None:
        self._groups[path] = group
        self._paths.setdefault((group.phase, group.configuration.name), set()).add(path)

    def path_of(self, group: Group) -> Path:
        """Where a group is stored."""
        stem = slug(group.configuration.name)
        return self.folder / "ledger" / group.phase / f"{stem}-{group.seed_indices[0]:04d}.json"

    def read_setup(self) -> Setup | None:
        """The setup that the folder was made with; None where it is new."""
        path = self.folder / "run.json"
        return setup_of(read_json(path, _START_OVER), path) if path.exists() else None

    def write_setup(self, setup: Setup) -> None:
        write_json(self.folder / "run.json", setup)


def refuse_links(folder: Path) -> None:
    """Raises: LedgerError where what tuner would read, write or delete in a run folder lies elsewhere."""
    others = (folder / "checkpoints", folder / "work", folder / "work" / "files")
    for path in (folder / "ledger", *folder.glob("ledger/*/"), *others):
        if path.is_symlink():
            raise LedgerError(f"{path}: is a link out of the run folder; put a folder in its place")


def _beside(path: Path) -> Path:
    """The file with the scores of the examples of a group."""
    return path.with_suffix(EXAMPLES)


def _write_array(path: Path, values: np.ndarray) -> str:
    """Store an array; gives the checksum of its file."""
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return write_bytes(path, buffer.getvalue())


def _store(path: Path, predictions: Predictions) -> StoredPredictions:
    """Store the arrays of predictions, where there are any."""
    content, outlines = packed(predictions)
    sha256 = write_bytes(path, content) if outlines else ""
    return StoredPredictions(sha256, predictions.own, outlines, predictions.reason)


def _store_outputs(path: Path, outputs: Outputs) -> StoredOutputs:
    """Store the answers of networks, where there are any."""
    if outputs.values is None:
        return StoredOutputs("", None, as_text(outputs.logits), outputs.reason)
    content, outline = packed_outputs(outputs)
    return StoredOutputs(write_bytes(path, content), outline, as_text(outputs.logits), outputs.reason)


def _read_array(path: Path, sha256: str, rows: int) -> np.ndarray:
    """The scores of examples in a file, (rows, examples).

    Raises: LedgerError where it holds none, or is damaged.
    """
    content = read_bytes(path, sha256, "scores of single examples")
    try:
        values: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
        if values.ndim != 2 or len(values) != rows or values.dtype.kind != "f":
            raise ValueError(f"shape {values.shape}, type {values.dtype}")
    except Exception as error:  # whatever numpy finds wrong
        raise LedgerError(f"{path}: holds no scores of examples ({first_line(error)}); delete it") from None
    return values


def _table(rows: Sequence[np.ndarray | None], stored: Sequence[StoredExamples]) -> ExampleScores:
    """Rows of runs as one table, NaN where a run has none."""
    scored = [row for row in rows if row is not None]
    if not scored:
        return ExampleScores(reason="no run ended with a score")
    with_values = [one for one in stored if one.sha256]
    if len({row.shape for row in scored}) > 1 or len({one.each for one in with_values}) > 1:
        return ExampleScores(reason="the runs were not scored on the same examples")
    nothing = np.full_like(scored[0], np.nan)
    table = np.stack([nothing if row is None else row for row in rows])
    return ExampleScores(table, with_values[0].each, with_values[0].horizon)


def slug(name: str) -> str:
    """A file name for any configuration name; a hash tells apart what the letters no longer do."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:40]
    return (
        safe
        if safe == name
        else f"{safe}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    )


def _natural(name: str) -> tuple[Any, ...]:
    """Sort key: the baseline first, then trial-2 before trial-10."""
    parts = re.split(r"(\d+)", name)
    numbers = (part.isdecimal() and len(part) <= _DIGITS for part in parts)
    numbered = tuple(
        (whole, int(part) if whole else part) for whole, part in zip(numbers, parts, strict=True)
    )
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
