"""A candidate takes the place of the model in use, and can be taken back."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.calling import Call, one_line
from tests.deploy.texts import bundle, candidate, held, serve, served
from tuner.deploy import savedmodel
from tuner.deploy.bundle import (
    CARD,
    WEIGHTS,
    Expected,
    Single,
    Together,
    Updated,
    Verdict,
    learned_of,
    previous,
    read,
    write,
    write_learned,
)
from tuner.deploy.replacing import replace_model, roll_back
from tuner.deploy.schema import Part, Schema
from tuner.errors import BundleError, BusyError
from tuner.locking import locked

TOGETHER = Together(0.5, 0.4, 0.1, (0.05, 0.15), 0.95, 40, (2, 2))


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
    assert "model 1 was put in the place of model 0" in (used / CARD).read_text()
    assert (used / "previous" / "0" / CARD).read_text() == "the card of old"

    candidate(tmp_path / "third", "third!", of="newer")
    replace_model(used, tmp_path / "third")
    assert held(used) == "third!"
    assert [held(one.place()) for one in previous(read(used))] == ["old", "newer"]

    back = roll_back(used)
    assert held(used) == "newer" and back.bundle.number == 1
    assert [(one.number, held(one.place())) for one in previous(back.bundle)] == [(0, "old"), (2, "third!")]
    assert held(roll_back(used).bundle.place()) == "old"
    with pytest.raises(
        BundleError, match=r"model 0, which is in use, replaced none; give --to 1 or 2 for ano"
    ):
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


def test_how_the_ensembles_stand_is_told(tmp_path: Path, call: Call) -> None:
    import json

    bundle(tmp_path / "used", "old")
    made = Updated("old", "existing+new", "", "", "", {}, ensembles=replace(TOGETHER, interval=(-0.1, 0.3)))
    candidate(tmp_path / "candidate", "newer", updated=made)
    status, out, _ = call("replace", "used", "candidate")
    assert (
        status == 0 and "the mean of 2 networks scores 0.5, and that of the 2 networks of the existing" in out
    )
    assert "which of them is better is open. That is one ensemble of either model" in out
    found = json.loads(call("replace", "used", "--list", "--json")[1])
    assert found["in_use"]["ensembles"]["interval"] == [-0.1, 0.3] and found["kept"][0]["ensembles"] is None


def test_what_a_model_has_learned_goes_with_it(folders: tuple[Path, Path]) -> None:
    used, new = folders
    digests = np.array([3, 5], np.uint64)
    write(replace(read(new), learned=write_learned(new / "members", digests)), new)
    assert learned_of(replace_model(used, new).bundle).tolist() == [3, 5]
    assert learned_of(roll_back(used).bundle).tolist() == []
    assert learned_of(previous(read(used))[0]).tolist() == [3, 5]
    assert learned_of(roll_back(used, 1).bundle).tolist() == [3, 5]
    path = used / "members-1" / "learned.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BundleError, match="damaged or altered"):
        learned_of(read(used))


def test_nothing_but_the_models_in_use_is_left(folders: tuple[Path, Path]) -> None:
    used, new = folders
    before = {path.relative_to(used) for path in used.rglob("*")}
    replace_model(used, new)
    roll_back(used)
    after = {path.relative_to(used) for path in used.rglob("*") if "previous" not in path.parts}
    assert after == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"architecture": hashlib.sha256(b"[]").hexdigest()}, "has another architecture"),
        ({"schema": Schema((Part((4,)),), (Part((1,)),))}, "reads or answers something else"),
        ({"preparation": "ab" * 32}, "prepares its data otherwise"),
        ({"logits": ("sigmoid",)}, "answers in another way"),
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
        (
            {"updated": Updated("old", "existing+new", "", "", "", {}, ensembles=TOGETHER)},
            "is worse than the model in use where the networks of either answer together",
        ),
        (
            {"expected": Expected("test", 0.95, Single(1.0, (0.5, 1.5), 0.1, 5), units="prepared")},
            "has an expected score of prepared data alone, by which it could never be monitored",
        ),
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
    assert said in (tmp_path / "used" / CARD).read_text()


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
    assert "--code is for what is put in use" in one_line(call("replace", used, "--list", "--code", "a.py"))
    assert "no such file; give --code the file" in one_line(call("replace", used, new, "--code", "a.py"))
    assert "--anyway is for a CANDIDATE" in one_line(call("replace", used, "--list", "--anyway"))


def test_a_bundle_without_earlier_models_has_none_to_put_back(folders: tuple[Path, Path]) -> None:
    with pytest.raises(BundleError, match=r"used: no model was replaced here$"):
        roll_back(folders[0])


def test_two_at_once_are_refused(folders: tuple[Path, Path], call: Call) -> None:
    used, new = folders
    with locked(used, "tuner monitor"):
        with pytest.raises(BusyError, match=r"another `tuner monitor` works on it \(process"):
            replace_model(used, new)
        assert "another `tuner monitor` works on it" in one_line(call("replace", used, "--rollback"))
    assert held(used) == "old"


def test_files_of_the_users_stay_whatever_their_names_begin_with(folders: tuple[Path, Path]) -> None:
    used, new = folders
    replace_model(used, new)
    mine = (
        *("members.csv", "members_2024", "members-old", "expected_2025.npz", "expected-2025.npz.bak"),
        *(".members.txt", ".savedmodel-notes", ".expected-old.npz", "previous/.notes", "previous/readme"),
    )
    for name in mine:
        (used / name).write_text("mine")
    ours = (
        ".members-7.abcd_123",
        ".savedmodel-7",
        "..savedmodel-7.abcd1234",
        "members-7",
        "previous/.7.abcd1234",
    )
    for name in ours:
        (used / name).mkdir()
    for name in (".expected-7.npz", ".expected.npz", "expected-7.npz"):
        (used / name).write_text("of a model that is not in use")
    roll_back(used)
    assert [name for name in mine if not (used / name).is_file()] == []
    left = {str(path.relative_to(used)) for path in used.rglob("*")} - set(mine)
    assert not any("7" in name or name.startswith(".") for name in left)


def test_links_are_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    used, new = folders
    replace_model(used, new)
    kept = used / "previous" / "0"
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is a link out of the bundle"):
        roll_back(used)
    assert (tmp_path / "elsewhere").exists()


def test_the_saved_model_goes_with_the_weights(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    used, new = folders
    monkeypatch.setattr(savedmodel, "export", serve)
    serve(used)
    assert replace_model(used, new).notes == (
        "savedmodel/ was made anew, with the weights that are in use now",
    )
    assert served(used) == "newer" and served(used / "previous" / "0") == "old"
    assert roll_back(used).notes == ()
    assert served(used) == "old" and served(used / "previous" / "1") == "newer"


def test_a_file_that_a_candidate_names_is_executed_only_where_the_user_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a SavedModel to be made anew, of a model that cannot be made without code of its own."""
    code = tmp_path / "study.py"
    code.write_text(f"open({str(tmp_path / 'executed')!r}, 'w').close()")
    there = bundle(tmp_path / "used", "old")
    serve(there.place())
    origin = replace(there.origin, path=str(code))
    candidate(tmp_path / "candidate", "newer", origin=origin)
    (note,) = replace_model(tmp_path / "used", tmp_path / "candidate").notes
    assert note.startswith("there is no savedmodel/ any more: no SavedModel can be made")
    assert not (tmp_path / "executed").exists()
    assert served(tmp_path / "used") is None and held(tmp_path / "used") == "newer"

    roll_back(tmp_path / "used")
    assert served(tmp_path / "used") == "old"
    candidate(tmp_path / "next", "newest", origin=origin)
    named: list[str] = []
    monkeypatch.setattr(savedmodel, "export", lambda folder, own, target: named.append(own))
    replace_model(tmp_path / "used", tmp_path / "next", code=code)
    assert named == [str(code)]


def test_texts_of_a_bundle_do_not_steer_the_terminal(folders: tuple[Path, Path], call: Call) -> None:
    used, new = folders
    hostile = "\x1b[2J\x1b]0;owned\x07\n"
    there = read(new)
    assert there.updated is not None
    write(
        replace(
            there,
            created=hostile,
            updated=replace(there.updated, way=hostile),
            verdict=Verdict("worse", f"claim {hostile}"),
        ),
        new,
    )
    status, out, _ = call("replace", used, new, "--anyway")
    assert status == 0 and "claim  [2J ]0;owned" in out
    here = read(used)
    write(
        replace(here, history=(replace(here.history[0], candidate=hostile, why=hostile, at=hostile),)), used
    )
    for said in (out, call("replace", used, "--list")[1]):
        assert not set("\x1b\x07") & set(said)
