"""What every generator promises: shapes and types, independent and repeatable splits, errors in one line."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tuner import models, prepare, problems
from tuner.errors import StudyError
from tuner.problems import drawing
from tuner.splits import Splits
from tuner.trees import flat


@dataclass(frozen=True)
class Case:
    """A generator, arguments that make it small, and what an example of it is."""

    generator: Callable[..., Splits]
    x: tuple[int, ...] | tuple[tuple[int, ...], ...]
    y: tuple[int, ...]
    naive: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    each: int = 1  # rows of an example


CASES = {
    "addition": Case(problems.addition, (8, 12), (2, 12), ("majority",)),
    "addition-held-out": Case(problems.addition, (8, 12), (2, 12), ("majority",), {"held_out": True}),
    "addition-longer": Case(problems.addition, (11, 12), (3, 12), ("majority",), {"terms": 4, "largest": 99}),
    "cumulative_sum": Case(problems.cumulative_sum, (10, 1), (10, 1), ("majority",)),
    "damped_sine": Case(problems.damped_sine, (50, 1), (5,), ("mean", "last", "linear")),
    "echo": Case(problems.echo, (5, 10), (10,), ("majority",)),
    "moving_square": Case(problems.moving_square, (9, 9, 9, 1), (1,), ("majority",), {"size": 9}),
    "moving_square-frames": Case(
        problems.moving_square, (4, 9, 9, 1), (1,), ("majority",), {"size": 9, "frames": 4}
    ),
    "rectangles": Case(problems.rectangles, (1, 2), (2,), ("mean", "last"), each=3),
    "reverse_integers": Case(problems.reverse_integers, ((6, 51), (3, 51)), (3, 51), ("majority",)),
    "signals-1": Case(problems.signals, (10, 2), (10, 2), ("zero", "last", "linear")),
    "signals-2": Case(problems.signals, (15, 1), (15, 1), ("zero", "last", "linear"), {"exercise": 2}),
    "signals-3": Case(
        problems.signals, (30, 1), (30, 1), ("zero", "last", "linear"), {"exercise": 3, "batch": 10}
    ),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def made(case: Case, n_train: int = 60, n_validation: int = 40, n_test: int = 40, **more: Any) -> Splits:
    counts = {"n_train": n_train, "n_validation": n_validation, "n_test": n_test}
    return case.generator(**case.arguments, **counts, **more)


def same(one: Any, other: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(flat(one), flat(other), strict=True))


@EVERY
def test_shapes_types_and_naive_forecasts(case: Case) -> None:
    data = made(case)
    assert data.naive == case.naive
    shapes = case.x if isinstance(case.x[0], tuple) else (case.x,)
    for split, examples in ((data.train, 60), (data.validation, 40), (data.test, 40)):
        x, y = split
        assert [part.shape for part in flat(x)] == [(examples * case.each, *shape) for shape in shapes]
        assert y.shape == (examples * case.each, *case.y)
        pixels = case.generator is problems.moving_square
        assert {part.dtype.name for part in flat(x)} == {"uint8" if pixels else "float32"}
        assert y.dtype == np.float32
        assert all(np.isfinite(part).all() for part in flat(split))


@EVERY
def test_the_same_seed_gives_the_same_data_and_another_one_others(case: Case) -> None:
    data, again, other = made(case, seed=3), made(case, seed=3), made(case, seed=4)
    for name in ("train", "validation", "test"):
        assert same(getattr(data, name), getattr(again, name))
        assert not same(getattr(data, name), getattr(other, name))


@EVERY
def test_the_splits_are_other_examples(case: Case) -> None:
    data = made(case, n_train=40)
    train, validation, test = (flat(split[0])[0] for split in (data.train, data.validation, data.test))
    assert not (same(train, validation) or same(train, test) or same(validation, test))


@EVERY
def test_more_training_examples_begin_with_the_same_ones_and_leave_the_other_splits_alone(case: Case) -> None:
    short, long = made(case, n_train=50), made(case, n_train=90)
    rows = 50 * case.each
    assert all(np.array_equal(a, b[:rows]) for a, b in zip(flat(short.train), flat(long.train), strict=True))
    assert same(short.validation, long.validation) and same(short.test, long.test)


@EVERY
def test_a_generator_as_seed_gives_fresh_data_at_every_call(case: Case) -> None:
    rng = np.random.default_rng(5)
    first, second = made(case, seed=rng), made(case, seed=rng)
    assert not same(first.train, second.train)
    assert same(first.train, made(case, seed=np.random.default_rng(5)).train)


@EVERY
def test_the_global_generator_is_left_alone(case: Case) -> None:
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    made(case)
    assert np.random.random() == expected


@EVERY
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_train": 0}, "n_train is 0; give 1 or more"),
        ({"n_validation": -1}, "n_validation is -1; give 1 or more"),
        ({"n_test": 1.5}, "n_test is 1.5; give a whole number, 1 or more"),
        ({"n_train": True}, "n_train is True; give a whole number, 1 or more"),
        ({"seed": -1}, "seed is -1; give 0 or more"),
        ({"seed": "one"}, "seed is 'one'; give a whole number, 0 or more"),
    ],
)
def test_wrong_counts_and_seeds_are_refused(case: Case, change: dict[str, Any], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        made(case, **change)
    assert str(caught.value) == f"{case.generator.__name__}: {words}"


def test_the_streams_are_independent_of_each_other() -> None:
    first, second, third = (rng.random(20_000) for rng in drawing.streams("echo", 0))
    for one, other in ((first, second), (first, third), (second, third)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / np.sqrt(20_000)


@pytest.mark.parametrize("wrong", [(2, 1), (-1, 1), (1,), 3, (0, np.inf), (np.nan, 1), ("a", "b"), None])
def test_ranges_have_two_ends_in_order(wrong: Any) -> None:
    with pytest.raises(StudyError, match=r"p: decay is .*; give \(lowest, highest\), the lowest 0 or more"):
        drawing.check_range("p", 0, decay=wrong)
    drawing.check_range("p", 0, decay=(1, 1), period=(0.5, 2))


@pytest.mark.parametrize("wrong", ["1", None, True, np.nan, -np.inf, (1,), 1j])
def test_numbers_are_finite(wrong: Any) -> None:
    with pytest.raises(StudyError, match=r"^p: step is .*; give a finite number$"):
        drawing.check_numbers("p", step=wrong)
    drawing.check_numbers("p", step=-1, start=np.float32(0.5))


def test_the_table_of_the_package_names_every_generator() -> None:
    named = {line.split("`")[1] for line in (problems.__doc__ or "").splitlines() if line.startswith("| `")}
    functions = {
        name for name in problems.__all__ if getattr(problems, name).__annotations__.get("return") is Splits
    }
    assert functions <= named <= set(problems.__all__)
    assert list(problems.__all__) == sorted(set(problems.__all__))


@pytest.mark.parametrize("package", [models, prepare], ids=["models", "prepare"])
def test_the_tables_of_models_and_preparation_name_everything(package: Any) -> None:
    rows = [line for line in package.__doc__.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall("`(.*?)`", row.split(" | ")[0])]
    assert sorted(named) == list(package.__all__)
    assert all(hasattr(package, name) for name in named)
