"""Scores from anywhere (run folders, CSV files, plain numbers), lined up and compared."""
