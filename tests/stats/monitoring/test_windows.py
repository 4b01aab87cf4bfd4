"""The windows that are tested, and what they may use of the error rate."""

import numpy as np
import pytest

from tuner.stats.monitoring.windows import first_size, of_turn, scales


@pytest.mark.parametrize("first", [32, 120])
def test_all_shares_together_are_at_most_one_and_nearly_so(first: int) -> None:
    used = [scale.shares.sum() for scale in scales(first * 2**14, first)]
    assert 0.7 < sum(used) < 1.0


def test_the_shares_of_a_length_sum_to_one() -> None:
    turns = np.arange(100_000)
    assert of_turn(turns).sum() == pytest.approx(1 - np.log(2) / np.log(100_002))
    assert (np.diff(of_turn(turns)) < 0).all()


@pytest.mark.parametrize("fewer", [31, 33, 200, 1_000])
def test_more_examples_change_no_earlier_window(fewer: int) -> None:
    def windows(examples: int) -> set[tuple[int, int, float]]:
        return {
            (int(start), int(start) + scale.size, float(share))
            for scale in scales(examples, 32)
            for start, share in zip(scale.starts, scale.shares, strict=True)
        }

    later = {one for one in windows(3_000) if one[1] <= fewer}
    assert windows(fewer) == later


@pytest.mark.parametrize("begin", [0, 7, 100, 777, 1_500])
@pytest.mark.parametrize("long", [64, 200, 500])
def test_every_stretch_holds_a_window_of_more_than_a_quarter_of_it(begin: int, long: int) -> None:
    inside = [
        scale.size
        for scale in scales(begin + long, 32)
        for start in scale.starts
        if start >= begin and start + scale.size <= begin + long
    ]
    assert max(inside) > long / 4


def test_the_shortest_window_holds_ten_blocks() -> None:
    assert [first_size(block) for block in (1, 3, 4, 50)] == [32, 32, 40, 500]
