"""What the arguments of a command name: run folders, CSV files of scores, and configurations in them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuner.comparing.scorefiles import ScoreSet, read_scores
from tuner.errors import ScoresError
from tuner.records import BASELINE, Setup
from tuner.result import Result, load
from tuner.stats import Comparison


@dataclass(frozen=True, slots=True)
class Source:
    """A run folder or a CSV file: the sets of scores in it, and what a run folder knows beside them.

    `text` is the argument, `label` a short name for the file or folder. `chosen` is the configuration that
    the argument names, if it does; `best` the one to use, which only a run folder knows; `verdicts` are
    those of a run folder on its finalists, by name, and `result` is all that it says.
    """

    text: str
    label: str
    path: Path
    sets: tuple[ScoreSet, ...]
    chosen: str | None
    best: str | None = None
    setup: Setup | None = None
    verdicts: Mapping[str, Comparison] = field(default_factory=dict)
    result: Result | None = None

    @property
    def baseline(self) -> ScoreSet:
        """The configuration called baseline, or else the first one."""
        return next((one for one in self.sets if one.name == BASELINE), self.sets[0])

    @property
    def names(self) -> tuple[str, ...]:
        """The configurations in it."""
        return tuple(one.name for one in self.sets)

    def find(self, name: str) -> ScoreSet:
        """The scores of a configuration. Raises: ScoresError where it is not there."""
        for one in self.sets:
            if one.name == name:
                return one
        raise ScoresError(f"{self.path}: has no configuration {name!r}; there are {listing(self.names)}")


def open_source(text: str) -> Source:
    """The run folder or CSV file that an argument names, PATH or PATH:CONFIGURATION.

    Raises: TunerError where there is none, it cannot be used, or has no such configuration.
    """
    path, chosen = _parted(text)
    if path.is_dir():
        result = load(path)
        best = result.best
        source = Source(
            text=text,
            label=path.resolve().name,
            path=path,
            sets=_confirmed(result, path),
            chosen=chosen,
            best=best.name if best else None,
            setup=result.setup,
            verdicts={one.name: one.comparison for one in result.finalists if one.comparison},
            result=result,
        )
    else:
        source = Source(text, path.stem, path, read_scores(path), chosen)
    if chosen is not None:
        source.find(chosen)
    return source


def as_number(text: str) -> float | None:
    """The number that an argument is, None where it is a path.

    Raises: ScoresError where the number is not finite.

    >>> as_number("0.25"), as_number("reports/echo")
    (0.25, None)
    """
    try:
        number = float(text)
    except ValueError:
        return None
    if Path(text).exists():
        return None
    if not math.isfinite(number):
        raise ScoresError(f"the reference is {text}; give a finite number")
    return number


def chosen_set(source: Source, configuration: str | None) -> ScoreSet:
    """The one set of scores that a command works on: the one named, else the baseline.

    Raises: ScoresError where it is named twice, or not there.
    """
    if configuration is not None and source.chosen not in (None, configuration):
        raise ScoresError(f"{source.text}: names {source.chosen!r}, and --configuration {configuration!r}")
    name = configuration if configuration is not None else source.chosen
    return source.baseline if name is None else source.find(name)


def listing(names: Sequence[str], limit: int = 12) -> str:
    """Names in quotes, the first ones where there are many."""
    shown = ", ".join(repr(name[:60]) for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _parted(text: str) -> tuple[Path, str | None]:
    """The path and the configuration of an argument; both may hold colons, so the files decide."""
    if Path(text).exists():
        return Path(text), None
    cut = text.rfind(":")
    while cut > 0:
        if Path(text[:cut]).exists():
            return Path(text[:cut]), text[cut + 1 :]
        cut = text.rfind(":", 0, cut)
    raise ScoresError(f"{text}: no such run folder or file")


def _confirmed(result: Result, path: Path) -> tuple[ScoreSet, ...]:
    """The test scores of the configurations that were confirmed, baseline first."""
    if result.baseline is None:
        raise ScoresError(
            f"{path}: its confirmation has not finished, so there are no test scores; `tuner run` goes on"
        )
    return tuple(
        ScoreSet(one.name, one.test, _seeds(result, one.name, len(one.test)))
        for one in (result.baseline, *result.finalists)
    )


def _seeds(result: Result, name: str, count: int) -> tuple[str, ...]:
    own = (run for run in result.runs if run.phase == "confirmation" and run.configuration == name)
    return tuple(str(index) for index in sorted(run.seed_index for run in own)[:count])
