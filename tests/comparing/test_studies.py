"""Several run folders: compared where they are comparable, and refused in words where they are not."""

from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_configuration, make_result, make_runs, store
from tuner.comparing.sources import open_source
from tuner.comparing.studies import Studies, compare_studies
from tuner.errors import ScoresError
from tuner.records import BASELINE, Direction
from tuner.result import Result
from tuner.stats import best_set, compare_all, describe


def study(center: float, *, seed: int = 0, seeds: int = 10, **setup: Any) -> Result:
    """A finished study whose trial-0 has scores around `center`, its baseline around 1."""
    configurations = [make_configuration(name) for name in (BASELINE, "trial-0")]
    runs = make_runs("confirmation", BASELINE, 1.0, seeds=seeds, seed=seed)
    runs += make_runs("confirmation", "trial-0", center, seeds=seeds, seed=seed)
    return make_result(runs, configurations, ["trial-0"], **setup)


def beside(folder: Path, *arguments: str, **studies: Result) -> Studies:
    for name, result in studies.items():
        store(result, folder / name)
    return compare_studies([open_source(str(folder / name)) for name in arguments or studies])


def test_the_best_of_each_is_compared_with_that_of_the_first(tmp_path: Path) -> None:
    found = beside(tmp_path, lstm=study(0.6), gru=study(0.5, seed=1), cnn=study(0.61, seed=2))
    assert found.obstacles == () and found.compared is not None
    scores = {entry.chosen.name: entry.chosen.scores for entry in found.entries}
    assert list(scores) == ["lstm:trial-0", "gru:trial-0", "cnn:trial-0"]
    expected = compare_all(scores, baseline="lstm:trial-0")
    assert tuple(one.comparison for one in found.compared.candidates) == expected
    assert found.contenders == best_set(scores)
    assert [one.verdict for one in expected] == ["better", "undecided"]
    assert [entry.baseline.name for entry in found.entries] == [
        "lstm:baseline",
        "gru:baseline",
        "cnn:baseline",
    ]
    assert repr(found.entries[0].baseline.summary) == repr(describe(found.entries[0].baseline.scores))


def test_a_study_that_found_nothing_is_represented_by_its_baseline(tmp_path: Path) -> None:
    found = beside(tmp_path, lstm=study(0.6), flat=study(1.0, seed=1))
    assert found.entries[1].chosen_name == BASELINE
    assert [name for name, _ in found.entries[0].groups] == [BASELINE, "trial-0"]
    assert [name for name, _ in found.entries[1].groups] == [BASELINE]


def test_a_configuration_can_be_named(tmp_path: Path) -> None:
    store(study(0.6), tmp_path / "lstm")
    found = beside(tmp_path, "lstm:baseline", "gru", gru=study(0.5, seed=1))
    assert [entry.chosen.name for entry in found.entries] == ["lstm:baseline", "gru:trial-0"]


OTHERWISE: list[tuple[dict[str, Any], str]] = [
    ({"metric": "mae"}, "measured different metrics: mse ('a'); mae ('b')"),
    ({"direction": "maximize"}, "differ in which scores are better: minimized ('a'); maximized ('b')"),
    ({"data": "01" * 32}, "were made with different data: checksum efefefef ('a'); checksum 01010101 ('b')"),
    (
        {"sizes": {"train": 1, "test": 512}},
        "sizes of their splits: 2,048 train, 512 validation, 512 test ('a'); 1 t",
    ),
    ({"paired": True}, "whether every seed has data of its own: the same for every seed ('a'); drawn for"),
]


@pytest.mark.parametrize(("setup", "message"), OTHERWISE, ids=[next(iter(setup)) for setup, _ in OTHERWISE])
def test_what_cannot_be_compared_gets_no_verdict(setup: dict[str, Any], message: str, tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, **setup))
    assert found.compared is None and found.contenders == ()
    (obstacle,) = found.obstacles
    assert message in obstacle
    assert len(found.entries) == 2 and found.entries[1].chosen.summary.n == 10


def test_every_obstacle_is_told(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), b=study(0.5, metric="mae", data="01" * 32), c=study(0.5, seeds=1))
    assert len(found.obstacles) == 3 and "a single run" in found.obstacles[-1]
    assert found.measures == (("mse", "minimize"), ("mae", "minimize"))


def test_what_else_differs_is_no_obstacle(tmp_path: Path) -> None:
    other = study(0.5, epochs=99, seed=1, engine="fit", trials=3, level=0.9)
    found = beside(tmp_path, a=study(0.6), b=other)
    assert found.compared is not None and found.level == 0.95


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_direction_decides_who_is_better(direction: Direction, tmp_path: Path) -> None:
    setup = {"direction": direction}
    found = beside(tmp_path, "a:trial-0", "b:trial-0", a=study(0.6, **setup), b=study(0.5, **setup))
    assert found.compared is not None
    verdict = found.compared.candidates[0].comparison.verdict
    assert verdict == ("better" if direction == "minimize" else "worse")


def test_folders_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    for name, center in (("x/run", 0.6), ("y/run", 0.5)):
        store(study(center), tmp_path / name)
    found = compare_studies([open_source(str(tmp_path / name / "run")) for name in "xy"])
    assert [entry.label for entry in found.entries] == [str(tmp_path / name / "run") for name in "xy"]


def test_what_is_no_study_is_refused(tmp_path: Path) -> None:
    store(study(0.6), tmp_path / "a")
    (tmp_path / "b.csv").write_text("score\n1\n2\n")
    sources = [open_source(str(tmp_path / name)) for name in ("a", "b.csv")]
    with pytest.raises(ScoresError, match="is no run folder"):
        compare_studies(sources)
    with pytest.raises(ScoresError, match="is given twice"):
        compare_studies([sources[0], sources[0]])


def test_the_same_trainings_in_two_folders_are_not_compared(tmp_path: Path) -> None:
    found = beside(tmp_path, a=study(0.6), copy=study(0.6))
    assert found.compared is None
    assert found.obstacles == ("a and copy hold the same scores, seed by seed: they are the same trainings.",)
