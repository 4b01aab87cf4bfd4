"""Newer examples in the order of time, cut into train, validation and test without leaks."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tuner.errors import BundleError
from tuner.splits import Splits
from tuner.trees import Tree, flat, mapped

Pair = tuple[Tree, Tree]

FEWEST = 2  # examples to judge by
MOSTLY = 0.5  # of the examples to judge by; where the model knows more, the new data are not new
_FOR = {"validation": "choose", "test": "judge"}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """New examples: to train on, then to choose by, then, the most recent of all, to judge by.

    `gap` examples were left out at each border, whose targets the next part shares.
    """

    train: Pair
    validation: Pair
    test: Pair
    gap: int = 0
    starts: Mapping[str, Any] = field(default_factory=dict)  # places in time, as `Splits` has them

    @property
    def sizes(self) -> dict[str, int]:
        """Number of examples of each part."""
        return {name: count(getattr(self, name)) for name in ("train", "validation", "test")}


def count(pair: Pair) -> int:
    """Number of examples."""
    return len(flat(pair[1])[0])


def parted(pair: Pair, validation: int | float, test: int | float, gap: int = 0) -> Parts:
    """Examples in the order of time, the last `test` of them (a number, or a share of all) for the test, and
    the `validation` before them to choose by.

    Windows of a series overlap: where a target has `gap` + 1 steps, it shares steps with as many windows
    after it, which are left out before the validation part and before the test part. The inputs of a part may
    reach back into the part before it, as they do when forecasts are made day by day.

    Raises: BundleError where too few examples are left.
    """
    total = count(pair)
    n_test, n_validation = (_count(*part, total) for part in (("test", test), ("validation", validation)))
    n_train = total - n_test - n_validation - 2 * gap
    if n_train < 1:
        left_out = f", and {2 * gap} are left out between the parts" if gap else ""
        raise BundleError(
            f"there are {total:,} new examples: {n_validation:,} to choose by and {n_test:,} to judge by"
            f" leave none to train on{left_out}; give more new data, or smaller --validation and --test"
        )
    first_test = total - n_test
    first_validation = first_test - gap - n_validation
    return Parts(
        train=taken(pair, slice(0, n_train)),
        validation=taken(pair, slice(first_validation, first_validation + n_validation)),
        test=taken(pair, slice(first_test, total)),
        gap=gap,
    )


def of_splits(splits: Splits) -> Parts:
    """The parts that somebody has cut already. Raises: BundleError where one comes batch by batch."""
    for name in splits.pipelines:
        raise BundleError(f"the {name} split of the new data comes batch by batch; give arrays")
    return Parts(splits.train, splits.validation, splits.test, starts=splits.starts)


def taken(pair: Pair, places: slice | np.ndarray) -> Pair:
    """Some examples of a pair."""
    x, y = (mapped(lambda array: array[places], part) for part in pair)
    return x, y


def recent(pair: Pair, share: float) -> Pair:
    """The most recent examples: a share of all, one at least."""
    total = count(pair)
    kept = recent_of(total, share)
    return pair if kept == total else taken(pair, slice(total - kept, total))


def recent_of(total: int, share: float) -> int:
    """How many of `total` examples the most recent share are, one at least."""
    return min(total, max(1, round(share * total)))


def together(*pairs: Pair) -> Pair:
    """The examples of several pairs, one after another.

    Raises: BundleError where their shapes differ.
    """
    join: Callable[..., np.ndarray] = lambda *arrays: np.concatenate(arrays)  # noqa: E731
    try:
        x, y = (mapped(join, *(pair[part] for pair in pairs)) for part in (0, 1))
    except ValueError as error:
        raise BundleError(f"old and new examples cannot be joined ({error})") from None
    return x, y


def seen_before(recent_examples: Pair, old: Pair) -> int:
    """How many examples are among the old ones, to the bit, with their targets."""
    known = set(_keys(old))
    return sum(key in known for key in _keys(recent_examples))


def apart(old: Pair, judging: Pair, reach: int = 0) -> Pair:
    """The old examples without those that are among others that judge, to the bit, and without `reach`
    neighbours on both sides of them, which share steps of their targets.

    Raises: BundleError where none is left.
    """
    known = set(_keys(judging))
    kept = _beyond(np.array([key in known for key in _keys(old)]), reach)
    if not len(kept):
        raise BundleError("all old examples are among the new ones; give observations from after these")
    return old if len(kept) == count(old) else taken(old, kept)


def digests_of(*pairs: Pair) -> np.ndarray:
    """A number that tells an example, with its targets, from all others, to the bit: uint64, (examples,)."""
    keys = (hashlib.blake2b(key, digest_size=8).digest() for pair in pairs for key in _keys(pair))
    return np.frombuffer(b"".join(keys), np.uint64)


def unlearned(parts: Parts, learned: np.ndarray, reach: int = 0) -> tuple[Parts, dict[str, np.ndarray]]:
    """The parts without examples to choose or to judge by whose digests are among the `learned` ones, and
    without `reach` neighbours on both sides of these, which share steps of their targets.

    With them come the places of the examples that stay in either part.

    Raises: BundleError where most of those to judge by would go, or too few would stay.
    """
    places = {
        name: _beyond(np.isin(digests_of(getattr(parts, name)), learned), reach)
        for name in ("validation", "test")
    }
    for name, most in (("test", MOSTLY), ("validation", 1.0)):
        total, stay = count(getattr(parts, name)), len(places[name])
        if stay < total and (total - stay > most * total or stay < FEWEST):
            raise BundleError(
                f"{total - stay:,} of the {total:,} new examples to {_FOR[name]} by were in the data of an"
                " earlier update, by which the existing model came about; give observations from after these"
            )
    return chosen(parts, places), places


def chosen(parts: Parts, places: Mapping[str, np.ndarray]) -> Parts:
    """The examples at these places of some of the parts, and all of the others."""
    own: dict[str, Any] = {name: taken(getattr(parts, name), at) for name, at in places.items()}
    starts = {
        name: np.asarray(start)[places[name]] if name in places and np.ndim(start) else start
        for name, start in parts.starts.items()
    }
    return replace(parts, **own, starts=starts)


def _beyond(known: np.ndarray, reach: int) -> np.ndarray:
    """The places that are further than `reach` from all that are `known`, bool (examples,)."""
    near = np.flatnonzero(known)[:, None] + np.arange(-reach, reach + 1)
    return np.setdiff1d(np.arange(len(known)), near)


def _keys(pair: Pair) -> list[bytes]:
    """What tells examples apart, in the precision in which models are trained."""
    arrays = [_plain(array) for array in (*flat(pair[0]), *flat(pair[1]))]
    return [b"".join(array[place].tobytes() for array in arrays) for place in range(len(arrays[0]))]


def _plain(array: np.ndarray) -> np.ndarray:
    kinds: dict[str, type] = {"f": np.float32, "i": np.int64, "u": np.int64}
    return np.ascontiguousarray(array, dtype=kinds.get(array.dtype.kind, array.dtype))


def _count(name: str, value: Any, total: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BundleError(f"--{name} is {value!r}; give a number of examples, or a share such as 0.2")
    if isinstance(value, float) and not value.is_integer() and 0 < value < 1:
        return max(FEWEST, round(total * value))
    if value != int(value) or value < FEWEST:
        raise BundleError(
            f"--{name} is {value:g}; give a number of examples, {FEWEST} or more, or a share between 0 and 1"
        )
    return int(value)
