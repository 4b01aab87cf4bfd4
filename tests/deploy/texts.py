"""Bundles whose files hold texts in the place of networks: replacing never looks into them."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.deploy.bundle import (
    ARCHITECTURE,
    CARD,
    MODEL,
    SAVEDMODEL,
    WEIGHTS,
    Bundle,
    Epochs,
    ExampleErrors,
    Expected,
    Member,
    Origin,
    Single,
    Trained,
    Updated,
    Verdict,
    examples_of,
    intact,
    read,
    write,
    write_examples,
)
from tuner.deploy.folders import written
from tuner.deploy.schema import Part, Schema


def bundle(folder: Path, name: str, *, members: int = 2, **changes: Any) -> Bundle:
    """A bundle with a card that names it."""
    kept = []
    for place in range(members):
        own = folder / "members" / str(place)
        own.mkdir(parents=True)
        for file in (WEIGHTS, MODEL):
            (own / file).write_text(f"{name} {place} {file}")
        sums = [hashlib.sha256((own / file).read_bytes()).hexdigest() for file in (WEIGHTS, MODEL)]
        kept.append(Member(place, *sums))
    (folder / ARCHITECTURE).write_text("{}")
    (folder / CARD).write_text(f"the card of {name}")
    errors = ExampleErrors(np.full(4, float(len(name))), 1, 1)
    made = Bundle(
        study="waves",
        configuration="trial-1",
        params={"units": 3},
        metric="mse",
        direction="minimize",
        task="regression",
        schema=Schema((Part((3,), (), (0.0,) * 3, (1.0,) * 3),), (Part((1,)),)),
        members=tuple(kept),
        epochs=Epochs(2, "as the study says"),
        trained=Trained({"train": 10}),
        expected=Expected("test", 0.95, Single(1.0, (0.5, 1.5), 0.1, 5)),
        verdict=Verdict("better", f"{name} is better"),
        origin=Origin("study.py", {}, "", "", "reports/waves", "", 0, "jax", "vectorized", {}),
        architecture=hashlib.sha256(b"{}").hexdigest(),
        created="2025-01-01T00:00:00Z",
        identity=name,
        examples=write_examples(folder, errors),
    )
    write(replace(made, **changes), folder)
    return read(folder)


def candidate(folder: Path, name: str, of: str = "old", word: str = "better", **changes: Any) -> Bundle:
    updated = Updated(of, "existing+new", "trained further", "new.csv", "", {"epochs": 2}, "better")
    return bundle(
        folder, name, **{"updated": updated, "verdict": Verdict(word, f"{name} is {word}"), **changes}
    )


def held(folder: Path) -> str:
    """Which model a bundle holds, by the content of its files, which have the checksums of the record."""
    there = read(folder)
    names = set()
    for place, member in enumerate(there.members):
        for file, sha256 in ((WEIGHTS, member.weights), (MODEL, member.model)):
            names.add(intact(there.member(place) / file, sha256).read_text().split()[0])
    errors = examples_of(there)
    (name,) = names
    assert errors is not None and errors.values.tolist() == [float(len(name))] * 4
    assert there.identity == name
    return name


def serve(folder: Path, code: str = "", target: Path | None = None) -> None:
    """Put in the place of `export`: a SavedModel that holds the name of the model."""
    with written(target or folder / SAVEDMODEL) as beside:
        (beside / "saved_model.pb").write_text(read(folder).identity)


def served(folder: Path) -> str | None:
    """Of which model the SavedModel of a bundle is; None where there is none."""
    path = folder / SAVEDMODEL / "saved_model.pb"
    return path.read_text() if path.exists() else None
