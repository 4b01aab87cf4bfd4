"""The command line called in this process, and what it must say about a mistake."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tuner.__main__ import main

Outcome = tuple[int, str, str]  # exit status, standard output, standard error
Call = Callable[..., Outcome]


def caller(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path) -> Call:
    """A function that runs `tuner` with arguments in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["tuner", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capfd.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def one_line(outcome: Outcome) -> str:
    """The message of a mistake in the input."""
    status, out, err = outcome
    assert status == 2, err
    assert out == ""
    assert err.startswith("tuner: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err
