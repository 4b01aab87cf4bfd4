"""The report as a reader opens it: from disk, on a desk or a phone, by day or by night, on paper."""

import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.visiting import DESKTOP, PHONE, POOR_CONTRAST, cells, in_order, visit
from tests.factories import HOSTILE, hostile_result, store, usual_result
from tests.forecasting import kept, with_predictions
from tuner.figures.showing import shown
from tuner.records import NaiveScores
from tuner.report import write_report
from tuner.report.write import PAGE, write_formats
from tuner.result import Result, load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SIZES = (
    "all => all.map(one => parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.getScreenCTM().a)"
)
CARD = "getComputedStyle(document.querySelector('#figure-shown')).backgroundColor"

SORTABLE = ("table-trials", "table-runs")


def report_of(result: Result, folder: Path) -> Path:
    return write_report(load(store(result, folder)), folder)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A usual report and one of hostile names, each made from a ledger."""
    made = {"usual": usual_result(trials=12, sampler="random"), "hostile": hostile_result()}
    return {name: report_of(result, tmp_path_factory.mktemp(name)) for name, result in made.items()}


def pixels_of(element: "Locator") -> np.ndarray:
    """What an element looks like, shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("RGB")).astype(int)


def rows_of(page: "Page", table: str) -> list[list[str]]:
    rows: list[list[str]] = page.eval_on_selector_all(
        f"#{table} tbody tr", "rows => rows.map(row => Array.from(row.cells, cell => cell.textContent))"
    )
    return rows


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_a_page_opens_in_silence_fits_and_can_be_read(
    browser: "Browser", pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    with visit(browser, pages[name], width=width, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(POOR_CONTRAST) == []
        page.mouse.wheel(500, 0)
        assert page.evaluate("window.scrollX") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_page_is_black_on_white_and_leaves_the_runs_out(
    browser: "Browser", pages: dict[str, Path], scheme: str
) -> None:
    with visit(browser, pages["usual"], width=700) as page:
        page.emulate_media(media="print", color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert (
            page.evaluate("getComputedStyle(document.querySelector('figure text')).fill") == "rgb(31, 36, 48)"
        )
        assert page.evaluate(POOR_CONTRAST) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 700
        assert not page.locator("#table-runs").is_visible()
        assert page.get_by_text("The table of all runs is left out in print").is_visible()
        assert page.pdf().startswith(b"%PDF")


def test_a_page_is_built_for_those_who_do_not_see_it(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["usual"]) as page:
        assert page.locator("html").get_attribute("lang") == "en"
        assert "trial-1 is better than the baseline" in page.title()
        for landmark in ("banner", "navigation", "main", "contentinfo"):
            assert page.get_by_role(landmark).count() == 1
        levels = page.eval_on_selector_all("h1, h2, h3", "found => found.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert page.locator("table th:not([scope])").count() == 0
        links = page.eval_on_selector_all("nav a", "all => all.map(one => one.getAttribute('href'))")
        assert len(links) > 4 and all(page.locator(link).is_visible() for link in links)


def test_every_figure_is_seen_told_and_explained(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["usual"], width=PHONE) as page:
        figures = page.locator("figure").all()
        assert len(figures) == len(list((pages["usual"].parent / "figures").glob("*.png")))
        for figure in figures:
            drawing = figure.locator("[role=img]")
            assert len(drawing.get_attribute("aria-label") or "") > 40
            assert len(figure.locator("figcaption").inner_text()) > 100
            outer, inner = figure.bounding_box(), drawing.bounding_box()
            assert outer is not None and inner is not None
            assert inner["width"] > 0.85 * outer["width"] and inner["height"] > 100
            assert inner["x"] >= 0 and inner["x"] + inner["width"] <= PHONE


@pytest.mark.parametrize("width", [320, PHONE, 700, 992, DESKTOP])
def test_the_letters_of_figures_can_be_read(browser: "Browser", pages: dict[str, Path], width: int) -> None:
    with visit(browser, pages["usual"], width=width) as page:
        sizes = page.eval_on_selector_all("figure svg text", SIZES)
        assert len(sizes) > 200 and min(sizes) >= 11.0
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_figure_wider_than_a_phone_scrolls_by_the_keyboard_to_its_end(
    browser: "Browser", pages: dict[str, Path]
) -> None:
    with visit(browser, pages["usual"], width=PHONE) as page:
        for drawing in page.locator("figure .drawing").all():
            drawing.focus()
            hidden = drawing.evaluate("one => one.scrollWidth - one.clientWidth")
            assert hidden > 100
            for _ in range(hidden // 30 + 1):
                page.keyboard.press("ArrowRight")
            page.wait_for_function(
                "([one, end]) => one.scrollLeft >= end", arg=[drawing.element_handle(), hidden - 1]
            )
            assert page.evaluate("window.scrollX") == 0
    with visit(browser, pages["usual"]) as page:
        assert page.eval_on_selector_all(
            ".drawing", "all => all.every(one => one.scrollWidth <= one.clientWidth)"
        )


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_rows_are_whole_pixels_high(browser: "Browser", pages: dict[str, Path], width: int) -> None:
    """The first column, which stays in its place, is rounded by itself: its lines would be off by one."""
    for path in pages.values():
        with visit(browser, path, width=width) as page:
            heights = page.eval_on_selector_all(
                "tr", "rows => rows.map(row => row.getBoundingClientRect().height)"
            )
            assert len(heights) > 50 and {height % 1 for height in heights} == {0}


STACKED = ("table-results", "table-naive", "table-diagnoses")


def test_on_a_phone_the_rows_of_wide_tables_are_seen_whole(browser: "Browser", tmp_path: Path) -> None:
    """Every number stands within the screen, under the name of its column; on a desk the table is one."""
    path = report_of(usual_result(trials=4), tmp_path)
    kept = load(path.parent)
    scores = NaiveScores({"zero": (0.37,), "last": (0.05,)}, {"zero": (0.4,), "last": (0.06,)})
    write_report(replace(kept, naive=scores), path.parent)
    with visit(browser, path, width=PHONE) as page:
        for table in STACKED:
            box = page.locator(f".scroll:has(#{table})")
            assert box.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
            for cell in page.locator(f"#{table} tbody td").all():
                where = cell.bounding_box()
                assert where is not None and where["x"] >= 0 and where["x"] + where["width"] <= PHONE
                named = cell.evaluate("one => getComputedStyle(one, '::before').content")
                assert len(named) > 2 and named == f'"{cell.get_attribute("data-of")}"'
    with visit(browser, path) as page:
        heads = page.locator("#table-results thead th").all_inner_texts()
        first = page.locator("#table-results tbody tr").first.locator("td").all()
        assert [cell.get_attribute("data-of") for cell in first] == heads[1:]
        tops = {(cell.bounding_box() or {"y": 0.0})["y"] for cell in first}
        assert len(tops) == 1
        assert first[0].evaluate("one => getComputedStyle(one, '::before').content") == "none"


def test_what_a_table_explains_is_seen_on_a_phone_and_in_print(
    browser: "Browser", pages: dict[str, Path]
) -> None:
    with visit(browser, pages["usual"], width=PHONE) as page:
        for media in ("screen", "print"):
            page.emulate_media(media=media)
            for words in ("almost stochastic order", "its 95\N{NO-BREAK SPACE}% t interval"):
                assert page.locator(".legend li", has_text=words).is_visible()


@pytest.mark.parametrize("images", [False, True])
def test_a_drawing_of_the_study_follows_a_dark_page_and_an_image_keeps_its_colours(
    browser: "Browser", tmp_path: Path, images: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuner.report.pictures.PANELS", ())  # other figures take their time

    def show(ax: Any, y_pred: Any) -> None:
        ax.imshow(np.eye(3)) if images else ax.plot([0, 1], "k")

    result = with_predictions(kept())
    write_formats(replace(result, shown=shown(show, result)), tmp_path, ("html",))
    with visit(browser, tmp_path / PAGE, color_scheme="dark") as page:
        picture = pixels_of(page.locator("#figure-shown img"))
        ground = np.median(picture.reshape(-1, 3), axis=0)
        card = [int(part) for part in re.findall(r"\d+", page.evaluate(CARD))]
        if images:
            assert ground.tolist() == [255, 255, 255]
        else:
            assert np.abs(ground - card).max() <= 2 and picture.max() > 200  # black lines are white


@pytest.mark.parametrize("table", SORTABLE)
def test_every_column_sorts_up_and_down(browser: "Browser", pages: dict[str, Path], table: str) -> None:
    with visit(browser, pages["usual"]) as page:
        before = sorted(rows_of(page, table))
        heads = page.locator(f"#{table} thead th").all()
        assert len(heads) > 8
        for column, head in enumerate(heads):
            for direction in ("ascending", "descending"):
                head.locator("button").click()
                shown = cells(page, table, column)
                assert in_order(shown, descending=direction == "descending"), (column, shown)
                sorted_by = page.locator(f"#{table} [aria-sort]")
                assert sorted_by.count() == 1 and head.get_attribute("aria-sort") == direction
        assert sorted(rows_of(page, table)) == before


def test_a_column_sorts_by_the_keyboard_and_ties_keep_their_order(
    browser: "Browser", pages: dict[str, Path]
) -> None:
    with visit(browser, pages["usual"]) as page:
        for column in (2, 0):  # by seed index, then by phase
            page.locator("#table-runs thead button").nth(column).press("Enter")
        pairs = list(zip(cells(page, "table-runs", 0), map(int, cells(page, "table-runs", 2)), strict=True))
        assert len(pairs) > 50 and pairs == sorted(pairs)


def test_the_filter_finds_and_counts(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["usual"]) as page:
        everything = rows_of(page, "table-runs")
        field = page.locator("#table-runs-filter input")
        counted = page.locator("#table-runs-filter output")
        for words in ("trial-3 diverged", "CONFIRMATION  baseline", "no such run", ""):
            field.fill(words)
            wanted = [
                row
                for row in everything
                if all(word in " ".join(row).lower() for word in words.lower().split())
            ]
            assert rows_of(page, "table-runs") == wanted
            assert counted.inner_text() == f"{len(wanted)} of {len(everything)} rows"
        field.fill("trial-3 diverged")
        page.locator("#table-runs thead button").nth(2).click()
        assert len(rows_of(page, "table-runs")) == 2 and in_order(cells(page, "table-runs", 2))


def test_a_page_that_loads_itself_again_keeps_its_filters_and_its_place(
    browser: "Browser", tmp_path: Path
) -> None:
    write_formats(usual_result(trials=30), tmp_path, ("html",), reload=600)
    sought = {"table-trials": "trial-1", "table-runs": "trial-3 search"}
    with visit(browser, tmp_path / PAGE) as page:
        for table, words in sought.items():
            page.locator(f"#{table}-filter input").fill(words)
        page.evaluate("scrollTo({ top: 700, behavior: 'instant' })")
        before, place = {table: rows_of(page, table) for table in sought}, page.evaluate("scrollY")
        page.reload()
        for table, words in sought.items():
            assert page.locator(f"#{table}-filter input").input_value() == words
            assert rows_of(page, table) == before[table]
        assert page.evaluate("scrollY") == place > 0


def test_hostile_names_are_seen_as_they_are(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["hostile"]) as page:
        assert page.get_by_role("cell", name=HOSTILE[0], exact=True).first.is_visible()
        assert page.locator("script").count() == 1
        assert page.locator("main img, main i, svg script, [onload], [onerror]").count() == 0
        page.locator("#table-runs-filter input").fill("<script>")
        assert len(rows_of(page, "table-runs")) == 8
        longest = page.locator("#table-runs").evaluate("table => table.getBoundingClientRect().width")
        assert longest < 2 * DESKTOP


def test_without_scripts_the_tables_are_there(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["usual"], java_script_enabled=False) as page:
        assert page.locator("#table-runs tbody tr").count() > 50
        assert not page.locator("#table-runs-filter").is_visible()
