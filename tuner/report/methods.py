"""The methods paragraph, ready to paste: generated from what happened, not from what was planned."""

from collections import Counter
from collections.abc import Sequence

from tuner.records import BASELINE, Run, Setup
from tuner.report.examples import examples_methods
from tuner.report.formats import (
    better_word,
    clean,
    count,
    listed,
    metric_name,
    parameter,
    percent,
    score,
    short,
)
from tuner.report.looks import looks_methods
from tuner.report.naive_words import naive_methods
from tuner.report.naming import capital
from tuner.report.size_words import size_methods
from tuner.result import Measured, Result
from tuner.stats.racing import Rules

_SAMPLERS = {
    "tpe": "the tree-structured Parzen estimator of Optuna",
    "random": "random sampling",
    "grid": "grid search",
    "qmc": "quasi-Monte Carlo sampling",
    "gp": "Gaussian-process Bayesian optimisation",
}


def methods(result: Result) -> tuple[str, ...]:
    """Paragraphs on the search, the confirmation and the statistics of this study."""
    found = [_search(result)]
    if result.baseline is not None:
        found += [_confirmation(result, result.baseline), _statistics(result), examples_methods(result)]
        found += [naive_methods(result), size_methods(result)]
    return tuple(text for text in found if text)


def _search(result: Result) -> str:
    setup = result.setup
    runs = [run for run in result.runs if run.phase == "search"]
    trials = {run.configuration for run in runs} - {BASELINE}
    if not trials and setup.trials:
        return f"The search has not measured a configuration besides {setup.the_baseline} yet."
    if not trials:
        return (
            f"No hyperparameters were searched. Every run trained for up to {count(result.epochs, 'epoch')} "
            "with the Keras library and a random seed of its own, and its score is that of the weights "
            "with which training ended."
        )
    seeds = sorted(Counter(run.configuration for run in runs).values())
    each = f"{seeds[0]}" if seeds[0] == seeds[-1] else f"{seeds[0]} to {seeds[-1]}"
    plural = "s" if seeds[-1] > 1 else ""
    sampler = _SAMPLERS.get(setup.sampler, short(setup.sampler))
    baseline = f" besides {setup.the_baseline}" if any(run.configuration == BASELINE for run in runs) else ""
    origin = f"drawn by {sampler}" if setup.trials else "given beforehand"
    return (
        f"We tried {count(len(trials), 'configuration')}{baseline}, {origin}. Each was trained with "
        f"{each} random seed{plural} for up to {count(result.epochs, 'epoch')} and ranked by the "
        f"{setup.objective} over seeds of the {metric_name(setup.metric)} on the validation split "
        f"({better_word(setup.direction)} is better).{_racing(setup, runs)}{_choice(result)}{_pruning(setup)}"
        " A score is that of the weights with which training ended, never that of the best epoch seen."
    )


def _racing(setup: Setup, runs: Sequence[Run]) -> str:
    """How trials were raced, and what that saved; empty where all got the same number of seeds."""
    rules = Rules(*setup.search_seeds, setup.paired)
    if rules.first == rules.most:
        return ""
    configurations = len({run.configuration for run in runs})
    lost = "a run of it ended without a score"
    test = "paired t-test" if rules.paired else "Welch t-test"
    if rules.looks:
        lost += (
            f", or a one-sided {test} at {listed([str(look) for look in rules.looks])} seeds found its mean "
            f"worse than that of the best so far (error rate {parameter(rules.error_rate)} a race, split "
            "evenly over its looks and over the configurations of which that one was the best)"
        )
    return (
        f" Trials were raced from {rules.first} to {rules.most} seeds: one was dropped where {lost}. That "
        f"took {count(len(runs), 'run')}, {rules.most * configurations - len(runs):,} fewer than "
        f"{rules.most} seeds for each would have taken."
    )


def _choice(result: Result) -> str:
    """How finalists were chosen, once there are some."""
    setup = result.setup
    if setup.objective != "mean" or not setup.trials or not result.finalists:
        return ""
    return (
        " Finalists were chosen by empirical-Bayes means, which trust a mean the less the fewer and the "
        "noisier its seeds are."
    )


def _pruning(setup: Setup) -> str:
    if setup.pruner == "none":
        return ""
    return f" Trials that lagged after an epoch were ended there by Optuna's {short(setup.pruner)} pruner."


def _confirmation(result: Result, baseline: Measured) -> str:
    finalists, name = len(result.finalists), result.setup.the_baseline
    who = f"{count(finalists, 'finalist')} and {name} were" if finalists else f"{capital(name)} was"
    training = f"trained with {count(baseline.summary.n, 'seed')}"
    if any(run.phase == "search" for run in result.runs):
        training = f"then {training} that the search had not used,"
    unread = ", which no choice before had used" if len(result.looks) == 1 else ""
    text = (
        f"{who} {training} and scored on the test split{unread}. Only these scores are reported as results."
    )
    lost = sum(one.summary.failures for one in (baseline, *result.finalists))
    if lost:
        text += f" {count(lost, 'run')} ended without a score and counted as the worst of all."
    return text + (
        " Initial weights, the order of the data and dropout drew from separate streams derived from the "
        f"study seed {result.setup.seed}."
    )


def _statistics(result: Result) -> str:
    setup = result.setup
    level = percent(setup.level)
    text = f"Means are given with {level} t intervals over seeds."
    compared = [one.comparison for one in result.finalists if one.comparison]
    if not compared:
        return text
    tests = listed(sorted({one.method for one in compared}))
    pairing = "with independent seeds"
    if setup.paired:
        why = f"({clean(setup.pairs)})" if setup.pairs else "since each seed had data of its own"
        pairing = f"paired by seed{'' if setup.pairs else ','} {why}"
    text += (
        f" Each finalist was compared with {setup.the_baseline} {pairing}: a {level} t interval for the "
        f"difference of the means, {tests} (two-sided, error rate {parameter(1 - setup.level)}), Hedges' g "
        f"as effect size, and the probability that a run of the finalist beats one of {setup.the_baseline}."
    )
    if len(compared) > 1:
        text += (
            f" The p-values were adjusted for {len(compared)} finalists by Holm's method; the intervals "
            "were not."
        )
    text += looks_methods(result)
    if setup.margin is None:
        return text + " No margin of equivalence was set, so no finalist could be called equivalent."
    return text + (
        f" A finalist counted as equivalent where two one-sided tests placed the difference within "
        f"{score(setup.margin)} of zero."
    )
