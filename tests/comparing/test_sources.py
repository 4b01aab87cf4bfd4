"""Arguments become run folders, files and configurations in them."""

from pathlib import Path

import pytest

from tests.factories import make_configuration, make_result, make_runs, store, usual_result
from tuner.comparing.sources import as_number, chosen_set, open_source
from tuner.errors import LedgerError, ScoresError
from tuner.records import BASELINE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store(usual_result(), tmp_path / "runs:here")


def test_a_run_folder_gives_its_confirmed_configurations_on_the_test_split(folder: Path) -> None:
    result, found = usual_result(), open_source(str(folder))
    assert result.baseline is not None
    assert found.names == (BASELINE, *(one.name for one in result.finalists))
    assert found.baseline.scores == result.baseline.test
    assert found.baseline.seeds == tuple(map(str, range(10)))
    assert (found.label, found.best, found.chosen) == ("runs:here", "trial-1", None)
    assert found.setup == result.setup


def test_a_configuration_follows_a_colon_and_paths_may_hold_some(folder: Path, tmp_path: Path) -> None:
    assert open_source(f"{folder}:trial-2").chosen == "trial-2"
    path = tmp_path / "x.csv"
    path.write_text("configuration,score\nlr:0.1,1\nlr:0.1,2\n")
    assert open_source(f"{path}:lr:0.1").chosen == "lr:0.1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nowhere", "nowhere: no such run folder or file"),
        ("nowhere:trial-1", "nowhere:trial-1: no such run folder or file"),
        (":trial-1", ":trial-1: no such run folder or file"),
        ("run:trial-9", "has no configuration 'trial-9'; there are 'baseline', 'trial-1'"),
    ],
)
def test_what_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    store(usual_result(), tmp_path / "run")
    with pytest.raises(ScoresError) as caught:
        open_source(text)
    assert message in str(caught.value)


def test_a_folder_without_test_scores_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="holds no run of tuner"):
        open_source(str(tmp_path))
    searched = make_result(make_runs("search", BASELINE, 0.1, seeds=3), [make_configuration(BASELINE)])
    with pytest.raises(ScoresError, match="its confirmation has not finished"):
        open_source(str(store(searched, tmp_path / "begun")))


def test_numbers_are_told_from_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert as_number("-1e-3") == -0.001
    assert as_number("x.csv") is None
    (tmp_path / "0.5").mkdir()
    assert as_number("0.5") is None
    for text in ("nan", "inf"):
        with pytest.raises(ScoresError, match="give a finite number"):
            as_number(text)


def test_one_set_is_chosen_by_name_or_is_the_baseline(folder: Path, tmp_path: Path) -> None:
    source, named = open_source(str(folder)), open_source(f"{folder}:trial-2")
    assert chosen_set(source, None).name == BASELINE
    assert chosen_set(source, "trial-3").name == "trial-3"
    assert chosen_set(named, None).name == chosen_set(named, "trial-2").name == "trial-2"
    with pytest.raises(ScoresError, match="names 'trial-2', and --configuration 'trial-3'"):
        chosen_set(named, "trial-3")
    path = tmp_path / "x.csv"
    path.write_text("configuration,score\nb,1\na,2\n")
    assert chosen_set(open_source(str(path)), None).name == "b"
