"""The timeline: every group at its time, gaps cut out and said, and readable with hundreds of trials."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from tests.factories import BEGAN, make_configuration, make_result, make_runs, timed, usual_result
from tuner.figures.saving import svg
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.figures.timeline import MOST_ROWS, Timeline, timeline
from tuner.figures.timeline_drawing import draw_timeline, spoken
from tuner.records import BASELINE, Configuration, Group, Run
from tuner.report.panels.timeline import TIMELINE
from tuner.result import Result


def trained(name: str, started: float | None, seconds: float, **changes: Any) -> Group:
    """A group of one run."""
    run = Run("search", name, 0, "complete", {}, {}, seconds)
    run = replace(run, **{key: value for key, value in changes.items() if key in ("status", "phase")})
    return Group(run.phase, Configuration(name, {}), (0,), (run,), started=started)


def result_of(*groups: Group) -> Result:
    return replace(make_result([], [make_configuration(BASELINE)]), groups=groups)


def known(result: Result) -> Timeline:
    data = timeline(result)
    assert data is not None
    return data


def drawn(data: Timeline) -> Axes:
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_timeline(ax, data)
        figure.draw_without_rendering()
    return ax


def test_every_group_has_its_bar_and_every_second_is_counted() -> None:
    result = timed(usual_result())
    data = known(result)
    bars = [bar for row in data.rows for bar in row.bars]
    assert len(bars) == len(result.groups)
    starts = sorted(group.started - BEGAN for group in result.groups if group.started is not None)
    assert sorted(bar.start for bar in bars) == pytest.approx(starts, abs=1e-5)
    assert data.seconds() == pytest.approx(sum(run.seconds for run in result.runs))
    searched = sum(run.seconds for run in result.runs if run.phase == "search")
    assert data.seconds("search") == pytest.approx(searched)
    assert data.gaps == () and data.began == BEGAN and data.unknown == 0
    assert data.length == pytest.approx(data.seconds() + 0.1 * (len(bars) - 1), abs=1e-5)


def test_rows_are_in_the_order_of_their_first_group() -> None:
    data = known(result_of(trained("b", 90.0, 5), trained("a", 50.0, 5), trained("b", 10.0, 5)))
    assert [(row.name, [bar.start for bar in row.bars]) for row in data.rows] == [
        ("b", [0.0, 80.0]),
        ("a", [40.0]),
    ]


def test_long_gaps_are_cut_and_short_ones_stay() -> None:
    groups = [trained("a", 0.0, 100), trained("b", 150.0, 100), trained("c", 10_250.0, 100)]
    data = known(result_of(*groups, trained("d", 90_000.0, 50)))
    assert [(gap.at, gap.seconds) for gap in data.gaps] == [(250.0, 10_000.0), (350.0, 79_650.0)]
    spans = [(bar.start, bar.end) for row in data.rows for bar in row.bars]
    assert spans == [(0.0, 100.0), (150.0, 250.0), (250.0, 350.0), (350.0, 400.0)]
    assert data.length == 400.0


def test_groups_side_by_side_leave_no_gap() -> None:
    data = known(result_of(trained("a", 0.0, 1_000), trained("b", 10.0, 20), trained("c", 950.0, 100)))
    assert data.gaps == ()
    assert data.length == 1_050.0 and data.seconds() == 1_120.0


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.01, 1e4)), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_cutting_keeps_lengths_order_and_distance_or_says_what_was_cut(
    spans: list[tuple[float, float]],
) -> None:
    data = known(result_of(*(trained(f"t{k}", start, length) for k, (start, length) in enumerate(spans))))
    bars = sorted((bar for row in data.rows for bar in row.bars), key=lambda bar: bar.start)
    assert sum(bar.end - bar.start for bar in bars) == pytest.approx(sum(length for _, length in spans))
    assert all(bar.start >= -1e-6 and bar.end <= data.length + 1e-6 for bar in bars)
    whole = max(start + length for start, length in spans) - min(start for start, _ in spans)
    assert data.length + sum(gap.seconds for gap in data.gaps) == pytest.approx(whole)
    assert all(gap.seconds > 60 and 0 < gap.at < data.length for gap in data.gaps)


def test_what_has_no_time_is_counted_and_no_time_at_all_gives_no_figure() -> None:
    data = known(result_of(trained("a", None, 5), trained("b", 7.0, 5), trained("c", None, 0)))
    assert [row.name for row in data.rows] == ["b"] and data.unknown == 1
    assert timeline(result_of(trained("a", None, 5))) is None
    assert timeline(result_of(trained("a", 5.0, math.nan), trained("b", 5.0, -1.0))) is None
    assert timeline(usual_result()) is None and TIMELINE.figure(usual_result()) is None


def test_with_very_many_configurations_the_confirmed_ones_keep_their_rows() -> None:
    names = [BASELINE, *(f"trial-{number}" for number in range(300))]
    runs = [run for name in names for run in make_runs("search", name, 0.04, seeds=2, epochs=1)]
    for name in (BASELINE, "trial-7"):
        runs += make_runs("confirmation", name, 0.04, seeds=5, epochs=1)
    result = timed(make_result(runs, [make_configuration(name) for name in names], ["trial-7"]))
    data = known(result)
    assert [(row.name, row.configurations) for row in data.rows] == [
        (BASELINE, 1),
        ("299 others", 299),
        ("trial-7", 1),
    ]
    assert "299 other configurations" in TIMELINE.caption(result).alternative
    with figure_style():
        figure = TIMELINE.figure(result)
        assert figure is not None
        assert len(svg(figure, "timeline")) < 60_000


def test_as_many_configurations_as_there_are_rows_have_one_each() -> None:
    groups = [trained(f"trial-{place}", 10.0 * place, 5) for place in range(MOST_ROWS + 1)]
    assert len(known(result_of(*groups[:-1])).rows) == MOST_ROWS
    assert len(known(result_of(*groups)).rows) == 1  # none of them was confirmed


def test_bars_stand_at_their_time_with_a_stripe_for_every_gap() -> None:
    data = known(
        result_of(
            trained("a", 0.0, 100),
            trained("a", 4_000.0, 100, phase="confirmation"),
            trained("b", 50.0, 20, status="pruned"),
        )
    )
    ax = drawn(data)
    patches = {
        patch.get_label(): patch.get_path().get_extents()
        for patch in ax.patches
        if isinstance(patch, PathPatch)
    }
    stripe = 0.022 * 200
    assert [patch.get_path().get_extents().intervalx for patch in ax.patches if not patch.get_label()] == [
        pytest.approx([100, 100 + stripe])
    ]
    assert patches["search"].intervalx.tolist() == [0.0, 100.0]
    assert patches["search, pruned"].intervalx.tolist() == [50.0, 70.0]
    assert patches["confirmation"].intervalx == pytest.approx([100 + stripe, 200 + stripe])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
    written = [text.get_text() for text in ax.texts]
    assert written == ["65 min", "3 min", "20 s"]
    ticks = dict(zip([t.get_text() for t in ax.get_xticklabels()], ax.get_xticks(), strict=True))
    assert ticks["0"] == 0.0 and ticks["1"] == 60.0 and ticks["2"] == pytest.approx(120 + stripe)
    assert ax.get_xlabel() == "minutes, without the gaps"


def test_groups_with_a_lost_run_have_a_cross_at_their_end() -> None:
    data = known(timed(usual_result()))
    (cross,) = (line for line in drawn(data).lines if line.get_marker() == "X")
    ends = [bar.end for row in data.rows for bar in row.bars if bar.lost]
    assert len(ends) == 2  # a trial in search, a finalist in confirmation
    assert sorted(np.asarray(cross.get_xdata()).tolist()) == pytest.approx(sorted(ends))
    assert cross.get_color() == PALETTE["lost"]


def test_hundreds_of_gaps_leave_room_for_the_bars() -> None:
    ax = drawn(known(result_of(*(trained("a", 10_000.0 * place, 1) for place in range(300)))))
    low, high = ax.get_xlim()
    assert high - low < 1.4 * 300
    assert len(ax.texts) < 14


def test_hostile_names_are_drawn_as_text() -> None:
    names = ["$x^2$ \\frac{", "\x00\x1b]\ud800", "x" * 10_000, "<b>"]
    ax = drawn(known(result_of(*(trained(name, 10.0 * place, 5) for place, name in enumerate(names)))))
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0] == r"\$x^2\$ \frac{" and labels[3] == "<b>" and len(labels[2]) == 22


def test_the_caption_tells_when_and_how_long() -> None:
    result = timed(usual_result(), gaps={7: 7_200.0})
    words = TIMELINE.caption(result)
    assert "It began on 14 November 2023, 22:13 UTC." in words.text
    assert "Grey stripes stand for 1 long gap without training, 2 h 0 min in all" in words.text
    assert "A cross marks a group with a run that diverged or failed (2)." in words.text
    searched = sum(run.seconds for run in result.runs if run.phase == "search")
    whole = sum(run.seconds for run in result.runs)
    assert (
        f"Of {whole:.0f} s of training the search took {searched / whole:.0%}".replace("%", " %")
        in words.text
    )
    assert "baseline 1.2 s in search, 4.0 s in confirmation" in words.alternative


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "<0.1 s"), (89.4, "89 s"), (5_399.0, "90 min"), (129_599.0, "36.0 h"), (1e9, "11,574 d")],
)
def test_times_are_spoken_in_few_letters(seconds: float, expected: str) -> None:
    assert spoken(seconds) == expected
