"""Tables of observations become the examples that the old ones are; what cannot be known is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tuner import prepare
from tuner.deploy.observations import read_sheet
from tuner.deploy.schema import Part, Schema
from tuner.deploy.updating.reading import read_numbers
from tuner.deploy.updating.rules import continued, prepared, raw_examples
from tuner.errors import BundleError

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("steps_out", [1, 3])
@pytest.mark.parametrize("targets", [(0,), (1,), (2, 0), (0, 1, 2)])
@pytest.mark.parametrize("known", [False, True], ids=["from the examples", "from the schema"])
def test_a_series_is_cut_as_the_old_one_was(steps_out: int, targets: tuple[int, ...], known: bool) -> None:
    series = RNG.normal(size=(40, 3))
    made = prepare.framed(series, steps_in=4, steps_out=steps_out, targets=targets, dtype="float64").raw
    later = RNG.normal(size=(20, 3))
    x, y = raw_examples(later, made.test, targets if known else ())
    again = prepare.framed(
        np.concatenate([series[:20], later]),
        steps_in=4,
        steps_out=steps_out,
        targets=targets,
        test=20,
        purge=True,
        dtype="float64",
    ).raw
    np.testing.assert_array_equal(x, again.test[0])
    np.testing.assert_array_equal(y, again.test[1])


def test_examples_of_their_own_continue_nothing() -> None:
    assert continued(RNG.normal(size=(9, 4, 1)), RNG.normal(size=(9, 1))) is None
    series = np.arange(9.0)
    x = np.stack([series[place : place + 4] for place in range(5)])[..., None]
    assert continued(x, RNG.normal(size=(5, 1))) is None
    assert continued(x[:2], x[:2, 0]) is None  # too few to tell


def test_a_row_is_its_inputs_and_then_its_targets() -> None:
    old = np.zeros((5, 3, 2)), np.zeros((5, 2), dtype="int32")
    table = RNG.normal(size=(7, 8)).round()
    x, y = prepared(raw_examples(table, old), None, (old[0].astype("float32"), old[1]))
    np.testing.assert_array_equal(x.reshape(7, 6), table[:, :6])
    np.testing.assert_array_equal(y, table[:, 6:])
    assert (x.dtype, y.dtype) == ("float32", "int32")


def test_what_is_not_known_is_refused_and_the_study_file_can_say_it() -> None:
    old = RNG.normal(size=(5, 3, 1)), RNG.normal(size=(5, 1))
    with pytest.raises(BundleError, match=r"has 1 column; .* has 4, .*not known .*new_data=function"):
        raw_examples(np.zeros((9, 1)), old)
    with pytest.raises(BundleError, match="a row of 3 inputs and 1 targets has 4"):
        raw_examples(np.zeros((9, 1)), old, reading="rows")
    with pytest.raises(BundleError, match="several inputs or outputs"):
        raw_examples(np.zeros((9, 1)), ({"a": old[0]}, old[1]))
    with pytest.raises(BundleError, match="has 3 steps; a window and what follows it take 3 and 1"):
        raw_examples(np.zeros((3, 1)), old, (0,))
    with pytest.raises(BundleError, match="has 2 columns, and the model reads 1"):
        raw_examples(np.zeros((9, 2)), old, (0,))


def test_the_preparation_of_the_bundle_is_applied_and_not_fitted_again() -> None:
    series = RNG.normal(size=50)
    old = prepare.framed(series, prepare.chain_of(scaling="standardize"), steps_in=4)
    raw = raw_examples(series[10:, None], old.raw.test, (0,))
    x, y = prepared(raw, old.preparation, old.splits.train)
    np.testing.assert_allclose(x[-10:], old.splits.test[0], atol=1e-6)
    np.testing.assert_allclose(y[-10:], old.splits.test[1], atol=1e-6)
    assert x.dtype == old.splits.test[0].dtype
    seasonal = prepare.framed(series, prepare.SeasonalAdjust(5, method="means"), steps_in=6)
    with pytest.raises(BundleError, match="depends on the place in time"):
        prepared(raw_examples(series[:, None], seasonal.raw.test, (0,)), seasonal.preparation, raw)


SCHEMA = Schema((Part((2,)),), (Part((1,)),))
NAMED = Schema((Part((2,), ("a", "b")),), (Part((1,), ("c",)),))


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_columns_of_numbers_are_read_and_the_time_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "date,a,b,c,note\n2025-01-01,1,2,3,x\n2025-01-02,4,5,6,y\n")
    assert read_numbers(read_sheet(path), SCHEMA).values.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_columns_are_found_by_the_names_that_the_bundle_knows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '"c";b;other;a\n3;2;9;1\n')
    found = read_numbers(read_sheet(path), NAMED)
    assert found.values.tolist() == [[1, 2, 3]]
    assert found.notes == ("no column with the time: rows are taken in the order of the file",)


def test_a_window_a_row_may_have_names_of_its_own(tmp_path: Path) -> None:
    schema = Schema([Part((2, 1), columns=("level",))], [Part((1,))], outputs_outline="")
    path = write(tmp_path / "a.csv", "date,x1,x2,y\n2025-01-01,1,2,3\n2025-01-02,2,3,4\n")
    assert read_numbers(read_sheet(path), schema).values.tolist() == [[1, 2, 3], [2, 3, 4]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a,other,c\n1,2,3\n",
            "has no column 'b'; the model reads 'a', 'b', and the file has 'a', 'other', 'c'",
        ),
        ("a,b\n1,2\n", "has no column of what the model answers 'c' beside those that it reads"),
        ('a,b,c\n1,"2,5",3\n', r"column 'b' has '2,5', which is no finite number \(a decimal comma\?"),
        ("a;b;c\n1;2;2,5\n", r"column 'c' has '2,5', which is no finite number \(a decimal comma\?"),
    ],
)
def test_columns_that_the_bundle_names_must_be_there(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=said):
        read_numbers(read_sheet(write(tmp_path / "a.csv", text)), NAMED)


def test_rows_are_in_the_order_of_time_whatever_the_file_has(tmp_path: Path) -> None:
    days = [f"2025-01-{day:02d},{day},{day},{day}\n" for day in range(9, 0, -1)]
    path = write(
        tmp_path / "a.csv", "".join(["Date,a,b,c\n", *days, days[3]])
    )  # the newest on top, one twice
    found = read_numbers(read_sheet(path), NAMED)
    assert found.values[:, 0].tolist() == list(range(1, 10)) and found.gaps == ()
    assert found.notes == ("rows are sorted by 'Date': in the file they are not in the order of time",)
    other = write(tmp_path / "b.csv", path.read_text("utf-8").replace("Date,", "when,"))
    assert read_numbers(read_sheet(other), NAMED, "when").values.tolist() == found.values.tolist()


def test_windows_do_not_go_across_gaps_in_time(tmp_path: Path) -> None:
    days = [f"2025-01-{day:02d},{day}\n" for day in range(1, 31) if day not in (12, 13, 14)]
    table = read_numbers(read_sheet(write(tmp_path / "a.csv", "".join(["date,a\n", *days]))), SCHEMA)
    assert table.gaps == (11,)
    assert table.notes == (
        "1 gap in time, the longest from 2025-01-11 to 2025-01-15; no window of a series goes across one",
    )
    old = np.zeros((5, 3, 1)), np.zeros((5, 1))
    x, y = raw_examples(table.values, old, (0,), gaps=table.gaps)
    assert (np.diff(np.concatenate([x[..., 0], y], axis=1)) == 1).all()
    assert y.ravel().tolist() == [*range(4, 12), *range(18, 31)]
    with pytest.raises(BundleError, match="has nowhere the 20 steps of a window"):
        raw_examples(table.values, (np.zeros((5, 19, 1)), old[1]), (0,), gaps=table.gaps)


def test_weekends_and_months_are_no_gaps(tmp_path: Path) -> None:
    every = np.arange("2025-01-01", "2025-12-31", dtype="datetime64[D]")
    months = np.arange("2020-01", "2024-01", dtype="datetime64[M]").astype("datetime64[D]")
    for days in (every[np.is_busday(every)], months):
        path = write(tmp_path / "a.csv", "".join(["date,a\n", *(f"{day},1\n" for day in days)]))
        assert read_numbers(read_sheet(path), SCHEMA).gaps == ()


def test_a_class_has_one_column_with_its_name_or_number_as_in_monitoring(tmp_path: Path) -> None:
    schema = replace(NAMED, classes=("low", "mid", "high"))
    path = write(tmp_path / "a.csv", "a,b,c\n1,2,mid\n3,4,\n5,6,2\n7,8,low\n")
    found = read_numbers(read_sheet(path), schema)
    assert found.values.tolist() == [[1, 2, 1], [5, 6, 2], [7, 8, 0]]
    assert found.notes[0] == "rows in which nothing was observed yet are left out: 1"
    old = np.zeros((3, 2)), np.eye(3)
    x, y = raw_examples(found.values, old)
    assert x.tolist() == [[1, 2], [5, 6], [7, 8]] and y.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    with pytest.raises(BundleError, match="3 is no number of a class; give 0 to 2"):
        raw_examples(np.array([[1.0, 2.0, 3.0]]), old)
    with pytest.raises(BundleError, match="nothing was observed yet in 'c'"):
        read_numbers(read_sheet(write(path, "a,b,c\n1,2,\n")), schema)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n4,,6\n", "line 3: column 'b' has no value; fill it first"),
        ("a,b,c\n1,2,3\n4,x,6\n", "line 3: column 'b' has 'x', which is no finite number"),
        (
            "a;b\n1,5;2,5\n",
            r"'1,5', which is no finite number \(a decimal comma\? write decimals with a point",
        ),
        ("a,b,c\n1,2,inf\n", "line 2: column 'c' has 'inf', which is no finite number"),
        ("a,b\nx,y\n", "has no column of numbers; its columns are 'a', 'b'"),
        ("date,a\n2025-01-02,1\n2025-01-02,2\n", "line 3: 2025-01-02 stands in line 2 as well"),
        ("date,a\n2025-01-02,1\nsoon,2\n", "line 3: column 'date' has 'soon', which is no time"),
        ("date,a,Time\n2025-01-02,1,2\n", "'date' and 'Time' may be the time; name it with --time"),
        ("a,b,c\n", "has a header .* but no rows"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=said):
        read_numbers(read_sheet(write(tmp_path / "a.csv", text)), SCHEMA)
