"""What is said about a lineup agrees with the library's comparison, in numbers and in words."""

import json
import math

import numpy as np
import pytest

from tuner.cards import shown
from tuner.comparing.comparison import Compared, Described, as_json, compare_lineup, verdict_sentence
from tuner.comparing.lineup import Lineup
from tuner.comparing.scorefiles import ScoreSet
from tuner.jsontext import strict
from tuner.stats import compare_all, describe
from tuner.stats.design import Design

RNG = np.random.default_rng(0)
OLD = ScoreSet("old", tuple(RNG.normal(1.0, 0.1, 10).tolist()))
GOOD = ScoreSet("good", tuple(RNG.normal(0.7, 0.1, 10).tolist()))
SAME = ScoreSet("same", tuple(RNG.normal(1.0, 0.1, 10).tolist()))
FRAIL = ScoreSet("frail", (*RNG.normal(0.5, 0.05, 9).tolist(), math.nan))
CLOSE = ScoreSet("close", tuple((np.array(OLD.scores) + 1e-3).tolist()))


def compared(*candidates: ScoreSet, baseline: ScoreSet = OLD, **design: object) -> Compared:
    made = Design(**design)  # type: ignore[arg-type]
    return compare_lineup(Lineup(baseline, candidates, made, "mse", ("a remark",)))


def test_a_sentence_has_the_notation_of_the_page() -> None:
    far = ScoreSet("far", tuple(score * 1e-5 - 1.0 for score in GOOD.scores))
    text = compared(far).candidates[0].sentence
    assert "\N{MINUS SIGN}" in text and "-" not in text and "+" not in text
    assert "p < 10⁻¹⁵" in text or " \N{MULTIPLICATION SIGN} 10⁻" in text


def test_the_runs_needed_are_said_with_what_they_allow_for() -> None:
    (alone,) = compared(SAME).candidates
    assert alone.sentence.endswith("are expected to settle it, without Holm's method and further looks.")
    beside = compared(GOOD, SAME).candidates[1]
    assert beside.sentence.endswith(
        "are expected to settle it, with Holm's method for 2 candidates allowed for."
    )
    assert alone.comparison.needed_with in str(alone.comparison)


def test_the_numbers_are_those_of_compare_all() -> None:
    sets = (OLD, GOOD, SAME, FRAIL)
    found = compared(GOOD, SAME, FRAIL, margin=0.05, level=0.9)
    expected = compare_all({one.name: one.scores for one in sets}, baseline="old", margin=0.05, level=0.9)
    assert tuple(one.comparison for one in found.candidates) == expected
    assert [group.name for group in found.groups] == ["old", "good", "same", "frail"]
    for group, one in zip(found.groups, sets, strict=True):
        assert repr(group.summary) == repr(describe(one.scores, level=0.9))


def test_the_answer_for_programs_is_strict_json_with_every_number() -> None:
    text = json.dumps(strict(as_json(compared(GOOD, FRAIL))), allow_nan=False)
    answer = json.loads(text)
    assert (answer["direction"], answer["paired"], answer["margin"], answer["level"]) == (
        "minimize",
        False,
        None,
        0.95,
    )
    assert answer["baseline"]["name"] == "old" and answer["baseline"]["n"] == 10
    good, frail = answer["candidates"]
    comparison = compared(GOOD, FRAIL).candidates[0].comparison
    assert good["verdict"] == "better" and good["difference"] == comparison.difference
    assert good["difference_interval"] == [comparison.interval.low, comparison.interval.high]
    assert (frail["failures"], frail["method"]) == (1, "Mann-Whitney test") and frail["flags"]
    assert answer["remarks"] == ["a remark"]


def said(*candidates: ScoreSet, **design: object) -> str:
    return compared(*candidates, **design).candidates[0].sentence


def test_every_verdict_is_a_plain_sentence() -> None:
    better = said(GOOD)
    assert (
        better.startswith("good is better than old: ")
        and "lower is better (difference \N{MINUS SIGN}0." in better
    )
    assert "adjusted" not in better and "adjusted p = " in said(GOOD, SAME)
    assert said(GOOD, direction="maximize").startswith("good is worse than old: ")
    assert "higher is better" in said(GOOD, direction="maximize")
    equivalent = said(CLOSE, margin=0.2)
    assert equivalent.startswith("close is equivalent to old: difference 0.001")
    assert "equivalence p = " in equivalent and equivalent.endswith("within the margin of 0.2.")
    undecided = said(SAME)
    assert undecided.startswith("Undecided whether same is better than old: ")
    assert "runs of each are expected to settle it, without" in undecided
    assert "by ranks, failed runs being the worst" in said(FRAIL)
    assert "over the runs that finished" in said(FRAIL)


def test_the_number_of_runs_needed_is_said_as_far_as_it_is_known() -> None:
    few, old = ScoreSet("few", (0.1, 0.2, 0.1)), ScoreSet("old", (1.0, 1.1, 1.2))
    assert "A verdict takes at least 5 runs of each." in said_against(few, old)
    twin = ScoreSet("twin", OLD.scores)
    assert "More runs are not expected to settle it." in said(twin)
    fixed = [ScoreSet(name, (score,) * 5) for name, score in (("a", 1.0), ("b", 2.0))]
    assert "no interval is possible" in said_against(*fixed)


def said_against(candidate: ScoreSet, baseline: ScoreSet) -> str:
    return compared(candidate, baseline=baseline).candidates[0].sentence


def test_verdicts_that_are_there_already_are_kept() -> None:
    (there,) = compare_all({"old": OLD.scores, "good": SAME.scores}, baseline="old")
    lineup = Lineup(OLD, (GOOD,), Design(), "mse", (), (there,))
    assert compare_lineup(lineup).candidates[0].comparison is there


def test_a_reference_is_named_with_its_number() -> None:
    (comparison,) = compare_all({"old": OLD.scores, "good": GOOD.scores}, baseline="old")
    group = Described("good", GOOD.scores, describe(GOOD.scores))
    sentence = verdict_sentence(group, 0.25, comparison)
    assert sentence.startswith("good is better than the reference 0.25: ") and "against 0.25 on" in sentence
    (comparison,) = compare_all({"old": OLD.scores, "same": SAME.scores}, baseline="old")
    assert "of each" not in verdict_sentence(
        Described("same", SAME.scores, describe(SAME.scores)), 1.0, comparison
    )


def test_names_from_files_cannot_steer_the_terminal() -> None:
    hostile = ScoreSet("\x1b[31m\u202eevil\nname", GOOD.scores)
    sentence = said(hostile)
    assert sentence.isprintable() and "evil name" in sentence
    assert len(shown("x" * 500)) == 60


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.5), 0.5),
        (np.int64(3), 3),
        (math.inf, None),
        ((1, math.nan), [1, None]),
        ({1: "a"}, {"1": "a"}),
        (True, True),
    ],
)
def test_answers_become_json(value: object, expected: object) -> None:
    assert strict(value) == expected
