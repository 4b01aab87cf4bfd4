"""From the command to the first compiled training step, beside `import keras, jax`.

    python -m benchmarks.startup --rounds 7

Every round measures each line of the table once, so that a busy moment of the machine meets all of them. A
cold run starts with an empty cache of compiled programs, the warm run after it with what that one left.
Writes benchmarks/results/startup.csv.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "benchmarks/results/startup.csv"
IMPORT = "import keras, jax"

# The command line itself, which ends with the first report of progress in training.
COMMAND = """
import os, time
from tuner import backend

prepare = backend.prepare_backend

def prepare_and_watch(name=None):
    chosen = prepare(name)
    from tuner.console import Lines

    def training(*_):
        os.write(1, str(time.time()).encode())
        os._exit(0)

    Lines.training = training
    return chosen

backend.prepare_backend = prepare_and_watch
from tuner.__main__ import main
main()
"""

TINY = """
import keras
import numpy as np
from tuner import Splits, Study

def split(seed):
    x = np.random.default_rng(seed).normal(size=(64, 6, 2)).astype("float32")
    return x, x.sum(axis=(1, 2))[:, None]

def build(trial, data):
    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    layers = [keras.Input((6, 2)), keras.layers.Bidirectional(keras.layers.LSTM(4)), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(rate), "mse")
    return model, {"batch_size": 32}

study = Study(data=Splits(split(1), split(2), split(3)), build=build, metric="mse", epochs=2,
              baseline={"learning_rate": 0.01}, trials=2)
"""


def measure(code: str, *arguments: str, folder: Path, cache: Path) -> tuple[float, float]:
    """Wall-clock seconds until a child says that it is there, or ends, and its processor seconds."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("JAX_")}
    environment = {
        **outside,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(cache),
        "MPLCONFIGDIR": str(folder / "matplotlib"),  # its list of fonts is made once in any case
    }
    before, start = used(), time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, cwd=folder, capture_output=True, check=True
    )
    end = time.time()
    return (float(done.stdout) if done.stdout else end) - start, used() - before


def used() -> float:
    """Processor seconds of the children so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def one_round(studies: dict[str, Path], folder: Path) -> dict[str, tuple[float, float]]:
    """Each line of the table once."""
    found = {IMPORT: measure(IMPORT, folder=folder, cache=folder)}
    for study, path in studies.items():
        with tempfile.TemporaryDirectory() as cache:
            for state in ("cold", "warm"):
                found[f"{study}, {state}"] = measure(
                    COMMAND,
                    "run",
                    str(path),
                    "--output",
                    f"{cache}/{state}",
                    folder=folder,
                    cache=Path(cache),
                )
    return found


def table(rounds: list[dict[str, tuple[float, float]]]) -> pd.DataFrame:
    """Medians over rounds; what is beyond the import is the median of the differences within a round."""
    rows = defaultdict(list)
    for what in rounds[0]:
        wall = pd.Series([found[what][0] for found in rounds])
        beyond = pd.Series([found[what][0] - found[IMPORT][0] for found in rounds])
        rows["what"].append(what)
        rows["seconds"].append(wall.median())
        rows["fastest"].append(wall.min())
        rows["slowest"].append(wall.max())
        rows["beyond_import"].append(beyond.median())
        rows["processor_seconds"].append(pd.Series([found[what][1] for found in rounds]).median())
    return pd.DataFrame(rows).round(2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny = folder / "tiny.py"
        tiny.write_text(TINY, "utf-8")
        studies = {"tiny": tiny, "encdec_sine": ROOT / "studies/encdec_sine.py"}
        measure(IMPORT, folder=folder, cache=folder)  # what the first import alone meets
        rounds = []
        for number in range(given.rounds):
            rounds.append(one_round(studies, folder))
            print(f"round {number + 1} of {given.rounds}", file=sys.stderr)
    found = table(rounds)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    found.to_csv(TARGET, index=False)
    print(found.to_string(index=False))


if __name__ == "__main__":
    main()
