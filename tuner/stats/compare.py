"""Compare candidates with a baseline: estimates first, then the test, then one of four words."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.comparison import Comparison, judge
from tuner.stats.comparisons import Comparisons
from tuner.stats.correction import holm, holm_levels
from tuner.stats.design import Design, Direction, check_share
from tuner.stats.evidence import Evidence, gather
from tuner.stats.scores import Scores, as_baseline, as_scores
from tuner.stats.verdict import Adjusted


def compare(
    candidate: Scores,
    baseline: Scores | float,
    *,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Comparison:
    """Compare the runs of a candidate with those of the baseline; scores of shapes (n,) and (m,).

    Welch's t-test decides, or the paired t-test where `paired` says that run k of both groups saw the
    same data; where a run failed (a score that is not finite), a rank-based test decides instead, with
    failures as the worst rank. `margin` is the smallest difference that matters, in metric units; without
    it nothing is equivalent. `rng` is not used: the verdict draws no random numbers, and
    `Comparison.sensitivity` takes its own.

    A plain number as `baseline` is a fixed reference, such as the score of a naive forecaster: the
    one-sample t-test decides, or the sign test against the reference where a run failed, and
    `seeds_needed` counts runs of the candidate alone.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> result = compare([0.8, 0.9, 0.7, 0.8, 0.9, 0.8], [1.2, 1.1, 1.3, 1.2, 1.0, 1.2])
    >>> result.verdict, round(result.difference, 3), result.seeds_needed
    ('better', -0.35, None)
    """
    design = Design(direction, paired, margin, level)
    second = as_baseline(baseline)
    return weigh([gather("candidate", as_scores(candidate, "candidate"), second, design)])[0]


def compare_all(
    scores: Mapping[str, Scores | float],
    *,
    baseline: str,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
    level: float = 0.95,
    share: float = 1.0,
    next_share: float | None = None,
    called: str = "the baseline",
    rng: np.random.Generator | None = None,
) -> Comparisons:
    """Compare every named group with the one called `baseline`, in their order; none gives an empty tuple.

    The p-values are Holm-adjusted over the candidates, those of equivalence likewise, so that any false
    verdict of a kind among all candidates is as rare as in a single comparison. A look at a study that is
    looked at several times has a `share` of the error rate (`tuner.stats.spending`), and `seeds_needed` is
    planned for the `next_share`, the same one unless given. The baseline may be a
    plain number; sentences call it as `called` says. For the rest see `compare`.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> old = [1.2, 1.1, 1.3, 1.2, 1.0]
    >>> runs = {"old": old, "a": [0.8, 0.9, 0.7, 0.8, 0.9], "b": [1.1, 1.2, 1.0, 1.3, 1.3]}
    >>> [one.verdict for one in compare_all(runs, baseline="old")]
    ['better', 'undecided']
    """
    design = Design(direction, paired, margin, level, called)
    if baseline not in scores:
        raise StatisticsError(
            f"no scores for the baseline {baseline!r}; there are {', '.join(map(repr, scores))}"
        )
    planned = share if next_share is None else next_share
    for one in (share, planned):
        check_share(one)
    second = as_baseline(scores[baseline], baseline)
    pairs = [
        gather(name, as_scores(values, name), second, design)
        for name, values in scores.items()
        if name != baseline
    ]
    return weigh(pairs, share, planned)


def weigh(pairs: Sequence[Evidence], share: float = 1.0, planned: float = 1.0) -> Comparisons:
    """Adjust the p-values of all pairs for the share and for each other, and judge every pair by them."""

    def adjusted(p_values: Iterable[float]) -> tuple[float, ...]:
        return holm([min(1.0, p_value / share) for p_value in p_values])

    p_values = adjusted(pair.p_value for pair in pairs)
    checked = adjusted(pair.p_checked for pair in pairs)
    levels = holm_levels([pair.p_value for pair in pairs], share * pairs[0].design.alpha) if pairs else ()
    equivalence: Sequence[float | None] = [None] * len(pairs)
    within = [pair.p_equivalence for pair in pairs if pair.p_equivalence is not None]
    if within:
        equivalence = adjusted(within)
    return Comparisons(
        judge(pair, Adjusted(p_value, p_checked, p_within, level, len(pairs), share, planned))
        for pair, p_value, p_checked, p_within, level in zip(
            pairs, p_values, checked, equivalence, levels, strict=True
        )
    )
