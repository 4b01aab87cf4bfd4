"""The sentence at the top: right in every state that a study can end in."""

import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE, Look
from tuner.report.formats import p_equation, p_value
from tuner.report.tables import results_table
from tuner.report.verdict import Headline, headline
from tuner.result import Result


def result_of(
    centers: dict[str, float],
    seeds: int = 10,
    diverged: dict[str, int] | None = None,
    **setup: object,
) -> Result:
    runs = []
    for name, center in centers.items():
        lost = range((diverged or {}).get(name, 0))
        runs += make_runs("confirmation", name, center, seeds=seeds, diverged=lost)
    configurations = [make_configuration(name) for name in centers]
    return make_result(runs, configurations, [name for name in centers if name != BASELINE], **setup)


def said(found: Headline) -> str:
    return " ".join((found.claim, found.evidence, found.others, found.scope))


def test_better_names_means_interval_and_p_value() -> None:
    result = usual_result()
    found = headline(result)
    assert (found.word, found.claim) == ("better", "trial-1 is better than the baseline")
    evidence = found.evidence.replace("\N{MINUS SIGN}", "-")
    assert evidence.startswith("Test MSE of 0.03229 against 0.04493 on average over 10 seeds each")
    assert "(difference -0.01264, 95 % interval -0.01539 to -0.00988, adjusted p = " in evidence
    assert "lower is better" in found.evidence
    assert "trial-2 is undecided. trial-3 is worse." in found.others


def test_a_fixed_split_is_named_and_drawn_data_are_not() -> None:
    assert "on this train and test split" in headline(usual_result()).scope
    assert "split" not in headline(usual_result(paired=True)).scope


def test_higher_is_better_where_the_study_says_so() -> None:
    found = headline(result_of({BASELINE: 0.5, "a": 0.9}, direction="maximize", metric="accuracy"))
    assert found.claim == "a is better than the baseline"
    assert "higher is better" in found.evidence and "Test accuracy" in found.evidence


def test_a_single_finalist_is_adjusted_for_its_look_alone() -> None:
    result = result_of({BASELINE: 0.5, "a": 0.46})
    compared = result.finalists[0].comparison
    assert compared is not None
    assert compared.p_adjusted == pytest.approx(compared.p_value / 0.8)
    assert f"adjusted {p_equation(compared.p_adjusted)}" in headline(result).evidence


def test_several_better_ones_say_how_the_best_was_chosen() -> None:
    found = headline(result_of({BASELINE: 0.5, "a": 0.2, "b": 0.3}))
    assert "Of the 2 configurations that are better, a has the lowest mean" in found.others
    assert "b is better as well." in found.others


def test_undecided_says_how_many_seeds_would_settle_it() -> None:
    result = result_of({BASELINE: 0.5, "a": 0.5})
    compared = result.finalists[0].comparison
    assert compared is not None and compared.verdict == "undecided"
    found = headline(result)
    assert found.claim == "Undecided: a is not shown to differ from the baseline"
    assert f"About {compared.seeds_needed:,} seeds for each configuration" in found.evidence
    assert found.evidence.endswith("with a further look allowed for.")


def test_equivalent_names_the_margin() -> None:
    found = headline(result_of({BASELINE: 0.5, "a": 0.5}, seeds=30, margin=0.2))
    assert found.claim == "a is equivalent to the baseline"
    assert "place the difference within the margin of 0.2" in found.evidence
    assert "adjusted equivalence p < 10" in found.evidence or "adjusted equivalence p = " in found.evidence
    assert "adjusted p" not in found.evidence


def test_the_p_value_of_equivalence_stands_beside_that_of_the_difference() -> None:
    result = result_of({BASELINE: 0.5, "a": 0.5}, seeds=30, margin=0.2)
    compared = result.finalists[0].comparison
    assert compared is not None and compared.p_equivalence_adjusted is not None
    cell = results_table(result).rows[1][4]
    assert cell.text == p_value(compared.p_adjusted)
    assert cell.note == f"equivalence {p_value(compared.p_equivalence_adjusted)}"
    card = result._card()
    place = card.head.index("p (equivalence)")
    assert [row[place] for row in card.rows] == ["", f"{compared.p_equivalence_adjusted:.2g}"]
    assert "p (equivalence)" not in result_of({BASELINE: 0.5, "a": 0.5})._card().head


def test_worse_is_said_of_one_or_of_all() -> None:
    assert headline(result_of({BASELINE: 0.2, "a": 0.5})).claim == "a is worse than the baseline"
    several = headline(result_of({BASELINE: 0.2, "a": 0.5, "b": 0.6}))
    assert several.claim == "Every finalist is worse than the baseline"
    assert several.evidence.startswith("a has a test MSE of")


def test_effects_stand_above_their_intervals() -> None:
    (row,) = results_table(result_of({BASELINE: 0.5, "a": 0.2})).rows[1:]
    assert (row[5].text, row[5].note) == ("1.00", "0.69 to 1.00")
    assert row[6].text.startswith("\N{MINUS SIGN}") and " to " in row[6].note


@pytest.mark.parametrize("seeds", [1, 2, 4])
def test_too_few_seeds_are_no_verdict(seeds: int) -> None:
    found = headline(result_of({BASELINE: 0.5, "a": 0.2}, seeds=seeds))
    assert (found.word, found.claim) == ("undecided", "Undecided: too few seeds for a verdict")
    assert "p =" not in found.evidence
    assert "nan" not in said(found).lower()


def test_failures_are_said() -> None:
    found = headline(result_of({BASELINE: 0.5, "a": 0.2}, diverged={"a": 2}))
    assert found.evidence.startswith(
        "2 of 10 runs of a ended without a score, against 0 of 10 of the baseline"
    )
    assert "the Mann-Whitney test decides" in found.evidence
    assert "The runs that finished have a test MSE" in found.evidence


def test_ranks_do_not_decide_what_was_decided_before_runs_failed() -> None:
    runs = make_runs("confirmation", BASELINE, 0.5, seeds=20)
    runs += make_runs("confirmation", "a", 0.2, seeds=20, diverged=[15])
    looks = tuple(Look(seeds, (BASELINE, "a")) for seeds in (10, 20))
    found = headline(make_result(runs, [make_configuration(n) for n in (BASELINE, "a")], looks=looks))
    assert found.word == "better"
    assert found.evidence.startswith("1 of 20 runs of a ended without a score")
    assert "those rank worst (adjusted p" in found.evidence


def test_a_headline_is_not_contradicted_by_means_of_few_finished_runs() -> None:
    found = headline(result_of({BASELINE: 0.2, "a": 0.3}, diverged={BASELINE: 8}))
    assert found.claim == "a is better than the baseline"
    assert found.evidence.startswith("0 of 10 runs of a ended without a score, against 8 of 10")
    assert "interval" not in found.evidence


def test_nothing_but_failures_is_said_without_numbers() -> None:
    found = headline(result_of({BASELINE: 0.5, "a": 0.2}, seeds=6, diverged={"a": 6, BASELINE: 6}))
    assert found.evidence.startswith(
        "Of the 6 runs of a none ended with a score; of the 6 runs of the baseline"
    )
    alone = headline(result_of({BASELINE: 0.5, "a": 0.2}, seeds=6, diverged={"a": 6}))
    assert "the baseline has a test MSE of" in alone.evidence


def test_no_finalists() -> None:
    found = headline(result_of({BASELINE: 0.5}))
    assert found.claim == "Nothing was compared with the baseline"
    assert "no candidate was measured" in found.evidence and "over 10 seeds" in found.evidence


def test_unfinished() -> None:
    names = [BASELINE, "trial-0", "trial-1"]
    runs = [run for name in names for run in make_runs("search", name, 0.5, seeds=3)]
    found = headline(make_result(runs, [make_configuration(name) for name in names]))
    assert (found.word, found.claim) == ("none", "No verdict yet: confirmation has not begun")
    assert "the search scores of 2 candidates." in found.evidence


def test_a_confirmation_that_goes_on_has_no_verdict_either() -> None:
    runs = make_runs("search", BASELINE, 0.5, seeds=3) + make_runs("confirmation", BASELINE, 0.5, seeds=3)
    found = headline(make_result(runs, [make_configuration(BASELINE)], looks=()))
    assert found.claim == "No verdict yet: confirmation has not finished"
    assert "and 3 runs of the confirmation" in found.evidence
