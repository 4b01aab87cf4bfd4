"""Which candidate is recommended, and why others are not: what stands against it beside its verdict."""

from collections.abc import Iterator

from tuner.deploy.updating.ways import FAIR
from tuner.errors import BundleError
from tuner.naive import LABELS
from tuner.references import against
from tuner.report.examples import examples_interval
from tuner.report.formats import score
from tuner.result import Result
from tuner.stats.monitoring.windows import FEWEST

WORSE_TOGETHER = "as ensembles it is worse than the existing model"


def check_enough(judging: int) -> None:
    """Raises: BundleError where there are too few new examples to judge by: fewer than monitoring judges by,
    below which means of skewed scores are far from normal, as all intervals take them to be.
    """
    if judging < FEWEST:
        raise BundleError(
            f"there are {judging:,} new examples to judge by, and {FEWEST} are the least, as for `tuner"
            " monitor`, since means of fewer scores are far from normal; give more data, or a larger --test"
        )


def objections(result: Result, name: str) -> Iterator[str]:
    """What stands against putting a way in use that is better than the existing model, in words."""
    fair = next((one for one in against(result) if one.reference == FAIR.name), None)
    if fair is None or name not in fair.comparisons or fair.comparisons[name].verdict != "better":
        yield f"it is not shown to be better than more training on old data ({FAIR.name})"
    measured = next(one for one in result.finalists if one.name == name)
    both = measured.over_examples
    if both is not None and both.interval.low <= 0.0 <= both.interval.high:
        yield (
            "the interval of its difference over seeds and test examples includes zero"
            f" ({examples_interval(measured, None)})"
        )
    naive = result.skill
    if naive is not None and naive.comparisons[name].verdict == "worse":
        yield f"{LABELS[naive.forecast]} is better without a network ({score(naive.score)})"
