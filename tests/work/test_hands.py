"""Processes: what they work with, how they die, and that they end."""

import os
import sys
import time
from pathlib import Path

import pytest

from tuner.errors import TunerError
from tuner.work import hands
from tuner.work.hands import Hand, Hands, on_cores, on_gpus

PLAIN = Hand({})


def hands_of(code: str, folder: Path, count: int = 1) -> Hands:
    return Hands([sys.executable, "-c", code], [PLAIN] * count, folder)


def death(these: Hands) -> dict[str, str]:
    """Watch until one has died."""
    while not (died := these.watch()):
        time.sleep(0.02)
    return died


@pytest.mark.parametrize(
    "code, why",
    [
        ("import os; os.kill(os.getpid(), 9)", "was killed by signal 9 (out of memory?)"),
        ("import os; os.kill(os.getpid(), 11)", "was killed by signal 11"),
        ("raise SystemExit('no such file')", "ended with status 1 (no such file)"),
        ("raise SystemExit(2)", "ended with status 2"),
        ("", "ended with status 0"),
    ],
)
def test_how_a_process_died_is_told_once_and_another_is_started(code: str, why: str, tmp_path: Path) -> None:
    these = hands_of(code, tmp_path)
    assert these.watch() == {}
    first, second = death(these), death(these)
    assert list(first.values()) == list(second.values()) == [why]
    assert first.keys() != second.keys()
    these.end()


def test_a_process_that_refuses_speaks_for_all(tmp_path: Path) -> None:
    these = hands_of("import sys; print('x'); print('tuner: no', file=sys.stderr); sys.exit(2)", tmp_path)
    these.watch()
    with pytest.raises(TunerError, match=r"^no$"):
        death(these)
    these.end()


def test_workers_that_never_start_are_one_line(tmp_path: Path) -> None:
    """Dead again and again without having taken anything; one of them may be bad luck."""
    these = hands_of("raise SystemExit('no such module')", tmp_path)
    deaths = 0
    with pytest.raises(
        TunerError, match=r"^the workers do not start: each ended with status 1 \(no such module\)$"
    ):
        while deaths < 9:
            deaths += len(these.tend([]))
            time.sleep(0.02)
    assert deaths == 2
    these.end()


@pytest.mark.parametrize("deaf", [False, True])
def test_all_processes_end(deaf: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When their standard input closes, or by force."""
    monkeypatch.setattr(hands, "_PATIENCE", 0.3 if deaf else 10.0)
    read = "import time; time.sleep(60)" if deaf else "import sys; sys.stdin.read()"
    these = hands_of(f"print('x', flush=True); {read}", tmp_path, 2)
    these.watch()
    logs = [tmp_path / "worker-0.log", tmp_path / "worker-1.log"]
    while not all(log.read_text() for log in logs):
        time.sleep(0.02)
    start = time.monotonic()
    these.end()
    assert time.monotonic() - start < 5
    assert these.watch() == {}  # nobody is left to die, and new ones are started
    these.end()


def test_every_worker_takes_a_core_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As long as there are some; the next ones share."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    code = (
        "import os, sys; from tuner.work.cores import take_a_core;"
        " print(take_a_core(), *os.sched_getaffinity(0), flush=True); sys.stdin.read()"
    )
    cores = sorted(os.sched_getaffinity(0))
    these = hands_of(code, tmp_path, len(cores) + 1)
    these.watch()
    logs = [tmp_path / f"worker-{place}.log" for place in range(these.count)]
    while not all(log.read_text() for log in logs):
        time.sleep(0.02)
    taken = [tuple(map(int, log.read_text().split())) for log in logs]
    these.end()
    assert all(core == bound for core, bound in taken)
    assert sorted({core for core, _ in taken}) == cores
    assert all(one.environment["JAX_NUM_CPU_DEVICES"] == "1" for one in on_cores(2))


def test_every_process_has_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [one.environment["CUDA_VISIBLE_DEVICES"] for one in on_gpus(2, 4)] == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert [one.environment["CUDA_VISIBLE_DEVICES"] for one in on_gpus(2, 2)] == ["3", "5"]
    with pytest.raises(TunerError, match="3 workers, and there are 2 GPUs; give --workers 2"):
        on_gpus(3, 2)
