"""What monitoring found for other programs, and in a terminal."""

from typing import Any

from tuner.cards import digits, percent, visible
from tuner.deploy.moments import shown
from tuner.deploy.monitoring.store import Taken
from tuner.deploy.monitoring.watched import Alarm, InPairs, Monitoring, Period, Watched
from tuner.deploy.monitoring.words import alarm_words, headline
from tuner.jsontext import strict
from tuner.report.formats import interval
from tuner.stats.monitoring import Skill
from tuner.terminal import print_lines, print_table, terminal

MOST_SHOWN = 12
"""Periods in a terminal: the newest ones. The page and skill.csv have all."""


def monitoring_json(found: Monitoring) -> dict[str, Any]:
    """The answer for other programs; a number that does not exist is None."""
    words = headline(found)
    answer = {
        "bundle": str(found.folder),
        "study": found.study,
        "configuration": found.configuration,
        "metric": found.metric,
        "direction": found.direction,
        "level": found.level,
        "margin": found.margin,
        "every": found.every.words,
        "word": found.current.word,
        "alarming": found.current.alarming,
        "answer": words.claim,
        "evidence": words.evidence,
        "rows": {
            "stored": found.rows,
            "new": found.taken.new,
            "filled": found.taken.filled,
            "known": found.taken.known,
            "void": found.void,
        },
        "models": [_model(model) for model in found.models],
        "pairs": [_pair(pair) for pair in found.pairs],
        "notes": found.notes,
        "warnings": found.warnings,
    }
    plain: dict[str, Any] = strict(answer)
    return plain


def _model(model: Watched) -> dict[str, Any]:
    judged, expected = model.judged, model.expected
    return {
        "model": model.name,
        "identity": model.identity,
        "created": model.created,
        "word": model.word,
        "reason": model.why,
        "now": bool(judged and judged.now),
        "more_data": model.more_data,
        "margin": judged.margin if judged else None,
        "waiting": model.waiting,
        "unpredicted": model.unpredicted,
        "skill": _skill(model.skill),
        "expected": None
        if expected is None
        else {
            "mean": expected.mean,
            "interval": (expected.interval.low, expected.interval.high),
            "level": expected.interval.level,
            "n_examples": expected.examples * expected.each,
            "block": expected.block * expected.each,
        },
        "alarms": [_alarm(alarm, model.each) for alarm in model.alarms],
        "latest": _alarm(model.latest, model.each) if model.latest else None,
        "widest": _alarm(model.widest, model.each) if model.widest else None,
        "detectable": [
            {"examples": one.examples * model.each, "change": one.change, "possible": one.possible}
            for one in (judged.detectable if judged else ())
        ],
        "needed": judged.needed * model.each if judged else None,
        "trend": {
            "slope": model.trend.slope,
            "interval": (model.trend.interval.low, model.trend.interval.high),
        },
        "periods": [_period(period) for period in model.periods],
    }


def _alarm(alarm: Alarm, each: int) -> dict[str, Any]:
    found = alarm.found
    return {
        "word": found.word,
        "from": shown(alarm.first),
        "seen": shown(alarm.seen),
        "examples": found.examples * each,
        "mean": found.mean,
        "difference": found.difference,
        "interval": (found.interval.low, found.interval.high),
    }


def _skill(skill: Skill) -> dict[str, Any]:
    return {
        "n": skill.examples,
        "without_score": skill.failed,
        "mean": skill.mean,
        "interval": (skill.interval.low, skill.interval.high),
        "std": skill.std,
    }


def _period(period: Period) -> dict[str, Any]:
    return {"period": period.label, "start": shown(period.start), **_skill(period.skill)}


def _pair(pair: InPairs) -> dict[str, Any]:
    return {
        "earlier": pair.earlier,
        "current_mean": pair.current_mean,
        "earlier_mean": pair.earlier_mean,
        **_skill(pair.difference),
    }


def print_monitoring(found: Monitoring) -> None:
    """The answer, the newest periods, alarms and notes, on standard output."""
    console, words, taken = terminal(), headline(found), found.taken
    style = {"degrading": "bold red", "improving": "bold green", "stable": "bold cyan"}
    print_lines(console, [f"{words.symbol} {visible(words.claim)}."], style.get(found.current.word, "bold"))
    print_lines(console, map(visible, filter(None, (words.evidence, words.others))))
    _print_periods(found)
    if taken != Taken():
        told = f"rows: {taken.new:,} new, {taken.filled:,} completed, {taken.known:,} known already"
        print_lines(console, [told], "dim")
    print_lines(
        console, (f"alarm: {visible(alarm_words(alarm))}" for alarm in found.current.alarms), "yellow"
    )
    print_lines(console, (f"warning: {visible(text)}" for text in found.warnings), "yellow")
    print_lines(console, (f"note: {visible(note)}" for note in found.notes), "dim")


def _print_periods(found: Monitoring) -> None:
    level = f"{percent(found.level)} interval"
    several = len(found.models) > 1
    headings = ("period", *(("model",) if several else ()), "examples", "mean", level, "expected")
    rows = []
    for model in found.models:
        expected = digits(model.expected.mean) if model.expected else "-"
        for period in model.periods[-MOST_SHOWN:]:
            skill = period.skill
            ends = interval(skill.interval.low, skill.interval.high)
            rows.append(
                (
                    period.label,
                    *((model.name,) if several else ()),
                    f"{skill.examples:,}",
                    digits(skill.mean),
                    ends,
                    expected,
                )
            )
    if rows:
        print_table(terminal(), headings, rows, words=("model",))
