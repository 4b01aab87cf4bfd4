"""Markdown tables and CSV files of what was measured in rounds."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Rounds = Mapping[str, Mapping[str, Mapping[int, float]]]  # row -> column -> round -> what was measured


def by_round(measured: Iterable[tuple[str, str, int, float]]) -> Rounds:
    """Values of (row, column, round), for looking up; what is missing is empty."""
    found: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
    for row, column, turn, value in measured:
        found[row][column][turn] = value
    return found


def ratios(slow: Mapping[int, float], fast: Mapping[int, float]) -> list[float]:
    """How many times slower, in every round that has both."""
    return [slow[turn] / fast[turn] for turn in slow if turn in fast]


def median(values: Iterable[float]) -> str:
    """The median to three digits, or a dash where there is no value."""
    values = list(values)
    return f"{float(f'{np.median(values):.3g}'):,.10g}" if values else "-"


def median_table(head: str, rounds: Rounds, columns: Iterable[str]) -> str:
    """Medians over the rounds."""
    columns = tuple(columns)
    rows = [(row, *(median(found[column].values()) for column in columns)) for row, found in rounds.items()]
    return markdown((head, *columns), rows)


def ratio_table(head: str, rounds: Rounds, pairs: Iterable[tuple[str, str]]) -> str:
    """Medians over the rounds of the ratio of two columns, for each pair (slow, fast) of them."""
    pairs = tuple(pairs)
    rows = [
        (row, *(median(ratios(found[slow], found[fast])) for slow, fast in pairs))
        for row, found in rounds.items()
    ]
    return markdown((head, *(f"{slow} / {fast}" for slow, fast in pairs)), rows)


def spread(rounds: Rounds) -> str:
    """How much the rounds of a cell differ, in words."""
    shares = {}
    for row, found in rounds.items():
        for column, values in found.items():
            if len(values) > 1:
                low, middle, high = np.quantile(list(values.values()), [0.25, 0.5, 0.75])
                shares[f"{row}; {column}"] = (high - low) / abs(middle)
    if not shares:
        return "Nothing was measured twice."
    worst = max(shares, key=lambda cell: shares[cell])
    typical = np.median(list(shares.values()))
    return (
        f"The middle half of the rounds spans {typical:.1%} of the median in a typical cell,"
        f" {shares[worst]:.1%} at most ({worst})."
    )


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """A CSV file of rows with the same keys; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(line)} |" for line in (head, *rows)]
    return "\n".join([lines[0], "|---|" + "---:|" * (len(head) - 1), *lines[1:]])
