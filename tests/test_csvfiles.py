"""CSV files: one set of rules for all that read them, and one line for what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tuner.csvfiles import Reading, opened
from tuner.errors import BundleError, ScoresError


def rows(path: Path, content: str | bytes) -> tuple[tuple[str, ...], list[tuple[int, int, list[str]]]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with opened(path, BundleError) as file:
        return file.columns, [(row.number, row.line, row.cells) for row in file.rows]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n \n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_marks_and_line_ends_are_no_matter(
    mark: str, start: str, end: str, tmp_path: Path
) -> None:
    text = start + end.join((f" a{mark}b", f"1{mark}2", "", f'"x{mark}y"{mark}4'))
    before = start.count("\n")
    assert rows(tmp_path / "a.csv", text) == (
        ("a", "b"),
        [(1, before + 2, ["1", "2"]), (2, before + 4, [f"x{mark}y", "4"])],
    )


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a,b\n1,2\n\n3,4\n", [["1", "2"], ["3", "4"]]),  # a blank line is no row
        ("a,b\n1,2\n,\n3,4\n", [["1", "2"], ["", ""], ["3", "4"]]),  # a missing step is one
        ("a,b\n,\n1,2\n , \n\n,\n", [["", ""], ["1", "2"]]),  # what a spreadsheet leaves at the end
        ("a\n1\n\n3\n\n", [["1"], [""], ["3"]]),
        ('a\n1\n""\n', [["1"], [""]]),
        ("a\n", []),
    ],
)
def test_lines_without_values(text: str, cells: list[list[str]], tmp_path: Path) -> None:
    assert [row[2] for row in rows(tmp_path / "a.csv", text)[1]] == cells


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; it needs a header that names its columns, and rows"),
        (b"\n \n", "is empty"),
        (b"1,2\n3,4\n", "its first line holds numbers; it must name the columns"),
        (b"a,b\n1\n", "line 2: has 1 values for 2 columns; quote values that hold the separator"),
        (b'a,b\n1,"2\n', "line 2: cannot be read as CSV"),
        (b"a,b\n\xff,2\n", "is no text in UTF-8 (byte 4); save it as CSV in UTF-8"),
    ],
)
def test_what_is_no_such_file_is_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError) as error:
        rows(tmp_path / "a.csv", content)
    assert said in str(error.value) and str(error.value).startswith(str(tmp_path / "a.csv"))


def test_what_cannot_be_opened_is_an_error_of_the_kind_that_was_asked_for(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "none.csv", "No such file or directory")):
        with pytest.raises(ScoresError, match=rf"cannot be read \({reason}\)"), opened(path, ScoresError):
            pass


def test_a_column_that_is_read_is_there_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b,b\n1,2,3\n")
    with opened(tmp_path / "a.csv", BundleError) as file:
        assert file.place("a") == 0
        with pytest.raises(BundleError, match="has more than one column 'b'; keep one"):
            file.place("b")
        with pytest.raises(BundleError, match=r"has no column 'c' \(--by\)"):
            file.place("c", " (--by)")


def test_what_its_reader_raises_is_its_own(tmp_path: Path) -> None:
    """The file is closed, and an error in the block is none of the file."""
    (tmp_path / "a.csv").write_text("a\n" + "1\n" * 1000)
    kept: list[Reading] = []
    with pytest.raises(OSError, match="elsewhere"), opened(tmp_path / "a.csv", BundleError) as file:
        kept.append(file)
        assert next(file.rows).line == 2
        raise OSError("elsewhere")
    rest: Iterator[object] = kept[0].rows
    assert next(rest, None) is None
