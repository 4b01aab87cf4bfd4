"""What is said of several studies: who is best as far as the tests bear it, and nothing where they cannot."""

from pathlib import Path

from tests.comparing.test_studies import beside, study
from tests.factories import store
from tuner.comparing.studies import Studies
from tuner.naive_file import write_naive
from tuner.records import NaiveScores
from tuner.report.studies.words import studies_caption, studies_headline, studies_methods, studies_warnings
from tuner.result import Result


def test_of_two_studies_the_verdict_is_that_of_the_comparison(tmp_path: Path) -> None:
    found = beside(tmp_path, lstm=study(0.6), gru=study(0.5, seed=1))
    words = studies_headline(found)
    assert (words.word, words.claim) == ("better", "gru is better than lstm")
    assert found.compared is not None and words.evidence == found.compared.candidates[0].sentence
    turned = studies_headline(beside(tmp_path, "gru", "lstm"))
    assert (turned.word, turned.claim) == ("worse", "lstm is worse than gru")
    same = beside(tmp_path, "lstm", "again", again=study(0.6, seed=3))
    assert studies_headline(same).claim == "Undecided: again is not shown to differ from lstm"
    wide = beside(
        tmp_path, "wide", "broad", wide=study(0.6, margin=0.3), broad=study(0.6, seed=3, margin=0.3)
    )
    assert studies_headline(wide).claim == "broad is equivalent to wide"


def test_of_several_the_best_is_named_where_it_stands_out(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.3, seed=1), c=study(0.61, seed=2))
    words = studies_headline(found)
    assert (words.word, words.claim) == ("better", "The best configuration of b is the best of all")
    assert "The truly best one is b:trial-0, with 95 % confidence" in words.evidence
    assert words.others.startswith("b:trial-0 is better than a:trial-0: ")
    assert words.others.count("Undecided whether") == 1
    assert "Hsu" in studies_methods(found)


def test_of_several_alike_none_is_called_best(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.6, seed=1), c=study(0.9, seed=2))
    words = studies_headline(found)
    assert words.word == "undecided" and words.claim.startswith("Undecided: ")
    assert set(words.claim.removeprefix("Undecided: ").removesuffix(" may be the best").split(" and ")) == {
        "a",
        "b",
    }


def test_what_cannot_be_compared_gets_reasons_instead_of_a_verdict(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, metric="mae"))
    words = studies_headline(found)
    assert (words.word, words.claim) == ("none", "These studies cannot be compared")
    assert "different metrics" in words.evidence and "without a verdict" in words.others + words.scope
    assert studies_methods(found) == "" and studies_warnings(found) == ()
    assert "cannot be compared" in studies_caption(found)


def test_that_the_best_were_chosen_by_the_same_scores_is_told(tmp_path: Path) -> None:
    warnings = studies_warnings(beside(tmp_path, a=study(0.6), b=study(0.5, seed=1)))
    assert sum("was chosen by these same scores" in text for text in warnings) == 2


def test_a_test_split_that_nobody_could_count_is_spoken_of(tmp_path: Path) -> None:
    known = beside(tmp_path, a=study(0.6), b=study(0.5, seed=1))
    assert not any("batch by batch" in text for text in studies_warnings(known))
    unknown = beside(tmp_path, c=study(0.6, sizes={}), d=study(0.5, seed=1, sizes={}))
    assert any("The test split of c and d comes batch by batch" in text for text in studies_warnings(unknown))


def with_naive(folder: Path, scores: dict[str, dict[str, float]], **studies: Result) -> Studies:
    """These studies beside each other, each with the naive scores that are given for it."""
    for name, result in studies.items():
        store(result, folder / name)
        found = {forecast: (score,) for forecast, score in scores.get(name, {}).items()}
        write_naive(folder / name, NaiveScores(found, found, own=False) if found else None)
    return beside(folder, *studies)


def test_whether_each_beats_a_naive_forecast_is_said(tmp_path: Path) -> None:
    scores = {"a": {"zero": 2.0, "last": 0.45}, "b": {"last": 0.45, "zero": 2.0}}
    found = with_naive(tmp_path, scores, a=study(0.6), b=study(0.3, seed=1), c=study(0.61, seed=2))
    assert found.compared is not None
    said = studies_headline(found).naive
    a, b = said.split("has no skill. ")
    assert b.endswith("do not all name the same naive forecasts; the best of all is last value (0.45).")
    assert a.startswith("a:trial-0 is worse than the best naive forecast (last value, 0.45")
    assert b.startswith("b:trial-0 beats the best naive forecast (last value, 0.45") and "c:" not in said
    assert "not adjusted for the number of studies" in studies_methods(found)
    (tmp_path / "a" / "ledger" / "naive.json").unlink()
    write_naive(tmp_path / "c", NaiveScores({"last": (0.45,)}, {"last": (0.45,)}, own=False))
    assert "same naive forecasts" in studies_headline(beside(tmp_path, "b", "c")).naive  # c names one of two
    write_naive(tmp_path / "c", None)
    two = beside(tmp_path, "a", "c")
    assert studies_headline(two).naive == "" and "naive" not in studies_methods(two)


def test_it_is_said_of_studies_that_cannot_be_compared_as_well(tmp_path: Path) -> None:
    apart = with_naive(tmp_path, {"b": {"last": 0.8}}, a=study(0.6), b=study(0.3, seed=1, data="01" * 32))
    assert studies_headline(apart).naive.startswith("b:trial-0 beats the best naive forecast")
    asked = beside(tmp_path, "a", "b:baseline")
    assert studies_headline(asked).naive.startswith("b:baseline is worse than the best naive forecast")
