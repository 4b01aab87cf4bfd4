"""The sunspot number: the facts of the real file, the border between the splits, and what is refused."""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.problems.real import real
from tuner.errors import StudyError
from tuner.naive import predictions
from tuner.problems import sunspots
from tuner.problems.sunspots import parse
from tuner.splits import Splits

MODULE = sys.modules["tuner.problems.sunspots"]


def line(day: date, number: int) -> str:
    return f"{day.year};{day.month:02d};{day.day:02d};{day.year}.500;{number:4d}; -1.0;   1;1"


def written(folder: Path, days: int = 60, first: str = "1999-12-01", **changes: int) -> Path:
    """A file whose numbers count its days; `changes` maps places such as day_3 to other numbers."""
    start = date.fromisoformat(first)
    numbers = {place: changes.get(f"day_{place}", place) for place in range(days)}
    path = folder / "sunspots.csv"
    path.write_text("".join(f"{line(start + timedelta(days=at), n)}\n" for at, n in numbers.items()))
    return path


def usual(path: Path, **changes: Any) -> Splits:
    """The splits of a file of `written`: 31 days before the year 2000."""
    return sunspots(path, **{"start": "1999-12-01", "steps": 3, "n_validation": 5, **changes})


def test_windows_follow_each_other_and_no_target_is_seen_before(tmp_path: Path) -> None:
    data = usual(written(tmp_path))
    assert data.sizes == {"train": 23, "validation": 5, "test": 26} and data.naive == ("last", "linear")
    for x, y in (data.train, data.validation, data.test):
        assert x.dtype == y.dtype == np.float32 and x.shape[1:] == (3, 1) and y.shape[1:] == (1,)
        assert np.array_equal(x[:, :, 0] + [3, 2, 1], np.repeat(y, 3, axis=1))
    assert data.train[1].ravel().tolist() == list(range(3, 26))
    assert data.validation[1].ravel().tolist() == list(range(26, 31))  # 26 December to the end of the year
    assert data.test[0][0].ravel().tolist() == [31, 32, 33]  # a window begins with the new year
    assert data.train[0].max() < data.validation[1].min()
    assert data.credit.startswith("WDC-SILSO, Royal Observatory of Belgium, Brussels")


def test_start_and_end_cut_the_days(tmp_path: Path) -> None:
    path = written(tmp_path)
    data = usual(path, start="1999-12-11", end="2000-01-10")
    assert data.train[0][0].ravel().tolist() == [10, 11, 12] and data.test[1].ravel()[-1] == 40
    assert data.sizes == {"train": 13, "validation": 5, "test": 7}


def test_the_facts_of_the_real_file() -> None:
    path = real("SN_d_tot_V2.0.csv")
    data = sunspots(path)
    train, validation, test = data.train, data.validation, data.test
    x, y = (np.concatenate(parts) for parts in zip(train, validation, strict=True))
    assert (x.shape, y.shape) == ((55_150, 10, 1), (55_150, 1))
    assert (test[0].shape, test[1].shape) == ((6_381, 10, 1), (6_381, 1))
    assert len(validation[0]) == 5_500

    def error(predicted: np.ndarray) -> float:
        return float(np.sqrt(np.mean((predicted.astype("float64") - test[1]) ** 2)))

    assert error(predictions("last", (x, y), test[0])) == pytest.approx(14.618, abs=5e-4)
    assert error(predictions("linear", (x, y), test[0])) == pytest.approx(14.508, abs=5e-4)
    assert error(test[0].mean(axis=1)) == pytest.approx(31.63, abs=5e-3)
    later = sunspots(path, start="1957-10-01")
    x, y = (np.concatenate(parts) for parts in zip(later.train, later.validation, strict=True))
    assert len(x) + 10 == 15_432 and np.array_equal(later.test[0], test[0])
    assert error(predictions("linear", (x, y), test[0])) == pytest.approx(14.176, abs=5e-4)


def test_the_parts_of_the_real_file() -> None:
    content = real("SN_d_tot_V2.0.csv").read_bytes()
    first, numbers = parse(content, "file")
    assert (first, len(numbers)) == (date(1818, 1, 1), 72_865)
    assert first + timedelta(days=11_314) == date(1848, 12, 23) and (numbers[11_314:] >= 0).all()
    MODULE._check(content)
    with pytest.raises(StudyError, match=r"first year is not that of version 2\.0"):
        MODULE._check(content.replace(b"1818;01;08;1818.021;  65;", b"1818;01;08;1818.021;  39;", 1))


def test_what_is_downloaded_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    content = written(tmp_path, first="1818-01-01").read_bytes()
    asked = []

    def answer(url: str, **limits: Any) -> bytes:
        asked.append(url)
        return content

    monkeypatch.setattr("tuner.problems.download.downloaded", answer)
    with pytest.raises(
        StudyError, match=r"sndtotcsv\.php: not the file that was looked for \(its first year"
    ):
        sunspots(start="1818-01-01")
    monkeypatch.setattr(MODULE, "_FIRST_SHA256", MODULE.first_sum(np.arange(60)))
    for _ in range(2):  # the second time from the cache
        with pytest.raises(StudyError, match="57 windows before 2000 and 0 after"):
            sunspots(start="1818-01-01", steps=3)
    assert asked == [MODULE.ADDRESS] * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("year;month\n", r"line 1: 'year;month' is not as in SILSO's daily file"),
        ("{0}\n{1}\n\n{2}\n", r"line 3: '' is not as"),
        ("{0}\n{2}\n", "line 2: 1999-12-03 follows 1999-12-01; every day must be there once"),
        ("{0}\n{0}\n", "line 2: 1999-12-01 follows 1999-12-01"),
        ("{0}\n1999;12;32;1999.9;  1; 1.0; 1;1\n", "line 2: '1999-12-32' is no date"),
        ("1999;12;01;1999.9;  x; 1.0; 1;1\n", "line 1: "),
        ("1999;12;01;1999.9;  1,5; 1.0; 1;1\n", "line 1: "),
        ("1999;12;01;1999.9; -5; 1.0; 1;1\n", "line 1: "),
        (f"1999;12;01;1999.9; {'9' * 5_000}; 1.0; 1;1\n", "line 1: "),
        ("1999,12,01,1999.9,  1, 1.0, 1,1\n", "line 1: "),
        ("1999;12;01;1999.9;  1; 1.0; 1;1;extra\n", "line 1: "),
        ("ü\n", "is no plain text"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line(content: str, said: str, tmp_path: Path) -> None:
    days = [line(date(1999, 12, 1 + at), at) for at in range(3)]
    path = tmp_path / "sunspots.csv"
    path.write_text(content.format(*days), encoding="utf-8")
    with pytest.raises(StudyError, match=f"{path}.*{said}") as error:
        usual(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "1848-12-23"}, "start is 1848-12-23; .* has the days from 1999-12-01 to 2000-01-29"),
        ({"end": "2017-06-30"}, "end is 2017-06-30"),
        ({"start": "1999-12"}, "start: '1999-12' is no date; write it as YYYY-MM-DD"),
        ({"start": 1999}, "start: 1999 is no date"),
        ({"start": "19991201"}, "start: '19991201' is no date"),
        ({"steps": 0}, "steps is 0; give a whole number, 1 or more"),
        ({"n_validation": 0}, "n_validation is 0"),
        ({"n_validation": 28}, "there are 28 windows before 2000 and 26 after; 28 are for validation"),
        ({"test_from": 2001}, "0 after"),
        ({"test_from": 1990}, "0 windows before 1990"),
        ({"test_from": 10_000}, "test_from is 10000; give a year up to 9999"),
        ({"steps": 30}, "1 windows before 2000 and 0 after"),
        ({"end": "1999-12-02"}, "0 windows before 2000"),
        ({"naive": ("seasonal",)}, "no naive forecast 'seasonal'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=said) as error:
        usual(written(tmp_path), **changes)
    assert "\n" not in str(error.value)


def test_a_missing_number_is_refused_with_its_line_and_day(tmp_path: Path) -> None:
    path = written(tmp_path, day_4=-1)
    with pytest.raises(
        StudyError, match=r"line 5: there is no number for 1999-12-05; let start be a later day"
    ):
        usual(path)
    assert usual(path, start="1999-12-06").sizes["train"] == 18
