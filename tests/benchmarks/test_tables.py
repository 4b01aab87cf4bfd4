"""Tables of medians and of ratios within a round."""

from pathlib import Path

from benchmarks.tables import by_round, median, median_table, ratio_table, spread, write_csv

# The machine is three times slower in the second round, and the fast column fails in the third.
MEASURED = [
    ("a", "slow", 1, 100.0),
    ("a", "fast", 1, 10.0),
    ("a", "slow", 2, 300.0),
    ("a", "fast", 2, 30.0),
    ("a", "slow", 3, 5000.0),
]


def test_medians() -> None:
    table = median_table("ms", by_round(MEASURED), ["slow", "fast", "other"])
    assert table.splitlines() == [
        "| ms | slow | fast | other |",
        "|---|---:|---:|---:|",
        "| a | 300 | 20 | - |",
    ]


def test_a_ratio_is_of_one_round() -> None:
    table = ratio_table("times", by_round(MEASURED), [("slow", "fast")])
    assert table.splitlines()[-1] == "| a | 10 |"


def test_three_digits() -> None:
    assert [median([x]) for x in (0.0034567, 1.0, 12_891.0)] == ["0.00346", "1", "12,900"]


def test_the_spread_is_that_of_the_worst_cell() -> None:
    steady = [("a", "even", turn, 100.0 + turn) for turn in (1, 2, 3)]  # the middle half: 1 of 102
    told = spread(by_round([*MEASURED[:4], *steady]))  # 100 of 200 in the column "slow", 10 of 20 in "fast"
    assert "50.0% at most (a; slow)" in told
    assert "1.0% at most (a; even)" in spread(by_round(steady))
    assert spread(by_round(MEASURED[:1])) == "Nothing was measured twice."


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "new" / "one.csv"
    write_csv(path, [{"name": "a, b", "value": 1.5}])
    assert path.read_text("utf-8") == 'name,value\n"a, b",1.5\n'
