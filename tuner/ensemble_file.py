"""The scores of ensembles in a run folder: <run folder>/ledger/ensembles.json."""

from collections.abc import Sequence
from pathlib import Path

from tuner.checked import read_json, set_aside, write_json
from tuner.errors import LedgerError
from tuner.records import EnsembleScores
from tuner.stored import record_of

_MOST = 1_000  # configurations in a file that claims to be one of ours


def write_ensembles(folder: Path, found: Sequence[EnsembleScores]) -> None:
    """Store the scores of the ensembles of some configurations, in the place of those stored before."""
    write_json(_path(folder), {"configurations": list(found)})


def read_ensembles(folder: Path) -> tuple[EnsembleScores, ...]:
    """The scores of ensembles by configuration; empty where there are none.

    Raises: LedgerError where the file is damaged or holds something else.
    """
    path = _path(folder)
    if not path.exists():
        return ()
    content = read_json(path, "delete it to go on without the ensembles")
    what = f"{path}: holds no scores of ensembles"
    rows = content.get("configurations")
    if not isinstance(rows, list) or len(rows) > _MOST or set(content) != {"configurations"}:
        raise LedgerError(f"{what}; delete it")
    return tuple(record_of(EnsembleScores, row, what) for row in rows)


def set_ensembles_aside(folder: Path) -> None:
    """Rename the file, so that nothing reads it any more."""
    set_aside(_path(folder))


def _path(folder: Path) -> Path:
    return folder / "ledger" / "ensembles.json"
