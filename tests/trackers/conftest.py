"""A reader of event files, and MLflow databases whose tables are made once."""

import os
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# With this module TensorBoard reads without TensorFlow, as its own builds without it do.
sys.modules.setdefault("tensorboard.compat.notf", types.ModuleType("tensorboard.compat.notf"))
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


@pytest.fixture
def read_events() -> Callable[[Path], Any]:
    """What TensorBoard reads in a folder of event files."""

    def read(folder: Path) -> Any:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        return EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0}).Reload()

    return read


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with MLflow's tables and nothing in them."""
    from tuner.trackers.mlflow import MLflow

    folder = tmp_path_factory.mktemp("mlflow")
    MLflow(f"sqlite:///{folder}/empty.db", "study", folder)
    return folder / "empty.db"


@pytest.fixture
def database(tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tracking URI of an empty database."""
    monkeypatch.chdir(tmp_path)  # where MLflow would put artifacts
    shutil.copy(tables, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path}/mlflow.db"
