"""A part of a train split: so many of its examples, within every larger part."""

from dataclasses import replace

import numpy as np

from tuner.parts import Part
from tuner.seeds import sequence
from tuner.splits import Splits
from tuner.trees import at_rows


def taken(splits: Splits, part: Part, study: int, index: int) -> Splits:
    """The splits with a part of their train split.

    What is drawn depends on the seed of the study and the seed index alone: every configuration has the same
    examples, in the order of the split, and a smaller part is within a larger one.
    """
    total = splits.sizes["train"]
    if part.examples >= total:
        return splits
    rows: slice | np.ndarray = slice(total - part.examples, None)
    if part.drawn:
        order = np.random.default_rng(sequence(study, index, "sizes", "part")).permutation(total)
        rows = np.sort(order[: part.examples])
    return replace(splits, train=at_rows(splits.train, rows))
