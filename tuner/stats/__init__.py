"""Statistics of repeated runs: describe one group, compare two or more, reach a verdict.

Functions of arrays and a generator: nothing here trains, reads, prints or draws.
"""

from tuner.stats.compare import compare, compare_all
from tuner.stats.comparison import Comparison
from tuner.stats.describe import Summary, describe
from tuner.stats.intervals import Interval
from tuner.stats.letters import letters
from tuner.stats.multiple import Contender, Pair, Simultaneous, all_pairs, best_set, dunnett
from tuner.stats.secondary import SecondaryTest, Sensitivity
from tuner.stats.verdict import Verdict

__all__ = [
    "Comparison",
    "Contender",
    "Interval",
    "Pair",
    "SecondaryTest",
    "Sensitivity",
    "Simultaneous",
    "Summary",
    "Verdict",
    "all_pairs",
    "best_set",
    "compare",
    "compare_all",
    "describe",
    "dunnett",
    "letters",
]
