"""Workers on a Ray cluster, of which a node is killed in mid-run."""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from optuna.trial import TrialState

import tuner
from benchmarks.faults.state import finished
from benchmarks.processes import ROOT
from tests.calling import Call, one_line
from tests.work.texts import WAITING
from tuner.errors import TunerError
from tuner.plan import Plan
from tuner.storage import connect
from tuner.work.on_ray import RayHands
from tuner.work.place import in_folder
from tuner.work.queue import Queue

REPEATS = 2


@pytest.fixture
def _ray() -> None:
    """Ray, which CI must have."""
    if importlib.util.find_spec("ray") is None:
        if os.environ.get("CI_RAY") == "required":
            pytest.fail("Ray is not installed (pip install ray)")
        pytest.skip("Ray is not installed (pip install ray)")


@contextmanager
def cluster_of(kind: str) -> Iterator[subprocess.Popen[str]]:
    """A cluster in a process of its own; the first line that it prints is its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.work.cluster", kind],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        try:
            yield cluster
        finally:
            cluster.communicate(timeout=60)


def taken(place: Path, state: TrialState) -> set[str]:
    """The configurations that workers have taken, of which an attempt is in this state now."""
    storage = connect(str(place / "queue.log"))
    queues = [one._study_id for one in Queue.all(storage)]
    trials = [one for queue in queues for one in storage.get_all_trials(queue, states=(state,))]
    groups = [one.user_attrs["group"] for one in trials if "worker" in one.user_attrs]
    return {group["configuration"]["name"] for group in groups}


def wait(run: subprocess.Popen[str], until: Callable[[], bool]) -> None:
    """Wait for what a run must bring about before it ends."""
    end = time.monotonic() + 120
    while run.poll() is None and not until():
        if time.monotonic() > end:
            run.kill()
        time.sleep(0.05)
    assert run.poll() is None, run.communicate()[1]


@pytest.mark.usefixtures("_ray")
@pytest.mark.parametrize("kind", ["CPU", pytest.param("GPU", marks=pytest.mark.lengthy)])
def test_a_node_that_is_killed_costs_its_group_and_no_more(kind: str, tmp_path: Path) -> None:
    path, folder, mark = tmp_path / "waiting.py", tmp_path / "run", tmp_path / "waiting.mark"
    path.write_text(WAITING)
    mark.touch()
    options = ["--repeats", str(REPEATS), "--workers", "2", *(["--ray-gpus", "1"] if kind == "GPU" else [])]
    shared = ["--storage", tmp_path / "queue.log", "--artifacts", tmp_path / "files"]
    with cluster_of(kind) as cluster:
        assert cluster.stdin is not None and cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        command = ["run", path, "--output", folder, *options, "--ray", address, *shared]
        with subprocess.Popen(
            [sys.executable, "-m", "tuner", *map(str, command)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            both = {"one", "other"}
            wait(run, lambda: taken(tmp_path, TrialState.RUNNING) == both and bool(finished(folder)))
            before = finished(folder)
            cluster.stdin.write("kill\n")
            cluster.stdin.flush()
            assert cluster.stdout.readline() == "killed\n"
            # Its worker ends a moment after its node: until then it must not finish what it trains.
            wait(run, lambda: bool(taken(tmp_path, TrialState.FAIL)))
            mark.unlink()
            _, said = run.communicate(timeout=180)
        assert run.returncode == 0, said
    assert "was lost with its node (NodeDiedError); its 2 runs are trained again" in said
    result = tuner.load(folder)
    assert [one.status for one in result.runs] == ["complete"] * 3 * REPEATS
    after = finished(folder)
    assert [name for _, name, _ in before] == ["baseline"]
    assert all(after[key].started == one.started for key, one in before.items())
    here = tuner.run(tuner.load_study(path), Plan(repeats=REPEATS), output=tmp_path / "here")
    for one, other in zip(result.runs, here.runs, strict=True):
        np.testing.assert_allclose(one.scores["test"], other.scores["test"], rtol=1e-5)


@pytest.mark.parametrize(
    "options, message",
    [
        (("--ray", "auto"), "ray places workers that share a storage"),
        (("--ray", "auto", "--workers", "2"), "ray places workers that share a storage"),
        (("--ray-gpus", "1", "--workers", "2"), "gpus is 1; give what each worker of --ray needs"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_one_line(
    options: tuple[str, ...], message: str, tmp_path: Path, call: Call
) -> None:
    (tmp_path / "waiting.py").write_text(WAITING)
    assert message in one_line(call("run", tmp_path / "waiting.py", *options))


def test_a_cluster_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(
        TunerError, match=r"needs Ray; install it with pip install '\.\[ray\]', in the folder"
    ):
        RayHands("auto", "study.py", in_folder(tmp_path), 1, 0.0)


@pytest.mark.usefixtures("_ray")
def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path, call: Call) -> None:
    (tmp_path / "waiting.py").write_text(WAITING)
    shared = ["--storage", tmp_path / "queue.log", "--artifacts", tmp_path / "files", "--workers", "1"]
    status, out, said = call(
        "run", tmp_path / "waiting.py", "--output", tmp_path / "run", *shared, "--ray", "127.0.0.1:1"
    )
    assert (status, out) == (2, "") and "Traceback" not in said
    assert said.splitlines()[-1].startswith("tuner: Ray at 127.0.0.1:1: cannot be reached")
