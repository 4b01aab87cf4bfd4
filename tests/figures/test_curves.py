"""Learning curves: every seed is there, and the band says only what enough seeds say."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.diagnosing import diagnose_result
from tuner.figures.curves import (
    MOST_LINES,
    MOST_POINTS,
    Curves,
    band,
    chosen_lines,
    curve_scale,
    curves,
    curves_of,
    draw_curves,
)
from tuner.figures.saving import svg
from tuner.figures.style import figure_style, new_figure
from tuner.records import BASELINE
from tuner.report.panels.learning_curves import LEARNING_CURVES
from tuner.result import Result


def test_curves_hold_every_seed_and_epoch() -> None:
    result = usual_result(seeds=10, epochs=12)
    found = curves(result)
    assert [one.name for one in found] == [BASELINE, *(one.name for one in result.finalists)]
    run = next(r for r in result.runs if r.phase == "confirmation" and r.configuration == BASELINE)
    assert found[0].train.shape == found[0].validation.shape == (10, 12)
    assert tuple(found[0].train[0]) == run.history["loss"]
    assert tuple(found[0].validation[0]) == run.history["val_loss"]


def test_without_confirmation_the_best_of_the_search_are_shown() -> None:
    result = usual_result(trials=6)
    searched = tuple(run for run in result.runs if run.phase == "search")
    found = curves(type(result)(result.setup, result.configurations, searched, None, ()))
    assert [one.name for one in found][:2] == [BASELINE, "trial-1"]
    assert len(found) == 4


def test_a_shorter_seed_is_padded_and_the_band_ends_with_the_majority() -> None:
    losses = np.array([[4.0, 3.0, 2.0, 1.0], [4.0, 3.0, 2.0, np.nan], [4.0, 5.0, np.nan, np.nan]])
    middle = band(losses)
    np.testing.assert_array_equal(middle.median, [4.0, 3.0, 2.0, np.nan])
    np.testing.assert_array_equal(middle.low, [4.0, 3.0, 2.0, np.nan])
    np.testing.assert_array_equal(middle.high, [4.0, 4.0, 2.0, np.nan])


def test_the_band_is_that_of_numpy_where_all_seeds_train() -> None:
    losses = np.random.default_rng(0).gamma(2.0, size=(9, 30))
    middle = band(losses)
    np.testing.assert_allclose(middle.median, np.median(losses, axis=0))
    np.testing.assert_allclose(middle.low, np.quantile(losses, 0.25, axis=0))


def test_diverged_runs_are_marked_and_counted() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=6, diverged=(1, 4)))
    assert found.lost == (False, True, False, False, True, False)
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, curve_scale([found]))
    (cross,) = (line for line in ax.lines if line.get_marker() == "X")
    halves = [
        len(run.history["loss"]) - 1 for run in make_runs("confirmation", "a", 0.05, seeds=6, diverged=(1, 4))
    ]
    assert np.asarray(cross.get_xdata()).tolist() == [halves[1], halves[4]]
    assert ax.get_title(loc="left") == "a"
    assert [text.get_text() for text in ax.texts] == ["2 of 6 without a score"]


def test_a_run_that_explodes_does_not_set_the_scale() -> None:
    runs = make_runs("confirmation", "a", 0.05, seeds=4, diverged=(0,))
    exploded = runs[0].__class__("confirmation", "a", 0, "diverged", {}, {"loss": (1.0, 1e30)}, 0.1)
    found = curves_of("a", [exploded, *runs[1:]])
    assert curve_scale([found]).high < 10


def test_all_diverged_still_has_a_scale() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=2, diverged=(0, 1)))
    scale = curve_scale([found])
    assert scale.low < scale.high < 10


def test_long_curves_are_thinned_for_drawing_only() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=2, epochs=3_000))
    assert found.train.shape == (2, 3_000)
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, curve_scale([found]))
    epochs = np.asarray(ax.lines[0].get_xdata())
    assert len(epochs) <= MOST_POINTS
    assert (epochs[0], epochs[-1]) == (1, 3_000)


def test_a_history_without_validation_draws_training_alone() -> None:
    run = make_runs("confirmation", "a", 0.05, seeds=1)[0]
    bare = run.__class__("confirmation", "a", 0, "complete", run.scores, {"loss": (1.0, 0.5)}, 0.1)
    found = curves_of("a", [bare])
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, curve_scale([found]))
    assert ax.get_legend_handles_labels()[1] == ["training"]


def test_validation_at_every_fifth_epoch_is_drawn_there() -> None:
    run = make_runs("confirmation", "a", 0.05, seeds=1, epochs=23)[0]
    seen = run.history["val_loss"][4::5]
    runs = [replace(run, history={"loss": run.history["loss"], "val_loss": seen}) for _ in range(3)]
    found = curves_of("a", runs)
    assert found.validation.shape == (3, 23) and found.last_validation == seen[-1]
    line = next(line for line in drawn(found).lines if line.get_label() == "validation")
    assert np.asarray(line.get_xdata()).tolist() == [5, 10, 15, 20]
    np.testing.assert_allclose(np.asarray(line.get_ydata()), seen)


def drawn(data: Curves, **marks: object) -> Axes:
    with figure_style():
        figure, (ax,) = new_figure(2.0)
        draw_curves(ax, data, curve_scale([data]), **marks)  # type: ignore[arg-type]
        figure.draw_without_rendering()
    return ax


def test_a_remark_and_the_turning_epoch_are_marked() -> None:
    data = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=3, epochs=40))
    bare, marked = drawn(data), drawn(data, title_note="overfits", turn=17.0)
    assert len(marked.lines) == len(bare.lines) + 1 and not bare.texts
    line = next(line for line in marked.lines if len(np.asarray(line.get_xdata())) == 2)
    assert np.asarray(line.get_xdata()).tolist() == [17.0, 17.0]
    assert {text.get_text() for text in marked.texts} == {"overfits", "epoch 17"}
    assert marked.get_title(loc="left") == bare.get_title(loc="left") == "a"


@pytest.mark.parametrize(("turn", "side"), [(2, "left"), (24, "left"), (25, "right"), (40, "right")])
def test_the_label_of_the_turn_is_where_there_is_room(turn: int, side: str) -> None:
    data = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=3, epochs=40))
    (label,) = drawn(data, turn=turn).texts
    assert (label.get_text(), label.get_ha()) == (f"epoch {turn}", side)


@pytest.mark.parametrize("turn", [None, 0.0, 41.0, float("nan"), float("inf")])
def test_a_turn_outside_the_training_is_not_drawn(turn: float | None) -> None:
    data = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=3, epochs=40))
    assert not drawn(data, turn=turn).texts


def test_hostile_remarks_are_text() -> None:
    data = curves_of("$x^2$", make_runs("confirmation", "a", 0.05, seeds=6, diverged=(1,)))
    ax = drawn(data, title_note="\\frac{ $ \x00")
    assert ax.get_title(loc="left") == r"\$x^2\$"
    assert ax.texts[0].get_text() == r"\frac{ \$  , 1 no score"


def test_of_very_many_seeds_the_best_the_worst_and_those_between_are_drawn() -> None:
    losses = np.random.default_rng(0).permutation(100)[:, None] * np.ones(3) + 1.0
    chosen = chosen_lines(Curves("a", losses, losses, (False,) * 100))
    ends = np.sort(losses[chosen, -1])
    assert len(chosen) == len(set(chosen.tolist())) == MOST_LINES
    assert (ends[0], ends[-1]) == (1.0, 100.0)
    assert np.diff(ends).max() <= 3
    assert chosen_lines(Curves("a", losses[:40], losses[:40], (False,) * 40)).tolist() == list(range(40))


def test_the_band_and_the_crosses_are_of_all_seeds_however_many_are_drawn() -> None:
    data = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=90, diverged=range(50, 56)))
    ax = drawn(data)
    (cross,) = (line for line in ax.lines if line.get_marker() == "X")
    assert len(np.asarray(cross.get_xdata())) == 6
    middle = next(line for line in ax.lines if line.get_label() == "training")
    np.testing.assert_allclose(np.asarray(middle.get_ydata()), band(data.train).median)
    assert sum(line.get_linewidth() < 1 for line in ax.lines) == 2 * MOST_LINES


def test_a_hundred_seeds_of_a_thousand_epochs_stay_light() -> None:
    runs = [
        run
        for name in (BASELINE, "a")
        for run in make_runs("confirmation", name, 0.04, seeds=100, epochs=1_000)
    ]
    names = [BASELINE, "a"]
    result = make_result(runs, [make_configuration(name) for name in names], names[1:])
    with figure_style():
        figure = LEARNING_CURVES.figure(result)
        assert figure is not None
        assert len(svg(figure, "curves")) < 300_000
    assert "Of more than 40 seeds, 40 are drawn" in LEARNING_CURVES.caption(result).text
    assert "Of more than" not in LEARNING_CURVES.caption(usual_result()).text


def test_the_alternative_text_tells_the_last_losses() -> None:
    result = usual_result()
    last = [
        r.history["loss"][-1]
        for r in result.runs
        if r.phase == "confirmation" and r.configuration == BASELINE
    ]
    told = LEARNING_CURVES.caption(result).alternative
    assert f"baseline (underfit, more epochs) at {np.median(last):.4g} in training" in told


def rising() -> Result:
    """A baseline of which every seed overfits."""
    epochs = np.arange(60)
    train, validation = np.exp(-epochs / 8), np.exp(-epochs / 8) + 0.4 * np.abs(epochs / 60 - 0.3)
    runs = [
        replace(run, history={"loss": tuple(train.tolist()), "val_loss": tuple(validation.tolist())})
        for run in make_runs("confirmation", BASELINE, 0.04, seeds=5)
    ]
    return make_result(runs, [make_configuration(BASELINE)])


def test_the_panel_tells_the_diagnosis_and_marks_where_overfitting_begins() -> None:
    result = rising()
    (found,) = diagnose_result(result)
    turn, validation = found.diagnosis.epoch, result.runs[0].history["val_loss"]
    assert found.diagnosis.label == "overfit" and turn == int(np.argmin(validation)) + 1
    with figure_style():
        figure = LEARNING_CURVES.figure(result)
    assert figure is not None
    told = {text.get_text() for text in figure.axes[0].texts}
    assert {"overfit", f"epoch {turn}"} <= told
    assert "baseline (overfit)" in LEARNING_CURVES.caption(result).alternative


def test_curves_without_training_losses_are_drawn_without_a_diagnosis() -> None:
    runs = [
        replace(run, history={"val_loss": run.history["val_loss"]})
        for run in make_runs("confirmation", BASELINE, 0.04, seeds=5)
    ]
    result = make_result(runs, [make_configuration(BASELINE)])
    with figure_style():
        figure = LEARNING_CURVES.figure(result)
    assert figure is not None and not figure.axes[0].texts
    assert "baseline (no diagnosis)" in LEARNING_CURVES.caption(result).alternative
