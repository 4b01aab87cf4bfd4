"""Confusion matrix: shares of each true label, their spread over runs, and the worst mistakes."""

from dataclasses import replace

import numpy as np
import pytest

from tests.forecasting import counted, kept, with_predictions
from tuner.figures.confusion import MOST_WITH_SPREAD, Confusion, confusion, draw_confusion, mistakes
from tuner.figures.style import figure_style, new_figure
from tuner.predictions import Predictions


def found(made: Predictions) -> Confusion:
    data = confusion(with_predictions(made))
    assert data is not None
    return data


def test_rows_are_shares_of_the_true_label() -> None:
    made = counted(6, classes=3)
    data = found(made)
    assert made.counts is not None
    shares = np.array([[row / row.sum() for row in run] for run in made.counts.astype(float)])
    np.testing.assert_allclose(data.share, shares.mean(axis=0))
    np.testing.assert_allclose(data.spread, shares.std(axis=0, ddof=1))
    np.testing.assert_allclose(data.share.sum(axis=1), 1.0)
    assert data.runs == 6 and data.labels == made.counts.sum() / 6


def test_a_label_that_never_occurs_has_no_shares() -> None:
    counts = np.array([[[3, 1], [0, 0]]] * 2)
    data = found(kept(2, counts=counts))
    np.testing.assert_array_equal(data.share, [[0.75, 0.25], [np.nan, np.nan]])
    np.testing.assert_array_equal(data.spread, [[0, 0], [np.nan, np.nan]])
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_confusion(ax, data)
    assert sorted(text.get_text() for text in ax.texts) == ["25.0 %\n± 0.0", "75.0 %\n± 0.0"]


def test_a_label_of_some_runs_only_counts_in_those() -> None:
    counts = np.array([[[4, 0], [1, 3]], [[4, 0], [0, 0]]])
    data = found(kept(2, counts=counts))
    np.testing.assert_array_equal(data.share, [[1, 0], [0.25, 0.75]])
    assert np.isnan(data.spread[1]).all()


def test_the_worst_mistakes_come_first() -> None:
    counts = np.array([[[90, 10, 0], [0, 100, 0], [25, 0, 75]]])
    assert mistakes(found(kept(1, counts=counts))) == ((2, 0, 0.25), (0, 1, 0.1))
    assert mistakes(found(kept(1, counts=counts * np.eye(3, dtype=int)))) == ()


@pytest.mark.parametrize("made", [kept(), kept(1, counts=np.zeros((1, 2, 2), dtype=int))])
def test_without_labels_there_is_none(made: Predictions) -> None:
    assert confusion(with_predictions(made)) is None
    assert confusion(replace(with_predictions(made), predictions={})) is None


@pytest.mark.parametrize("classes", [2, MOST_WITH_SPREAD, MOST_WITH_SPREAD + 1, 20])
def test_every_number_of_classes_can_be_drawn(classes: int) -> None:
    data = found(counted(3, classes))
    with figure_style():
        figure, (ax,) = new_figure(5.0)
        draw_confusion(ax, data)
        figure.draw_without_rendering()
    assert len(ax.texts) >= classes
    assert all(("±" in text.get_text()) == (classes <= MOST_WITH_SPREAD) for text in ax.texts)
