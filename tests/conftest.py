"""Keras on JAX with two virtual CPU devices, and compiled programs shared by the tests of one session."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_CACHE = Path(tempfile.mkdtemp(prefix="tuner-tests-"))
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(_CACHE)
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
# Compilation takes most of the time, and optimising the machine code a good part of that.
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_backend_optimization_level=0"

from tuner.backend import prepare_backend  # noqa: E402

prepare_backend("jax")  # before any test imports Keras

from tests.calling import Call, caller  # noqa: E402
from tests.tiny import Recorder, dense_study, run  # noqa: E402
from tuner.result import Result  # noqa: E402


def pytest_unconfigure() -> None:
    shutil.rmtree(_CACHE, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is left out, unless all is asked for."""
    if os.environ.get("TUNER_TESTS") != "all":
        for item in items:
            if item.get_closest_marker("lengthy"):
                item.add_marker(pytest.mark.skip(reason="takes long; set TUNER_TESTS=all"))


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Run `tuner` with arguments in an empty folder."""
    return caller(monkeypatch, capfd, tmp_path)


@pytest.fixture
def recorder() -> Recorder:
    """A reporter that remembers what it was told."""
    return Recorder()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Recorder]:
    """The usual study run from start to end without an interruption."""
    recorder = Recorder()
    folder = tmp_path_factory.mktemp("whole") / "run"
    return run(dense_study(), folder, reporter=recorder, command="the command"), recorder
