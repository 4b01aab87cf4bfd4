"""The figures of the page, each a module: what is drawn, where it stands, and its words.

A panel takes its numbers and its drawing from `tuner.figures`. A new one is a module here and a line in
`PANELS`, which is the order of the page within each section.
"""

from typing import Any

from tuner.report.panels.base import Caption, Panel, Section
from tuner.report.panels.confusion import CONFUSION
from tuner.report.panels.differences import DIFFERENCES
from tuner.report.panels.ensemble_sizes import ENSEMBLE_SIZES
from tuner.report.panels.forecasts import FORECASTS
from tuner.report.panels.growth import GROWTH
from tuner.report.panels.importance import IMPORTANCE
from tuner.report.panels.learning_curves import LEARNING_CURVES
from tuner.report.panels.optimism import OPTIMISM
from tuner.report.panels.pairs import PAIRS
from tuner.report.panels.parallel_coordinates import PARALLEL_COORDINATES
from tuner.report.panels.predicted import PREDICTED
from tuner.report.panels.scores import SCORES
from tuner.report.panels.search_history import SEARCH_HISTORY
from tuner.report.panels.slices import SLICES
from tuner.report.panels.timeline import TIMELINE
from tuner.report.panels.train_sizes import TRAIN_SIZES
from tuner.report.panels.tuning_curve import TUNING_CURVE

__all__ = ["PANELS", "Caption", "Panel", "Section"]

PANELS: tuple[Panel[Any], ...] = (
    SCORES,
    DIFFERENCES,
    PAIRS,
    GROWTH,
    TRAIN_SIZES,
    ENSEMBLE_SIZES,
    LEARNING_CURVES,
    FORECASTS,
    PREDICTED,
    CONFUSION,
    SEARCH_HISTORY,
    IMPORTANCE,
    SLICES,
    PARALLEL_COORDINATES,
    OPTIMISM,
    TUNING_CURVE,
    TIMELINE,
)
