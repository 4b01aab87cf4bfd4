"""Generators of the systems that studies search on."""

from tuner.problems.sine_sum import random_sines, sine_sum

__all__ = ["random_sines", "sine_sum"]
