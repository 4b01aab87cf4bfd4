"""The streams: every source of chance in a run draws from its own, derived from the study seed.

A stream is named by (study seed, phase, configuration, seed index, stream name). Initial weights, data
order and dropout also depend on the configuration, so that two configurations on the same data are
independent samples (Welch's test applies); the data do not, so that where they vary with the seed index
every configuration meets the same ones (the paired test applies), and then nothing else differs by
configuration either.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

Stream = Literal["init", "order", "dropout", "data"]
STREAMS: tuple[Stream, ...] = ("init", "order", "dropout", "data")

Apart = tuple[tuple[Stream, int], ...]  # streams with an index of their own


def sequence(study: int, index: int, *names: str) -> np.random.SeedSequence:
    """The seed sequence of a named stream: its names are hashed, its index is the spawn key."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.SeedSequence([study, *words], spawn_key=(index,))


def as_integer(sequence: np.random.SeedSequence) -> int:
    """A seed below 2**32, for libraries that take an integer."""
    return int(sequence.generate_state(1)[0])


@dataclass(frozen=True, slots=True)
class Seed:
    """The streams of one run. All have its index, but for those that `apart` gives another one.

    So two runs can share their initial weights and differ in the order of their data.

    >>> seed = Seed(study=0, phase="search", configuration="baseline", index=3)
    >>> seed.integer("init") == seed.integer("init"), seed.integer("init") == seed.integer("order")
    (True, False)
    >>> other = Seed(study=0, phase="search", configuration="baseline", index=3, apart=(("order", 4),))
    >>> other.integer("init") == seed.integer("init"), other.integer("order") == seed.integer("order")
    (True, False)
    """

    study: int
    phase: str
    configuration: str
    index: int
    apart: Apart = ()

    def generator(self, stream: Stream) -> np.random.Generator:
        """A fresh generator at the start of the stream."""
        return np.random.default_rng(self._sequence(stream))

    def integer(self, stream: Stream) -> int:
        """A seed below 2**32, for libraries that take an integer."""
        return as_integer(self._sequence(stream))

    def _sequence(self, stream: Stream) -> np.random.SeedSequence:
        owner = "" if stream == "data" else self.configuration
        index = dict(self.apart).get(stream, self.index)
        return sequence(self.study, index, self.phase, stream, owner)
