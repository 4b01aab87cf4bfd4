"""Generators and loaders of the systems that studies search on."""

from tuner.problems.bitcoin import bitcoin
from tuner.problems.contrived_series import contrived_series
from tuner.problems.sine_sum import random_sines, sine_sum
from tuner.problems.sunspots import sunspots

__all__ = ["bitcoin", "contrived_series", "random_sines", "sine_sum", "sunspots"]
