"""Labels are recognised where there are some, and counted as by hand."""

from typing import Any

import numpy as np
import pytest

from tuner.confusion import MOST_CLASSES, label_counts

RNG = np.random.default_rng(1)
LABELS = RNG.integers(4, size=50)
SHARES = RNG.dirichlet(np.ones(4), size=50).astype("float32")
BITS = RNG.integers(2, size=(50, 1))
CHANCES = RNG.random((50, 1)).astype("float32")


def by_hand(true: np.ndarray, said: np.ndarray, classes: int) -> list[list[int]]:
    pairs = list(zip(true.ravel().tolist(), said.ravel().tolist(), strict=True))
    return [[pairs.count((row, column)) for column in range(classes)] for row in range(classes)]


@pytest.mark.parametrize(
    "given", [LABELS, LABELS[:, None], LABELS.astype(float), np.eye(4)[LABELS], np.eye(4, dtype=bool)[LABELS]]
)
def test_classes_in_any_form_are_counted(given: np.ndarray) -> None:
    found = label_counts(given, SHARES)
    assert found is not None and found.tolist() == by_hand(LABELS, SHARES.argmax(axis=1), 4)


@pytest.mark.parametrize("given", [BITS, BITS[:, 0], BITS.astype("float32"), BITS.astype(bool)])
def test_two_classes_are_told_apart_at_one_half(given: np.ndarray) -> None:
    found = label_counts(given, CHANCES)
    assert found is not None and found.tolist() == by_hand(BITS, CHANCES > 0.5, 2)


def test_steps_of_a_sequence_count_one_by_one() -> None:
    true, said = RNG.integers(3, size=(20, 5)), RNG.dirichlet(np.ones(3), size=(20, 5))
    for given in (true, true[..., None], np.eye(3)[true]):
        found = label_counts(given, said)
        assert found is not None and found.tolist() == by_hand(true, said.argmax(axis=-1), 3)


def test_scores_before_the_softmax_are_enough_where_labels_are_whole() -> None:
    found = label_counts(LABELS, np.log(SHARES))
    assert found is not None and found.tolist() == by_hand(LABELS, SHARES.argmax(axis=1), 4)


@pytest.mark.parametrize(
    ("true", "said"),
    [
        (RNG.normal(size=(9, 3)), RNG.normal(size=(9, 3))),
        (RNG.normal(size=9), RNG.normal(size=(9, 1))),
        (np.arange(9), RNG.normal(size=(9, 1))),  # whole numbers to forecast
        (np.arange(9.0)[:, None] % 3, RNG.normal(size=(9, 3))),  # whole by chance, and three quantiles
        (np.zeros(9), RNG.random(9)),  # of one class nothing can be mistaken
        (BITS, 3 * CHANCES),  # no probabilities
        (np.full(9, np.nan), RNG.random((9, 2))),
        (np.full(9, np.inf), np.full((9, 2), 0.5)),
        (np.arange(9) - 1, RNG.dirichlet(np.ones(9), size=9)),
        (np.arange(MOST_CLASSES + 1), RNG.dirichlet(np.ones(MOST_CLASSES + 1), size=MOST_CLASSES + 1)),
        (np.array(["a", "b"]), np.array([[0.5], [0.5]])),
        ({"a": LABELS}, SHARES),
        (LABELS, (SHARES, SHARES)),
        (LABELS, np.float32(1)),
    ],
)
def test_what_are_no_labels_are_not_counted(true: Any, said: Any) -> None:
    assert label_counts(true, said) is None


def test_counts_beside_quantiles_are_no_labels() -> None:
    rng = np.random.default_rng(0)
    counts, quantiles = rng.integers(0, 3, 50), np.sort(rng.uniform(0.1, 3.0, (50, 3)), axis=1)
    assert label_counts(counts, quantiles) is None
    assert label_counts(counts, quantiles - 1.5) is not None  # logits
