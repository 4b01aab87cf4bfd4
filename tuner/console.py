"""What the user sees in a terminal: progress while a study runs, and the table at its end."""

import math
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from tuner.cards import digits, interval, p_text, percent, shown, signed, visible
from tuner.records import BASELINE, Configuration, Phase, Run, Setup
from tuner.terminal import STYLES, Cell, print_lines, print_table, terminal

if TYPE_CHECKING:
    from tuner.decomposition import Decomposition
    from tuner.result import Measured, Result


@contextmanager
def reporter() -> Iterator["Lines"]:
    """A reporter on standard error: a moving bar below the lines in a terminal, plain lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        with _interruptible(lines := Lines(console)):
            yield lines
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    progress = Progress(*columns, console=console, transient=True)
    with progress, _interruptible(bar := Bar(console, progress)):
        yield bar


@contextmanager
def _interruptible(lines: "Lines") -> Iterator[None]:
    """Ctrl-C is heard even where it falls into a callback of the interpreter, which swallows exceptions.

    Raises: KeyboardInterrupt, at the next sign of progress or at the end, where it was swallowed.
    """

    def interrupt(signal_number: int, frame: object) -> None:
        lines.interrupted = True
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
        if lines.interrupted:
            raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, before)


class Lines:
    """One line for every configuration that has all its runs."""

    def __init__(self, console: Console) -> None:
        self.interrupted = False
        self._console = console
        self._setup: Setup | None = None
        self._started = time.monotonic()
        self._fresh = 0.0  # runs trained in this session
        self._ahead = 0  # runs still to train
        self._known: dict[tuple[Phase, str], int] = {}  # runs of a configuration that were told before
        self._training: tuple[int, float] = (0, 0.0)  # seeds of the group in training, share done
        self._best: tuple[float, str] | None = None

    def start(self, setup: Setup) -> None:
        self._setup = setup

    def note(self, text: str) -> None:
        self._print(f"note: {text}", "dim")

    def expect(self, runs: int) -> None:
        self._ahead = runs

    def training(self, phase: Phase, name: str, seeds: int, share: float) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        if share < self._training[1]:  # another group has begun
            self._fresh += self._training[0]
        self._training = (seeds, share)

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None:
        name = configuration.name
        self._fresh += self._training[0]
        self._training = (0, 0.0)
        self._ahead = max(self._ahead - len(runs) + self._known.get((phase, name), 0), 0)
        self._known[phase, name] = len(runs)
        split = "validation" if phase == "search" else "test"
        scores = [run.scores[split] for run in runs if run.status == "complete"]
        line = f"{phase:<12} {name:<10} {split} {self._metric()} {_spread(scores)}"
        line += f" over {self._count(phase, runs)}"
        if ended := [run for run in runs if run.status != "complete"]:
            line += f"; {len(ended)} {ended[0].status}: {ended[0].reason}"
        if phase == "search" and self._best and self._best[1].startswith(f"{name} "):
            self._best = None  # a race has given it more seeds
        if phase == "search" and self._is_best(scores, runs):
            self._best = (statistics.fmean(scores), f"{name} {_spread(scores)}")
        self._print(line + (f" | {left}" if (left := self.time_left()) else ""))

    def time_left(self) -> str:
        """By the time that this session's runs have taken; empty before the first one and at the end."""
        seeds, share = self._training
        trained = self._fresh + seeds * share
        remaining = self._ahead - seeds * share
        if trained <= 0 or remaining <= 0:
            return ""
        return f"about {_clock((time.monotonic() - self._started) / trained * remaining)} left"

    def _position(self, name: str) -> str:
        number = name.removeprefix("trial-")
        return f" of {self._setup.trials}" if self._setup and number != name and number.isdigit() else ""

    def _is_best(self, scores: Sequence[float], runs: Sequence[Run]) -> bool:
        if not scores or len(scores) < len(runs):
            return False
        lower = self._setup is None or self._setup.direction == "minimize"
        mean = statistics.fmean(scores)
        return self._best is None or (mean < self._best[0] if lower else mean > self._best[0])

    def _count(self, phase: Phase, runs: Sequence[Run]) -> str:
        """Such as "4 seeds"; in a race "2 of 8 seeds" for who has not as many as a trial may have."""
        most = self._setup.search_seeds[1] if self._setup and phase == "search" else 0
        return f"{len(runs)} of {_seeds(most)}" if len(runs) < most else _seeds(len(runs))

    def _metric(self) -> str:
        return self._setup.metric if self._setup else "score"

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(Text(visible(text), style=style), soft_wrap=True)


class Bar(Lines):
    """The same lines above a bar with the configuration in training, the best so far and the time left."""

    def __init__(self, console: Console, progress: Progress) -> None:
        super().__init__(console)
        self._progress = progress
        self._task: TaskID = progress.add_task("preparing", total=None, done="")

    def training(self, phase: Phase, name: str, seeds: int, share: float) -> None:
        super().training(phase, name, seeds, share)
        best = f" | best so far {self._best[1]}" if self._best else ""
        left = f" | {self.time_left()}" if self.time_left() else ""
        self._progress.update(
            self._task,
            description=f"{phase} {shown(name)}{self._position(name)}, {_seeds(seeds)}",
            completed=self._fresh + seeds * share,
            total=self._fresh + self._ahead,
            done=f"{share:.0%} of it{best}{left}",
        )


@contextmanager
def status_line() -> Iterator[Callable[[str], None]]:
    """A function that shows a line on standard error, in a terminal in the place of the one before."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: console.print(Text(visible(text)), soft_wrap=True)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda text: live.update(Text(visible(text), no_wrap=True, overflow="ellipsis"), refresh=True)


def print_result(result: "Result") -> None:
    """The verdict in a sentence and the table of confirmed configurations, on standard output."""
    # Matplotlib and SciPy, which nobody needs before the end
    from tuner.report import headline, looks_warning, naive_remark, naive_remarks, size_sentences

    console, words = terminal(), headline(result)
    console.print(
        Text(f"{words.symbol} {words.claim}.", style=f"bold {STYLES.get(words.word, '')}"), soft_wrap=True
    )
    print_lines(console, filter(None, (words.evidence, words.naive)))
    if result.baseline is None:
        print_lines(console, [words.scope])
        return
    _print_confirmed(console, result, (result.baseline, *result.finalists))
    print_lines(console, _answers(result))
    told = (naive_remark(result), *size_sentences(result))
    print_lines(console, filter(None, map(visible, told)))
    flags = [
        f"{shown(measured.name)}: {visible(flag)}"
        for measured in result.finalists
        for flag in (measured.comparison.flags if measured.comparison else ())
    ]
    others = filter(None, (*naive_remarks(result), looks_warning(result)))
    print_lines(console, (f"note: {visible(text)}" for text in (*flags, *others)), "dim")


def _answers(result: "Result") -> list[str]:
    """What the study asks of the baseline and of further references, and what comparisons answer."""
    from tuner.references import against
    from tuner.report.references import answer, question

    asked = [text] if (text := question(result)) else []
    return [*asked, *(f"{visible(one.question)} {answer(one)}" for one in against(result))]


def _print_confirmed(console: Console, result: "Result", configurations: Sequence["Measured"]) -> None:
    """The table of the confirmed configurations."""
    level = f"{percent(result.setup.level)} interval"
    headings: tuple[str, ...] = ("configuration", "seeds", "mean", "SD")
    equivalence = () if result.setup.margin is None else ("p (equiv.)",)
    headings = (*headings, "difference", level, "p (adj.)", *equivalence, "verdict")
    rows, against = [_row(one) for one in configurations], result.skill
    if against is not None:
        headings = (*headings, "vs naive")
        words = [against.comparisons[one.name].verdict for one in configurations]
        rows = [
            (*row, *[""] * (len(headings) - 1 - len(row)), Text(word, STYLES[word]))
            for row, word in zip(rows, words, strict=True)
        ]
    print_table(console, headings, rows, words=("verdict", "vs naive"))


def print_variance(found: "Decomposition") -> None:
    """The spread of every stream and its share of the variance, on standard output."""
    from tuner.report.variance import variance_headers, variance_rows

    console, setup = terminal(), found.setup
    what = f"{setup.split} {shown(setup.metric)} of {shown(setup.configuration)}, {len(found.runs)} runs"
    print_lines(console, [f"Where the variance of {shown(setup.study)} comes from: {what}"], "bold")
    print_table(console, variance_headers(found), variance_rows(found))
    print_lines(console, (f"note: {note}" for note in found.notes), "dim")


def _row(measured: "Measured") -> tuple[Cell, ...]:
    summary, comparison = measured.summary, measured.comparison
    seeds = str(summary.n) + (f" ({summary.failures} failed)" if summary.failures else "")
    name = Text(shown(measured.name), style="bold" if measured.name == BASELINE else "")
    estimates = (name, seeds, digits(summary.mean), digits(summary.std, 2))
    if comparison is None:
        return estimates
    ends = interval(comparison.interval.low, comparison.interval.high) or "-"
    p_values = [p_text(None if comparison.without_test else comparison.p_adjusted)]
    if comparison.margin is not None:
        p_values.append(p_text(comparison.p_equivalence_adjusted))
    word = Text(comparison.verdict, STYLES[comparison.verdict])
    return (*estimates, signed(comparison.difference), ends, *p_values, word)


def _spread(scores: Sequence[float]) -> str:
    if not scores:
        return "no score"
    if len(scores) == 1:
        return _number(scores[0])
    return f"{_number(statistics.fmean(scores))} ± {statistics.stdev(scores):.2g}"


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"


def _seeds(count: int) -> str:
    return f"{count} seed" if count == 1 else f"{count} seeds"


def _clock(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
