"""Racing across seeds: a challenger that has lost against the incumbent by evidence gets no more seeds.

A race has looks. At each of them the challenger has some seeds, is tested against the best configuration
so far, and is dropped or gets another block of seeds. Being merely behind drops nobody.

Source of the idea: Maron & Moore (1994), Advances in Neural Information Processing Systems 6, 59-66
(Hoeffding races); Birattari, Stützle, Paquete & Varrentrapp (2002), GECCO, 11-18 (F-Race); López-Ibáñez,
Dubois-Lacoste, Pérez Cáceres, Birattari & Stützle (2016), doi:10.1016/j.orp.2016.09.002 (irace).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from tuner.errors import StatisticsError
from tuner.stats.design import Direction
from tuner.stats.intervals import paired_difference, welch_difference
from tuner.stats.scores import FloatArray

ERROR_RATE = 0.05
"""The chance, over all looks of a race, to drop a challenger that is truly as good as the incumbent."""

LEAST_SEEDS = 2
"""With fewer seeds nothing is known of the noise, and no test is made."""


def blocks(first: int, most: int) -> tuple[int, ...]:
    """Seeds that a challenger has after each block: twice as many every time, `most` at the end.

    No block is smaller than the first one, so that a race does not end with a look that costs a training
    program of its own and tells little.

    >>> blocks(2, 12), blocks(4, 9), blocks(3, 3)
    ((2, 4, 8, 12), (4, 9), (3,))

    Raises: StatisticsError unless 1 <= first <= most.
    """
    if not 1 <= first <= most:
        raise StatisticsError(f"a race from {first} to {most} seeds; give 1 or more, and the smaller first")
    counts = [first]
    while counts[-1] < most:
        following = 2 * counts[-1]
        counts.append(following if following + first <= most else most)
    return tuple(counts)


def p_value_of_losing(
    challenger: FloatArray, incumbent: FloatArray, *, paired: bool, direction: Direction = "minimize"
) -> float:
    """One-sided p-value of "the challenger's true mean is as good as the incumbent's, or better".

    For finite scores of shape (n,) and (m,), n <= m. Paired: the t-test of the differences over the first
    n seeds, run k of both having seen the same data. Otherwise Welch's test over all m, with one degree of
    freedom where the challenger has but two seeds: Welch's own number depends on spreads that two seeds do
    not tell, and rejects far too often there. Without any spread, or with one seed, there is no test, and
    nothing speaks against the challenger: 1.

    Source: Student (1908), doi:10.1093/biomet/6.1.1; Welch (1947), doi:10.1093/biomet/34.1-2.28; that the
    degrees of freedom of the smaller group are conservative for normal scores, whatever the spreads: Mickey
    & Brown (1966), Annals of Mathematical Statistics 37, 639-642.

    >>> scores = np.array([1.0, 2.0, 3.0])
    >>> round(p_value_of_losing(scores + 4.0, scores, paired=False), 4)
    0.004
    """
    n = min(challenger.size, incumbent.size)
    if n < LEAST_SEEDS:
        return 1.0
    difference = (
        paired_difference(challenger, incumbent[:n]) if paired else welch_difference(challenger, incumbent)
    )
    if not difference.standard_error > 0.0:
        return 1.0
    worse = difference.value if direction == "minimize" else -difference.value
    freedom = 1.0 if n == 2 else difference.degrees_of_freedom
    return float(stdtr(freedom, -worse / difference.standard_error))


@dataclass(frozen=True, slots=True)
class Rules:
    """How challengers race: from `first` to `most` seeds, in pairs or not, with what error rate.

    The error rate is split evenly over the looks, and over the rivals among which the incumbent was chosen
    by the same scores (Bonferroni). Both hold it whatever the dependence. Without the second, the luck that
    made the incumbent counts as evidence, and drops two to three times as many as it should. Spending
    functions (Lan & DeMets 1983, doi:10.1093/biomet/70.3.659) are a little less cautious about the looks,
    but their bounds need the joint distribution of the looks, which a few seeds do not give.
    """

    first: int
    most: int
    paired: bool = False
    direction: Direction = "minimize"
    error_rate: float = ERROR_RATE

    def __post_init__(self) -> None:
        blocks(self.first, self.most)  # checks the numbers
        if not 0.0 < self.error_rate < 1.0:
            raise StatisticsError(f"error_rate is {self.error_rate!r}; give a number between 0 and 1")

    @property
    def counts(self) -> tuple[int, ...]:
        """Seeds that a challenger has after each block."""
        return blocks(self.first, self.most)

    @property
    def looks(self) -> tuple[int, ...]:
        """Seeds at which a challenger is tested: not below two, and not at the end, where none are saved.

        >>> Rules(1, 8).looks
        (2, 4)
        """
        return tuple(count for count in self.counts[:-1] if count >= LEAST_SEEDS)

    def alpha(self, rivals: int) -> float:
        """The error rate of one look at an incumbent that is the best of so many rivals, itself included.

        >>> Rules(1, 8).alpha(5)
        0.005
        """
        return self.error_rate / (max(len(self.looks), 1) * rivals)

    def drops(self, challenger: FloatArray, incumbent: FloatArray, rivals: int = 1) -> bool:
        """Whether a challenger with scores (n,) is out against an incumbent with scores (m,), n <= m.

        A run without a score (not finite) is a failure and ranks worst: a challenger that has one is out
        at once, whatever the incumbent has; an incumbent that has one can drop nobody. Otherwise the test
        decides, at the planned looks only. `rivals` is the number of configurations of which the incumbent
        is the best by these scores.

        >>> steady, poor = np.array([1.0, 1.1, 1.2, 1.1]), np.array([9.0, 9.1])
        >>> Rules(2, 8).drops(poor, steady), Rules(2, 8).drops(steady[:2], steady)
        (True, False)
        """
        if not np.isfinite(challenger).all():
            return True
        if not np.isfinite(incumbent).all() or challenger.size not in self.looks:
            return False
        p_value = p_value_of_losing(challenger, incumbent, paired=self.paired, direction=self.direction)
        return p_value <= self.alpha(rivals)
