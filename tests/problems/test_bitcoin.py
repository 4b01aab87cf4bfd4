"""Bitcoin: the facts of the real file, windows by plain loops, purged borders, and what is refused."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.problems.real import real
from tuner.errors import StudyError
from tuner.naive import predictions
from tuner.problems import bitcoin
from tuner.splits import Splits

FIRST = date(2013, 4, 13)


def written(folder: Path, days: int = 30) -> Path:
    """Prices that grow by 1 and by 2 a day."""
    rows = [f"{FIRST + timedelta(days=at)},{100 + at},{50.5 + 2 * at},x" for at in range(days)]
    path = folder / "prices.csv"
    path.write_text("\n".join(["date,usd,eur,eur_source", *rows]) + "\n")
    return path


def small(path: Path, **changes: Any) -> Splits:
    """30 days give 24 windows of 4 + 2: 19 for training and validation."""
    return bitcoin(path, **{"steps_in": 4, "steps_out": 2, "n_validation": 7, **changes})


def test_windows_are_scaled_by_what_they_see(tmp_path: Path) -> None:
    data = small(written(tmp_path))
    assert data.sizes == {"train": 12, "validation": 7, "test": 5} and data.naive == (
        "zero",
        "last",
        "linear",
    )
    prices = np.array([[100.0 + at, 50.5 + 2 * at] for at in range(30)])
    x, y = (np.concatenate(parts) for parts in zip(data.train, data.validation, data.test, strict=True))
    assert x.shape == (24, 4, 2) and y.shape == (24, 2, 2) and x.dtype == y.dtype == np.float32
    for start in range(24):
        for feature in range(2):
            seen, ahead = prices[start : start + 4, feature], prices[start + 4 : start + 6, feature]
            middle, spread = seen.mean() + 1e-5, seen.std() + 1e-5
            np.testing.assert_allclose(x[start, :, feature], (seen - middle) / (2.5 * spread), rtol=1e-5)
            np.testing.assert_allclose(y[start, :, feature], (ahead - middle) / (2.5 * spread), rtol=1e-5)


def test_a_purged_split_shares_no_day_with_a_later_one(tmp_path: Path) -> None:
    whole, purged = small(written(tmp_path)), small(written(tmp_path), purge=True)
    assert purged.sizes == {"train": 7, "validation": 2, "test": 5}
    for name, count in (("train", 7), ("validation", 2), ("test", 5)):
        assert np.array_equal(getattr(purged, name)[0], getattr(whole, name)[0][:count])
    length, first, border = 4 + 2, whole.sizes["train"], whole.sizes["train"] + whole.sizes["validation"]
    # The window after the last one that is kept would end with the first day of the next split.
    assert purged.sizes["train"] + length - 1 == first
    assert first + purged.sizes["validation"] + length - 1 == border


def test_whose_prices_they_are_is_said(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert small(path).credit.endswith("Powered by CoinDesk")
    assert small(path, credit="an exchange").credit == "an exchange"


def test_one_currency_can_be_chosen(tmp_path: Path) -> None:
    path = written(tmp_path)
    for features in (("eur",), "eur"):
        data = small(path, features=features)
        assert data.train[0].shape == (12, 4, 1)
        assert np.array_equal(data.train[0][..., 0], small(path).train[0][..., 1])


def test_the_facts_of_the_real_file() -> None:
    path = real("btc_usd_eur_seed_range.csv")
    data = bitcoin(path)
    assert data.sizes == {"train": 872, "validation": 200, "test": 269}
    assert data.train[0].shape[1:] == data.train[1].shape[1:] == (40, 2)
    x, y = data.test

    def error(predicted: np.ndarray) -> float:
        return float(np.mean((predicted.astype("float64") - y) ** 2))

    assert error(predictions("zero", data.train, x)) == pytest.approx(5.336, abs=5e-4)
    assert error(predictions("last", data.train, x)) == pytest.approx(4.065, abs=5e-4)
    assert bitcoin(path, purge=True).sizes == {"train": 793, "validation": 121, "test": 269}


def test_another_range_of_days() -> None:
    data = bitcoin(real("coindesk_bpi_usd_eur_daily.csv"))
    assert data.sizes == {"train": 1_016, "validation": 200, "test": 305}
    zero, last = (
        float(np.mean((predictions(name, data.train, data.test[0]) - data.test[1]) ** 2))
        for name in ("zero", "last")
    )
    assert (zero, last) == (pytest.approx(3.738, abs=5e-4), pytest.approx(2.657, abs=5e-4))


def test_without_a_path_it_is_said_where_such_a_file_comes_from() -> None:
    with pytest.raises(
        StudyError, match=r"no longer served; give a CSV file .* date, usd, eur \(--set path=FILE\)"
    ):
        bitcoin()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("date,usd,eur\n", "has no days"),
        ("date;usd;eur\n", "line 1: has the columns date;usd;eur; 'date' has to be there once"),
        ("date,usd,usd\n", "line 1: .* 'usd' has to be there once"),
        ("date,usd,chf\n", "line 1: .* 'eur' has to be there once"),
        ("date,usd,eur\n2013-04-13,1\n", "line 2: has 2 fields, and line 1 names 3 columns"),
        ("date,usd,eur\n2013-04-13,1,1\n2013-04-15,1,1\n", "line 3: 2013-04-15 follows 2013-04-13"),
        ("date,usd,eur\n13.04.2013,1,1\n", "line 2: '13.04.2013' is no date"),
        ("date,usd,eur\n2013-04-13,1,\n", "line 2: '' is no price"),
        ("date,usd,eur\n2013-04-13,1,nan\n", "line 2: 'nan' is no price; write it as 1234.56"),
        ("date,usd,eur\n2013-04-13,1e3,1\n", "line 2: '1e3' is no price"),
        ("date,usd,eur\n2013-04-13,-1,1\n", "line 2: '-1' is no price"),
        ("date,usd,eur\n2013-04-13,0.0,1\n", "line 2: '0.0' is no price"),
        (f"date,usd,eur\n2013-04-13,{'9' * 400},1\n", "line 2: '9{30}' is no price"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(content)
    with pytest.raises(StudyError, match=f"{path}.*{said}") as error:
        small(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps_in": 0}, "steps_in is 0; give a whole number"),
        ({"steps_out": True}, "steps_out is True"),
        ({"n_validation": 19}, "24 windows leave none for the train split; let n_validation"),
        (
            {"n_validation": 7, "purge": True, "steps_in": 6},
            "for the (train|validation) split; .* are purged",
        ),
        ({"steps_in": 40}, "0 windows leave none for the train split"),
        ({"features": ()}, "name one or more columns"),
        ({"features": ("usd", "usd")}, "name one or more columns, each once"),
        ({"features": ("btc",)}, "'btc' has to be there once"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=said) as error:
        small(written(tmp_path), **changes)
    assert "\n" not in str(error.value)
