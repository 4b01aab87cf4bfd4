"""What trackers show of a result is what the result says, and no name in it is markup."""

import html
import re
from collections.abc import Callable

import pytest
from markdown import markdown
from markdown_it import MarkdownIt

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE
from tuner.report import summary
from tuner.trackers import conclusion_of


def test_it_says_what_the_summary_says() -> None:
    result = usual_result()
    found, told = conclusion_of(result), summary(result)
    assert (found.word, found.best, found.seeds) == ("better", "trial-1", 10)
    assert found.claim == "trial-1 is better than the baseline"
    assert found.verdicts == {one["configuration"]: one["verdict"] for one in told["finalists"]}
    assert found.numbers["baseline/test_mean"] == told["baseline"]["mean"]
    assert "baseline/p_adjusted" not in found.numbers
    for one in told["finalists"]:
        own = {
            name: found.numbers[f"{one['configuration']}/{name}"]
            for name in ("test_mean", "test_std", "failures", "search_mean", "difference", "p_adjusted")
        }
        assert own == {
            "test_mean": one["mean"],
            "test_std": one["std"],
            "failures": one["failures"],
            "search_mean": one["search_mean"],
            "difference": one["difference"],
            "p_adjusted": one["p_adjusted"],
        }


def test_an_unfinished_study_says_so() -> None:
    runs = make_runs("search", BASELINE, 0.05, seeds=3)
    found = conclusion_of(make_result(runs, [make_configuration(BASELINE)]))
    assert (found.best, found.seeds, dict(found.numbers), found.report) == ("", 0, {}, "")
    assert found.markdown


@pytest.mark.parametrize("read", [MarkdownIt().render, markdown], ids=["CommonMark", "TensorBoard"])
@pytest.mark.parametrize(
    "name", ["<img src=x onerror=a()>", "[a](javascript:b)", "**_`x`_**", "# x", "&lt;b>", r"a\*\<b", "~~x~~"]
)
def test_markdown_shows_a_name_letter_for_letter(name: str, read: Callable[[str], str]) -> None:
    configurations = [make_configuration(BASELINE), make_configuration(name)]
    runs = [
        run
        for one, center in ((BASELINE, 0.05), (name, 0.02))
        for run in make_runs("confirmation", one, center, seeds=10)
    ]
    found = conclusion_of(make_result(runs, configurations, [name]))
    shown = read(found.markdown)
    assert re.sub(r"<(?!/?(p|strong)>).*?>", "?", shown) == shown
    text = html.unescape(re.sub(r"</?(p|strong)>", "", shown))
    assert text.split() == f"{found.claim} {found.evidence}".split()
    assert name in text
