"""The Optuna storage of a run: in its folder, or shared with others; its errors are told in one line."""

import contextlib
import importlib.util
import re
import sqlite3
import warnings
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, unquote

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import StudyDirection

from tuner.drafts import DraftStorage
from tuner.errors import SECRET, LedgerError, TunerError, address_told, first_line
from tuner.records import Direction

_WAIT = 60.0  # seconds, while another program, such as a dashboard, holds the database
_SHARED_REMEDY = "look whether it runs and whether address, user and password are right"
_OWNER = "tuner:run"  # the attribute of a study in a shared storage that says whose it is
_DIRECTIONS = {"minimize": StudyDirection.MINIMIZE, "maximize": StudyDirection.MAXIMIZE}
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


def connect(url: str) -> BaseStorage:
    """The shared storage at an address.

    journal:///path, or a path that ends in .log, is a journal file; grpc://host:port Optuna's proxy; anything
    else a database that SQLAlchemy knows, such as postgresql://user:password@host/name. SQLite is none: it
    does not keep two workers from taking the same group. Redis is none: Optuna unpickles what is there.

    Raises: LedgerError where it cannot be used or reached, without its password.
    """
    kind, found, rest = url.partition("://")
    if not found or kind == "journal":
        return _journal(rest if found else url)
    if kind.startswith(("sqlite", "redis")):
        raise LedgerError(
            f"{address_told(url)}: {kind.partition('+')[0]} cannot be shared by workers; use a journal"
            " file (journal:///path), PostgreSQL or MySQL"
        )
    with shared_errors(url):
        if kind == "grpc":
            return _proxy(rest)
        if kind == "postgresql" and importlib.util.find_spec("psycopg2") is None:
            url = f"postgresql+psycopg://{rest}"
        rdb = optuna.storages.RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
        weakref.finalize(rdb, rdb.engine.dispose)
        return optuna.storages.get_storage(rdb)


def _proxy(address: str) -> BaseStorage:
    host, _, port = address.rstrip("/").rpartition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # not for the user
        proxy = optuna.storages.GrpcStorageProxy(host=host.strip("[]"), port=int(port))
    proxy.get_all_studies()  # it connects when it is used
    return proxy


def _journal(name: str) -> BaseStorage:
    path = Path(name)
    if path.suffix != ".log":
        raise LedgerError(
            f"{address_told(name)}: a storage is an address such as postgresql://..., or a file ending in"
            " .log"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        journal = JournalStorage(JournalFileBackend(str(path)))
        journal.get_all_studies()
    except OSError as error:
        raise LedgerError(f"{path}: cannot be used as a storage ({error.strerror})") from None
    except Exception as error:  # whatever Optuna finds wrong, an AssertionError too
        raise LedgerError(f"{path}: is no journal of Optuna's, or damaged ({first_line(error)})") from None
    return journal


def secrets_of(url: str) -> tuple[str, ...]:
    """What must not be printed of an address."""
    given = parse_qs(url.partition("?")[2])
    found = [
        word
        for name, words in given.items()
        if any(part in name.lower() for part in SECRET)
        for word in words
    ]
    if password := re.match(
        r"[^:]*://[^:/@]*:(.*)@", url
    ):  # which may hold what else ends a part of an address
        found = [password[1], *password[1].split("@"), *found]
    return tuple(dict.fromkeys(word for one in found if one for word in (one, unquote(one))))


def has_search(url: str, name: str, replaced: str = "") -> bool:
    """Whether a shared storage has a search of that name; that of the run `replaced` is deleted.

    Raises: LedgerError where the storage cannot be used or reached.
    """
    storage = connect(url)
    with shared_errors(url):
        try:
            known = storage.get_study_id_from_name(name)
        except KeyError:
            return False
        if not replaced or storage.get_study_user_attrs(known).get(_OWNER) != replaced:
            return True
        storage.delete_study(known)
        return False


def open_shared(url: str, name: str, direction: Direction, identity: str) -> DraftStorage:
    """The search of the run with this identity in a shared storage, which is made where there is none.

    Raises: LedgerError where another run has a search of that name there.
    """
    storage = connect(url)
    with shared_errors(url):
        try:
            owner = storage.get_study_user_attrs(storage.get_study_id_from_name(name)).get(_OWNER)
        except KeyError:
            known = storage.create_new_study([_DIRECTIONS[direction]], name)
            storage.set_study_user_attr(known, _OWNER, identity)
            owner = identity
    if owner != identity:
        raise LedgerError(
            f"{address_told(url)}: has a search {name!r} of another run folder; go on with that folder,"
            " give the study another name, or delete it there (optuna delete-study)"
        )
    return DraftStorage(storage)


def shared_errors(url: str) -> AbstractContextManager[None]:
    """An exception of a shared storage becomes one line, without its password."""
    return storage_errors(address_told(url), "used as an Optuna storage", _SHARED_REMEDY, secrets_of(url))


@contextmanager
def storage_errors(
    path: Path | str, what: str, remedy: str = "mend that and run again", secrets: Sequence[str] = ()
) -> Iterator[None]:
    """An exception of the database becomes one line that says what cannot be done, why, and what helps."""
    try:
        yield
    except TunerError:
        raise
    except Exception as error:
        reason = first_line(error.__cause__ or error)
        for secret in secrets:
            reason = reason.replace(secret, "***")
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


def _check_owner(storage: BaseStorage, path: Path, name: str, direction: Direction) -> None:
    studies = {study.study_name: study.directions for study in storage.get_all_studies()}
    if not studies:
        return
    if name not in studies:
        raise LedgerError(f"{path}: holds another study, {min(studies)[:60]!r}; {_REMEDY}")
    if studies[name] != [_DIRECTIONS[direction]]:
        raise LedgerError(f"{path}: holds a search in the other direction; {_REMEDY}")
