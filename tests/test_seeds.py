"""The streams of chance: derived from the study seed, apart from each other, the same every time."""

import hashlib
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.seeds import STREAMS, Seed, Stream, as_integer, sequence

USUAL = {"study": 7, "phase": "search", "configuration": "abc", "index": 3}


@given(st.integers(0, 2**64), st.text(), st.integers(0, 1000), st.sampled_from(STREAMS))
def test_a_stream_starts_the_same_way_every_time(
    study: int, configuration: str, index: int, stream: Stream
) -> None:
    first, second = (Seed(study, "search", configuration, index) for _ in range(2))
    assert first.integer(stream) == second.integer(stream) < 2**32
    again = first.generator(stream).random(3)
    assert np.array_equal(first.generator(stream).random(3), again)
    assert np.array_equal(second.generator(stream).random(3), again)


def test_streams_are_derived_as_documented() -> None:
    digest = hashlib.sha256(b"confirmation\0init\0abc").digest()
    words = [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 32, 4)]
    expected = np.random.SeedSequence([7, *words], spawn_key=(3,))
    seed = Seed(7, "confirmation", "abc", 3)
    assert seed.integer("init") == expected.generate_state(1)[0]
    assert seed.generator("init").random() == np.random.default_rng(expected).random()


def test_all_streams_differ() -> None:
    seeds = [
        Seed(study, phase, configuration, index)
        for study, phase, configuration, index in product(
            (0, 1), ("search", "confirmation"), ("a", "b"), range(20)
        )
    ]
    own = [seed.integer(stream) for seed in seeds for stream in ("init", "order", "dropout")]
    assert len(set(own)) == len(own)


@pytest.mark.parametrize("change", [{"study": 8}, {"phase": "confirmation"}, {"index": 4}])
def test_data_differ_between_studies_phases_and_indices(change: dict[str, object]) -> None:
    assert Seed(**USUAL).integer("data") != Seed(**{**USUAL, **change}).integer("data")


def test_data_are_the_same_for_every_configuration() -> None:
    first, second = Seed(**USUAL), Seed(**{**USUAL, "configuration": "another"})
    assert first.integer("data") == second.integer("data")
    assert first.integer("init") != second.integer("init")


def test_names_do_not_run_into_each_other() -> None:
    assert as_integer(sequence(0, 0, "ab", "c")) != as_integer(sequence(0, 0, "a", "bc"))
    assert as_integer(sequence(0, 1, "a")) != as_integer(sequence(1, 0, "a"))


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(STREAMS))
def test_a_stream_can_have_another_index_than_the_others(index: int, own: int, stream: Stream) -> None:
    seed = Seed(7, "search", "abc", index, ((stream, own),))
    for one in STREAMS:
        plain = Seed(7, "search", "abc", own if one == stream else index)
        assert seed.integer(one) == plain.integer(one)
