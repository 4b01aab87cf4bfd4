"""The files of a variance study."""

import json
from pathlib import Path

import pandas as pd

from tests.varied import make_decomposition, usual
from tuner.report.variance import variance_headers, variance_json, variance_rows, write_variance


def test_rows_show_the_numbers() -> None:
    found = make_decomposition(init=[[1.0, 3.0, 2.0]], order=[[1.0, 1.0, 1.0]], together=[0.0, 2.0, 4.0])
    first, second, last = variance_rows(found)
    assert first[:3] == ("initial weights", "3", "1.00")
    assert first[4] == "25 %"
    assert second == ("data order", "3", "0", "—", "0 %", "—")
    assert (last[0], last[2], last[4], last[5]) == ("all together", "2.00", "100 %", "—")
    assert len(variance_headers(found)) == len(first)


def test_small_deviations_are_not_shown_as_zero() -> None:
    rows = list(variance_rows(make_decomposition(init=[[1.0, 1.00001, 1.0]], together=[0.0, 2.0, 4.0])))
    assert float(rows[0][2].split(" ")[0]) > 0.0
    assert rows[0][4] == "< 0.01 %"


def test_the_json_is_strict_and_complete() -> None:
    found = json.loads(variance_json(usual()))
    assert found["study"] == "encdec_sine"
    assert [one["stream"] for one in found["streams"]] == ["init", "order", "dropout"]
    assert found["streams"][1]["failures"] == 1
    assert found["streams"][2] == {
        "stream": "dropout",
        "n": 0,
        "failures": 0,
        "std": 0.0,
        "std_interval": [0.0, 0.0],
        "share": 0.0,
        "share_interval": [0.0, 0.0],
        "effect": "none",
    }
    assert found["together"]["share_interval"] == [None, None]
    assert found["sum_of_shares"] == sum(one["share"] for one in found["streams"])
    assert found["runs"] == 24


def test_the_files(tmp_path: Path) -> None:
    found = usual()
    page = write_variance(found, tmp_path / "new")
    assert page.read_text("utf-8").count("\n| ") == 5
    assert "- Dropout: no effect, because the model has none." in page.read_text("utf-8")
    frame = pd.read_csv(tmp_path / "new" / "variance.csv")
    assert len(frame) == len(found.runs)
    assert list(frame.columns[:3]) == ["varied", "setting", "init_index"]
    assert (frame["status"] == "diverged").sum() == frame["score"].isna().sum() == 1
    picture = (tmp_path / "new" / "figures" / "variance.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    write_variance(found, tmp_path / "again")
    assert (tmp_path / "again" / "figures" / "variance.png").read_bytes() == picture
