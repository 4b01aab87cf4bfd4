"""Bad input and bad luck: one clear line, nothing half-written; docs/robustness.md says the same."""

import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tuner
from tests.calling import Call, one_line
from tests.test_cli import FAST, write
from tests.tiny import dense_study, numbers, run
from tuner.errors import LedgerError, StudyError, TunerError
from tuner.locking import locked
from tuner.plan import Plan
from tuner.report.write import write_formats
from tuner.splits import Splits

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs" / "robustness.md"
SPOILT = "test_a_spoilt_folder_is_one_line_and_left_as_it_is"


@dataclass(frozen=True)
class Case:
    """What is wrong with a run folder, which command meets it, and the line that is said."""

    what: str  # the first column of the table in the docs
    spoil: Callable[[Path], object]
    said: str
    command: str = "run"


def cut(name: str, share: float = 0.6) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return spoil


def flip(name: str) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        content = (folder / name).read_bytes()
        place = content.index(b'"history"')
        (folder / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])

    return spoil


def other_database(folder: Path) -> None:
    (folder / "study.db").unlink()
    with sqlite3.connect(folder / "study.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


def other_study(folder: Path) -> None:
    with sqlite3.connect(folder / "study.db") as connection:
        connection.execute("UPDATE studies SET study_name = 'another'")
    connection.close()


def later(folder: Path) -> None:
    text = (folder / "run.json").read_text()
    (folder / "run.json").write_text(text.replace('"tuner": 1', '"tuner": 2', 1))


GROUP = "ledger/search/baseline-0000.json"
CASES = [
    Case(
        "`study.db` is no database",
        lambda f: (f / "study.db").write_text("x" * 999),
        "cannot be opened as an Opt",
    ),
    Case("`study.db` is cut", cut("study.db"), "move it elsewhere: the runs are kept"),
    Case(
        "`study.db` is another program's database", other_database, "it has other tables, such as 'recipes'"
    ),
    Case("`study.db` is another study's", other_study, "holds another study, 'another'"),
    Case("`run.json` is cut", cut("run.json"), "run.json: damaged"),
    Case(
        "`run.json` is missing", lambda f: (f / "run.json").unlink(), "no run.json that says what made them"
    ),
    Case(
        "a later version of tuner wrote the folder",
        later,
        "written in format 2, this version of tuner reads 1",
    ),
    Case("a file of the ledger is cut, and is only read", cut(GROUP), f"{GROUP}: damaged", "show"),
    Case(
        "a bit of a file of the ledger is flipped, and it is only read",
        flip(GROUP),
        f"{GROUP}: damaged",
        "report",
    ),
    Case(
        "a file of the ledger is there twice",
        lambda f: shutil.copy(f / GROUP, f / f"{GROUP}.json"),
        "and so does",
    ),
    Case(
        "a folder in the run folder is a link", lambda f: link(f, "ledger"), "is a link out of the run folder"
    ),
]


def link(folder: Path, name: str) -> None:
    (folder / name).rename(folder.parent / "elsewhere")
    (folder / name).symlink_to(folder.parent / "elsewhere")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a study file and its finished run."""
    place = tmp_path_factory.mktemp("done")
    study = tuner.load_study(write(place))
    tuner.run(study, Plan(search_repeats=1, repeats=2, finalists=1), output=place / "run")
    yield place


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
def test_a_spoilt_folder_is_one_line_and_left_as_it_is(
    case: Case, done: Path, call: Call, tmp_path: Path
) -> None:
    shutil.copytree(done, tmp_path / "place")
    folder = tmp_path / "place" / "run"
    case.spoil(folder)
    before = contents(folder)
    study = ("run", tmp_path / "place" / "mine.py", *FAST, "--output", folder)
    said = one_line(call(*study) if case.command == "run" else call(case.command, folder))
    assert case.said in said and str(folder) in said
    assert contents(folder) == before


def test_the_docs_have_a_row_for_every_case_and_a_test_for_every_row() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (\d+|-) \| `(\w+)` \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    spoilt = {what for what, _, status, test in rows if test == SPOILT and status == "2"}
    assert spoilt == {case.what for case in CASES}
    assert len({what for what, *_ in rows}) == len(rows) > 60
    texts = [path.read_text("utf-8") for path in TESTS.rglob("test_*.py")]
    known = {name for text in texts for name in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)}
    assert {test for *_, test in rows} <= known


def test_a_second_run_is_refused_and_a_report_is_not(done: Path, call: Call, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "place")
    folder = tmp_path / "place" / "run"
    with locked(folder):
        said = one_line(call("run", tmp_path / "place" / "mine.py", *FAST, "--output", folder))
        assert f"another `tuner run` works on it (process {os.getpid()} on " in said
        assert call("report", folder)[0] == 0
        assert call("show", folder)[0] == 0


@pytest.mark.parametrize(
    "place, why",
    [
        ("file/run", "Not a directory"),
        ("/dev/null/run", "Not a directory"),
        ("/proc/run", "No such file or directory"),  # where nobody can make a folder, root neither
    ],
)
def test_a_place_that_is_none_is_one_line(place: str, why: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert f"cannot be written ({why})" in one_line(call("run", write(tmp_path), *FAST, "--output", place))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine.py"]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Within it, files may be refused to this process, whoever it is."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["read-only", "unreadable"])
@pytest.mark.parametrize("place", ["", "new/run"])
def test_a_folder_that_may_not_be_used_is_one_line(mode: int, place: str) -> None:
    """By somebody who is not root, who may do everything; what a run does first with its folder."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        kept = Path(folder) / "kept"
        kept.mkdir(mode=mode)
        why = r"kept.*: cannot be written \(Permission denied\); give another folder with --output"
        with unprivileged(), pytest.raises(LedgerError, match=why), locked(kept / place):
            pass
        if mode == 0:
            with unprivileged(), pytest.raises((TunerError, OSError), match="Permission denied"):
                tuner.load(kept)
        assert list(kept.iterdir()) == []


def test_a_disk_that_is_full_is_one_line_and_leaves_nothing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = one_line(call("run", path, *FAST))
    assert (
        "run.json: No space left on device" in said or "cannot be written (No space left on device)" in said
    )
    assert not (tmp_path / "reports").exists()


DIVERGING = """
from tests.tiny import *
def build(trial, data):
    model, fit = build_dense(trial, data)
    model.optimizer.learning_rate = 1e30
    return model, fit
study = dense_study(build=build, trials=2, name="")
"""


def test_a_study_whose_every_run_diverges_ends_in_order(call: Call, tmp_path: Path) -> None:
    status, _, err = call("run", write(tmp_path, DIVERGING), *FAST)
    assert status == 0, err
    assert "Traceback" not in err and "diverged" in err
    found = json.loads(call("show", tmp_path / "reports/mine", "--json")[1])
    assert found["baseline"]["failures"] == 2 and found["best"] == "baseline"
    assert (tmp_path / "reports/mine/report.html").exists()


RAISING = """
from tests.tiny import *
import sys
def build(trial, data):
    kind = trial.suggest_categorical("kind", ["good", "raises", "exits", "asserts"])
    if kind == "raises":
        raise MemoryError("64 GiB\\nare too much")
    if kind == "exits":
        sys.exit("enough")
    assert kind != "asserts"
    return build_dense(trial, data)
study = dense_study(build=build, trials=4, name="", baseline={"kind": "good", "learning_rate": 0.01},
                    candidates={"sound": {"kind": "good", "learning_rate": 0.02}})
"""


def test_configurations_that_cannot_be_built_are_failed_runs(call: Call, tmp_path: Path) -> None:
    options = (
        "--search-repeats",
        "1",
        "--repeats",
        "2",
        "--finalists",
        "1",
        "--sampler",
        "random",
        "--trials",
        "8",
    )
    status, _, err = call("run", write(tmp_path, RAISING), *options)
    assert status == 1, err
    assert "Traceback" not in err
    for reason in ("MemoryError (line 7 of mine.py): 64 GiB", "SystemExit (line 9 of mine.py): enough"):
        assert f"failed: {reason}" in err
    assert "failed: AssertionError (line 10 of mine.py)" in err


NAMES = [
    "../../escape",
    "/etc/x",
    "a/b",
    "..",
    ".",
    "a b",
    "Zeitreihe \N{CHART WITH UPWARDS TREND}",
    "x" * 10_000,
    "9" * 5_000,
    "\ud800",
    "a\0b",
    "-",
]


def test_a_study_and_its_candidates_may_have_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    candidates = {name: {"learning_rate": 0.02} for name in NAMES}
    study = dense_study(name=f"../{NAMES[0]}", trials=0, candidates=candidates)
    result = tuner.run(study, Plan(repeats=1))
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]
    (folder,) = (tmp_path / "reports").iterdir()
    assert len(list(folder.glob("ledger/confirmation/*.json"))) == 1 + len(NAMES)
    write_formats(result, folder, ("csv", "json"))
    assert set(tuner.load(folder).configurations) == {"baseline", *NAMES}


def test_database_folder_and_hyperparameters_may_have_any_name(tmp_path: Path) -> None:
    import keras

    names = ["../x", "a b.c", "\u65e5\u672c", "y" * 400]

    def build(trial: Any, data: Splits) -> Any:
        rates = [trial.suggest_float(name, 1e-3, 1e-1) for name in names]
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(sum(rates)), "mse")
        return model

    study = dense_study(
        build=build, baseline=dict.fromkeys(names, 0.01), trials=1, name="x" * 10_000 + "\ud800"
    )
    folder = tmp_path / "what? #1 {x} 100% ü.d"
    first = run(study, folder, plan=Plan(search_repeats=1, repeats=1, finalists=1))
    assert numbers(run(study, folder, plan=Plan(search_repeats=1, repeats=1, finalists=1))) == numbers(first)
    assert (folder / "study.db").exists()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_name_that_is_no_text_is_one_line() -> None:
    with pytest.raises(StudyError, match="name is a int; give a text"):
        dense_study(name=3)
