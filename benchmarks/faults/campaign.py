"""Rounds of a study under faults: each goes on with the same command until it ends, and is then compared."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faults.running import Ended, Fault, run
from benchmarks.faults.state import damage, finished, leftovers, lost, numbers, repeated
from tuner.errors import LedgerError

_LONG = ("--set", "epochs=3000", "--set", "keep_every=0.0")  # about a second a group, and kept all the time
VARIANTS = {
    "as usual": ("--trials", "4", "--search-repeats", "2", "--repeats", "3", "--finalists", "1"),
    "long": (
        *("--trials", "2", "--search-repeats", "2", "--repeats", "3", "--finalists", "1"),
        *("--sampler", "random", *_LONG),
    ),
    "raced and pruned": (
        *("--trials", "6", "--search-repeats", "2,4", "--repeats", "3", "--finalists", "2"),
        *("--pruner", "asha", "--sampler", "tpe"),
    ),
}
WITH_WORKERS = {
    "raced": (
        *("--trials", "5", "--search-repeats", "2,4", "--repeats", "8", "--finalists", "1"),
        *("--workers", "2", "--sampler", "tpe", *_LONG),
    ),
    "as usual": (
        *("--trials", "6", "--search-repeats", "2", "--repeats", "8", "--finalists", "2"),
        *("--workers", "2", "--sampler", "random", *_LONG),
    ),
}
KILLS = ("kill at a step", "kill")
KILLS_OF_WORKERS = ("kill a worker", "kill the run")
OTHERS = ("interrupt", "full disk", "cut", "flip")
_REFUSALS = {"full disk"}  # that may end with a line and exit status 2
_MOST = 40  # faults of one round


@dataclass(slots=True)
class Counts:
    """What the faults of a kind did."""

    faults: int = 0
    met: int = 0  # the run had not ended by itself
    lost: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reference:
    """A variant that nothing interrupted: what it ended with, its steps and its time."""

    options: Sequence[str]
    numbers: dict[str, Any]
    steps: int
    seconds: float


def reference(folder: Path, options: Sequence[str], cache: Path) -> Reference:
    """Run a variant once; its time is that of a cold start, so that some kills come too late."""
    count = folder.with_suffix(".count")
    start = time.perf_counter()
    ended = run(folder, Fault(), cache, options, count)
    seconds = time.perf_counter() - start
    if ended.status:
        raise RuntimeError(f"the study does not even run: {ended.said}")
    return Reference(options, numbers(folder), int(count.read_text()), seconds)


def campaign(
    place: Path,
    schedule: Sequence[str],
    rng: np.random.Generator,
    tell: Callable[[str], None],
    found: dict[str, Counts],
    variants: Mapping[str, Sequence[str]],
) -> None:
    """Meet studies with the faults of a schedule, round after round; what each kind does is added to `found`.

    A round ends when its study does, whatever is left of the schedule; the variants take turns.
    """
    found |= {kind: Counts() for kind in dict.fromkeys(schedule)}
    references = {
        name: reference(place / name, options, place / "cache") for name, options in variants.items()
    }
    left, rounds = iter(schedule), 0
    while True:
        names = list(references)
        one = references[names[rounds % len(names)]]
        begun = _round(place / f"round-{rounds}", one, place / "cache", left, rng, found)
        rounds += 1
        faults, lost_runs, again, wrong = (
            sum(values)
            for values in zip(
                *((each.faults, each.lost, each.repeated, len(each.wrong)) for each in found.values()),
                strict=True,
            )
        )
        tell(f"round {rounds}: {faults} faults so far, {lost_runs} lost, {again} repeated, {wrong} otherwise")
        if not begun:
            return


def _round(
    folder: Path,
    wanted: Reference,
    cache: Path,
    schedule: Iterator[str],
    rng: np.random.Generator,
    found: dict[str, Counts],
) -> int:
    """One study from its start to its end; how many faults met it."""
    met: Counter[str] = Counter()
    before: dict[Any, Any] = {}
    spoilt: set[Path] = set()  # what was damaged and has not been mended: a run may be killed before it looks
    ended = Ended(-9, "")
    while ended.status != 0 and sum(met.values()) < _MOST:
        kind = next(schedule, None)
        if kind is None:
            break
        met[kind] += 1
        if kind in ("cut", "flip") and before and (path := damage(folder, kind, rng)):
            spoilt.add(path)
        ended = run(folder, _fault(kind, wanted, rng), cache, wanted.options)
        now = _judge(kind, ended, folder, before, spoilt, found[kind])
        spoilt -= {
            one.path for key, one in now.items() if key not in before or before[key].started != one.started
        }
        before = now
    if not met:
        return 0
    if ended.status != 0:
        ended = run(folder, Fault(), cache, wanted.options)
    _compare(folder, ended, wanted, met, found)
    shutil.rmtree(folder)
    return sum(met.values())


def _fault(kind: str, wanted: Reference, rng: np.random.Generator) -> Fault:
    early = float(
        rng.random() * rng.random()
    )  # what is left to do becomes less, and late faults meet nothing
    if kind == "kill at a step":
        return Fault("kill at a step", 1.0 + int(wanted.steps * early))
    if kind == "full disk":
        return Fault("full disk", float(np.exp(rng.uniform(np.log(300), np.log(1_000_000)))))
    if kind == "kill a worker":  # anywhere in the training: the study ends here anyway, warmer than at first
        early = 0.6 * float(rng.random())
    seconds = (0.2 + 0.8 * early) * wanted.seconds
    return Fault("interrupt" if kind == "interrupt" else kind if kind == "kill a worker" else "kill", seconds)


def _judge(
    kind: str, ended: Ended, folder: Path, before: dict[Any, Any], damaged: set[Path], counts: Counts
) -> dict[Any, Any]:
    """Count what a fault did; the groups that have ended by now."""
    counts.faults += 1
    counts.met += ended.status != 0 or ended.met
    before = before | ended.finished
    usual = {0, -9, 130} | ({2} if kind in _REFUSALS else set())
    if ended.status not in usual or not ended.in_order:
        counts.wrong.append(f"ended with {ended.status}: {ended.said[-300:]}")
    try:
        now = finished(folder) if (folder / "ledger").exists() else {}
    except LedgerError as error:
        if not damaged:  # or the process died before it could mend that
            counts.wrong.append(str(error))
        return {key: one for key, one in before.items() if one.path not in damaged}
    counts.lost += lost(before, now, damaged)
    counts.repeated += repeated(before, now, damaged)
    return now


def _compare(
    folder: Path, ended: Ended, wanted: Reference, met: Counter[str], found: dict[str, Counts]
) -> None:
    """Hold what a round ended with against what was wanted, and blame every kind that met it."""
    wrong = [] if ended.status == 0 else [f"the last run ended with {ended.status}: {ended.said[-300:]}"]
    if not wrong:
        now = numbers(folder)
        wrong += [f"other {name}" for name, value in wanted.numbers.items() if now[name] != value]
        wrong += [f"left {name}" for name in leftovers(folder)]
    for kind in met:
        found[kind].wrong += wrong
