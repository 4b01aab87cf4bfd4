"""Where the real data are that some tests read: nothing of them is part of the project."""

import os
from pathlib import Path

import pytest


def real(name: str) -> Path:
    """A file of real data; the test is skipped where it is not there.

    They are looked for in the folder that TUNER_TEST_DATA names, else in shared/data beside the repository.
    """
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("TUNER_TEST_DATA") or root.parent / "shared" / "data")
    path = folder / name
    if not path.is_file():
        pytest.skip(f"no {name} in {folder}; name its folder in TUNER_TEST_DATA")
    return path
