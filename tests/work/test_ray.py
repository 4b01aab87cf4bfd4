"""Workers on a Ray cluster, of which a node is killed in mid-run."""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tuner
from benchmarks.faults.state import finished
from benchmarks.processes import ROOT
from tests.calling import Call, one_line
from tests.tiny import numbers
from tuner.plan import Plan
from tuner.storage import connect
from tuner.work.queue import Queue

SLOW = """
import time

import keras
import numpy as np

from tuner import Splits, Study


class Slow(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.4)


def build(trial, data):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(trial.suggest_float("rate", 0.001, 0.1)), loss="mse")
    return model, {"callbacks": [Slow()]}


x = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
split = (x, x.sum(axis=1, keepdims=True))
study = Study(
    data=Splits(split, split, split),
    build=build,
    metric="mse",
    epochs=5,
    baseline={"rate": 0.01},
    trials=0,
    candidates={"fast": {"rate": 0.03}, "faster": {"rate": 0.05}},
)
"""
REPEATS = 3

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install ray)"
)


def in_training(place: Path) -> int:
    """How many workers have a group now."""
    queues = Queue.all(connect(str(place / "queue.log")))
    return sum(
        one.state == "training" and bool(one.worker)
        for queue in queues
        for one in queue.look(range(99)).values()
    )


@pytest.mark.lengthy
@needs_ray
def test_a_node_that_is_killed_costs_its_groups_and_no_more(tmp_path: Path) -> None:
    path, folder = tmp_path / "slow.py", tmp_path / "run"
    path.write_text(SLOW)
    cluster = subprocess.Popen(
        [sys.executable, "-m", "tests.work.cluster"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert cluster.stdin is not None and cluster.stdout is not None
    try:
        address = cluster.stdout.readline().strip()
        command = [
            "run",
            path,
            "--output",
            folder,
            "--repeats",
            str(REPEATS),
            "--workers",
            "2",
            "--ray",
            address,
        ]
        shared = ["--storage", tmp_path / "queue.log", "--artifacts", tmp_path / "files"]
        with subprocess.Popen(
            [sys.executable, "-m", "tuner", *map(str, command + shared)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            end = time.monotonic() + 120
            while not (folder / "ledger").exists() or not finished(folder) or in_training(tmp_path) < 2:
                assert time.monotonic() < end and run.poll() is None, run.communicate()[1]
                time.sleep(0.02)
            cluster.stdin.write("kill\n")
            cluster.stdin.flush()
            assert cluster.stdout.readline() == "killed\n"
            before = finished(folder)
            _, said = run.communicate(timeout=180)
        assert run.returncode == 0, said
    finally:
        cluster.communicate(timeout=60)
    assert "was lost with its node (NodeDiedError); its run is trained again" in said
    result = tuner.load(folder)
    assert len(result.runs) == 3 * REPEATS and {one.status for one in result.runs} == {"complete"}
    after = finished(folder)
    assert all(after[key].started == one.started for key, one in before.items())
    here = tuner.run(tuner.load_study(path), Plan(repeats=REPEATS), output=tmp_path / "here", workers=1)
    assert numbers(result) == numbers(here)


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
    (tmp_path / "slow.py").write_text(SLOW)
    assert message in one_line(call("run", tmp_path / "slow.py", *options))


@needs_ray
def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    shared = ["--storage", tmp_path / "queue.log", "--artifacts", tmp_path / "files", "--workers", "1"]
    command = ["run", tmp_path / "slow.py", "--output", tmp_path / "run", *shared, "--ray", "127.0.0.1:1"]
    done = subprocess.run(
        [sys.executable, "-m", "tuner", *map(str, command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert last.startswith("tuner: Ray at 127.0.0.1:1: cannot be reached") and "Traceback" not in done.stderr
