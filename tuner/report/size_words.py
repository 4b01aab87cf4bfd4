"""What sizes say, in words: of the training part, and of ensembles."""

from tuner.records import BASELINE
from tuner.report.formats import clean, count, interval, listed, percent, score, short
from tuner.report.naming import called
from tuner.result import Result
from tuner.sized import SAYS, EnsembleSizes, TrainSizes
from tuner.stats.steps import FEWEST, Step

_MORE = {
    "improves": "more of them are worth a try",
    "worsens": "look at the learning curves before adding more",
    "flat": "more of them will hardly pay",
    "unclear": "",
}


def examples_sentence(one: TrainSizes) -> str:
    """What the last step of a configuration says; nothing where there is none."""
    if one.step is None:
        return ""
    step = one.step
    doubling = step.per_doubling_interval
    each = (
        f", which is {_signed(step.per_doubling)} a doubling ({_ends(doubling.low, doubling.high)})"
        if step.after != 2 * step.before and step.n >= FEWEST
        else ""
    )
    start = f"from {step.before:,} to {step.after:,} training examples"
    return f"{_name(one.configuration)}: {_said(step, start, 'seed')}{each}{_outlook(step)}."


def networks_sentence(one: EnsembleSizes) -> str:
    """What the step from the smallest to the largest ensemble says, and the last one where it is another."""
    curve = one.curve
    if curve is None:
        return f"{_name(one.configuration)}: no ensembles, {clean(one.reason)}."
    steps = [step for step in dict.fromkeys((curve.gain, curve.step)) if step is not None]
    parts = [_said(step, f"from {step.before} to {step.after} networks", "network") for step in steps]
    return f"{_name(one.configuration)}: {'; '.join(parts)}."


def size_sentences(result: Result) -> tuple[str, ...]:
    """A sentence for every configuration that was measured at several sizes."""
    found = [
        *map(examples_sentence, result.train_sizes),
        *map(networks_sentence, result.ensemble_sizes),
    ]
    return tuple(filter(None, found))


def size_methods(result: Result) -> str:
    """How sizes were measured, for the methods; nothing where they were not."""
    told = []
    if result.train_sizes:
        first = result.train_sizes[0]
        seeds = max(len(one.test) for one in first.sizes)
        told.append(
            f"To see whether more examples would help, {_listed(result)} trained again "
            f"with {count(seeds, 'seed')} that nothing else had used on "
            f"{listed(f'{n:,}' for n in first.examples)} examples of the train split, "
            f"{part_words(first, result.setup.paired)}."
        )
    shown = [one for one in result.ensemble_sizes if one.curve]
    if shown and (curve := shown[0].curve):
        whose = "trained for this" if shown[0].trained else "of the confirmation"
        what = "probabilities" if shown[0].probabilities else "predictions"
        told.append(
            f"Ensembles average the {what} of {curve.networks} networks {whose}; the score at a size is the "
            "mean over ensembles of that many of them, a U-statistic, with jackknife intervals over networks "
            "(Arvesen 1969, Efron & Stein 1981)."
        )
    return " ".join(told)


def part_words(one: TrainSizes, paired: bool) -> str:
    """Which examples a part has; `paired` where the data vary with the seed."""
    if any(size.part.drawn for size in one.sizes):
        return "drawn anew for every seed, each part within the next larger one"
    return "the most recent ones" + ("" if paired else ", the same for every seed")


def _listed(result: Result) -> str:
    return listed(called(result.setup, one.configuration) for one in result.train_sizes)


def _name(name: str) -> str:
    return "Baseline" if name == BASELINE else short(name)


def _said(step: Step, start: str, what: str) -> str:
    ends = step.interval
    known = interval(ends.low, ends.high)
    failed = f", {step.failures:,} without a score" if step.failures else ""
    sure = (
        f"{percent(ends.level)} interval {_ends(ends.low, ends.high)}, {count(step.n, what)}{failed}"
        if known
        else f"{count(step.n, what)}{failed}"
    )
    return f"{start} the mean test score {SAYS[step.outlook]} ({_signed(step.difference)}; {sure})"


def _outlook(step: Step) -> str:
    words = _MORE[step.outlook]
    return f": {words}" if words else ""


def _signed(value: float) -> str:
    return f"+{score(value)}" if value > 0 else score(value)


def _ends(low: float, high: float) -> str:
    return f"{_signed(low)} to {_signed(high)}"
