"""A row of the results table: a study, its published configuration, and when it counts as reproduced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.published.ledger import MAIN

if TYPE_CHECKING:
    from benchmarks.published.training import Trained

STUDIES = Path(__file__).parents[2] / "studies"

CONFIGURATIONS = "configurations"

Extra = Callable[["Trained"], Mapping[str, np.ndarray]]  # further scores, each of shape (seeds,)
Runs = Callable[[str], pd.DataFrame]  # the runs of a row by its id, empty where there are none
Check = tuple[int, int, bool]  # seeds (or configurations) that reach the bar, of how many, whether enough


@dataclass(frozen=True, slots=True)
class Variant:
    """Another configuration of a row: options of the study and values in place of the baseline's.

    A value None takes the name away: what is never suggested has no value.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bar:
    """When a row is reproduced, in words and as a function of the runs; `check` is for one with runs.

    `counts` is what is counted: seeds of the published configuration, or all configurations.
    """

    words: str
    check: Callable[[Runs, "Row"], Check]
    counts: str = "seeds"


@dataclass(frozen=True, slots=True)
class Search:
    """What `tune` searches: options of the study, and numbers of the plan.

    `goal` is a test score that a tuned configuration should reach; None where nobody named one. `remark`
    says in what the search is smaller than the published size.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    trials: int = 12
    search_repeats: int = 4
    repeats: int = 10
    finalists: int = 1
    params: Mapping[str, Any] = field(default_factory=dict)
    goal: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results table.

    `options` are the study's at the published size, for all `variants`; `params` are values in place of the
    baseline's (see `Variant`). `of` names the row whose runs this one reads: its own, unless the numbers come
    from models that another one trains. `column` is the score shown. `minutes` is about what all its seeds
    take on two cores, `data` the name of a file of real data. `quick` are options for a trial of everything
    in seconds. `reduced` says what is smaller than published, `differs` what else is not as in the source,
    and `reason` is the most likely one where the row is not reproduced.
    """

    id: str
    study: str
    system: str
    published: str
    bar: Bar
    options: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    extras: tuple[Extra, ...] = ()
    seeds: int = 10
    minutes: float = 0.0
    engine: str = "vectorized"
    data: str = ""
    of: str = ""
    column: str = "score"
    quick: Mapping[str, Any] = field(default_factory=dict)
    search: Search | None = None
    reduced: str = ""
    differs: str = ""
    reason: str = ""

    @property
    def source(self) -> str:
        """The row whose runs this one reads."""
        return self.of or self.id

    @property
    def path(self) -> Path:
        """The study file."""
        return STUDIES / f"{self.study}.py"

    @property
    def configurations(self) -> tuple[Variant, ...]:
        """All that is trained: the published configuration first, with the row's options in each."""
        return tuple(
            Variant(one.name, {**self.options, **one.options}, {**self.params, **one.params})
            for one in (Variant(MAIN), *self.variants)
        )


def each_seed(words: str, reached: Callable[[pd.DataFrame], "pd.Series[bool]"], share: float = 0.5) -> Bar:
    """A bar that every run of the published configuration reaches or not; `share` of them is enough.

    A half is what "the median reaches it" says.
    """

    def check(runs: Runs, row: Row) -> Check:
        own = main(runs(row.source))
        count = int((reached(own) & (own["status"] == "complete")).sum())
        return count, len(own), count >= share * len(own)

    return Bar(words, check)


def main(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs of the published configuration, by seed."""
    return runs[runs["configuration"] == MAIN].set_index("seed_index").sort_index()


def means(runs: pd.DataFrame, column: str = "score") -> dict[str, float]:
    """The mean of every configuration, in the order of the file."""
    return {
        str(name): float(found[column].mean()) for name, found in runs.groupby("configuration", sort=False)
    }
