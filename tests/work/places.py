"""Queues in every kind of storage, and groups to put there."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optuna.storages import BaseStorage, InMemoryStorage
from optuna.storages._grpc.server import make_server

from tuner.records import Configuration, Group
from tuner.storage import connect
from tuner.work.place import in_folder
from tuner.work.terms import Terms

STORAGES = ("journal", "memory", "grpc")
TERMS = Terms(
    study="tiny",
    file="tiny.py",
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


@contextmanager
def storage_of(kind: str, folder: Path) -> Iterator[Callable[[], BaseStorage]]:
    """A function that opens a storage: the same content with every call, by another connection if it can."""
    if kind == "journal":
        yield lambda: in_folder(folder).storage
    elif kind == "memory":
        one = InMemoryStorage()
        yield lambda: one
    else:
        with proxied(InMemoryStorage()) as url:
            proxies: list[Any] = []
            try:
                yield lambda: proxies.append(connect(url)) or proxies[-1]
            finally:
                for proxy in proxies:
                    proxy.close()


@contextmanager
def proxied(storage: BaseStorage) -> Iterator[str]:
    """The address of Optuna's gRPC proxy before a storage."""
    port = free_port()
    server = make_server(storage, "127.0.0.1", port)
    server.start()
    try:
        yield f"grpc://127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def group_of(name: str = "a", seeds: tuple[int, ...] = (0, 1)) -> Group:
    return Group("search", Configuration(name, {"learning_rate": 0.01, "cell": None}), seeds)
