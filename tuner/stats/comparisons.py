"""Several comparisons with one baseline: a tuple that shows itself as a table."""

from collections import Counter

from tuner.cards import Card, Readable, interval, number, p_text, percent, shown, signed, with_interval
from tuner.stats.comparison import Comparison


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


def _row(one: Comparison) -> tuple[str, ...]:
    tested = [None if one.without_test else p_value for p_value in (one.p_value, one.p_adjusted)]
    if one.margin is not None:
        tested.append(one.p_equivalence_adjusted)
    failed = one.failures_candidate
    wins, effect = one.interval_superiority, one.interval_effect
    return (
        shown(one.name),
        one.verdict,
        signed(one.difference),
        interval(one.interval.low, one.interval.high),
        *map(p_text, tested),
        with_interval(number(one.probability_of_superiority), wins.low, wins.high, ".2g"),
        with_interval(signed(one.effect_size), effect.low, effect.high, ".2g"),
        f"{one.n_candidate}" + (f" ({failed} failed)" if failed else ""),
    )
