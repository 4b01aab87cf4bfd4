"""Tables of thousands of rows, which a page holds as data: all rows can be reached, sorted and found."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import POOR_CONTRAST, cells, in_order, visit
from tests.factories import HOSTILE, make_configuration, make_result, make_runs
from tuner.records import BASELINE
from tuner.report.cells import MOST_ROWS
from tuner.report.page import render
from tuner.report.view import build_view
from tuner.result import Result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AWKWARD = (
    *HOSTILE,
    "</script><script>alert(2)</script>",
    "<!--<script>",
    "&lt;b&gt;",
    "a\u2028b",
    "__proto__",
)
TRIALS = 600


def long_result() -> Result:
    names = [BASELINE, *AWKWARD, *(f"trial-{number}" for number in range(TRIALS - len(AWKWARD)))]
    runs = []
    for place, name in enumerate(names):
        runs += make_runs(
            "search", name, -0.5 - place / 100, seeds=2, epochs=2, diverged=(1,) if place % 9 == 8 else ()
        )
    configurations = [make_configuration(name, units=place) for place, name in enumerate(names)]
    return make_result(runs, configurations, direction="maximize")


@pytest.fixture(scope="module")
def result() -> Result:
    return long_result()


@pytest.fixture(scope="module")
def path(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("long") / "report.html"
    made.write_text(render(build_view(result, {})), encoding="utf-8")
    return made


def said(page: "Page", table: str) -> str:
    return page.locator(f"#{table}-pager output").inner_text()


def test_all_rows_are_reached_page_by_page(browser: "Browser", path: Path, result: Result) -> None:
    with visit(browser, path) as page:
        found = []
        back, on = page.locator("#table-runs-pager button").all()
        assert back.is_disabled()
        while True:
            found += list(zip(*(cells(page, "table-runs", column) for column in (1, 2, 4)), strict=True))
            if on.is_disabled():
                break
            on.click()
        assert said(page, "table-runs") == "rows 1,201 to 1,202 of 1,202"
        assert len(found) == len(result.runs) == 2 * (TRIALS + 1) > MOST_ROWS
        for (_, index, score), run in zip(found, result.runs, strict=True):
            assert int(index) == run.seed_index
            shown = float(score.replace("\N{MINUS SIGN}", "-")) if score != "—" else None
            wanted = run.scores["validation"] if run.status == "complete" else None
            assert shown == (pytest.approx(wanted, rel=1e-5) if wanted is not None else None)
        back.click()
        assert said(page, "table-runs") == "rows 1,001 to 1,200 of 1,202"


def test_sorting_is_of_all_rows(browser: "Browser", path: Path, result: Result) -> None:
    with visit(browser, path) as page:
        head = page.locator("#table-runs thead button").nth(4)
        head.click()
        lowest = cells(page, "table-runs", 4)
        scores = sorted(run.scores["validation"] for run in result.runs if run.status == "complete")
        assert len(lowest) == 200 and in_order(lowest)
        assert float(lowest[0].replace("\N{MINUS SIGN}", "-")) == pytest.approx(scores[0], rel=1e-5)
        page.locator("#table-runs-pager button").nth(1).click()
        head.click()
        highest = cells(page, "table-runs", 4)
        assert in_order(highest, descending=True)
        assert float(highest[0].replace("\N{MINUS SIGN}", "-")) == pytest.approx(scores[-1], rel=1e-5)
        assert said(page, "table-runs") == "rows 1 to 200 of 1,202"


def test_the_filter_is_over_all_rows(browser: "Browser", path: Path, result: Result) -> None:
    with visit(browser, path) as page:
        page.locator("#table-runs-filter input").fill("trial-590")
        assert cells(page, "table-runs", 1) == ["trial-590"] * 2
        assert page.locator("#table-runs-filter output").inner_text() == "2 of 1,202 rows"
        assert not page.locator("#table-runs-pager").is_visible()
        page.locator("#table-runs-filter input").fill("diverged")
        lost = sum(run.status == "diverged" for run in result.runs)
        assert page.locator("#table-runs .lost").count() == lost > 50


def test_hostile_names_in_data_are_text(browser: "Browser", path: Path) -> None:
    with visit(browser, path) as page:
        shown = cells(page, "table-runs", 1) + cells(page, "table-trials", 0)
        assert {"<script>alert(1)</script>", "</script><script>alert(2)</script>", "&lt;b&gt;"} <= set(shown)
        assert {"<!--<script>", "__proto__", "a\u2028b"} <= set(shown)
        assert page.locator("th[title], td[title]").evaluate_all(
            "all => all.some(one => one.title.length === 10000)"
        )
        assert page.locator("script").count() == 3  # two tables and the script of the page


def test_a_row_looks_the_same_from_data_as_from_markup(
    browser: "Browser", path: Path, tmp_path: Path
) -> None:
    few = long_result()
    kept = tuple(run for run in few.runs if run.configuration in list(few.configurations)[:40])
    small = tmp_path / "small.html"
    names = {run.configuration for run in kept}
    configurations = {name: one for name, one in few.configurations.items() if name in names}
    small.write_text(
        render(build_view(Result(few.setup, configurations, kept, None, ()), {})), encoding="utf-8"
    )
    rows = "rows => rows.slice(0, 20).map(row => row.outerHTML)"
    with visit(browser, small) as page:
        markup = page.eval_on_selector_all("#table-runs tbody tr", rows)
    with visit(browser, path) as page:
        assert page.eval_on_selector_all("#table-runs tbody tr", rows) == markup


def test_the_controls_can_be_read_in_the_dark(browser: "Browser", path: Path) -> None:
    with visit(browser, path, color_scheme="dark", width=390) as page:
        assert page.evaluate(POOR_CONTRAST) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_reader_is_told_where_the_rows_are(browser: "Browser", path: Path) -> None:
    with visit(browser, path, java_script_enabled=False) as page:
        remark = page.locator("#table-runs-rows + noscript p")
        assert remark.is_visible() and "1,202 rows are drawn by a script" in remark.inner_text()
        assert not page.locator("#table-runs-pager").is_visible()
