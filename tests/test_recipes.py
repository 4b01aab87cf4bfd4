"""The recipes under docs/: one is run by a shell, one is read by a parser, and their options exist."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Call

yaml = pytest.importorskip("yaml")

RECIPES = Path(__file__).parents[1] / "docs" / "recipes"
SLURM, KUBERNETES = RECIPES / "slurm.sbatch", RECIPES / "kubernetes.yaml"
FAKES = {
    # What Slurm does here: runs its command in every task.
    "srun": "while [[ $1 == --* ]]; do case $1 in --ntasks=*) n=${1#*=};; esac; shift; done\n"
    'for ((i = 0; i < n; i++)); do "$@" & done\nwait\n',
    # What is run: tuner, told apart by its command.
    "python": 'echo "$@ in $TUNER_STORAGE and $TUNER_ARTIFACTS" >>"$SLURM_SUBMIT_DIR/called"\n'
    '[[ $3 == worker ]] && exec sleep 30\nexit "${STATUS:-0}"\n',
}


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_recipe_for_slurm_runs_a_study_and_its_workers(status: int, tmp_path: Path) -> None:
    """Slurm cannot be had here: srun is a stand-in, and so is tuner."""
    for name, text in FAKES.items():
        (tmp_path / name).write_text(f"#!/usr/bin/env bash\n{text}")
        (tmp_path / name).chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SLURM_NTASKS": "3",
        "SLURM_SUBMIT_DIR": str(tmp_path),
        "STATUS": str(status),
    }
    done = subprocess.run(
        ["bash", SLURM, "study.py", "--trials", "4"], env=environment, check=False, timeout=20, cwd=tmp_path
    )
    assert done.returncode == status
    shared = f"in {tmp_path}/tuner-shared/queue.log and {tmp_path}/tuner-shared/files"
    called = (tmp_path / "called").read_text().splitlines()
    assert called.count(f"-m tuner run study.py --parallel 2 --trials 4 {shared}") == 1
    assert set(called) <= {
        f"-m tuner run study.py --parallel 2 --trials 4 {shared}",
        f"-m tuner worker study.py {shared}",
    }


def objects() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(KUBERNETES.read_text("utf-8")))


def containers() -> Iterator[dict[str, Any]]:
    for one in objects():
        template = one.get("spec", {}).get("template")
        yield from template["spec"]["containers"] if template else ()


def test_the_recipe_for_kubernetes_is_whole() -> None:
    known = {(one["kind"], one["metadata"]["name"]) for one in objects()}
    assert len(known) == len(objects()) and all("apiVersion" in one for one in objects())
    assert ("PersistentVolumeClaim", "tuner") in known and ("Service", "tuner-postgresql") in known
    (secret,) = (one for one in objects() if one["kind"] == "Secret")
    asked = [
        entry["valueFrom"]["secretKeyRef"]
        for container in containers()
        for entry in container["env"]
        if "valueFrom" in entry
    ]
    assert asked and all(one["name"] == "tuner" and one["key"] in secret["stringData"] for one in asked)
    assert secret["stringData"]["password"] in secret["stringData"]["storage"]
    for one in objects():
        if one["kind"] in ("Deployment", "StatefulSet"):
            labels = one["spec"]["template"]["metadata"]["labels"]
            assert one["spec"]["selector"]["matchLabels"] == labels


def test_the_recipes_use_options_that_there_are(call: Call) -> None:
    commands = [one["command"] for one in containers() if "command" in one]
    assert len(commands) == 2
    for _, _, _, name, *given in commands:
        _, out, _ = call(name, "--help")
        for option in (one for one in given if one.startswith("--")):
            assert re.search(rf"{option}\b", out), option
