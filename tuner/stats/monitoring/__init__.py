"""Scores that come in over time: against an expected level, looked at without end, per period and as a trend.

Functions of arrays: nothing here knows files, models or clocks.
"""

from tuner.stats.monitoring.expected import ExpectedLevel, Other, expected_level
from tuner.stats.monitoring.found import Detectable, Monitored, Untold, Word
from tuner.stats.monitoring.judging import monitor_scores
from tuner.stats.monitoring.skill import Skill, Trend, skill_of, trend_of
from tuner.stats.monitoring.windows import Departure

__all__ = [
    "Departure",
    "Detectable",
    "ExpectedLevel",
    "Monitored",
    "Other",
    "Skill",
    "Trend",
    "Untold",
    "Word",
    "expected_level",
    "monitor_scores",
    "skill_of",
    "trend_of",
]
