"""Long tables as data: every cell comes back, and no name leaves the script that holds it."""

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_configuration, make_result, make_runs
from tuner.records import BASELINE
from tuner.report.cells import MOST_ROWS, Cell, Column, Table
from tuner.report.formats import clean
from tuner.report.long_tables import packed
from tuner.report.page import render
from tuner.report.view import build_view

NOTHING = Cell("")
texts = st.text(max_size=8)
cells = st.builds(
    Cell,
    texts,
    note=texts,
    title=texts,
    sort=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    badge=st.sampled_from(["", "lost"]),
)


def unpacked(data: dict[str, object]) -> list[tuple[Cell, ...]]:
    """The rows, by the rule that the script follows."""
    columns = [
        [Cell(**(cell if isinstance(cell, dict) else {"text": cell})) for cell in column["cells"]]
        for column in data["columns"]
    ]
    codes = [column["codes"] for column in data["columns"]]
    return [
        tuple(column[code[row]] for column, code in zip(columns, codes, strict=True))
        for row in range(data["rows"])
    ]


@given(st.lists(st.tuples(cells, cells), max_size=9), st.frozensets(st.integers(0, 8)))
def test_every_cell_comes_back_from_json(rows: list[tuple[Cell, Cell]], strong: frozenset[int]) -> None:
    table = Table((Column("a"), Column("b")), tuple(rows), strong=strong)
    data = json.loads(json.dumps(packed(table), allow_nan=False))
    assert list(map(repr, unpacked(data))) == list(map(repr, rows))
    assert data["strong"] == sorted(strong)


def test_a_cell_that_returns_is_written_once() -> None:
    rows = tuple((Cell("search"), Cell(str(number % 3))) for number in range(1_000))
    data = packed(Table((Column("phase"), Column("seed")), rows))
    assert [column["cells"] for column in data["columns"]] == [["search"], ["0", "1", "2"]]
    assert set(asdict(NOTHING)) >= {"text", "note", "title", "sort", "badge"}


@pytest.mark.parametrize(
    "name", ["</script><img src=x>", "<!--<script>", "&lt;", "a\u2028b", "'\"\\", "\ud800"]
)
def test_no_name_ends_the_script_that_holds_it(name: str) -> None:
    runs = make_runs("search", name, 0.04, seeds=MOST_ROWS + 1, epochs=1)
    result = make_result(runs, [make_configuration(one) for one in (BASELINE, name)])
    html = render(build_view(result, {}))
    (stored,) = re.findall(r'<script type="application/json" id="table-runs-rows">(.*?)</script>', html)
    assert not set(stored) & set("<>&'\u2028") and stored.isascii()
    (shown,) = json.loads(stored)["columns"][1]["cells"]
    assert shown == clean(name)
