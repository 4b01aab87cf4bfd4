"""The equality table: what the vectorized engine must train as `fit` trains it, one row a model.

Rows are data. `python -m tests.engines.table` trains them in float64, and `tests/engines/test_table.py` in
float32.
"""
