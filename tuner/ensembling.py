"""Ensembles of the networks of a configuration, scored: the metric of the mean of what they answer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tuner.errors import described
from tuner.metrics import Metric
from tuner.outputs import Outputs, of_ensemble
from tuner.records import EnsembleScores, Phase
from tuner.sizes import FEWEST_NETWORKS, members_of
from tuner.trees import leaves

_NUMBERS = 100_000_000  # that all ensembles of a size are made of, about; of large answers there are fewer


def score_ensembles(
    configuration: str,
    phase: Phase,
    seeds: Sequence[int],
    lost: int,
    outputs: Outputs,
    y_true: Any,
    metric: Metric,
    asked: Sequence[int] | str,
    rng: np.random.Generator,
) -> EnsembleScores:
    """The scores of ensembles of the sizes asked for, as far as there are networks for them.

    `rng` draws ensembles where there are very many.
    """
    from tuner.stats.ensembles import MOST, needed_subsets  # with all of SciPy that statistics need

    networks = outputs.networks
    sizes = members_of(asked, networks)
    reason = outputs.reason
    if not reason and (networks < FEWEST_NETWORKS or len(sizes) < 2):
        reason = f"only {networks} networks have a score"
    if reason:
        return EnsembleScores(configuration, phase, tuple(seeds), lost, (), reason=reason)
    answers = sum(leaf[0].size for leaf in leaves(outputs.values))
    most = max(2 * networks, min(MOST, _NUMBERS // max(1, answers)))
    subsets = needed_subsets(networks, sizes, rng, most)
    try:
        scores = tuple(metric.score(y_true, of_ensemble(outputs, subset)) for subset in subsets)
    except Exception as error:  # of the user's code, which takes what a network answers
        reason = f"the metric of a mean of answers raises {described(error)}"
        return EnsembleScores(configuration, phase, tuple(seeds), lost, (), reason=reason)
    return EnsembleScores(
        configuration, phase, tuple(seeds), lost, sizes, subsets, scores, any(outputs.logits)
    )
