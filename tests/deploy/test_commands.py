"""`tuner finalize` and `tuner predict` on the command line, in this process: from a run to an answer."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

import tuner
from tests.calling import Call, one_line
from tests.deploy.conftest import Bundles
from tests.deploy.made import confirmed
from tests.test_cli import write
from tuner.loading import load_study

STUDY = """
from tests.tiny import *
def study(rate=0.01):
    fast = {"learning_rate": 0.08}
    return dense_study(name="", trials=0, baseline={"learning_rate": rate}, candidates={"other": fast})
"""


def test_from_a_run_to_a_prediction(call: Call, tmp_path: Path) -> None:
    of = load_study(write(tmp_path, STUDY), {"rate": 0.02})
    confirmed(of, tmp_path / "reports" / "mine", centers=(0.5, 1.0))
    status, out, err = call("finalize", "reports/mine", "--members", "2", "--engine", "fit")
    assert status == 0, err
    assert "baseline of mine: 2 networks" in out and "expected test mse" in out
    assert "MODEL_CARD.md" in out
    assert "note: This is the baseline: no other configuration was shown to be better" in err
    folder = tmp_path / "bundles" / "mine"
    content = json.loads((folder / "bundle.json").read_text("utf-8"))
    assert content["params"] == {"learning_rate": 0.02}
    assert content["origin"]["options"] == {"rate": 0.02}
    assert content["origin"]["run"] == "reports/mine"
    x = np.array([[0.5, -0.25, 0.125], [0.0, 1.0, 0.5]])
    (tmp_path / "new.csv").write_text("x,y,z\n" + "\n".join(",".join(map(str, row)) for row in x))
    status, out, err = call("predict", "bundles/mine", "new.csv", "--members")
    assert status == 0, err
    said = tuner.load_model(folder).predict(x)
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["row"] for row in found] == ["1", "2"]
    np.testing.assert_allclose([float(row["mean"]) for row in found], said.mean[:, 0], rtol=1e-6)
    np.testing.assert_allclose([float(row["member_1"]) for row in found], said.members[1, :, 0], rtol=1e-6)
    assert "is there already" in one_line(call("finalize", "reports/mine"))
    (tmp_path / "mine.py").write_text(STUDY + "\n# changed\n", "utf-8")
    line = one_line(call("finalize", "reports/mine", "--output", "other"))
    assert "changed since this run: the study's code" in line and "--accept-changes" in line
    (tmp_path / "mine.py").rename(tmp_path / "moved.py")
    assert "give it with --study FILE" in one_line(call("finalize", "reports/mine", "--output", "other"))
    options = (
        "--study",
        "moved.py",
        "--accept-changes",
        "--output",
        "other",
        "--members",
        "1",
        "--keep-test",
        "--json",
    )
    status, out, err = call("finalize", "reports/mine", *options)
    assert status == 0, err
    answer = json.loads(out)
    assert answer["bundle"] == "other" and len(answer["members"]) == 1
    assert answer["expected"]["ensemble"]["n_examples"] == 32
    assert "the study's code" in answer["notes"][0]


def test_predictions_as_json_and_as_a_file(call: Call, bundles: Bundles, tmp_path: Path) -> None:
    folder = bundles("classes").bundle.place()
    (tmp_path / "new.csv").write_text("a,b,c,d,id\n9,0,0,0,7\n")
    status, out, err = call("predict", folder, "new.csv", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert found["predictions"][0]["class"] in ("low", "mid", "high") and found["predictions"][0]["id"] == "7"
    assert found["warnings"][0].startswith("column 'a': 1 of 1 values lie outside")
    assert found["notes"] == ["not read by the model, and carried along as they are: id"]
    assert found["task"] == "classes" and found["expected"]["ensemble"]["members"] == 3
    status, out, err = call("predict", folder, "new.csv", "--output", "deep/said.csv")
    assert (status, out) == (0, "")
    assert "warning: column 'a'" in err and "wrote deep/said.csv" in err
    assert (tmp_path / "deep" / "said.csv").read_text().startswith("row,id,class,probability,std,p_low")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["said.csv"]


def test_mistakes_are_one_line(call: Call, bundles: Bundles, tmp_path: Path) -> None:
    folder = bundles("classes").bundle.place()
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    assert "has no column 'c'" in one_line(call("predict", folder, "new.csv"))
    assert "none.csv: cannot be read (No such file" in one_line(call("predict", folder, "none.csv"))
    assert "is no bundle" in one_line(call("predict", tmp_path, "new.csv"))
    assert "give one of them" in one_line(call("predict", folder, "new.csv", "--json", "--output", "x.csv"))
    assert "no such run folder" in one_line(call("finalize", "reports/none"))


@pytest.mark.parametrize("command", ["finalize", "predict"])
def test_help_says_what_it_does(call: Call, command: str) -> None:
    status, out, _ = call(command, "--help")
    assert status == 0
    assert ("bundle" if command == "finalize" else "sequences of any length") in " ".join(out.split())
