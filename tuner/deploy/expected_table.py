"""What to expect of a model in its card: which networks scored what, and what they were trained on."""

import math
from collections.abc import Iterator

from tuner.deploy.bundle import Bundle, Ensemble, Single
from tuner.metric_names import bounds_of
from tuner.report.formats import better_word, count, interval, listed, metric_name, percent, score
from tuner.report.markup import markdown
from tuner.stats.intervals import Interval

FEWEST = 3  # seeds below which a t interval says next to nothing
_CHOSEN = (
    "Where this configuration was chosen because it scored best on the test split, what it is expected to"
    " score there is partly luck: expect a little less of it on other data."
)


def ends_shown(ends: tuple[float | None, ...], metric: str, seeds: int = FEWEST) -> tuple[float, float]:
    """The ends of an interval for a reader: cut at the range of the metric, NaN where there is none.

    There is none of the mean over fewer than three `seeds`.
    """
    low, high = (math.nan if end is None or seeds < FEWEST else end for end in ends)
    found = Interval(low, high, 0.0)
    cut = found if math.isnan(low) or math.isnan(high) else found.within(*bounds_of(metric))
    return cut.low, cut.high


def expected_of_card(bundle: Bundle) -> Iterator[str]:
    """The paragraphs on how good a model is."""
    expected, name = bundle.expected, markdown(metric_name(bundle.metric))
    level, better = percent(expected.level), better_word(bundle.direction)
    unit = " (of prepared data, not in original units)" if expected.units == "prepared" else ""
    rows = []
    if (ensemble := expected.ensemble) is not None:
        rows += [_together(ensemble, bundle), *_alone(ensemble, bundle)]
    if ensemble is None or not same_networks(ensemble, expected.single):
        rows.append(_confirmed(expected.single, bundle))
    yield f"Test {name}{unit}; {better} is better."
    yield "\n".join((f"| | {name} | {level} interval | |", "|---|---:|---|---|", *rows))
    if ensemble is None:
        yield f"There is no score of the ensemble: {markdown(expected.reason)}."
    else:
        texts = (
            f"The score of {_called(ensemble)} is that of {markdown(ensemble.how)}.",
            _worse(ensemble, bundle),
            _not_seen(bundle),
        )
        yield " ".join((*filter(None, texts), *(() if bundle.updated else (_CHOSEN,))))


def _called(ensemble: Ensemble) -> str:
    return "the ensemble" if ensemble.members > 1 else "the network that was measured"


def _together(ensemble: Ensemble, bundle: Bundle) -> str:
    ends = interval(*ends_shown(ensemble.interval, bundle.metric))
    over = f"over {count(ensemble.n_examples, 'test example')}"
    block = f", in blocks of {ensemble.block}" if ensemble.block > 1 else ""
    name = f"ensemble of {ensemble.members}" if ensemble.members > 1 else "the network that was measured"
    return f"| {name} | {score(ensemble.score)} | {ends} | {over}{block}; {_trained(bundle)} |"


def _alone(ensemble: Ensemble, bundle: Bundle) -> Iterator[str]:
    """The networks of the ensemble one by one, where their scores are known."""
    scores = [value for value in ensemble.alone if value is not None]
    if ensemble.members < 2 or not scores:
        return
    failed = len(ensemble.alone) - len(scores)
    without = f"; {failed} without a finite score" if failed else ""
    yield (
        f"| these networks one by one | {score(math.fsum(scores) / len(scores))} on average | |"
        f" from {score(min(scores))} to {score(max(scores))}{without}; {_trained(bundle)} |"
    )


def _confirmed(single: Single, bundle: Bundle) -> str:
    spread = f", standard deviation {score(single.std)}" if single.std is not None else ""
    mean = score(single.mean) if single.mean is not None else ""
    ends = interval(*ends_shown(single.interval, bundle.metric, single.n))
    on = "" if bundle.updated else "; trained on the train split"
    return (
        f"| one network, in the confirmation | {mean} | {ends} | over {count(single.n, 'seed')}{spread}{on} |"
    )


def _trained(bundle: Bundle) -> str:
    """What the networks that were measured were trained on."""
    if bundle.updated is not None:
        return "trained as its update did"
    if not bundle.trained.kept_test:
        return "other seeds than in use, trained on the train split"
    splits = listed(markdown(name) for name in bundle.trained.examples)
    return f"those in use, trained on the {splits} split{'s' * (len(bundle.trained.examples) > 1)}"


def same_networks(ensemble: Ensemble, single: Single) -> bool:
    """Whether the scores of single networks are those of the ensemble's own."""
    scores = [value for value in ensemble.alone if value is not None]
    if not scores or single.mean is None or single.n != len(scores):
        return False
    return math.isclose(single.mean, math.fsum(scores) / len(scores), rel_tol=1e-6)


def _worse(ensemble: Ensemble, bundle: Bundle) -> str:
    """Why an ensemble scores worse than single networks did, which are others."""
    single = bundle.expected.single
    if single.mean is None or same_networks(ensemble, single):
        return ""
    worse = ensemble.score - single.mean if bundle.direction == "minimize" else single.mean - ensemble.score
    if not worse > 0.0:
        return ""
    other = " and on other data" if bundle.trained.kept_test and not bundle.updated else ""
    return (
        "That it is worse than the mean of single networks in the confirmation is no contradiction: those are"
        f" other networks, trained with other seeds{other}."
    )


def _not_seen(bundle: Bundle) -> str:
    if bundle.trained.kept_test:
        return ""
    return (
        "The networks of this bundle were trained on the test split as well, so that there is no data left to"
        " score them on; with more data they are expected to be at least about as good, and `tuner monitor`"
        " may call them improving for this alone."
    )
