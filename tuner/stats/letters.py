"""Compact letter display: groups that share a letter were not shown to differ."""

import string
from collections.abc import Sequence

import numpy as np

from tuner.stats.multiple import Pair
from tuner.stats.scores import losses


def letters(pairs: Sequence[Pair]) -> dict[str, str]:
    """The letters of every group in the pairs, best mean first; two groups share one unless they differ.

    Two groups differ where their verdict is better or worse. The best group has the letter a. Pairs that
    were not compared count as not differing. The same pairs give the same letters, in any order.

    Source: insert, absorb and sweep, Piepho (2004), doi:10.1198/1061860043515.

    >>> from tuner.stats import all_pairs
    >>> high, low, wide = [1.1, 1.2, 1.0, 1.3, 1.3], [0.8, 0.9, 0.7, 0.8, 0.9], [0.9, 1.2, 0.8, 1.3, 0.7]
    >>> letters(all_pairs({"a": high, "b": low, "c": wide}))
    {'b': 'a', 'c': 'ab', 'a': 'b'}
    """
    order = _best_first(pairs)
    rank = {name: position for position, name in enumerate(order)}
    apart = sorted(
        tuple(sorted((rank[pair.first], rank[pair.second])))
        for pair in pairs
        if pair.comparison.verdict in ("better", "worse")
    )
    columns = [frozenset(range(len(order)))]
    for first, second in apart:
        columns = _absorb([part for column in columns for part in _split(column, first, second)])
    columns = _sweep(sorted(columns, key=sorted))
    return {
        name: "".join(_letter(k) for k, column in enumerate(columns) if rank[name] in column)
        for name in order
    }


def _split(column: frozenset[int], first: int, second: int) -> tuple[frozenset[int], ...]:
    """The column, or where it holds both groups of a differing pair, one without either."""
    if first in column and second in column:
        return column - {second}, column - {first}
    return (column,)


def _absorb(columns: list[frozenset[int]]) -> list[frozenset[int]]:
    """The columns that are not part of another; of equal ones the first."""
    distinct = list(dict.fromkeys(columns))
    return [one for one in distinct if not any(one < other for other in distinct)]


def _sweep(columns: list[frozenset[int]]) -> list[frozenset[int]]:
    """The columns without those that say nothing new: all that share them share another one, too."""
    for column in columns[::-1]:
        rest = [other for other in columns if other is not column]
        if all(any({a, b} <= other for other in rest) for a in column for b in column):
            columns = rest
    return columns


def _letter(index: int) -> str:
    """a to z, A to Z, then numbers in brackets."""
    return string.ascii_letters[index] if index < len(string.ascii_letters) else f"({index + 1})"


def _best_first(pairs: Sequence[Pair]) -> list[str]:
    """The names by the mean of the finished runs, best first; equal ones by name, those without one last."""
    means: dict[str, float] = {}
    for pair in pairs:
        evidence = pair.comparison.evidence
        for name, scores in ((pair.first, evidence.candidate), (pair.second, evidence.baseline)):
            turned = losses(scores, evidence.design.direction)
            kept = turned[np.isfinite(turned)]
            means[name] = float(kept.mean()) if kept.size else float("inf")
    return sorted(means, key=lambda name: (means[name], name))
