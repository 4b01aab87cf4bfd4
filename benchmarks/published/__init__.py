"""The systems that tuner reproduces, at their published configurations, beside what their sources publish."""
