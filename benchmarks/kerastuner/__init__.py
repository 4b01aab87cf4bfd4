"""KerasTuner and tuner on the same searches; `python -m benchmarks.kerastuner`."""
