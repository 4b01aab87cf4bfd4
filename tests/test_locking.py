"""One process at a time works on a run folder."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tuner.errors import BusyError, LedgerError
from tuner.locking import LOCK, locked

HOLD = """
import sys, time
from pathlib import Path
from tuner.locking import locked
with locked(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that works on the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    return process


def refusal(folder: Path) -> str:
    with pytest.raises(LedgerError) as caught, locked(folder):
        pass
    text = str(caught.value)
    assert text.startswith(f"{folder}: ") and "\n" not in text
    return text


def test_the_other_process_is_named_and_its_death_lets_go(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = holder(folder)
    try:
        assert f"(process {process.pid} on " in refusal(folder)
        assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\); wait until it ends", refusal(folder))
    finally:
        process.kill()
        process.communicate()
    assert (folder / LOCK).exists()
    with locked(folder):
        assert f"process {os.getpid()} " in (folder / LOCK).read_text()
    assert list(folder.iterdir()) == []


def test_the_same_process_cannot_work_twice_either(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert "another `tuner run` works on it" in refusal(tmp_path)
        assert "another `tuner run` works on it" in refusal(tmp_path)
    with locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_whoever_finds_it_busy_is_told_by_whom(tmp_path: Path) -> None:
    with (
        locked(tmp_path, "tuner replace"),
        pytest.raises(BusyError) as caught,
        locked(tmp_path, "tuner monitor", instead=""),
    ):
        pass
    said = str(caught.value)
    assert said.startswith(f"{tmp_path}: another `tuner replace` works on it (process {os.getpid()} on ")
    assert said.endswith("); wait until it ends")
    (tmp_path / LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerError) as refused, locked(tmp_path, instead=""):
        pass
    assert not isinstance(refused.value, BusyError) and "--output" not in str(refused.value)


def test_a_folder_that_stays_empty_goes_again_and_others_stay(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path / "a" / "b"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "run.json").write_text("{}")
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["run.json"]


def test_a_forked_process_does_not_hold_it(tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from tuner.locking import locked
with locked(Path({str(tmp_path)!r})):
    child = os.fork()
    if not child:
        os.close(1)
        os.close(2)
        time.sleep(60)
        os._exit(0)
    print(child, flush=True)
    os._exit(0)  # the parent dies, the child lives on
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    child = int(done.stdout)
    try:
        os.kill(child, 0)
        with locked(tmp_path):
            assert str(os.getpid()) in (tmp_path / LOCK).read_text()
    finally:
        os.kill(child, 9)


def test_a_lock_that_its_owner_deletes_meanwhile_is_not_taken_for_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.open, []

    def slow(path: object, *arguments: int) -> int:
        descriptor = real(str(path), *arguments)
        calls.append(descriptor)
        if len(calls) == 1:  # its owner ends here, and another begins
            Path(str(path)).unlink()
            Path(str(path)).write_text("another's")
        return descriptor

    monkeypatch.setattr(os, "open", slow)
    with locked(tmp_path):
        assert len(calls) == 2
        assert (tmp_path / LOCK).read_text().startswith(f"`tuner run` works on it (process {os.getpid()} on ")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"x" * 10_000, b"a\nb\n", b"\x1b[2Jowned"])
def test_what_a_lock_says_is_not_trusted(content: bytes, tmp_path: Path) -> None:
    with locked(tmp_path):
        (tmp_path / LOCK).write_bytes(content)
        said = refusal(tmp_path)
        assert len(said) < 600 and "\x1b" not in said


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written (Not a directory)" in refusal(tmp_path / "file" / "run")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / LOCK).symlink_to(tmp_path / "file")
    assert "cannot be written" in refusal(tmp_path / "linked")
    assert (tmp_path / "file").read_text() == ""


def test_it_is_fast(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    start = time.perf_counter()
    for _ in range(50):
        with locked(tmp_path):
            pass
    assert time.perf_counter() - start < 2.0
