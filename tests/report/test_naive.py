"""What the report says of naive forecasts: the sentence, the table, the methods, in every format."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import hostile_result, make_configuration, make_result, make_runs, store, usual_result
from tests.report.test_page import Page
from tuner.console import print_result
from tuner.errors import LedgerError
from tuner.naive_file import write_naive
from tuner.records import BASELINE, NaiveScores
from tuner.report.documents import latex_document, markdown_document
from tuner.report.methods import methods
from tuner.report.naive_table import naive_table
from tuner.report.naive_words import naive_remarks, naive_sentence
from tuner.report.page import render
from tuner.report.tables import results_caption
from tuner.report.verdict import headline
from tuner.report.view import View, build_view, warnings
from tuner.report.write import FORMATS, write_formats
from tuner.result import Result, load
from tuner.skill import skill


def beside(result: Result, *, own: bool = False, **scores: Any) -> Result:
    found = {name: score if own else (score,) for name, score in scores.items()}
    return replace(result, naive=NaiveScores(found, found, own))


def two(first: float, second: float, seeds: int = 10, **setup: Any) -> Result:
    """A baseline and one finalist with scores around these."""
    runs = make_runs("confirmation", BASELINE, first, seeds=seeds)
    runs += make_runs("confirmation", "a", second, seeds=seeds)
    return make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], ["a"], **setup)


def alone(center: float, seeds: int = 10) -> Result:
    runs = make_runs("confirmation", BASELINE, center, seeds=seeds)
    return make_result(runs, [make_configuration(BASELINE)])


def test_no_skill_is_said_as_plainly_as_possible() -> None:
    said = headline(beside(two(0.5, 0.4), last=0.1, zero=9.0)).naive
    assert said == (
        "All of these configurations are worse than repeating the last value (0.1000): there is no "
        "skill here."
    )
    said = headline(beside(alone(0.5), linear=0.1)).naive
    assert said == "The baseline is worse than linear regression (0.1000): there is no skill here."


def test_skill_is_said_with_its_size() -> None:
    result = beside(two(0.5, 0.2), linear=0.31, last=0.4)
    found = skill(result)
    assert found is not None
    assert naive_sentence(result) == (
        "a beats the best naive forecast (linear regression, 0.3100) by "
        f"{found.gain('a'):.4f}. Of the others, the baseline is worse than it."
    )
    assert naive_sentence(beside(two(0.2, 0.5), mean=0.4)).startswith(
        "The baseline beats the best naive forecast (training mean, 0.4000) by "
    )
    higher = beside(two(0.5, 0.9, direction="maximize", metric="accuracy"), majority=0.7)
    assert naive_sentence(higher).startswith("a beats the best naive forecast (most frequent class, 0.7")


def test_what_is_not_shown_is_not_claimed() -> None:
    said = naive_sentence(beside(alone(0.5), zero=0.5))
    assert said.startswith(
        "The baseline is not shown to beat the best naive forecast (zero, 0.5000); difference"
    )
    assert "adjusted p = " in said
    few = naive_sentence(beside(two(0.5, 0.4, seeds=3), zero=0.9))
    assert few.startswith(
        "Too few seeds to say whether the baseline beats the best naive forecast (zero, 0.9"
    )
    same = naive_sentence(beside(two(0.5, 0.5, margin=0.3), zero=0.52))
    assert same.startswith("The baseline is equivalent to the best naive forecast (zero, 0.5")
    assert "it has no skill that matters (adjusted equivalence p = " in same
    assert same.endswith("Of the others, a is equivalent to it.")
    mixed = naive_sentence(beside(two(0.5, 0.7), zero=0.5))
    assert "Of the others, a is worse than it." in mixed


def test_a_better_one_may_be_worse_than_naive() -> None:
    result = usual_result()  # trial-1 is better than the baseline; both lose against 0.03
    found = beside(result, zero=0.03)
    assert headline(found).claim == "trial-1 is better than the baseline"
    compared = skill(found)
    assert compared is not None and compared.comparisons["trial-1"].verdict == "worse" and compared.without
    assert "there is no skill here" in headline(found).naive


def test_nothing_is_said_without_forecasts() -> None:
    result = usual_result()
    view = build_view(result, ())
    assert (headline(result).naive, view.naive.rows, naive_remarks(result)) == ("", (), ())
    assert not any("aive" in paragraph for paragraph in methods(result))
    assert "naive" not in markdown_document(view).lower() and "naive" not in latex_document(view)
    unfinished = make_result(make_runs("search", BASELINE, 0.4, seeds=3), [make_configuration(BASELINE)])
    assert naive_table(beside(unfinished, zero=1.0)).rows == ()
    assert headline(beside(unfinished, zero=1.0)).naive == ""


def test_the_table_has_the_forecasts_best_first_and_every_configuration() -> None:
    result = beside(usual_result(), zero=0.37, linear=0.04, last=0.05)
    table = naive_table(result)
    assert [row[0].text for row in table.rows] == [
        "linear regression",
        "last value",
        "zero",
        BASELINE,
        *(one.name for one in result.finalists),
    ]
    assert table.strong == {0} and [row[1].text for row in table.rows[:3]] == [
        "0.04000",
        "0.05000",
        "0.37000",
    ]
    assert [row[3].badge for row in table.rows] == ["", "", "", "worse", "better", "worse", "worse"]
    assert table.remark.startswith(
        "Naive forecasts on the test split: linear regression 0.04000, repeating the last value 0.05000 and "
        "predicting zero 0.37000; lower is better."
    )
    highest = replace(result, setup=replace(result.setup, direction="maximize"))
    assert naive_table(highest).rows[0][0].text == "zero"


def test_forecasts_of_data_of_their_own_are_averaged_and_paired() -> None:
    naive = tuple(0.9 + 0.01 * seed for seed in range(10))
    result = beside(two(0.5, 0.4, paired=True), own=True, mean=naive)
    assert "0.9450, on average over the data of the seeds; lower is better." in naive_table(result).remark
    assert naive_table(result).rows[0][1].note == "SD 0.0303"
    assert "SD is the standard deviation over data" in naive_table(result).columns[1].hint
    assert "SD" not in naive_table(beside(two(0.5, 0.4), mean=0.9)).columns[1].hint
    text = next(paragraph for paragraph in methods(result) if paragraph.startswith("Naive forecasts"))
    assert "in pairs (paired t-test, two-sided" in text
    short = beside(two(0.5, 0.4, paired=True), own=True, mean=naive[:4])
    assert [row[3].text for row in naive_table(short).rows] == ["—"] * 3
    assert naive_table(beside(two(0.5, 0.4), zero=1.0)).rows[0][1].note == ""
    assert naive_sentence(short) == ""


def test_the_methods_say_what_was_compared() -> None:
    result = beside(usual_result(), linear=0.04)
    (text,) = (paragraph for paragraph in methods(result) if paragraph.startswith("Naive forecasts"))
    assert "The baseline and every finalist were compared with the best of them, linear regression" in text
    assert "that fixed number (one-sample t-test and sign test, two-sided, error rate 0.05" in text
    assert "by Holm's method, for 4 configurations" in text
    (one,) = (
        paragraph
        for paragraph in methods(beside(alone(0.5), zero=1.0))
        if "The baseline was comp" in paragraph
    )
    assert "Holm" not in one
    assert "The best naive forecast, linear regression (0.04000), needs no training." in results_caption(
        result
    )


def test_why_there_is_no_score_is_kept_in_mind() -> None:
    result = usual_result()
    why = dict.fromkeys(("last", "linear"), "the test split comes batch by batch")
    found = replace(result, naive=NaiveScores({}, {}, reasons=why))
    line = "No naive forecast by last value and linear regression: the test split comes batch by batch."
    assert naive_remarks(found) == (line,) and line in warnings(found)
    assert naive_table(found).rows == ()


@pytest.fixture(scope="module")
def view() -> View:
    return build_view(beside(usual_result(), linear=0.04, zero=0.37), ())


def test_the_page_shows_sentence_table_and_remark(view: View) -> None:
    page = Page(render(view))
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert view.headline.naive.replace("\N{NO-BREAK SPACE}", " ") in text
    assert view.naive.remark in text and "naive" in page.attributes("id")
    assert "table-naive" in page.attributes("id")


def test_the_exports_have_them_too(view: View) -> None:
    text = markdown_document(view)
    assert "## Against naive forecasts" in text and "| **linear regression (naive)** | 0.04000 |" in text
    assert "trial-1 beats the best naive forecast (linear regression, 0.04000)" in text
    tex = latex_document(view)
    assert tex.count("\\begin{table}") == tex.count("\\end{table}") == 2
    assert "\\label{tab:encdec-sine-naive}" in tex and "\\textbf{linear regression}" in tex


def test_the_console_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(beside(usual_result(), linear=0.04, zero=0.37))
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("trial-1 beats the best naive forecast (linear regression, 0.04000) by")
    header, *rows = lines[3:8]
    assert header.rstrip().endswith("vs naive")
    assert [row.split()[-1] for row in rows] == ["worse", "better", "worse", "worse"]
    assert lines[8].startswith("Naive forecasts on the test split: linear regression 0.04000")


def test_a_folder_tells_them_again_without_the_study(tmp_path: Path) -> None:
    folder = store(usual_result(), tmp_path / "run")
    scores = NaiveScores({"zero": (0.37,), "last": (0.04,)}, {"zero": (0.36,), "last": (0.05,)})
    write_naive(folder, scores)
    write_formats(load(folder), folder, FORMATS)
    summary = json.loads((folder / "summary.json").read_text("utf-8"))["naive"]
    assert summary["test"] == {"zero": 0.37, "last": 0.04} and summary["best"] == "last"
    assert summary["validation"] == {"zero": 0.36, "last": 0.05} and summary["reasons"] == {}
    assert {name: one["verdict"] for name, one in summary["against_best"].items()} == {
        "baseline": "worse",
        "trial-1": "better",
        "trial-2": "worse",
        "trial-3": "worse",
    }
    assert "repeating the last value" in (folder / "report.html").read_text("utf-8")


def test_hostile_content_stays_text_or_is_refused(tmp_path: Path) -> None:
    reasons = {"zero": "</p><script>alert(1)</script>\x1b[31m" + "x" * 10_000}
    scores = NaiveScores(
        {"last": (0.5,)}, {"last": (0.5,)}, reasons=reasons, remark="<svg onload=alert(2)>\n"
    )
    result = replace(hostile_result(), naive=scores)
    html = render(build_view(result, ()))
    assert "<script>alert" not in html and "<svg onload" not in html
    assert "x" * 400 not in html.replace("x" * 1000, "")
    Page(html)
    folder = store(usual_result(), tmp_path / "run")
    path = folder / "ledger" / "naive.json"
    path.write_text('{"test": {"zero": ["__import__"]}}')
    with pytest.raises(LedgerError, match=r"naive\.json"):
        load(folder)


def without_spread(first: float, second: float) -> Result:
    """A baseline and a finalist whose seeds all score the same."""
    result = two(first, second, seeds=5)
    centers = {BASELINE: first, "a": second}
    runs = [replace(run, scores=dict.fromkeys(run.scores, centers[run.configuration])) for run in result.runs]
    return make_result(runs, [make_configuration(name) for name in centers], ["a"])


def test_without_a_spread_no_p_value_is_shown_and_the_reason_is(capsys: pytest.CaptureFixture[str]) -> None:
    result = beside(without_spread(0.3, 2 / 7), last=3 / 7)
    found = skill(result)
    assert found is not None and all(one.without_test for one in found.comparisons.values())
    assert headline(result).naive == (
        "The baseline is not shown to beat the best naive forecast (last value, 0.4286): "
        "difference \N{MINUS SIGN}0.1286 for every seed, and without a spread no t-test is possible. Of "
        "the others, a is undecided."
    )
    assert "p = " not in headline(result).evidence
    assert [row[-1].text for row in naive_table(result).rows] == ["—"] * 3
    assert [row[-1].note for row in naive_table(result).rows[1:]] == ["no spread, no test"] * 2
    (said,) = naive_remarks(result)
    assert said in warnings(result) and said.startswith(
        "Against the best naive forecast the baseline and a have the same difference for every seed: there "
        "is no spread to judge by, and the t-test cannot be used."
    )
    print_result(result)
    shown = capsys.readouterr().out
    assert "nan" not in shown and said in shown.replace("\n", " ")


def test_a_spread_leaves_no_such_remark() -> None:
    assert naive_remarks(beside(two(0.5, 0.4), last=0.45)) == ()
