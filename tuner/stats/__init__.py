"""Statistics of repeated runs: describe one group, compare two or more, reach a verdict.

Functions of arrays and a generator: nothing here trains, reads, prints or draws.
"""

from tuner.stats.compare import Comparison, compare, compare_all
from tuner.stats.describe import Summary, describe
from tuner.stats.intervals import Interval
from tuner.stats.sequential import compare_looks
from tuner.stats.verdict import Verdict

__all__ = [
    "Comparison",
    "Interval",
    "Summary",
    "Verdict",
    "compare",
    "compare_all",
    "compare_looks",
    "describe",
]
