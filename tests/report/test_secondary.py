"""The table of secondary analyses: the numbers of `tuner.stats`, labelled as what they are."""

import math

import pytest
from scipy import stats

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE
from tuner.report.formats import p_value
from tuner.report.secondary import secondary_table
from tuner.stats import bayesian_comparison


def test_its_numbers_are_those_of_the_analyses() -> None:
    result = usual_result(margin=0.01)
    table = secondary_table(result)
    titles = [column.title for column in table.columns]
    assert {len(row) for row in table.rows} == {len(titles)}
    assert [row[0].text for row in table.rows] == [*(one.name for one in result.finalists), BASELINE]
    assert result.baseline is not None
    one = next(one for one in result.finalists if all(map(math.isfinite, one.test)))
    row = next(row for row in table.rows if row[0].text == one.name)
    shown = dict(zip(titles, (cell.text for cell in row), strict=True))
    if all(map(math.isfinite, result.baseline.test)):
        expected = stats.mannwhitneyu(one.test, result.baseline.test).pvalue
        assert shown["Mann-Whitney"] == p_value(expected)
        belief = bayesian_comparison(one.test, result.baseline.test, margin=0.01)
        assert float(shown["P(better)"]) == pytest.approx(belief.better, abs=0.01)
    assert table.remark.startswith("Secondary analyses: none of them enters a verdict.")


def test_without_a_margin_nothing_is_said_of_equivalence() -> None:
    assert "P(equivalent)" not in [column.title for column in secondary_table(usual_result()).columns]


def test_before_a_confirmation_there_is_none() -> None:
    runs = tuple(make_runs("search", BASELINE, 0.05, seeds=2))
    result = make_result(runs, [make_configuration(BASELINE)])
    assert secondary_table(result).rows == ()
