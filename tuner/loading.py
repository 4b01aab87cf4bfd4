"""From a study file to a Study. The file is the user's own program and is executed."""

import hashlib
import importlib.util
import inspect
import json
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from tuner.backend import prepare_backend
from tuner.errors import StudyError, TunerError, first_line, study_errors
from tuner.study import Study


def load_study(path: str | Path, options: Mapping[str, Any] | None = None) -> Study:
    """The study that a Python file defines as `study`: a Study, or a function that returns one.

    `options` are passed to that function. The study is named after the file where it names itself not.

    Raises: StudyError, in one line that names the file, for whatever is wrong with it.
    """
    prepare_backend()
    path = Path(path)
    try:
        study = _make(execute(path), options or {})
    except TunerError as error:
        raise StudyError(f"{path}: {error}") from error
    return replace(
        study,
        name=study.name or path.stem,
        options=dict(options or {}),
        source=fingerprint_of(path, options or {}),
        file=hashlib.sha256(path.read_bytes()).hexdigest(),
        path=str(path.resolve()),
    )


def fingerprint_of(path: Path, options: Mapping[str, Any]) -> str:
    """sha256 of a study file and its options."""
    given = json.dumps(dict(options), sort_keys=True, default=str)
    return hashlib.sha256(path.read_bytes() + b"\0" + given.encode()).hexdigest()


def execute(path: Path) -> ModuleType:
    """The module that a study file makes; what it registers with Keras is known from then on.

    Raises: StudyError where it is no Python file, or raises.
    """
    if not path.exists():
        raise StudyError("no such file; give the path of a study file, or make one with `tuner new NAME`")
    if path.is_dir() or path.suffix != ".py":
        raise StudyError("is no Python file; a study file ends in .py")
    name = f"tuner_study_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # a .py file always has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Keras finds classes that the file registers by their module
    neighbours = str(path.resolve().parent)
    if neighbours not in sys.path:  # the file, and the functions in it, may import its neighbours
        sys.path.insert(0, neighbours)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise StudyError(f"line {error.lineno}: is not Python ({error.msg})") from None
    except SystemExit:
        raise StudyError("calls sys.exit; a study file only defines `study`") from None
    except UnicodeDecodeError:
        raise StudyError("is not Python (not UTF-8 text)") from None
    except TunerError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise StudyError(f"{_where(error, path)}raises {kind}: {first_line(error)}") from error
    return module


def _where(error: Exception, path: Path) -> str:
    """The line of the study file in which an exception passed."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    return f"line {lines[-1]}: " if lines else ""


def _make(module: ModuleType, options: Mapping[str, Any]) -> Study:
    if not hasattr(module, "study"):
        raise StudyError("defines no `study`; write study = tuner.Study(...)")
    made = module.study
    if isinstance(made, Study):
        if options:
            raise StudyError(f"has no options (--set {next(iter(options))}=...): its study is no function")
        return made
    if not callable(made):
        raise StudyError(f"its study is a {type(made).__name__}; write study = tuner.Study(...)")
    known = inspect.signature(made).parameters
    for option in options:
        if option not in known:
            raise StudyError(f"has no option {option!r} to set; it has {', '.join(known) or 'none'}")
    with study_errors("its study function"):
        study = made(**options)
    if not isinstance(study, Study):
        raise StudyError(f"its study function returned a {type(study).__name__}; return tuner.Study(...)")
    return study
