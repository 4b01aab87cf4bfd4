"""Runs on their way from a worker to the run folder: the files of a ledger, each an artifact of Optuna's."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from optuna.artifacts import download_artifact, upload_artifact
from optuna.artifacts.exceptions import ArtifactNotFound

from tuner.checked import as_json
from tuner.errors import LedgerError
from tuner.ledger import ARRAYS, Ledger
from tuner.records import Group
from tuner.training import Trained
from tuner.work.queue import Claim, Queue
from tuner.work.stores import Store

_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # as Optuna names artifacts
_SUFFIXES = (".json", *ARRAYS)


def send(queue: Queue, store: Store, claim: Claim, trained: Trained) -> dict[str, str]:
    """Store what a worker trained. Returns: an artifact's id by the suffix of each file."""
    group = claim.group
    done = Group(group.phase, group.configuration, group.seed_indices, trained.runs, started=trained.started)
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        ledger = Ledger(Path(folder))
        ledger.write(done, trained.examples, trained.predictions, trained.outputs)
        path = ledger.path_of(done)
        there = {suffix: path.with_suffix(suffix) for suffix in _SUFFIXES}
        return {
            suffix: upload_artifact(
                artifact_store=store,
                file_path=str(each),
                study_or_trial=claim.trial,
                storage=queue.storage,
            )
            for suffix, each in there.items()
            if each.exists()
        }


@contextmanager
def received(store: Store, files: Mapping[str, str], wanted: Group) -> Iterator[tuple[Ledger, Group]]:
    """A ledger that holds what a worker sent for a planned group, and nothing else.

    Raises: LedgerError where it is damaged or something else, or is not there.
    """
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        path = Ledger(Path(folder)).path_of(wanted)
        path.parent.mkdir(parents=True)
        for suffix in _SUFFIXES:
            if suffix in files:
                try:
                    _check_name(files[suffix])
                    download_artifact(
                        artifact_store=store,
                        file_path=str(path.with_suffix(suffix)),
                        artifact_id=files[suffix],
                    )
                except ArtifactNotFound:
                    raise LedgerError(f"{path.name}: is not among the artifacts") from None
        ledger = Ledger(Path(folder), mend=True)
        yield ledger, _checked(ledger, wanted)


def _check_name(artifact: str) -> None:
    if not _NAME.fullmatch(artifact):
        raise ArtifactNotFound


def _checked(ledger: Ledger, wanted: Group) -> Group:
    """The only group, which must be the one that was asked for, whole."""
    if ledger.damaged or len(ledger.groups) != 1:
        raise LedgerError("what came of the group is damaged")
    (group,) = ledger.groups
    names = ("phase", "configuration", "seed_indices")
    if any(as_json(getattr(group, name)) != as_json(getattr(wanted, name)) for name in names):
        raise LedgerError("what came is not the group that was asked for")
    if not group.runs:
        raise LedgerError("what came of the group has no runs")
    path = ledger.path_of(group)
    for stored, suffix in zip((group.examples, group.predictions, group.outputs), ARRAYS, strict=True):
        if bool(stored and stored.sha256) != path.with_suffix(suffix).exists():
            raise LedgerError(f"what came of the group is not whole ({suffix})")
    return group


def drop(store: Store, artifacts: Iterable[str]) -> None:
    """Delete artifacts that are no longer needed."""
    for artifact in artifacts:
        with suppress(ArtifactNotFound):
            _check_name(artifact)
            store.remove(artifact)
