"""The published configurations of a row, trained over seeds, group by group, each kept as soon as it ends."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.published import ledger
from benchmarks.published.row import Extra, Row, Variant
from tuner.backend import prepare_backend
from tuner.provenance import versions
from tuner.splits import Splits
from tuner.study import Study

Note = Callable[[str], None]
Run = dict[str, Any]

_VERSIONS = ("python", "keras", "jax", "numpy", "tuner")


@dataclass(frozen=True, slots=True)
class Trained:
    """The models of some seeds of a configuration: one Keras model, and the weights of each seed.

    `splits` are those that the models were trained on.
    """

    study: Study
    splits: Splits
    model: Any
    weights: tuple[tuple[np.ndarray, ...], ...]

    def models(self) -> Iterator[Any]:
        """The same model with the weights of one seed after another."""
        for weights in self.weights:
            self.model.set_weights(weights)
            yield self.model

    def predict(self, x: Any) -> np.ndarray:
        """What the model of each seed says of x, of shape (seeds, examples, ...)."""
        return np.stack([model.predict(x, batch_size=256, verbose=0) for model in self.models()])


def train_row(
    row: Row,
    folder: Path,
    *,
    seeds: int | None = None,
    quick: bool = False,
    fresh: bool = False,
    data: Path | None = None,
    command: str = "",
    note: Note = print,
) -> Path:
    """Train what is missing of a row, and keep it in `folder`/<row>.csv.

    `data` is the folder of real data. `quick` trains two seeds with the row's options for a trial. With
    `fresh` it starts over.

    Raises: ResultError where the file was made by another study, by other settings or on another backend.
    """
    backend = prepare_backend()
    path, count = folder / f"{row.id}.csv", seeds or (2 if quick else row.seeds)
    variants = [_quick(row, one) if quick else one for one in row.configurations]
    studies = [_study(row, one, data) for one in variants]
    mark = _fingerprint(row, variants, studies)
    if fresh:
        path.unlink(missing_ok=True)
    head, frame = ledger.read(path)
    if head and (head.get("fingerprint"), head.get("backend")) != (mark, backend):
        raise ledger.ResultError(
            f"{path}: was made by another study file, other settings or another backend;"
            " use --fresh to start over"
        )
    runs: list[Run] = frame.to_dict("records")
    start, before = time.perf_counter(), float(head.get("seconds", 0))
    head = _head(row, count, command, backend, mark)
    for variant, study in zip(variants, studies, strict=True):
        done = {run["seed_index"] for run in runs if run["configuration"] == variant.name}
        missing = [index for index in range(count) if index not in done]
        head |= _of_study(row, study, variant, head)
        for group in _groups(row, study, variant, missing):
            runs += group
            head["seconds"] = round(before + time.perf_counter() - start, 1)
            ledger.write(path, head, _sorted(runs, variants))
            note(f"{row.id} {variant.name}: {_told(group)}")
    return path


def _quick(row: Row, variant: Variant) -> Variant:
    return replace(variant, options={**variant.options, **row.quick})


def _study(row: Row, variant: Variant, data: Path | None) -> Study:
    from tuner.loading import load_study

    study = load_study(row.path, {**variant.options, **file_of(row, data)})
    return replace(study, baseline=values(study, variant.params))


def file_of(row: Row, data: Path | None) -> dict[str, str]:
    """The option that names the row's file of real data, where it has one and the folder is given."""
    return {"path": str(data / row.data)} if row.data and data else {}


def values(study: Study, params: Mapping[str, Any]) -> dict[str, Any]:
    """The baseline's values with others in their place, without those that are None."""
    given = {**study.baseline, **params}
    return {name: value for name, value in given.items() if value is not None}


def _fingerprint(row: Row, variants: Sequence[Variant], studies: Sequence[Study]) -> str:
    """What determines the numbers of a row: the study file, its options, the values, the engine."""
    parts = [
        (one.name, sorted(one.options.items()), sorted(study.baseline.items()))
        for one, study in zip(variants, studies, strict=True)
    ]
    text = row.path.read_bytes() + repr((row.engine, parts)).encode()
    return hashlib.sha256(text).hexdigest()[:16]


def _head(row: Row, seeds: int, command: str, backend: str, mark: str) -> dict[str, object]:
    known = versions()
    return {
        "row": row.id,
        "system": row.system,
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        **{name: known[name] for name in _VERSIONS if name in known},
        "engine": row.engine,
        "backend": backend,
        "seconds": 0.0,
        "seeds": seeds,
        **({"reduced": row.reduced} if row.reduced else {}),
        "fingerprint": mark,
    }


def _of_study(row: Row, study: Study, variant: Variant, head: Mapping[str, object]) -> dict[str, object]:
    """The metric and the scores of the naive forecasts, of the published configuration."""
    if variant.name != ledger.MAIN:
        return {}
    from tuner.repeats import Repeats

    found = Repeats(study, engine=row.engine).preflight("params", naive=True)
    naive = found.naive.test if found.naive else {}
    return {
        "metric": found.metric.name,
        "direction": found.metric.direction,
        **{f"naive {name}": f"{scores[0]:.6g}" for name, scores in naive.items()},
    }


def _groups(row: Row, study: Study, variant: Variant, missing: Sequence[int]) -> Iterator[list[Run]]:
    """The runs of the missing seeds, in groups that train together."""
    if not missing:
        return
    from tuner.engines.choice import Trainer
    from tuner.records import Configuration
    from tuner.repeats import Repeats

    configuration = Configuration(variant.name, dict(study.baseline))
    training = Repeats(study, engine=row.engine).training("confirmation", configuration, missing)
    job = replace(training.job, keep_weights=True, examples_of="", predictions_of="")
    trainer = Trainer(row.engine, job, print)
    built = job.builds[0]()
    for first in range(0, len(missing), trainer.size):
        places = range(first, min(first + trainer.size, len(missing)))
        start = time.perf_counter()
        outcomes = trainer.train(places, lambda share: None)
        trained = Trained(study, built.splits, built.model, tuple(one.weights for one in outcomes))
        further = _extras(row.extras, trained, [one.status == "complete" for one in outcomes])
        seconds = (time.perf_counter() - start) / len(places)
        yield [
            {
                "configuration": variant.name,
                "seed_index": missing[place],
                "status": outcome.status,
                "score": outcome.scores["test"] if outcome.status == "complete" else np.nan,
                "train_loss": outcome.history["loss"][-1] if outcome.history else np.nan,
                "epochs": len(outcome.history.get("loss", ())),
                "seconds": round(seconds, 2),
                **{name: values[k] for name, values in further.items()},
            }
            for k, (place, outcome) in enumerate(zip(places, outcomes, strict=True))
        ]


def _extras(extras: Sequence[Extra], trained: Trained, complete: Sequence[bool]) -> dict[str, np.ndarray]:
    """Further scores of the trained models, NaN for a seed that has no score."""
    if not all(trained.weights):  # training failed
        return {}
    found: dict[str, np.ndarray] = {}
    for extra in extras:
        found |= {name: np.where(complete, values, np.nan) for name, values in extra(trained).items()}
    return found


def _sorted(runs: Sequence[Run], variants: Sequence[Variant]) -> list[Run]:
    order = [one.name for one in variants]
    return sorted(runs, key=lambda run: (order.index(run["configuration"]), run["seed_index"]))


def _told(group: Sequence[Run]) -> str:
    first, last = group[0]["seed_index"], group[-1]["seed_index"]
    seconds = sum(run["seconds"] for run in group)
    scores = [run["score"] for run in group]
    return f"seeds {first} to {last}, mean score {np.nanmean(scores):.5g}, {seconds:.0f} s"
