"""The ledger: what is saved comes back, and damage is seen."""

import json
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_runs, make_setup
from tuner.errors import LedgerError
from tuner.ledger import Ledger, missing, slug
from tuner.records import Configuration, ExampleScores, Group, Look, Phase, Run, Status

names = st.text(min_size=1, max_size=60)
numbers = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1])
params = st.dictionaries(
    st.text(max_size=9), st.none() | st.booleans() | st.integers() | numbers | st.text(max_size=9)
)


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """Planned and finished groups, with every status and number."""
    name = draw(names)
    phase: Phase = draw(st.sampled_from(["search", "confirmation"]))
    first = 3 * draw(st.integers(0, 4_000))  # a run is in one group only
    indices = tuple(range(first, first + draw(st.integers(1, 3))))
    runs = []
    if draw(st.booleans()):
        for index in indices:
            status: Status = draw(st.sampled_from(["complete", "diverged", "pruned", "failed"]))
            score = st.floats(allow_nan=False, allow_infinity=False) if status == "complete" else numbers
            scores = draw(st.dictionaries(st.sampled_from(["validation", "test"]), score))
            history = draw(
                st.dictionaries(st.sampled_from(["loss", "val_loss"]), st.lists(numbers).map(tuple))
            )
            runs.append(
                Run(phase, name, index, status, scores, history, draw(st.floats(0, 1e9)), draw(st.text()))
            )
    started = draw(st.none() | st.floats(0, 2e11))
    return Group(phase, Configuration(name, draw(params)), indices, tuple(runs), started=started)


@given(st.lists(groups(), max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_is_written_comes_back(written: list[Group]) -> None:
    last = {(g.phase, g.configuration.name, g.seed_indices[0]): g for g in written}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        for group in written:
            ledger.write(group)
        found = Ledger(Path(folder))
        assert len(found.groups) == len(ledger.groups) == len(last)
        for group in last.values():  # repr tells NaN, -0.0 and 1 from True apart
            stored = [
                g
                for g in found.of(group.phase, group.configuration.name)
                if g.seed_indices == group.seed_indices
            ]
            assert list(map(repr, stored)) == [repr(group)]
        assert repr(found.runs) == repr(ledger.runs)
        assert repr(found.configurations) == repr(ledger.configurations)


def test_values_of_numpy_are_stored_as_python_s(tmp_path: Path) -> None:
    values = {"units": np.int64(8), "rate": np.float64(0.1), "half": np.float32(0.5), "on": np.bool_(True)}
    Ledger(tmp_path).write(Group("search", Configuration("baseline", values), (0,)))
    stored = Ledger(tmp_path).configurations["baseline"].params
    assert stored == {"units": 8, "rate": 0.1, "half": 0.5, "on": True}


LOOKS = (Look(5, ("baseline", "a")), Look(10, ("baseline", "a", "b")))


def test_setup_comes_back(tmp_path: Path) -> None:
    setup = make_setup(looks=LOOKS, notes=("one", "two"), fallbacks=("three",), margin=0.25, options={"n": 3})
    ledger = Ledger(tmp_path / "new" / "run")
    assert ledger.read_setup() is None
    ledger.write_setup(setup)
    assert Ledger(tmp_path / "new" / "run").read_setup() == setup


@pytest.mark.parametrize("looks", [LOOKS, ()])
def test_an_older_folder_is_complete_where_something_was_compared(
    looks: tuple[Look, ...], tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    ledger.write_setup(make_setup(looks=looks))
    content = json.loads((tmp_path / "run.json").read_text())["content"]
    del content["complete"]
    signed(tmp_path / "run.json", content)
    setup = ledger.read_setup()
    assert setup is not None and setup.complete == bool(looks)


def test_a_finished_group_replaces_its_plan(tmp_path: Path) -> None:
    runs = tuple(make_runs("search", "trial-0", 1.0, seeds=3, epochs=2))
    plan = Group("search", Configuration("trial-0", {}), (0, 1, 2))
    ledger = Ledger(tmp_path)
    ledger.write(plan)
    assert Ledger(tmp_path).runs == ()
    ledger.write(replace(plan, runs=runs))
    assert Ledger(tmp_path).runs == runs
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_runs_and_configurations_are_in_natural_order(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for phase in ("confirmation", "search"):
        for name in ("trial-10", "a", "trial-2", "baseline"):
            for index in (1, 0):
                run = Run(phase, name, index, "complete", {}, {}, 0.0)
                ledger.write(Group(phase, Configuration(name, {}), (index,), (run,)))
    order = ["baseline", "a", "trial-2", "trial-10"]
    assert list(Ledger(tmp_path).configurations) == order
    found = [(run.phase, run.configuration, run.seed_index) for run in Ledger(tmp_path).runs]
    assert found == [(p, n, i) for p in ("search", "confirmation") for n in order for i in (0, 1)]


@pytest.mark.parametrize(
    "name",
    [
        "../../escape",
        "/absolute",
        "a/b",
        "..",
        ".",
        "a\0b",
        "a\nb",
        "x" * 300,
        "*",
        "~",
        "C:\\x",
        "\u00b2",
        "\u00e9",
        "\ud800",
        " ",
    ],
)
def test_hostile_names_stay_inside_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    Ledger(folder).write(Group("search", Configuration(name, {}), (0,)))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert [path.parent for path in folder.rglob("*.json")] == [folder / "ledger" / "search"]
    assert list(Ledger(folder).configurations) == [name]


def test_names_that_look_alike_have_files_of_their_own(tmp_path: Path) -> None:
    alike = ["a b", "a/b", "a-b", "a.b", "x" * 41, "x" * 42]
    ledger = Ledger(tmp_path)
    for name in alike:
        ledger.write(Group("search", Configuration(name, {}), (0,)))
    assert set(Ledger(tmp_path).configurations) == set(alike)


@given(names)
def test_a_slug_is_a_plain_file_name(name: str) -> None:
    made = slug(name)
    assert made.isascii()
    assert len(made) < 60
    assert not set(made) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def small_file(folder: Path) -> Path:
    runs = tuple(make_runs("search", "baseline", 1.0, seeds=1, epochs=1))
    Ledger(folder).write(Group("search", Configuration("baseline", {"units": 8}), (0,), runs))
    (path,) = folder.rglob("*.json")
    return path


def assert_damage_is_seen(path: Path, folder: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger(folder)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_cut_anywhere_is_recognised(tmp_path: Path) -> None:
    path = small_file(tmp_path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert_damage_is_seen(path, tmp_path)
    path.write_bytes(content)
    assert len(Ledger(tmp_path).runs) == 1


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_a_flipped_bit_anywhere_is_recognised(bit: int, tmp_path: Path) -> None:
    path = small_file(tmp_path)
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        assert_damage_is_seen(path, tmp_path)
    path.write_bytes(content)
    assert len(Ledger(tmp_path).runs) == 1


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"head": 1}', "\0", "<html>"])
def test_a_foreign_file_is_recognised(text: str, tmp_path: Path) -> None:
    path = small_file(tmp_path)
    path.write_text(text)
    assert_damage_is_seen(path, tmp_path)
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(LedgerError, match=r"run\.json"):
        path.unlink()
        Ledger(tmp_path).read_setup()


def test_a_later_format_is_refused_and_named(tmp_path: Path) -> None:
    path = small_file(tmp_path)
    path.write_text(path.read_text().replace('"tuner": 1', '"tuner": 2'))
    with pytest.raises(LedgerError, match="written in format 2"):
        Ledger(tmp_path)


def signed(path: Path, content: Any) -> None:
    """Write content the way the ledger does, with a checksum that fits."""
    import hashlib

    body = json.dumps(content)
    head = json.dumps({"tuner": 1, "sha256": hashlib.sha256(body.encode()).hexdigest()})
    path.write_text(f'{{"head": {head},\n"content": {body}}}\n')


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        3,
        {"phase": "search"},
        {"runs": 3},
        {"runs": [{"history": {}}]},
        {"phase": [], "configuration": {"name": "a", "params": {}}, "seed_indices": [0], "runs": []},
        {"phase": "search", "configuration": {"name": [], "params": {}}, "seed_indices": [0], "runs": []},
    ],
)
def test_whole_files_with_other_content_are_refused(content: Any, tmp_path: Path) -> None:
    path = small_file(tmp_path)
    signed(path, content)
    assert_damage_is_seen(path, tmp_path)


@pytest.mark.parametrize(
    "change", [{"phase": "../../../evil"}, {"configuration": "unknown"}, {"status": "evil"}, {"status": []}]
)
def test_a_run_that_is_none_of_its_group_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    path = small_file(tmp_path)
    content = json.loads(path.read_text())["content"]
    content["runs"][0] |= change
    signed(path, content)
    assert_damage_is_seen(path, tmp_path)


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_file(tmp_path)
    before = path.read_bytes()

    def full_disk(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="no space left"):
        Ledger(tmp_path).write(Group("search", Configuration("baseline", {}), (0,)))
    assert path.read_bytes() == before
    assert [path.name for path in path.parent.iterdir()] == [path.name]


@given(st.sets(st.integers(0, 30)), st.integers(0, 30), st.integers(1, 7))
def test_missing_plans_every_seed_once(taken: set[int], count: int, size: int) -> None:
    existing = [Group("search", Configuration("a", {}), (index,)) for index in sorted(taken)]
    planned = missing(existing, count, size)
    flat = [index for group in planned for index in group]
    assert flat == sorted(set(range(count)) - taken)
    assert all(1 <= len(group) <= size for group in planned)
    lengths = {len(group) for group in planned}
    assert not planned or max(lengths) - min(lengths) <= 1
    assert len(planned) == -(-len(flat) // size)


def test_records_are_checked_when_made() -> None:
    with pytest.raises(ValueError, match="counts from 0"):
        Run("search", "a", -1, "complete", {}, {}, 0.0)
    with pytest.raises(ValueError, match="finite scores"):
        Run("search", "a", 0, "complete", {"test": math.nan}, {}, 0.0)
    with pytest.raises(ValueError, match="at least one seed"):
        Group("search", Configuration("a", {}), ())
    with pytest.raises(ValueError, match="one run for each of its seeds"):
        Group("search", Configuration("a", {}), (0, 1), (Run("search", "a", 0, "complete", {}, {}, 0.0),))
    for phase, name in (("search", "b"), ("confirmation", "a")):
        with pytest.raises(ValueError, match="of its phase and its configuration"):
            Group(phase, Configuration("a", {}), (0,), (Run("search", name, 0, "complete", {}, {}, 0.0),))


EXAMPLES = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")


def confirmed(ledger: Ledger, first: int, examples: ExampleScores | None, seeds: int = 3) -> Path:
    """A finished group of a confirmation; gives the file of its examples."""
    indices = tuple(range(first, first + seeds))
    runs = tuple(Run("confirmation", "a", index, "complete", {}, {}, 0.0) for index in indices)
    ledger.write(Group("confirmation", Configuration("a", {}), indices, runs), examples)
    return ledger.folder / "ledger" / "confirmation" / f"a-{first:04d}.npy"


def test_scores_of_examples_come_back_in_the_order_of_the_seeds(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    confirmed(ledger, 3, ExampleScores(EXAMPLES + 1, each=2, horizon=4))
    confirmed(ledger, 0, ExampleScores(EXAMPLES, each=2, horizon=4))
    for one in (ledger, Ledger(tmp_path)):
        found = one.examples("confirmation", "a", 5)
        assert found.values.tolist() == [*EXAMPLES.tolist(), *(EXAMPLES + 1)[:2].tolist()]
        assert (found.each, found.horizon, found.reason) == (2, 4, "")
        assert one.groups == Ledger(tmp_path).groups


def test_a_group_without_any_score_has_rows_of_nan(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    confirmed(ledger, 0, ExampleScores())
    assert Ledger(tmp_path).examples("confirmation", "a", 3).reason == "no run ended with a score"
    confirmed(ledger, 3, ExampleScores(EXAMPLES))
    found = Ledger(tmp_path).examples("confirmation", "a", 6)
    assert np.isnan(found.values).all(axis=1).tolist() == [True] * 3 + [False] * 3


def test_why_there_are_no_scores_of_examples_is_known(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = confirmed(ledger, 0, ExampleScores(EXAMPLES))
    confirmed(ledger, 3, ExampleScores(EXAMPLES[:, :4]))
    assert "not scored on the same examples" in ledger.examples("confirmation", "a", 6).reason
    confirmed(ledger, 3, None)  # a folder of before they were kept
    assert ledger.examples("confirmation", "a", 6).reason == "some runs were stored without them"
    confirmed(ledger, 3, ExampleScores(reason="why"))
    assert ledger.examples("confirmation", "a", 6).reason == "why"
    assert ledger.examples("confirmation", "a", 3).reason == ""
    first.unlink()
    assert Ledger(tmp_path).examples("confirmation", "a", 3).reason == "the file a-0000.npy is missing"


def test_damaged_scores_of_examples_are_recognised(tmp_path: Path) -> None:
    path = confirmed(Ledger(tmp_path), 0, ExampleScores(EXAMPLES))
    content = path.read_bytes()
    changed = bytes([content[-1] ^ 1])
    for damaged in (b"", content[:-1], content[:-1] + changed, content + b"\0", b"\x80\x04N."):
        path.write_bytes(damaged)
        with pytest.raises(LedgerError, match=r"a-0000\.npy: damaged .* delete it to go on") as caught:
            Ledger(tmp_path).examples("confirmation", "a", 3)
        assert "\n" not in str(caught.value)
    path.write_bytes(content)
    assert Ledger(tmp_path).examples("confirmation", "a", 3).values.tolist() == EXAMPLES.tolist()


def test_scores_of_examples_are_on_disk_before_their_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path)
    path = confirmed(ledger, 0, ExampleScores(EXAMPLES))
    path.with_suffix(".json").unlink()
    path.unlink()
    ledger.write(Group("confirmation", Configuration("a", {}), (0, 1, 2)))
    monkeypatch.setattr("tuner.ledger.write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        confirmed(ledger, 0, ExampleScores(EXAMPLES))
    assert path.exists()
    (group,) = Ledger(tmp_path).groups
    assert group.runs == () and group.examples is None


def test_when_a_group_began_is_kept_and_folders_of_before_have_none(tmp_path: Path) -> None:
    runs = tuple(make_runs("search", "a", 1.0, seeds=1, epochs=1))
    for started in (None, 0.0, 1_700_000_000.125):
        Ledger(tmp_path).write(Group("search", Configuration("a", {}), (0,), runs, started=started))
        (group,) = Ledger(tmp_path).groups
        assert group.started == started
    (path,) = tmp_path.rglob("*.json")
    content = json.loads(path.read_text())["content"]
    del content["started"]
    signed(path, content)
    (group,) = Ledger(tmp_path).groups
    assert group.started is None and group.runs == runs


@pytest.mark.parametrize("started", [-1.0, 1e300, math.nan, math.inf, "today", [], {}])
def test_a_time_that_is_none_is_refused(started: Any, tmp_path: Path) -> None:
    path = small_file(tmp_path)
    content = json.loads(path.read_text())["content"]
    signed(path, content | {"started": started})
    assert_damage_is_seen(path, tmp_path)
