"""Statistics of repeated runs: describe one group, compare two or more, reach a verdict.

Functions of arrays and a generator: nothing here trains, reads, prints or draws.
"""

from tuner.stats.aso import AlmostStochasticOrder, almost_stochastic_order
from tuner.stats.bayes import BayesianComparison, bayesian_comparison
from tuner.stats.compare import compare, compare_all
from tuner.stats.comparison import Comparison
from tuner.stats.comparisons import Comparisons
from tuner.stats.describe import Summary, describe
from tuner.stats.ensembles import EnsembleCurve, ensemble_curve, needed_subsets
from tuner.stats.examples import OverExamples, over_examples
from tuner.stats.forecasts import DieboldMariano, diebold_mariano
from tuner.stats.intervals import Interval
from tuner.stats.letters import letters
from tuner.stats.multiple import Contender, Pair, Simultaneous, all_pairs, best_set, dunnett
from tuner.stats.secondary import SecondaryTest, Sensitivity
from tuner.stats.sequential import compare_looks
from tuner.stats.steps import Step, last_step
from tuner.stats.variance import VarianceShares, variance_shares
from tuner.stats.verdict import Verdict

__all__ = [
    "AlmostStochasticOrder",
    "BayesianComparison",
    "Comparison",
    "Comparisons",
    "Contender",
    "DieboldMariano",
    "EnsembleCurve",
    "Interval",
    "OverExamples",
    "Pair",
    "SecondaryTest",
    "Sensitivity",
    "Simultaneous",
    "Step",
    "Summary",
    "VarianceShares",
    "Verdict",
    "all_pairs",
    "almost_stochastic_order",
    "bayesian_comparison",
    "best_set",
    "compare",
    "compare_all",
    "compare_looks",
    "describe",
    "diebold_mariano",
    "dunnett",
    "ensemble_curve",
    "last_step",
    "letters",
    "needed_subsets",
    "over_examples",
    "variance_shares",
]
