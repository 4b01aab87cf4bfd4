"""Naive forecasts against plain formulas, and what they refuse."""

import math
from typing import Any

import numpy as np
import pytest

from tuner import naive
from tuner.errors import StudyError
from tuner.metrics import Metric
from tuner.naive import NotComputedError, checked_names, fitted, predictions, scored
from tuner.naive_scores import of_splits
from tuner.splits import Splits

RNG = np.random.default_rng(5)
X, NEW = RNG.normal(size=(60, 4, 2)).astype("float32"), RNG.normal(size=(7, 4, 2)).astype("float32")
Y = RNG.normal(size=(60, 3, 2)).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[RNG.integers(0, 3, size=(60, 5))]
CODES = RNG.integers(0, 4, size=(60, 5))


def mse(y_true: Any, y_pred: Any) -> float:
    return float(np.mean((np.asarray(y_true, "float64") - y_pred) ** 2))


def test_zero_mean_and_last_are_their_formulas() -> None:
    assert np.array_equal(predictions("zero", (X, Y), NEW), np.zeros((7, 3, 2)))
    means = predictions("mean", (X, Y), NEW)
    np.testing.assert_allclose(means, np.broadcast_to(Y.mean(axis=0), (7, 3, 2)), rtol=1e-6)
    last = predictions("last", (X, Y), NEW)
    assert all(np.array_equal(last[:, step], NEW[:, -1]) for step in range(3))
    assert {found.dtype.name for found in (means, last)} == {"float32"}


def test_linear_regression_is_the_normal_equations() -> None:
    design = np.column_stack([np.ones(60), X.reshape(60, -1).astype("float64")])
    truth = Y.reshape(60, -1).astype("float64")
    solution = np.linalg.inv(design.T @ design) @ design.T @ truth
    expected = np.column_stack([np.ones(7), NEW.reshape(7, -1)]) @ solution
    found = predictions("linear", (X, Y), NEW)
    np.testing.assert_allclose(found, expected.reshape(7, 3, 2), rtol=1e-4, atol=1e-6)


def test_linear_regression_is_the_same_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = predictions("linear", (X, Y), NEW)
    monkeypatch.setattr("tuner.naive.linear.ROWS", 4)
    np.testing.assert_allclose(predictions("linear", (X, Y), NEW), whole, rtol=1e-4, atol=1e-6)


def test_linear_regression_is_exact_where_the_columns_are_much_alike() -> None:
    phases = RNG.uniform(0, 6, size=(200, 1))
    waves = 5.0 + np.sin(phases + 0.01 * np.arange(45))  # its normal equations are singular to rounding
    found = predictions("linear", (waves[:100, :40], waves[:100, 40:]), waves[100:, :40])
    assert np.abs(found - waves[100:, 40:]).max() < 1e-5


def test_fewer_examples_than_columns_are_fitted_by_the_shortest_solution() -> None:
    design = np.column_stack([np.ones(3), X[:3].reshape(3, -1)]).astype("float64")
    shortest = np.linalg.pinv(design) @ Y[:3].reshape(3, -1)
    expected = np.column_stack([np.ones(7), NEW.reshape(7, -1)]) @ shortest
    np.testing.assert_allclose(
        predictions("linear", (X[:3], Y[:3]), NEW).reshape(7, -1), expected, rtol=1e-4, atol=1e-5
    )


def test_linear_regression_says_no_where_it_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotComputedError, match=r"60 examples with 2,001 inputs and 1 outputs are too many"):
        fitted("linear", (np.zeros((60, 2001)), np.zeros((60, 1))))
    monkeypatch.setattr("tuner.naive.linear.MOST_WORK", 60.0)
    with pytest.raises(NotComputedError, match="60 examples with 8 inputs"):
        fitted("linear", (X, Y))


def test_what_is_not_finite_is_said_and_not_computed() -> None:
    broken = X.copy()
    broken[3] = np.nan
    found, reasons = scored(["linear", "zero"], (broken, Y), {"test": (NEW, Y[:7])}, mse)
    assert list(found) == ["zero"] and "not all finite" in reasons["linear"]
    _, reasons = scored(["mean"], (X, np.full_like(Y, np.inf)), {"test": (NEW, Y[:7])}, mse)
    assert reasons == {"mean": "its score on the test split is not finite, or too large"}


def test_the_most_frequent_class_at_each_position() -> None:
    rates = ONE_HOT.mean(axis=0)
    found = predictions("majority", (X, ONE_HOT), NEW)
    assert found.shape == (7, 5, 4) and (found.sum(axis=-1) == 1).all()
    assert (found.argmax(axis=-1) == rates.argmax(axis=-1)).all()
    values = predictions("majority", (X, CODES), NEW)
    expected = [np.bincount(CODES[:, position]).argmax() for position in range(5)]
    assert values.tolist() == [expected] * 7
    binary = (RNG.random((60, 3, 1)) < [[0.2], [0.8], [0.4]]).astype("float32")
    said = predictions("majority", (X, binary), NEW)
    assert np.array_equal(said, np.broadcast_to(binary.mean(axis=0) > 0.5, (7, 3, 1)))


def test_labels_become_what_the_model_outputs() -> None:
    like = np.zeros((2, 5, 4), "float32")  # a softmax over four classes at five steps
    for labels in (CODES, CODES[..., None]):
        shares = predictions("mean", (X, labels), NEW, like)
        expected = np.stack([np.bincount(CODES[:, at], minlength=4) / 60 for at in range(5)])
        np.testing.assert_allclose(shares, np.broadcast_to(expected, (7, 5, 4)), rtol=1e-6)
        most = predictions("majority", (X, labels), NEW, like)
        assert np.array_equal(most[0], np.eye(4)[expected.argmax(axis=-1)])
        assert np.array_equal(predictions("zero", (X, labels), NEW, like), np.zeros((7, 5, 4)))
        hot = predictions("linear", (X, np.eye(4)[CODES]), NEW)
        np.testing.assert_allclose(predictions("linear", (X, labels), NEW, like), hot, atol=1e-5)


def test_predictions_have_the_shape_of_the_output() -> None:
    flat = np.zeros((2, 6), "float32")
    for name in ("zero", "mean", "last", "linear"):
        found = predictions(name, (X, Y), NEW, flat)
        assert found.shape == (7, 6)
        assert np.array_equal(found.reshape(7, 3, 2), predictions(name, (X, Y), NEW))
    assert predictions("mean", (X, Y[:, 0, 0]), NEW, np.zeros((2, 1))).shape == (7, 1)


@pytest.mark.parametrize(
    ("x", "y", "repeated"),
    [
        ((4, 2), (2,), 1),  # one step of the same features
        ((4, 2), (3, 2), 3),  # several
        ((4, 1), (3,), 3),  # several of a single series
        ((4, 1), (3, 1), 3),
        ((4, 1), (), 1),
        ((4, 1), (1,), 1),
        ((4,), (), 1),  # steps without an axis of features
        ((4,), (5,), 5),
        ((4, 3, 3, 1), (3, 3, 1), 1),  # frames
        ((4, 3, 3, 1), (2, 3, 3, 1), 2),
    ],
)
def test_last_repeats_what_x_ends_with(x: tuple[int, ...], y: tuple[int, ...], repeated: int) -> None:
    series = RNG.normal(size=(6, *x))
    found = predictions("last", (series, np.zeros((6, *y))), series)
    assert found.shape == (6, *y)
    expected = np.repeat(series[:, -1].reshape(6, 1, -1), repeated, axis=1)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "y"),
    [((4, 3), (1,)), ((4, 3), (2,)), ((4, 3), (5, 2)), ((4, 2), ()), ((4, 1), (5, 3)), ((1, 10), (1,))],
)
def test_last_is_refused_where_it_is_open_what_to_repeat(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    pair = np.zeros((6, *x)), np.zeros((6, *y))
    with pytest.raises(
        StudyError, match=r"open what to repeat; name the columns .*targets=.*, or leave it out"
    ):
        fitted("last", pair)


@pytest.mark.parametrize(
    ("columns", "y", "repeated"),
    [
        ((1,), (), 1),
        ((1,), (1,), 1),
        ((2,), (5,), 5),
        ((0,), (4, 1), 4),
        ((2, 0), (2,), 1),
        ((2, 0), (3, 2), 3),
        ((0, 2), (6,), 3),  # the steps of two columns, one after the other
    ],
)
def test_last_repeats_the_columns_that_are_named(
    columns: tuple[int, ...], y: tuple[int, ...], repeated: int
) -> None:
    series = RNG.normal(size=(6, 4, 3)).astype("float32")
    found = predictions("last", (series, np.zeros((6, *y))), series, columns=columns)
    assert found.shape == (6, *y)
    steps = found.reshape(6, repeated, len(columns))
    for step in range(repeated):
        np.testing.assert_array_equal(steps[:, step], series[:, -1][:, columns])


def test_columns_that_cannot_be_repeated_are_refused() -> None:
    pair = np.zeros((6, 4, 3)), np.zeros((6, 5))
    with pytest.raises(StudyError, match=r"shape \(4, 3\) an example, and no column 3"):
        fitted("last", pair, columns=(3,))
    with pytest.raises(StudyError, match=r"shape \(2,\) and .* \(5,\), .* open what to repeat; leave it out"):
        fitted("last", pair, columns=(0, 1))
    with pytest.raises(StudyError, match="y has 2 arrays, and targets are those of one"):
        fitted("last", (pair[0], (pair[1], pair[1])), columns=(0,))


@pytest.mark.parametrize("wrong", [0, "0", (-1,), (0, 0), (1.0,), (True,), None])
def test_targets_are_numbers_of_columns(wrong: Any) -> None:
    with pytest.raises(StudyError, match=r"targets is .*; give the numbers of columns of x"):
        Splits((X, Y), (X, Y), (X, Y), targets=wrong)
    assert Splits((X, Y), (X, Y), (X, Y), targets=[1, 0]).targets == (1, 0)  # type: ignore[arg-type]


def test_the_targets_of_splits_are_those_that_are_repeated() -> None:
    y = np.repeat(X[:, -1:, 1:], 3, axis=1)
    made = Splits((X, y), (X, y), (X, y), naive=("last",), targets=(1,))
    found = of_splits(made, Metric("mse", "minimize", mse), y)
    assert found is not None and found.test == {"last": (0.0,)}


def test_the_input_is_the_first_array_of_x() -> None:
    pair = (X, RNG.normal(size=(60, 3, 2)))
    new = (NEW, np.zeros((7, 3, 2)))
    for name in naive.NAMES[:4]:
        expected = predictions(name, (X, Y), NEW)
        assert np.array_equal(predictions(name, (pair, Y), new), expected)
        assert np.array_equal(predictions(name, ({"only": X}, Y), {"only": NEW}), expected)
    with pytest.raises(StudyError, match=r"dict of 'a', 'b', and it is open which of them is the input"):
        fitted("linear", ({"b": X, "a": X}, Y))
    assert predictions("mean", ({"b": X, "a": X}, Y), {"b": NEW, "a": NEW}).shape == (7, 3, 2)


def test_several_targets_are_forecast_each_on_its_own() -> None:
    y = {"b": Y, "a": Y[:, 0] + 1}
    found = predictions("mean", (X, y), NEW)
    np.testing.assert_allclose(found["a"], np.broadcast_to(y["a"].mean(axis=0), (7, 2)), rtol=1e-5)
    np.testing.assert_allclose(found["b"], predictions("mean", (X, Y), NEW))
    assert isinstance(predictions("zero", (X, (Y, Y)), NEW), tuple)
    with pytest.raises(StudyError, match="y has 2 arrays and the model 1 outputs"):
        fitted("zero", (X, (Y, Y)), np.zeros((2, 3, 2)))


@pytest.mark.parametrize(
    ("name", "x", "y", "like", "said"),
    [
        ("majority", X, Y, None, "the targets are no whole numbers"),
        ("majority", np.zeros((1200, 2)), np.arange(1200), None, "1,200 different values"),
        ("last", X, CODES[:, 0], np.zeros((2, 4)), "the targets are labels"),
        ("last", np.zeros(6), np.zeros(6), None, "without an axis of steps"),
        ("zero", X, np.full((60, 2), "text"), None, "the targets are no numbers"),
        ("linear", np.full((60, 2), "text"), Y, None, "x is no numbers"),
        ("zero", X, Y[:, 0, 0] + 0.5, np.zeros((2, 2)), r"a target has the shape \(\) and .* \(2,\)"),
        ("zero", X, CODES[:, 0] + 9, np.zeros((2, 4)), "leave out naive"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(name: str, x: Any, y: Any, like: Any, said: str) -> None:
    with pytest.raises(StudyError, match=f"the naive forecast '{name}': .*{said}") as error:
        scored([name], (x, y), {}, mse, like)
    assert "\n" not in str(error.value)


def test_scores_are_those_of_the_metric() -> None:
    splits = {"validation": (X[:9], Y[:9]), "test": (NEW, Y[:7])}
    found, reasons = scored(naive.NAMES[:4], (X, Y), splits, mse)
    assert reasons == {} and list(found) == ["zero", "mean", "last", "linear"]
    for name, said in found.items():
        for split, (x, y) in splits.items():
            assert said[split] == mse(y, predictions(name, (X, Y), x))
    assert math.isclose(found["zero"]["test"], float(np.mean(Y[:7].astype("float64") ** 2)))


def test_a_metric_that_fails_is_said() -> None:
    def metric(y_true: Any, y_pred: Any) -> float:
        raise KeyError("no such thing")

    with pytest.raises(StudyError, match=r"the naive forecast 'zero': the metric raises KeyError.*no such"):
        scored(["zero"], (X, Y), {"test": (NEW, Y[:7])}, metric)


def test_names_are_checked_when_the_splits_are_made() -> None:
    pair = (X, Y)
    assert Splits(pair, pair, pair).naive == ()
    made = Splits(pair, pair, pair, naive=["last", "zero", "last"])  # type: ignore[arg-type]
    assert made.naive == ("last", "zero") and checked_names("mean") == ("mean",)
    with pytest.raises(
        StudyError, match=r"no naive forecast 'lats'; choose from zero, mean, last, linear, maj"
    ):
        Splits(pair, pair, pair, naive=("lats",))
    with pytest.raises(StudyError, match="naive is a bool; name forecasts"):
        checked_names(True)
