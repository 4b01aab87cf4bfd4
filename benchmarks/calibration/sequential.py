"""Studies that are extended until they are decided: tables for `python -m benchmarks.calibration`.

Every number comes from calls of `tuner.stats.compare_looks` on drawn scores. Beside it stands what is said
where each look is tested at the whole error rate, as if there were no other.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from benchmarks.calibration.cells import DECIDED, STANDARD_DEVIATION, Cell, Outcome, Table, draw
from tuner.stats import compare_all, compare_looks
from tuner.stats.scores import FloatArray
from tuner.stats.spending import shares

DOUBLED = (10, 20, 40, 80)
SMALL_STEPS = tuple(range(10, 81, 5))
FARTHEST = 320  # seeds at which a study that follows `seeds_needed` gives up
LOOKS = 4  # at most, there

Groups = dict[str, FloatArray]


def groups(distribution: str, count: int, seeds: int, shift: float, rng: np.random.Generator) -> Groups:
    """A baseline "0" and `count` candidates that are `shift` above it."""
    return {str(k): draw(distribution, rng, seeds) + (shift if k else 0.0) for k in range(count + 1)}


def first_of(scores: Groups, seeds: int) -> Groups:
    """What a look at the first seeds sees."""
    return {name: values[:seeds] for name, values in scores.items()}


def said(scores: Groups, sizes: Sequence[int], words: Sequence[str], margin: float | None = None) -> Outcome:
    """Any of the words said by any look, of any candidate: with the rate shared, and at the whole rate."""
    looks = [first_of(scores, seeds) for seeds in sizes]
    shared = compare_looks(looks, baseline="0", margin=margin)
    whole = (one for look in looks for one in compare_all(look, baseline="0", margin=margin))
    return any(one.verdict in words for one in shared), any(one.verdict in words for one in whole)


def alike(distribution: str, sizes: Sequence[int], count: int, rng: np.random.Generator) -> Outcome:
    """No difference: any candidate called better or worse."""
    return said(groups(distribution, count, max(sizes), 0.0, rng), sizes, DECIDED)


def at_the_margin(distribution: str, deviations: float, count: int, rng: np.random.Generator) -> Outcome:
    """Candidates exactly the margin away: any of them called equivalent."""
    margin = deviations * STANDARD_DEVIATION[distribution]
    scores = groups(distribution, count, max(DOUBLED), margin, rng)
    return said(scores, DOUBLED, ("equivalent",), margin)


def following_advice(distribution: str, rng: np.random.Generator) -> Outcome:
    """No difference, and each extension is as large as the study says would settle it."""
    scores = groups(distribution, 1, FARTHEST, 0.0, rng)
    looks = [first_of(scores, 10)]
    for _ in range(LOOKS):
        (found,) = compare_looks(looks, baseline="0")
        if found.verdict != "undecided" or found.n_candidate == FARTHEST:
            break
        looks.append(first_of(scores, min(found.seeds_needed or FARTHEST, FARTHEST)))
    return (found.verdict in DECIDED,)


def found(difference: float, rng: np.random.Generator) -> Outcome:
    """A candidate truly better by `difference` standard deviations: called better by each look."""
    scores = groups("normal", 1, max(DOUBLED), -difference, rng)
    (one,) = compare_looks([first_of(scores, seeds) for seeds in DOUBLED], baseline="0")
    return tuple(one.verdict == "better" and one.share >= share for share in shares(DOUBLED))


def tables() -> Iterator[Table]:
    """All questions about several looks."""
    shapes = tuple(STANDARD_DEVIATION)
    columns = ("any look, the rate shared", "any look, each at the whole rate")
    steps = ", ".join(map(str, DOUBLED))
    yield Table(
        f"No difference, extended until decided: {steps} seeds (bound: a verdict in at most 5.5 %)",
        columns,
        (
            *(Cell(d, partial(alike, d, DOUBLED, 1)) for d in shapes),
            Cell("normal, three finalists", partial(alike, "normal", DOUBLED, 3)),
            Cell("normal, 10 to 80 seeds in steps of 5", partial(alike, "normal", SMALL_STEPS, 1)),
        ),
    )
    yield Table(
        f"True shift exactly the margin, extended until decided: {steps} seeds (bound: equivalent in 5.5 %)",
        columns,
        (
            *(Cell(f"{d}, margin 1 standard deviation", partial(at_the_margin, d, 1, 1)) for d in shapes),
            Cell("normal, margin 0.5", partial(at_the_margin, "normal", 0.5, 1)),
            Cell("normal, margin 1, three finalists", partial(at_the_margin, "normal", 1, 3)),
        ),
    )
    yield Table(
        f"No difference, extended to as many seeds as the study asks for, {LOOKS} extensions or {FARTHEST} "
        "seeds at most (bound: 5.5 %)",
        ("a verdict",),
        tuple(Cell(d, partial(following_advice, d)) for d in shapes),
    )
    yield Table(
        "A true difference, normal, extended until decided (no bound)",
        tuple(f"better by {seeds} seeds" for seeds in DOUBLED),
        tuple(Cell(f"{k} standard deviations", partial(found, k)) for k in (0.5, 0.7, 1.0)),
    )
