"""Small files of daily data, in the form of the real ones."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np


def days(first: str, count: int) -> list[date]:
    """So many days in a row."""
    return [date.fromisoformat(first) + timedelta(days=place) for place in range(count)]


def write_sunspots(path: Path, first: str, count: int) -> Path:
    """SILSO's daily file with made-up numbers."""
    numbers = np.random.default_rng(0).integers(0, 200, size=count)
    lines = (
        f"{day.year};{day.month:02d};{day.day:02d};{day.year}.500; {number:4d};  10.0;   5;1\n"
        for day, number in zip(days(first, count), numbers, strict=True)
    )
    path.write_text("".join(lines), "utf-8")
    return path


def write_prices(path: Path, count: int) -> Path:
    """Daily prices in two currencies, a random walk."""
    steps = np.random.default_rng(0).normal(0, 0.01, size=count)
    prices = 100 * np.exp(np.cumsum(steps))
    lines = (
        f"{day},{price:.2f},{0.8 * price:.2f}\n"
        for day, price in zip(days("2014-01-01", count), prices, strict=True)
    )
    path.write_text("date,usd,eur\n" + "".join(lines), "utf-8")
    return path
