"""The page of `tuner monitor` as a reader opens it."""

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.visiting import DESKTOP, PHONE, POOR_CONTRAST, cells, in_order, visit
from tests.deploy.monitoring.models import NOISE, series, series_bundle, walk
from tests.factories import HOSTILE
from tuner.deploy.bundle import read, write
from tuner.deploy.monitoring.page import PAGE, write_monitoring
from tuner.deploy.monitoring.run import monitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring

SIZES = (
    "all => all.map(one => parseFloat(getComputedStyle(one).fontSize) * one.ownerSVGElement.getScreenCTM().a)"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model that grew worse, with a hostile name, beside the one of before; and one just put in use."""
    folder = tmp_path_factory.mktemp("monitoring")
    worse, fresh = folder / "worse", folder / "fresh"
    series_bundle(fresh)
    series_bundle(worse, weights=(0, 0, 0.1, 0.9), identity="before")
    kept = worse / "previous" / "1"
    shutil.copytree(worse, kept, ignore=shutil.ignore_patterns("previous"))
    for name in ("bundle.json", "members", "architecture.json", "expected.npz"):
        one = fresh / name
        (shutil.copytree(one, worse / name, dirs_exist_ok=True) if one.is_dir() else shutil.copy(one, worse))
    write(replace(read(worse), study=HOSTILE[0], configuration=HOSTILE[2]), worse)
    calm = walk(300)
    wild = walk(200, noise=3 * NOISE, start=float(calm[-1]), seed=6)
    write_monitoring(monitor(worse, series(folder, np.concatenate([calm, wild])), every="week"))
    write_monitoring(monitor(fresh))
    return {one.name: one / "monitor" / PAGE for one in (worse, fresh)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(
    ("name", "claim"), [("worse", "Degrading: worse than expected"), ("fresh", "Too few observations to say")]
)
def test_it_opens_in_silence_fits_and_can_be_read(
    browser: "Browser", pages: dict[str, Path], name: str, claim: str, width: int, scheme: str
) -> None:
    with visit(browser, pages[name], width=width, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(POOR_CONTRAST) == []
        assert page.locator(".verdict .claim").inner_text().endswith(claim)
        levels = page.eval_on_selector_all("h1, h2, h3", "found => found.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        links = page.eval_on_selector_all("nav a", "all => all.map(one => one.getAttribute('href'))")
        assert links and all(page.locator(link).is_visible() for link in links)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_figure_and_all_tables_are_seen(browser: "Browser", pages: dict[str, Path], width: int) -> None:
    with visit(browser, pages["worse"], width=width) as page:
        drawing = page.locator("#figure-skill .drawing")
        box = drawing.locator("svg").bounding_box()
        assert box is not None and box["x"] >= 0 and box["width"] > 300 and box["height"] > 150
        assert len(drawing.get_attribute("aria-label") or "") > 40
        sizes = page.eval_on_selector_all("figure svg text", SIZES)
        assert len(sizes) > 10 and min(sizes) >= 11.0
        for table in ("alarms", "seen", "models", "periods"):
            assert page.locator(f"#table-{table} tbody tr").first.is_visible()
        assert cells(page, "table-alarms", 1)[0] == "degrading"
        assert cells(page, "table-models", 0) == ["current", "previous/1"]
        heights = page.eval_on_selector_all(
            "tr", "rows => rows.map(row => row.getBoundingClientRect().height)"
        )
        assert len(heights) > 50 and {height % 1 for height in heights} == {0}
        lines = page.eval_on_selector_all(".date", "all => all.map(one => one.getClientRects().length)")
        assert len(lines) > 2 and set(lines) == {1}
        for table in ("alarms", "seen", "models"):
            box = page.locator(f".scroll:has(#table-{table})")
            assert box.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_before_anything_was_observed_no_table_is_empty(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["fresh"]) as page:
        assert page.locator("figure, table").count() == 0
        assert "skill.png" not in page.locator("footer").inner_text()
        assert "skill.csv" in page.locator("footer").inner_text()


def test_periods_sort_and_are_found(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["worse"]) as page:
        many = page.locator("#table-periods tbody tr").count()
        for column, head in enumerate(page.locator("#table-periods thead th").all()):
            for descending in (False, True):
                head.locator("button").click()
                assert in_order(cells(page, "table-periods", column), descending=descending)
        page.locator("#table-periods-filter input").fill("current 2024")
        assert 10 < page.locator("#table-periods tbody tr").count() < many
        assert set(cells(page, "table-periods", 1)) == {"current"}


def test_a_name_that_is_a_script_is_text(browser: "Browser", pages: dict[str, Path]) -> None:
    with visit(browser, pages["worse"]) as page:
        assert page.locator("h1").inner_text() == HOSTILE[0]
        assert page.locator("script").count() == 1
        assert page.locator("main img, main i, svg script, [onload], [onerror]").count() == 0
