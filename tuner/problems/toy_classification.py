"""Six short sequences, each with one number other than 0: which one?"""

import numpy as np

from tuner.problems.coding import one_hot
from tuner.splits import Splits

_SEQUENCES = np.array(
    [
        [0, 1, 1, 0, 0, 0],
        [0, 0, 0, 2, 2, 0],
        [0, 0, 0, 0, 3, 3],
        [0, 2, 2, 0, 0, 0],
        [0, 0, 3, 3, 0, 0],
        [0, 0, 0, 0, 1, 1],
    ]
)
_NEW = np.array([[0, 0, 0, 0, 0, 1]])  # which the source asks for after training
_CLASSES = 4  # class 0 has no example


def toy_classification() -> Splits:
    """Say which number from 1 to 3 a sequence holds, float32.

    x has shape (examples, 6, 1), y (examples, 4) is one-hot. Train and validation are the same six
    sequences, as in the source: all that is asked is whether they can be learned. Test has a seventh that
    is new, so that an accuracy of 1 there is all six and the new one.

    Source: Heaton, Applications of Deep Neural Networks (T81-558), part 10.2.
    """

    def pair(sequences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return sequences[..., None].astype("float32"), one_hot(sequences.max(axis=1), _CLASSES)

    known = pair(_SEQUENCES)
    return Splits(
        train=known, validation=known, test=pair(np.concatenate([_SEQUENCES, _NEW])), naive=("majority",)
    )
