"""A long training as it is when an epoch has ended, kept so that one that was killed goes on from there.

Engines say what they need as named arrays; where these are kept is a `Slot`, which knows bytes alone. What
comes back is taken only where its checksum says that it is whole, and of the very training: of the same
study, data, packages, configuration and seeds. Anything else is as if nothing had been kept.
"""

import hashlib
import io
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tuner.archives import arrays_of

EVERY = 60.0  # seconds of training between two checkpoints, at least
_SHARE = 0.05  # of the time that keeping may take
_FORMAT = "1"
_DIGEST = hashlib.sha256().digest_size  # bytes

Arrays = Mapping[str, np.ndarray]


class Slot(Protocol):
    """A place for one checkpoint."""

    def read(self) -> bytes | None:
        """What is there; None where nothing is, or it cannot be read."""

    def write(self, content: bytes) -> None:
        """Put it there in the place of what was; where that cannot be, nothing changes."""

    def clear(self) -> None:
        """Leave nothing there."""


@dataclass(slots=True)
class _Clock:
    """How long a training takes, in seconds: here, and `before`, in the sessions that were killed."""

    begun: float = field(default_factory=lambda: time.monotonic())
    last: float = field(default_factory=lambda: time.monotonic())  # when something was kept
    cost: float = 0.0  # of keeping it
    before: float = 0.0


class Checkpoints:
    """What is kept of the seeds of a group; `owner` tells their training apart from all others.

    The seeds that train at once share the slot, one after the other: `seeds` are the indices by which an
    engine's positions are known tomorrow. Without a slot nothing is kept.
    """

    def __init__(self, slot: Slot | None = None, owner: str = "", seeds: Sequence[int] = ()) -> None:
        self._slot, self._owner, self._seeds = slot, owner, tuple(seeds)
        self._clock = _Clock()

    @property
    def before(self) -> float:
        """Seconds that the training had taken when what was loaded was kept."""
        return self._clock.before

    def only(self, positions: Sequence[int]) -> "Checkpoints":
        """Those of a job with the seeds at these positions."""
        seeds = [self._seeds[position] for position in positions] if self._seeds else ()
        part = Checkpoints(self._slot, self._owner, seeds)
        part._clock = self._clock
        return part

    def of(self, kind: str, positions: Sequence[int]) -> "Checkpoint":
        """That of an engine, `kind`, for the seeds at these positions."""
        seeds = [self._seeds[position] for position in positions] if self._seeds else []
        owner = "\0".join([_FORMAT, self._owner, kind, *map(str, seeds)])
        return Checkpoint(self._slot, owner, self._clock)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The seeds that train at once, as they are when an epoch has ended. Use `Checkpoints.of`."""

    slot: Slot | None
    owner: str
    clock: _Clock

    @property
    def due(self) -> bool:
        """Whether enough time has passed to keep the training once more."""
        pause = max(EVERY, self.clock.cost / _SHARE)
        return self.slot is not None and time.monotonic() - self.clock.last >= pause

    def save(self, arrays: Arrays) -> None:
        """Keep named arrays, in the place of what was kept before."""
        if self.slot is None:
            return
        start, clock = time.monotonic(), self.clock
        seconds = np.asarray(clock.before + start - clock.begun)
        with suppress(MemoryError):  # for a moment it takes as much again; the training goes on without
            self.slot.write(_packed(self.owner, {**arrays, "seconds": seconds}))
        clock.last = time.monotonic()
        clock.cost = clock.last - start

    def load(self) -> Arrays | None:
        """What was kept of this training; None where nothing was, or it is damaged or another's."""
        content = None if self.slot is None else self.slot.read()
        found = None if content is None else _unpacked(self.owner, content)
        if found is not None:
            self.clock.before = float(found["seconds"])
        return found


def numbered(name: str, values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays that `fitting` finds again."""
    return {f"{name}.{place}": np.asarray(value) for place, value in enumerate(values)}


def fitting(found: Arrays, name: str, like: Sequence[np.ndarray]) -> list[np.ndarray] | None:
    """The arrays of a name, to replace others; None where they are not of the shapes and types of these.

    numpy stores types that it has not itself, such as bfloat16, as bytes without a type.
    """
    values = []
    for place, one in enumerate(like):
        value = found.get(f"{name}.{place}")
        if value is None:
            return None
        if value.dtype.kind == "V" and value.dtype.itemsize == one.dtype.itemsize:
            value = value.view(one.dtype)
        if (value.shape, value.dtype) != (one.shape, one.dtype):
            return None
        values.append(value)
    return values


def _packed(owner: str, arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **dict[str, Any](arrays))
    content = buffer.getvalue()
    return _checksum(owner, content) + content


def _unpacked(owner: str, stored: bytes) -> Arrays | None:
    """The arrays that were packed by the same owner; nothing in them can be executed."""
    content = stored[_DIGEST:]
    if stored[:_DIGEST] != _checksum(owner, content):
        return None
    with suppress(Exception):  # whatever zipfile and numpy find wrong
        found = arrays_of(content, len(content))  # tuner compresses nothing
        return found if found["seconds"] >= 0 else None
    return None


def _checksum(owner: str, content: bytes) -> bytes:
    digest = hashlib.sha256(owner.encode("utf-8", "surrogatepass"))
    digest.update(b"\0")
    digest.update(content)
    return digest.digest()
