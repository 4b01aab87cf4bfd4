"""What tuner raises when the user's input is wrong: one line that says what, where and what to do."""

import re
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

SECRET = ("passw", "pwd", "token", "secret")  # parts of names whose values are not told
_GIVEN = rf"([?&][^=&?\s]*(?:{'|'.join(SECRET)})[^=&?\s]*=)"  # in a query, before its value
_USER = r"(?<![^\s:@/='\"])[^\s:@/='\"]+:(?!//)"  # in an address that was mistyped, before a password
_LONGEST = 4_000  # characters of a message that are looked at

P = ParamSpec("P")
T = TypeVar("T")


class TunerError(Exception):
    """Wrong input. The command line prints the message and ends with exit status 2."""


class StudyError(TunerError):
    """The study file, or something it made (splits, model, baseline), cannot be used."""


class LedgerError(TunerError):
    """A run folder is missing, foreign, damaged, or belongs to another study."""


class BusyError(LedgerError):
    """A folder belongs to another process that is at work; the message says to which."""


class PreparationError(TunerError):
    """Data, a step of their preparation, or a file that holds one, cannot be used."""


class DamageError(LedgerError):
    """A stored file is cut or altered: what it held is lost, and `tuner run` can make it again."""


class ScoresError(TunerError):
    """A file of scores or losses, or the choice of what is in it, cannot be used."""


class BundleError(TunerError):
    """A bundle, what is to become one, or data for it, cannot be used."""


class StatisticsError(TunerError, ValueError):
    """Scores or settings that a statistical procedure cannot accept."""


def install(extra: str) -> str:
    """How an optional package gets there; tuner is installed from its folder."""
    return f"install it with pip install '.[{extra}]', in the folder of tuner's source"


class OwnError(BaseException):
    """Carries what tuner's own code raised past the code that takes every exception for the user's."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def own(function: Callable[P, T]) -> Callable[P, T]:
    """A function of tuner's that is called in the midst of the user's code; what it raises is an OwnError."""

    @wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return function(*arguments, **named)
        except (Exception, SystemExit) as error:
            raise OwnError(error) from error

    return call


@contextmanager
def study_errors(what: str) -> Iterator[None]:
    """An exception of the user's code becomes a StudyError that says what raised, where and why."""
    try:
        yield
    except TunerError:
        raise
    except (Exception, SystemExit) as error:
        raise StudyError(f"{what} raises {described(error)}") from error


@contextmanager
def written_into(folder: Path) -> Iterator[None]:
    """What the system says of a folder that cannot be written becomes a LedgerError in one line."""
    try:
        yield
    except OSError as error:
        why = error.strerror or first_line(error)
        raise LedgerError(f"{folder}: cannot be written ({why}); give another folder with --output") from None


def without_secrets(text: str) -> str:
    """A message in which no address tells a user name or a password.

    >>> without_secrets("https://me:secret@host/x is gone")
    'https://***@host/x is gone'
    >>> without_secrets("postgresql://host/x?user=me&password=secret")
    'postgresql://host/x?user=me&password=***'

    Nor does one that was mistyped, or whose password has a slash.

    >>> without_secrets("postgresql:/me:secret@host/x"), without_secrets("mysql://me:se/cret@host")
    ('***@host/x', 'mysql://***@host')
    """
    text = re.sub(r"://\S*@", "://***@", text)
    text = re.sub(rf"{_USER}\S+@", "***@", text)
    return re.sub(rf"{_GIVEN}[^&\s'\"]*", r"\1***", text, flags=re.IGNORECASE)


def address_told(address: str) -> str:
    """The same of an address alone, whose password may have spaces and quotes: where it ends is known.

    >>> address_told("postgresql://me:se cret@host/x"), address_told("postgresql://host/x?password=se cret")
    ('postgresql://***@host/x', 'postgresql://host/x?password=***')
    """
    text = re.sub(r"://.*@", "://***@", address, flags=re.DOTALL)
    text = re.sub(rf"{_USER}.+@", "***@", text, flags=re.DOTALL)
    return without_secrets(re.sub(rf"{_GIVEN}[^&]*", r"\1***", text, flags=re.IGNORECASE))


def option_told(name: str, value: Any) -> Any:
    """The value of an option as it may be told: no text whose name says that it is a secret, no password.

    >>> option_told("api_token", "xyz"), option_told("tokens", 512), option_told("lag", "none")
    ('***', 512, 'none')
    >>> option_told("places", ["mysql://me:secret@host", {"password": "xyz"}])
    ['mysql://***@host', {'password': '***'}]
    """
    if isinstance(value, Mapping):
        return {key: option_told(f"{name} {key}", one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(option_told(name, one) for one in value)
    if not isinstance(value, str):
        return value
    return "***" if any(part in name.lower() for part in SECRET) else address_told(value)


def described(error: BaseException) -> str:
    """An exception in one line: its kind, its line in the user's own code, its message."""
    return f"{type(error).__name__}{_place(error)}: {first_line(error)}"


def first_line(error: BaseException) -> str:
    """What an exception's message comes down to, without passwords, cut to a readable length.

    Keras puts the layer on the first line and the reason on the next ones.
    """
    text = without_secrets(re.sub(r"\x1b\[[0-9;]*m", "", str(error)[:_LONGEST]))
    lines = [line.strip() for line in text.split("\n") if line.strip()] or ["(no message)"]
    if lines[0].startswith("Exception encountered when calling") and len(lines) > 1:
        return lines[1][:300]
    return lines[0][:300]


def _place(error: BaseException) -> str:
    """The last line outside of tuner and of installed packages that an exception passed."""
    installed = (str(Path(__file__).parent), sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), "<")
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(installed)]
    return f" (line {own[-1].lineno} of {Path(own[-1].filename).name})" if own else ""
