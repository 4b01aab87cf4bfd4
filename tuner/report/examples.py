"""What the report says of the second source of noise: the test examples beside the seeds."""

import math

from tuner.report.formats import NONE, count, interval, listed, p_equation, score, short
from tuner.result import Measured, Result
from tuner.stats import Interval

_ALIKE = 0.1  # autocorrelation of the differences of neighbours from which the reader is asked about it


def examples_interval(one: Measured, decimals: int | None) -> str:
    """The interval of a difference over seeds and test examples in words; nothing where there is none."""
    if one.over_examples is None:
        return ""
    ends = interval(one.over_examples.interval.low, one.over_examples.interval.high, decimals)
    return "" if ends == NONE else ends


def examples_sentence(result: Result, one: Measured, decimals: int | None) -> str:
    """Which interval is over what, and whether the difference is one of this test split only.

    Where there is no interval over test examples, why.
    """
    ends = examples_interval(one, decimals)
    if not ends or one.over_examples is None or one.comparison is None:
        return _over_seeds_alone(result, one)
    if one.over_examples.adds_nothing:
        return (
            " That interval is over seeds on this test split; the test examples "
            f"({_examples(result, one)}) do not widen this interval."
        )
    said = (
        " That interval is over seeds on this test split; over seeds and test examples "
        f"({_examples(result, one)}) it is {ends}."
    )
    if one.comparison.verdict not in ("better", "worse"):
        return said
    if _excludes_zero(one.comparison.interval) and not _excludes_zero(one.over_examples.interval):
        said += " The latter includes zero: the difference is established for this test split only."
    return said


def _over_seeds_alone(result: Result, one: Measured) -> str:
    """Why there is no second interval beside the first; nothing where there is no first, and where every seed
    has data of its own, so that it is over both already."""
    if one.comparison is None or not math.isfinite(one.comparison.interval.low):
        return ""
    if not result.without_examples or result.setup.own_data:
        return ""
    return (
        " That interval is over seeds on this test split; none is given over test examples: "
        f"{result.without_examples.rstrip('.')}."
    )


def _excludes_zero(found: Interval) -> bool:
    return found.low > 0.0 or found.high < 0.0


def _examples(result: Result, one: Measured) -> str:
    """The number of test examples, and what a stored score stands for where that is more than one."""
    assert one.over_examples is not None
    number = one.over_examples.examples
    each = result.examples_each
    return f"{number:,}" if each == 1 else f"means of {each:,} neighbours, {number:,} of them"


def examples_methods(result: Result) -> str:
    """The paragraph on the intervals over seeds and test examples; nothing where there are none."""
    found = {one.name: ends for one in result.finalists if (ends := examples_interval(one, None))}
    first = next((one for one in result.finalists if one.name in found), None)
    if first is None:
        return ""
    said = [f"{short(name)} {ends}" for name, ends in found.items()]
    text = (
        "The intervals above are over seeds on this test split. A second interval of each difference is over "
        f"seeds and test examples ({_examples(result, first)}), both taken as drawn at random and crossed. "
        "Its variance is that of the seeds and that of the mean difference at an example, less what both "
        "have in common (Cameron, Gelbach and Miller, 2011), with Satterthwaite's degrees of freedom; it is "
        "never taken to be narrower than the interval over seeds alone, which it equals where the examples "
        f"add nothing: {listed(said)}."
    )
    if not result.setup.series:
        return f"{text} The examples counted as independent of each other."
    lengths = sorted({one.over_examples.block for one in result.finalists if one.over_examples})
    blocks = "at most " * (len(lengths) > 1) + count(lengths[-1], "example")
    text += (
        f" The examples are in the order of time and entered in blocks of {blocks} (circular block "
        "bootstrap, length by Politis and White, 2004, as corrected in 2009)."
    )
    if any(one.forecasts for one in result.finalists):
        text += (
            " As a secondary analysis, which no verdict rests on, the scores averaged over seeds were "
            "compared by the Diebold-Mariano test, corrected as by Harvey, Leybourne and Newbold (1997): "
            f"{listed(_forecast_tests(result))}."
        )
    return text


def _forecast_tests(result: Result) -> tuple[str, ...]:
    """The Diebold-Mariano test of each finalist that has one."""
    return tuple(
        f"{short(one.name)} {p_equation(test.p_value)} ({count(test.examples, 'example')}, horizon "
        f"{test.horizon})"
        for one in result.finalists
        if (test := one.forecasts) is not None
    )


def examples_remarks(result: Result) -> tuple[str, ...]:
    """Lines to keep in mind: examples that may be no independent ones."""
    said = []
    for one in result.finalists:
        both = one.over_examples
        if both is not None and not result.setup.series and _are_alike(both.autocorrelation, both.examples):
            said.append(
                f"{short(one.name)}: neighbouring test examples differ alike from "
                f"{result.setup.the_baseline} "
                f"(autocorrelation {score(both.autocorrelation, 2)}). Where they are windows of a series, "
                "series=True in the study makes the interval over test examples honest."
            )
    return tuple(said)


def _are_alike(autocorrelation: float, examples: int) -> bool:
    """Far beyond what independent examples show by chance, where the standard error is 1 / sqrt(n)."""
    return autocorrelation > max(_ALIKE, 3.0 / math.sqrt(examples))


def examples_fact(result: Result) -> str:
    """What is known of single test examples, for "How it was made"."""
    if result.without_examples:
        return f"not compared one by one: {result.without_examples}"
    order = "in the order of time" if result.setup.series else "independent of each other"
    first = next((one for one in result.finalists if one.over_examples), None)
    if first is None:
        return ""
    return f"{_examples(result, first)}, taken as {order}"
