"""How numbers, names and durations are written for a reader."""

import math
import unicodedata
from collections.abc import Iterable
from typing import Any, Protocol

from tuner.cards import MINUS as MINUS
from tuner.cards import NONE as NONE
from tuner.cards import TIMES as TIMES
from tuner.cards import p_equation as p_equation
from tuner.cards import p_value as p_value
from tuner.cards import percent as percent
from tuner.cards import power_of_ten
from tuner.figures.style import plain
from tuner.records import Direction
from tuner.stats import Summary

LONGEST_NAME = 40

_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"

_ABBREVIATIONS = frozenset(
    {"auc", "crps", "f1", "kld", "mae", "mape", "mase", "mse", "msle", "nll", "r2", "rmse", "smape"}
)


def score(value: float, decimals: int | None = None) -> str:
    """`value` with so many decimals, or with four significant digits; a dash where it is not finite.

    >>> score(0.01457, 4), score(float("nan")), score(1234.5678), score(0.0)
    ('0.0146', '—', '1235', '0')
    """
    if not math.isfinite(value):
        return NONE
    if decimals is not None:
        return _without_zero_sign(f"{value:.{decimals}f}").replace("-", MINUS)
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        return power_of_ten(value, digits=3)
    return f"{value:.4g}".replace("-", MINUS)


def _without_zero_sign(text: str) -> str:
    return text.removeprefix("-") if not text.strip("-0.") else text


class Summarised(Protocol):
    """What has a summary of its scores."""

    @property
    def summary(self) -> Summary: ...


def decimals_for(measured: Iterable[Summarised]) -> int | None:
    """Decimals that show the smallest standard error with two digits; None where decimals do not suit.

    Digits beyond the standard error are noise, and one number of decimals makes columns comparable.
    """
    summaries = [one.summary for one in measured]
    errors = [s.standard_error for s in summaries if s.standard_error > 0]
    means = [abs(s.mean) for s in summaries if math.isfinite(s.mean)]
    return decimals_at(min(errors), max(means)) if errors and means else None


def decimals_at(error: float, largest: float) -> int | None:
    """Decimals that show an `error` above 0 with two digits; None where decimals do not suit.

    >>> decimals_at(0.0012, 0.5), decimals_at(25.0, 1000.0), decimals_at(1e-12, 1.0)
    (4, 0, None)
    """
    decimals = max(0, 1 - math.floor(math.log10(error)))
    return decimals if decimals <= 7 and largest < 1e7 else None


def interval(low: float, high: float, decimals: int | None = None) -> str:
    """An interval in words, which a minus sign cannot make ambiguous as a dash would."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NONE
    return f"{score(low, decimals)} to {score(high, decimals)}"


def plain_number(value: float) -> str:
    """A dimensionless number such as an effect size."""
    return score(value, 2)


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "seed"), count(1200, "seed")
    ('1 seed', '1,200 seeds')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def listed(words: Iterable[str]) -> str:
    """Words joined as in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *rest, last = list(words) or [""]
    return f"{', '.join(rest)} and {last}" if rest else last


def duration(seconds: float) -> str:
    """A time that a reader can picture.

    >>> duration(0.42), duration(83), duration(7_512)
    ('0.4 s', '1 min 23 s', '2 h 5 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def clean(text: str) -> str:
    """`text` without characters that a page cannot carry or that would turn the words around it.

    Control characters and lone surrogates become spaces. Invisible format characters go, such as those
    that switch the direction of writing; the joiners that some scripts and emoji need stay.
    """
    if text.isprintable():  # nothing of that kind is, and most names are
        return text.strip()
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs"):
            kept.append(" ")
        elif category != "Cf" or character in _JOINERS:
            kept.append(character)
    return "".join(kept).strip()


def short(name: str, limit: int = LONGEST_NAME) -> str:
    """`name` cleaned, and cut where it is too long for a table or a sentence."""
    cleaned = clean(name[: limit + 1])
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1].rstrip() + "…"


def metric_name(metric: str) -> str:
    """The metric as it is spoken of: abbreviations in capitals, other names with spaces.

    >>> metric_name("mse"), metric_name("val_accuracy")
    ('MSE', 'val accuracy')
    """
    return metric.upper() if metric.lower() in _ABBREVIATIONS else short(metric).replace("_", " ")


def axis_label(metric: str, split: str = "") -> str:
    """A metric, of a split if any, as an axis of a figure names it: none of it is markup.

    >>> axis_label("val_accuracy"), axis_label("mse", "test")
    ('val accuracy', 'test MSE')
    """
    return f"{split} {plain(metric_name(metric), LONGEST_NAME)}".strip()


def parameter(value: Any) -> str:
    """One hyperparameter value: floats without noise digits, all else as text."""
    if isinstance(value, bool) or not isinstance(value, float):
        return clean(str(value))
    return f"{value:.5g}".replace("-", MINUS)


def better_word(direction: Direction) -> str:
    """What is better: `lower` or `higher`."""
    return "lower" if direction == "minimize" else "higher"
