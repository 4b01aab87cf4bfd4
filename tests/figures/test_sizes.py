"""The figures of sizes: what is drawn is what the result says, and the words name nothing else."""

import math
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from tests.factories import HOSTILE, make_runs, usual_result
from tuner.figures.sizes import draw_sizes, ensemble_size_lines, ticks_of, train_size_lines
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.parts import Part, sized
from tuner.records import BASELINE, Configuration, EnsembleScores, Group
from tuner.report.panels.ensemble_sizes import ENSEMBLE_SIZES
from tuner.report.panels.train_sizes import TRAIN_SIZES
from tuner.report.size_words import size_sentences
from tuner.result import Result
from tuner.sized import ensembles_of, train_sizes_of
from tuner.stats.ensembles import needed_subsets

SIZES = {64: 0.09, 128: 0.07, 256: 0.05, 512: 0.03}


def groups(name: str, scores: dict[int, float], *, drawn: bool = True, **options: Any) -> list[Group]:
    made = []
    for examples, center in scores.items():
        configuration = sized(Configuration(name, {}), Part(examples, drawn))
        runs = make_runs("confirmation", configuration.name, center, seeds=8, epochs=1, **options)
        runs = [replace(run, phase="sizes") for run in runs]
        made.append(Group("sizes", configuration, tuple(range(8)), tuple(runs)))
    return made


def with_sizes(*made: list[Group], **setup: Any) -> Result:
    result = usual_result(**setup)
    return replace(result, train_sizes=train_sizes_of(result.setup, chain(*made)))


def scores_of(name: str, networks: int = 6, **changes: Any) -> EnsembleScores:
    errors = np.random.default_rng(len(name)).normal(0.1, 0.2, size=(networks, 9))
    sizes = (1, 2, networks)
    subsets = needed_subsets(networks, sizes, np.random.default_rng(0))
    scores = tuple(float((errors[list(one)].mean(axis=0) ** 2).mean()) for one in subsets)
    found = EnsembleScores(name, "confirmation", tuple(range(networks)), 0, sizes, subsets, scores)
    return replace(found, **changes)


def with_ensembles(*found: EnsembleScores) -> Result:
    result = usual_result()
    return replace(result, ensemble_sizes=ensembles_of(result.setup, found))


def drawn(lines: Any) -> Axes:
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_sizes(ax, lines, x="training examples", label="test MSE")
        figure.draw_without_rendering()
    return ax


def test_a_result_without_sizes_has_no_figure() -> None:
    for panel in (TRAIN_SIZES, ENSEMBLE_SIZES):
        assert panel.made(usual_result()) is None
    assert size_sentences(usual_result()) == ()
    assert with_sizes(groups("trial-1", {64: 0.1})).train_sizes == ()  # one size is no curve


def test_means_intervals_and_dots_are_those_of_the_result() -> None:
    result = with_sizes(groups(BASELINE, SIZES), groups("trial-1", SIZES))
    lines = train_size_lines(result)
    assert lines is not None and [line.name for line in lines.lines] == ["trial-1", BASELINE]
    ax = drawn(lines)
    first = next(line for line in ax.lines if line.get_label() == "trial-1")
    measured = result.train_sizes[1]
    np.testing.assert_allclose(first.get_ydata(), [one.summary.mean for one in measured.sizes])
    np.testing.assert_allclose(first.get_xdata(), list(SIZES), rtol=0.02)
    assert first.get_color() == PALETTE["candidate"] and ax.get_xscale() == "log"
    ends = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]  # type: ignore[attr-defined]
    assert ends == [
        pytest.approx([one.summary.interval.low, one.summary.interval.high]) for one in measured.sizes
    ]
    dots = [line for line in ax.lines if line.get_marker() == "."]
    assert sum(np.size(line.get_ydata()) for line in dots) == 2 * 4 * 8
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["64", "128", "256", "512"]


def test_the_caption_tells_the_last_step_and_how_parts_were_chosen() -> None:
    words = TRAIN_SIZES.caption(with_sizes(groups("trial-1", SIZES)))
    assert "from 256 to 512 training examples the mean test score improves" in words.text
    assert "8 seeds" in words.text and "more of them are worth a try" in words.text
    assert "drawn anew for every seed" in words.text and "over seeds alone" not in words.text
    assert "0.0" in words.alternative and "at 512" in words.alternative
    recent = TRAIN_SIZES.caption(with_sizes(groups("trial-1", SIZES, drawn=False))).text
    assert "the most recent ones" in recent and "over seeds alone" in recent
    maximized = TRAIN_SIZES.caption(with_sizes(groups("trial-1", SIZES), direction="maximize")).text
    assert "gets worse" in maximized and "higher is better" in maximized


def test_a_run_without_a_score_leaves_the_outlook_open_and_is_told() -> None:
    result = with_sizes(groups("trial-1", SIZES, diverged=[2]))
    (sentence,) = size_sentences(result)
    assert "is not shown to change" in sentence and "8 without" not in sentence
    assert "7 seeds, 1 without a score" in sentence
    assert drawn(train_size_lines(result)).lines


def test_a_doubling_is_told_where_the_step_is_none() -> None:
    (sentence,) = size_sentences(with_sizes(groups("trial-1", {64: 0.09, 512: 0.03})))
    assert "a doubling" in sentence
    (sentence,) = size_sentences(with_sizes(groups("trial-1", SIZES)))
    assert "a doubling" not in sentence


def test_ensembles_are_drawn_with_their_intervals_and_the_words_say_whose() -> None:
    result = with_ensembles(scores_of("trial-1"), scores_of(BASELINE, lost=2))
    lines = ensemble_size_lines(result)
    assert lines is not None and lines.sizes == (1, 2, 6)
    first = next(line for line in drawn(lines).lines if line.get_label() == "trial-1")
    curve = result.ensemble_sizes[0].curve
    assert curve is not None
    np.testing.assert_allclose(first.get_ydata(), [one.mean for one in curve.sizes])
    words = ENSEMBLE_SIZES.caption(result).text
    assert "of the confirmation" in words and "from 1 to 6 networks the mean test score improves" in words
    assert "2 networks without a score are in none" in words and "predictions" in words
    trained = with_ensembles(scores_of("trial-1", phase="members", probabilities=True))
    words = ENSEMBLE_SIZES.caption(trained).text
    assert "trained for this" in words and "mean of the probabilities" in words


def test_what_has_no_ensembles_says_why() -> None:
    why = EnsembleScores("trial-1", "confirmation", (), 5, (), reason="the model answers <b>labels</b>")
    result = with_ensembles(why)
    assert ENSEMBLE_SIZES.made(result) is None
    assert size_sentences(result) == ("trial-1: no ensembles, the model answers <b>labels</b>.",)


def test_hostile_names_wild_scores_and_many_sizes_can_be_drawn() -> None:
    wild = {64: 1e12, 128: 1.0, 256: 0.5, 512: math.ulp(0.5)}
    made = [groups(name, wild) for name in (BASELINE, *HOSTILE)]
    result = with_sizes(*made)
    with figure_style():
        figure = TRAIN_SIZES.figure(result)
        assert figure is not None
        figure.draw_without_rendering()
    assert TRAIN_SIZES.caption(result).title
    many = with_sizes(groups("trial-1", {size: 1.0 / size for size in range(10, 200, 3)}))
    assert len(drawn(train_size_lines(many)).get_xticks()) <= 7


def test_ticks_keep_both_ends() -> None:
    assert ticks_of([1, 2, 5, 10, 20, 30]) == [1, 2, 5, 10, 20, 30]
    assert ticks_of([5, 6]) == [5, 6] and ticks_of([10]) == [10]
    assert ticks_of([90, 100]) == [90, 100] and ticks_of([1, 90, 91, 100]) == [1, 100]
