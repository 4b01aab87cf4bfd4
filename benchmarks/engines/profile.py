"""Where the time of the vectorized engine goes, by kind of operation: `python -m benchmarks.engines.profile`.

Trains a workload under JAX's profiler and adds up the time that the operations of the compiled program take
themselves, without those inside them. Every operation that is recorded costs a little, so that loops over
small operations look slower than they are: read the shares as an upper bound of "loop and dispatch", and
the proportions of the others.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import tables
from benchmarks.engines.trainers import vectorized
from benchmarks.engines.workloads import WORKLOADS
from benchmarks.processes import tell

# The first pattern that fits the name of an operation says its kind.
KINDS = {
    "matrix products": r"dot|ynn|matmul|custom-call",
    "keeping values for the gradient": r"dynamic-update-slice",
    "copies and slices": r"copy|transpose|slice|concatenate|pad|bitcast|broadcast",
    "element by element": r"fusion|wrapped|reduce|rng|add|multiply|tanh|logistic|exp|select|divide|xor",
    "loop and dispatch": r"while|call|conditional|ThunkExecutor",
}
_IGNORED = "end: "  # marks of the recorder


def kind(name: str) -> str:
    """The kind of an operation; "other" for what has no place above.

    >>> kind("dot.12"), kind("bitcast_dynamic-update-slice_fusion.3"), kind("slice_tanh_fusion")
    ('matrix products', 'keeping values for the gradient', 'element by element')
    """
    plain = re.sub(r"(slice|bitcast|broadcast|concatenate)_(?=.*(tanh|add|multiply|divide|exp))", "", name)
    return next((words for words, pattern in KINDS.items() if re.search(pattern, plain)), "other")


def own_times(events: Iterable[tuple[str, float, float]]) -> Iterator[tuple[str, float]]:
    """(name, time without the events inside it) for the events (name, start, duration) of one thread.

    >>> list(own_times([("outer", 0, 10), ("inner", 2, 3)]))
    [('inner', 3), ('outer', 7)]
    """
    open_: list[list[Any]] = []  # name, end, own time
    for name, start, duration in sorted(events, key=lambda event: (event[1], -event[2])):
        while open_ and open_[-1][1] <= start:
            closed = open_.pop()
            yield closed[0], closed[2]
        if open_:
            open_[-1][2] -= duration
        open_.append([name, start + duration, duration])
    while open_:
        closed = open_.pop()
        yield closed[0], closed[2]


def record(workload: str, seeds: int, epochs: int) -> Counter[str]:
    """Seconds by name of operation, on all threads that compute."""
    import jax

    one = WORKLOADS[workload]
    train = vectorized(one, one.data(), seeds)
    train(epochs)  # compiles
    options = jax.profiler.ProfileOptions()
    options.python_tracer_level = 0
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        with jax.profiler.trace(folder, profiler_options=options):
            train(epochs)
        data = jax.profiler.ProfileData.from_file(str(next(Path(folder).rglob("*.xplane.pb"))))
        for line in (line for plane in data.planes for line in plane.lines if "XLAEigen" in line.name):
            events = ((event.name, event.start_ns, event.duration_ns) for event in line.events)
            for name, own in own_times(event for event in events if not event[0].startswith(_IGNORED)):
                found[name] += own / 1e9
    return found


def shares(found: Counter[str]) -> dict[str, float]:
    """Percent of the time by kind of operation."""
    total = sum(found.values())
    kinds: Counter[str] = Counter()
    for name, seconds in found.items():
        kinds[kind(name)] += 100 * seconds / total
    return {words: kinds[words] for words in (*KINDS, "other")}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=1)
    given = parser.parse_args()
    columns = (*KINDS, "other")
    rows = []
    for name in given.models:
        percent = shares(record(name, given.seeds, given.epochs))
        rows.append([WORKLOADS[name].title, *(f"{percent[words]:.0f}" for words in columns)])
        tell(f"{name}: {percent}")
    print(tables.markdown([f"percent of the time, N = {given.seeds}", *columns], rows))


if __name__ == "__main__":
    main()
