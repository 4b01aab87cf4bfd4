"""Queues in every kind of storage, and groups to put there."""

from pathlib import Path

import optuna
from optuna.storages import BaseStorage

from tuner.records import Configuration, Group
from tuner.work.place import opened
from tuner.work.terms import Terms

STORAGES = ("journal", "sqlite", "memory")
TERMS = Terms(
    study="tiny",
    source="s",
    made="m",
    data="d",
    seed=3,
    engine="auto",
    backend="jax",
    options={"n": 3, "names": ["a", None]},
    versions={"keras": "3"},
    pace=0.01,
)


def storage_of(kind: str, folder: Path) -> BaseStorage:
    """A storage; of the kinds that lie in a file, another one of the same content with every call."""
    if kind == "journal":
        return opened(str(folder / "queue.log"), str(folder)).storage
    if kind == "sqlite":
        return optuna.storages.get_storage(f"sqlite:///{folder / 'queue.db'}")
    return optuna.storages.InMemoryStorage()


def group_of(name: str = "a", seeds: tuple[int, ...] = (0, 1)) -> Group:
    return Group("search", Configuration(name, {"learning_rate": 0.01, "cell": None}), seeds)
