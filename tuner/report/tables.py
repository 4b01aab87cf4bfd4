"""The tables of the page, from a result."""

import math

from tuner.records import Run
from tuner.report.cells import Cell, Column, Table, name_cell, number_cell
from tuner.report.formats import (
    NONE,
    better_word,
    decimals_for,
    interval,
    metric_name,
    p_value,
    parameter,
    percent,
    plain_number,
    score,
    short,
)
from tuner.report.naive_words import best_naive_words
from tuner.report.verdict import SYMBOLS
from tuner.result import Measured, Result
from tuner.stats import Comparison, Interval, Summary
from tuner.stats.power import MOST_SEEDS

LONGEST_REASON = 1_000  # characters of what went wrong in a run; the ledger has all


def results_table(result: Result) -> Table:
    """The confirmed configurations on the test split, baseline first, then the finalists, best first."""
    if result.baseline is None:
        return Table((), ())
    adjusted = (
        "of a difference (two-sided), adjusted for the looks at this study and, by Holm's method, for the "
        "number of finalists; below it the raw p where it is smaller, or the adjusted p of equivalence"
    )
    columns = (
        Column("Configuration", number=False),
        *result_columns(result.setup.level, result.setup.the_baseline, adjusted),
    )
    confirmed = (result.baseline, *result.finalists)
    decimals = decimals_for(confirmed)
    chosen = result.best
    strong = {row for row, one in enumerate(confirmed) if chosen is not None and one.name == chosen.name}
    return Table(columns, tuple(_result_row(one, decimals) for one in confirmed), strong=frozenset(strong))


def result_columns(level: float, other: str, adjusted: str) -> tuple[Column, ...]:
    """The columns of `result_cells`, where `other` is what a configuration is compared with."""
    ends = percent(level)
    return (
        Column(
            "Verdict",
            number=False,
            hint=f"against {other}; where it is undecided, below it the seeds that would settle it, "
            "with Holm's method and a further look allowed for where they are used",
        ),
        Column("Mean", hint=f"of the test scores over seeds; below it, its {ends} t interval"),
        Column("Difference", hint=f"to the mean of {other}; below it, its {ends} interval"),
        Column("p (adjusted)", hint=adjusted),
        Column(
            "P(superior)",
            hint=f"chance that a run of this configuration beats one of {other}; below it, its {ends} "
            "interval, which does not take scores for normal as the t-test does",
        ),
        Column(
            "Hedges' g", hint=f"difference to {other} in standard deviations; below it, its {ends} interval"
        ),
        Column("Median"),
        Column("SD", hint="standard deviation over seeds; below it SE, the standard error of the mean"),
        Column("Seeds", hint="training runs; below them, how many ended without a score"),
    )


def results_caption(result: Result) -> str:
    """What that table holds, for a reader who meets it without the page."""
    setup = result.setup
    level, better = percent(setup.level), better_word(setup.direction)
    text = (
        f"Test {metric_name(setup.metric)} of {short(setup.study)} over seeds; {better} is better. With each "
        f"mean is its {level} t interval, with each standard deviation (SD) the standard error of the "
        "mean (SE)."
    )
    if beaten := best_naive_words(result):
        text += f" The best naive forecast, {beaten}, needs no training."
    if not result.finalists:
        return text
    return (
        f"{text} Differences are to {setup.the_baseline}, with their {level} intervals. The p-values are "
        "two-sided, and adjusted for the looks at the study and for the number of finalists (Holm). "
        f"P(superior) is the chance that a run of the configuration beats one of {setup.the_baseline}, "
        "Hedges' g the difference in standard deviations."
    )


def _result_row(one: Measured, decimals: int | None) -> tuple[Cell, ...]:
    return (name_cell(one.name), *result_cells(one.summary, one.comparison, decimals))


def result_cells(numbers: Summary, compared: Comparison | None, decimals: int | None) -> tuple[Cell, ...]:
    """What was measured of a configuration, and how it compares."""
    none = Cell(NONE)
    against: tuple[Cell, ...] = (none,) * 4
    if compared is not None:
        ends = interval(compared.interval.low, compared.interval.high, decimals)
        against = (
            number_cell(compared.difference, decimals, note=ends if ends != NONE else ""),
            p_cell(compared),
            effect_cell(compared.probability_of_superiority, compared.interval_superiority),
            effect_cell(compared.effect_size, compared.interval_effect),
        )
    word = compared.verdict if compared else ""
    error = score(numbers.standard_error, decimals)
    ends = interval(numbers.interval.low, numbers.interval.high, decimals)
    return (
        Cell(word or NONE, note=_needed(compared), badge=word, symbol=SYMBOLS.get(word, "")),
        number_cell(numbers.mean, decimals, note=ends if ends != NONE else ""),
        *against,
        number_cell(numbers.median, decimals),
        number_cell(numbers.std, decimals, note=f"SE {error}" if error != NONE else ""),
        Cell(str(numbers.n), note=f"{numbers.failures} failed"),
    )


def effect_cell(value: float, ends: Interval) -> Cell:
    """An effect size above its interval."""
    said = interval(ends.low, ends.high, 2)
    return Cell(plain_number(value), note=said if said != NONE else "")


def p_cell(compared: Comparison) -> Cell:
    """The adjusted p-value of a difference over the raw one where that is smaller, or over that of
    equivalence where this is the verdict; a dash where there is no test.
    """
    raw = f"raw {p_value(compared.p_value)}" if compared.p_value < compared.p_adjusted else ""
    note = "no spread, no test" if compared.without_test else raw
    if compared.verdict == "equivalent":
        note = f"equivalence {p_value(compared.p_equivalence_adjusted)}"
    if compared.without_test:
        return Cell(NONE, note=note)
    return Cell(p_value(compared.p_adjusted), note=note, sort=compared.p_adjusted)


def _needed(compared: Comparison | None) -> str:
    if compared is None or compared.seeds_needed is None:
        return ""
    if compared.seeds_needed >= MOST_SEEDS:
        return "seeds will not settle it"
    return f"{compared.seeds_needed:,} seeds needed"


def settings_table(result: Result) -> Table:
    """Hyperparameters as rows, the confirmed configurations as columns; what differs has a mark."""
    confirmed = [result.baseline.configuration] if result.baseline else []
    confirmed += [finalist.configuration for finalist in result.finalists]
    if not confirmed:
        return Table((), ())
    names = dict.fromkeys(name for one in confirmed for name in one.params)
    columns = [Column("Hyperparameter", number=False), *(Column(short(one.name)) for one in confirmed)]
    rows = []
    for name in names:
        values = [parameter(one.params[name]) if name in one.params else NONE for one in confirmed]
        cells = (
            Cell(short(v, 60), title=v if len(v) > 60 else "", badge="" if v == values[0] else "changed")
            for v in values
        )
        rows.append((name_cell(name), *cells))
    differ = f"Values in bold differ from those of {result.setup.the_baseline}."
    remark = differ if len(confirmed) > 1 else ""
    return Table(tuple(columns), tuple(rows), remark=remark)


def runs_table(result: Result) -> Table:
    """One row a run: the search first, by configuration and seed."""
    columns = (
        Column("Phase", number=False),
        Column("Configuration", number=False),
        Column("Seed index"),
        Column("Status", number=False),
        Column("Validation score"),
        Column("Test score"),
        Column("Epochs"),
        Column("Seconds"),
        Column("Reason", number=False),
    )
    names = {name: name_cell(name) for name in dict.fromkeys(run.configuration for run in result.runs)}
    return Table(columns, tuple(_run_row(run, names[run.configuration]) for run in result.runs))


def _run_row(run: Run, name: Cell) -> tuple[Cell, ...]:
    reason = short(run.reason, 90)
    return (
        Cell(run.phase),
        name,
        Cell(str(run.seed_index)),
        Cell(run.status, badge="" if run.status == "complete" else "lost"),
        Cell(_precise(run.scores.get("validation", math.nan))),
        Cell(_precise(run.scores.get("test", math.nan))),
        Cell(str(run.epochs)),
        Cell(f"{run.seconds:.2f}"),
        Cell(reason, title="" if reason == run.reason else short(run.reason, LONGEST_REASON)),
    )


def _precise(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}") if math.isfinite(value) else NONE
