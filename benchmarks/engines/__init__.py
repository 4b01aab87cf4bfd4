"""Speed of the engines beside Keras' own `fit`; `python -m benchmarks.engines`."""
