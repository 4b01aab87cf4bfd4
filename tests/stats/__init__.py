"""Tests of the statistics: against SciPy, published and hand-computed numbers, and by their properties."""
