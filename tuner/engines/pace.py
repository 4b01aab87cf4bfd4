"""How much to ask of one compiled call, so that progress moves and Ctrl-C is heard."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """How much to ask of one compiled call, so that progress moves and Ctrl-C is heard."""

    seconds = 1.0

    def __init__(self) -> None:
        self._a_second = 0.0  # units that a second is known to do

    def over(self, count: int) -> Iterator[tuple[int, int]]:
        """Ranges that cover 0..count, each of which should take about a second."""
        start = 0
        while start < count:
            stop = min(start + self.allowed(), count)
            with self.measure(stop - start):
                yield start, stop
            start = stop

    def allowed(self) -> int:
        return max(1, int(self._a_second * self.seconds))

    @contextmanager
    def measure(self, units: int) -> Iterator[None]:
        """Learn from a call that did so many units; growth is careful, since a first call is slow."""
        start = time.perf_counter()
        yield
        elapsed = max(time.perf_counter() - start, 1e-6)
        self._a_second = min(units / elapsed, 8 * max(self._a_second, units / self.seconds))
