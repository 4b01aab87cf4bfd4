"""Values written on the command line."""

import ast
import json
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuner.errors import TunerError, address_told, option_told

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_duration(text: str) -> float:
    """Seconds of a time such as 90, 90s, 10m, 1.5h or 1h30m.

    >>> parse_duration("10m"), parse_duration("1h30m")
    (600.0, 5400.0)

    Raises: TunerError where the text is no time.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise TunerError(f"{text!r} is no time; write it like 90s, 10m or 2h")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def parse_seeds(text: str) -> int | tuple[int, int]:
    """A number of seeds, or the first and the largest one, separated by a comma.

    >>> parse_seeds("4"), parse_seeds("2,8")
    (4, (2, 8))

    Raises: TunerError where the text is neither.
    """
    match = re.fullmatch(r"\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?", text)
    if not match:
        raise TunerError(
            f"--search-repeats {text}: write one number of seeds, or the first and the largest, such as 2,8"
        )
    return (int(match[1]), int(match[2])) if match[2] else int(match[1])


def parse_sizes(text: str, option: str) -> tuple[float, ...] | str:
    """Numbers separated by commas, or the word auto.

    >>> parse_sizes("0.5, 1", "--train-sizes"), parse_sizes("auto", "--train-sizes")
    ((0.5, 1.0), 'auto')

    Raises: TunerError where the text is neither.
    """
    if text.strip() == "auto":
        return "auto"
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise TunerError(f"{option} {text}: write numbers with commas between, or auto") from None


def parse_options(settings: Iterable[str], option: str = "--set") -> dict[str, Any]:
    """NAME=VALUE settings as a dict; values are read as Python literals, and as text where they are none.

    `option` is what errors call them.

    >>> parse_options(["n_train=102_400", "cell=lstm", "margin=0.01"])
    {'n_train': 102400, 'cell': 'lstm', 'margin': 0.01}

    Raises: TunerError where a setting has no name or no value, or a name comes twice.
    """
    options: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise TunerError(f"{option} {setting}: write it as NAME=VALUE")
        if name in options:
            raise TunerError(f"{option} {name} is given twice")
        options[name] = _read(value)
        try:
            json.dumps(options[name], allow_nan=False)
        except (TypeError, ValueError):
            raise TunerError(
                f"{option} {setting}: give a number, a text, or a list or dict of them"
            ) from None
    return options


def _read(value: str) -> Any:
    try:
        return ast.literal_eval(value.strip())
    except (SyntaxError, ValueError):
        return value


def command_told(arguments: Iterable[str]) -> str:
    """The command that `tuner` was called with, as it may be kept and shown: without passwords and secrets.

    >>> command_told(["run", "my study.py", "--set", "api_token=xyz", "--storage=mysql://me:se cret@host"])
    "python -m tuner run 'my study.py' --set 'api_token=***' '--storage=mysql://***@host'"
    """
    return shlex.join(["python", "-m", "tuner", *map(_argument_told, arguments)])


def _argument_told(argument: str) -> str:
    name, equals, value = argument.partition("=")
    if equals and name.startswith("--"):
        return f"{name}={_argument_told(value)}"
    if not equals or not name.isidentifier():
        return address_told(argument)
    given = _read(value)
    told = option_told(name, given)
    return argument if told == given else f"{name}={told}"


def wherever(value: Any) -> Any:
    """The value of an option as it holds in any folder: what names a file or a folder by its whole path.

    A bare word is none, though there may be a file of that name here.

    >>> wherever("lstm"), wherever(3), wherever("none/such.csv")
    ('lstm', 3, 'none/such.csv')
    """
    if not isinstance(value, str) or not value:
        return value
    path = Path(value)
    if not path.suffix and not {"/", os.sep} & set(value):
        return value
    with suppress(OSError):  # a text that no file could be called
        return str(path.resolve()) if path.exists() else value
    return value


def parse_choices(text: str, known: Sequence[str], option: str) -> tuple[str, ...]:
    """Some of the `known` words, separated by commas, each once.

    >>> parse_choices("png, html,png", ("html", "png", "csv"), "--format")
    ('png', 'html')

    Raises: TunerError where there is another word, or none.
    """
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for word in words:
        if word not in known:
            raise TunerError(f"{option} {word!r} is unknown; choose from {', '.join(known)}")
    return words
