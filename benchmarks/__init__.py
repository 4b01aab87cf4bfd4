"""Speed and statistical calibration, run by hand; the numbers are in the README of this folder."""
