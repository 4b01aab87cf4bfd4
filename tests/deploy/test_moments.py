"""Times in cells, and moments in files."""

from datetime import datetime

import pytest

from tuner.deploy.moments import moment_of, restored, shown, stored
from tuner.errors import BundleError


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-29", datetime(2024, 2, 29)),
        ("2024-02-29 13:05", datetime(2024, 2, 29, 13, 5)),
        ("2024-02-29T13:05:07Z", datetime(2024, 2, 29, 13, 5, 7)),
        ("2024-02-29T01:00+02:00", datetime(2024, 2, 28, 23)),
        (" 20240229 ", datetime(2024, 2, 29)),
        ("1709164800", datetime(2024, 2, 29)),
        ("1709164800.0", datetime(2024, 2, 29)),
    ],
)
def test_a_time_is_read(text: str, moment: datetime) -> None:
    assert moment_of(text, "here") == moment
    assert restored(stored(moment)) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "31.12.2024", "2024-13-01", "1e9", "9" * 12, "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_named_with_its_cell(text: str) -> None:
    with pytest.raises(BundleError, match=r"x\.csv, line 3 has .* is no time"):
        moment_of(text, "x.csv, line 3")


@pytest.mark.parametrize("value", [0, -1, True, 1.5, None, "soon", ["2024-01-01"]])
def test_what_is_no_moment_is_not_restored(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        restored(value)


def test_moments_as_a_reader_sees_them() -> None:
    assert [shown(one) for one in (datetime(2024, 1, 1), datetime(2024, 1, 1, 6, 0, 1), 3)] == [
        "2024-01-01",
        "2024-01-01 06:00:01",
        "row 3",
    ]
