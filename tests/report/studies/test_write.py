"""The files of several studies: a page that is whole and escaped, and the numbers of the comparison."""

import json
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from tests.comparing.test_studies import beside, study
from tests.factories import store
from tests.report.studies.test_words import with_naive
from tests.report.test_page import Page
from tuner.comparing.sources import open_source
from tuner.comparing.studies import compare_studies
from tuner.errors import LedgerError
from tuner.report.studies import write_studies
from tuner.report.studies.figures import boxes_of_studies, draw_studies
from tuner.report.studies.view import studies_table, studies_view
from tuner.report.write import FORMATS


def test_every_format_is_written_and_says_the_same(tmp_path: Path) -> None:
    found = beside(tmp_path, lstm=study(0.6), gru=study(0.5, seed=1))
    (tmp_path / "gru" / "report.html").write_text("its report")
    written = write_studies(found, tmp_path / "made", FORMATS)
    assert {path.name for path in written} == {
        f"comparison.{end}" for end in ("html", "csv", "json", "tex", "md")
    }
    assert {path.name for path in (tmp_path / "made" / "figures").iterdir()} == {
        "scores.png",
        "differences.png",
    }
    assert found.compared is not None
    comparison = found.compared.candidates[0].comparison
    frame = pd.read_csv(tmp_path / "made" / "comparison.csv")
    assert frame["configuration"].tolist() == ["baseline", "trial-0"] * 2
    # Not to the last digit, which pandas before 3 rounds when it reads.
    told = frame.loc[3, ["mean", "p_adjusted"]].tolist()
    assert told == pytest.approx([found.entries[1].chosen.summary.mean, comparison.p_adjusted], rel=1e-12)
    assert frame["difference"].isna().sum() == 3
    answer = json.loads((tmp_path / "made" / "comparison.json").read_text())
    assert answer["comparable"] and answer["answer"] == "gru is better than lstm"
    assert answer["comparison"]["candidates"][0]["difference"] == comparison.difference
    assert answer["studies"][0]["chosen"]["mean"] == found.entries[0].chosen.summary.mean
    tex, md = ((tmp_path / "made" / f"comparison.{end}").read_text(encoding="utf-8") for end in ("tex", "md"))
    assert "\\begin{table}" in tex and "gru & \\textbf" not in tex and "\\textbf{gru}" in tex
    assert "**✓ gru is better than lstm.**" in md and "](figures/scores.png)" in md


def test_links_lead_to_the_reports_that_are_there(tmp_path: Path) -> None:
    name = "a #1 100%"
    store(study(0.6), tmp_path / name)
    (tmp_path / name / "report.html").write_text("its report")
    found = beside(tmp_path, name, "gru", gru=study(0.5, seed=1))
    folder = tmp_path / "made" / "here"
    first, second = studies_view(found, (), folder).links
    assert (folder / unquote(first.href)).resolve() == (tmp_path / name / "report.html").resolve()
    assert second.href == "" and "tuner report" in second.text


def test_the_page_is_whole_and_fetches_nothing(tmp_path: Path) -> None:
    found = beside(tmp_path, lstm=study(0.6), gru=study(0.5, seed=1))
    (path,) = write_studies(found, tmp_path / "made", ("html",))
    html = path.read_text(encoding="utf-8")
    page = Page(html)
    assert {"script", "link", "img"}.isdisjoint(tag for tag, _ in page.tags)
    assert all(
        reference.startswith("#") for reference in page.attributes("xlink:href") + page.attributes("src")
    )
    assert len(page.attributes("id")) == len(set(page.attributes("id")))
    for expected in ("gru is better than lstm", "To keep in mind", "checksum efefefef", "Welch", "none yet"):
        assert expected in page.text
    assert write_studies(found, tmp_path / "made", ("html",))[0].read_text(encoding="utf-8") == html
    assert not (tmp_path / "made" / "figures").exists()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)<", "javascript:alert(1)", "a\"b'c&d", "🚀 [x](y) $z$ \\input"]
)
def test_hostile_folder_names_are_text(name: str, tmp_path: Path) -> None:
    store(study(0.6), tmp_path / name)
    (tmp_path / name / "report.html").write_text("its report")
    hostile = study(0.5, seed=1, study="</title><img src=x>", engine="<b>")
    found = beside(tmp_path, name, "gru", gru=hostile)
    write_studies(found, tmp_path, FORMATS)
    page = Page((tmp_path / "comparison.html").read_text(encoding="utf-8"))
    assert {"script", "img", "b"} & {tag for tag, _ in page.tags} <= {"b"}
    assert all(":" not in href for href in page.attributes("href"))
    assert name in page.text and "<b> on jax" in page.text


def test_the_table_leaves_out_what_cannot_be_said(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, metric="mae"))
    table = studies_table(found)
    titles = [column.title for column in table.columns]
    assert titles == ["Study", "Metric", "Mean", "Median", "SD", "Seeds"]
    assert [row[1].text for row in table.rows] == ["MSE", "MSE", "MAE", "MAE"]
    assert [row[0].note for row in table.rows] == ["baseline", "trial-0"] * 2 and table.strong == {1, 3}
    assert [picture.key for picture in draw_studies(found)] == ["scores", "scores-2"]
    same = [
        column.title for column in studies_table(beside(tmp_path, "a", "c", c=study(0.5, seed=1))).columns
    ]
    assert "Metric" not in same and "Verdict" in same and "p (adjusted)" in same


def test_figures_of_an_earlier_comparison_are_removed(tmp_path: Path) -> None:
    apart = beside(tmp_path, a=study(0.6), b=study(0.5, metric="mae"))
    write_studies(apart, tmp_path / "made", ("png",))
    assert {path.name for path in (tmp_path / "made/figures").iterdir()} == {"scores.png", "scores-2.png"}
    write_studies(beside(tmp_path, "a", "c", c=study(0.5, seed=1)), tmp_path / "made", ("png",))
    assert {path.name for path in (tmp_path / "made/figures").iterdir()} == {"scores.png", "differences.png"}


def test_all_scores_stand_on_one_axis_beside_those_of_the_first(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, seed=1, data="01" * 32), c=study(0.4, seed=2))
    data = boxes_of_studies(found, found.measures[0])
    assert [row.name for row in data.rows] == [
        f"{name}:{one}" for name in "abc" for one in ("baseline", "trial-0")
    ]
    assert data.baseline == "" and data.rows[1].scores == found.entries[0].chosen.scores
    comparable = compare_studies([open_source(str(tmp_path / name)) for name in "ac"])
    data = boxes_of_studies(comparable, comparable.measures[0])
    assert (data.baseline, data.baseline_mean) == ("a:trial-0", found.entries[0].chosen.summary.mean)


def test_a_run_folder_is_no_place_for_a_comparison(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, seed=1))
    with pytest.raises(LedgerError, match="is a run folder"):
        write_studies(found, tmp_path / "a", FORMATS)


def test_naive_forecasts_are_in_every_format(tmp_path: Path) -> None:
    scores = {"a": {"last": 0.9, "zero": 2.0}, "b": {"last": 0.9, "zero": 2.1}}
    found = with_naive(tmp_path, scores, a=study(0.6), b=study(0.5, seed=1))
    data = boxes_of_studies(found, found.measures[0])
    assert [level.label for level in data.naive] == ["last value 0.9"]  # zero scores differently in them
    (picture, *_) = draw_studies(found)
    assert picture.caption.alternative.endswith("Naive forecasts: last value 0.9.")
    write_studies(found, tmp_path / "made", FORMATS)
    answer = json.loads((tmp_path / "made" / "comparison.json").read_text())
    assert answer["studies"][0]["naive"] == {"best": "last", "score": 0.9, "verdict": "better"}
    page = Page((tmp_path / "made" / "comparison.html").read_text(encoding="utf-8"))
    text = (tmp_path / "made" / "comparison.md").read_text(encoding="utf-8")
    for told in (page.text, text.replace("\\", "")):
        assert "b:trial-0 beats the best naive forecast (last value, 0.9" in told
    apart = with_naive(tmp_path, scores, c=study(0.6), d=study(0.5, seed=1, data="01" * 32))
    assert boxes_of_studies(apart, apart.measures[0]).naive == ()


def test_the_figures_do_not_go_where_a_link_leads(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, seed=1))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scores-2.png").write_text("mine")
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "figures").symlink_to(tmp_path / "mine")
    with pytest.raises(LedgerError, match="is a link; put a folder in its place"):
        write_studies(found, tmp_path / "made", FORMATS)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["scores-2.png"]


def test_a_page_of_studies_names_no_file_that_is_not_written_with_it(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, seed=1))
    for formats, told in (
        (("html",), "Made with tuner.<"),
        (("html", "csv"), "Beside this page: comparison.csv (the numbers).<"),
    ):
        write_studies(found, tmp_path / "made", formats)
        assert told in (tmp_path / "made" / "comparison.html").read_text(encoding="utf-8")
