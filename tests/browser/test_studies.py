"""The page of several studies as a reader opens it."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import DESKTOP, PHONE, POOR_CONTRAST, visit
from tests.comparing.test_studies import study
from tests.factories import HOSTILE
from tests.report.studies.test_words import with_naive
from tuner.report.studies import PAGE, write_studies

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studies")
    studies = {
        "lstm": study(0.6),
        HOSTILE[0].replace("/", " "): study(0.5, seed=1),
        "a" * 200: study(0.55, seed=2),
    }
    found = with_naive(folder, {"lstm": {"last": 0.9, "zero": 9.0}}, **studies)
    write_studies(found, folder / "made", ("html",))
    return folder / "made" / PAGE


@pytest.mark.parametrize(("width", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_it_opens_in_silence_fits_and_can_be_read(
    browser: "Browser", path: Path, width: int, scheme: str
) -> None:
    with visit(browser, path, width=width, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(POOR_CONTRAST) == []
        assert page.get_by_text("beats the best naive forecast (last value, 0.9").is_visible()
        levels = page.eval_on_selector_all("h1, h2, h3", "found => found.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        told = [len(one.get_attribute("aria-label") or "") for one in page.locator("[role=img]").all()]
        assert len(told) == 2 and min(told) > 40
        assert page.locator("script, img").count() == 0
