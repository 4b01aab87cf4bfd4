"""The daily price of Bitcoin: see some days in two currencies, forecast the days after."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np

from tuner.errors import StudyError
from tuner.problems.daily import as_count, following, lines_of, windows
from tuner.problems.download import read_data
from tuner.splits import Splits

CREDIT = "CoinDesk Bitcoin Price Index. Powered by CoinDesk"

_PRICE = re.compile(r"\d{1,12}(\.\d{1,30})?")
_SHARE = 0.8  # of the windows, for training and validation
_EPSILON = 1e-5
_SCALE = 2.5


def bitcoin(
    path: str | Path | None = None,
    *,
    steps_in: int = 40,
    steps_out: int = 40,
    purge: bool = False,
    features: tuple[str, ...] = ("usd", "eur"),
    n_validation: int = 200,
    naive: tuple[str, ...] = ("zero", "last", "linear"),
    credit: str = CREDIT,
) -> Splits:
    """Forecast `steps_out` days from the `steps_in` before, float32, each window on a scale of its own.

    x has shape (windows, steps_in, features), y (windows, steps_out, features). Windows begin at every day
    in turn, and as in the source there are days - steps_in - steps_out of them. Of every window and feature
    the mean m and the standard deviation s of the days that are seen, each plus 0.00001, scale both sides:
    (price - m) / (2.5 s).

    The first 80 % of the windows, in the order of time, are for training, the last `n_validation` of these
    are the validation split, and the rest is the test split. Neighbouring windows share days, so that the
    last training windows hold targets of the test split. With `purge` windows that share a day with the
    test split are left out of the two others, and so are training windows that share one with the
    validation split: steps_in + steps_out - 1 windows at each border.

    The file has the columns date, usd and eur (others may follow), a day a line. On the 1,421 days from
    2013-04-13 to 2017-03-03 there are 1,341 windows, 1,072 of them for training and validation; mean squared
    errors on the test split are 5.336 for zero and 4.065 for the last value. Test examples are in the order
    of time, so a study of them says series=True.

    The prices of the source are those of the CoinDesk Bitcoin Price Index (whoever shows them says "Powered
    by CoinDesk"; `credit` is for other prices). The address that it came from is no longer served, so a path
    has to be given.

    Raises: StudyError where the file cannot be read or is not as it should be, or an argument does not fit.
    Source: G. Chevalier, seq2seq-signal-prediction, exercise 4.
    """
    if path is None:
        raise StudyError(
            "bitcoin: CoinDesk's address is no longer served; give a CSV file of daily closing prices with"
            " the columns date, usd, eur (--set path=FILE)"
        )
    names = (features,) if isinstance(features, str) else tuple(features)
    prices = parse(read_data(path), names, str(path))
    steps_in, steps_out = as_count(steps_in, "steps_in"), as_count(steps_out, "steps_out")
    n_validation, length = as_count(n_validation, "n_validation"), steps_in + steps_out
    cut = windows(prices, length)[:-1]  # the source's last window ends a day before the last
    x, y = _scaled(cut[:, :steps_in], cut[:, steps_in:])
    border = int(_SHARE * len(x))
    places = _purged(border, n_validation, length) if purge else (border - n_validation, border)
    ends = {
        "train": (0, places[0]),
        "validation": (border - n_validation, places[1]),
        "test": (border, len(x)),
    }
    for name, (start, stop) in ends.items():
        if stop <= start:
            raise StudyError(
                f"{path}: {len(x):,} windows leave none for the {name} split; let n_validation (now"
                f" {n_validation:,}), steps_in and steps_out fit the {len(prices):,} days"
                + (" and the windows that are purged" if purge else "")
            )
    train, validation, test = ((x[start:stop], y[start:stop]) for start, stop in ends.values())
    return Splits(train=train, validation=validation, test=test, naive=naive, credit=credit)


def _purged(border: int, n_validation: int, length: int) -> tuple[int, int]:
    """Where the train and the validation split end, for none of their days to be one of a later split."""
    shared = length - 1
    return border - n_validation - shared, border - shared


def _scaled(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows on the scale of the days that are seen: axes are windows, days, features."""
    middle = x.mean(axis=1, keepdims=True) + _EPSILON
    spread = _SCALE * (x.std(axis=1, keepdims=True) + _EPSILON)
    first, second = ((part - middle) / spread for part in (x, y))
    return first.astype(np.float32), second.astype(np.float32)


def parse(content: bytes, names: Iterable[str], where: str) -> np.ndarray:
    """The named columns of a file of daily prices, float64 of shape (days, columns).

    Raises: StudyError, with the line, where a column or a day is missing, or a price is none.
    """
    header, *lines = lines_of(content, where)
    columns = header.split(",")
    wanted = ["date", *names]
    for name in wanted:
        if columns.count(name) != 1:
            raise StudyError(
                f"{where}, line 1: has the columns {', '.join(columns)[:80]}; {name!r} has to be there once"
            )
    if len(set(wanted)) < len(wanted) or len(wanted) < 2:
        raise StudyError(f"features is {tuple(names)!r}; name one or more columns, each once")
    places = [columns.index(name) for name in wanted]
    day: date | None = None
    rows = []
    for number, line in enumerate(lines, 2):
        fields = line.split(",")
        here = f"{where}, line {number}"
        if len(fields) != len(columns):
            raise StudyError(f"{here}: has {len(fields)} fields, and line 1 names {len(columns)} columns")
        day = following(day, fields[places[0]], here)
        rows.append([_price(fields[place], here) for place in places[1:]])
    if not rows:
        raise StudyError(f"{where}: has no days")
    return np.array(rows)


def _price(text: str, where: str) -> float:
    if not _PRICE.fullmatch(text) or not float(text):
        raise StudyError(f"{where}: {text[:30]!r} is no price; write it as 1234.56")
    return float(text)
