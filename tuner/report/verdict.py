"""The verdict of a study in a sentence that a manager understands and a reviewer accepts."""

from dataclasses import dataclass

from tuner.records import BASELINE
from tuner.report.examples import examples_sentence
from tuner.report.formats import (
    NONE,
    better_word,
    clean,
    count,
    decimals_for,
    interval,
    listed,
    metric_name,
    p_equation,
    percent,
    score,
    short,
)
from tuner.report.naive_words import naive_sentence
from tuner.report.naming import called, capital
from tuner.result import Measured, Result
from tuner.stats import Comparison
from tuner.stats.power import MOST_SEEDS
from tuner.stats.verdict import MINIMUM_RUNS

SYMBOLS = {"better": "✓", "worse": "✕", "equivalent": "≈", "undecided": "?", "none": "\N{EN DASH}"}
_MOST_NAMED = 4  # configurations in a sentence


@dataclass(frozen=True, slots=True)
class Headline:
    """`claim` is the answer in a few words, `evidence` the numbers behind it; the rest may be empty."""

    word: str  # one of the keys of SYMBOLS
    claim: str
    evidence: str
    scope: str = ""
    others: str = ""
    naive: str = ""  # whether there is skill, where naive forecasts were made

    @property
    def symbol(self) -> str:
        """A sign for the word, so that colour is not the only one."""
        return SYMBOLS[self.word]


def headline(result: Result) -> Headline:
    """What the study found, whatever its state."""
    if result.baseline is None:
        return _unfinished(result)
    if not result.finalists:
        return _nothing_compared(result, result.baseline)
    better = result.better
    lead = better[0] if better else _lead(result)
    compared = lead.comparison
    if compared is None:
        return _nothing_compared(result, result.baseline)
    return Headline(
        word=compared.verdict,
        claim=_claim(result, lead, compared),
        evidence=_evidence(result, result.baseline, lead, compared),
        scope=_scope(result),
        others=_others(result, lead, better),
        naive=naive_sentence(result),
    )


def _lead(result: Result) -> Measured:
    """The finalist to speak of where none is better: the one closest to being of use."""
    order = {"undecided": 0, "equivalent": 1, "worse": 2}
    return min(result.finalists, key=lambda one: order[one.comparison.verdict] if one.comparison else 3)


def _claim(result: Result, lead: Measured, compared: Comparison) -> str:
    name, baseline = short(lead.name), result.setup.the_baseline
    if compared.verdict == "better":
        return f"{name} is better than {baseline}"
    if compared.verdict == "equivalent":
        return f"{name} is equivalent to {baseline}"
    if compared.verdict == "worse":
        alone = len(result.finalists) == 1
        return f"{name if alone else 'Every finalist'} is worse than {baseline}"
    if _too_few(compared):
        return "Undecided: too few seeds for a verdict"
    return f"Undecided: {name} is not shown to differ from {baseline}"


def _too_few(compared: Comparison) -> bool:
    return min(compared.n_candidate, compared.n_baseline) < MINIMUM_RUNS


def _evidence(result: Result, baseline: Measured, lead: Measured, compared: Comparison) -> str:
    decimals = decimals_for((baseline, *result.finalists))
    ours, theirs = lead.summary, baseline.summary
    metric = f"test {metric_name(result.setup.metric)}"
    if ours.failures == ours.n or theirs.failures == theirs.n:
        return _without_scores(result, lead, baseline, metric, decimals)
    seeds = f"over {count(ours.n, 'seed')} each"
    if ours.n != theirs.n:
        seeds = f"over {count(ours.n, 'seed')} and {theirs.n:,} of {result.setup.the_baseline}"
    subject = f"{short(lead.name)} has a {metric}" if compared.verdict == "worse" else capital(metric)
    means = f"{subject} of {score(ours.mean, decimals)} against {score(theirs.mean, decimals)}"
    better = better_word(result.setup.direction)
    sentence = f"{means} on average {seeds} ({_numbers(compared, decimals)}); {better} is better."
    if ours.failures or theirs.failures:
        return _with_failures(result, lead, baseline, compared, metric, decimals) + f"; {better} is better."
    both = examples_sentence(result, lead, decimals)
    return f"{sentence}{both}{_meaning(result, compared)}"


def _with_failures(
    result: Result,
    lead: Measured,
    baseline: Measured,
    compared: Comparison,
    metric: str,
    decimals: int | None,
) -> str:
    """Where runs failed they come first: a rank test decides, and means of the finished runs may mislead."""
    ours, theirs = lead.summary, baseline.summary
    # Where runs failed after the verdict was reached, ranks had no part in it.
    ranks = not _too_few(compared) and not compared.method.endswith("t-test")
    decided = f", and the {compared.method} decides" if ranks else ""
    numbers = "" if _too_few(compared) else f" (adjusted {p_equation(compared.p_adjusted)})"
    return (
        f"{ours.failures} of {count(ours.n, 'run')} of {short(lead.name)} ended without a score, against "
        f"{theirs.failures} of {theirs.n} of {result.setup.the_baseline}; those rank "
        f"worst{decided}{numbers}. The runs that finished have a {metric} of {score(ours.mean, decimals)} "
        f"against {score(theirs.mean, decimals)} on average"
    )


def _numbers(compared: Comparison, decimals: int | None) -> str:
    ends = interval(compared.interval.low, compared.interval.high, decimals)
    level = percent(compared.interval.level)
    numbers = [f"difference {score(compared.difference, decimals)}"]
    numbers.append(f"{level} interval {ends}" if ends != NONE else "no interval is possible")
    if compared.verdict == "equivalent":
        numbers.append(f"adjusted equivalence {p_equation(compared.p_equivalence_adjusted)}")
    elif not _too_few(compared) and not compared.without_test:
        numbers.append(f"adjusted {p_equation(compared.p_adjusted)}")
    return ", ".join(numbers)


def _without_scores(
    result: Result, lead: Measured, baseline: Measured, metric: str, decimals: int | None
) -> str:
    """The sentence where at least one of the two has no score at all."""
    said = []
    for one in (lead, baseline):
        name, summary = called(result.setup, one.name), one.summary
        runs = count(summary.n, "run")
        if summary.failures == summary.n:
            said.append(f"of the {runs} of {name} none ended with a score")
        else:
            finished = summary.n - summary.failures
            said.append(f"{name} has a {metric} of {score(summary.mean, decimals)} over {finished} of {runs}")
    sentence = "; ".join(said)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence.startswith("of ") else f"{sentence}."


def _meaning(result: Result, compared: Comparison) -> str:
    if compared.verdict == "equivalent" and result.setup.margin is not None:
        return f" Two one-sided tests place the difference within the margin of {score(result.setup.margin)}."
    needed = compared.seeds_needed
    if compared.verdict != "undecided" or needed is None:
        return ""
    if compared.without_test:
        return " Without a spread over the seeds no t-test is possible."
    if needed >= MOST_SEEDS:
        return " More seeds are not expected to settle it: any difference is tiny beside the noise."
    if _too_few(compared) and needed <= MINIMUM_RUNS:
        return f" A verdict takes at least {MINIMUM_RUNS} seeds for each configuration."
    return (
        f" About {count(needed, 'seed')} for each configuration would be expected to settle it, "
        f"{compared.needed_with}."
    )


def _scope(result: Result) -> str:
    if result.setup.own_data:
        return (
            "Every seed had data of its own, so this holds over what the study's data function draws. "
            "Where it resamples one data set, the seeds are not independent and the p-values are too small."
        )
    pairs = f"Runs are compared in pairs: {clean(result.setup.pairs)}. " if result.setup.pairs else ""
    return (
        f"{pairs}This holds on this train and test split: the seeds vary the training, not the data, so "
        "other data may shift both scores."
    )


def _others(result: Result, lead: Measured, better: tuple[Measured, ...]) -> str:
    rest = [one for one in result.finalists if one.name != lead.name and one.comparison]
    said = []
    if len(better) > 1:
        mean = "lowest" if result.setup.direction == "minimize" else "highest"
        said.append(
            f"Of the {len(better)} configurations that are better, {short(lead.name)} has the {mean} mean; "
            "which of them is best was not tested."
        )
    for word, phrase in (
        ("better", "better as well"),
        ("equivalent", "equivalent"),
        ("undecided", "undecided"),
        ("worse", "worse"),
    ):
        names = [short(one.name) for one in rest if one.comparison and one.comparison.verdict == word]
        if names:
            said.append(f"{_some(names)} {'is' if len(names) == 1 else 'are'} {phrase}.")
    return " ".join(said)


def _some(names: list[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return listed(names)
    return listed([*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} others"])


def _nothing_compared(result: Result, baseline: Measured) -> Headline:
    summary, who = baseline.summary, result.setup.the_baseline
    decimals = decimals_for([baseline])
    ends = interval(summary.interval.low, summary.interval.high, decimals)
    spread = f" ({percent(summary.interval.level)} interval {ends})" if ends != NONE else ""
    tried = any(name != BASELINE for name in result.configurations)
    reason = "no candidate reached confirmation" if tried else "no candidate was measured"
    return Headline(
        word="none",
        claim=f"Nothing was compared with {who}",
        evidence=(
            f"There is no verdict because {reason}. {capital(who)} has a test "
            f"{metric_name(result.setup.metric)} of {score(summary.mean, decimals)} on average over "
            f"{count(summary.n, 'seed')}{spread}."
        ),
        scope=_scope(result),
        naive=naive_sentence(result),
    )


def _unfinished(result: Result) -> Headline:
    measured = {run.configuration for run in result.runs if run.phase == "search"} - {BASELINE}
    confirmed = sum(run.phase == "confirmation" for run in result.runs)
    started = f" and {count(confirmed, 'run')} of the confirmation" if confirmed else ""
    return Headline(
        word="none",
        claim=f"No verdict yet: confirmation has not {'finished' if confirmed else 'begun'}",
        evidence=(
            f"So far there are the search scores of {count(len(measured), 'candidate')}{started}. Search "
            "scores are optimistic, because the best of many is partly the luckiest; only fresh seeds and "
            "the test split decide."
        ),
        scope="The command that made this folder goes on where it stopped.",
    )
