"""The error rate over several looks at one study: what each look may use of it.

A study that is extended until it is decided has a chance of a false verdict at every look. So the looks
share one error rate, and no later look can be planned for at the first: how often and how far a study will be
extended is the user's choice, made as it goes.

The rule: the first look has 80 % of the error rate, for most studies have no second one. Each later look has
half of what is left, or more where it more than doubles the seeds: what is left shrinks as the seeds grow.
Over 10, 20, 40, 80 seeds that is 80, 10, 5 and 2.5 %, and however many looks follow, all of them together
never use more than the whole.

A look is tested at its share as if the others were not there (Bonferroni). That needs no assumption about
scores, tests or the correlation of the looks, and carries over to every step of Holm's method and to
equivalence. Using the correlation of nested looks would win some power, and lose the error rate where the
size of an extension is chosen by what was seen, as a user does who follows `seeds_needed`. The slack of
Bonferroni pays for that: with normal scores, whoever picks every extension in the most harmful way gets to a
false verdict in 5.1 % instead of 5 % (computed in tests/stats/test_spending.py).

Sources: spending an error rate over looks that are not planned, Lan & DeMets (1983),
doi:10.1093/biomet/70.3.659; what choosing the extension by the data can cost, Proschan & Hunsberger (1995),
doi:10.2307/2533262; shares of looks within Holm's method, Maurer & Bretz (2013),
doi:10.1080/19466315.2013.807748.
"""

from collections.abc import Sequence

from tuner.errors import StatisticsError
from tuner.stats.verdict import MINIMUM_RUNS

KEPT = 0.2
"""Share of the error rate that the first look leaves to later ones."""


def shares(seeds: Sequence[int]) -> tuple[float, ...]:
    """The share of the error rate for each look, from the numbers of seeds of all looks so far, in order.

    A look with too few seeds for any verdict uses nothing; its share is that of the first look with enough.

    Raises: ValueError where the seeds become fewer.

    >>> shares([10, 20, 40, 80])
    (0.8, 0.1, 0.05, 0.025)
    >>> shares([3, 10, 10, 100])
    (0.8, 0.8, 0.1, 0.09)
    """
    found = []
    left, last = 1.0, 0
    for now in seeds:
        if now < last:
            raise ValueError(f"a look at {now} seeds cannot follow one at {last}")
        after = KEPT if last < MINIMUM_RUNS else left * min(0.5, last / now)
        found.append(left - after)
        if now >= MINIMUM_RUNS:
            left = after
        last = now
    return tuple(found)


def next_share(seeds: Sequence[int]) -> float:
    """The least share of a look that would follow those with these numbers of seeds.

    >>> next_share([]), next_share([10]), next_share([10, 20])
    (0.8, 0.1, 0.05)
    """
    again = seeds[-1] if seeds else MINIMUM_RUNS
    return shares([*seeds, max(again, MINIMUM_RUNS)])[-1]


def check_share(share: float) -> None:
    """Raises: StatisticsError where it is no part of an error rate."""
    if not 0.0 < share <= 1.0:
        raise StatisticsError(f"share is {share:g}; give the part of the error rate to use, above 0 up to 1")
