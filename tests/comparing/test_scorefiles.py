"""CSV files of scores from any tool: what is read, and the line that says what is wrong."""

import math
from pathlib import Path

import pandas as pd
import pytest

from tests.factories import usual_result
from tuner.comparing.scorefiles import ScoreSet, read_scores
from tuner.errors import ScoresError
from tuner.report.scores import scores_csv


def written(folder: Path, text: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def only(path: Path) -> ScoreSet:
    (found,) = read_scores(path)
    return found


def same(found: tuple[float, ...], expected: tuple[float, ...]) -> bool:
    return len(found) == len(expected) and all(
        one == other or (math.isnan(one) and math.isnan(other))
        for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_one_set_is_named_after_its_file(tmp_path: Path, mark: str) -> None:
    found = only(written(tmp_path, f"seed{mark}score\n3{mark}0.5\n1{mark}1e-3\n"))
    assert found == ScoreSet("mine", (0.5, 0.001), ("3", "1"))


def test_windows_line_ends_a_byte_order_mark_and_blank_lines_are_no_matter(tmp_path: Path) -> None:
    found = only(written(tmp_path, b"\xef\xbb\xbfscore , note\r\n1,a\r\n\r\n2,b\r\n,\r\n"))
    assert found.scores == (1.0, 2.0) and found.seeds is None


@pytest.mark.parametrize("nothing", ["", "nan", "NaN", "NA", "null", "None"])
def test_an_empty_score_is_a_failed_run(tmp_path: Path, nothing: str) -> None:
    assert same(only(written(tmp_path, f"seed,score\n1,2\n2,{nothing}\n")).scores, (2.0, math.nan))


def test_a_missing_score_in_a_table_of_one_column_is_a_failed_run(tmp_path: Path) -> None:
    text = pd.DataFrame({"score": [1.0, math.nan, 2.0]}).to_csv(index=False)
    assert same(only(written(tmp_path, text)).scores, (1.0, math.nan, 2.0))


def test_a_status_decides_about_failures(tmp_path: Path) -> None:
    text = "score,status\n1,complete\n2,diverged\ninf,failed\n,pruned\n3,COMPLETE\n"
    assert same(only(written(tmp_path, text)).scores, (1.0, math.nan, math.nan, math.nan, 3.0))


def test_pandas_writes_seeds_with_gaps_as_decimals(tmp_path: Path) -> None:
    frame = pd.DataFrame({"seed_index": [3.0, None, 1.0], "score": [1, 2, 3], "seed": [7, 8, 9]})
    assert only(written(tmp_path, frame.to_csv(index=False))).seeds == ("3", "", "1")


def test_configurations_come_in_the_order_of_their_rows(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, "configuration,score\nb,1\na,2\nb,3\n"))
    assert found == (ScoreSet("b", (1.0, 3.0)), ScoreSet("a", (2.0,)))


def test_of_a_scores_csv_the_confirmation_on_the_test_split_is_read(tmp_path: Path) -> None:
    result = usual_result()
    found = {one.name: one for one in read_scores(written(tmp_path, scores_csv(result), "scores.csv"))}
    assert result.baseline is not None
    assert set(found) == {result.baseline.name, *(one.name for one in result.finalists)}
    for one in (result.baseline, *result.finalists):
        assert same(found[one.name].scores, one.test)
        assert found[one.name].seeds == tuple(str(index) for index in range(10))


def test_one_split_of_another_name_is_read(tmp_path: Path) -> None:
    assert only(written(tmp_path, "split,score\nheld-out,1\nheld-out,2\n")).scores == (1.0, 2.0)


WRONG = [
    ("", "is empty"),
    ("\n \n", "is empty"),
    ("seed,score\n", "has a header ('seed', 'score') but no rows"),
    ("seed,loss\n1,2\n", "has no column 'score'; its columns are 'seed', 'loss'"),
    ("score,score\n1,2\n", "more than one column 'score'"),
    ("seed,score\n1,2\n\n2,abc\n", "line 4: score is 'abc', which is no number"),
    ("score\n1_000\n", "line 2: score is '1_000', which is no number"),
    ("seed;score\n1;0,5\n", "line 2: score is '0,5', which is no number (a decimal comma?"),
    ("score\n1\ninf\n", "line 3: score is 'inf'; write nan for a run that failed"),
    ("score\n-Infinity\n", "line 2: score is '-Infinity'; write nan"),
    ("score,status\n1,ok\n", "line 2: status is 'ok'; write complete"),
    ("score,status\n1,\n", "line 2: status is ''; write complete"),
    ("configuration,score\na,1\n ,2\n", "line 3: the configuration is empty"),
    ("seed,score\n1,2,3\n", "line 2: has 3 values for 2 columns"),
    ("seed,score\n1\n", "line 2: has 1 values for 2 columns"),
    ('score\n"1\n2\n', "cannot be read as CSV"),
    ("phase,split,score\nsearch,validation,1\n", "holds runs of the search alone"),
    ("split,score\ntrain,1\nvalidation,2\n", "its splits are 'train', 'validation', and none is 'test'"),
    (b"score\n\xe9\n", "is no text in UTF-8 (byte 6)"),
    ("score\n1\n".encode("utf-16"), "is no text in UTF-8"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_file_is_said_with_its_name(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ScoresError) as caught:
        read_scores(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScoresError, match=r"none\.csv: cannot be read \(No such file"):
        read_scores(tmp_path / "none.csv")


def test_a_blank_line_between_the_scores_of_a_single_column_is_a_failed_run(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("\nscore\n0.1\n\n0.2\n\n\n0.3\n\n\n", "utf-8")
    (found,) = read_scores(path)
    assert [score == score for score in found.scores] == [True, False, True, False, False, True]
