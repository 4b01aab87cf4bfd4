"""What `tuner report` takes with many runs."""
