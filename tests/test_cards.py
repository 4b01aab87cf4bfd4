"""What records show of themselves: the same in text and in HTML, escaped, in the reader's own colours."""

import re
from typing import Any

import numpy as np
import pytest

import tuner
from tests.factories import make_configuration, make_result, make_runs, usual_result
from tests.report.test_naive import beside
from tests.report.test_page import Page
from tuner.cards import Card, Readable, as_html, as_text, between, interval, number, shown, signed
from tuner.records import BASELINE
from tuner.result import Measured, Result
from tuner.skill import skill

RNG = np.random.default_rng(0)
TAGS = {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
OLD, NEW = RNG.normal(1.0, 0.1, 10), RNG.normal(0.8, 0.1, 10)
HOSTILE = ("<script>alert(1)</script>", "$x^2$ & \"quoted'", "a\nb\x1b[31m\ud800\u202e", "x" * 10_000)


def hostile() -> Result:
    runs, configurations = [], []
    for name in (BASELINE, *HOSTILE):
        configurations.append(make_configuration(name))
        runs += make_runs("confirmation", name, 0.02, seeds=6)
    return make_result(runs, configurations, HOSTILE, study="</p><b>study", metric="<i>")


def test_a_metric_with_a_long_name_leaves_room_for_the_numbers() -> None:
    runs = make_runs("confirmation", BASELINE, 0.02, seeds=6)
    result = make_result(runs, [make_configuration(BASELINE)], metric="m" * 10_000)
    assert max(map(len, str(result).splitlines())) < 300


def unfinished() -> Result:
    return make_result(make_runs("search", BASELINE, 0.1, seeds=3), [make_configuration(BASELINE)])


def must(one: Measured | None) -> Measured:
    assert one is not None
    return one


SHOWN: dict[str, Readable] = {
    "comparison": tuner.compare(NEW, OLD, margin=0.05),
    "failures": tuner.compare([*NEW, np.nan], OLD),
    "reference": tuner.compare(NEW, 0.8),
    "too few": tuner.compare(NEW[:2], OLD[:2]),
    "summary": tuner.describe(OLD, bootstrap=True),
    "one run": tuner.describe([1.0]),
    "all failed": tuner.describe([np.nan, np.nan]),
    "result": usual_result(margin=0.004),
    "one configuration": usual_result().finalists[0],
    "baseline alone": must(usual_result().baseline),
    "comparisons": tuner.compare_all({"old": OLD, "new": NEW, "<b>": [*OLD, np.nan]}, baseline="old"),
    "no comparisons": tuner.compare_all({"old": OLD}, baseline="old"),
    "equivalence": tuner.compare_all({"old": OLD, "new": NEW}, baseline="old", margin=1.0),
    "secondary": tuner.compare(NEW, OLD).sensitivity(),
    "naive": beside(usual_result(), linear=0.04),
    "unfinished": unfinished(),
    "hostile": hostile(),
}


@pytest.mark.parametrize("one", SHOWN.values(), ids=SHOWN)
def test_ipython_finds_the_text_before_the_repr(one: Readable) -> None:
    """It looks through the classes in their order for either, in each for this one first."""
    first = next(kind for kind in type(one).__mro__ if {"_repr_pretty_", "__repr__"} & set(vars(kind)))
    assert "_repr_pretty_" in vars(first)


@pytest.mark.parametrize("one", SHOWN.values(), ids=SHOWN)
def test_html_is_whole_and_says_what_the_text_says(one: Readable) -> None:
    html, text = one._repr_html_(), str(one)
    html.encode("utf-8")
    page, card = Page(html), one._card()
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not {"script", "on"} & {name[:2] for _, attributes in page.tags for name in attributes}
    for said in (card.title, *card.head, *(cell for row in card.rows for cell in row), *card.notes):
        readable = "".join(character if character.isprintable() else " " for character in said)
        assert readable in page.text and readable in text
    assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) == {"\n"}
    assert not re.search(r"\b(nan|inf|None)\b", text)


@pytest.mark.parametrize("one", SHOWN.values(), ids=SHOWN)
def test_colours_are_the_readers_own_and_nothing_is_fetched(one: Readable) -> None:
    html = one._repr_html_()
    assert not re.search(r"(?<![-\w])(color|background)\s*:", html)
    assert "http" not in html and "url(" not in html and "<style" not in html
    assert "mathjax_ignore" in html


def test_a_comparison_says_its_verdict_and_its_numbers() -> None:
    found = tuner.compare(NEW, OLD)
    text = str(found)
    assert text.startswith("candidate is better than the baseline\n")
    for expected in (f"{found.difference:.4g}", f"{found.p_value:.2g}", found.method, "10 against 10"):
        assert expected in text
    assert str(tuner.compare(NEW, 0.8)).splitlines()[0].endswith("the reference 0.8")
    assert "needed" in str(tuner.compare(OLD, RNG.normal(1.01, 0.1, 10)))


def test_adjusted_p_values_are_told_where_they_differ() -> None:
    first, second = tuner.compare_all({"old": OLD, "a": NEW, "b": OLD + 0.01}, baseline="old")
    assert f"adjusted {first.p_adjusted:.2g}" in str(first)
    assert second.p_adjusted == second.p_value and "adjusted" not in str(second)


def test_a_summary_has_every_estimate_with_its_interval() -> None:
    found = tuner.describe(OLD, level=0.9)
    text = str(found)
    assert text.startswith("10 runs\n")
    assert f"{found.mean:.4g} (90 % interval {between(found.interval.low, found.interval.high)})" in text
    assert str(tuner.describe([1.0, np.nan])).startswith("2 runs, 1 of them failed\n")


def test_a_result_has_a_row_for_every_confirmed_configuration() -> None:
    result = usual_result()
    card = result._card()
    assert card.title == "encdec_sine: trial-1 is better than the baseline"
    assert [row[0] for row in card.rows] == [BASELINE, *(one.name for one in result.finalists)]
    assert all(len(row) == len(card.head) for row in card.rows)
    assert repr(result) == "<Result of encdec_sine: trial-1 is better than the baseline; 61 runs>"
    assert repr(unfinished()) == "<Result of encdec_sine: confirmation has not finished; 3 runs>"


def test_a_result_says_whether_there_is_skill() -> None:
    card = beside(usual_result(), linear=0.001)._card()
    assert card.title.endswith("; all are worse than a naive forecast")
    assert card.notes[0] == (
        "Every configuration is worse than the best naive forecast (linear regression, 0.001): there is no "
        "skill here."
    )
    result = beside(usual_result(), linear=0.04)
    card, found = result._card(), skill(result)
    assert found is not None and card.head[-1] == "vs naive"
    assert [row[-1] for row in card.rows] == [found.comparisons[row[0]].verdict for row in card.rows]
    assert card.notes[0] == "trial-1 beats the best naive forecast (linear regression, 0.04)."
    assert "naive" not in str(usual_result())


def test_comparisons_are_a_tuple_with_a_row_for_each() -> None:
    found = tuner.compare_all({"old": OLD, "new": NEW, "same": OLD}, baseline="old")
    assert found == tuple(found) and isinstance(found, tuple) and found[0].name == "new"
    first, second = found
    card = found._card()
    assert card.title == "Against the baseline: 1 better, 1 undecided"
    assert [row[0] for row in card.rows] == ["new", "same"]
    assert card.rows[0][5] == f"{first.p_adjusted:.2g}"
    chances = first.interval_superiority
    assert (
        card.rows[0][6] == f"{first.probability_of_superiority:.4g} ({chances.low:.2g} to {chances.high:.2g})"
    )
    assert all(f"{second.name}: {flag}" in card.notes for flag in second.flags)


def test_a_configuration_and_the_secondary_tests_show_their_numbers() -> None:
    result = usual_result()
    best = result.best
    assert best is not None and best.comparison is not None
    assert "units" in str(best) and f"{best.summary.mean:.4g}" in str(best)
    assert str(best).startswith("trial-1, better than the baseline\n")
    found = tuner.compare(NEW, OLD).sensitivity()
    assert [row[0] for row in found._card().rows] == [one.name for one in found.tests]
    assert f"p = {found.tests[0].p_value:.2g}" in str(found)


def test_a_terminal_of_ipython_gets_the_text() -> None:
    class Printer:
        said = ""

        def text(self, text: str) -> None:
            self.said += text

    printer: Any = Printer()
    found = tuner.describe(OLD)
    found._repr_pretty_(printer, cycle=False)
    assert printer.said == str(found)


def test_headings_and_labels_are_headers_for_those_who_listen() -> None:
    with_head = Page(as_html(Card("t", (("a", "1"),), ("name", "value"))))
    scopes = [attributes["scope"] for tag, attributes in with_head.tags if tag == "th"]
    assert scopes == ["col", "col", "row"]
    without = Page(as_html(Card("t", (("label", "value"),))))
    assert [attributes["scope"] for tag, attributes in without.tags if tag == "th"] == ["row"]
    assert [tag for tag, _ in Page(as_html(Card("only a title"))).tags] == ["div", "p"]


def test_columns_line_up() -> None:
    lines = as_text(Card("t", (("a", "1"), ("longer", "10")), ("name", "value"))).splitlines()
    assert lines[1:] == ["  name    value", "  a           1", "  longer     10"]


def test_numbers_in_a_line() -> None:
    assert (number(0.123456), number(float("nan"))) == ("0.1235", "-")
    assert (signed(0.5), interval(float("nan"), 1.0), between(0.0, float("inf"))) == ("+0.5", "", "")
    assert shown("a" * 100, 10) == "a" * 9 + "…"
