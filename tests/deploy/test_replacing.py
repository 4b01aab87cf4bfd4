"""A candidate takes the place of the model in use: at every moment one of the two is there, whole."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.calling import Call, one_line
from tuner.deploy import replacing
from tuner.deploy.bundle import (
    ARCHITECTURE,
    MODEL,
    WEIGHTS,
    Bundle,
    Epochs,
    ExampleErrors,
    Expected,
    Member,
    Origin,
    Single,
    Trained,
    Updated,
    Verdict,
    examples_of,
    intact,
    read,
    write,
    write_examples,
)
from tuner.deploy.replacing import previous, replace_model, roll_back
from tuner.deploy.schema import Part, Schema
from tuner.errors import BundleError


def bundle(folder: Path, name: str, *, members: int = 2, **changes: Any) -> Bundle:
    """A bundle whose files hold texts in the place of networks: replacing never looks into them."""
    kept = []
    for place in range(members):
        own = folder / "members" / str(place)
        own.mkdir(parents=True)
        for file in (WEIGHTS, MODEL):
            (own / file).write_text(f"{name} {place} {file}")
        sums = [hashlib.sha256((own / file).read_bytes()).hexdigest() for file in (WEIGHTS, MODEL)]
        kept.append(Member(place, *sums))
    (folder / ARCHITECTURE).write_text("{}")
    errors = ExampleErrors(np.full(4, float(len(name))), 1, 1)
    made = Bundle(
        study="waves",
        configuration="trial-1",
        params={"units": 3},
        metric="mse",
        direction="minimize",
        task="regression",
        schema=Schema((Part((3,), (), (0.0,) * 3, (1.0,) * 3),), (Part((1,)),)),
        members=tuple(kept),
        epochs=Epochs(2, "as the study says"),
        trained=Trained({"train": 10}),
        expected=Expected("test", 0.95, Single(1.0, (0.5, 1.5), 0.1, 5)),
        verdict=Verdict("better", f"{name} is better"),
        origin=Origin("study.py", {}, "", "", "reports/waves", "", 0, "jax", "vectorized", {}),
        architecture=hashlib.sha256(b"{}").hexdigest(),
        created="2025-01-01T00:00:00Z",
        identity=name,
        examples=write_examples(folder, errors),
    )
    write(replace(made, **changes), folder)
    return read(folder)


def candidate(folder: Path, name: str, of: str = "old", word: str = "better", **changes: Any) -> Bundle:
    updated = Updated(of, "existing+new", "trained further", "new.csv", "", {"epochs": 2}, "better")
    return bundle(
        folder, name, **{"updated": updated, "verdict": Verdict(word, f"{name} is {word}"), **changes}
    )


def held(folder: Path) -> str:
    """Which model a bundle holds, by the content of its files, which have the checksums of the record."""
    there = read(folder)
    names = set()
    for place, member in enumerate(there.members):
        for file, sha256 in ((WEIGHTS, member.weights), (MODEL, member.model)):
            names.add(intact(there.member(place) / file, sha256).read_text().split()[0])
    errors = examples_of(there)
    (name,) = names
    assert errors is not None and errors.values.tolist() == [float(len(name))] * 4
    assert there.identity == name
    return name


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    bundle(tmp_path / "used", "old")
    candidate(tmp_path / "candidate", "newer", members=3)
    return tmp_path / "used", tmp_path / "candidate"


def test_a_candidate_takes_the_place_and_can_be_taken_back(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    used, new = folders
    done = replace_model(used, new)
    assert held(used) == "newer" and (done.bundle.number, len(done.bundle.members)) == (1, 3)
    assert [held(one.place()) for one in previous(done.bundle)] == ["old"]
    assert "model 1 was put in the place of model 0" in (used / "MODEL_CARD.md").read_text()

    candidate(tmp_path / "third", "third!", of="newer")
    replace_model(used, tmp_path / "third")
    assert held(used) == "third!"
    assert [held(one.place()) for one in previous(read(used))] == ["old", "newer"]

    back = roll_back(used)
    assert held(used) == "newer" and back.bundle.number == 1
    assert [(one.number, held(one.place())) for one in previous(back.bundle)] == [(0, "old"), (2, "third!")]
    assert held(roll_back(used).bundle.place()) == "old"
    with pytest.raises(BundleError, match=r"no model was replaced here; kept are 1, 2"):
        roll_back(used)
    assert held(roll_back(used, 2).bundle.place()) == "third!"
    steps = [(step.action, step.before, step.after) for step in read(used).history]
    assert steps == [
        ("replace", 0, 1),
        ("replace", 1, 2),
        ("rollback", 2, 1),
        ("rollback", 1, 0),
        ("rollback", 0, 2),
    ]
    assert held(new) == "newer"  # the candidate stays as it was


def test_nothing_but_the_models_in_use_is_left(folders: tuple[Path, Path]) -> None:
    used, new = folders
    before = {path.relative_to(used) for path in used.rglob("*")}
    replace_model(used, new)
    roll_back(used)
    after = {path.relative_to(used) for path in used.rglob("*") if "previous" not in path.parts}
    assert after == before | {Path("MODEL_CARD.md")}


class Killed(BaseException):
    """What ends a process."""


STEPS = ("_keep", "_stage", "_set_savedmodel_aside", "write", "_tidy", "card_of")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("action", ["replace", "rollback"])
def test_whatever_ends_it_one_of_the_two_is_in_use(
    action: str, step: str, when: str, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    used, new = folders
    work: Callable[[], Any] = lambda: replace_model(used, new)  # noqa: E731
    first, second = "old", "newer"
    if action == "rollback":
        replace_model(used, new)
        first, second = second, first
        work = lambda: roll_back(used)  # noqa: E731
    whole = getattr(replacing, step)
    calls = iter(range(10))

    def dies(*arguments: Any) -> Any:
        at_the_start = step == "_tidy" or (step, action) == ("card_of", "rollback")
        if at_the_start and next(calls) == 0:
            return whole(*arguments)
        if when == "after":
            whole(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(replacing, step, dies)
        with pytest.raises(Killed):
            work()
    committed = STEPS.index(step) > STEPS.index("write") or (step, when) == ("write", "after")
    assert held(used) == (second if committed else first)
    if committed:
        with pytest.raises(BundleError):
            work()
    else:
        work()
    assert held(used) == second
    assert not list(used.glob(".*")) and not list((used / "previous").glob(".*"))


def test_a_copy_that_fails_halfway_leaves_the_model_in_use(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    used, new = folders

    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(replacing.shutil, "copyfile", full)
        with pytest.raises(BundleError, match="cannot be written"):
            replace_model(used, new)
    assert held(used) == "old"
    replace_model(used, new)
    assert held(used) == "newer"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"architecture": hashlib.sha256(b"[]").hexdigest()}, "has another architecture"),
        ({"schema": Schema((Part((4,)),), (Part((1,)),))}, "reads or answers something else"),
        ({"preparation": "ab" * 32}, "prepares its data otherwise"),
        ({"activation": "sigmoid"}, "answers in another way"),
        ({"metric": "mae"}, "is judged by another metric"),
    ],
)
def test_another_kind_of_model_is_refused(
    changes: dict[str, Any], said: str, tmp_path: Path, call: Call
) -> None:
    bundle(tmp_path / "used", "old")
    candidate(tmp_path / "candidate", "newer", **changes)
    assert said in one_line(call("replace", "used", "candidate", "--anyway"))
    assert held(tmp_path / "used") == "old"


def test_other_ranges_of_the_training_data_are_no_other_schema(tmp_path: Path) -> None:
    bundle(tmp_path / "used", "old")
    wider = Schema((Part((3,), (), (-9.0,) * 3, (9.0,) * 3),), (Part((1,)),))
    candidate(tmp_path / "candidate", "newer", schema=wider)
    assert replace_model(tmp_path / "used", tmp_path / "candidate").bundle.schema == wider


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"word": "undecided"}, "is undecided against the model in use"),
        ({"word": "worse"}, "is found worse than the model in use"),
        ({"word": "equivalent"}, "is found equivalent to the model in use"),
        ({"of": "another"}, "was compared with another model than the one in use now"),
        ({"updated": None}, "comes from no update"),
    ],
)
def test_what_is_not_known_to_be_better_needs_a_word(
    changes: dict[str, Any], said: str, tmp_path: Path, call: Call
) -> None:
    bundle(tmp_path / "used", "old")
    candidate(tmp_path / "candidate", "newer", **changes)
    line = one_line(call("replace", "used", "candidate"))
    assert said in line and "--anyway" in line
    status, out, _ = call("replace", "used", "candidate", "--anyway")
    assert status == 0 and f"although it {said}" in out and held(tmp_path / "used") == "newer"
    assert said in read(tmp_path / "used").history[-1].why
    assert said in (tmp_path / "used" / "MODEL_CARD.md").read_text()


def test_the_same_weights_and_a_damaged_candidate_are_refused(folders: tuple[Path, Path], call: Call) -> None:
    used, new = folders
    (new / "members" / "1" / WEIGHTS).write_text("altered")
    assert "damaged or altered" in one_line(call("replace", used, new))
    assert held(used) == "old"
    candidate(new.parent / "same", "old", of="old")
    assert "holds the weights that" in one_line(call("replace", used, new.parent / "same"))


def test_the_command_line_lists_and_takes_back(folders: tuple[Path, Path], call: Call) -> None:
    import json

    used, new = folders
    status, out, _ = call("replace", used, new)
    assert status == 0 and out.splitlines()[0].startswith("model 1 was put in use; model 0 is kept in")
    found = json.loads(call("replace", used, "--list", "--json")[1])
    assert (found["in_use"]["number"], [one["number"] for one in found["kept"]]) == (1, [0])
    assert [step["action"] for step in found["history"]] == ["replace"]
    status, out, _ = call("replace", used, "--rollback", "--to", 0)
    assert status == 0 and out.splitlines()[0].startswith("model 0 was put back")
    assert "rollback: 1 -> 0" in call("replace", used, "--list")[1]
    assert "no model 7 is kept; kept are 1" in one_line(
        call("replace", used, "--rollback", "--to", 7)
    ).replace(f"{used}: ", "")
    for wrong in ((), (new, "--rollback"), ("--list", "--rollback")):
        assert "give a CANDIDATE, or --rollback, or --list" in one_line(call("replace", used, *wrong))
    assert "--to is for --rollback" in one_line(call("replace", used, "--list", "--to", 1))
    assert "--anyway is for a CANDIDATE" in one_line(call("replace", used, "--list", "--anyway"))


def test_two_at_once_are_refused(folders: tuple[Path, Path]) -> None:
    from tuner.locking import locked

    used, new = folders
    with locked(used), pytest.raises(BundleError, match="another command works on it"):
        replace_model(used, new)
    assert held(used) == "old"


def test_links_are_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    used, new = folders
    replace_model(used, new)
    kept = used / "previous" / "0"
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is a link out of the bundle"):
        roll_back(used)
    assert (tmp_path / "elsewhere").exists()
