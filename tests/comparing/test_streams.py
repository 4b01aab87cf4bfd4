"""Studies of one seed: what their runs may share is said wherever they are taken as independent."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.calling import Call
from tests.comparing.test_studies import beside, study
from tests.factories import store, usual_result
from tuner.comparing.lineup import CompareOptions, line_up
from tuner.comparing.sources import open_source
from tuner.report.studies.words import studies_warnings
from tuner.seeds import Seed


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(*texts: str, **asked: object) -> list[str]:
    found = line_up([open_source(text) for text in texts], CompareOptions(**asked))  # type: ignore[arg-type]
    return [remark for remark in found.remarks if "study seed" in remark or "the same data" in remark]


def test_the_streams_are_those_of_the_seed_and_the_name() -> None:
    """What the sentences rest on."""
    one, other = Seed(7, "confirmation", "trial-1", 3), Seed(7, "confirmation", "trial-2", 3)
    assert one.integer("init") != other.integer("init") and one.integer("data") == other.integer("data")
    assert one.integer("init") == Seed(7, "confirmation", "trial-1", 3).integer("init")


def test_one_name_and_one_seed_in_two_studies_are_told() -> None:
    for name, seed in (("lstm", 7), ("gru", 7), ("cnn", 8)):
        store(usual_result(seed=seed), Path(name))
    (sentence,) = said("lstm:baseline", "gru:baseline", "cnn:baseline")
    assert sentence == (
        "Both studies (lstm, gru) used the same study seed (7), so the runs of baseline may share initial "
        "weights or orders: independence is assumed; set another seed in one of them."
    )
    store(usual_result(seed=7), Path("rnn"))
    (sentence,) = said("lstm", "gru", "rnn")  # the best of each is trial-1
    assert sentence.startswith("All 3 studies (lstm, gru, rnn)") and "the runs of trial-1" in sentence


def test_other_names_other_seeds_and_what_is_not_known_are_not_told() -> None:
    for name, seed in (("lstm", 7), ("cnn", 8)):
        store(usual_result(seed=seed), Path(name))
    Path("x.csv").write_text("seed,score\n0,1.0\n1,1.2\n")
    assert said("lstm:baseline", "lstm:trial-2") == []
    assert said("lstm:baseline", "cnn:baseline") == []
    assert said("lstm:baseline", "x.csv") == []
    store(usual_result(seed=7), Path("gru"))
    assert said("lstm:baseline", "gru:trial-1") == []
    assert said("lstm:baseline", "gru:baseline", reference=0.05) == []


def test_data_drawn_for_every_seed_are_shared_by_all_names_until_runs_are_paired() -> None:
    for name in ("lstm", "gru"):
        store(usual_result(seed=7, paired=True), Path(name))
    (sentence,) = said("lstm:baseline", "gru:trial-1")
    assert "(lstm, gru) used the same study seed (7)" in sentence and "the data drawn for a seed" in sentence
    assert "compare with --paired" in sentence
    assert len(said("lstm:trial-1", "gru:trial-1")) == 2
    assert said("lstm:baseline", "gru:trial-1", paired=True) == []
    (sentence,) = said("lstm:baseline", "lstm:trial-2")
    assert sentence.startswith("lstm: its configurations met the same data seed by seed")


def test_the_page_of_several_studies_and_the_answer_for_programs_say_it(call: Call, tmp_path: Path) -> None:
    found = beside(tmp_path, lstm=study(0.6), gru=study(0.5, seed=1))  # one study seed, other scores
    assert found.compared is not None
    assert sum("used the same study seed (7)" in text for text in studies_warnings(found)) == 1
    status, out, _ = call("compare", "lstm", "gru", "--json")
    assert status == 0
    assert sum("used the same study seed (7)" in text for text in json.loads(out)["remarks"]) == 1


def test_another_study_seed_is_enough(tmp_path: Path) -> None:
    other = study(0.5, seed=1)
    reseeded = replace(other, setup=replace(other.setup, seed=8))
    found = beside(tmp_path, lstm=study(0.6), gru=reseeded)
    assert found.compared is not None
    assert not any("study seed" in text for text in studies_warnings(found))
