"""What curves are called: each rule on a curve of its own, and what must not change the answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagnosis.curves import Array, bend, fall, jumps
from tuner.diagnosis import LABELS, WORDS, Diagnosis, diagnose
from tuner.errors import StatisticsError

EPOCHS = 100


def pair(name: str, epochs: int = EPOCHS) -> tuple[Array, Array]:
    """Training and validation losses that the book would call `name`."""
    return {
        "underfit_more_epochs": (fall(epochs, 0.1, 1.5), fall(epochs, 0.3, 1.2)),
        "underfit_more_capacity": (fall(epochs, 0.3, 20.0), fall(epochs, 0.5, 20.0)),
        "good_fit": (fall(epochs, 0.10, 20.0), fall(epochs, 0.12, 20.0)),
        "overfit": (fall(epochs, 0.02, 5.0), bend(epochs, 31 * epochs // 100, up=0.1)),
        "diverged": (10.0 ** np.linspace(0, 3, epochs), 10.0 ** np.linspace(0, 3, epochs)),
    }[name]


KNOWN = ("underfit_more_epochs", "underfit_more_capacity", "good_fit", "overfit", "diverged")


@pytest.mark.parametrize("epochs", [20, 100, 1000])
@pytest.mark.parametrize("name", KNOWN)
def test_smooth_curves(name: str, epochs: int) -> None:
    found = diagnose(*pair(name, epochs))
    assert found.label == name
    assert found.agreement == 1.0 and found.labels == (name,)
    assert found.epoch == (31 * epochs // 100 if name == "overfit" else None)
    assert found.evidence == f"{found.finding}: {found.advice}"
    assert found.words == WORDS[found.label]


@pytest.mark.parametrize("name", KNOWN)
def test_noisy_curves_of_ten_seeds(name: str) -> None:
    train, validation = pair(name)
    found = diagnose(train * jumps((10, EPOCHS), 0.03, 1), validation * jumps((10, EPOCHS), 0.03, 2))
    assert found.label == name
    assert found.agreement >= 0.8


def test_the_words_are_those_of_the_contract() -> None:
    assert set(LABELS) == {*KNOWN, "undetermined"} == set(WORDS)
    text = diagnose(*pair("underfit_more_epochs")).evidence
    assert text.startswith("validation still falling ") and text.endswith("(10 epochs): train longer")
    assert "over the last tenth" in text


def test_the_share_in_the_evidence_is_that_of_the_curve() -> None:
    line = np.linspace(2.0, 1.0, 101)  # falls by 0.1 in a tenth of 11 epochs, to a median of 1.05
    found = diagnose(np.linspace(2.0, 0.9, 101), line)
    assert f"{100 * 0.11 / (1.05 + 0.11):.1f} %" in found.finding
    risen = diagnose(*pair("overfit"))
    # The last tenth is around 0.2 + 0.1 * 64.5 / 69, its lowest tenth at 0.2 but for a part of the bend.
    assert "validation is lowest at epoch 31 and ends 4" in risen.finding
    assert "while training falls on" in risen.finding
    assert risen.advice == "stop at epoch 31, or regularise"


def test_a_loss_that_turns_up_after_it_became_low_is_an_overfit_all_the_same() -> None:
    train = fall(1200, 0.0, 15.0)
    low = bend(1200, 700, up=0.002, floor=0.001)
    found = diagnose(train, low)
    assert (found.label, found.epoch) == ("overfit", 700)
    assert diagnose(train[:700], low[:700]).label == "good_fit"


def test_what_is_low_is_a_good_fit_though_it_still_falls() -> None:
    found = diagnose(fall(200, 0.0, 5.0), fall(200, 0.0, 5.0))
    assert found.label == "good_fit" and "under 5.0 % of their start" in found.finding


def test_flat_training_is_said_as_such() -> None:
    found = diagnose(fall(60, 0.999, 5.0), fall(60, 1.4, 5.0, start=1.41))
    assert found.label == "underfit_more_capacity"
    assert "hardly moved" in found.finding and "learning rate" in found.advice


@pytest.mark.parametrize("share", [0.2, 0.98, 1.0, 1.02])
def test_a_slight_fall_of_flat_curves_is_no_reason_to_train_longer(share: float) -> None:
    """Two curves that look alike get the same advice, though one falls by two percent and one by none."""
    flat = fall(60, 0.99 if share == 1.0 else 0.98, 1.0)
    for train, validation in ((flat, share * flat), (np.ones(60), share * flat), (flat, share * np.ones(60))):
        found = diagnose(train, validation)
        assert found.label == "underfit_more_capacity", found.finding
        assert "hardly moved" in found.finding and "raise the learning rate" in found.advice
    assert "hardly moved" in diagnose(flat).finding


def test_a_late_start_is_a_fall_however_little_has_been_learned_by_then() -> None:
    late = np.r_[np.ones(90), np.linspace(1.0, 0.96, 10)]
    assert late[-1] > 0.95
    found = diagnose(late, 1.1 * late)
    assert found.label == "underfit_more_epochs" and "train longer" in found.advice
    assert diagnose(late).label == "underfit_more_epochs"


def test_plateaus_that_meet_high_lack_capacity() -> None:
    found = diagnose(fall(60, 0.8, 20.0), fall(60, 0.81, 20.0))
    assert found.label == "underfit_more_capacity" and "80 % of its start" in found.finding


@pytest.mark.parametrize(
    ("train", "why"),
    [(fall(100, 0.0, 20.0), "under 5.0 % of its start left"), (fall(100, 0.0, 2.0), "still falls")],
)
def test_a_gap_that_capacity_cannot_close_is_not_blamed_on_it(train: Array, why: str) -> None:
    found = diagnose(train, fall(100, 0.5, 20.0))
    assert found.label == "undetermined"
    assert why in found.finding and "more data" in found.advice


def test_training_that_rises_with_validation_is_unstable() -> None:
    both = bend(100, 50, up=0.3)
    found = diagnose(both, both * 1.1)
    assert found.label == "undetermined" and "rise together" in found.finding
    alone = diagnose(both, fall(100, 0.3, 20.0))
    assert alone.label == "undetermined" and "unstable" in alone.finding


@pytest.mark.parametrize("epochs", [0, 1, 2, 9])
def test_too_few_epochs(epochs: int) -> None:
    found = diagnose(np.ones((2, epochs)), np.ones((2, epochs)))
    assert found.label == "undetermined" and f"too few epochs ({epochs})" in found.finding
    assert diagnose(fall(10, 0.1, 1.0), fall(10, 0.2, 1.0)).label == "underfit_more_epochs"


def test_without_validation() -> None:
    assert diagnose(fall(100, 0.2, 1.0)).label == "underfit_more_epochs"  # half is left, and it falls
    assert diagnose(fall(100, 0.7, 30.0), []).label == "underfit_more_capacity"
    assert diagnose(np.ones(50), None).label == "underfit_more_capacity"
    assert diagnose(pair("diverged")[0]).label == "diverged"
    for train in (fall(100, 0.0, 3.0), fall(100, 0.1, 30.0)):
        found = diagnose([train, train], np.empty((2, 0)))
        assert found.label == "undetermined" and "no validation" in found.finding
    mixed = diagnose([fall(100, 0.1, 30.0)] * 2, [[np.nan] * 100, fall(100, 0.12, 30.0)])
    assert mixed.labels == ("undetermined", "good_fit")


def lost(values: Array, place: int, value: float = np.nan) -> Array:
    changed = values.copy()
    changed[place] = value
    return changed


def test_where_a_single_curve_stops_being_a_number_it_diverged() -> None:
    train, validation = pair("good_fit")
    for changed in (
        (lost(train, -1), validation),
        (lost(train, 40), validation),
        (lost(train, 40, np.inf), validation),
        (train, lost(validation, 40)),
        (train, lost(validation, -1)),
        (train, lost(validation, 40, -np.inf)),
    ):
        found = diagnose(*changed)
        assert found.label == "diverged" and found.epoch is None
        assert "is no finite number from epoch " in found.finding
    assert "the validation loss is no finite number from epoch 41 on" in diagnose(*changed).finding
    assert "training loss is no finite number from epoch 1 on" in diagnose(np.full(20, np.nan)).finding


def test_in_rows_of_several_nan_at_the_end_is_padding() -> None:
    train, validation = (np.tile(losses, (3, 1)) for losses in pair("good_fit"))
    for losses in (train, validation):
        losses[1, 70:] = np.nan
    assert diagnose(train, validation).labels == ("good_fit",) * 3
    told = diagnose(train, validation, diverged=[False, True, False])
    assert told.labels == ("good_fit", "diverged", "good_fit")
    assert told.label == "good_fit" and told.finding.endswith(", in 2 of 3 seeds; 1 seed diverged")
    assert told.readings[1].finding == "it diverged after epoch 70"
    train[1, 70] = np.inf
    assert diagnose(train, validation).labels[1] == "diverged"
    ragged = diagnose([row[np.isfinite(row)] for row in train], [row[np.isfinite(row)] for row in validation])
    assert ragged.labels == ("good_fit",) * 3


def test_a_single_curve_may_be_padded_where_that_is_said() -> None:
    train, validation = (np.r_[losses, np.nan] for losses in pair("good_fit"))
    assert diagnose(train, validation, diverged=False).label == "good_fit"
    assert diagnose(train, validation).label == "diverged"


def test_an_explosion_at_the_very_end_is_seen() -> None:
    train, validation = pair("good_fit")
    assert diagnose(lost(train, -1, 11.0), validation).label == "diverged"
    assert diagnose(lost(train, 50, 11.0), validation).label == "good_fit"


def stacked(*names: str) -> Diagnosis:
    train, validation = zip(*map(pair, names), strict=True)
    return diagnose(np.array(train), np.array(validation))


def test_the_majority_decides_and_tells_its_median_seed() -> None:
    found = stacked("overfit", "overfit", "good_fit")
    assert found.label == "overfit" and found.agreement == pytest.approx(2 / 3)
    assert found.labels == ("overfit", "overfit", "good_fit")
    assert found.finding.endswith(", in 2 of 3 seeds")
    turns = (20, 40, 50, 70, 30)
    found = diagnose([fall(100, 0.0, 5.0)] * 5, [bend(100, at, up=0.2) for at in turns])
    assert found.epochs == turns
    assert found.epoch == 40 and found.advice.startswith("stop at epoch 40")
    assert "all 5 seeds" in found.finding


def test_without_a_majority_the_median_curve_decides() -> None:
    found = stacked("overfit", "good_fit")
    assert found.label in ("overfit", "good_fit") and "in the median curve" in found.finding
    found = stacked("diverged", "diverged", "good_fit", "good_fit")
    assert found.label == "good_fit"  # the median is over those that did not diverge
    assert "2 diverged" in found.finding


def test_noisy_seeds_are_clearer_together() -> None:
    train, validation = pair("overfit", 60)
    noise = [jumps((10, 60), 0.15, seed) for seed in (1, 2)]
    found = diagnose(train * noise[0], validation * noise[1])
    assert found.labels.count("overfit") <= 5
    assert found.label == "overfit" and "in the median curve" in found.finding


def test_seeds_that_disagree_with_each_other_and_with_their_median_are_undetermined() -> None:
    names = ("diverged", "diverged", "overfit", "underfit_more_epochs", "underfit_more_epochs")
    train, validation = zip(*map(pair, names), strict=True)
    found = diagnose([*train, train[2], train[0]], [*validation, validation[2], validation[0]])
    # 3 diverged, 2 overfit, 2 more epochs: none has more than half, and the median is of the other four.
    assert found.label == "undetermined" and found.advice.startswith("look at the curves")
    assert "seeds disagree (3 diverged; 2 overfit; 2 underfit, more epochs)" in found.finding
    assert "; 3 seeds diverged" in found.finding


def test_seeds_in_any_order_give_the_same() -> None:
    train, validation = (
        np.array([pair(name)[which] for name in (*KNOWN, "overfit", "overfit", "overfit", "overfit")])
        for which in (0, 1)
    )
    found = diagnose(train, validation)
    order = np.random.default_rng(0).permutation(len(train))
    other = diagnose(train[order], validation[order])
    assert (found.label, found.epoch, found.agreement) == (other.label, other.epoch, other.agreement)
    assert [found.labels[place] for place in order] == list(other.labels)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(KNOWN),
    size=st.sampled_from([0.0, 0.01, 0.1]),
    seed=st.integers(0, 10_000),
    epochs=st.integers(8, 120),
    unit=st.sampled_from([1e-6, 1e-3, 1000.0, 1e9]),
)
def test_the_unit_of_the_loss_is_no_matter(
    name: str, size: float, seed: int, epochs: int, unit: float
) -> None:
    losses = [
        smooth * jumps((3, epochs), size, seed + place) for place, smooth in enumerate(pair(name, epochs))
    ]
    found = diagnose(*losses)
    assert diagnose(*(unit * values for values in losses)) == found


def test_an_offset_leaves_an_overfit_where_it_is() -> None:
    train, validation = pair("overfit")
    for offset in (-3.0, 100.0):
        found = diagnose(train + offset, validation + offset)
        assert (found.label, found.epoch) == ("overfit", 31)
    assert diagnose(*(losses - 10.0 for losses in pair("underfit_more_epochs"))).label == (
        "underfit_more_epochs"
    )


def test_numbers_of_the_epochs() -> None:
    train, validation = pair("overfit")
    found = diagnose(train, validation, epochs=range(5, 505, 5))
    assert found.epoch == 5 * 31 and found.advice == "stop at epoch 155, or regularise"


def test_plain_lists_and_whole_numbers_are_losses() -> None:
    assert diagnose(list(range(40, 0, -1)), [value + 5 for value in range(40, 0, -1)]).label == (
        "underfit_more_epochs"
    )
    assert diagnose(np.zeros(30), np.zeros(30)).label == "good_fit"  # nothing is left to learn


def test_losses_that_no_sum_can_hold_are_infinite() -> None:
    assert diagnose(lost(fall(30, 0.1, 2.0), 29, 1e200), fall(30, 0.1, 2.0)).label == "diverged"
    assert "no finite number" in diagnose([1e300] * 20, [1e300] * 20).finding


WRONG = [
    (([],), {}, None),
    ((["a", "b"],), {}, "losses are numbers, not"),
    (([True, False],), {}, "losses are numbers, not"),
    ((np.ones((2, 3, 4)),), {}, "losses have shape"),
    (([1.0, 2.0], [1.0]), {}, "train has 1 seeds x 2 epochs and validation 1 seeds x 1 epochs"),
    (([[1.0, 2.0]], [[1.0, 2.0]] * 2), {}, "and validation 2 seeds"),
    (([[1.0], ["a", "b"]],), {}, "one list of losses for each seed"),
    (([1.0, 2.0],), {"diverged": [True, False]}, "for each of 1 seeds"),
    (([1.0, 2.0],), {"diverged": [0.5]}, "true or false"),
    (([1.0, 2.0],), {"epochs": [1]}, "one for each of 2 epochs"),
    (([1.0, 2.0],), {"epochs": [2, 2]}, "in their order"),
    (([1.0, 2.0],), {"epochs": [1.0, 2.5]}, "whole numbers"),
    ((np.empty((0, 5)),), {}, "there are no losses"),
]


@pytest.mark.parametrize(("losses", "options", "message"), WRONG)
def test_what_are_no_losses(losses: tuple, options: dict, message: str | None) -> None:
    if message is None:
        assert diagnose(*losses, **options).label == "undetermined"
        return
    with pytest.raises(StatisticsError, match=message):
        diagnose(*losses, **options)


def test_a_diagnosis_shows_itself() -> None:
    epochs = np.arange(100)
    train, validation = np.exp(-epochs / 10), np.exp(-epochs / 10) + 0.3 * np.abs(epochs / 100 - 0.3)
    found = diagnose(np.stack([train, train]), np.stack([validation, validation]))
    assert str(found).splitlines()[0] == "overfit"
    assert f"epoch {found.epoch}" in str(found) and "2 of 2" in str(found)
    assert "<td" in found._repr_html_() and found.advice in found._repr_html_()
