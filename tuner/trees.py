"""Arrays in tuples, lists and dicts: taken out, and put back in their places.

An outline says how a tree is built without its arrays, as JSON can hold it: an empty text stands for an
array, a list for a tuple, an object for a dict.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

Tree = Any  # an array, or a tuple or dict of trees
Outline = Any

_ARRAY = ""


def flat(tree: Tree) -> tuple[np.ndarray, ...]:
    """The arrays of a tree; those of a dict in the order of its keys.

    >>> [array.tolist() for array in flat({"b": np.array([1]), "a": (np.array([2]), np.array([3]))})]
    [[2], [3], [1]]
    """
    return tuple(leaves(tree))


def leaves(tree: Tree) -> Iterator[np.ndarray]:
    """The same, one after another."""
    if isinstance(tree, Mapping):
        for key in sorted(tree):
            yield from leaves(tree[key])
    elif isinstance(tree, tuple | list):
        for part in tree:
            yield from leaves(part)
    else:
        yield np.asarray(tree)


def outline(tree: Tree) -> Outline:
    """How a tree is built. Raises: TypeError where a key is no text.

    >>> outline({"a": (np.zeros(3), np.zeros(2))})
    {'a': ['', '']}
    """
    if isinstance(tree, Mapping):
        if wrong := [key for key in tree if not isinstance(key, str)]:
            raise TypeError(f"the key {wrong[0]!r} of a dict of arrays is no text")
        return {key: outline(tree[key]) for key in sorted(tree)}
    if isinstance(tree, tuple | list):
        return [outline(part) for part in tree]
    return _ARRAY


def places(plan: Outline) -> int:
    """How many arrays a tree of this outline has. Raises: ValueError where it is no outline.

    >>> places({"a": ["", ""], "b": ""})
    3
    """
    if isinstance(plan, Mapping):
        return sum(map(places, plan.values()))
    if isinstance(plan, list | tuple):
        return sum(map(places, plan))
    if plan != _ARRAY:
        raise ValueError("no outline of arrays")
    return 1


def rebuilt(plan: Outline, arrays: Iterable[np.ndarray]) -> Tree:
    """The tree of an outline with these arrays in it, as many as it has places.

    Raises: ValueError where their number is another, or the outline is none.
    """
    ahead = iter(arrays)
    tree = _rebuild(plan, ahead)
    if next(ahead, None) is not None:
        raise ValueError("there are more arrays than places for them")
    return tree


def _rebuild(plan: Outline, ahead: Iterator[np.ndarray]) -> Tree:
    if isinstance(plan, Mapping):
        return {key: _rebuild(part, ahead) for key, part in plan.items()}
    if isinstance(plan, list):
        return tuple(_rebuild(part, ahead) for part in plan)
    array = next(ahead, None)
    if plan != _ARRAY or array is None:
        raise ValueError("an outline of arrays that fits them not")
    return array


def mapped(function: Callable[..., np.ndarray], *trees: Tree) -> Tree:
    """The tree of what a function makes of the arrays of trees that are built alike."""
    return rebuilt(outline(trees[0]), (function(*parts) for parts in zip(*map(flat, trees), strict=True)))


def size_of(tree: Tree) -> int:
    """Bytes of all arrays of a tree; 0 of None."""
    return 0 if tree is None else sum(array.nbytes for array in flat(tree))


def at_rows(tree: Tree, rows: Any) -> Tree:
    """The tree with these examples of every array, by places or a slice; a list stays a list."""
    if isinstance(tree, Mapping):
        return {key: at_rows(part, rows) for key, part in tree.items()}
    if isinstance(tree, tuple | list):
        return type(tree)(at_rows(part, rows) for part in tree)
    return (tree if isinstance(tree, np.ndarray) else np.asarray(tree))[rows]
