"""Naive forecasts in words: their scores, and whether the configurations beat the best one."""

import math

from tuner.naive import LABELS
from tuner.records import BASELINE
from tuner.report.formats import (
    better_word,
    clean,
    decimals_at,
    decimals_for,
    listed,
    p_equation,
    score,
    short,
)
from tuner.report.naming import called, capital
from tuner.result import Result
from tuner.skill import Skill, means_of, ordered
from tuner.stats import Comparison
from tuner.stats.verdict import MINIMUM_RUNS

DOING = {
    "zero": "predicting zero",
    "mean": "predicting the mean of the training targets",
    "last": "repeating the last value",
    "linear": "linear regression",
    "majority": "predicting the most frequent class",
}
_PHRASES = {
    "better": ("beats it too", "beat it too"),
    "equivalent": ("is equivalent to it", "are equivalent to it"),
    "undecided": ("is undecided", "are undecided"),
    "worse": ("is worse than it", "are worse than it"),
}


def naive_sentence(result: Result) -> str:
    """Whether there is any skill, for the reader of the verdict; nothing where nobody can say."""
    found = result.skill
    if found is None or result.best is None or result.baseline is None:
        return ""
    decimals = naive_decimals(result)
    number = score(found.score, decimals)
    if found.without:
        alone = f"{capital(result.setup.the_baseline)} is"
        who = "All of these configurations are" if result.finalists else alone
        return f"{who} worse than {DOING[found.forecast]} ({number}): there is no skill here."
    name = result.best.name
    words = called(result.setup, name)
    start = capital(words) if name == BASELINE else words
    return f"{_claim(start, words, found.comparisons[name], found, decimals)}{_others(result, found, name)}"


def naive_claim(result: Result, configuration: str, name: str) -> str:
    """Whether one configuration of a result, called `name`, beats the best naive forecast; nothing where
    nobody can say.
    """
    found = result.skill
    if found is None or configuration not in found.comparisons:
        return ""
    return _claim(name, name, found.comparisons[configuration], found, naive_decimals(result))


def _claim(start: str, name: str, compared: Comparison, found: Skill, decimals: int | None) -> str:
    """What is said of one configuration, by its `name` in the midst of a sentence and at the `start`."""
    number = score(found.score, decimals)
    said = f"{start} {found.says(compared.name, number)}"
    if compared.verdict == "better":
        by = found.gain(compared.name)
        return said + (f" by {score(by, decimals)}." if by > 0 else ".")
    if compared.verdict == "equivalent":
        p_value = p_equation(compared.p_equivalence_adjusted)
        return f"{said}: it has no skill that matters (adjusted equivalence {p_value})."
    if compared.verdict == "worse":
        return f"{said}: it has no skill."
    if compared.n_candidate < MINIMUM_RUNS:
        return f"Too few seeds to say whether {name} beats {found.called(number)}."
    if compared.without_test:
        return (
            f"{said}: difference {score(compared.difference, decimals)} for every seed, and without a spread "
            "no t-test is possible."
        )
    numbers = [f"adjusted {p_equation(compared.p_adjusted)}"]
    if math.isfinite(compared.difference):
        numbers.insert(0, f"difference {score(compared.difference, decimals)}")
    return f"{said}; {', '.join(numbers)}."


def _others(result: Result, found: Skill, name: str) -> str:
    said = []
    for word, phrase in _PHRASES.items():
        names = [one for one, other in found.comparisons.items() if other.verdict == word and one != name]
        if word == "better" and found.comparisons[name].verdict != "better":
            phrase = ("beats it", "beat it")
        if names:
            shown = [called(result.setup, one) for one in names[:4]]
            shown += [f"{len(names) - 4} others"] if len(names) > 4 else []
            said.append(f"{listed(shown)} {phrase[len(names) > 1]}")
    return f" Of the others, {'; '.join(said)}." if said else ""


def naive_decimals(result: Result) -> int | None:
    """Decimals for the naive forecasts and what is compared with them; None where decimals do not suit.

    Those that suit the configurations, but no fewer than the best naive forecast, which has no noise, needs
    for four digits.
    """
    found = means_of(result, "test")
    fitting = decimals_for((result.baseline, *result.finalists)) if result.baseline else None
    if fitting is None or not found:
        return None
    best = abs(found[ordered(found, result.setup.direction)[0]])
    return max(fitting, decimals_at(best / 100, best) or 0) if best > 0.0 else fitting


def naive_scores(result: Result) -> str:
    """The naive forecasts with their test scores, best first, as a list; nothing without any."""
    found = means_of(result, "test")
    decimals = naive_decimals(result)
    order = ordered(found, result.setup.direction)
    return listed(f"{DOING[name]} {score(found[name], decimals)}" for name in order) if order else ""


def naive_remark(result: Result) -> str:
    """The scores in a sentence, and how they were computed; nothing without any."""
    listing = naive_scores(result)
    if not listing or result.naive is None:
        return ""
    averaged = ", on average over the data of the seeds" if result.naive.own else ""
    better = better_word(result.setup.direction)
    text = f"Naive forecasts on the test split: {listing}{averaged}; {better} is better."
    return f"{text} {clean(result.naive.remark)}".strip()


def naive_remarks(result: Result) -> tuple[str, ...]:
    """Why naive forecasts that the study names have no score, and what could not be compared with the best:
    lines to keep in mind.
    """
    reasons = result.naive.reasons if result.naive else {}
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(LABELS[name])
    said = [
        f"No naive forecast by {listed(names)}: {short(reason, 300)}." for reason, names in by_reason.items()
    ]
    return (*said, *_without_test(result))


def _without_test(result: Result) -> tuple[str, ...]:
    """That there is no t-test against the best naive forecast for some configurations, and what to ask."""
    found = result.skill
    compared = found.comparisons.values() if found else ()
    names = [called(result.setup, one.name) for one in compared if one.without_test]
    if not names:
        return ()
    return (
        f"Against the best naive forecast {listed(names)} {'has' if len(names) == 1 else 'have'} the same "
        "difference for every seed: there is no spread to judge by, and the t-test cannot be used. Do the "
        "seeds reach the training, or is the metric too coarse to show it?",
    )


def naive_methods(result: Result) -> str:
    """The paragraph on the naive forecasts; nothing where there are none."""
    found = result.skill
    if found is None or result.naive is None:
        return ""
    setup, compared = result.setup, tuple(found.comparisons.values())
    tests = listed(sorted({one.method for one in compared}))
    against = "its score on the data of the same seed, in pairs" if result.naive.own else "that fixed number"
    several = len(compared) > 1
    name = capital(setup.the_baseline)
    who = f"{name} and every finalist were" if several else f"{name} was"
    for_all = f" and, by Holm's method, for {len(compared)} configurations" if several else ""
    framed = f" {clean(result.naive.remark)}" if result.naive.remark else ""
    return (
        "Naive forecasts, made from the training split alone, were scored by the same metric on the same "
        f"test split: {naive_scores(result)}.{framed} {who} compared with the best of them, "
        f"{LABELS[found.forecast]}, that is with {against} ({tests}, two-sided, error rate "
        f"{1 - setup.level:.3g} for these comparisons together, p-values adjusted for the looks{for_all}). "
        "Which forecast is the best was read off the test split, which makes it harder to beat."
    )


def best_naive_words(result: Result) -> str:
    """The best naive forecast with its test score, for a caption; nothing where there is none."""
    found = means_of(result, "test")
    if not found or result.baseline is None:
        return ""
    best = ordered(found, result.setup.direction)[0]
    decimals = naive_decimals(result)
    return f"{DOING[best]} ({score(found[best], decimals)})"
