"""An update: all ways against the existing model on the same recent examples, candidates, and their
replacement.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.deploy.conftest import Bundles, Kept
from tests.deploy.made import labelled, series
from tests.tiny import Recorder
from tuner import load_model
from tuner.deploy import replace_model, roll_back, update
from tuner.deploy.bundle import read
from tuner.deploy.card import ONE_EACH
from tuner.deploy.updating import searching
from tuner.deploy.updating.candidates import kept as candidate
from tuner.deploy.updating.derived import RATE, RECENT, comparison, settings_of
from tuner.deploy.updating.given import Cutting
from tuner.deploy.updating.material import gathered
from tuner.deploy.updating.parting import digests_of
from tuner.deploy.updating.updates import Update
from tuner.deploy.updating.ways import FAIR, UPDATES, WAYS
from tuner.errors import BundleError
from tuner.plan import Plan
from tuner.protocol import run
from tuner.result import load
from tuner.splits import Splits

WAY = "existing+new"
REPEATS, MEMBERS = 5, 3
TEST = 20
JUDGING = 32  # of an update: fewer are refused


def later(steps: int = 110) -> np.ndarray:
    """What comes after `series`, shifted and stretched."""
    return 300 + 1.5 * series(steps)


def as_csv(path: Path, table: np.ndarray, names: str) -> Path:
    days = np.datetime64("2025-01-01") + np.arange(len(table))
    rows = [",".join([str(day), *map(repr, row)]) for day, row in zip(days, table.tolist(), strict=True)]
    path.write_text("\n".join([f"date,{names}", *rows]) + "\n", "utf-8")
    return path


def updated(kept: Kept, new: Any, folder: Path, **options: Any) -> Update:
    given = {"study": kept.study, "epochs": 2, "plan": Plan(repeats=REPEATS), "test": JUDGING, "keep": [WAY]}
    return update(kept.bundle.place(), new, folder / "run", **(given | options))


Updates = Callable[[str], tuple[Kept, Update, Path]]


@pytest.fixture(scope="module")
def updates(bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Updates:
    """A bundle of a kind, its update with a file, and that file."""
    known: dict[str, tuple[Kept, Update, Path]] = {}

    def make(name: str) -> tuple[Kept, Update, Path]:
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            if name == "classes":
                x, y = labelled(90, 9)
                path = as_csv(folder / "new.csv", np.column_stack([x[:, ::-1], y]), "d,c,b,a,label")
            else:
                path = as_csv(folder / "new.csv", later(), "first,second")
            kept = bundles(name)
            known[name] = (kept, updated(kept, path, folder), path)
        return known[name]

    return make


KINDS = (pytest.param("outside", marks=pytest.mark.lengthy), "classes")


def scores(kept: Kept, folder: Path, x: np.ndarray, y: np.ndarray) -> list[float]:
    """What each member of a bundle scores, in original units, by hand."""
    said = load_model(folder).predict(x).members
    if kept.study.metric == "sparse_categorical_accuracy":
        return (said.argmax(axis=-1) == y.ravel()).mean(axis=1).tolist()
    off = said - y.reshape(said.shape[1:])
    errors = off**2 if kept.study.metric == "mse" else np.abs(off)
    return errors.reshape(len(said), -1).mean(axis=1).tolist()


def recent(kept: Kept, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The examples that judge, raw, cut by hand."""
    if kept.study.name == "classes":
        x, y = labelled(90, 9)
        return x[-JUDGING:], y[-JUDGING:]
    table = later()
    x, y = windows_of(table)
    return x[-JUDGING:], y[-JUDGING:]


def windows_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every window of six steps with the two that follow it."""
    starts = range(len(table) - 8 + 1)
    return (
        np.stack([table[start : start + 6] for start in starts]),
        np.stack([table[start + 6 : start + 8] for start in starts]),
    )


def test_the_baseline_is_every_member_as_it_is(updates: Updates) -> None:
    kept, found, path = updates("classes")
    assert found.result.baseline is not None and found.result.setup.sizes["test"] == JUDGING
    by_hand = scores(kept, kept.bundle.place(), *recent(kept, path))
    expected = (by_hand * 2)[:REPEATS]
    np.testing.assert_allclose(found.result.baseline.test, expected, rtol=1e-4)


@pytest.mark.parametrize("name", KINDS)
def test_all_ways_are_compared_in_pairs_with_both_references(name: str, updates: Updates) -> None:
    _, found, _ = updates(name)
    assert {one.name for one in found.result.finalists} == set(WAYS)
    for one in found.result.finalists:
        assert one.comparison is not None and one.comparison.paired and one.comparison.comparisons == 5
        assert one.over_examples is not None and one.over_examples.examples == JUDGING
    assert found.more_training is not None and found.more_training.reference == FAIR.name
    assert set(found.more_training.comparisons) == {way.name for way in UPDATES}
    assert all(one.comparisons == 4 for one in found.more_training.comparisons.values())


@pytest.mark.parametrize("name", KINDS)
def test_a_candidate_holds_the_networks_that_were_confirmed(name: str, updates: Updates) -> None:
    kept, found, path = updates(name)
    there = read(found.candidates[WAY])
    assert [member.seed for member in there.members] == [0, 1, 2]
    measured = next(one for one in found.result.finalists if one.name == WAY)
    by_hand = scores(kept, there.place(), *recent(kept, path))
    if name != "outside":  # where the confirmation scores prepared targets
        np.testing.assert_allclose(measured.test[:MEMBERS], by_hand, rtol=1e-4)
    x, y = recent(kept, path)
    assert there.expected.ensemble is not None and there.expected.ensemble.n_examples == JUDGING
    if name != "classes":
        mean = load_model(there.place()).predict(x).mean
        off = mean - y.reshape(mean.shape)
        error = (off**2 if kept.study.metric == "mse" else np.abs(off)).mean()
        assert there.expected.ensemble.score == pytest.approx(error, rel=1e-4)
        assert max(there.schema.inputs[0].high) > max(kept.bundle.schema.inputs[0].high)
    made = there.updated
    assert made is not None and (made.of, made.way) == (kept.bundle.identity, WAY)
    assert there.verdict.word == measured.comparison.verdict  # type: ignore[union-attr]
    assert "the existing model" in there.verdict.claim
    card = (there.place() / "MODEL_CARD.md").read_text("utf-8")
    assert "The verdict compares single networks, over seeds, with those of the existing model" in card
    assert "its score on the examples by which all were compared is partly luck" in card
    assert there.origin.data == kept.bundle.origin.data  # so that it can be updated in its turn
    assert "Updated from the model" in card and "the existing model, trained further on new data" in card


def by_example(kept: Kept, folder: Path, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What the networks of a bundle score together on every example, in original units, by hand."""
    said = load_model(folder).predict(x)
    if said.classes is not None:
        return np.asarray(said.classes == y.ravel(), float)
    return np.asarray((said.mean - y.reshape(said.mean.shape)) ** 2).reshape(len(y), -1).mean(axis=1)


@pytest.mark.parametrize("name", KINDS)
def test_the_ensembles_are_compared_in_pairs_and_told(name: str, updates: Updates) -> None:
    from scipy.stats import ttest_rel

    kept, found, path = updates(name)
    there, x, y = read(found.candidates[WAY]), *recent(kept, path)
    assert there.updated is not None and there.updated.ensembles is not None
    both = there.updated.ensembles
    ours, theirs = (by_example(kept, one.place(), x, y) for one in (there, kept.bundle))
    assert (both.candidate, both.existing) == pytest.approx((ours.mean(), theirs.mean()), rel=1e-4)
    assert both.difference == pytest.approx(ours.mean() - theirs.mean(), rel=1e-4)
    assert there.expected.ensemble is not None and both.candidate == there.expected.ensemble.score
    assert (both.n_examples, both.members, both.level) == (JUDGING, (MEMBERS, MEMBERS), 0.95)
    if name == "classes":  # of a series they come in blocks
        ends = ttest_rel(ours, theirs).confidence_interval(0.95)
        assert both.block == 1 and both.interval == pytest.approx((ends.low, ends.high), rel=1e-4)
    words = found.words(WAY)
    assert "over 32 examples, in pairs" in words
    assert found.ensembles[WAY] == both and found.result.folder is not None
    assert words in (there.place() / "MODEL_CARD.md").read_text("utf-8").replace("\\", "")
    again = load(found.result.folder).setup.notes
    assert again == found.result.setup.notes and {f"{WAY}: {words}", ONE_EACH} <= set(again)
    assert any("its score on the examples by which all were compared is partly luck" in one for one in again)


def test_what_an_earlier_update_had_does_not_judge_the_next(updates: Updates, tmp_path: Path) -> None:

    kept, found, _ = updates("classes")
    used, cutting = tmp_path / "used", Cutting(10, TEST)
    shutil.copytree(kept.bundle.place(), used)
    in_use = replace_model(used, found.candidates[WAY], anyway=True).bundle
    known, (x, y) = labelled(90, 9), labelled(90, 10)
    said = "new examples to {} by were in the data of an earlier update, by which the existing model came"
    with pytest.raises(BundleError, match="20 of the 20 " + said.format("judge")):
        gathered(in_use, kept.study, known, cutting)
    chosen = x.copy(), y.copy()
    chosen[0][60:70], chosen[1][60:70] = known[0][:10], known[1][:10]
    with pytest.raises(BundleError, match="10 of the 10 " + said.format("choose")):
        gathered(in_use, kept.study, chosen, cutting)
    x[-3:], y[-3:] = known[0][:3], known[1][:3]  # to judge by, from what was trained on then
    x[-21], y[-21] = known[0][-1], known[1][-1]  # to choose by, from what judged then
    material = gathered(in_use, kept.study, (x, y), cutting)
    assert material.new.sizes == {"train": 60, "validation": 9, "test": 17}
    np.testing.assert_array_equal(material.new.test[0], x[70:87])
    assert any(
        note.startswith("4 new examples to choose or to judge by are left out") for note in material.notes
    )
    own = set(digests_of((x, y)).tolist())
    assert own | set(digests_of(known).tolist()) == set(material.learned.tolist())  # for the next one
    back = roll_back(used).bundle
    assert gathered(back, kept.study, labelled(90, 9), cutting).new.sizes["test"] == TEST


@pytest.mark.parametrize("name", KINDS)
def test_a_replacement_and_its_rollback_are_exact(name: str, updates: Updates, tmp_path: Path) -> None:

    kept, found, path = updates(name)
    used = tmp_path / "used"
    shutil.copytree(kept.bundle.place(), used)
    x, _ = recent(kept, path)
    before, new = load_model(used).predict(x), load_model(found.candidates[WAY]).predict(x)
    replace_model(used, found.candidates[WAY], anyway=True)
    np.testing.assert_array_equal(load_model(used).predict(x).members, new.members)
    np.testing.assert_array_equal(load_model(used / "previous" / "0").predict(x).members, before.members)
    assert not np.array_equal(before.members, new.members)
    roll_back(used)
    np.testing.assert_array_equal(load_model(used).predict(x).members, before.members)
    assert read(used).expected == kept.bundle.expected


def test_ways_start_from_the_members_and_see_the_right_examples(bundles: Bundles, tmp_path: Path) -> None:
    kept = bundles("classes")
    material = gathered(kept.bundle, kept.study, labelled(90, 9), Cutting(0.2, TEST))
    nothing = {"epochs": 1, RATE: 1e-9}
    study = comparison(material, dict.fromkeys(WAYS, nothing), settings_of(material, 1))
    result = run(study, Plan(repeats=REPEATS), output=tmp_path)
    assert result.baseline is not None
    for one in result.finalists:
        same = np.allclose(one.test, result.baseline.test, atol=1e-6)
        assert same == WAYS[one.name].existing, one.name


@pytest.mark.parametrize(("name", "share"), [("classes", 1.0), ("inside", 0.5)])
def test_how_many_recent_examples_are_seen_is_asked_of_a_series_alone(
    name: str, share: float, bundles: Bundles
) -> None:
    from tuner.trials import PinnedTrial

    kept = bundles(name)
    new = labelled(90, 9) if name == "classes" else windows_of(later())
    material = gathered(kept.bundle, kept.study, new, Cutting(0.2, TEST))
    settings = settings_of(material, 1)
    assert settings.params == {"epochs": 1, RATE: 1.0} | ({RECENT: 1.0} if name == "inside" else {})
    study = comparison(material, dict.fromkeys(WAYS, settings.params), settings)
    sizes = {
        name: study.splits(PinnedTrial({"way": name, "epochs": 1, RATE: 1.0, RECENT: 0.5}), None).sizes[
            "train"
        ]  # type: ignore[arg-type]
        for name in WAYS
    }
    old, first = len(material.old[0]), material.new.sizes["train"]
    whole = {"existing+old": old, "existing+new": first, "existing+old+new": old + first}
    whole |= {"new+new": first, "new+old+new": old + first}
    assert sizes == {name: round(size * share) for name, size in whole.items()}


def test_the_same_update_again_trains_nothing_and_keeps_its_candidates(updates: Updates) -> None:
    kept, found, path = updates("classes")
    assert found.result.folder is not None
    recorder, times = Recorder(), (found.candidates[WAY] / "bundle.json").stat().st_mtime_ns
    again = updated(kept, path, found.result.folder.parent, reporter=recorder)
    assert recorder.trained == [] and again.candidates == found.candidates
    assert (again.candidates[WAY] / "bundle.json").stat().st_mtime_ns == times
    with pytest.raises(Exception, match="changed since this run began"):
        updated(kept, path, found.result.folder.parent, epochs=3)


def test_a_way_is_searched_by_what_there_is_to_choose_by(
    bundles: Bundles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = bundles("classes")
    material = gathered(kept.bundle, kept.study, labelled(90, 9), Cutting(0.2, TEST))
    settings = settings_of(material, 2)
    plan = Plan(trials=3, search_repeats=2, sampler="random")
    monkeypatch.setattr(searching, "WAYS", {WAY: WAYS[WAY]})
    found = searching.searched(material, settings, plan, tmp_path, reporter=Recorder(), changes={})
    searched = load(tmp_path / "searches" / "existing-new")
    assert {run.phase for run in searched.runs} == {"search"} and len(searched.configurations) == 4
    assert dict(searched.configurations["baseline"].params) == settings.params
    means = {
        name: np.mean([run.scores["validation"] for run in searched.runs if run.configuration == name])
        for name in searched.configurations
    }
    best = [name for name, mean in means.items() if mean == max(means.values())]
    assert found[WAY] in [dict(searched.configurations[name].params) for name in best]
    drawn = [dict(searched.configurations[name].params) for name in ("trial-0", "trial-1", "trial-2")]
    assert len({values[RATE] for values in drawn}) == 3
    assert all(1 <= values["epochs"] <= 4 and set(values) == {"epochs", RATE} for values in drawn)


def test_new_data_come_from_python_as_well(bundles: Bundles, tmp_path: Path) -> None:
    kept = bundles("classes")
    pair = labelled(90, 9)
    parts = Splits(
        (pair[0][:60], pair[1][:60]), (pair[0][60:70], pair[1][60:70]), (pair[0][70:], pair[1][70:])
    )
    one, other = (
        gathered(kept.bundle, kept.study, new, Cutting(10, TEST)).new for new in (pair, lambda: parts)
    )
    assert one.sizes == other.sizes
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(one, name)[0], getattr(other, name)[0])


def test_networks_that_train_otherwise_the_next_time_are_kept_and_told(
    bundles: Bundles, tmp_path: Path
) -> None:
    kept = bundles("classes")
    material = gathered(kept.bundle, kept.study, labelled(90, 9), Cutting(0.2, TEST))
    settings = settings_of(material, 1)
    study = comparison(material, dict.fromkeys([FAIR.name, WAY], settings.params), settings)
    result = run(study, Plan(repeats=MEMBERS), output=tmp_path)
    runs = tuple(
        replace(one, scores={**one.scores, "test": one.scores["test"] + 0.01, "validation": 0.0})
        if one.configuration == WAY
        else one
        for one in result.runs
    )
    said: list[str] = []
    there = read(candidate(material, study, replace(result, runs=runs), WAY, said.append))
    assert any("this machine does not train alike twice" in text for text in (*said, *there.notes))
    assert len(there.members) == MEMBERS and there.expected.ensemble is not None
    assert "seed 0 scored" in (there.place() / "MODEL_CARD.md").read_text("utf-8")
    lost = tuple(
        replace(one, status="diverged", scores={}) if (one.configuration, one.seed_index) == (WAY, 1) else one
        for one in result.runs
    )
    fewer = replace(result, runs=lost, folder=tmp_path / "fewer")
    there = read(candidate(material, study, fewer, WAY, said.append))
    assert [member.seed for member in there.members] == [0, 2]
    assert any("It has 2 networks instead of 3" in text for text in there.notes)


def test_the_summary_is_for_programs(updates: Updates) -> None:
    from tuner.deploy.updating.updates import summary_of

    _, found, _ = updates("classes")
    told = json.loads(json.dumps(summary_of(found), allow_nan=False))
    assert told["candidates"] == {WAY: str(found.candidates[WAY])} or WAY in told["candidates"]
    assert {one["configuration"] for one in told["finalists"]} == set(WAYS)
    assert told["ensembles"][WAY]["n_examples"] == JUDGING
    assert told["references"][0]["configuration"] == FAIR.name
