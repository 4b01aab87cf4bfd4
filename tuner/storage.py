"""The Optuna storage in a run folder: opened, examined, and its errors told in one line."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import optuna
from optuna.study import StudyDirection

from tuner.drafts import DraftStorage
from tuner.errors import LedgerError, TunerError, first_line
from tuner.records import Direction

_WAIT = 60.0  # seconds, while another program, such as a dashboard, holds the database
_OPTUNA = {"alembic_version", "studies", "version_info"}  # tables; an interrupted start may have made but one
_REMEDY = "move it elsewhere: the runs are kept, and the search draws the same configurations again"


def open_storage(path: Path, name: str, direction: Direction) -> DraftStorage:
    """The storage in a SQLite file, which is made where it is missing.

    Raises: LedgerError where the file is no database, is damaged, is not Optuna's, or holds another study
    than `name`.
    """
    with storage_errors(path, "opened as an Optuna database", _REMEDY):
        _examine(path)
        # The path goes past SQLAlchemy's URL, in which ?, # and braces mean something.
        connect = partial(sqlite3.connect, path, timeout=_WAIT, check_same_thread=False)
        rdb = optuna.storages.RDBStorage("sqlite:///study.db", engine_kwargs={"creator": connect})
        storage = optuna.storages.get_storage(rdb)
        _check_owner(storage, path, name, direction)
    return DraftStorage(storage)


@contextmanager
def storage_errors(path: Path, what: str, remedy: str = "mend that and run again") -> Iterator[None]:
    """An exception of the database becomes one line that says what cannot be done, why, and what helps."""
    try:
        yield
    except TunerError:
        raise
    except Exception as error:
        reason = first_line(error.__cause__ or error)
        raise LedgerError(f"{path}: cannot be {what} ({reason}); {remedy}") from error


def _examine(path: Path) -> None:
    """Raises: LedgerError or sqlite3.Error where the file is a link, damaged, or somebody else's."""
    if path.is_symlink():
        raise LedgerError(f"{path}: is a link; put a file in its place")
    if not path.exists():
        return
    with contextlib.closing(sqlite3.connect(path, timeout=_WAIT)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = {name for (name,) in rows}
    if tables and not tables & _OPTUNA:
        raise sqlite3.DatabaseError(f"it has other tables, such as {min(tables)!r}")


def _check_owner(storage: optuna.storages.BaseStorage, path: Path, name: str, direction: Direction) -> None:
    studies = {study.study_name: study.directions for study in storage.get_all_studies()}
    if not studies:
        return
    if name not in studies:
        raise LedgerError(f"{path}: holds another study, {min(studies)[:60]!r}; {_REMEDY}")
    wanted = StudyDirection.MINIMIZE if direction == "minimize" else StudyDirection.MAXIMIZE
    if studies[name] != [wanted]:
        raise LedgerError(f"{path}: holds a search in the other direction; {_REMEDY}")
