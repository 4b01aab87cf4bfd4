"""One configuration of a study at its published size: the distribution over seeds beside naive baselines.

    python -m benchmarks.published studies/encdec_sine.py --name T1 --seeds 5 --engine vectorized \
        --set n_train=102400 --set epochs=15 --set batch_size=512

prints a row for the table in studies/README.md and writes every run to studies/results/<name>-<engine>.csv.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tuner.backend import prepare_backend
from tuner.options import parse_options


def naive_scores(data) -> dict[str, float]:
    """Test MSE of predicting zero, and of ordinary least squares from the input window to the output."""
    (x, y), (x_test, y_test) = data.train, data.test
    flat = [array.reshape(len(array), -1).astype("float64") for array in (x, y, x_test, y_test)]
    x, y, x_test, y_test = flat
    weights, *_ = np.linalg.lstsq(np.c_[x, np.ones(len(x))], y, rcond=None)
    linear = np.c_[x_test, np.ones(len(x_test))] @ weights
    return {"zero": float(np.mean(y_test**2)), "linear": float(np.mean((linear - y_test) ** 2))}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study")
    parser.add_argument("--name", required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--engine", default="vectorized")
    parser.add_argument("--backend")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    given = parser.parse_args()

    backend = prepare_backend(given.backend)
    import tuner

    study = tuner.load_study(given.study, parse_options(given.settings))
    start = time.perf_counter()
    result = tuner.evaluate(study, study.baseline, seeds=given.seeds, engine=given.engine, split="test")
    seconds = time.perf_counter() - start

    train = result.history["loss"][:, -1]
    frame = pd.DataFrame({"seed_index": range(given.seeds), "status": result.status, "score": result.scores})
    frame["train_loss"] = train
    frame["seconds"] = round(seconds / given.seeds, 1)
    target = Path("studies/results") / f"{given.name}-{given.engine}-{backend}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(target, index=False)

    summary = tuner.describe(result.scores)
    naive = ", ".join(f"{name} {score:.4f}" for name, score in naive_scores(study.data).items())
    print(f"{given.name}: {given.engine} on {backend}, {given.seeds} seeds")
    print(f"train: mean {train.mean():.4f}, std {train.std(ddof=1):.4f}")
    scores = result.scores
    print(f"test: mean {summary.mean:.4f}, std {summary.std:.4f}, {min(scores):.4f} to {max(scores):.4f}")
    print(f"naive: {naive} | {seconds:.0f} s")
    print("train loss by epoch:", np.round(np.nanmean(result.history["loss"], axis=0), 4).tolist())


if __name__ == "__main__":
    main()
