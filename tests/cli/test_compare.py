"""`tuner compare`: run folders, CSV files, what is printed and written, and one line for a mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.calling import Call, one_line
from tests.factories import store, usual_result
from tuner.report import summary
from tuner.report.scores import scores_csv

RNG = np.random.default_rng(0)
SCORES = {
    "old": RNG.normal(1.0, 0.1, 12),
    "new": RNG.normal(0.8, 0.1, 12),
    "other": RNG.normal(1.0, 0.1, 12),
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The scores as a file each, with seeds."""
    for name, scores in SCORES.items():
        frame = pd.DataFrame({"seed": range(12), "score": scores})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def answer(call: Call, *arguments: object) -> dict[str, Any]:
    """The one JSON object on standard output."""
    status, out, err = call("compare", *arguments, "--json")
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    found: dict[str, Any] = json.loads(out)
    return found


def test_two_files_are_compared_by_welchs_test(call: Call, files: Path) -> None:
    found = answer(call, "old.csv", "new.csv")
    (candidate,) = found["candidates"]
    welch = stats.ttest_ind(SCORES["new"], SCORES["old"], equal_var=False)
    ends = welch.confidence_interval(0.95)
    assert candidate["p_value"] == pytest.approx(welch.pvalue)
    assert candidate["difference_interval"] == pytest.approx([ends.low, ends.high])
    assert (candidate["verdict"], found["baseline"]["name"], found["paired"]) == ("better", "old", False)
    assert "Lower scores are taken as better" in found["remarks"][0]
    upward = answer(call, "old.csv", "new.csv", "--direction", "maximize")
    assert upward["candidates"][0]["verdict"] == "worse" and upward["remarks"] == []


def test_several_candidates_are_holm_adjusted(call: Call, files: Path) -> None:
    first, second = answer(call, "old.csv", "new.csv", "other.csv")["candidates"]
    assert first["p_adjusted"] == pytest.approx(2 * first["p_value"])
    assert second["p_adjusted"] == pytest.approx(second["p_value"])


def test_pairs_are_matched_by_seed_and_the_order_does_not_matter(call: Call, files: Path) -> None:
    expected = stats.ttest_rel(SCORES["new"], SCORES["old"]).pvalue
    straight = answer(call, "old.csv", "new.csv", "--paired")
    frame = pd.read_csv(files / "new.csv").sample(frac=1, random_state=1)
    frame.rename(columns={"seed": "seed_index"}).to_csv(files / "new.csv", index=False)
    turned = answer(call, "old.csv", "new.csv", "--paired")
    assert straight["candidates"][0]["p_value"] == pytest.approx(expected)
    assert turned == straight


def test_margin_and_level_are_used(call: Call, files: Path) -> None:
    found = answer(call, "old.csv", "other.csv", "--margin", "0.5", "--level", "0.9")
    assert (found["margin"], found["level"]) == (0.5, 0.9)
    assert found["candidates"][0]["verdict"] == "equivalent"


def test_the_table_flags_and_sentences_are_printed(call: Call, files: Path) -> None:
    frame = pd.DataFrame({"score": [*SCORES["new"][:11], np.nan]})
    frame.to_csv(files / "frail.csv", index=False)
    status, out, err = call("compare", "old.csv", "new.csv", "frail.csv")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    for word in ("runs", "mean", "SD", "difference", "95 % interval", "p (adj.)", "P(superior)", "verdict"):
        assert word in lines[0]
    assert "12 (1 failed)" in out
    assert "note: frail: 1 of 12 candidate runs and 0 of 12 baseline runs failed" in out
    assert "note: Lower scores are taken as better" in out
    assert lines[-2].startswith("new is better than old: ")
    assert lines[-1].startswith("frail is better than old by ranks")


def test_a_single_run_folder_says_what_show_says(call: Call, tmp_path: Path) -> None:
    result = usual_result(margin=0.004)
    store(result, tmp_path / "run")
    finalists = summary(result)["finalists"]
    found = answer(call, "run")
    assert [one["name"] for one in found["candidates"]] == [one["configuration"] for one in finalists]
    for one, other in zip(found["candidates"], finalists, strict=True):
        for key in ("verdict", "p_adjusted", "difference", "difference_interval", "mean", "seeds_needed"):
            assert one[key] == other[key]
    assert found["metric"] == "mse" and found["remarks"] == []
    (tmp_path / "scores.csv").write_text(scores_csv(result))
    again = answer(call, "scores.csv", "--margin", "0.004")
    raw = [
        {one["name"]: (one["p_value"], one["difference"]) for one in given["candidates"]}
        for given in (found, again)
    ]
    assert raw[0] == raw[1]


def test_folders_files_and_configurations_mix(call: Call, files: Path) -> None:
    store(usual_result(), files / "run")
    found = answer(call, "run:baseline", "run:trial-2", "new.csv")
    assert [one["name"] for one in found["candidates"]] == ["run:trial-2", "new"]
    found = answer(call, "new.csv", "run", "--baseline", "run:trial-1")
    assert found["baseline"]["name"] == "run:trial-1" and found["candidates"][0]["name"] == "new"


def test_figure_and_tables_are_written(call: Call, files: Path) -> None:
    status, out, _ = call("compare", "old.csv", "new.csv", "--output", "made/here")
    assert status == 0
    for end in ("png", "md", "tex", "csv"):
        assert (files / "made" / "here" / f"comparison.{end}").stat().st_size > 0
        assert f"wrote {Path('made/here') / f'comparison.{end}'}" in out
    assert answer(call, "old.csv", "new.csv", "--output", "more")["candidates"]
    assert (files / "more" / "comparison.md").exists()


def test_names_cannot_steer_the_terminal(call: Call, files: Path) -> None:
    name = "[red]\x1b[31mevil"
    frame = pd.DataFrame({"configuration": ["old"] * 12 + [name] * 12})
    frame["score"] = [*SCORES["old"], *SCORES["new"]]
    frame.to_csv(files / "all.csv", index=False)
    status, out, _ = call("compare", "all.csv")
    assert status == 0 and "\x1b" not in out and "[red] [31mevil" in out
    assert answer(call, "all.csv")["candidates"][0]["name"] == name
    assert "\x1b" not in one_line(call("compare", "all.csv", "--baseline", "x"))
    frame["score"] = 1e200
    frame.to_csv(files / "all.csv", index=False)
    assert "cannot be averaged" in (message := one_line(call("compare", "all.csv"))) and "\x1b" not in message


WRONG = [
    ((), "BASELINE CANDIDATE"),
    (("old.csv",), "holds 'old' alone"),
    (("missing.csv", "old.csv"), "missing.csv: no such run folder or file"),
    (("old.csv", "."), "holds no run of tuner"),
    (("old.csv", "old.csv"), "are the same runs"),
    (("old.csv", "loss.csv"), "has no column 'score'; its columns are 'seed', 'loss'"),
    (("old.csv", "text.csv"), "line 3: score is 'abc'"),
    (("old.csv", "inf.csv"), "line 2: score is 'inf'; write nan"),
    (("old.csv", "one.csv"), "'one': one run only"),
    (("old.csv", "empty.csv"), "empty.csv: is empty"),
    (("old.csv", "latin.csv"), "no text in UTF-8"),
    (("old.csv", "short.csv", "--paired"), "--paired needs the same seeds in both: only 'old' has"),
    (("old.csv", "twice.csv", "--paired"), "seed '0' is there 2 times"),
    (("old.csv", "seedless.csv", "--paired"), "has no column 'seed' or 'seed_index'"),
    (("old.csv:x", "new.csv"), "has no configuration 'x'"),
    (("old.csv", "new.csv", "--baseline", "x"), "--baseline 'x' is none of those compared"),
    (("old.csv", "new.csv", "--direction", "up"), "direction is 'up'; give minimize or maximize"),
    (("old.csv", "new.csv", "--margin", "-1"), "margin is -1.0"),
    (("old.csv", "new.csv", "--margin", "much"), "'--margin'"),
    (("old.csv", "new.csv", "--level", "95"), "level is 95.0"),
    (("0.5",), "nothing to compare with the number"),
    (("nan", "old.csv"), "the reference is nan"),
    (("old.csv", "--reference", "inf"), "the reference is inf"),
    (("0.5", "old.csv", "--reference", "0.6"), "give one reference"),
    (("0.5", "old.csv", "--baseline", "old"), "exclude each other"),
    (("0.5", "old.csv", "--paired"), "leave --paired out"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(given) for given, _ in WRONG])
def test_a_mistake_is_one_line(call: Call, files: Path, arguments: tuple[str, ...], message: str) -> None:
    texts = {
        "loss": "seed,loss\n1,2\n",
        "text": "seed,score\n1,2\n2,abc\n",
        "inf": "score\ninf\n2\n",
        "one": "score\n1\n",
        "empty": "",
        "short": "seed,score\n0,1\n1,2\n",
        "twice": "seed,score\n0,1\n0,2\n",
        "seedless": "score\n1\n2\n",
    }
    for name, text in texts.items():
        (files / f"{name}.csv").write_text(text)
    (files / "latin.csv").write_bytes(b"score\n\xe9\n")
    assert message in one_line(call("compare", *arguments))
    assert message in one_line(call("compare", *arguments, "--json"))


LIGHT = """
import sys
from tuner.__main__ import main
sys.argv = ["tuner", "compare", "old.csv", "new.csv", "run", "--json", "--output", "made"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
heavy = ("keras", "jax", "tensorflow", "optuna", "torch")
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""


def test_a_comparison_needs_neither_a_study_nor_what_trains_it(files: Path) -> None:
    store(usual_result(), files / "run")
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", LIGHT],
        capture_output=True,
        text=True,
        check=False,
        cwd=files,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "[]\n"
    assert json.loads(done.stdout)["candidates"][0]["verdict"] == "better"


def test_a_number_is_a_fixed_reference(call: Call, files: Path) -> None:
    found = answer(call, "0.9", "new.csv")
    assert found["baseline"] == {"name": "reference", "value": 0.9}
    assert found["candidates"][0]["p_value"] == pytest.approx(stats.ttest_1samp(SCORES["new"], 0.9).pvalue)
    assert answer(call, "new.csv", "--reference", "0.9") == found
