"""What a reader must know where a study was looked at more than once."""

from tuner.report.formats import count, listed, percent
from tuner.result import Result
from tuner.stats.spending import KEPT


def looks_warning(result: Result) -> str:
    """At what error rate this look tests, and why; empty for the first look, which is the usual one."""
    looks = result.looks
    if len(looks) < 2:
        return ""
    alpha, share = 1.0 - result.setup.level, looks[-1][1]
    seeds = count(looks[-1][0].repeats, "seed")
    before = f"the {len(looks) - 1} before it" if len(looks) > 2 else "the first one"
    return (
        f"This is look {len(looks)} at the study, with {seeds}: finalists that {before} left undecided or "
        f"did not see are tested at {_rate(alpha * share)}, {_rate(share)} of the error rate of "
        f"{_rate(alpha)}, so that all looks together hold it."
    )


def looks_methods(result: Result) -> str:
    """The looks and their shares of the error rate, as a sentence of the methods."""
    looks = result.looks
    if len(looks) < 2:
        return (
            f" As the study may be extended, this first look used {_rate(1.0 - KEPT)} of the error rate: the "
            "p-values are divided by that share."
        )
    formed = [
        f"{len(look.configurations) - 1} against {result.setup.the_baseline} at {look.repeats} seeds"
        for look, _ in looks
    ]
    return (
        f" Verdicts were formed {len(looks)} times, with {listed(formed)}. These looks shared the error "
        f"rate: they used {listed(_rate(share) for _, share in looks)} of it, by which their p-values are "
        "divided, and a verdict once reached was kept."
    )


def _rate(share: float) -> str:
    return percent(float(f"{share:.3g}"))
