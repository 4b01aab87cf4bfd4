"""Degrading, stable, improving: against simulation, by hand, and by what must not matter."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.monitoring import Other, expected_level, monitor_scores
from tuner.stats.monitoring.windows import of_turn
from tuner.stats.scores import FloatArray
from tuner.stats.series import block_length

LIVES = 200


def memory(rho: float, size: int, rng: np.random.Generator) -> FloatArray:
    found = np.empty(size)
    found[0] = rng.normal()
    for place, noise in enumerate(rng.normal(size=size - 1) * np.sqrt(1 - rho**2), 1):
        found[place] = rho * found[place - 1] + noise
    return found


DRAWS = {
    "normal": lambda size, rng: rng.normal(size=size),
    "lognormal": lambda size, rng: rng.lognormal(size=size),
    "t3": lambda size, rng: rng.standard_t(3, size=size),
    "squares": lambda size, rng: rng.normal(size=size) ** 2,
}


@pytest.mark.parametrize("kind", DRAWS)
@pytest.mark.parametrize("examples", [60, 400])
def test_no_change_is_rarely_called_one_however_often_one_looks(kind: str, examples: int) -> None:
    """At 5 %, 200 lives have more than 21 alarms with a probability below 0.001 (binomial)."""
    rng = np.random.default_rng([examples, list(DRAWS).index(kind)])
    draw = DRAWS[kind]
    alarms = sum(
        bool(monitor_scores(draw(2_000, rng), expected_level(draw(examples, rng))).alarms)
        for _ in range(LIVES)
    )
    assert alarms <= stats.binom.ppf(0.999, LIVES, 0.05)


@pytest.mark.parametrize("told", [True, False])
def test_no_change_in_a_series_with_memory(told: bool) -> None:
    """Also where the expected scores are shuffled, so that nothing but the life itself tells of memory."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(100):
        reference = memory(0.8, 800, rng)
        expected = expected_level(reference if told else rng.permutation(reference), series=told)
        alarms += bool(monitor_scores(memory(0.8, 3_000, rng), expected).alarms)
    assert alarms <= stats.binom.ppf(0.999, 100, 0.05)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("before", [0, 3_000])
def test_a_change_is_found_early_and_late(direction: str, before: int) -> None:
    rng = np.random.default_rng(4)
    expected = expected_level(rng.normal(size=500))
    life = rng.normal(size=before + 400)
    life[before:] += 1.0
    found = monitor_scores(life, expected, direction=direction)  # type: ignore[arg-type]
    assert found.word == ("degrading" if direction == "minimize" else "improving")
    first = found.alarms[0]
    assert before < first.stop <= before + 128
    assert found.now and found.latest is not None and found.latest.stop > before + 300
    assert first.interval.low < 1.0 < first.interval.high or first.start < before
    assert first.difference == pytest.approx(life[first.start : first.stop].mean() - expected.mean)


def test_the_first_window_by_hand() -> None:
    rng = np.random.default_rng(2)
    reference, life = rng.normal(size=100), rng.normal(size=32) + 2.0
    assert block_length(life) == 1 and block_length(reference) == 1
    found = monitor_scores(life, expected_level(reference, series=True))
    assert found.latest is not None
    share = 0.2 * of_turn(np.arange(1))[0]
    spread = max(life.var(ddof=1), reference.var(ddof=1))
    half = stats.t.ppf(1 - 0.0125 * share, 99) * np.sqrt(spread / 32 + spread / 100)
    alone = [stats.t.ppf(1 - 0.00625 * part, 99) * np.sqrt(spread / n) for part, n in ((share, 32), (1, 100))]
    assert half < sum(alone)  # the window is shorter than the expected scores are many
    difference = life.mean() - reference.mean()
    ends = (found.latest.interval.low, found.latest.interval.high)
    assert ends == pytest.approx((difference - half, difference + half))


def test_more_scores_change_nothing_of_what_was_said() -> None:
    rng = np.random.default_rng(6)
    expected = expected_level(rng.normal(size=300))
    life = np.concatenate([rng.normal(size=100), rng.normal(size=500) + 0.8, rng.normal(size=400) - 0.8])
    whole = monitor_scores(life, expected)
    assert [one.word for one in whole.alarms] == ["degrading", "improving"]
    for looked in range(100, 1_001, 100):
        seen = monitor_scores(life[:looked], expected).alarms
        assert seen == tuple(one for one in whole.alarms if one.stop <= looked)


def test_turning_everything_turns_the_words() -> None:
    rng = np.random.default_rng(7)
    reference, life = rng.normal(size=200), rng.normal(size=400) + 1.0
    worse = monitor_scores(life, expected_level(reference))
    turned = monitor_scores(-life, expected_level(-reference))
    other = monitor_scores(-life, expected_level(-reference), direction="maximize")
    assert (worse.word, turned.word, other.word) == ("degrading", "improving", "degrading")


@pytest.mark.parametrize("factor", [1e-6, 1e3])
def test_units_do_not_matter(factor: float) -> None:
    rng = np.random.default_rng(8)
    reference, life = rng.lognormal(size=200), rng.lognormal(size=500) * 3
    one = monitor_scores(life, expected_level(reference))
    other = monitor_scores(life * factor, expected_level(reference * factor))
    assert [(a.start, a.stop) for a in one.alarms] == [(a.start, a.stop) for a in other.alarms] != []
    assert other.smallest is not None and one.smallest is not None
    assert other.smallest.change == pytest.approx(one.smallest.change * factor)


def test_one_outlier_is_no_change() -> None:
    rng = np.random.default_rng(9)
    life = rng.normal(size=500)
    life[250] = 1e6
    assert monitor_scores(life, expected_level(rng.normal(size=300))).word == "stable"


def test_stable_says_what_it_could_have_seen() -> None:
    """A change of the smallest size that would have been found is found in about 80 % of lives."""
    rng = np.random.default_rng(10)
    expected = expected_level(rng.normal(size=400))
    expected = replace(expected, mean=0.0)
    seen = monitor_scores(rng.normal(size=512), expected).smallest
    assert seen is not None and seen.examples == 512
    lives = 200
    found = 0
    for _ in range(lives):
        shifted = rng.normal(size=512) + seen.change
        off = replace(expected, mean=float(rng.normal() * np.sqrt(expected.long_run / 400)))
        found += any(one.stop == 512 for one in [monitor_scores(shifted, off).latest] if one)
    low, high = stats.binom.ppf([0.001, 0.999], lives, 0.8)
    assert low - 0.1 * lives <= found and found <= high + 0.1 * lives


@pytest.mark.parametrize(
    ("examples", "observed", "series", "why"),
    [
        (9, 500, False, "rests on 9 test examples"),
        (100, 31, True, "31 observations with a prediction; the first test needs 32"),
        (100, 127, False, "127 observations with a prediction; the first test needs 128"),
    ],
)
def test_too_few_is_said_and_why(examples: int, observed: int, series: bool, why: str) -> None:
    rng = np.random.default_rng(11)
    expected = expected_level(rng.normal(size=examples), series=series)
    found = monitor_scores(rng.normal(size=observed) + 9.0, expected)
    assert found.word == "too few observations" and why in found.reason
    assert found.alarms == found.detectable == ()


def test_words_count_examples_where_a_score_is_the_mean_of_several() -> None:
    rng = np.random.default_rng(12)
    few = replace(expected_level(rng.normal(size=9), series=True), each=3)
    assert (
        "rests on 27 test examples of which 3 neighbours are alike" in monitor_scores(few_of(3), few).reason
    )
    expected = expected_level(rng.normal(size=400) ** 2, series=True, each=3)
    assert monitor_scores(few_of(31), expected).reason.startswith(
        "93 observations with a prediction; the first test needs 96"
    )
    told = monitor_scores(walking(150, 20.0, rng), expected)
    assert told.untold is not None and told.untold.each == 3
    alone = replace(told.untold, each=1)
    for text, plain in ((told.untold.words, alone.words), (told.untold.pieces, alone.pieces)):
        numbers, others = (re.findall(r"(\d+) (?:examples|neighbours)", one) for one in (text, plain))
        assert numbers and [int(one) for one in numbers] == [3 * int(one) for one in others]


def few_of(size: int) -> FloatArray:
    return np.random.default_rng(size).normal(size=size)


def walking(size: int, level: float, rng: np.random.Generator) -> FloatArray:
    """Errors that climb from a level, each a little further than the last: few pieces of evidence."""
    return level + np.cumsum(rng.random(size=size)) * 0.05 * level


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("seed", range(5))
def test_far_off_with_too_long_a_memory_to_tell_is_not_stable(direction: str, seed: int) -> None:
    rng = np.random.default_rng([13, seed])
    expected = expected_level(rng.normal(size=400) ** 2, series=True)
    assert expected.block == 1
    life = walking(150, 20.0, rng)
    found = monitor_scores(life, expected, direction=direction)  # type: ignore[arg-type]
    assert not found.alarms and found.latest is None and not found.now
    assert found.word == "too few observations"
    told = re.match(r"the last (\d+) examples have a mean of ([\d.]+), ([\d.]+) is expected", found.reason)
    assert told is not None, found.reason
    size = int(told[1])
    assert size in [one.examples for one in found.detectable if one.alike]
    assert float(told[2]) == pytest.approx(life[-size:].mean(), rel=1e-3)
    assert float(told[3]) == pytest.approx(expected.mean, rel=1e-3)
    assert re.search(r"are about \d independent pieces? of evidence, since some \d+ neighbours", found.reason)


def test_after_an_alarm_that_the_newest_cannot_tell_is_said_beside_the_word() -> None:
    rng = np.random.default_rng(14)
    expected = expected_level(rng.normal(size=400) ** 2, series=True)
    sudden = np.concatenate([rng.normal(size=300) ** 2, 4 * rng.normal(size=200) ** 2])
    quiet = np.concatenate([sudden, rng.normal(size=600) ** 2])
    untold = np.concatenate([quiet, walking(40, 20.0, rng)])
    found = [monitor_scores(life, expected) for life in (sudden, quiet, untold)]
    assert [one.word for one in found] == ["degrading"] * 3
    assert [one.now for one in found] == [True, False, False]
    assert [bool(one.reason) for one in found] == [False, False, True]


def test_no_change_is_stable_and_rarely_untold() -> None:
    """Memory found by chance alone does not take the word away."""
    rng = np.random.default_rng(15)
    words = [
        monitor_scores(
            rng.normal(size=rng.integers(32, 800)) ** 2,
            expected_level(rng.normal(size=400) ** 2, series=True),
        ).word
        for _ in range(100)
    ]
    assert words.count("stable") >= 97


def test_memory_that_is_known_but_not_in_order_waits_for_a_window_that_is_whole() -> None:
    """Windows of 92 end with example 92, 115, 138: with 128 there is none that may be tested yet."""
    rng = np.random.default_rng(16)
    expected = replace(expected_level(rng.normal(size=2_000)), block=9)
    life = rng.normal(size=138)
    early = [monitor_scores(life[:size], expected, margin=1.0) for size in (127, 128, 137)]
    assert {one.reason.partition("; ")[2] for one in early} == {"the first test needs 138"}
    assert [one.examples for one in monitor_scores(life, expected, margin=1.0).detectable] == [92]


def test_scores_that_never_vary_cannot_be_judged() -> None:
    found = monitor_scores([0.0] * 100, expected_level([0.0] * 100))
    assert "do not vary" in found.reason


def test_nothing_yet() -> None:
    assert monitor_scores([], expected_level([1.0, 2.0] * 20)).word == "too few observations"


@pytest.mark.parametrize(
    ("shift", "margin", "placed"),
    [
        (1.0, 0.2, "beyond"),
        (1.0, 5.0, "within"),
        (1.0, 1.0, "open"),
        (0.0, 1.0, "within"),
        (0.0, 0.01, "open"),
    ],
)
def test_a_margin_places_the_change(shift: float, margin: float, placed: str) -> None:
    rng = np.random.default_rng(12)
    life = rng.normal(size=1_024) + shift
    found = monitor_scores(life, expected_level(rng.normal(size=1_000)), margin=margin)
    assert found.word == ("degrading" if shift else "stable")
    assert found.margin == placed


@pytest.mark.parametrize("margin", [0.0, -1.0, float("nan")])
def test_a_margin_is_above_zero(margin: float) -> None:
    with pytest.raises(StatisticsError, match="margin"):
        monitor_scores([1.0, 2.0], expected_level([1.0, 2.0]), margin=margin)


def test_scores_that_are_not_finite_are_refused() -> None:
    with pytest.raises(StatisticsError, match="not finite"):
        monitor_scores([1.0, float("inf")], expected_level([1.0, 2.0]))


def test_where_no_possible_change_could_be_found_there_are_too_few_observations() -> None:
    rng = np.random.default_rng(3)
    hits = (rng.random(60) < 0.5).astype(float)
    few = expected_level(hits, other=Other(0.5, 1.0), bounds=(0.0, 1.0))  # two seeds, far apart
    life = (rng.random(200) < 0.7).astype(float)
    found = monitor_scores(life, few, direction="maximize")
    assert found.word == "too few observations" and not any(one.possible for one in found.detectable)
    assert found.smallest is not None and found.smallest.change > max(few.mean, 1 - few.mean)
    assert "no change could have been found yet" in found.reason
    unknown = monitor_scores(life, replace(few, bounds=(-math.inf, math.inf)), direction="maximize")
    assert unknown.word == "stable" and not unknown.reason
    assert unknown.detectable == tuple(replace(one, possible=True) for one in found.detectable)


def test_bounds_change_nothing_that_is_tested() -> None:
    rng = np.random.default_rng(4)
    hits, life = ((rng.random(1_000) < share).astype(float) for share in (0.9, 0.5))
    free, known = (expected_level(hits, bounds=bounds) for bounds in ((-math.inf, math.inf), (0.0, 1.0)))
    found = [monitor_scores(life, one, direction="maximize") for one in (free, known)]
    assert found[0].alarms == found[1].alarms != () and found[0].latest == found[1].latest
    low = expected_level([0.0] * 58 + [1.0, 1.0], other=Other(0.01, 30.0), bounds=(0.0, 1.0))
    assert low.interval.low == 0.0 < low.mean < low.interval.high < 1.0


def test_a_margin_that_a_later_change_is_beyond_is_not_hidden_by_the_widest_window() -> None:
    rng = np.random.default_rng(6)
    expected = expected_level(rng.normal(size=20_000))
    life = rng.normal(size=2_048 + 64) + np.concatenate([np.full(2_048, 0.3), np.full(64, 3.0)])
    found = monitor_scores(life, expected, margin=0.9)
    assert found.widest is not None and found.widest.examples > 500
    assert found.widest.interval.high < 0.9 and found.margin == "beyond"


def test_the_widest_window_tells_how_large_a_change_is() -> None:
    """Every estimate is one of the change; the longest window since it began knows it best."""
    rng = np.random.default_rng(5)
    expected = expected_level(rng.normal(size=2_000))
    life = np.concatenate([rng.normal(size=1_000), rng.normal(size=1_000) + 1.0])
    found = monitor_scores(life, expected)
    first, widest, latest = found.alarms[-1], found.widest, found.latest
    assert widest is not None and latest is not None and widest.start >= first.start
    assert widest.examples >= 512 > max(first.examples, latest.examples) or widest == latest
    assert widest.difference == pytest.approx(1.0, abs=0.15)
    assert widest.interval.low <= 1.0 <= widest.interval.high
    assert monitor_scores(life[:1_000], expected).widest is None
