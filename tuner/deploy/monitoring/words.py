"""What is said of a model in use, in sentences."""

from tuner.cards import percent
from tuner.deploy.moments import shown
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
        return f"Stable: no change found yet{_leaning(model)}"
    if model.judged is None:
        return "Not judged: there is nothing to compare with"
    if model.latest is None:
        return "Too few observations to say"
    side = "worse" if model.word == "degrading" else "better"
    return f"{model.word.capitalize()}: {side} than expected{_cause(model)}{_when(model)}"


def _leaning(model: Watched) -> str:
    """Where the trend goes up or down by its plain interval, which is no alarm."""
    ends = model.trend.interval
    if not model.trend.blocks or ends.low <= 0.0 <= ends.high:
        return ""
    where = "rises" if ends.low > 0.0 else "falls"
    return (
        f", but the score {where} with time (the trend's {percent(ends.level)} interval excludes 0: no alarm,"
        " since it does not hold its error over many looks)"
    )


def _cause(model: Watched) -> str:
    """What alone may have made an improvement."""
    more = model.word == "improving" and model.more_data
    return ", which may be what more training data gave" if more else ""


def _when(model: Watched) -> str:
    """Whether the newest observations are as expected again; what they cannot tell is no such thing."""
    return (
        "" if model.judged is None or model.judged.now or model.why else ", but no longer in the newest ones"
    )


def _evidence(found: Monitoring, model: Watched) -> str:
    judged, metric = model.judged, metric_name(found.metric)
    if judged is None or judged.word == "too few observations":
        return f"{_capital(model.why)}.{_so_far(found, model)}"
    better = f"{better_word(found.direction)} is better"
    if model.widest is None:
        return f"{_so_far(found, model).strip()} {_could_have_seen(found, model)}{_margin(found, model)}"
    first, widest = model.alarms[-1], model.widest
    said = (
        f"{metric} {score(widest.found.mean)} over {count(widest.found.examples * model.each, 'example')}"
        f" ({_span(widest)}) against {score(judged.expected.mean)} expected; {better}. The change is"
        f" {_signed(widest.found.difference)}, at this error rate {_ends(widest)}."
    )
    return f"{said} {_first_seen(model, first)}{_lately(model)}{_newest(model)}{_margin(found, model)}"


def _first_seen(model: Watched, first: Alarm) -> str:
    """The window that gave the alarm, where it is not the one that is told already."""
    if first == model.widest:
        return f"First seen with {shown(first.seen)}."
    over = count(first.found.examples * model.each, "example")
    return f"First seen with {shown(first.seen)}, by {_signed(first.found.difference)} over {over}."


def _lately(model: Watched) -> str:
    """The last window that differed, where its change is surely another one than that of the widest."""
    latest, widest = model.latest, model.widest
    if latest is None or widest is None:
        return ""
    ours, theirs = latest.found.interval, widest.found.interval
    if ours.low <= theirs.high and theirs.low <= ours.high:
        return ""
    return (
        f" Lately it is another one: {_signed(latest.found.difference)} over"
        f" {count(latest.found.examples * model.each, 'example')} ({_span(latest)}), {_ends(latest)}."
    )


def _newest(model: Watched) -> str:
    """The newest observations where they are too few for a test of their own, however far off they are."""
    untold = model.judged.untold if model.judged else None
    if untold is None or model.judged is None:
        return ""
    return (
        f" The newest {count(untold.examples * model.each, 'example')} alone are too few for a test of their"
        f" own (mean {score(untold.mean)} against {score(untold.expected)} expected): {untold.pieces}."
    )


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
