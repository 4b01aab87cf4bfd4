"""Where trained runs are left for the run: a folder that all machines see, or an S3-compatible service.

What is kept of long trainings lies there, too.
"""

import io
import uuid
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from optuna.artifacts import Boto3ArtifactStore, FileSystemArtifactStore

from tuner.errors import TunerError, address_told, first_line, install
from tuner.files import write_whole

_S3 = "s3://"


class Store(Protocol):
    """What Optuna asks of an artifact store."""

    def open_reader(self, artifact_id: str) -> BinaryIO: ...

    def write(self, artifact_id: str, content_body: BinaryIO) -> None: ...

    def remove(self, artifact_id: str) -> None: ...


def open_store(name: str) -> Store:
    """The store with a name: s3://bucket/prefix, or a folder, which is made where it is missing.

    Credentials and the address of a service are those that boto3 finds (AWS_ENDPOINT_URL, say).

    Raises: TunerError where it cannot be used.
    """
    if name.startswith(_S3):
        return _on_s3(name)
    if "://" in name:
        raise TunerError(f"artifacts {address_told(name)}: give a folder, or s3://bucket/prefix")
    try:
        Path(name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TunerError(f"artifacts {name}: cannot be written ({error.strerror})") from None
    return FolderStore(Path(name).resolve())


class FolderStore(FileSystemArtifactStore):
    """Optuna's store in a folder, in which files are there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        write_whole(self._folder / artifact_id, content_body.read())


class StoreSlot:
    """A place in a store for the checkpoint of one training, known by `owner` to all who may go on with it.

    What cannot be written or read is done without, whatever a service says.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store, self._name = store, str(uuid.uuid5(uuid.NAMESPACE_OID, owner))

    def read(self) -> bytes | None:
        """What is there; None where nothing can be read."""
        with suppress(Exception), self._store.open_reader(self._name) as stored:
            return stored.read()
        return None

    def write(self, content: bytes) -> None:
        """Put it there in the place of what was."""
        with suppress(Exception):
            self._store.write(self._name, io.BytesIO(content))

    def clear(self) -> None:
        """Leave nothing there."""
        with suppress(Exception):
            self._store.remove(self._name)


def _on_s3(name: str) -> Store:
    try:
        import boto3
    except ImportError:
        raise TunerError(f"artifacts {address_told(name)}: needs boto3; {install('s3')}") from None
    bucket, _, prefix = name.removeprefix(_S3).partition("/")
    try:
        client = boto3.client("s3")
        client.head_bucket(Bucket=bucket)
    except Exception as error:  # boto3 has many, and no common one
        raise TunerError(f"artifacts {address_told(name)}: cannot be reached ({first_line(error)})") from None
    store: Store = Boto3ArtifactStore(bucket, client=client)
    return _Under(prefix.rstrip("/") + "/", store) if prefix else store


class _Under:
    """A store with a prefix before all names in it."""

    def __init__(self, prefix: str, store: Store) -> None:
        self._prefix, self._store = prefix, store

    def open_reader(self, artifact_id: str) -> BinaryIO:
        return self._store.open_reader(self._prefix + artifact_id)

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        self._store.write(self._prefix + artifact_id, content_body)

    def remove(self, artifact_id: str) -> None:
        self._store.remove(self._prefix + artifact_id)
