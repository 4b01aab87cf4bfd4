"""Generators of the systems that studies search on."""

from tuner.problems.contrived_series import contrived_series
from tuner.problems.sine_sum import random_sines, sine_sum

__all__ = ["contrived_series", "random_sines", "sine_sum"]
