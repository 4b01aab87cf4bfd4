"""The scatter of pairs: both scores of a seed index, and the side that is better."""

import math

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.pairs import MOST_DOTS, MOST_PANELS, Pairs, draw_pairs, pairs
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.records import BASELINE, Direction
from tuner.report.panels.pairs import PAIRS
from tuner.result import Result


def paired(*names: str, seeds: int = 12, **setup: object) -> Result:
    """Finalists of these names beside the baseline; those called lost-... have two runs that diverged."""
    runs = make_runs("confirmation", BASELINE, 0.05, seeds=seeds, epochs=1)
    for name in names:
        lost = [1, 4] if name.startswith("lost") else []
        runs += make_runs("confirmation", name, 0.048, seeds=seeds, epochs=1, diverged=lost)
    every = [make_configuration(name) for name in (BASELINE, *names)]
    return make_result(runs, every, names, **{"paired": True, **setup})


def scores(result: Result, name: str) -> list[float]:
    own = [r for r in result.runs if r.phase == "confirmation" and r.configuration == name]
    return [r.scores["test"] for r in sorted(own, key=lambda run: run.seed_index)]


def test_pairs_are_runs_with_the_same_seed_index() -> None:
    result = paired("a")
    (data,) = pairs(result)
    assert data.baseline.tolist() == scores(result, BASELINE)
    assert data.candidate.tolist() == scores(result, "a")
    assert data.correlation == pytest.approx(np.corrcoef(data.baseline, data.candidate)[0, 1])
    assert data.lost == 0


def test_a_pair_with_a_lost_run_is_counted_and_left_out() -> None:
    result = paired("lost")
    (data,) = pairs(result)
    kept = [k for k in range(12) if k not in (1, 4)]
    assert data.lost == 2
    assert data.baseline.tolist() == [scores(result, BASELINE)[k] for k in kept]
    assert "Pairs with a run without a score are left out: 2 of lost." in PAIRS.caption(result).text


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_wins_are_the_pairs_on_the_better_side(direction: Direction) -> None:
    (data,) = pairs(paired("a", direction=direction))
    better = data.candidate < data.baseline if direction == "minimize" else data.candidate > data.baseline
    assert data.wins == better.sum()
    assert 0 < data.wins < 12


def test_only_paired_and_confirmed_studies_have_the_figure() -> None:
    assert pairs(usual_result()) == () and PAIRS.figure(usual_result()) is None
    assert pairs(paired()) == ()
    assert pairs(paired("a", seeds=1)) == ()
    assert len(pairs(paired(*"abcdef"))) == MOST_PANELS
    assert f"The first {MOST_PANELS} finalists are shown." in PAIRS.caption(paired(*"abcdef")).text


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_better_side_is_named_and_shaded(direction: Direction) -> None:
    (data,) = pairs(paired("a", direction=direction))
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_pairs(ax, data)
        figure.draw_without_rendering()
    words = {text.get_text(): text for text in ax.texts}
    side = {word: np.subtract(*words[word].get_position()) for word in ("better", "worse")}
    assert side["better"] * side["worse"] < 0
    assert (side["better"] > 0) == (direction == "minimize")  # under the diagonal
    assert words["better"].get_color() == PALETTE["better"]
    shade = ax.collections[0].get_paths()[0].vertices
    below = shade[:, 1] - shade[:, 0]
    assert (below <= 1e-12).all() if direction == "minimize" else (below >= -1e-12).all()
    diagonal = next(line for line in ax.lines if line.get_marker() == "None")
    assert np.asarray(diagonal.get_xdata()).tolist() == np.asarray(diagonal.get_ydata()).tolist()
    assert ax.get_xlim() == ax.get_ylim()
    assert f"better in {data.wins} of 12 pairs" in words


def made(baseline: np.ndarray, candidate: np.ndarray, name: str = "a") -> Pairs:
    return Pairs(name, baseline, candidate, 0, math.nan, "minimize")


def dots(data: Pairs) -> np.ndarray:
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_pairs(ax, data)
    (line,) = (line for line in ax.lines if line.get_marker() == "o")
    return np.asarray(line.get_xydata())


def test_every_pair_is_a_dot() -> None:
    (data,) = pairs(paired("a"))
    expected = sorted(zip(data.baseline, data.candidate, strict=True))
    assert sorted(map(tuple, dots(data).tolist())) == expected


def test_of_very_many_pairs_some_are_drawn_with_both_extremes() -> None:
    rng = np.random.default_rng(0)
    data = made(rng.normal(size=10_000), rng.normal(size=10_000))
    drawn = dots(data)
    assert len(drawn) == MOST_DOTS
    differences = data.candidate - data.baseline
    assert np.ptp(drawn[:, 1] - drawn[:, 0]) == pytest.approx(np.ptp(differences))


def test_a_score_far_from_all_others_does_not_flatten_them() -> None:
    rng = np.random.default_rng(0)
    candidate = rng.normal(size=30)
    candidate[3] = -1e9
    drawn = dots(made(rng.normal(size=30), candidate))
    assert drawn[:, 1].min() > -100


def test_hostile_names_are_drawn_as_text() -> None:
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_pairs(ax, made(np.ones(3), np.ones(3), "$x^2$ \\frac{\x00"))
        figure.draw_without_rendering()
    assert ax.get_title(loc="left") == r"\$x^2\$ \frac{"


def test_the_caption_tells_the_correlation() -> None:
    result = paired("a", "b")
    words = PAIRS.caption(result)
    a, b = pairs(result)
    said = f"{a.correlation:.2f} for {a.name} and {b.correlation:.2f} for {b.name}".replace("-", "\u2212")
    assert f"The correlation of the pairs is {said}." in words.text
    assert f"{a.name} is better in {a.wins} of 12 pairs" in words.alternative


@pytest.mark.parametrize("place", [(0.9, 0.05), (0.3, 0.05)])
def test_the_word_for_a_side_stands_where_no_dots_are(place: tuple[float, float]) -> None:
    rng = np.random.default_rng(0)
    ends = np.array([0.0, 1.0])  # the corners of the diagonal, which set the scale
    cloud = np.array(place) + 0.02 * rng.normal(size=(40, 2))
    data = made(np.append(ends, cloud[:, 0]), np.append(ends, cloud[:, 1]))
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_pairs(ax, data)
        figure.draw_without_rendering()
    (word,) = (text for text in ax.texts if text.get_text() == "better")
    box = word.get_window_extent()
    (line,) = (line for line in ax.lines if line.get_marker() == "o")
    seen = ax.transData.transform(np.asarray(line.get_xydata()))
    assert not any(box.contains(*dot) for dot in seen)
