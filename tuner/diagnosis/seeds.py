"""The curves of all seeds of a configuration, read one by one and put together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuner.cards import Card, Readable
from tuner.diagnosis.losses import Losses, Pair, as_pairs, stacked
from tuner.diagnosis.rules import WORDS, Label, Numbers, Reading, read
from tuner.errors import StatisticsError


@dataclass(frozen=True, slots=True)
class Diagnosis(Readable):
    """What the learning curves of a configuration say.

    `label` is one of `tuner.diagnosis.LABELS`. `epoch`, counted from 1, is where overfitting begins, None
    without it. `finding` is the rule that fired in plain words, `advice` what to do, and `evidence` both.
    `readings` has one entry a seed, in their order.
    """

    label: Label
    epoch: int | None
    finding: str
    advice: str
    readings: tuple[Reading, ...]

    @property
    def evidence(self) -> str:
        return f"{self.finding}: {self.advice}"

    @property
    def words(self) -> str:
        """The label as a table says it."""
        return WORDS[self.label]

    @property
    def labels(self) -> tuple[Label, ...]:
        """The label of every seed alone."""
        return tuple(reading.label for reading in self.readings)

    @property
    def epochs(self) -> tuple[int | None, ...]:
        """Where overfitting begins in every seed alone."""
        return tuple(reading.epoch for reading in self.readings)

    @property
    def agreement(self) -> float:
        """Share of the seeds that have the label alone."""
        return self.labels.count(self.label) / len(self.labels)

    def _card(self) -> Card:
        seeds = len(self.readings)
        rows = [("finding", self.finding), ("advice", self.advice)]
        if self.epoch is not None:
            rows.append(("overfits from", f"epoch {self.epoch}"))
        if seeds > 1:
            rows.append(("seeds that agree", f"{self.labels.count(self.label)} of {seeds}"))
        return Card(self.words, tuple(rows))


def diagnose(
    train: Losses,
    validation: Losses | None = None,
    *,
    diverged: Sequence[bool] | bool | None = None,
    epochs: Sequence[int] | None = None,
) -> Diagnosis:
    """Read learning curves: losses of shape (seeds, epochs), or (epochs,) of a single seed.

    Seeds that end early are padded with nan, or given as shorter lists. A seed has diverged where a loss is
    infinite, or is nan before its last epoch; at the end of a single curve nan counts as well. At the end of
    one row of several it is padding, so say with `diverged`, one truth value a seed, which of them ended for
    that reason. `epochs` are the numbers of the epochs where they are not 1, 2, 3, ...

    Every seed is read alone (see `tuner.diagnosis.rules`). The label of the whole is that of more than half
    of the seeds, told with the numbers of its median seed. Without such a majority, or where that is
    `undetermined`, it is the label of the median curve over the seeds that did not diverge, which jumps less
    than they do, unless more seeds have another label; else `undetermined`. Seeds that diverged are counted.

    The answer is the same for losses in any unit. Where losses carry an offset or are negative, shares of a
    level mean little, and movements are measured by what was learned instead.

    Raises: StatisticsError where losses are no numbers or do not fit each other.

    >>> import numpy as np
    >>> epochs = np.arange(100)
    >>> train, validation = np.exp(-epochs / 10), np.exp(-epochs / 10) + 0.3 * np.abs(epochs / 100 - 0.3)
    >>> found = diagnose(train, validation)
    >>> found.label, found.epoch
    ('overfit', 36)
    """
    pairs = as_pairs(train, validation, diverged)
    numbers = _numbers(epochs, max((pair.train.size for pair in pairs), default=0))
    if not pairs:
        raise StatisticsError("there are no losses; give those of one seed at least")
    return put_together(pairs, tuple(read_seed(pair, numbers) for pair in pairs), numbers)


def _numbers(epochs: Sequence[int] | None, count: int) -> Numbers:
    if epochs is None:
        return np.arange(1, count + 1)
    numbers = np.asarray(epochs)
    if numbers.ndim != 1 or numbers.size < count or numbers.dtype.kind not in "iu":
        raise StatisticsError(f"epochs must be whole numbers, one for each of {count} epochs")
    if np.any(np.diff(numbers) <= 0):
        raise StatisticsError("epochs must be in their order, each once")
    return numbers.astype(np.int64)


def read_seed(pair: Pair, numbers: Numbers) -> Reading:
    """The reading of one seed alone, one that diverged included."""
    if not pair.diverged:
        return read(pair.train, pair.validation, numbers)
    if pair.lost_at is not None:
        text = f"the {pair.lost_in} loss is no finite number from epoch {numbers[pair.lost_at]} on"
    elif pair.train.size:
        text = f"it diverged after epoch {numbers[pair.train.size - 1]}"
    else:
        text = "it diverged before the first epoch ended"
    return Reading("diverged", text, "lower the learning rate, or clip the gradients")


def put_together(pairs: Sequence[Pair], readings: tuple[Reading, ...], numbers: Numbers) -> Diagnosis:
    """The label of more than half of the seeds; else that of the median curve, if it is a likely one.

    `readings` are those of the pairs, of which there is one at least.
    """
    if len(readings) == 1:
        (only,) = readings
        return Diagnosis(only.label, only.epoch, only.finding, only.advice, readings)
    counts = Counter(reading.label for reading in readings)
    label, most = counts.most_common(1)[0]
    majority = 2 * most > len(readings)
    told = "; ".join(f"{count} {WORDS[one]}" for one, count in counts.most_common())
    if not majority or label == "undetermined":
        middle = _median_curve(pairs, readings, numbers)
        likeliest = max((count for one, count in counts.items() if one != "undetermined"), default=0)
        if middle and middle.label != "undetermined" and counts[middle.label] >= likeliest:
            finding = f"{middle.finding}, in the median curve; single seeds are less clear ({told})"
            return Diagnosis(middle.label, middle.epoch, finding, middle.advice, readings)
    if majority:
        chosen = _median(tuple(reading for reading in readings if reading.label == label))
        finding = f"{chosen.finding}, in {_share(most, len(readings))}{_lost(readings, label)}"
        return Diagnosis(label, chosen.epoch, finding, chosen.advice, readings)
    finding = f"seeds disagree ({told}){_lost(readings, 'undetermined')}"
    return Diagnosis("undetermined", None, finding, "look at the curves, or train more seeds", readings)


def _median(readings: tuple[Reading, ...]) -> Reading:
    """The reading in the middle: by the epoch where overfitting begins, else by the number it tells."""
    ordered = sorted(readings, key=lambda one: one.epoch or np.nan_to_num(one.amount))
    return ordered[(len(ordered) - 1) // 2]


def _share(count: int, seeds: int) -> str:
    return f"all {seeds} seeds" if count == seeds else f"{count} of {seeds} seeds"


def _lost(readings: tuple[Reading, ...], label: str) -> str:
    """How many seeds diverged, where that is not what the label says; `readings` tell which."""
    count = sum(reading.label == "diverged" for reading in readings)
    if not count or label == "diverged":
        return ""
    return f"; {count} {'seed' if count == 1 else 'seeds'} diverged"


def _median_curve(pairs: Sequence[Pair], readings: Sequence[Reading], numbers: Numbers) -> Reading | None:
    """The reading of the median over the seeds that did not diverge, while at least half of them train."""
    kept = [
        pair
        for pair, reading in zip(pairs, readings, strict=True)
        if reading.label != "diverged" and pair.train.size
    ]
    if not kept:
        return None
    seen = [pair.validation for pair in kept if pair.validation is not None]
    train = _medians([pair.train for pair in kept])
    validation = _medians(seen) if seen else None
    if validation is not None:
        shorter = min(train.size, validation.size)
        train, validation = train[:shorter], validation[:shorter]
    return read(train, validation, numbers)


def _medians(rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    lengths = sorted((row.size for row in rows), reverse=True)
    matrix = stacked(rows)[:, : lengths[(len(rows) - 1) // 2]]
    return np.asarray(np.nanmedian(matrix, axis=0))
