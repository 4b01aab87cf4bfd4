"""What a worker must know of a run, and have in common with it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tuner.changes import other_versions
from tuner.provenance import fingerprint, versions
from tuner.study import Study


@dataclass(frozen=True, slots=True)
class Terms:
    """Told by the run to all its workers: the study's options and seed, and what determines the numbers.

    `file` is the name of the study file, `source` the sha256 of it and its options, `made` that of what was
    made of it, `data` that of the data of the first seed; `engine` is what is asked for, and a worker that
    finds nothing to do looks again after `pace` seconds. `run` is the identity of the run folder. With
    `outputs` the answers of confirmed networks are kept whole.
    """

    study: str
    file: str
    source: str
    made: str
    data: str
    seed: int
    engine: str
    backend: str
    options: Mapping[str, Any]
    versions: Mapping[str, str]
    pace: float
    run: str = ""
    outputs: bool = False


def made(study: Study) -> str:
    """sha256 of what trains in a study: two that are equal in it train alike."""
    metric = study.metric if isinstance(study.metric, str) else ""
    parts = (fingerprint(study), study.epochs, metric, list(study.candidates))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def differences(terms: Terms, study: Study, data: str) -> Iterator[str]:
    """What determines the numbers and is not as in the run, in words; `data` is their sha256 here."""
    yield from other_versions(terms.versions, versions(), terms.backend)
    if made(study) != terms.made:
        yield "what the study file makes (the run changed it, or a file that it imports differs)"
    if data != terms.data:
        yield f"the data (sha256 {terms.data[:12]}, here {data[:12]})"
