"""The page: complete, self-contained, escaped, and right in every state of a study."""

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.factories import (
    BEGAN,
    hostile_result,
    make_configuration,
    make_result,
    make_runs,
    timed,
    usual_result,
)
from tuner.records import BASELINE, Look
from tuner.report.formats import TIMES, duration
from tuner.report.page import render
from tuner.report.panels import PANELS
from tuner.report.pictures import draw_pictures
from tuner.report.view import build_view, flagged, warnings
from tuner.result import Result


class Page(HTMLParser):
    """The parsed page: tags with attributes, identifiers, and the text outside of scripts and styles."""

    void = frozenset({"meta", "input", "br", "link", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.data: dict[str, str] = {}  # scripts with an identifier
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data
        elif self.open and (name := self.tags[-1][1].get("id")):
            self.data[name] = self.data.get(name, "") + data

    def attributes(self, name: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(name)) is not None]


SOMETIMES = {"pairs"}  # only where the data vary with the seed
ASKED = {"train_sizes", "ensemble_sizes"}  # where sizes are asked for
SEVERAL = {"tuning_curve", "hyperparameter_importance", "slices", "parallel_coordinates"}  # trials, to draw
# Of the usual result no predictions are kept.
KEYS = {panel.key for panel in PANELS if panel.section != "predictions"} - SOMETIMES - ASKED
UNTIMED = KEYS - SEVERAL - {"timeline"}  # of runs that nobody timed, and few trials


def page_of(result: Result) -> str:
    return render(build_view(result, draw_pictures(result)))


def finished() -> Result:
    note = "The baseline lies outside the space."
    return timed(usual_result(trials=12, margin=0.004, notes=(note,), sampler="random"))


@pytest.fixture(scope="module")
def usual() -> str:
    return page_of(finished())


def test_a_remark_that_holds_for_several_finalists_is_made_once() -> None:
    names = (BASELINE, "a", "b", "c")
    runs = [run for name in names for run in make_runs("confirmation", name, 0.05, seeds=6)]
    result = make_result(runs, [make_configuration(name) for name in names], names[1:])
    flags = {flag for one in result.finalists if one.comparison for flag in one.comparison.flags}
    (shared,) = [flag for flag in flags if "optimistic" in flag]
    said = [text for text in warnings(result) if "optimistic" in text]
    assert said == [f"All finalists: {shared}"]
    first, second, _ = result.finalists
    assert flagged([first, second, replace(first, comparison=None)])[0].startswith(
        f"{first.name} and {second.name}: "
    )
    assert flagged([first])[0] in flags


def test_nothing_is_fetched(usual: str) -> None:
    page = Page(usual)
    references = page.attributes("src") + page.attributes("href") + page.attributes("xlink:href")
    assert references and all(reference.startswith("#") for reference in references)
    assert "@import" not in usual and not re.search(r"url\((?!#)", usual)
    assert not {"link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert any("default-src 'none'" in content for content in page.attributes("content"))


def test_identifiers_are_unique_and_references_meet_one(usual: str) -> None:
    page = Page(usual)
    found = Counter(page.attributes("id"))
    assert found.most_common(1)[0][1] == 1
    targets = {value[1:] for value in page.attributes("href") + page.attributes("xlink:href")}
    targets |= set(re.findall(r"url\(#([^)]+)\)", usual))
    assert targets <= set(found)


def test_every_figure_has_a_caption_and_an_alternative_text(usual: str) -> None:
    page = Page(usual)
    drawings = [attributes for _, attributes in page.tags if attributes.get("role") == "img"]
    assert len(drawings) == len(KEYS)
    assert all(len(drawing["aria-label"] or "") > 40 for drawing in drawings)
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", usual, flags=re.DOTALL)
    assert len(captions) == len(KEYS) and all(len(caption) > 100 for caption in captions)


def test_the_page_says_what_was_found_and_how(usual: str) -> None:
    text = Page(usual).text
    for expected in (
        "trial-1 is better than the baseline",
        "The baseline lies outside the space.",
        "python -m tuner run studies/encdec_sine.py",
        "vectorized on jax: the model can be traced",
        "2 of 10 candidate runs",
        "1 diverged",
        "keras 3.9.0",
        "1 min 23 s",
        "Mann-Whitney test and Welch's t-test",
        "39 in search (1 not complete), 40 in confirmation (2 not complete)",
    ):
        assert expected in text


def test_what_a_table_explains_on_hover_stands_below_it_as_well(usual: str) -> None:
    usual = usual.replace("\N{NO-BREAK SPACE}", " ")
    text = Page(usual).text
    for expected in (
        "its 95 % t interval",
        "almost stochastic order",
        "share a letter",
        "flat prior",
        "raw p",
    ):
        assert expected in text
    hints = re.findall(r'<th scope="col"[^>]* title="([^"]+)"', usual)
    legend = [
        item
        for one in re.findall(r'<ul class="legend">(.*?)</ul>', usual, re.DOTALL)
        for item in one.split("<li>")
    ]
    told = [re.sub(r"<b>.*?</b>", "", item).split("</li>")[0].strip() for item in legend]
    assert hints and sorted(hints) == sorted(filter(None, told))


SECTIONS = ("results", "figures", "curves", "search", "methods", "runs", "made")


def test_the_verdict_comes_first(usual: str) -> None:
    marks = ['class="claim"', *(f'<h2 id="{name}"' for name in SECTIONS)]
    places = [usual.index(mark) for mark in marks]
    assert places == sorted(places)


def test_the_same_runs_give_the_same_page(usual: str) -> None:
    assert usual == page_of(finished())


def test_figures_follow_the_colours_of_the_page(usual: str) -> None:
    assert "var(--fig-ink, #1f2430)" in usual
    used = set(re.findall(r"var\(--fig-(\w+)", usual))
    assert used <= set(re.findall(r"--fig-(\w+):", usual))


def test_hostile_names_are_text() -> None:
    html = page_of(hostile_result())
    page = Page(html)
    tags = Counter(tag for tag, _ in page.tags)
    assert tags["script"] == 1 and not tags["img"] and not tags["i"]
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "<script>alert(1)</script>" in page.text and "</style><script>alert(2)</script>" in page.text
    assert "x" * 60 not in page.text
    assert "x" * 10_000 in page.attributes("title")
    assert not set("\x00\x1b\ud800\N{RIGHT-TO-LEFT OVERRIDE}") & set(html)


def test_the_page_holds_every_one_of_very_many_runs() -> None:
    names = [BASELINE, *(f"trial-{number}" for number in range(600))]
    runs = [run for name in names for run in make_runs("search", name, 0.04, seeds=5, epochs=2)]
    html = render(build_view(make_result(runs, [make_configuration(name) for name in names]), {}))
    page = Page(html)
    stored = {name: json.loads(text) for name, text in page.data.items()}
    assert [stored[name]["rows"] for name in ("table-trials-rows", "table-runs-rows")] == [601, 3005]
    column = stored["table-runs-rows"]["columns"][1]
    shown = [column["cells"][code] for code in column["codes"]]
    assert shown == [run.configuration for run in runs]
    assert len(html) < 200 * len(runs)
    assert "3,005 rows are drawn by a script" in page.text


def test_the_time_of_a_run_that_was_killed_is_told() -> None:
    result = timed(usual_result(trials=2, seconds=60.0, opened=BEGAN - 2.0))
    view = build_view(result, ())
    last = result.groups[-1]
    assert last.started is not None
    told = duration(60.0 + last.started + last.seconds - (BEGAN - 2.0))
    assert {fact.label: fact.text for fact in view.facts}["Time"] == told != duration(60.0)
    assert view.subtitle.endswith(told)


def test_that_a_confirmation_is_being_extended_is_told() -> None:
    said = "being extended from 10 to 20 seeds and has not finished"
    assert any(said in text for text in warnings(usual_result(repeats=20)))
    for whole in (usual_result(), usual_result(repeats=20, complete=True), searched()):
        assert not any("being extended" in text for text in warnings(whole))


def confirmed(seeds: int, epochs: int = 12, lost: int = 0, **setup: object) -> Result:
    runs = []
    for name in (BASELINE, "a"):
        runs += make_runs("search", name, 0.04, seeds=1, epochs=epochs, diverged=range(lost))
        runs += make_runs("confirmation", name, 0.04, seeds=seeds, epochs=epochs, diverged=range(lost))
    return make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], ["a"], **setup)


def searched() -> Result:
    names = [BASELINE, "trial-0"]
    runs = [run for name in names for run in make_runs("search", name, 0.04, seeds=3)]
    return make_result(runs, [make_configuration(name) for name in names])


@pytest.mark.parametrize(
    ("result", "figures"),
    [
        (make_result([], [make_configuration(BASELINE)]), set()),
        (make_result([], []), set()),
        (searched(), {"learning_curves", "search_history"}),
        (
            make_result(make_runs("confirmation", BASELINE, 0.04, seeds=5), [make_configuration(BASELINE)]),
            {"scores", "learning_curves", "growth"},
        ),
        (confirmed(seeds=1, epochs=1), UNTIMED - {"growth"}),
        (confirmed(seeds=6, lost=6), UNTIMED - {"growth"}),
        (timed(confirmed(seeds=6)), UNTIMED | {"timeline"}),
        (
            confirmed(
                seeds=6,
                paired=True,
                direction="maximize",
                margin=0.5,
                looks=(Look(5, (BASELINE, "a")), Look(6, (BASELINE, "a"))),
            ),
            UNTIMED | SOMETIMES,
        ),
    ],
    ids=["no runs", "nothing", "interrupted", "no finalists", "one seed", "all diverged", "timed", "paired"],
)
def test_every_state_of_a_study_has_a_page(result: Result, figures: set[str]) -> None:
    pictures = draw_pictures(result)
    assert {picture.key for picture in pictures} == figures
    text = Page(render(build_view(result, pictures))).text
    assert result.setup.study in text and "How it was made" in text
    assert not re.search(r"\b(nan|None|inf)\b", text)


def test_the_templates_hold_no_computation() -> None:
    folder = Path(render.__code__.co_filename).parent
    template = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.html"))
    assert "|safe" not in template.replace(" ", "")
    assert template.count("| drawing") == 1


def test_a_number_keeps_its_sign_and_unit_on_one_line() -> None:
    template = page_of(usual_result(margin=0.004))
    (evidence, *_) = re.findall(r'<p class="evidence">(.*?)</p>', template)
    (kicker,) = re.findall(r'<p class="kicker">(.*?)</p>', template)
    assert "95\N{NO-BREAK SPACE}% interval" in evidence and " over 10 seeds" in evidence
    assert re.search("p\N{NO-BREAK SPACE}[=<]\N{NO-BREAK SPACE}", evidence)
    assert kicker.endswith("1\N{NO-BREAK SPACE}min 23\N{NO-BREAK SPACE}s")
    assert not re.search(rf"\d [%{TIMES}]|{TIMES} 10", evidence)


def test_a_password_among_the_options_is_not_shown() -> None:
    options = {"place": "postgresql://me:xyzzy@host/x", "keys": [{"token": "xyzzy"}]}
    html = render(build_view(usual_result(trials=1, seeds=2, epochs=2, options=options), {}))
    assert "place postgresql://***@host/x · keys [{'token': '***'}]" in Page(html).text
    assert "xyzzy" not in html
