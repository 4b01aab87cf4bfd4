"""`tuner variance` on the command line, in this process."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.calling import Call, one_line
from tests.test_cli import write

STUDY = """
from tests.tiny import *
def study(rate=0.01):
    return dense_study(name="", baseline={"learning_rate": rate})
"""
FEW = ("--repeats", "4", "--settings", "1")


def test_it_prints_the_table_and_writes_the_files(call: Call, tmp_path: Path) -> None:
    status, out, err = call("variance", write(tmp_path, STUDY), *FEW)
    assert status == 0, err
    assert "initial weights" in out and "all together" in out
    assert "note: Dropout: no effect, because no layer of the model draws" in out
    folder = tmp_path / "reports" / "mine-variance"
    assert (folder / "figures" / "variance.png").exists()
    assert "| initial weights |" in (folder / "variance.md").read_text("utf-8")
    assert len(pd.read_csv(folder / "variance.csv")) == 12


def test_json_alone_on_standard_output(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path, STUDY)
    options = ("--set", "rate=0.05", "--params", "learning_rate=1e30", "--output", "here", "--json")
    status, out, err = call("variance", path, *FEW, *options)
    assert status == 0, err
    found = json.loads(out)
    assert found["params"] == {"learning_rate": 1e30}
    assert [one["stream"] for one in found["streams"]] == ["init", "order", "dropout", "data"]
    assert found["together"]["failures"] == 4 and found["together"]["std"] is None
    assert (tmp_path / "here" / "variance.md").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--repeats", "3"), "repeats is 3 with 2 settings; give 8 or more"),
        (("--settings", "0"), "settings is 0"),
        (("--split", "train"), "split is 'train'"),
        (("--params", "x"), "--params x: write it as NAME=VALUE"),
        (("--params", "unitz=3"), "'unitz'"),
        (("--configuration", "trial-1"), "no configuration 'trial-1'"),
        (("--engine", "fast"), "engine 'fast' is unknown"),
        (("--seed", "-1"), "seed is -1"),
        (("--output", "mine.py/here"), "mine.py: is no folder"),
    ],
)
def test_a_wrong_option_is_one_line(
    options: tuple[str, ...], message: str, call: Call, tmp_path: Path
) -> None:
    assert message in one_line(call("variance", write(tmp_path, STUDY), *options))
    assert not (tmp_path / "reports").exists()
