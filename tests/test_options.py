"""Values written on the command line."""

import keyword
import math
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import TunerError
from tuner.options import command_told, parse_duration, parse_options, parse_seeds, wherever

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)
plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


@given(st.dictionaries(names, values, max_size=4))
def test_literals_come_back_as_they_were(options: dict[str, object]) -> None:
    assert parse_options([f"{name}={value!r}" for name, value in options.items()]) == options


def test_what_is_no_literal_is_text() -> None:
    assert parse_options(["cell=lstm", "path=a=b", "empty="]) == {"cell": "lstm", "path": "a=b", "empty": ""}


def test_nothing_is_executed() -> None:
    text = "__import__('os').getcwd()"
    assert parse_options([f"x={text}"]) == {"x": text}


@pytest.mark.parametrize(
    "argument, told",
    [
        ("postgresql://me:xy zzy@host/x", "postgresql://***@host/x"),
        ("--storage=postgresql://me:it's xyzzy@host/x", "--storage=postgresql://***@host/x"),
        (
            "postgresql://host/x?user=me&password=xy zzy&ssl=on",
            "postgresql://host/x?user=me&password=***&ssl=on",
        ),
        ("api_token=xyzzy", "api_token=***"),
        ("--set=Password=xy zzy", "--set=Password=***"),
        (
            "places=['http://me:xyzzy@host/x', {'token': 'zzy'}]",
            "places=['http://***@host/x', {'token': '***'}]",
        ),
        ("tokens=512", "tokens=512"),
        ("path=a b@c=d", "path=a b@c=d"),
        ("my study.py", "my study.py"),
    ],
)
def test_a_command_tells_no_secret(argument: str, told: str) -> None:
    command = command_told(["run", "study.py", argument])
    assert shlex.split(command) == ["python", "-m", "tuner", "run", "study.py", told]
    assert "zzy" not in command


@pytest.mark.parametrize("setting", ["n_train", "=3", "2x=3", "a b=3", ""])
def test_a_setting_is_name_equals_value(setting: str) -> None:
    with pytest.raises(TunerError, match="write it as NAME=VALUE"):
        parse_options([setting])


def test_a_name_comes_once() -> None:
    with pytest.raises(TunerError, match="--set n is given twice"):
        parse_options(["n=1", "n=2"])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("10m", 600), ("1.5h", 5400), ("1h30m", 5400), ("1d", 86400), ("0", 0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_in_parts_is_their_sum(hours: int, minutes: int, seconds: int) -> None:
    assert math.isclose(
        parse_duration(f"{hours}h{minutes}m{seconds}s"), 3600 * hours + 60 * minutes + seconds
    )


@pytest.mark.parametrize("text", ["", "ten", "10x", "m", "-5m", "10 m", "1e3", "10m later"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(TunerError, match="is no time"):
        parse_duration(text)


@given(st.integers(-5, 99), st.integers(-5, 99))
def test_seeds_are_one_number_or_two(first: int, most: int) -> None:
    assert parse_seeds(str(first)) == first
    assert parse_seeds(f"{first},{most}") == parse_seeds(f" {first} , {most} ") == (first, most)


@pytest.mark.parametrize("text", ["", "2,", ",8", "2-8", "2,4,8", "two", "2.5", "1e3", "(2,8)"])
def test_what_is_no_number_of_seeds(text: str) -> None:
    with pytest.raises(TunerError, match="write one number of seeds, or the first and the largest") as caught:
        parse_seeds(text)
    assert "\n" not in str(caught.value)


def test_a_path_that_is_there_holds_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    for name in ("lstm", "a.csv", "deep/b"):
        (tmp_path / name).touch()
    given = ("a.csv", "deep/b", "./deep", str(tmp_path / "a.csv"))
    assert [wherever(text) for text in given] == [str(tmp_path / text) for text in given[:2]] + [
        str(tmp_path / "deep"),
        str(tmp_path / "a.csv"),
    ]
    for same in ("lstm", "none.csv", "", "x.\0", "a/" * 3000, 3, None, ["a.csv"]):
        assert wherever(same) == same
