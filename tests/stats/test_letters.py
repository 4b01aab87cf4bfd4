"""Compact letters by hand, and the rule that they stand for."""

import dataclasses
from collections.abc import Iterable
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.stats import Pair, all_pairs, compare, letters


def ordered_pairs(size: int, apart: Iterable[tuple[int, int]]) -> list[Pair]:
    """Groups "0", "1", ... with rising means, of which the given pairs differ and no other."""
    some, differing = compare([1.0, 2.0], [2.0, 3.0]), set(apart)
    return [
        Pair(
            str(first),
            str(second),
            dataclasses.replace(
                some,
                verdict="better" if (first, second) in differing else "undecided",
                evidence=dataclasses.replace(
                    some.evidence, candidate=np.array([float(first)]), baseline=np.array([float(second)])
                ),
            ),
        )
        for first, second in combinations(range(size), 2)
    ]


def test_eight_groups_with_few_pairs_apart() -> None:
    apart = [(0, 6), (0, 7), (1, 3), (1, 4), (2, 4)]
    found = letters(ordered_pairs(8, apart))
    for first, second in combinations(range(8), 2):
        share = set(found[str(first)]) & set(found[str(second)])
        assert bool(share) == ((first, second) not in apart)


def test_by_hand() -> None:
    assert letters(ordered_pairs(3, [])) == {"0": "a", "1": "a", "2": "a"}
    assert letters(ordered_pairs(3, [(0, 2)])) == {"0": "a", "1": "ab", "2": "b"}
    assert letters(ordered_pairs(3, [(0, 1), (0, 2), (1, 2)])) == {"0": "a", "1": "b", "2": "c"}
    assert letters(ordered_pairs(4, [(0, 2), (0, 3), (1, 3)])) == {"0": "a", "1": "ab", "2": "bc", "3": "c"}
    assert letters([]) == {}


def test_the_best_comes_first_whichever_way_is_better() -> None:
    runs = {"low": [0.0, 0.1, 0.2, 0.1, 0.0], "high": [5.0, 5.1, 5.2, 5.1, 5.0]}
    assert letters(all_pairs(runs)) == {"low": "a", "high": "b"}
    assert letters(all_pairs(runs, direction="maximize")) == {"high": "a", "low": "b"}
    lost = runs | {"lost": [np.nan] * 5}
    assert letters(all_pairs(lost)) == {"low": "a", "high": "b", "lost": "c"}


def test_more_groups_than_letters() -> None:
    found = letters(ordered_pairs(54, combinations(range(54), 2)))
    assert (found["0"], found["25"], found["26"], found["52"], found["53"]) == ("a", "z", "A", "(53)", "(54)")


@given(st.integers(2, 6), st.data())
@settings(deadline=None, max_examples=30)
def test_groups_share_a_letter_unless_they_differ(size: int, data: st.DataObject) -> None:
    apart = data.draw(st.sets(st.sampled_from(list(combinations(range(size), 2)))))
    pairs = ordered_pairs(size, apart)
    found = letters(pairs)
    for pair in combinations(range(size), 2):
        share = set(found[str(pair[0])]) & set(found[str(pair[1])])
        assert bool(share) == (pair not in apart)
    assert found["0"].startswith("a")
    assert letters(pairs[::-1]) == found
    # No letter is idle: each is the only one that some pair, or a group alone, has.
    for letter in set("".join(found.values())):
        rest = {name: set(own) - {letter} for name, own in found.items()}
        assert not all(rest.values()) or any(
            not rest[str(a)] & rest[str(b)] for a, b in combinations(range(size), 2) if (a, b) not in apart
        )
