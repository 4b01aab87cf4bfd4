"""How often what is said of sizes is wrong, by simulation: steps in the number of examples, and ensembles.

Networks of an ensemble err by a bias of the example, a shift of the network, and noise of their own whose
variance is that of the network: the same for all, uneven (lognormal), or ten times as large in one of ten.
So the expected score of k new networks is known: for squared errors exactly, for accuracies from very many
networks.
"""

from collections.abc import Iterator
from functools import cache, partial

import numpy as np
from scipy.special import expit

from benchmarks.calibration.cells import STANDARD_DEVIATION, Cell, Outcome, Table, draw
from tuner.stats.ensembles import EnsembleCurve, ensemble_curve, needed_subsets
from tuner.stats.intervals import mean
from tuner.stats.scores import FloatArray
from tuner.stats.steps import last_step

_MEAN = {"normal": 0.0, "lognormal": np.exp(0.5), "t3": 0.0, "mixture": 0.9 * 1.0 + 0.1 * 10.0}
_EXAMPLES = 40  # of the test split
_SHIFT = 0.3  # standard deviation of a network's shift
_NOISE = 0.5  # mean variance of a network's noise
_VERY_MANY = 120_000  # networks that tell the true accuracy
_NETWORKS = (5, 10, 30)
_QUALITIES = ("alike", "lognormal", "mixture")


def standardised(distribution: str, rng: np.random.Generator, n: int) -> FloatArray:
    """Draws with mean 0 and standard deviation 1."""
    drawn = (draw(distribution, rng, n) - _MEAN[distribution]) / STANDARD_DEVIATION[distribution]
    return np.asarray(drawn)


def step(distribution: str, seeds: int, effect: float, rng: np.random.Generator) -> Outcome:
    """Scores that have a part in common, spread twice as far at the smaller size: what is said, and whether
    the interval holds the true step."""
    common = standardised(distribution, rng, seeds)
    before = 2.0 * standardised(distribution, rng, seeds) + common
    after = standardised(distribution, rng, seeds) + common - effect
    found = last_step({100: before, 200: after})
    holds = found.interval.low <= -effect <= found.interval.high
    return found.outlook == "improves", found.outlook == "worsens", holds


def bias() -> FloatArray:
    """What all networks have wrong, by example; the same in every simulation."""
    return np.linspace(-1.0, 1.0, _EXAMPLES)


def variances(quality: str, networks: int, rng: np.random.Generator) -> FloatArray:
    """Variances of the noise of networks, 1 on average."""
    if quality == "alike":
        return np.ones(networks)
    return np.asarray(draw(quality, rng, networks) / _MEAN[quality])


def errors(quality: str, networks: int, rng: np.random.Generator) -> FloatArray:
    """Errors of networks, (networks, examples), around their biases."""
    shift = _SHIFT * rng.normal(size=(networks, 1))
    spread = np.sqrt(_NOISE * variances(quality, networks, rng))[:, None]
    return np.asarray(bias() + shift + spread * rng.normal(size=(networks, _EXAMPLES)))


def squared(answers: FloatArray) -> FloatArray:
    """Mean squared errors of means of errors, (..., examples)."""
    return np.asarray((answers**2).mean(axis=-1))


def accuracy(answers: FloatArray) -> FloatArray:
    """The share of examples of which the mean probability is on the right side."""
    return np.asarray((answers > 0.5).mean(axis=-1))


def true_error(size: int) -> float:
    """The expected squared error of the mean of `size` networks."""
    return float((bias() ** 2).mean()) + (_SHIFT**2 + _NOISE) / size


def probabilities(quality: str, networks: int, rng: np.random.Generator) -> FloatArray:
    """Probabilities of the right class: most examples are easy, some are hard."""
    return np.asarray(expit(2.0 * errors(quality, networks, rng) + 1.0))


@cache
def true_accuracy(quality: str, size: int) -> float:
    """The expected accuracy of the mean of `size` networks, from very many of them."""
    rng = np.random.default_rng(7)
    made = [probabilities(quality, _VERY_MANY // 12, rng) for _ in range(12)]
    many = np.concatenate(made)[: _VERY_MANY // size * size]
    return float(accuracy(many.reshape(-1, size, _EXAMPLES).mean(axis=1)).mean())


def sizes_of(networks: int) -> tuple[int, ...]:
    """One network, two, half of them (3 of 5), and all."""
    return (1, 2, max(3, networks // 2), networks)


def curve(answers: FloatArray, metric: object, rng: np.random.Generator) -> tuple[EnsembleCurve, FloatArray]:
    """What is said of networks, and the scores of the ensembles of half of them."""
    networks = len(answers)
    subsets = needed_subsets(networks, sizes_of(networks), rng)
    weights = np.zeros((len(subsets), networks))
    for row, subset in zip(weights, subsets, strict=True):
        row[list(subset)] = 1.0 / len(subset)
    scores = metric(weights @ answers)  # type: ignore[operator]
    half = sizes_of(networks)[2]
    own = np.array([score for score, subset in zip(scores, subsets, strict=True) if len(subset) == half])
    return ensemble_curve(subsets, scores.tolist(), networks, sizes_of(networks)), own


def holds(found: EnsembleCurve, half: FloatArray, truth: dict[int, float]) -> Outcome:
    """Whether the intervals hold the truth: at each size, of the whole gain, and at half the networks one
    that takes ensembles for independent."""
    inside = [one.interval.low <= truth[one.size] <= one.interval.high for one in found.sizes]
    assert found.gain is not None
    gained = truth[found.gain.after] - truth[found.gain.before]
    naive = mean(half).interval(0.95)
    return (
        *inside,
        found.gain.interval.low <= gained <= found.gain.interval.high,
        naive.low <= truth[found.sizes[2].size] <= naive.high,
    )


def ensemble_error(quality: str, networks: int, rng: np.random.Generator) -> Outcome:
    """Squared errors."""
    found, half = curve(errors(quality, networks, rng), squared, rng)
    return holds(found, half, {size: true_error(size) for size in sizes_of(networks)})


def ensemble_accuracy(quality: str, networks: int, rng: np.random.Generator) -> Outcome:
    """Accuracies."""
    found, half = curve(probabilities(quality, networks, rng), accuracy, rng)
    return holds(found, half, {size: true_accuracy(quality, size) for size in sizes_of(networks)})


_CALLED = {"alike": "alike", "lognormal": "uneven", "mixture": "one of ten is bad"}
_COLUMNS = ("1 network", "2", "half of them", "all", "gain from 1 to all", "half, as if independent")


def step_tables() -> Iterator[Table]:
    """What is said of the last step in the number of training examples."""
    yield Table(
        "A step that changes nothing, spread twice as far at the smaller size "
        "(bound for normal scores: 5.5 %)",
        ("improves", "worsens", "95 % interval holds"),
        tuple(
            Cell(f"{d}, {n} seeds", partial(step, d, n, 0.0)) for d in STANDARD_DEVIATION for n in (5, 10, 30)
        ),
    )
    yield Table(
        "A step that improves by the spread at the larger size, normal (no bound)",
        ("improves", "worsens", "95 % interval holds"),
        tuple(Cell(f"{n} seeds", partial(step, "normal", n, 1.0)) for n in (5, 10, 30)),
    )


def ensemble_tables() -> Iterator[Table]:
    """The intervals of ensembles."""
    for what, repetition in (("squared errors", ensemble_error), ("accuracies", ensemble_accuracy)):
        yield Table(
            f"Ensembles, {what}: 95 % intervals that hold the truth",
            _COLUMNS,
            tuple(
                Cell(f"{_CALLED[q]}, {n} networks", partial(repetition, q, n))
                for q in _QUALITIES
                for n in _NETWORKS
            ),
        )
