"""summary.json: the answer of a study for other programs, as strict JSON."""

import json
from collections import Counter
from typing import Any

from tuner.jsontext import strict
from tuner.records import BASELINE, Configuration
from tuner.references import Against, against
from tuner.report.sizes import ensemble_sizes_summary, train_sizes_summary
from tuner.result import Measured, Result
from tuner.skill import means_of, spreads_of
from tuner.stats import Comparison


def summary(result: Result) -> dict[str, Any]:
    """What was found, in the fields that scripts rely on; a number that does not exist is None.

    Before confirmation has finished, the baseline has n = 0 and there are no finalists. A study that names
    further references has what comparisons with them say under `references`.
    """
    setup = result.setup
    phases = Counter(run.phase for run in result.runs)
    chosen = result.best
    found = {
        "study": setup.study,
        "metric": setup.metric,
        "direction": setup.direction,
        "engine": setup.engine,
        "backend": setup.backend,
        "baseline": _baseline(result),
        "finalists": [_finalist(finalist) for finalist in result.finalists],
        "best": chosen.name if chosen else BASELINE,
        "runs": {"search": phases["search"], "confirmation": phases["confirmation"]},
        "seconds": result.seconds,
        "versions": dict(setup.versions),
        "naive": _naive(result),
        "train_sizes": [train_sizes_summary(one) for one in result.train_sizes],
        "ensemble_sizes": [ensemble_sizes_summary(one) for one in result.ensemble_sizes],
        "notes": [*setup.changes, *setup.notes, *setup.fallbacks],
    }
    if further := against(result):
        found["references"] = [_reference(one) for one in further]
    answer: dict[str, Any] = strict(found)
    return answer


def summary_json(result: Result) -> str:
    """The summary as indented JSON text that any parser accepts."""
    return json.dumps(summary(result), indent=2, allow_nan=False) + "\n"


def _baseline(result: Result) -> dict[str, Any]:
    if result.baseline is not None:
        return _measured(result.baseline)
    configuration = result.configurations.get(BASELINE, Configuration(BASELINE, {}))
    nothing = {"mean": None, "std": None, "interval": [None, None], "failures": 0}
    return {"params": dict(configuration.params), "n": 0, **nothing}


def _measured(measured: Measured) -> dict[str, Any]:
    numbers = measured.summary
    return {
        "params": dict(measured.configuration.params),
        "n": numbers.n,
        "mean": numbers.mean,
        "std": numbers.std,
        "interval": [numbers.interval.low, numbers.interval.high],
        "failures": numbers.failures,
    }


def _finalist(finalist: Measured) -> dict[str, Any]:
    found = {"configuration": finalist.name, **_measured(finalist)}
    compared = finalist.comparison
    if compared is not None:
        found |= {
            "difference": compared.difference,
            "difference_interval": [compared.interval.low, compared.interval.high],
            "p_value": compared.p_value,
            "p_adjusted": compared.p_adjusted,
            "p_equivalence_adjusted": compared.p_equivalence_adjusted,
            "probability_of_superiority": compared.probability_of_superiority,
            "probability_of_superiority_interval": [
                compared.interval_superiority.low,
                compared.interval_superiority.high,
            ],
            "effect_size": compared.effect_size,
            "effect_size_interval": [compared.interval_effect.low, compared.interval_effect.high],
            "verdict": compared.verdict,
            "seeds_needed": compared.seeds_needed,
        }
    return {**found, "search_mean": finalist.search_mean, "over_examples": _over_examples(finalist)}


def _over_examples(finalist: Measured) -> dict[str, Any] | None:
    """The difference over seeds and test examples; None where single examples are not known."""
    both, test = finalist.over_examples, finalist.forecasts
    if both is None:
        return None
    return {
        "interval": [both.interval.low, both.interval.high],
        "examples": both.examples,
        "block": both.block,
        "diebold_mariano": test and {"p_value": test.p_value, "horizon": test.horizon},
    }


def _naive(result: Result) -> dict[str, Any] | None:
    """The scores of the naive forecasts, means where every seed has its own, and what beats the best of them.

    None where the study names none.
    """
    if result.naive is None:
        return None
    found = result.skill
    return {
        "test": means_of(result, "test"),
        "validation": means_of(result, "validation"),
        "std": spreads_of(result),
        "reasons": dict(result.naive.reasons),
        "best": found and found.forecast,
        "against_best": {
            name: _compared(compared) for name, compared in (found.comparisons if found else {}).items()
        },
    }


def _reference(one: Against) -> dict[str, Any]:
    """What comparisons with a further reference say."""
    return {
        "configuration": one.reference,
        "question": one.question,
        "against": {name: _compared(compared) for name, compared in one.comparisons.items()},
    }


def _compared(compared: Comparison) -> dict[str, Any]:
    return {
        "difference": compared.difference,
        "difference_interval": [compared.interval.low, compared.interval.high],
        "p_value": compared.p_value,
        "p_adjusted": compared.p_adjusted,
        "p_equivalence_adjusted": compared.p_equivalence_adjusted,
        "verdict": compared.verdict,
    }
