"""The optimism panel compares means of the same split in both phases."""

from dataclasses import replace

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.optimism import draw_optimism, luck_of_the_best, optimism
from tuner.figures.style import figure_style, new_figure
from tuner.records import BASELINE, Look
from tuner.report.formats import score
from tuner.report.panels.optimism import OPTIMISM
from tuner.result import derive
from tuner.stats.selection import best_of_many_bias, shrunken_means


def test_means_are_those_of_the_validation_split() -> None:
    result = usual_result()
    rows = optimism(result)
    assert [row.name for row in rows] == [BASELINE, *(one.name for one in result.finalists)]
    for row, measured in zip(rows[1:], result.finalists, strict=True):
        assert row.search.mean == pytest.approx(measured.search_mean)
        assert row.confirmation.mean == pytest.approx(np.nanmean(measured.validation))


def test_both_means_and_every_seed_are_drawn() -> None:
    rows = optimism(usual_result())
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_optimism(ax, rows, direction="minimize", label="validation MSE")
    ticks = [x for line in ax.lines if line.get_marker() == "|" for x in np.asarray(line.get_xdata())]
    expected = [s for row in rows for sample in (row.search, row.confirmation) for s in sample.scores]
    assert sorted(ticks) == sorted(expected)
    circles = {
        float(x) for line in ax.lines if line.get_marker() == "o" for x in np.asarray(line.get_xdata())
    }
    assert circles == {mean for row in rows for mean in (row.search.mean, row.confirmation.mean)}


def test_what_was_to_be_expected_lies_between_the_search_mean_and_the_middle_of_the_trials() -> None:
    result = usual_result()
    rows = {row.name: row for row in optimism(result)}
    groups = [
        [
            r.scores["validation"]
            for r in result.runs
            if (r.phase, r.configuration) == ("search", f"trial-{k}")
        ]
        for k in (0, 1, 2, 3, 5)  # a run of trial-4 diverged
    ]
    found = shrunken_means(groups)
    assert np.isnan(rows[BASELINE].expected)
    assert rows["trial-1"].expected == pytest.approx(found.means[1])
    assert rows["trial-1"].search.mean < rows["trial-1"].expected < found.center
    luck = luck_of_the_best(result)
    assert (luck.trials, luck.at_most) == (5, False)
    assert luck.expected == pytest.approx(best_of_many_bias(found))


def test_where_trials_have_different_numbers_of_seeds_the_expected_luck_is_a_bound() -> None:
    result = usual_result()
    fewer = [r for r in result.runs if (r.configuration, r.seed_index, r.phase) != ("trial-0", 2, "search")]
    raced = derive(result.setup, result.configurations, tuple(fewer))
    assert luck_of_the_best(raced).at_most
    assert "flatter its configuration by at most" in OPTIMISM.caption(raced).text


def test_the_caption_lays_the_measured_luck_beside_the_expected() -> None:
    result = usual_result()
    text = OPTIMISM.caption(result).text
    row = next(row for row in optimism(result) if row.name == "trial-1")
    measured = row.confirmation.mean - row.search.mean
    assert measured > 0.0
    assert f"flatter its configuration by {score(luck_of_the_best(result).expected)};" in text
    assert f"that of trial-1 came out {score(measured)} worse." in text


def test_the_luck_of_another_finalist_is_not_told_as_that_of_the_best() -> None:
    """Shrunken means may leave the best mean out, where it rests on few or noisy seeds."""
    result = usual_result()
    looks = (Look(10, (BASELINE, "trial-2")),)
    without = derive(replace(result.setup, looks=looks), result.configurations, result.runs)
    assert luck_of_the_best(without).best == "trial-1"
    text = OPTIMISM.caption(without).text
    assert "that of trial-1 was not confirmed." in text and "came out" not in text


def test_where_data_vary_with_the_seed_the_splits_are_not_called_the_same() -> None:
    assert "on the same validation split" in OPTIMISM.caption(usual_result()).text
    text = OPTIMISM.caption(usual_result(paired=True)).text
    assert "on validation data of their own" in text and "same validation" not in text


def test_with_few_trials_nothing_is_expected() -> None:
    result = usual_result(trials=4)
    assert all(np.isnan(row.expected) for row in optimism(result))
    assert "expected to flatter" not in OPTIMISM.caption(result).text


def test_without_search_scores_there_is_no_panel() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=6) + make_runs("confirmation", "a", 0.03, seeds=6)
    assert optimism(make_result(runs, [make_configuration(n) for n in (BASELINE, "a")], ["a"])) == ()
