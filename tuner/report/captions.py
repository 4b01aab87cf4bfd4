"""What stands below each figure, and what a reader who cannot see it is told instead."""

import math
from dataclasses import dataclass

import numpy as np

from tuner.figures.curves import MOST_LINES, curves, shown_epochs
from tuner.figures.optimism import Optimism, luck_of_the_best, optimism
from tuner.figures.search_history import dropped_from_race, search_history
from tuner.figures.tuning_curve import tuning_curve_of
from tuner.records import BASELINE
from tuner.report.formats import better_word, count, decimals_for, listed, metric_name, percent, score, short
from tuner.result import Measured, Result


@dataclass(frozen=True, slots=True)
class Caption:
    """`title` heads the figure, `text` says what to look for, `alternative` describes what it shows."""

    title: str
    text: str
    alternative: str


def captions(result: Result) -> dict[str, Caption]:
    """Captions by the key of the figure."""
    return {
        "scores": _scores(result),
        "differences": _differences(result),
        "learning_curves": _curves(result),
        "search_history": _history(result),
        "optimism": _optimism(result),
        "tuning_curve": _tuning_curve(result),
    }


def _confirmed(result: Result) -> tuple[Measured, ...]:
    return (result.baseline, *result.finalists) if result.baseline else ()


def _scores(result: Result) -> Caption:
    metric, level = metric_name(result.setup.metric), percent(result.setup.level)
    confirmed = _confirmed(result)
    decimals = decimals_for(confirmed)
    means = [f"{short(one.name)} {score(one.summary.mean, decimals)}" for one in confirmed]
    return Caption(
        f"Test {metric} of every seed",
        f"One dot is one training with a seed of its own; {better_word(result.setup.direction)} is better. "
        "Boxes span the quartiles with the median as a line, whiskers reach at most 1.5 box lengths, "
        f"diamonds are means. The dashed line and the band are the mean of the baseline and its {level} "
        "interval. Look for boxes that clear the band, and for single seeds far from their box: those are "
        "the runs that one would get by bad luck. A cross at the edge stands for runs without a score.",
        f"Box plot of the test {metric} over seeds. Means: {listed(means)}.",
    )


def _differences(result: Result) -> Caption:
    decimals = decimals_for(_confirmed(result))
    said = [
        f"{short(one.name)} {score(one.comparison.difference, decimals)}, {one.comparison.verdict}"
        for one in result.finalists
        if one.comparison
    ]
    margin = (
        ""
        if result.setup.margin is None
        else (" The shaded band is the margin: differences inside it do not matter to the user.")
    )
    return Caption(
        "Difference to the baseline",
        f"Each thick line is the {percent(result.setup.level)} interval of a difference of means over seeds; "
        "the thin one accounts for the number of finalists and looks, as the verdicts do. One that stays "
        "clear of the dashed line at zero speaks for a real difference; a long one says that more seeds "
        f"would help.{margin}",
        f"Forest plot of differences in mean test score to the baseline: {'; '.join(said)}.",
    )


def _curves(result: Result) -> Caption:
    searched = "" if result.baseline else " These are runs of the search, for confirmation has not finished."
    return Caption(
        "Learning curves",
        "Thin lines are single seeds, thick ones their median with the band between the quartiles; solid "
        "is training, dashed is validation. Where validation still falls at the end, more epochs may help; "
        "where it turns upwards while training falls, the model overfits; where thin lines scatter, the "
        "training itself is a lottery. A cross marks where a diverged run ended."
        f"{searched}{_left_out(result)}",
        "Learning curves of training and validation loss for the baseline and each finalist, seeds as thin "
        "lines.",
    )


def _left_out(result: Result) -> str:
    """What the thin lines of learning curves do not show, where there is too much of it."""
    panels = curves(result)
    epochs = max((panel.train.shape[1] for panel in panels), default=0)
    seeds = max((len(panel.train) for panel in panels), default=0)
    joined = shown_epochs(epochs, min(seeds, MOST_LINES)).size
    said = f" Thin lines join {joined} of {epochs:,} epochs, evenly spaced." if joined < epochs else ""
    if seeds > MOST_LINES:
        said += f" The first {MOST_LINES} seeds have one; the median and the band are of all {seeds:,}."
    return said


def _history(result: Result) -> Caption:
    data = search_history(result)
    trials = len(data.trials) if data else 0
    best = score(float(data.best[-1])) if data else ""
    metric = metric_name(result.setup.metric)
    dots = (
        "line and dots are its seeds" if data is None or data.has_dots else "line is the range of its seeds"
    )
    shared = ""
    if data and data.stretch > 1:
        shared = f" Of every {data.stretch} trials in a row, only the best mean is drawn, besides finalists."
    dropped = ""
    if dropped_from_race(result):
        most = count(result.setup.search_seeds[1], "seed")
        dropped = f" Small circles were dropped from the race before {most}, and do not count for that line."
    return Caption(
        "Search history",
        f"Each circle is the mean validation score of a configuration, its {dots}, filled circles went on to "
        f"confirmation.{shared} The step line is the best mean so far.{dropped} Where the "
        "lines of the leading circles overlap, the search could not tell them apart: their order is partly "
        "luck, and these scores are not results.",
        f"Search history of {count(trials, 'trial')}: mean validation {metric} with its range over seeds. "
        f"Best mean: {best}.",
    )


def _optimism(result: Result) -> Caption:
    side = "right" if result.setup.direction == "minimize" else "left"
    rows = optimism(result)
    pairs = [
        f"{short(row.name)} {score(row.search.mean)} in the search and {score(row.confirmation.mean)} with "
        "fresh seeds"
        for row in rows
    ]
    crosses = (
        " Crosses are the means that the noise between seeds let expect (shrunken means)."
        if any(math.isfinite(row.expected) for row in rows)
        else ""
    )
    return Caption(
        "What the search promised, and what fresh seeds gave",
        "Open circles are the mean scores that won the search, filled ones the means of fresh seeds on the "
        f"same validation split; ticks are single seeds.{crosses} A line that leads to the {side} is "
        "optimism: the part of the search score that was luck. The baseline was not selected, so its line "
        f"shows noise alone.{_luck(result, rows)}",
        f"Mean validation scores in search and in confirmation: {listed(pairs)}.",
    )


def _luck(result: Result, rows: tuple[Optimism, ...]) -> str:
    """How lucky the best trial was to be expected to be, and was."""
    luck = luck_of_the_best(result)
    sign = 1 if result.setup.direction == "minimize" else -1
    ends = [
        (sign * row.search.mean, sign * (row.confirmation.mean - row.search.mean), row.name)
        for row in rows
        if row.name != BASELINE and not row.search.lost and math.isfinite(row.confirmation.mean)
    ]
    if not math.isfinite(luck.expected) or not ends:
        return ""
    _, measured, name = min(ends)
    bound = "at most " if luck.at_most else ""
    return (
        f" With this noise, the best mean of {count(luck.trials, 'trial')} is expected to flatter its "
        f"configuration by {bound}{score(luck.expected)}; with fresh seeds, that of {short(name)} came out "
        f"{score(abs(measured))} {'worse' if measured > 0 else 'better'}."
    )


def _tuning_curve(result: Result) -> Caption:
    data = tuning_curve_of(result)
    ends = f" It goes from {score(data.expected[np.isfinite(data.expected)][0])}" if data else ""
    ends += f" to {score(data.expected[-1])}." if data else ""
    return Caption(
        "What more trials would have given",
        "The mean validation score of the best configuration that a random search of so many trials is "
        "expected to find, averaged over all choices of so many of these trials. Where the curve still moves "
        "at its end, more trials may pay; where it is flat, they hardly will. Like all scores of the search, "
        "these are partly luck: they are for choosing, not for reporting."
        + (
            " The curve begins where not all trials can have lost a run."
            if data and not math.isfinite(data.expected[0])
            else ""
        ),
        f"Expected best mean validation score against the number of trials.{ends}",
    )
