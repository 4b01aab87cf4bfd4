"""Nothing that tuner reads can execute code, and nothing leads out of a run folder."""

import ast
import io
import os
import pickle
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuner
from tests.calling import Call, one_line
from tests.test_ledger import signed
from tests.tiny import Recorder, dense_study, numbers, run
from tuner.checked import read_json
from tuner.errors import LedgerError, TunerError
from tuner.report.write import write_formats
from tuner.result import Result
from tuner.search import SAMPLERS, Search

PACKAGE = Path(tuner.__file__).parent
UNSAFE = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "jsonpickle",
}
CALLS = {"eval", "exec", "compile", "__import__", "read_pickle", "to_pickle", "exec_module"}


class Evil:
    """A pickle that makes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Path]:
    """A path that hostile content would make."""
    path = tmp_path / "executed"
    yield path
    assert not path.exists(), "it was executed"


def test_the_trap_works(trap: Path) -> None:
    pickle.loads(pickle.dumps(Evil(trap)))
    assert trap.exists()
    trap.rmdir()


@pytest.fixture
def folder(whole: tuple[Result, Recorder], tmp_path: Path) -> Path:
    assert whole[0].folder is not None
    return shutil.copytree(whole[0].folder, tmp_path / "run")


def calls() -> Iterator[tuple[str, ast.Call]]:
    """(file, call) for every call in tuner."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(PACKAGE)), node


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_no_module_knows_a_format_that_can_execute() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & UNSAFE, path


def test_only_the_study_file_is_executed() -> None:
    found = {
        (file, called(node))
        for file, node in calls()
        if called(node) in CALLS and not (called(node) == "compile" and isinstance(node.func, ast.Attribute))
    }
    assert found == {("loading.py", "exec_module")}


def test_arrays_are_read_and_written_without_objects() -> None:
    for file, node in calls():
        if called(node) in ("load", "save", "savez") and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "np":
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                allowed = given.get("allow_pickle")
                plain = called(node) == "savez" or (
                    isinstance(allowed, ast.Constant) and allowed.value is False
                )
                assert plain, file


def test_no_sampler_that_unpickles_from_the_database_is_offered() -> None:
    """Optuna's CmaEsSampler keeps a pickle in the attributes of trials."""
    assert set(SAMPLERS) == {"tpe", "random", "grid", "qmc", "gp"}
    with pytest.raises(TunerError, match="sampler 'cmaes' is unknown"):
        run(dense_study(), Path("never-written"), plan=tuner.Plan(sampler="cmaes"))


def npy(value: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([value], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def npz(value: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("seeds.npy", npy(value))
    return buffer.getvalue()


def vouch(folder: Path, name: str, content: bytes) -> None:
    """Put content beside a group, whose record vouches for it."""
    import hashlib

    path = folder / "ledger" / "confirmation" / f"baseline-0000.{name}"
    path.write_bytes(content)
    record = path.with_suffix(".json")
    stored = read_json(record, "")
    stored[{"npy": "examples", "npz": "predictions"}[name]]["sha256"] = hashlib.sha256(content).hexdigest()
    signed(record, stored)


@pytest.mark.parametrize(("name", "make"), [("npy", npy), ("npz", npz)])
def test_a_pickle_in_an_array_is_refused_in_one_line(
    name: str, make: Any, folder: Path, trap: Path, call: Call
) -> None:
    vouch(folder, name, make(Evil(trap)))
    for command in ("show", "report"):
        assert f"baseline-0000.{name}: holds no" in one_line(call(command, folder))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"PK\x03\x04",
        pickle.dumps([1]),
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 999999999999), }".ljust(
            127
        )
        + b"\n",
        npy(1.0)[:60],
    ],
)
@pytest.mark.parametrize("name", ["npy", "npz"])
def test_arrays_that_are_none_are_refused_in_one_line(name: str, content: bytes, folder: Path) -> None:
    vouch(folder, name, content)
    with pytest.raises(LedgerError, match=rf"baseline-0000\.{name}: holds no") as caught:
        tuner.load(folder)
    assert "\n" not in str(caught.value)


def test_arrays_of_another_shape_are_refused(folder: Path) -> None:
    for values in (np.zeros(3, "f4"), np.zeros((2, 3), "f4"), np.zeros((3, 3), "U4"), np.zeros((3, 3), "c8")):
        buffer = io.BytesIO()
        np.save(buffer, values)
        vouch(folder, "npy", buffer.getvalue())
        with pytest.raises(LedgerError, match="holds no scores of examples"):
            tuner.load(folder)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "9" * 10_000, '"\\ud800"', "NaN"])
def test_json_that_exhausts_its_reader_is_refused(text: str, folder: Path) -> None:
    import hashlib

    path = folder / "ledger" / "search" / "baseline-0000.json"
    head = f'{{"head": {{"tuner": 1, "sha256": "{hashlib.sha256(text.encode()).hexdigest()}"}}'
    path.write_text(f'{head},\n"content": {text}}}\n')
    with pytest.raises(LedgerError) as caught:
        tuner.load(folder)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_database_executes_nothing(folder: Path, trap: Path) -> None:
    """A pickle where Optuna's CMA-ES would look for one, and names that try to be paths."""
    hostile = pickle.dumps(Evil(trap)).hex()
    with sqlite3.connect(folder / "study.db") as connection:
        rows = connection.execute("SELECT trial_id FROM trials").fetchall()
        for (trial,) in rows:
            connection.execute(
                "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (?, 'cma', ?)",
                (trial, f'"{hostile}"'),
            )
    connection.close()
    assert run(dense_study(trials=4), folder).setup.complete


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trial_user_attributes SET value_json = '{'",
        'UPDATE trial_params SET distribution_json = \'{"name": "os.system", "attributes": {}}\'',
        "UPDATE trials SET state = 'NONSENSE'",
        "DELETE FROM trial_values",
    ],
)
def test_a_database_with_nonsense_is_one_line_or_harmless(
    statement: str, folder: Path, whole: tuple[Result, Recorder]
) -> None:
    with sqlite3.connect(folder / "study.db") as connection:
        connection.execute(statement)
    connection.close()
    try:
        result = run(dense_study(), folder)
    except LedgerError as error:
        assert "study.db" in str(error) and "\n" not in str(error)
    else:
        assert numbers(result) == numbers(whole[0])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["ledger", "ledger/search", "figures", "study.db"])
def test_links_out_of_the_folder_are_refused_and_nothing_there_is_touched(
    name: str, folder: Path, tmp_path: Path, whole: tuple[Result, Recorder]
) -> None:
    (folder / "figures").mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / name).rename(outside / "it")
    (folder / name).symlink_to(outside / "it")
    before = files(outside)
    with pytest.raises(LedgerError, match="is a link"):
        if name == "figures":
            write_formats(whole[0], folder, ("png",))
        else:
            run(dense_study(), folder)
    if name != "study.db":
        with pytest.raises(LedgerError, match="is a link"):
            run(dense_study(trials=1), folder, fresh=True)
    assert files(outside) == before


def test_files_that_are_links_are_replaced_and_not_followed(
    folder: Path, tmp_path: Path, whole: tuple[Result, Recorder]
) -> None:
    precious = tmp_path / "precious"
    for name in ("report.html", "scores.csv", "summary.json", "run.json"):
        precious.write_text("mine")
        if name != "run.json":
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(precious)
    write_formats(run(dense_study(trials=1), folder, fresh=True), folder, ("csv", "json"))
    assert precious.read_text() == "mine"
    assert not (folder / "scores.csv").is_symlink()


def test_what_a_link_leads_to_is_not_told(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password: hunter2")
    path = folder / "ledger" / "search" / "baseline-0000.json"
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(LedgerError) as caught:
        tuner.load(folder)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"\x80\x04\x95\x10", b"score\n" + b"\0" * 40, b"score\n" + b"9" * 200_000, b"PK\x03\x04"]
)
def test_a_hostile_csv_is_one_line(content: bytes, call: Call, tmp_path: Path, trap: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "b.csv").write_bytes(pickle.dumps(Evil(trap)))
    (tmp_path / "good.csv").write_text("score\n1\n2\n3\n4\n5\n")
    one_line(call("compare", "a.csv", "good.csv"))
    one_line(call("compare", "good.csv", "b.csv"))


def test_search_names_never_leave_the_folder(tmp_path: Path) -> None:
    Search(tmp_path / "run", "../../escape", "minimize", "random", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
