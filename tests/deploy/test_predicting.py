"""Files of raw values: which columns are read, which windows are predicted, what is told of them."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tests.deploy.made import STEPS, series
from tuner.deploy.answer_table import AnswerTable
from tuner.deploy.answers import Prediction
from tuner.deploy.predicting import AsCsv, AsRecords, PredictOptions, Told, predict
from tuner.deploy.schema import Part, Schema
from tuner.deploy.serving import Model
from tuner.deploy.tables import opened
from tuner.errors import BundleError

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def windows(bundles: Bundles) -> Model:
    """Reads 6 steps of two columns without names, forecasts two steps of both."""
    return tuner.load_model(bundles("outside").bundle.place())


@pytest.fixture(scope="module")
def rows(bundles: Bundles) -> Model:
    """Reads rows of a, b, c and d, tells one of three classes."""
    return tuner.load_model(bundles("classes").bundle.place())


@pytest.fixture(scope="module")
def free(bundles: Bundles) -> Model:
    """Reads sequences of any length, tells yes or no."""
    return tuner.load_model(bundles("free").bundle.place())


def table(path: Path, header: str, values: Any, form: str = "{}") -> Path:
    lines = [header, *(",".join(form.format(cell) for cell in row) for row in values)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def asked(model: Model, path: Path, **options: Any) -> tuple[Rows, Told]:
    records = AsRecords()
    told = predict(model, path, PredictOptions(**options), records)
    return records.rows, told


def dated(path: Path, values: np.ndarray) -> Path:
    return table(path, "date,walk,wave", [(f"2026-01-{at + 1:02}", *row) for at, row in enumerate(values)])


def test_the_forecast_follows_the_last_window_of_a_series(windows: Model, tmp_path: Path) -> None:
    values = series()[:20]
    found, told = asked(windows, dated(tmp_path / "new.csv", values))
    by_hand = windows.predict(values[None, -STEPS:])
    assert [(row["row"], row["last_date"], row["step"], row["output"]) for row in found] == [
        (20, "2026-01-20", step, output) for step in (1, 2) for output in (1, 2)
    ]
    np.testing.assert_allclose([row["mean"] for row in found], by_hand.mean.reshape(-1), rtol=1e-6)
    np.testing.assert_allclose([row["std"] for row in found], by_hand.std.reshape(-1), rtol=1e-5)
    assert told.notes == (
        "read as the model's columns: walk, wave",
        "not read by the model, and carried along from the last row of each window: last_date",
        "of 20 rows the last 6 were read; --every gives a forecast for every window of the file",
    )
    assert told.warnings == ()


def test_a_gap_in_time_is_named_where_it_is_read(windows: Model, tmp_path: Path) -> None:
    days = [*range(1, 11), *range(12, 22)]
    rows = [(f"2026-01-{day:02}", *row) for day, row in zip(days, series()[:20], strict=True)]
    path = table(tmp_path / "gap.csv", "date,walk,wave", rows)
    assert asked(windows, path)[1].warnings == ()  # ten rows ago
    (said,) = asked(windows, path, every=True)[1].warnings
    assert "column 'date': 1 gap in time, the longest from 2026-01-10 to 2026-01-12" in said
    path = table(tmp_path / "near.csv", "date,walk,wave", rows[:15])
    assert "from 2026-01-10 to 2026-01-12" in asked(windows, path)[1].warnings[0]
    path = table(tmp_path / "just.csv", "date,walk,wave", rows[:16])  # the window begins behind it
    assert asked(windows, path)[1].warnings == ()


def test_every_window_of_a_series(windows: Model, tmp_path: Path) -> None:
    values = series()[:12]
    found, told = asked(windows, dated(tmp_path / "new.csv", values), every=True, members=True)
    by_hand = windows.predict(np.stack([values[at : at + STEPS] for at in range(7)]))
    assert [row["row"] for row in found[::4]] == [6, 7, 8, 9, 10, 11, 12]
    np.testing.assert_allclose([row["mean"] for row in found], by_hand.mean.reshape(-1), rtol=1e-6)
    for member in range(3):
        said = [row[f"member_{member}"] for row in found]
        np.testing.assert_allclose(said, by_hand.members[member].reshape(-1), rtol=1e-6)
    assert len(told.notes) == 2


def test_a_column_tells_sequences_apart(windows: Model, tmp_path: Path) -> None:
    values = series()
    parts = {"b": values[:9], "a": values[30:36]}
    lines = [(name, *row) for name, part in parts.items() for row in part]
    lines = lines[9:12] + lines[:9] + lines[12:]  # mixed
    path = table(tmp_path / "new.csv", "who,x,y", lines)
    found, told = asked(windows, path, by="who")
    assert [row["who"] for row in found[::4]] == ["a", "b"]
    by_hand = windows.predict(np.stack([values[30:36], values[3:9]]))
    np.testing.assert_allclose([row["mean"] for row in found], by_hand.mean.reshape(-1), rtol=1e-6)
    assert told.notes[-1] == "of 1 sequence only the last 6 steps were read"
    every, _ = asked(windows, path, by="who", every=True)
    assert [row["who"] for row in every[::4]] == ["b", "b", "b", "b", "a"]
    assert len(every) == 4 * (1 + 4)


def test_sequences_of_any_length(free: Model, tmp_path: Path) -> None:
    values = np.random.default_rng(5).normal(size=(12, 2))
    lengths = {"x": values[:3], "y": values[3:10], "z": values[10:]}
    path = table(
        tmp_path / "new.csv", "id,p,q", [(name, *row) for name, part in lengths.items() for row in part]
    )
    found, _ = asked(free, path, by="id")
    assert [row["id"] for row in found] == ["x", "y", "z"]
    for row, part in zip(found, lengths.values(), strict=True):
        said = free.predict(part[None])
        assert row["p_1"] == pytest.approx(said.mean.item(), rel=1e-6) == 1 - row["p_0"]
        assert row["class"] == int(said.mean.item() > 0.5)
        assert row["probability"] == max(row["p_0"], row["p_1"])
    whole, told = asked(free, table(tmp_path / "one.csv", "p,q", values))
    assert whole[0]["p_1"] == pytest.approx(free.predict(values[None]).mean.item(), rel=1e-6)
    assert told.notes == ()
    with pytest.raises(
        BundleError, match="the model reads sequences of any length, so that there are no windows"
    ):
        asked(free, path, every=True, by="id")


def test_rows_are_examples_by_the_names_of_their_columns(rows: Model, tmp_path: Path) -> None:
    x = np.random.default_rng(7).uniform(-1, 1, size=(5, 4)).round(3)
    path = table(tmp_path / "new.csv", "d,name,c,b,a", [(row[3], "n", *row[2::-1]) for row in x])
    found, told = asked(rows, path, members=True)
    said = rows.predict(x)
    assert said.classes is not None
    assert [row["class"] for row in found] == [("low", "mid", "high")[at] for at in said.classes]
    for row, mean, one in zip(found, said.mean, said.classes, strict=True):
        np.testing.assert_allclose([row[f"p_{name}"] for name in ("low", "mid", "high")], mean, rtol=1e-6)
        assert row["probability"] == pytest.approx(mean[one])
        assert np.mean([row[f"member_{k}"] for k in range(3)]) == pytest.approx(mean[one])
        assert row["name"] == "n"
    assert told.notes == ("not read by the model, and carried along as they are: name",)


def test_a_table_is_written_as_csv_and_names_of_ours_are_kept_apart(rows: Model, tmp_path: Path) -> None:
    path = table(tmp_path / "new.csv", "mean;a;b;c;d", [])
    path.write_text('mean;a;b;c;d\n"x;y";0.1;0.2;0.3;0.4\n\n;1;1;1;1\n', "utf-8")
    text = io.StringIO()
    predict(rows, path, PredictOptions(), AsCsv(text))
    found = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert list(found[0]) == ["row", "input_mean", "class", "probability", "std", "p_low", "p_mid", "p_high"]
    assert [row["input_mean"] for row in found] == ["x;y", ""]
    assert float(found[0]["probability"]) == pytest.approx(rows.predict([[0.1, 0.2, 0.3, 0.4]]).mean.max())


def test_columns_can_be_named(windows: Model, rows: Model, tmp_path: Path) -> None:
    values = series()[:8]
    path = table(tmp_path / "new.csv", "other,wave,walk", [(0, row[1], row[0]) for row in values])
    found, _ = asked(windows, path, columns=("walk", "wave"))
    by_hand = windows.predict(values[None, -STEPS:])
    np.testing.assert_allclose([row["mean"] for row in found], by_hand.mean.reshape(-1), rtol=1e-6)
    for columns, message in (
        (("walk",), "--columns names 1 columns, and the model reads 2"),
        (("walk", "wavy"), r"has no column 'wavy' \(--columns\); its columns are 'other', 'wave', 'walk'"),
    ):
        with pytest.raises(BundleError, match=message):
            asked(windows, path, columns=columns)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; it needs a header"),
        ("x,y\n", "has a header ('x', 'y') but no rows"),
        ("1,2\n3,4\n", "its first line holds numbers; it must name the columns"),
        ("x,y\n1,2\n3\n", "line 3: has 1 values for 2 columns"),
        ("x,y\n1,2\n3,4\n", "there are 2 rows, and the model reads 6 steps"),
        (
            "x\n1\n2\n",
            "the model reads 2 columns, whose names it does not know, and the file has 1 of numbers",
        ),
        ("x,y,z\n1,2,3\n", "3 of numbers ('x', 'y', 'z'); name them in their order with --columns"),
        ("x,x\n" + "1,2\n" * 6, "has more than one column 'x'"),
        ("x,y\n" + "1,2\n" * 5 + "1,\n", "line 7: column 'y' has no value; fill it first"),
        ("x,y\n" + "1,2\n" * 3 + "1,NaN\n" + "1,2\n" * 2, "line 5: column 'y' has no value"),
        ("x,y\n" + "1,2\n" * 5 + "abc,2\n", "line 7: column 'x' has 'abc', which is no finite number"),
        ("x,y\n" + "1,2\n" * 5 + "inf,2\n", "column 'x' has 'inf', which is no finite number"),
        ('x,y\n1,"2\n', "cannot be read as CSV"),
    ],
)
def test_a_wrong_file_is_one_line(windows: Model, text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BundleError) as raised:
        asked(windows, path)
    assert message in str(raised.value) and str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_other_mistakes_are_one_line(windows: Model, rows: Model, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("x,y\n1,2\nä,3\n".encode("latin-1"))
    for path, message in (
        (tmp_path / "latin.csv", "is no text in UTF-8"),
        (tmp_path, r"cannot be read \(Is a directory\)"),
        (tmp_path / "none.csv", r"cannot be read \(No such file"),
    ):
        with pytest.raises(BundleError, match=message):
            asked(windows, path)
    path = table(tmp_path / "rows.csv", "a,b,c", [(1, 2, 3)])
    with pytest.raises(
        BundleError, match="has no column 'd'; the model reads 'a', 'b', 'c', 'd', and the file has"
    ):
        asked(rows, path)
    path = table(tmp_path / "rows.csv", "a,b,c,d", [(1, 2, 3, 4)])
    with pytest.raises(BundleError, match="every row is an example of its own"):
        asked(rows, path, every=True)
    with pytest.raises(BundleError, match=r"has no column 'who' \(--by\)"):
        asked(windows, path, by="who")
    path = table(tmp_path / "short.csv", "who,x,y", [("a", 1, 2)] * 6 + [("b", 1, 2)])
    with pytest.raises(BundleError, match="sequence 'b' has 1 row, and the model reads 6 steps"):
        asked(windows, path, by="who")


def test_missing_values_matter_only_where_they_are_read(windows: Model, tmp_path: Path) -> None:
    values = [("", ""), *series()[:STEPS]]
    found, _ = asked(windows, table(tmp_path / "new.csv", "x,y", values))
    assert found[0]["row"] == 7
    with pytest.raises(BundleError, match="line 2: column 'x' has no value"):
        asked(windows, tmp_path / "new.csv", every=True)


def test_values_outside_of_the_training_data_are_warned_of(windows: Model, tmp_path: Path) -> None:
    values = series()[:8].copy()
    values[-1, 0] = 700
    _, told = asked(windows, table(tmp_path / "near.csv", "x,y", values))
    (warning,) = told.warnings
    assert warning.startswith("column 'x': 1 of 6 values lie outside of the training data, which go from 5")
    assert warning.endswith("(found 700)")
    _, told = asked(windows, table(tmp_path / "far.csv", "x,y", series()[:8] * [1, 0.001]))
    (warning,) = told.warnings
    assert "column 'y': 6 of 6 values" in warning and warning.endswith(": are they in other units?")


def test_rows_that_go_back_in_time_are_warned_of(windows: Model, tmp_path: Path) -> None:
    values = series()[:STEPS]
    days = [f"2026-01-0{6 - at}T00:00:00Z" for at in range(STEPS)]
    path = table(
        tmp_path / "new.csv", "when,x,y", [(day, *row) for day, row in zip(days, values, strict=True)]
    )
    _, told = asked(windows, path)
    assert told.warnings == (
        "column 'when': the time goes backwards 5 times; rows must be in the order of time, the oldest first",
    )
    apart = table(
        tmp_path / "two.csv", "id,when,x,y", [(id_, "2026-01-01", *row) for id_ in "ab" for row in values]
    )
    assert asked(windows, apart, by="id")[1].warnings == ()


def test_a_long_file_is_predicted_in_parts(
    windows: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path / "new.csv", "x,y", series()[:30])
    whole, _ = asked(windows, path, every=True)
    monkeypatch.setattr("tuner.deploy.examples.CHUNK", 7)
    in_parts, _ = asked(windows, path, every=True)
    assert [row["row"] for row in in_parts] == [row["row"] for row in whole]
    np.testing.assert_allclose([row["mean"] for row in in_parts], [row["mean"] for row in whole], rtol=1e-6)


def test_the_file_is_closed_and_read_row_by_row(tmp_path: Path) -> None:
    path = table(tmp_path / "new.csv", "x", [(at,) for at in range(1000)])
    with opened(path, Part((1,))) as found:
        first = next(found.rows)
        assert (first.number, first.line, found.values(first)) == (1, 2, [0.0])
        assert next(found.rows).number == 2


def said(mean: np.ndarray) -> Prediction:
    return Prediction(mean, np.zeros_like(mean), np.stack([mean, mean]))


@pytest.mark.parametrize(
    ("shape", "targets", "columns", "where"),
    [
        ((), (), (), []),
        ((1,), (), (), []),
        ((3,), (), (), [{"output": at} for at in (1, 2, 3)]),
        ((2,), (1, 0), ("a", "b"), [{"output": "b"}, {"output": "a"}]),
        ((4,), (1,), ("a", "b"), [{"step": at, "output": "b"} for at in (1, 2, 3, 4)]),
        ((2, 1), (), (), [{"step": 1}, {"step": 2}]),
    ],
)
def test_a_forecast_has_a_row_for_every_number(
    shape: tuple[int, ...], targets: tuple[int, ...], columns: tuple[str, ...], where: list[dict[str, Any]]
) -> None:
    schema = Schema((Part((5, 2), columns),), (Part(shape),), targets=targets)
    layout = AnswerTable(schema, "regression")
    values = np.arange(2.0 * np.prod(shape, dtype=int)).reshape(2, *shape)
    found = [
        (place, dict(zip(layout.head, cells, strict=True))) for place, cells in layout.rows(said(values))
    ]
    expected = [(place, label) for place in (0, 1) for label in (where or [{}])]
    assert [
        (place, {key: row[key] for key in row if key in ("step", "output")}) for place, row in found
    ] == expected
    assert [row["mean"] for _, row in found] == values.reshape(-1).tolist()


def test_several_yes_or_no_have_a_row_each() -> None:
    """The probability is that of the class that is told, as it is where there are more than two."""
    layout = AnswerTable(Schema((Part((5,)),), (Part((2,), ("wet", "cold")),)), "binary", members=2)
    assert layout.head == ("output", "class", "probability", "std", "p_0", "p_1", "member_0", "member_1")
    found = [cells for _, cells in layout.rows(said(np.array([[0.25, 0.875]])))]
    assert found == [
        ["wet", 0, 0.75, 0.0, 0.75, 0.25, 0.75, 0.75],
        ["cold", 1, 0.875, 0.0, 0.125, 0.875, 0.875, 0.875],
    ]


def test_every_name_stands_once_in_the_header(rows: Model, windows: Model, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("p_low,a,b,c,d,row,note,note,input_note\n1,0.1,0.2,0.3,0.4,5,x,y,z\n", "utf-8")
    (row,), _ = asked(rows, path)
    assert list(row)[:6] == ["row", "input_p_low", "input_row", "note", "input_note", "input_input_note"]
    assert (row["row"], row["input_p_low"], row["input_row"]) == (1, "1", "5")
    assert [row[name] for name in ("note", "input_note", "input_input_note")] == ["x", "y", "z"]
    lines = [("a", "b", *step) for step in series()[:STEPS]]
    for name, told in (("mean", "input_mean"), ("row", "input_row"), ("step", "input_step")):
        found, _ = asked(windows, table(tmp_path / "by.csv", f"{name},{told},x,y", lines), by=name)
        assert list(found[0])[:3] == [told, "row", f"input_{told}"]
        assert found[0][told] == "a" and found[0][f"input_{told}"] == "b"


def test_what_no_table_holds_is_refused() -> None:
    with pytest.raises(
        BundleError, match=r"answers arrays of shape \(examples, 2, 3, 4\), which no table holds"
    ):
        AnswerTable(Schema((Part((5,)),), (Part((2, 3, 4)),)), "regression")
