"""What is said of a model in use, in sentences."""

from tuner.cards import percent
from tuner.deploy.monitoring.times import shown
from tuner.deploy.monitoring.watched import Alarm, InPairs, Monitoring, Watched
from tuner.report.formats import better_word, count, interval, metric_name, score
from tuner.report.verdict import Headline

WORDS = {"degrading": "worse", "improving": "better", "stable": "equivalent", "too few observations": "none"}
"""The word of a report, for its colour and sign."""


def headline(found: Monitoring) -> Headline:
    """What is to be said of the current model."""
    model = found.current
    return Headline(
        WORDS[model.word], _claim(model), _evidence(found, model), _scope(found), _others(found, model)
    )


def _claim(model: Watched) -> str:
    if model.word == "stable":
        return "Stable: no change has been found"
    if model.judged is None:
        return "Not judged: there is nothing to compare with"
    if model.latest is None:
        return "Too few observations to say"
    side = "worse" if model.word == "degrading" else "better"
    return f"{model.word.capitalize()}: {side} than expected{_cause(model)}{_when(model)}"


def _cause(model: Watched) -> str:
    """What alone may have made an improvement."""
    more = model.word == "improving" and model.more_data
    return ", which may be what more training data gave" if more else ""


def _when(model: Watched) -> str:
    """What the newest observations say of it."""
    if model.judged is None or model.judged.now:
        return ""
    return (
        ", which the newest observations cannot tell"
        if model.why
        else ", though not in the newest observations"
    )


def _evidence(found: Monitoring, model: Watched) -> str:
    judged, metric = model.judged, metric_name(found.metric)
    if judged is None or judged.word == "too few observations":
        return f"{_capital(model.why)}.{_so_far(found, model)}"
    better = f"{better_word(found.direction)} is better"
    if model.latest is None:
        return f"{_so_far(found, model).strip()} {_could_have_seen(found, model)}{_margin(found, model)}"
    first, latest = model.alarms[-1], model.latest
    said = (
        f"{metric} {score(latest.found.mean)} over {count(latest.found.examples * model.each, 'example')}"
        f" ({_span(latest)}) against {score(judged.expected.mean)} expected; {better}. The change is"
        f" {_signed(latest.found.difference)}, at this error rate {_ends(latest)}."
    )
    untold = f" Now {model.why}." if model.why else ""
    return f"{said} First seen with {shown(first.seen)}.{untold}{_margin(found, model)}"


def _so_far(found: Monitoring, model: Watched) -> str:
    """What was observed so far beside what was expected."""
    skill, expected = model.skill, model.expected
    if not skill.examples:
        return " No observation has a prediction yet."
    said = f" {metric_name(found.metric)} {score(skill.mean)} so far, over {count(skill.examples, 'example')}"
    if expected is None:
        return f"{said}; {better_word(found.direction)} is better."
    return f"{said}, against {score(expected.mean)} expected; {better_word(found.direction)} is better."


def _could_have_seen(found: Monitoring, model: Watched) -> str:
    """What a change must have been to be found by now: the support that "stable" has."""
    smallest = model.judged.smallest if model.judged else None
    if smallest is None or smallest.change == float("inf"):
        return "Neighbours are so much alike that no change could have been found yet."
    expected = model.expected.mean if model.expected else 0.0
    share = f" ({percent(round(smallest.change / abs(expected), 3))} of what is expected)" if expected else ""
    return (
        f"A change of {score(smallest.change)}{share} that lasted over the last"
        f" {count(smallest.examples * model.each, 'example')} would have been found with a probability of"
        " 80 %; a smaller one may be there."
    )


def _margin(found: Monitoring, model: Watched) -> str:
    """Where the change lies to the smallest one that matters."""
    if found.margin is None or model.judged is None or model.judged.margin is None:
        return ""
    margin, changed = score(found.margin), model.latest is not None
    said = {
        (True, "within"): f"The change is real, and smaller than the margin of {margin}.",
        (True, "beyond"): f"The change is larger than the margin of {margin}.",
        (True, "open"): f"Whether it is larger than the margin of {margin} is open.",
        (
            False,
            "within",
        ): f"For the longest window a change as large as the margin of {margin} is ruled out.",
        (False, "open"): f"A change as large as the margin of {margin} is not ruled out.",
    }
    return f" {said[changed, model.judged.margin]}"


def _scope(found: Monitoring) -> str:
    if found.current.more_data:
        return (
            "The networks in use were trained on the validation and test data as well, those that were"
            " measured on the train data alone, so that improving may be only this, and that a slight"
            " degradation may hide behind it. Where nothing else has changed, the probability of ever being"
            " called degrading, however long and often one looks, is at most"
            f" {percent(round((1 - found.level) / 2, 6))}."
        )
    return (
        "Where nothing has changed, the probability of ever being called degrading or improving, however"
        f" long and often one looks, is at most {percent(round(1 - found.level, 6))}."
    )


def _others(found: Monitoring, model: Watched) -> str:
    """The trend within what was observed, which is no test, and how earlier models compare."""
    said = [trend_words(found, model), *(pair_words(found, pair) for pair in found.pairs)]
    return " ".join(filter(None, said))


def trend_words(found: Monitoring, model: Watched) -> str:
    """The slope of the score over time with its plain interval; empty where there is none."""
    trend = model.trend
    ends = interval(trend.interval.low, trend.interval.high)
    if not trend.blocks:
        return ""
    unit = f"per {found.every.words}"
    return (
        f"Trend within the time observed (an estimate, not a test): {_signed(trend.slope)} {unit}"
        f" ({percent(trend.interval.level)} interval {ends})."
    )


def pair_words(found: Monitoring, pair: InPairs) -> str:
    """How the current model compares with an earlier one on the same examples."""
    apart = pair.difference
    if not apart.examples:
        return f"{pair.earlier} has no example in common with the current model."
    return (
        f"Beside {pair.earlier} on the same {count(apart.examples, 'example')}: {score(pair.current_mean)}"
        f" now, {score(pair.earlier_mean)} before, difference {_signed(apart.mean)}"
        f" ({percent(apart.interval.level)} interval {interval(apart.interval.low, apart.interval.high)}; a"
        " plain interval, not a test)."
    )


def alarm_words(alarm: Alarm) -> str:
    """An alarm in a line."""
    found = alarm.found
    return f"{found.word}, seen with {shown(alarm.seen)}: {_signed(found.difference)} over {_span(alarm)}"


def _span(alarm: Alarm) -> str:
    return f"{shown(alarm.first)} to {shown(alarm.seen)}"


def _ends(alarm: Alarm) -> str:
    low, high = alarm.found.interval.low, alarm.found.interval.high
    return f"between {score(low)} and {score(high)}"


def _signed(value: float) -> str:
    return f"+{score(value)}" if value > 0 else score(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
