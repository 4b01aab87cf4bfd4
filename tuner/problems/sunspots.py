"""The daily total sunspot number: see some days, forecast the next."""

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tuner.errors import StudyError
from tuner.problems.daily import as_count, as_date, following, lines_of, windows
from tuner.problems.download import cached, read_data
from tuner.splits import Splits

ADDRESS = "https://www.sidc.be/SILSO/INFO/sndtotcsv.php"
NAME = "SN_d_tot_V2.0.csv"
CREDIT = "WDC-SILSO, Royal Observatory of Belgium, Brussels (CC BY-NC 4.0)"

# The file grows by a day every day, and its last months are provisional, so it has no checksum as a whole.
# Its first year is that of version 2.0: in version 1.0 the numbers are others.
_FIRST_DAYS = 365
_FIRST_SHA256 = "f3cd49b5a1cfab3083603664af1e727937a91e455fbd5bf8e8848c90029fea6c"

# Year, month, day, year as a fraction, number, standard deviation, observations, 1 for definitive.
_LINE = re.compile(r"(\d{4});(\d\d);(\d\d); *\d{4}\.\d+; *(-1|\d{1,4}); *-?\d+\.\d+; *\d+; *[01]")


def sunspots(
    path: str | Path | None = None,
    *,
    start: str = "1848-12-23",
    end: str | None = None,
    steps: int = 10,
    test_from: int = 2000,
    n_validation: int = 5_500,
    naive: tuple[str, ...] = ("last", "linear"),
) -> Splits:
    """Forecast the sunspot number of a day from the `steps` days before, float32 and not scaled.

    x has shape (windows, steps, 1), y (windows, 1). Days before the year `test_from` are for training, the
    others for the test, and no window crosses that border. The last `n_validation` windows of the training
    days are the validation split. The days that the first of these see are the last that training windows
    end with: no validation target is in a training window, and no target of one split in the other.
    5,500 days are 15 years, more than a cycle of the sun.

    From `start` on no day is missing: it is the day after the last one without an observation. With
    start="1957-10-01" training has 15,432 days, as many as the source's other data. `end` is the last day
    that is used, by default that of the file. With end="2017-06-30" training and validation together have
    55,150 windows and the test split 6,381, of which the root mean squared errors of naive forecasts are
    14.618 for the last value and 14.508 for linear regression on all training windows. Test examples are in
    the order of time, so a study of them says series=True.

    Without a path the file is downloaded once: daily total sunspot number V2.0, WDC-SILSO, Royal Observatory
    of Belgium, Brussels (CC BY-NC 4.0; credit them where a figure of it is shown). Delete it from the cache
    for a newer one.

    Raises: StudyError where the file cannot be had or is not as it should be, or an argument does not fit.
    Source: J. Heaton, T81-558, part 10.2.
    """
    where = NAME if path is None else str(path)
    content = cached(ADDRESS, NAME, _check) if path is None else read_data(path)
    first, numbers = parse(content, where)
    steps, n_validation = as_count(steps, "steps"), as_count(n_validation, "n_validation")
    last = first + timedelta(days=len(numbers) - 1)
    begin, stop = as_date(start, "start"), last if end is None else as_date(end, "end")
    for name, day in (("start", begin), ("end", stop)):
        if not first <= day <= last:
            raise StudyError(f"{name} is {day}; {where} has the days from {first} to {last}")
    used = numbers[(begin - first).days : (stop - first).days + 1]
    _check_no_gaps(used, begin, first, where)
    if as_count(test_from, "test_from") > date.max.year:
        raise StudyError(f"test_from is {test_from}; give a year up to {date.max.year}")
    border = (date(test_from, 1, 1) - begin).days
    known, later = used[: max(border, 0)], used[max(border, 0) :]
    train, test = _pairs(known, steps), _pairs(later, steps)
    n_train = len(train[0]) - n_validation
    if n_train < 1 or not len(test[0]):
        raise StudyError(
            f"from {begin} to {stop} there are {len(train[0]):,} windows before {test_from} and"
            f" {len(test[0]):,} after; {n_validation:,} are for validation, and no split may be empty"
        )
    return Splits(
        train=(train[0][:n_train], train[1][:n_train]),
        validation=(train[0][n_train:], train[1][n_train:]),
        test=test,
        naive=naive,
        credit=CREDIT,
        columns=("sunspots",),
        outputs=("sunspots",),
    )


def _pairs(days: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    found = windows(days, steps + 1).astype(np.float32)
    return np.ascontiguousarray(found[:, :steps, None]), np.ascontiguousarray(found[:, steps:])


def _check_no_gaps(used: np.ndarray, begin: date, first: date, where: str) -> None:
    missing = np.flatnonzero(used < 0)
    if missing.size:
        day = begin + timedelta(days=int(missing[-1]))
        line = (day - first).days + 1
        raise StudyError(f"{where}, line {line}: there is no number for {day}; let start be a later day")


def parse(content: bytes, where: str) -> tuple[date, np.ndarray]:
    """The first day of a file, and the number of that day and of every day after it, -1 where it is missing.

    Raises: StudyError, with the line, where a line is not as SILSO writes it, or a day is missing.
    """
    day: date | None = None
    numbers = []
    for number, line in enumerate(lines_of(content, where), 1):
        here = f"{where}, line {number}"
        fields = _LINE.fullmatch(line)
        if fields is None:
            raise StudyError(
                f"{here}: {line[:60]!r} is not as in SILSO's daily file (year;month;day;fraction;number;"
                "deviation;observations;definitive)"
            )
        day = following(day, f"{fields[1]}-{fields[2]}-{fields[3]}", here)
        numbers.append(int(fields[4]))
    assert day is not None  # there is a line
    return day - timedelta(days=len(numbers) - 1), np.array(numbers)


def _check(content: bytes) -> None:
    """That a download is this file: every line as it should be, and the known numbers of the first year."""
    first, numbers = parse(content, NAME)
    if f"{first}" != "1818-01-01" or first_sum(numbers) != _FIRST_SHA256:
        raise StudyError("its first year is not that of version 2.0")


def first_sum(numbers: np.ndarray) -> str:
    """sha256 of the numbers of the first year, a line each."""
    text = "".join(f"{number}\n" for number in numbers[:_FIRST_DAYS].tolist())
    return hashlib.sha256(text.encode()).hexdigest()
