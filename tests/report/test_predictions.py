"""The section with predictions: its figures, its words, and what the study itself shows, as inert content."""

import base64
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs
from tests.forecasting import counted, kept, points, with_predictions
from tests.report.test_page import Page
from tuner.figures.showing import shown
from tuner.predictions import Predictions, joined
from tuner.records import BASELINE, Run, Shown
from tuner.report.page import render
from tuner.report.panels import PANELS
from tuner.report.panels.base import Panel
from tuner.report.panels.confusion import CONFUSION
from tuner.report.panels.forecasts import FORECASTS
from tuner.report.panels.predicted import PREDICTED
from tuner.report.pictures import draw_pictures
from tuner.report.view import build_view
from tuner.result import Result

OURS = tuple(panel for panel in PANELS if panel.section == "predictions")


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other figures are drawn: they take their time."""
    monkeypatch.setattr("tuner.report.pictures.PANELS", OURS)


def page_of(result: Result) -> str:
    return render(build_view(result, draw_pictures(result)))


def own(count: int = 3) -> Predictions:
    return joined([replace(kept(1, examples=1), seeds=(seed,), own=True) for seed in range(count)])


@pytest.mark.parametrize(
    ("made", "key", "said"),
    [
        (kept(), "forecasts", "each of 10 seeds of trial-1 predicted is a thin line"),
        (kept(features=5), "forecasts", "The first 3 of 5 features are shown."),
        (kept(1, examples=1), "forecasts", "Nobody chose the examples"),
        (own(), "forecasts", "Every seed has test examples of its own"),
        (points(), "predicted", "the median of what 10 seeds predict"),
        (replace(points(1), own=True), "predicted", "what its seed predicts"),
        (counted(), "confusion", "labels of the test split are counted"),
        (counted(1, classes=12), "confusion", "mean over 1 seed."),
    ],
)
def test_each_kind_of_target_has_its_figure(made: Predictions, key: str, said: str) -> None:
    result = with_predictions(made)
    pictures = draw_pictures(result)
    assert [picture.key for picture in pictures] == [key]
    page = Page(html := render(build_view(result, pictures)))
    assert f'id="figure-{key}"' in html and said in page.text
    assert html.index('id="results"') < html.index('id="predictions"') < html.index('id="search"')
    assert 'href="#predictions"' in html


def test_without_predictions_there_is_no_section() -> None:
    result = with_predictions(Predictions(reason="every example is too large"))
    html = page_of(result)
    assert 'id="predictions"' not in html and "#predictions" not in html
    assert "are not kept: every example is too large" in Page(html).text
    assert "are not kept" not in page_of(with_predictions(Predictions()))


def test_the_baseline_is_named_where_it_is_shown() -> None:
    made = kept(4)
    beside = with_predictions(made, replace(made, y_pred=made.y_pred + 1))
    assert "Dotted is the median of the baseline." in Page(page_of(beside)).text
    assert "Dotted" not in Page(page_of(with_predictions(made))).text


def test_the_section_comes_after_the_training_and_is_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    training = tuple(panel for panel in PANELS if panel.section == "training")
    monkeypatch.setattr("tuner.report.pictures.PANELS", (*training, *OURS))
    html = page_of(with_predictions(made := kept(3)))
    assert html.index('id="curves"') < html.index('id="predictions"') < html.index('id="search"')
    assert page_of(with_predictions(made)) == html


TEXTS = Shown("trial-1", 10, ("example 4", "<i>"), ("3+10+8 = 21, said 21", "<script>alert(1)</script>\x00"))


def test_texts_are_a_table_of_text() -> None:
    page = Page(html := page_of(replace(with_predictions(kept()), shown=TEXTS)))
    assert "3+10+8 = 21, said 21" in page.text and "<script>alert(1)</script>" in page.text
    assert 'id="table-shown"' in html and "What the study shows of trial-1" in page.text
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 1 and "i" not in tags and "img" not in tags and "\x00" not in html


def drawn() -> Shown:
    found = shown(lambda ax, y_pred: ax.plot(np.arange(3)), with_predictions(kept()))
    assert found is not None
    return found


def test_a_picture_stands_in_the_page_as_pixels() -> None:
    made = drawn()
    page = Page(page_of(replace(with_predictions(points()), shown=made)))
    ((_, image),) = [(tag, attributes) for tag, attributes in page.tags if tag == "img"]
    kind, _, content = str(image["src"]).partition(",")
    assert kind == "data:image/png;base64" and base64.b64decode(content) == made.png
    assert "example 4" in str(image["alt"]) and len(str(image["alt"])) > 40
    policy = next(
        content for content in page.attributes("content") if content.startswith("default-src 'none'")
    )
    assert "img-src data:" in policy


def test_a_picture_and_its_texts_stand_in_the_page_together() -> None:
    made = replace(drawn(), texts=("first", "", "third", "", "", ""))
    page = Page(html := page_of(replace(with_predictions(points()), shown=made)))
    assert html.index("data:image/png") < html.index('id="table-shown"')
    assert "first" in page.text and "third" in page.text
    table = html[html.index('id="table-shown"') :]
    assert table[: table.index("</table>")].count("<th scope=row") == 2
    assert 'id="table-shown"' not in page_of(replace(with_predictions(points()), shown=drawn()))


@pytest.mark.parametrize("images", [False, True])
def test_only_a_drawing_of_lines_follows_a_dark_page(images: bool) -> None:
    page = Page(page_of(replace(with_predictions(points()), shown=replace(drawn(), images=images))))
    ((_, image),) = [(tag, attributes) for tag, attributes in page.tags if tag == "img"]
    assert (image.get("class") == "lines") is not images


@pytest.mark.parametrize("png", [b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_not_embedded(png: bytes) -> None:
    page = Page(html := page_of(replace(with_predictions(kept()), shown=replace(drawn(), png=png))))
    assert "what is stored is no picture" in page.text
    assert "data:image" not in html and "img" not in [tag for tag, _ in page.tags]


def test_why_nothing_is_shown_is_said() -> None:
    reason = Shown("trial-1", 0, (), reason="show raises <i>ValueError</i>: no")
    page = Page(page_of(replace(with_predictions(Predictions()), shown=reason)))
    assert "Nothing is shown: show raises <i>ValueError</i>: no." in page.text
    assert "i" not in {tag for tag, _ in page.tags}


@pytest.mark.parametrize(
    ("panel", "made", "title"),
    [
        (FORECASTS, kept(), "Forecasts of {}"),
        (PREDICTED, points(), "Predicted and true: {}"),
        (CONFUSION, counted(), "Labels that {} takes for others"),
    ],
)
def test_a_title_says_why_it_speaks_of_the_baseline(panel: Panel[Any], made: Predictions, title: str) -> None:
    names = (BASELINE, "a")
    runs = [run for name, mean in zip(names, (0.3, 0.5), strict=True) for run in confirmation(name, mean)]
    configurations = [make_configuration(name) for name in names]
    result = replace(make_result(runs, configurations, ["a"]), predictions={BASELINE: made})
    assert panel.caption(result).title == title.format("baseline (nothing was better)")
    assert panel.caption(with_predictions(made)).title == title.format("trial-1")
    alone = make_result(confirmation(BASELINE, 0.3), configurations[:1])
    assert panel.caption(replace(alone, predictions={BASELINE: made})).title == title.format(BASELINE)


def confirmation(name: str, mean: float) -> list[Run]:
    return make_runs("confirmation", name, mean, seeds=10)
