"""Bundles whose networks have weights set by hand."""

import shutil
from pathlib import Path

import pytest

from tests.deploy.monitoring.models import classes_bundle, rows_bundle, series_bundle


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    series_bundle(folder / "series")
    rows_bundle(folder / "rows")
    classes_bundle(folder / "classes")
    return folder


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "series", tmp_path / "bundle"))
