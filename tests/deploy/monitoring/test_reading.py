"""CSV files as they come: columns, cells, and what is wrong with them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.deploy.monitoring.models import NOTHING
from tuner.deploy.bundle import Bundle, Epochs, Expected, Member, Origin, Trained, Verdict
from tuner.deploy.layout import Layout, Wishes, layout_of
from tuner.deploy.monitoring.reading import entries_of
from tuner.deploy.observations import Entry, newest_in, read_sheet, texts_of
from tuner.deploy.schema import Part, Schema
from tuner.errors import BundleError


def bundle(schema: Schema, **changes: object) -> Bundle:
    """A bundle of nothing but its schema."""
    made = Bundle(
        study="s",
        configuration="c",
        params={},
        metric="mse",
        direction="minimize",
        task="regression",
        schema=schema,
        members=(Member(0, "", ""),),
        epochs=Epochs(1, ""),
        trained=Trained({}),
        expected=Expected("test", 0.95, NOTHING),
        verdict=Verdict("none", ""),
        origin=Origin("", {}, "", "", "", "", 0, "", "", {}),
        architecture="",
        created="",
        identity="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def one(shape: tuple[int | None, ...], *columns: str) -> tuple[Part, ...]:
    return (Part(shape, columns),)


SERIES = bundle(Schema(one((3, 2)), one((4,)), targets=(1,)))
NAMED = bundle(Schema(one((3, 2), "u", "v"), one((2, 1), "v"), targets=(1,)))
ROWS = bundle(Schema(one((2,), "a", "b"), one((1,), "sum")))
WINDOWS = bundle(Schema(one((3, 1)), one((2,))))
CLASSES = bundle(Schema(one((3,)), one((3,)), classes=("low", "mid", "high")), task="classes")
BINARY = bundle(Schema(one((2,)), one((1,))), task="binary")


@pytest.mark.parametrize(
    ("made", "header", "wishes", "layout"),
    [
        (SERIES, "time,x,y", Wishes(), Layout(True, "time", ("x", "y"), ("y",), 3, 4)),
        (SERIES, "x,y", Wishes(targets=("x",)), Layout(True, "", ("x", "y"), ("x",), 3, 4)),
        (NAMED, "v,note,u,Date", Wishes(), Layout(True, "Date", ("u", "v"), ("v",), 3, 2)),
        (NAMED, "v,at,u", Wishes(time="at"), Layout(True, "at", ("u", "v"), ("v",), 3, 2)),
        (ROWS, "sum,b,a,time", Wishes(), Layout(False, "time", ("a", "b"), ("sum",))),
        (ROWS, "a,b,y,station", Wishes(targets=("y",)), Layout(False, "", ("a", "b"), ("y",))),
        (ROWS, "a,b,sum,station", Wishes(), Layout(False, "", ("a", "b"), ("sum",))),
        (WINDOWS, "p,q,r,y1,y2", Wishes(), Layout(False, "", ("p", "q", "r"), ("y1", "y2"))),
        (WINDOWS, "level", Wishes(targets=("level",)), Layout(True, "", ("level",), ("level",), 3, 2)),
        (CLASSES, "p,q,r,kind", Wishes(), Layout(False, "", ("p", "q", "r"), ("kind",))),
        (BINARY, "timestamp,p,q,hit", Wishes(), Layout(False, "timestamp", ("p", "q"), ("hit",))),
    ],
)
def test_columns_find_their_place(made: Bundle, header: str, wishes: Wishes, layout: Layout) -> None:
    assert layout_of(made, header.split(","), wishes, "x.csv") == layout


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("Date,x\n2024-01-03,1\n2024-01-09 06:00+02:00,2\n2024-01-05,3\n", "2024-01-09T04:00:00"),
        ("x,y\n1,2\n\n3,4\n", "2"),
        ("date,time,x\n2024-01-03,2024-01-03,1\n", ""),
        ("date,x\nnever,1\n", ""),
        ("date,x\n", ""),
        ("", ""),
    ],
)
def test_the_newest_time_of_a_file(text: str, newest: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(text, "utf-8")
    assert newest_in(tmp_path / "x.csv") == newest
    assert newest_in(tmp_path / "arrays made in Python") == ""


def test_a_model_of_any_length_is_told_how_many_steps() -> None:
    made = bundle(Schema(one((None, 1)), one((1,)), targets=(0,)))
    assert layout_of(made, ["y"], Wishes(steps=7), "x.csv").steps == 7
    with pytest.raises(BundleError, match="--steps"):
        layout_of(made, ["y"], Wishes(), "x.csv")


def test_a_sequence_of_any_length_is_as_long_as_the_row() -> None:
    made = bundle(Schema(one((None, 2)), one((1,))))
    assert layout_of(made, [*"abcdef", "y"], Wishes(), "x.csv").inputs == tuple("abcdef")
    with pytest.raises(BundleError, match="5 columns are none of"):
        layout_of(made, [*"abcde", "y"], Wishes(), "x.csv")


def test_seasonal_means_need_the_place_in_time() -> None:
    with pytest.raises(BundleError, match="--start"):
        layout_of(SERIES, ["x", "y"], Wishes(), "x.csv", positional=True)
    assert layout_of(SERIES, ["x", "y"], Wishes(start=9), "x.csv", positional=True).start == 9


def test_columns_that_are_not_read_may_have_one_name() -> None:
    found = layout_of(ROWS, ["time", "a", "b", "y", "note", "note"], Wishes(), "x.csv", texts={"note"})
    assert found.inputs == ("a", "b") and found.targets == ("y",)


@pytest.mark.parametrize(
    ("made", "header", "wishes", "said"),
    [
        (SERIES, "x", Wishes(), "has 1 columns of the series, and the model 2; its columns are 'x'"),
        (SERIES, "x,x", Wishes(), "more than one column 'x'"),
        (SERIES, "x,y,time,date", Wishes(), "'time' and 'date' may be the time; name it with --time"),
        (SERIES, "x,y", Wishes(time="when"), "has no column 'when' for the time"),
        (SERIES, "x,y", Wishes(targets=("z",)), "has no column 'z' to forecast"),
        (SERIES, "x,y", Wishes(steps=5), "--steps is 5, and the model reads 3 steps"),
        (NAMED, "u,w", Wishes(), "has no column 'v'"),
        (ROWS, "a,sum", Wishes(), "has no column 'b'"),
        (WINDOWS, "p,q,y1,y2", Wishes(), "has 2 columns to read, and the model 3"),
        (WINDOWS, "y1,y2", Wishes(), "needs 2 columns for what was observed"),
        (ROWS, "a,b,sum", Wishes(targets=("y",)), "has no column 'y' that was observed"),
        (ROWS, "time,a,b,y,station", Wishes(), "2 columns may be what was observed, and the model answers 1"),
        (
            bundle(Schema(one((2,)), (Part((1,)), Part((1,))), outputs_outline=["", ""])),
            "a",
            Wishes(),
            "several out",
        ),
    ],
)
def test_columns_that_do_not_fit(made: Bundle, header: str, wishes: Wishes, said: str) -> None:
    with pytest.raises(BundleError) as error:
        layout_of(made, header.split(","), wishes, "x.csv")
    assert said in str(error.value)


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_rows_are_read_in_the_order_of_time_and_twice_counts_once(tmp_path: Path) -> None:
    text = "time;note;b;a;sum\n2024-01-02;later;2;1;\n2024-01-01;x;4;3;7.5\n\n2024-01-02;again;2;1;NaN\n"
    sheet = read_sheet(written(tmp_path / "x.csv", text))
    layout = layout_of(ROWS, sheet.columns, Wishes(), "x.csv", texts=texts_of(sheet, ROWS.schema.classes))
    assert entries_of(sheet, layout, ROWS) == (
        Entry(datetime(2024, 1, 1), (3.0, 4.0, 7.5)),
        Entry(datetime(2024, 1, 2), (1.0, 2.0, None)),
    )


def test_classes_are_named_or_numbered(tmp_path: Path) -> None:
    sheet = read_sheet(written(tmp_path / "x.csv", "p,q,r,kind\n1,2,3,mid\n1,2,3,2\n1,2,3,\n"))
    layout = layout_of(
        CLASSES, sheet.columns, Wishes(), "x.csv", texts=texts_of(sheet, CLASSES.schema.classes)
    )
    assert [entry.values[-1] for entry in entries_of(sheet, layout, CLASSES)] == [1.0, 2.0, None]


HEAD = "time,a,b,sum\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
        (b'time,a,b,sum\n2024-01-01,"1,2,3\n', "cannot be read as CSV"),
        (HEAD.encode() + b"2024-01-01,1,2\n", "line 2: has 3 values for 4 columns"),
        (HEAD.encode() + b"soon,1,2,3\n", "line 2: column 'time' has 'soon', which is no time"),
        (HEAD.encode() + b",1,2,3\n", "line 2: column 'time' has '', which is no time"),
        (HEAD.encode() + b"2024-01-01,1,two,3\n", "line 2: column 'b' has 'two', which is no finite number"),
        (HEAD.encode() + b"2024-01-01,1,1_000,3\n", "column 'b' has '1_000', which is no finite number"),
        (HEAD.encode() + b"2024-01-01,1,inf,3\n", "has 'inf', which is no finite number"),
        (HEAD.encode() + b"2024-01-01,1,1e300,3\n", "has '1e300', which is no finite number"),
        (
            HEAD.encode() + b"2024-01-01,1,2,3\n2024-01-01,1,2,4\n",
            "line 3: 2024-01-01 stands in line 2 as well",
        ),
        (b"time,a,sum\n2024-01-01,1,2\n", "has no column 'b', which the first file had"),
        (b"time,a,b,b,sum\n2024-01-01,1,2,2,3\n", "has more than one column 'b'"),
    ],
)
def test_a_hostile_file_is_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    layout = Layout(False, "time", ("a", "b"), ("sum",))
    with pytest.raises(BundleError, match=r"x\.csv") as error:
        entries_of(read_sheet(path), layout, ROWS)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("cell", ["3", "-1", "0.5", "huge"])
def test_a_class_that_there_is_not(cell: str, tmp_path: Path) -> None:
    sheet = read_sheet(written(tmp_path / "x.csv", f"p,q,r,kind\n1,2,3,{cell}\n"))
    layout = Layout(False, "", ("p", "q", "r"), ("kind",))
    with pytest.raises(BundleError, match="the classes are low, mid, high"):
        entries_of(sheet, layout, CLASSES)


def test_a_folder_and_nothing_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(BundleError, match="cannot be read"):
            read_sheet(path)
