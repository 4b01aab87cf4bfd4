"""Records are made of JSON only where every field is of its kind."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_runs, make_setup
from tuner.errors import LedgerError
from tuner.records import Configuration, Group, Look, Setup
from tuner.stored import group_of, setup_of

PATH = Path("folder/file.json")


def plain(record: Any) -> Any:
    return json.loads(json.dumps(dataclasses.asdict(record)))


SETUP = make_setup(
    looks=(Look(5, ("baseline", "a")),), changes=("said",), notes=("n",), margin=0.5, complete=True
)
RUNS = tuple(make_runs("confirmation", "a", 1.0, seeds=2, epochs=2))
GROUP = Group("confirmation", Configuration("a", {"units": 3, "cell": None}), (0, 1), RUNS, started=1.5)


def test_what_was_stored_comes_back() -> None:
    assert setup_of(plain(SETUP), PATH) == SETUP
    assert group_of(plain(GROUP), PATH) == GROUP


def test_a_folder_of_an_earlier_version_is_read() -> None:
    """All fields that came later have a default; whether it is complete follows from its looks."""
    optional = {
        field.name
        for field in dataclasses.fields(Setup)
        if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    }
    older = {name: value for name, value in plain(SETUP).items() if name not in optional - {"looks"}}
    setup = setup_of(older, PATH)
    assert setup.complete and setup.looks == SETUP.looks and setup.changes == ()
    assert not setup_of({name: value for name, value in older.items() if name != "looks"}, PATH).complete
    content = plain(GROUP)
    for name in ("examples", "predictions", "started"):
        del content[name]
    assert group_of(content, PATH) == dataclasses.replace(GROUP, started=None)


@pytest.mark.parametrize("read", [setup_of, group_of])
def test_a_field_of_a_later_version_is_named(read: Any) -> None:
    content = plain(SETUP if read is setup_of else GROUP)
    with pytest.raises(LedgerError, match=r"it has 'blocks'\); a later version of tuner wrote it"):
        read({**content, "blocks": 1}, PATH)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([field.name for field in dataclasses.fields(Setup)]), ANYTHING)
def test_a_setup_with_anything_in_a_field_is_read_or_refused(name: str, value: Any) -> None:
    try:
        setup = setup_of({**plain(SETUP), name: value}, PATH)
    except LedgerError as error:
        assert str(error).startswith(f"{PATH}: is no setup of a run") and "\n" not in str(error)
    else:
        assert type(getattr(setup, name)) in (type(getattr(SETUP, name)), type(None), float, int, dict)


PLACES = [
    ("phase",),
    ("configuration",),
    ("seed_indices",),
    ("runs",),
    ("started",),
    ("examples",),
    ("predictions",),
]
PLACES += [("configuration", name) for name in ("name", "params")]
PLACES += [("runs", 0, name) for name in plain(RUNS[0])]
PLACES += [("runs", 1, "scores", "test"), ("runs", 0, "history", "loss"), ("runs", 0, "history", "loss", 1)]


@given(st.sampled_from(PLACES), ANYTHING)
def test_a_group_with_anything_in_a_field_is_read_or_refused(place: tuple[Any, ...], value: Any) -> None:
    content = plain(GROUP)
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    try:
        group = group_of(content, PATH)
    except LedgerError as error:
        assert str(error).startswith(f"{PATH}: is no group of runs")
    else:
        for run in group.runs:  # what the statistics and the figures do with them
            assert all(isinstance(float(one), float) for one in run.scores.values())
            assert all(isinstance(float(one), float) for row in run.history.values() for one in row)
            assert run.seed_index in group.seed_indices


@pytest.mark.parametrize(
    "seeds", [[0, 0], [1, 0], [-1, 0], [0.0, 1.0], ["0", "1"], [], [True, 2], [[0], [1]]]
)
def test_seeds_count_upwards(seeds: Any) -> None:
    content = plain(dataclasses.replace(GROUP, runs=()))
    with pytest.raises(LedgerError):
        group_of({**content, "seed_indices": seeds}, PATH)


@pytest.mark.parametrize("value", [[], {}, [1], {"__reduce__": "os.system"}])
def test_a_hyperparameter_is_one_value(value: Any) -> None:
    content = plain(GROUP)
    content["configuration"]["params"]["units"] = value
    with pytest.raises(LedgerError, match="'units' is a"):
        group_of(content, PATH)
