"""Experiment trackers: what a study trains, shown by TensorBoard and by MLflow as well.

A tracker only copies what the ledger has. One that fails is left behind, and a run folder can be logged
again at any time; what a tracker has already is not logged twice.
"""

from tuner.trackers.base import Ending, Tracker
from tuner.trackers.conclusion import Conclusion, conclusion_of
from tuner.trackers.tracking import Tracking, export, open_trackers, tracking

__all__ = [
    "Conclusion",
    "Ending",
    "Tracker",
    "Tracking",
    "conclusion_of",
    "export",
    "open_trackers",
    "tracking",
]
