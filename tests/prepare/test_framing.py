"""A series as the splits of a study: in time order, fitted on the train part, restored to original units."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prepare.samples import close
from tuner.errors import PreparationError
from tuner.naive import predictions
from tuner.prepare import (
    Chain,
    Difference,
    Log,
    Normalize,
    OneHot,
    Preparation,
    SeasonalAdjust,
    Standardize,
    StandardizeWindows,
    chain_of,
    framed,
    prepared,
)
from tuner.splits import Splits

SERIES = np.column_stack([np.arange(60.0) + 100, np.resize([1.0, 4.0, 2.0, 8.0], 60) * np.linspace(1, 2, 60)])
NAMES = ("train", "validation", "test")


def test_windows_are_cut_in_time_order() -> None:
    found = framed(np.arange(10.0), steps_in=2, validation=2, test=3)
    assert [found.raw.train[0][..., 0].tolist(), found.raw.train[1].tolist()] == [
        [[0, 1], [1, 2], [2, 3]],
        [[2], [3], [4]],
    ]
    assert found.raw.validation[0][..., 0].tolist() == [[3, 4], [4, 5]]
    assert found.raw.validation[1].tolist() == [[5], [6]]
    assert found.raw.test[0][..., 0].tolist() == [[5, 6], [6, 7], [7, 8]]
    assert found.raw.test[1].tolist() == [[7], [8], [9]]
    assert {name: places.tolist() for name, places in found.starts.items()} == {
        "train": [0, 1, 2],
        "validation": [3, 4],
        "test": [5, 6, 7],
    }
    for name in NAMES:
        for one, other in zip(getattr(found.raw, name), getattr(found.splits, name), strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype == np.float32


def test_purged_windows_share_no_step() -> None:
    found = framed(np.arange(30.0), steps_in=3, steps_out=2, validation=8, test=9, purge=True)
    seen = [
        set(np.concatenate([part.ravel() for part in getattr(found.raw, name)]).tolist()) for name in NAMES
    ]
    assert seen == [set(range(13)), set(range(13, 21)), set(range(21, 30))]


@settings(max_examples=40)
@given(steps_in=st.integers(1, 8), steps_out=st.integers(1, 4), stride=st.integers(1, 3), purge=st.booleans())
def test_targets_lie_in_their_part_and_follow_their_inputs(
    steps_in: int, steps_out: int, stride: int, purge: bool
) -> None:
    found = framed(
        np.arange(60.0),
        steps_in=steps_in,
        steps_out=steps_out,
        validation=15,
        test=0.25,
        stride=stride,
        purge=purge,
    )
    for name, (first, end) in {"train": (0, 30), "validation": (30, 45), "test": (45, 60)}.items():
        x, y = getattr(found.raw, name)
        assert x.shape[1:] == (steps_in, 1) and y.shape[1:] == (steps_out,)
        assert y.min() >= first and y.max() < end
        assert not purge or x.min() >= first
        np.testing.assert_array_equal(x[:, -1, 0] + 1, y[:, 0])
        assert (np.diff(y[:, 0]) == stride).all()
        if name != "train" and not purge:
            assert y.min() == first  # whatever the window, the same targets


def test_the_chain_is_fitted_on_the_train_part_alone() -> None:
    chain = Chain(Log(), Difference(), SeasonalAdjust(4, method="means"), Normalize())
    found = framed(SERIES, chain, steps_in=6, validation=10, test=10)
    assert found.chain == chain.fit(SERIES[:40])
    other = SERIES.copy()
    other[40:] = other[40:] ** 2
    assert framed(other, chain, steps_in=6, validation=10, test=10).chain == found.chain
    assert framed(SERIES * 2, chain, steps_in=6, validation=10, test=10).chain != found.chain
    assert not chain.fitted


def test_steps_after_one_that_prepares_each_window_learn_from_the_train_windows() -> None:
    chain = Chain(Log(), StandardizeWindows(), Standardize())
    found = framed(SERIES, chain, steps_in=8, validation=10, test=10)
    windows = np.stack([np.log(SERIES[at : at + 8]) for at in range(32)])
    assert found.chain.steps[2] == Standardize().fit(StandardizeWindows().transform(windows))
    other = SERIES.copy()
    other[40:] += 1000
    assert framed(other, chain, steps_in=8, validation=10, test=10).chain == found.chain


CHAINS = [
    chain_of(power=power, season=season, difference=difference, scaling=scaling)
    for power, season, difference, scaling in [
        ("none", None, 0, "none"),
        ("none", None, 0, "standardize"),
        ("log", None, 1, "normalize"),
        ("box_cox", 4, 0, "standardize"),
        ("none", 4, 1, "windows"),
        ("none", None, 2, "none"),
    ]
] + [Chain(SeasonalAdjust(4, method="means"), Difference(), Standardize())]


@pytest.mark.parametrize(
    "chain", CHAINS, ids=lambda chain: "-".join(step.kind for step in chain.steps) or "raw"
)
@pytest.mark.parametrize("targets", [None, (1,), (1, 0)])
@pytest.mark.parametrize("flat", [True, False])
def test_prepared_targets_come_back_in_original_units(
    chain: Chain, targets: tuple[int, ...] | None, flat: bool
) -> None:
    found = framed(
        SERIES,
        chain,
        steps_in=9,
        steps_out=3,
        validation=10,
        test=0.2,
        targets=targets,
        flat=flat,
        dtype="float64",
    )
    columns = list(targets or (0, 1))
    for name in NAMES:
        (x, y), (raw_x, raw_y) = getattr(found.splits, name), getattr(found.raw, name)
        assert x.shape == (len(raw_x), 9 - chain.lost, 2)
        places = found.starts[name]
        expected = np.stack([SERIES[at + 9 : at + 12][:, columns] for at in places])
        np.testing.assert_array_equal(raw_y.reshape(expected.shape), expected)
        assert y.shape == raw_y.shape == ((len(x), 3 * len(columns)) if flat else expected.shape)
        np.testing.assert_allclose(found.restored(y, name), raw_y, rtol=1e-9)
        if not chain.windowed:
            whole = found.chain.transform(SERIES)
            np.testing.assert_allclose(x[0], whole[places[0] :][: 9 - chain.lost], rtol=1e-8, atol=1e-8)
            first = whole[places[0] + 9 - chain.lost :][:3][:, columns]
            np.testing.assert_allclose(y[0].reshape(first.shape), first, rtol=1e-8, atol=1e-8)


def test_layouts_of_the_inputs() -> None:
    shapes = {
        layout: framed(SERIES, Difference(), steps_in=5, layout=layout).splits.train[0].shape[1:]
        for layout in ("natural", "features", "steps")
    }
    assert shapes == {"natural": (4, 2), "features": (1, 8), "steps": (8, 1)}


def test_naive_forecasts_and_types_are_handed_on() -> None:
    found = framed(SERIES, Standardize(), steps_in=5, naive=("last", "mean"), dtype="float16")
    assert found.raw.naive == found.splits.naive == ("last", "mean")
    assert found.splits.test[0].dtype == found.raw.test[1].dtype == np.float16


@pytest.mark.parametrize(("targets", "columns"), [((1,), (1,)), ((1, 0), (1, 0)), (None, (0, 1))])
@pytest.mark.parametrize("flat", [True, False])
def test_the_last_value_of_the_columns_that_are_forecast_is_repeated(
    targets: tuple[int, ...] | None, columns: tuple[int, ...], flat: bool
) -> None:
    found = framed(SERIES, steps_in=5, steps_out=3, targets=targets, flat=flat)
    assert found.raw.targets == found.splits.targets == columns
    x, y = found.raw.test
    said = predictions("last", found.raw.train, x, columns=found.raw.targets)
    assert said.shape == y.shape
    for step in said.reshape(len(x), 3, len(columns)).transpose(1, 0, 2):
        np.testing.assert_array_equal(step, x[:, -1][:, columns])
    assert framed(SERIES, steps_in=5, layout="features").splits.targets == ()  # its columns are others


def test_a_preparation_is_stored_and_serves_raw_windows(tmp_path: Path) -> None:
    found = framed(
        SERIES, chain_of(power="log", difference=1, scaling="standardize"), steps_in=6, targets=(1,)
    )
    found.preparation.save(tmp_path / "preparation.json")
    served = Preparation.load(tmp_path / "preparation.json")
    assert served == found.preparation
    windows = SERIES[None, 20:26]
    inputs = served.inputs(windows)
    close(inputs, Standardize(*_of(served)).transform(np.diff(np.log(windows), axis=1)))
    one = served.outputs([[SERIES[26, 1]]], windows)
    close(served.restored(one, windows), SERIES[None, 26:27, 1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"features": 3}, "Preparation: Standardize was fitted on 2 features, not 3"),
        ({"features": "2"}, "Preparation: features is '2'"),
        ({"targets": [2]}, "Preparation: there is no column 2; windows have 2, counted from 0"),
        ({"targets": [0, 0]}, "name each column once"),
        ({"targets": None}, "targets is None"),
        ({"layout": "flat"}, "layout is 'flat'"),
        ({"chain": []}, "a record with a kind is needed, this is []"),
        ({"chain": Log().to_dict()}, "a record of kind 'chain' is needed, this one is 'log'"),
        ({"chain": Chain(Standardize()).to_dict()}, "Standardize: is not fitted"),
        ({"chain": Chain(OneHot(classes=(1,))).to_dict()}, "OneHot is no step for windows of numbers"),
        ({"more": 1}, "preparation: the key 'more' is unknown"),
        ({"version": 2}, "preparation: written in version 2, this tuner reads version 1"),
    ],
)
def test_a_preparation_that_cannot_be_read(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    content = framed(SERIES, Standardize(), steps_in=4, targets=(1,)).preparation.to_dict()
    assert Preparation.from_dict(content).to_dict() == content
    (tmp_path / "it.json").write_text(json.dumps({**content, **change}))
    with pytest.raises(PreparationError) as caught:
        Preparation.load(tmp_path / "it.json")
    assert said in str(caught.value) and "\n" not in str(caught.value)


def _of(served: Preparation) -> tuple[Any, ...]:
    scaling = served.chain.steps[-1]
    return scaling.over, scaling.mean, scaling.std


def windows_splits(**changes: Any) -> Splits:
    rng = np.random.default_rng(7)
    parts = {name: (rng.normal(5, 3, (12, 4, 2)), rng.normal(5, 3, (12, 2))) for name in NAMES}
    return Splits(**(parts | changes), naive=("majority",))


def test_splits_are_prepared_as_well() -> None:
    raw = windows_splits()
    found = prepared(raw, Standardize(), dtype="float64")
    assert found.raw is raw and found.splits.naive == ("majority",)
    assert found.chain == Chain(Standardize().fit(raw.train[0]))
    np.testing.assert_allclose(found.splits.train[0].mean(axis=(0, 1)), 0, atol=1e-12)
    for name in NAMES:
        assert getattr(found.splits, name)[1] is getattr(raw, name)[1]
        assert found.restored(getattr(raw, name)[1], name) is getattr(raw, name)[1]
    other = windows_splits(test=(np.full((3, 4, 2), 1e6), np.zeros((3, 2))))
    assert prepared(other, Standardize()).chain == found.chain


def test_targets_of_splits_that_continue_their_windows() -> None:
    raw = windows_splits()
    found = prepared(raw, Chain(Difference(), StandardizeWindows()), targets=(1,), dtype="float64")
    assert found.splits.train[0].shape == (12, 3, 2)
    assert found.splits.train[1].shape == (12, 2)
    np.testing.assert_allclose(found.restored(found.splits.test[1], "test"), raw.test[1], rtol=1e-12)


FLAT = Splits(**{name: (np.ones((2, 4)), np.ones((2, 2))) for name in NAMES})


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda: framed(SERIES, steps_in=0), "steps_in is 0"),
        (lambda: framed(SERIES, steps_in=2, steps_out=0), "framed: steps_out is 0"),
        (lambda: framed(SERIES, steps_in=2, stride=0), "framed: stride is 0"),
        (lambda: framed(SERIES, steps_in=2, test=1.5), "test is 1.5; give a share between 0 and 1"),
        (lambda: framed(SERIES, steps_in=2, validation=0), "framed: validation is 0"),
        (lambda: framed(SERIES, steps_in=2, test=80), "the train part has 0 steps, a window needs 3"),
        (lambda: framed(SERIES, steps_in=40), "the train part has 36 steps, a window needs 41"),
        (
            lambda: framed(SERIES, steps_in=2, steps_out=5, test=4),
            "the test part has 4 steps, a window needs 5",
        ),
        (
            lambda: framed(SERIES, steps_in=9, test=4, purge=True),
            "the test part has 4 steps, a window needs 10",
        ),
        (lambda: framed(SERIES, steps_in=2, targets=(2,)), "framed: there is no column 2"),
        (lambda: framed(SERIES, steps_in=2, targets=()), "framed: targets is ()"),
        (lambda: framed(SERIES[None], steps_in=2), "framed: this is no series"),
        (
            lambda: framed([1.0, np.nan] * 20, steps_in=2),
            "framed: the training data are not finite at step 1",
        ),
        (
            lambda: framed(SERIES, Chain(SeasonalAdjust(30), Log(), Difference()), steps_in=20),
            "framed: steps_in is 20, and SeasonalAdjust and Difference take 31 steps of every window;"
            " give steps_in=32 or more",
        ),
        (
            lambda: framed(SERIES, Difference(3), steps_in=3),
            "steps_in is 3, and Difference takes 3 steps of every window; give steps_in=4 or more",
        ),
        (lambda: framed(SERIES, Log(-200), steps_in=3), "Log: the least value is 1"),
        (lambda: framed(SERIES, OneHot(classes=(1,)), steps_in=3), "OneHot"),
        (lambda: framed(SERIES, "log", steps_in=3), "Chain: 'log' is no step"),
        (lambda: framed(SERIES, steps_in=3, layout="flat"), "layout is 'flat'"),
        (lambda: prepared(FLAT, Log()), "prepared: x of the train split is no array of windows"),
        (
            lambda: prepared(windows_splits(), SeasonalAdjust(2, method="means")),
            "means are those of a series",
        ),
        (lambda: prepared(windows_splits(), Log(9), targets=(5,)), "there is no column 5"),
        (lambda: Preparation(Chain(Standardize()), 1), "Standardize: is not fitted"),
        (lambda: Preparation(Log(), 1), "give a Chain"),
        (lambda: framed(SERIES, steps_in=3).restored(np.ones((2, 2)), "test"), "do not continue 12 windows"),
        (lambda: framed(SERIES, steps_in=3).restored(np.ones((12, 3)), "test"), "do not continue 12 windows"),
        (lambda: framed(SERIES, steps_in=3).restored(np.ones((12, 2)), "tests"), "split is 'tests'"),
        (
            lambda: framed(SERIES, steps_in=3).preparation.inputs(np.ones((2, 3))),
            "raw windows have shape (2, 3)",
        ),
    ],
)
def test_what_cannot_be_framed(use: Any, said: str) -> None:
    with pytest.raises(PreparationError) as caught:
        use()
    assert said in str(caught.value) and "\n" not in str(caught.value)
