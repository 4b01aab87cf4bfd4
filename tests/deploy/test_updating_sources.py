"""What an update reads: data that are prepared as the bundle prepares, and a study that is what it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.deploy.conftest import Bundles, Kept
from tests.deploy.made import labelled, series
from tuner.deploy.bundle import preparation_of, sha256_of
from tuner.deploy.updating.candidates import _examples
from tuner.deploy.updating.given import Cutting
from tuner.deploy.updating.material import Material, gathered
from tuner.deploy.updating.origins import study_of
from tuner.deploy.updating.parting import recent, together
from tuner.deploy.updating.ways import WAYS
from tuner.errors import BundleError
from tuner.prepare import chain_of, framed
from tuner.splits import Splits

CUTTING = Cutting(15, 20)


def material(kept: Kept, new: Any, **options: Any) -> Material:
    return gathered(kept.bundle, kept.study, new, CUTTING, **options)


def fresh() -> Any:
    """New windows, with a preparation that was fitted on them."""
    given = {"steps_in": 6, "steps_out": 2, "validation": 15, "test": 20, "flat": False}
    return framed(300 + 1.5 * series(110), chain_of(difference=1, scaling="standardize"), **given)


def test_new_data_are_prepared_as_the_bundle_prepares(bundles: Bundles) -> None:
    kept, new = bundles("outside"), fresh()
    own = preparation_of(kept.bundle)
    assert own is not None and own != new.preparation
    x = own.inputs(new.raw.test[0])
    y = own.outputs(new.raw.test[1], new.raw.test[0])
    for given in (new.splits, new.raw):
        found = material(kept, given)
        np.testing.assert_allclose(found.new.test[0], x, atol=1e-5)
        np.testing.assert_allclose(found.new.test[1], y, atol=1e-5)
        assert found.raw is not None
        np.testing.assert_array_equal(found.raw.test[0], new.raw.test[0])
    pair = together(new.raw.train, new.raw.validation, new.raw.test)
    np.testing.assert_allclose(material(kept, pair).new.test[0][-len(x) :], x, atol=1e-5)


def test_what_is_prepared_as_the_bundle_prepares_stays(bundles: Bundles) -> None:
    kept, new = bundles("outside"), fresh()
    own = preparation_of(kept.bundle)
    assert own is not None
    ready = {
        name: (own.inputs(x), own.outputs(y, x))
        for name, (x, y) in {name: getattr(new.raw, name) for name in ("train", "validation", "test")}.items()
    }
    found = material(kept, Splits(**ready, preparation=own))
    np.testing.assert_array_equal(found.new.test[0], ready["test"][0])


def test_what_another_preparation_made_is_refused_where_it_is_not_there_raw(bundles: Bundles) -> None:
    for name in ("outside", "inside"):
        with pytest.raises(
            BundleError, match="the new data were prepared in another way than the bundle's own"
        ):
            material(bundles(name), replace(fresh().splits, raw=None))


def test_old_examples_that_judge_are_not_trained_on(bundles: Bundles) -> None:
    kept = bundles("classes")
    x, y = labelled(90, 9)
    old = kept.data.train
    x[-4:], y[-4:] = old[0][:4], old[1][:4]  # to judge by
    x[-21:-20], y[-21:-20] = old[0][4:5], old[1][4:5]  # to choose by
    found = material(kept, (x, y))
    assert (found.known, found.left_out) == (4, 5)
    np.testing.assert_array_equal(found.old[0][:3], old[0][5:8])


def test_what_the_model_was_kept_from_is_not_among_the_old_data(bundles: Bundles) -> None:
    kept = bundles("inside")  # with --keep-test
    raw = fresh().raw
    found = material(kept, together(raw.train, raw.validation, raw.test))
    sizes = kept.data.sizes
    assert len(found.old[0]) == sizes["train"] + sizes["validation"]
    np.testing.assert_array_equal(found.old[0][-1], kept.data.validation[0][-1])
    assert any(
        f"the test split of the study, {sizes['test']} examples, is not among" in one for one in found.notes
    )
    whole = material(bundles("classes"), labelled(90, 9))
    assert (whole.splits, whole.notes) == (("train", "validation", "test"), ())


@pytest.mark.parametrize(
    ("wrong", "said"), [(3, "3 is no number of a class; give 0 to 2"), (0.7, "0.7 is no number of a class")]
)
def test_targets_that_are_no_classes_are_refused(wrong: float, said: str, bundles: Bundles) -> None:
    x, y = labelled(90, 9)
    y = y.astype(np.float64)
    y[50] = wrong
    with pytest.raises(BundleError, match=said):
        material(bundles("classes"), (x, y))


def test_old_data_that_have_changed_are_refused_or_accepted(bundles: Bundles) -> None:
    kept = bundles("classes")
    grown = replace(kept.data, test=labelled(30, 3))
    kept = replace(kept, study=replace(kept.study, data=grown))
    with pytest.raises(BundleError, match=r"the study's data have changed since .* --accept-changes"):
        material(kept, labelled(90, 9))
    found = material(kept, labelled(90, 9), accept_changes=True)
    assert len(found.changed) == 1 and "new data may be among them" in found.changed[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", [0.1, 0.6, 1.0])
def test_examples_are_counted_as_they_are_seen(way: str, share: float, bundles: Bundles) -> None:
    found = material(bundles("classes"), labelled(90, 9))
    own = WAYS[way]
    marks = [
        *([0] * len(found.old[1]) if own.old else []),
        *([1] * len(found.new.train[1]) if own.new else []),
    ]
    seen = recent((np.array(marks), np.array(marks)), share)[1]
    by_hand = {"old": int((seen == 0).sum()), "new": int((seen == 1).sum())}
    assert _examples(found, own, share) == {name: number for name, number in by_hand.items() if number}


FILE = """
from pathlib import Path
from tests.deploy.made import study as made
Path(__file__).with_suffix(".ran").touch()
study = made("classes")
"""


def named(kept: Kept, path: Any, sha256: str) -> Any:
    """The bundle, with another study file."""
    return replace(kept.bundle, origin=replace(kept.bundle.origin, path=str(path), file=sha256))


def test_a_study_file_is_known_before_it_is_executed(bundles: Bundles, tmp_path: Path) -> None:
    kept, file, ran = bundles("classes"), tmp_path / "study.py", tmp_path / "study.ran"
    file.write_text(FILE, "utf-8")
    right = sha256_of(file)
    for sha256, said in (
        ("0" * 64, "has changed since the bundle was made"),
        ("", "does not say which study"),
    ):
        with pytest.raises(BundleError, match=f"{said}.*--accept-changes"):
            study_of(named(kept, file, sha256))
    with pytest.raises(BundleError, match="has changed since"):
        study_of(named(kept, "/elsewhere/study.py", "0" * 64), file)
    inside = kept.bundle.place() / "study.py"
    inside.write_text(FILE, "utf-8")
    for path in (inside, "study.py"):
        with pytest.raises(BundleError, match="a study file is executed, so say with --study which one"):
            study_of(named(kept, path, right))
    assert not ran.exists() and not inside.with_suffix(".ran").exists()
    inside.unlink()
    study_of(named(kept, file, right))
    assert ran.exists()


def test_options_of_the_study_may_be_given_anew(bundles: Bundles, tmp_path: Path) -> None:
    file = tmp_path / "study.py"
    file.write_text(
        "from tests.deploy.made import study as made\n"
        "def study(path='', scale=1):\n"
        "    return made('classes')\n",
        "utf-8",
    )
    there = named(bundles("classes"), file, sha256_of(file))
    there = replace(there, origin=replace(there.origin, options={"path": "a.csv", "scale": 2}))
    assert study_of(there).options == {"path": "a.csv", "scale": 2}
    assert study_of(there, options={"path": "b.csv"}).options == {"path": "b.csv", "scale": 2}


def test_a_study_file_may_say_later_how_new_data_are_read(bundles: Bundles, tmp_path: Path) -> None:
    kept, file, new = bundles("classes"), tmp_path / "study.py", tmp_path / "new.txt"
    new.touch()
    file.write_text(FILE, "utf-8")
    bundle = named(kept, file, sha256_of(file))
    more = "from dataclasses import replace\nfrom tests.deploy.made import labelled\n"
    more += "study = replace(study, new_data=lambda path: labelled(90, 9))\n"
    file.write_text(FILE + more, "utf-8")
    with pytest.raises(BundleError, match="has changed since"):
        study_of(bundle)
    study = study_of(bundle, accept_changes=True)
    with pytest.raises(BundleError, match="has changed since"):
        gathered(bundle, study, new, CUTTING)
    found = gathered(bundle, study, new, CUTTING, accept_changes=True)
    np.testing.assert_array_equal(found.new.test[0], labelled(90, 9)[0][-20:])
    assert len(found.changed) == 1 and found.changed[0].startswith("the study file has changed")
