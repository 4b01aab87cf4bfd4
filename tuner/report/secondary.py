"""What other analyses say of the confirmed scores. They decide nothing, and the page says so."""

from tuner.report.cells import Cell, Column, Table, name_cell
from tuner.report.examples import examples_interval
from tuner.report.formats import NONE, decimals_for, listed, p_value, plain_number, short
from tuner.result import Measured, Result
from tuner.stats import (
    Comparison,
    Sensitivity,
    all_pairs,
    almost_stochastic_order,
    bayesian_comparison,
    best_set,
    letters,
)

_HINTS = {
    "Deciding test": "unadjusted p-value of the test that the verdict rests on; below it, its name",
    "With examples": "interval of the difference over seeds and test examples",
    "P(better)": "probability, after these runs, that the true mean is better (flat prior)",
    "P(equivalent)": "probability, after these runs, that the true means differ by less than the margin",
    "ASO bound": "almost stochastic order: an upper bound of how far the configuration is from being "
    "better at every quantile (0: it is; 0.5: they are alike; 1: it is worse at every one)",
    "Letters": "configurations that share a letter were not shown to differ, all pairs compared (Holm)",
}


def secondary_table(result: Result) -> Table:
    """A row a finalist, with the unadjusted p-value that decides beside those of other tests.

    Tests by their raw p-values; a Bayesian posterior, almost stochastic order, and letters of all pairs.
    """
    compared = [(one, one.comparison) for one in result.finalists if one.comparison is not None]
    if result.baseline is None or not compared:
        return Table((), ())
    baseline = result.baseline
    tests = {one.name: comparison.sensitivity() for one, comparison in compared}
    names = list(dict.fromkeys(test.name for found in tests.values() for test in found.tests))
    shared = _letters(result)
    decimals = decimals_for((baseline, *result.finalists))
    columns = [
        Column("Configuration", number=False),
        Column("Deciding test", hint=_HINTS["Deciding test"]),
        *(Column(_short(name), hint=f"unadjusted p-value of the {name}") for name in names),
        Column("With examples", hint=_HINTS["With examples"]),
        Column("P(better)", hint=_HINTS["P(better)"]),
        Column("ASO bound", hint=_HINTS["ASO bound"]),
        Column("Letters", number=False, hint=_HINTS["Letters"]),
    ]
    if result.setup.margin is not None:
        columns.insert(-2, Column("P(equivalent)", hint=_HINTS["P(equivalent)"]))
    rows = [
        (
            name_cell(one.name),
            Cell(p_value(comparison.evidence.p_value), note=comparison.evidence.method),
            *_tests(tests[one.name], names),
            Cell(examples_interval(one, decimals) or NONE),
            *_beliefs(result, one, baseline),
            Cell(plain_number(_order(one, baseline, comparison))),
            Cell(shared[one.name]),
        )
        for one, comparison in compared
    ]
    none = (Cell(NONE),) * (len(columns) - 2)
    rows.append((name_cell(baseline.name), *none, Cell(shared[baseline.name])))
    return Table(tuple(columns), tuple(rows), remark=_remark(result, tests))


def _short(name: str) -> str:
    """What a test is called above its column.

    >>> _short("sign-flip test of the mean")
    'Sign-flip'
    """
    words = name.split(" test")[0]
    return words[0].upper() + words[1:]


def _tests(found: Sensitivity, names: list[str]) -> tuple[Cell, ...]:
    known = {test.name: test for test in found.tests}
    return tuple(Cell(p_value(known[name].p_value) if name in known else NONE) for name in names)


def _beliefs(result: Result, one: Measured, baseline: Measured) -> tuple[Cell, ...]:
    setup = result.setup
    belief = bayesian_comparison(
        one.test, baseline.test, direction=setup.direction, paired=setup.paired, margin=setup.margin
    )
    shown = [belief.better] if belief.equivalent is None else [belief.better, belief.equivalent]
    return tuple(Cell(plain_number(value)) for value in shown)


def _order(one: Measured, baseline: Measured, comparison: Comparison) -> float:
    return almost_stochastic_order(
        one.test, baseline.test, direction=comparison.direction, comparisons=comparison.comparisons
    ).bound


def _letters(result: Result) -> dict[str, str]:
    assert result.baseline is not None
    setup = result.setup
    scores = {one.name: one.test for one in (result.baseline, *result.finalists)}
    return letters(
        all_pairs(
            scores,
            direction=setup.direction,
            paired=setup.paired,
            margin=setup.margin,
            level=setup.level,
        )
    )


def _remark(result: Result, tests: dict[str, Sensitivity]) -> str:
    """That nothing is decided here, which tests disagree, and who may be the best."""
    assert result.baseline is not None
    setup = result.setup
    said = ["Secondary analyses: none of them enters a verdict."]
    several = len(tests) > 1
    for name, found in tests.items():
        said += [f"{short(name)}: {flag}" if several else flag for flag in found.flags]
    said += [
        f"{short(one.name)} was decided at an earlier look; the tests here are of all its seeds."
        for one in result.finalists
        if one.comparison and one.comparison.p_value != one.comparison.evidence.p_value
    ]
    scores = {one.name: one.test for one in (result.baseline, *result.finalists)}
    contenders = best_set(scores, direction=setup.direction, paired=setup.paired, level=setup.level)
    best = [short(one.name) for one in contenders if one.may_be_best]
    if len(best) == len(contenders):
        said.append("No configuration was shown not to be the best.")
    else:
        them = "alone may be the best" if len(best) == 1 else "cannot be told from the best"
        said.append(f"{listed(best)} {them} (multiple comparisons with the best).")
    return " ".join(said)
