"""A bundle on disk: read as it was written, and known when it is damaged or hostile."""

import json
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tuner.deploy.bundle import (
    ARCHITECTURE,
    CARD,
    EXPECTED,
    PREPARATION,
    RECORD,
    WEIGHTS,
    Bundle,
    _checksum,
    as_answer,
    examples_of,
    preparation_of,
    read,
    sha256_of,
    write,
)
from tuner.deploy.folders import written
from tuner.errors import BundleError

PLAIN: dict[str, Any] = {"inputs": [{"shape": [6, 2]}], "outputs": [{"shape": [2, 2]}]}


@pytest.fixture
def bundle(bundles: Bundles, tmp_path: Path) -> Bundle:
    """A copy to be damaged."""
    shutil.copytree(bundles("outside").bundle.place(), tmp_path / "bundle")
    return read(tmp_path / "bundle")


def forged(bundle: Bundle, **changes: Any) -> Path:
    """The folder of a bundle whose record holds something else, with a checksum that fits."""
    path = bundle.place() / RECORD
    content = json.loads(path.read_text("utf-8"))
    head = {name: content.pop(name) for name in ("kind", "version", "sha256")}
    content = {name: value for name, value in (content | changes).items() if value is not ...}
    path.write_text(json.dumps(head | {"sha256": _checksum(content)} | content), "utf-8")
    return bundle.place()


def test_what_is_written_is_read(bundle: Bundle, tmp_path: Path) -> None:
    write(bundle, bundle.place())
    again = read(bundle.place())
    assert again == bundle
    assert again.place() == tmp_path / "bundle"
    prepared = preparation_of(again)
    assert prepared is not None and prepared.targets == (0, 1)


def test_the_weights_can_be_replaced_without_the_architecture(bundle: Bundle) -> None:
    """As `members/0` becomes that of another member, the bundle answers as that one."""
    x = np.cumsum(np.ones((2, 6, 2)), axis=1) * [1.0, 0.1] + [500, 50]
    before = tuner.load_model(bundle.place()).predict(x)
    own = bundle.place() / "members" / "0"
    shutil.copy(bundle.place() / "members" / "1" / WEIGHTS, own / WEIGHTS)
    members = (replace(bundle.members[0], weights=bundle.members[1].weights), *bundle.members[1:])
    write(replace(bundle, members=members), bundle.place())
    after = tuner.load_model(bundle.place()).predict(x)
    np.testing.assert_array_equal(after.members[0], before.members[1])
    np.testing.assert_array_equal(after.members[1:], before.members[1:])


def test_keras_reads_the_whole_model_of_a_member_in_safe_mode(bundle: Bundle) -> None:
    path = bundle.place() / "members" / "1" / "model.keras"
    assert sha256_of(path) == bundle.members[1].model
    model = keras.models.load_model(path, safe_mode=True)
    alone = keras.models.model_from_json((bundle.place() / ARCHITECTURE).read_text("utf-8"))
    alone.load_weights(bundle.place() / "members" / "1" / WEIGHTS)
    x = np.ones((2, *model.input_shape[1:]), "float32")
    np.testing.assert_array_equal(model.predict(x, verbose=0), alone.predict(x, verbose=0))
    assert "compile_config" not in (bundle.place() / ARCHITECTURE).read_text("utf-8")


@pytest.mark.parametrize("name", [ARCHITECTURE, PREPARATION, f"members/2/{WEIGHTS}"])
def test_a_flipped_bit_is_found(bundle: Bundle, name: str) -> None:
    path = bundle.place() / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(BundleError, match=rf"{Path(name).name}: damaged or altered .*tuner finalize"):
        tuner.load_model(bundle.place())


def test_damaged_scores_of_examples_are_found(bundle: Bundle) -> None:
    assert examples_of(bundle) is not None
    (bundle.place() / EXPECTED).write_bytes(b"none")
    with pytest.raises(BundleError, match=r"expected\.npz: damaged"):
        examples_of(bundle)
    with pytest.raises(BundleError, match="holds no scores of examples"):
        examples_of(replace(bundle, examples=sha256_of(bundle.place() / EXPECTED)))


def test_scores_of_examples_that_take_much_more_than_their_file_are_not_read(bundle: Bundle) -> None:
    path = bundle.place() / EXPECTED
    for each, values in ((1, np.zeros(3_000_000)), (0, np.zeros(3))):
        np.savez_compressed(path, values=values, each=np.array(each), horizon=np.array(1))
        assert path.stat().st_size < 1_000_000
        with pytest.raises(BundleError, match="holds no scores of examples"):
            examples_of(replace(bundle, examples=sha256_of(path)))


def test_what_an_earlier_version_says_of_logits_is_read(bundle: Bundle) -> None:
    assert read(forged(bundle, activation="sigmoid", logits=...)).logits == ("sigmoid",)
    assert read(forged(bundle, activation="", logits=...)).logits == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ("[]", "is no bundle of tuner"),
        ('{"kind": "chain"}', "is no bundle of tuner"),
        ('{"kind": "bundle", "version": 2}', "written in version 2, this tuner reads version 1"),
        ('{"kind": "bundle", "version": 1, "sha256": "0"}', "damaged or altered"),
        ("[" * 100_000, "too deeply nested"),
        ('{"a": NaN}', "NaN is no number"),
    ],
)
def test_a_record_that_is_none_is_one_line(bundle: Bundle, text: str, message: str) -> None:
    (bundle.place() / RECORD).write_text(text, "utf-8")
    with pytest.raises(BundleError, match=message) as raised:
        read(bundle.place())
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"members": []},
        {"members": [{"seed": "0", "weights": "", "model": ""}]},
        {"metric": 3},
        {"task": "clustering"},
        {"schema": {"inputs": [], "outputs": []}},
        {"schema": {"inputs": [{"shape": [0]}], "outputs": [{"shape": [1]}]}},
        {"schema": {"inputs": [{"shape": [2], "low": [1.0]}], "outputs": [{"shape": [1]}]}},
        *(
            {"schema": {**PLAIN, "inputs_outline": plan}}
            for plan in (["", ""], [], {"a": [""] * 9}, "x", 3, None)
        ),
        {"schema": {**PLAIN, "inputs": PLAIN["inputs"] * 2}},
        {"schema": {**PLAIN, "outputs_outline": ["", ""]}},
        {"schema": {**PLAIN, "targets": [2]}},
        {"schema": {**PLAIN, "targets": [-1]}},
        {"logits": ["tanh"]},
        {"logits": ["softmax", ""]},
        {"activation": "tanh"},
        {"batch_size": -1},
        {"extra": 1},
        {"folder": "/etc"},
        {"created": ...},
        {"expected": None},
    ],
)
def test_a_forged_record_is_one_line(bundle: Bundle, changes: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match=r"bundle\.json: is no bundle") as raised:
        read(forged(bundle, **changes))
    assert "\n" not in str(raised.value)


def test_an_architecture_that_names_other_code_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    evil = {
        "module": "os",
        "class_name": "system",
        "config": {"command": f"touch {tmp_path / 'executed'}"},
        "registered_name": "system",
    }
    (bundle.place() / ARCHITECTURE).write_text(json.dumps(evil), "utf-8")
    path = forged(bundle, architecture=sha256_of(bundle.place() / ARCHITECTURE))
    with pytest.raises(BundleError, match="'system', which is not Keras' own"):
        tuner.load_model(path)
    assert not (tmp_path / "executed").exists()


def test_a_lambda_layer_is_refused(bundle: Bundle) -> None:
    model = keras.Sequential([keras.Input((6, 2)), keras.layers.Lambda(lambda x: x * 2)])
    (bundle.place() / ARCHITECTURE).write_text(model.to_json(), "utf-8")
    path = forged(bundle, architecture=sha256_of(bundle.place() / ARCHITECTURE))
    with pytest.raises(BundleError, match="a Lambda layer, which is stored as code"):
        tuner.load_model(path)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, where it saves
def test_weights_of_another_architecture_are_one_line(bundle: Bundle) -> None:
    own = bundle.place() / "members" / "0" / WEIGHTS
    keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]).save_weights(own)
    members = [{"seed": 0, "weights": sha256_of(own), "model": ""}]
    with pytest.raises(BundleError, match="does not fit the architecture") as raised:
        tuner.load_model(forged(bundle, members=members))
    assert "\n" not in str(raised.value)


def test_links_and_missing_files_are_refused(bundle: Bundle, tmp_path: Path) -> None:
    path = bundle.place() / "members" / "0" / WEIGHTS
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is missing; make the bundle again"):
        read(bundle.place())
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is a link out of the bundle"):
        read(bundle.place())


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("members-3", True),
        ("members/0/model.keras", True),
        ("expected-3.npz", True),
        ("previous/4", True),
        ("members_notes", False),
        ("members-old", False),
        ("expected-by-hand.npz", False),
        ("previous/notes", False),
        ("notes", False),
    ],
)
def test_only_links_under_names_of_ours_are_refused(
    bundle: Bundle, name: str, ours: bool, tmp_path: Path
) -> None:
    path = bundle.place() / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is a link out of") if ours else nullcontext():
        assert read(bundle.place()) == bundle


@pytest.mark.parametrize(
    "name", ["monitor", "monitor/observations.jsonl", "monitor/predictions", "monitor/predictions/a.jsonl"]
)
def test_links_among_the_observations_are_refused(bundle: Bundle, name: str, tmp_path: Path) -> None:
    """What they lead to would be told in an error, or judged."""
    (tmp_path / "secret").write_text("hunter2")
    path = bundle.place() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(BundleError, match="is a link out of the bundle") as raised:
        read(bundle.place())
    assert "hunter2" not in str(raised.value)


def test_a_model_may_be_replaced_while_a_bundle_is_read(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was listed a moment ago is gone, with the folder that it was in."""
    listed = Path.iterdir

    def meanwhile(folder: Path) -> list[Path]:
        if folder != bundle.place():
            return list(listed(folder))
        (folder / "members-7" / "0").mkdir(parents=True)
        inside = list(listed(folder))
        shutil.rmtree(folder / "members-7")
        return inside

    monkeypatch.setattr(Path, "iterdir", meanwhile)
    assert read(bundle.place()) == bundle


def test_what_is_no_folder_of_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such bundle; `tuner finalize RUN` makes one"):
        read(tmp_path / "none")
    with pytest.raises(BundleError, match=r"is no bundle \(no bundle.json in it\)"):
        read(tmp_path)


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), written(tmp_path / "a") as beside:
        (beside / "x").write_text("x")
        1 / 0  # noqa: B018
    assert list(tmp_path.iterdir()) == []
    with written(tmp_path / "deep" / "a") as beside:
        (beside / CARD).write_text("x")
        assert not (tmp_path / "deep" / "a").exists()
    assert (tmp_path / "deep" / "a" / CARD).read_text() == "x"
    with (
        pytest.raises(BundleError, match="is there already, and nothing is replaced by itself"),
        written(tmp_path / "deep" / "a"),
    ):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match="cannot be written"), written(tmp_path / "file" / "a"):
        pass


def test_no_password_of_an_option_is_told(bundle: Bundle) -> None:
    options = {"address": "postgresql://me:secret@host/x", "units": 3}
    told = as_answer(replace(bundle, origin=replace(bundle.origin, options=options)))
    assert told["origin"]["options"] == {"address": "postgresql://***@host/x", "units": 3}
