"""Who is compared with whom, by which settings, and what the reader is told about it."""

import math
from pathlib import Path

import pytest

from tests.factories import store, usual_result
from tuner.comparing.lineup import CompareOptions, Lineup, line_up
from tuner.comparing.scorefiles import ScoreSet
from tuner.comparing.sources import open_source
from tuner.errors import ScoresError, StatisticsError
from tuner.records import BASELINE, Look
from tuner.stats.design import Design

USUAL = "seed,score\n1,1.0\n2,1.2\n3,1.1\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, text: str = USUAL) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return name


def lined(*texts: str, **asked: object) -> Lineup:
    return line_up([open_source(text) for text in texts], CompareOptions(**asked))  # type: ignore[arg-type]


def names(found: Lineup) -> tuple[str, ...]:
    assert isinstance(found.baseline, ScoreSet)
    return (found.baseline.name, *(one.name for one in found.candidates))


def test_files_are_named_after_themselves_and_the_first_is_the_baseline() -> None:
    found = lined(put("old.csv"), put("new.csv"), put("other.csv"))
    assert names(found) == ("old", "new", "other")
    assert found.design == Design("minimize")
    assert found.remarks == (
        "Lower scores are taken as better; say --direction maximize where higher ones are.",
    )
    assert names(lined("old.csv", "new.csv", "other.csv", baseline="other")) == ("other", "old", "new")


def test_files_of_one_name_are_told_apart_by_their_paths() -> None:
    found = lined(put("a/scores.csv"), put("b/scores.csv"), put("c.csv"))
    assert names(found) == ("a/scores.csv", "b/scores.csv", "c")


def test_a_file_of_several_configurations_stands_alone() -> None:
    text = "configuration,score\nb,1\nb,2\na,1\na,2\nbaseline,2\nbaseline,3\n"
    put("all.csv", text)
    assert names(lined("all.csv")) == ("baseline", "b", "a")
    assert names(lined("all.csv", baseline="a")) == ("a", "b", "baseline")
    assert names(lined("all.csv:a")) == ("baseline", "a")
    assert names(lined(put("old.csv"), "all.csv:a", "all.csv:b")) == ("old", "all:a", "all:b")
    put("first.csv", text.replace("baseline", "c"))
    assert names(lined("first.csv")) == ("b", "a", "c")


def test_a_single_run_folder_compares_its_finalists_as_it_was_set_up() -> None:
    result = usual_result(margin=0.004, level=0.9, paired=True, direction="maximize", metric="accuracy")
    store(result, Path("run"))
    found = lined("run")
    assert names(found) == (BASELINE, *(one.name for one in result.finalists))
    assert found.design == Design("maximize", True, 0.004, 0.9)
    assert (found.metric, found.remarks) == ("accuracy", ())
    changed = lined("run", paired=False, margin=0.01, level=0.8)
    assert changed.design == Design("maximize", False, 0.01, 0.8)


def test_a_run_folder_keeps_its_own_verdicts_until_something_else_is_asked() -> None:
    names = (BASELINE, "trial-1", "trial-2", "trial-3")
    result = usual_result(looks=(Look(5, names), Look(10, names)))
    store(result, Path("run"))
    own = {one.name: one.comparison for one in result.finalists}
    found = lined("run")
    assert found.decided == tuple(own[one.name] for one in found.candidates) and found.remarks == ()
    assert lined("run:trial-2", direction="minimize", level=0.95).decided == (own["trial-2"],)
    for asked in (
        {"level": 0.9},
        {"margin": 1.0},
        {"paired": True},
        {"baseline": "trial-1"},
        {"reference": 1.0},
    ):
        other = lined("run", **asked)
        assert other.decided is None
        assert "run: its runs were judged 2 times; this comparison does not share" in other.remarks[0]
    assert lined("run", put("x.csv")).decided is None


def test_several_run_folders_give_their_best_or_the_one_named() -> None:
    store(usual_result(), Path("runs/lstm"))
    store(usual_result(seed=8, data="cd" * 32, metric="mae"), Path("runs/gru"))
    found = lined("runs/lstm:baseline", "runs/gru", put("x.csv"))
    assert names(found) == ("lstm:baseline", "gru:trial-1", "x")
    said = " ".join(found.remarks)
    assert "gru: trial-1 was chosen by these same scores" in said and "runs/gru:NAME" in said
    assert "different metrics: mse, mae" in said and "different data" in said
    assert "lstm: baseline was chosen" not in said
    assert found.metric == "score"
    (remark,) = lined("runs/lstm:baseline", "runs/lstm:trial-2").remarks
    assert "judged once" in remark


def test_a_number_is_compared_with_all_of_one_source_or_one_of_each() -> None:
    store(usual_result(), Path("run"))
    found = lined("run", reference=0.05)
    assert found.baseline == 0.05 and len(found.candidates) == 4
    found = lined("run", put("x.csv"), reference=0.05)
    assert [one.name for one in found.candidates] == ["run:trial-1", "x"]
    assert [one.name for one in lined("run:trial-2", reference=0.05).candidates] == ["trial-2"]
    store(usual_result(paired=True), Path("paired"))
    assert not lined("paired", reference=0.05).design.paired


def test_pairs_are_matched_by_seed_whatever_the_order() -> None:
    put("old.csv")
    put("new.csv", "seed_index,score\n3,0.3\n1.0,0.1\n2,\n")
    found = lined("old.csv", "new.csv", paired=True)
    (candidate,) = found.candidates
    assert candidate.seeds == ("1", "2", "3")
    assert candidate.scores[0] == 0.1 and math.isnan(candidate.scores[1]) and candidate.scores[2] == 0.3


def test_rows_that_may_not_be_runs_are_remarked() -> None:
    put("new.csv", "seed,score\n1,0.3\n1,0.1\n2,1\n")
    assert "new: seed 1 is in more than one row" in lined(put("old.csv"), "new.csv").remarks[-1]


UNPAIRED = [
    ("score\n1\n2\n3\n", "'new': has no column 'seed'"),
    ("seed,score\n1,1\n,2\n3,3\n", "'new': run 2 has no seed"),
    ("seed,score\n1,1\n2,2\n2,3\n", "'new': seed '2' is there 2 times"),
    ("seed,score\n1,1\n2,2\n4,3\n5,5\n", "only 'old' has '3'; only 'new' has '4', '5'"),
    ("seed,score\n1,1\n2,2\n", "only 'old' has '3'"),
]


@pytest.mark.parametrize(("text", "message"), UNPAIRED, ids=[message for _, message in UNPAIRED])
def test_runs_that_are_no_pairs_are_refused(text: str, message: str) -> None:
    with pytest.raises(ScoresError) as caught:
        lined(put("old.csv"), put("new.csv", text), paired=True)
    assert message in str(caught.value)


def test_sources_that_do_not_go_together_are_refused() -> None:
    store(usual_result(), Path("run"))
    store(usual_result(direction="maximize", seed=9), Path("up"))
    store(usual_result(seed=9), Path("other"))
    put("x.csv")
    put("one.csv", "score\n1\n")
    put("all.csv", "configuration,score\na,1\na,2\nb,1\nb,2\n")
    wrong: list[tuple[tuple[str, ...], dict[str, object], str]] = [
        (("run", "up"), {}, "run minimizes its metric and up maximizes its own"),
        (("run",), {"direction": "maximize"}, "run: mse is minimized there"),
        (("x.csv",), {}, "holds 'x' alone"),
        (("run:baseline",), {}, "is the baseline itself"),
        (("run",), {"baseline": "trial-8"}, "has no configuration 'trial-8'"),
        (("x.csv", "run"), {"baseline": "y"}, "--baseline 'y' is none of those compared: 'x', 'run:trial-1'"),
        (("x.csv", "./x.csv"), {}, "x.csv and ./x.csv are the same runs"),
        (("run", "run:trial-1"), {}, "are the same runs"),
        (("x.csv", "all.csv"), {}, "say which one, as all.csv:NAME"),
        (("x.csv", "one.csv"), {}, "'one': one run only"),
        (("one.csv",), {"reference": 1.0}, "'one': one run only"),
        (("x.csv",), {"reference": 1.0, "paired": True}, "leave --paired out"),
        (("x.csv",), {"reference": math.nan}, "give a finite number"),
        (("run:baseline", "other:baseline"), {"paired": True}, "study seed 7 and other:baseline has 9"),
    ]
    for texts, asked, message in wrong:
        with pytest.raises(ScoresError) as caught:
            lined(*texts, **asked)
        assert message in str(caught.value), (texts, asked)
    with pytest.raises(StatisticsError, match="margin is -1"):
        lined("x.csv", "run", margin=-1.0)
