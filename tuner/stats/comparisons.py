"""Several comparisons with one baseline: a tuple that shows itself as a table."""

import math
from collections import Counter

from tuner.cards import Card, Readable, interval, number, p_text, percent, shown, signed
from tuner.stats.comparison import Comparison
from tuner.stats.intervals import Interval


class Comparisons(Readable, tuple[Comparison, ...]):
    """The comparisons of one call, in the order of the candidates.

    An ordinary tuple, which prints as a table and shows itself as one in a notebook.
    """

    __slots__ = ()

    def _card(self) -> Card:
        if not self:
            return Card("no candidate to compare")
        first = self[0]
        words = Counter(one.verdict for one in self)
        counted = ", ".join(f"{count} {word}" for word, count in words.items())
        other = "the baseline" if first.reference is None else f"the reference {first.reference:g}"
        p_values = ("p", "p (adjusted)") if first.margin is None else ("p", "p (adjusted)", "p (equivalence)")
        ends = f"{percent(first.interval.level)} interval"
        head = ("candidate", "verdict", "difference", ends, *p_values, "P(superior)", "g", "runs")
        flags = (f"{shown(one.name)}: {flag}" for one in self for flag in one.flags)
        return Card(f"Against {other}: {counted}", tuple(map(_row, self)), head, tuple(flags))


def _beside(value: str, ends: Interval) -> str:
    """An effect with its interval, where there is one, at the level that the heading names."""
    return f"{value} ({ends.low:.2g} to {ends.high:.2g})" if math.isfinite(ends.low) else value


def _row(one: Comparison) -> tuple[str, ...]:
    tested = [None if one.without_test else p_value for p_value in (one.p_value, one.p_adjusted)]
    if one.margin is not None:
        tested.append(one.p_equivalence_adjusted)
    failed = one.failures_candidate
    return (
        shown(one.name),
        one.verdict,
        signed(one.difference),
        interval(one.interval.low, one.interval.high),
        *map(p_text, tested),
        _beside(number(one.probability_of_superiority), one.interval_superiority),
        _beside(signed(one.effect_size), one.interval_effect),
        f"{one.n_candidate}" + (f" ({failed} failed)" if failed else ""),
    )
