"""Whatever ends a replacement: one of the two models is in use, whole, and what is served is of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.texts import bundle, candidate, held, serve, served
from tuner.deploy import replacing, savedmodel
from tuner.deploy.replacing import replace_model, roll_back
from tuner.errors import BundleError


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    bundle(tmp_path / "used", "old")
    monkeypatch.setattr(savedmodel, "export", serve)
    serve(tmp_path / "used")
    candidate(tmp_path / "candidate", "newer", members=3)
    return tmp_path / "used", tmp_path / "candidate"


class Killed(BaseException):
    """What ends a process."""


STEPS = (
    "_keep",
    "_stage",
    "_export",
    "_set_savedmodel_aside",
    "write",
    "_put_savedmodel",
    "_tidy",
    "card_of",
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("action", "step"),
    [
        *(("replace", step) for step in STEPS),
        *(("rollback", step) for step in STEPS if step != "_export"),  # it is kept
    ],
)
def test_whatever_ends_it_one_of_the_two_is_in_use(
    action: str, step: str, when: str, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    used, new = folders
    work: Callable[[], Any] = lambda: replace_model(used, new)  # noqa: E731
    first, second = "old", "newer"
    if action == "rollback":
        replace_model(used, new)
        first, second = second, first
        work = lambda: roll_back(used)  # noqa: E731
    whole = getattr(replacing, step)
    calls = iter(range(10))

    def dies(*arguments: Any) -> Any:
        at_the_start = step in ("_tidy", "_put_savedmodel") or (step, action) == ("card_of", "rollback")
        if at_the_start and next(calls) == 0:
            return whole(*arguments)
        if when == "after":
            whole(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(replacing, step, dies)
        with pytest.raises(Killed):
            work()
    committed = STEPS.index(step) > STEPS.index("write") or (step, when) == ("write", "after")
    assert held(used) == (second if committed else first)
    assert served(used) in (held(used), None)  # never of the other one
    if committed:
        with pytest.raises(BundleError):
            work()
    else:
        work()
    assert held(used) == served(used) == second
    assert served(used / "previous" / ("0" if action == "replace" else "1")) == first
    assert not list(used.glob(".*")) and not list((used / "previous").glob(".*"))


def test_a_copy_that_fails_halfway_leaves_the_model_in_use(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    used, new = folders

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(replacing.shutil, "copyfile", full)
        with pytest.raises(BundleError, match="cannot be written"):
            replace_model(used, new)
    assert held(used) == "old"
    replace_model(used, new)
    assert held(used) == "newer"
