"""What a run folder holds: what must not be lost, what must not be trained twice, what must end up equal."""

import json
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna

from tuner.errors import LedgerError
from tuner.ledger import Ledger

Key = tuple[str, str, tuple[int, ...]]  # phase, configuration, seeds


@dataclass(frozen=True, slots=True)
class Group:
    """A finished group: when its training began, and its file."""

    started: float | None
    path: Path
    runs: int


def finished(folder: Path) -> dict[Key, Group]:
    """The groups that have ended. Raises: LedgerError where a file of the ledger is damaged."""
    ledger = Ledger(folder)
    return {
        (group.phase, group.configuration.name, group.seed_indices): Group(
            group.started, ledger.path_of(group), len(group.runs)
        )
        for group in ledger.groups
        if group.runs
    }


def lost(before: dict[Key, Group], now: dict[Key, Group], damaged: Collection[Path]) -> int:
    """Runs that had ended and are gone."""
    return sum(one.runs for key, one in before.items() if key not in now and one.path not in damaged)


def repeated(before: dict[Key, Group], now: dict[Key, Group], damaged: Collection[Path]) -> int:
    """Runs that had ended and were trained again."""
    return sum(
        one.runs
        for key, one in before.items()
        if key in now and now[key].started != one.started and one.path not in damaged
    )


def numbers(folder: Path) -> dict[str, Any]:
    """All that two runs of the same study must have in common, to the last bit."""
    ledger = Ledger(folder)
    setup = ledger.read_setup()
    assert setup is not None
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    runs = [
        (
            run.phase,
            run.configuration,
            run.seed_index,
            run.status,
            run.reason,
            dict(run.scores),
            dict(run.history),
        )
        for run in ledger.runs
    ]
    return {
        "runs": repr(runs),
        "configurations": repr({name: dict(one.params) for name, one in ledger.configurations.items()}),
        "looks": setup.looks,
        "verdicts": {key: summary[key] for key in ("baseline", "finalists", "best", "runs", "notes")},
        "search": _search(folder),
        "complete": setup.complete,
    }


def _search(folder: Path) -> list[tuple[Any, ...]]:
    """The trials as Optuna has them."""
    with tempfile.TemporaryDirectory() as copy:
        path = shutil.copy(folder / "study.db", copy)
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        try:
            (study,) = optuna.get_all_study_summaries(storage)
            trials = optuna.load_study(study_name=study.study_name, storage=storage).trials
        finally:
            storage.engine.dispose()
    return [
        (one.number, one.state.name, one.values, one.params, one.user_attrs, one.intermediate_values)
        for one in trials
    ]


def leftovers(folder: Path) -> list[str]:
    """Files that a finished run should not leave behind."""
    hidden = [path for path in (folder / "ledger").rglob(".*") if path.is_file()]
    others = [folder / name for name in ("run.lock", "study.db-journal", "work", "checkpoints")]
    return [path.name for path in (*hidden, *others) if path.exists()]


def damage(folder: Path, kind: str, rng: np.random.Generator) -> Path | None:
    """Cut a file of a finished group, or flip a bit of one; gives the group's own file, or None."""
    try:
        groups = list(finished(folder).values())
    except LedgerError:  # an earlier damage is there still
        return None
    if not groups:
        return None
    own = groups[rng.integers(len(groups))].path
    files = [path for path in (own, own.with_suffix(".npy"), own.with_suffix(".npz")) if path.exists()]
    file = files[rng.integers(len(files))]
    content = file.read_bytes()
    place = int(rng.integers(_head(content) if file == own and kind == "flip" else 0, len(content)))
    if kind == "flip":
        flipped = content[place] ^ (1 << int(rng.integers(8)))
        file.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
    else:
        file.write_bytes(content[:place])
    return own


def _head(content: bytes) -> int:
    """Where the checksum begins: a flip of the number of the format is another format, and is refused."""
    return content.index(b"sha256")
