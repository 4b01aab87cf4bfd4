"""The rules that read one seed's learning curves, in the order in which they are asked.

    training blows up                                            diverged
    validation ends above its lowest, training does not          overfit
    training ends above its lowest (with or without validation)  undetermined: it is unstable
    neither has moved by 5 % of its start, nor begins to         underfit_more_capacity
    validation still falls                                       underfit_more_epochs
    both have under 5 % of their start left                      good_fit
    training has hardly moved                                    underfit_more_capacity
    validation jumps too much to tell a plateau from a fall      undetermined
    validation levels off clearly above training                 underfit_more_capacity
       ... which still falls, or has nothing left to learn       undetermined: not for lack of capacity
    they meet while most of the start is left                    underfit_more_capacity, or epochs if it falls
    they meet                                                    good_fit

What moves, what is low or high, and from where on it counts is said in `curves`. Two departures from the
book: a model that has learned its training data and still validates badly is not told to grow, and a
validation loss that turns up is an overfit however low it has become.

Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 12, Listings 12.9 to 12.12.
"""

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tuner.diagnosis.curves import FALL_ERRORS, LEAST_WINDOW, LOW, RISE_ERRORS, Curve, measure
from tuner.stats.scores import FloatArray

Numbers = NDArray[np.int64]

Label = Literal[
    "underfit_more_epochs", "underfit_more_capacity", "good_fit", "overfit", "diverged", "undetermined"
]
LABELS: tuple[Label, ...] = get_args(Label)

WORDS: dict[Label, str] = {
    "underfit_more_epochs": "underfit, more epochs",
    "underfit_more_capacity": "underfit, more capacity",
    "good_fit": "good fit",
    "overfit": "overfit",
    "diverged": "diverged",
    "undetermined": "undetermined",
}
"""The labels as a page or a table says them."""

LEAST_EPOCHS = 10
"""Below it a tenth of the curve is less than an epoch, and there is no telling a shape from its jumps."""

MEETING = 0.1
"""Curves meet when they end closer than a tenth of what they fell: in a picture of them they then touch."""

BLOW_UP = 3.0
"""A last training loss of more than so many times the first, that of the untrained network, is an explosion,
however short: the last weights are those that one is left with."""

_SLOWER = "lower the learning rate, or clip the gradients"
_GAP = "more data or regularisation may close the gap, more epochs or units will not"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the curves of one seed say.

    `finding` is the rule that fired, in plain words, and `advice` what to do. `epoch`, counted from 1, is
    where overfitting begins, None without it. `amount` is the number in the finding, as a share; NaN where
    it has none.
    """

    label: Label
    finding: str
    advice: str
    epoch: int | None = None
    amount: float = field(default=math.nan, compare=False)


def read(train: FloatArray, validation: FloatArray | None, epochs: Numbers) -> Reading:
    """The reading of finite losses of one seed, each of shape (epochs,); `epochs` are their numbers."""
    exploded = _exploded(train)
    if exploded is not None:
        return exploded
    if train.size < LEAST_EPOCHS:
        return Reading(
            "undetermined",
            f"too few epochs ({train.size}); a curve can be read from {LEAST_EPOCHS} on",
            "train longer",
        )
    scale = float(np.abs(train if validation is None else np.concatenate([train, validation])).max()) or 1.0
    learned = measure(train / scale)
    if validation is None:
        return _training_alone(learned)
    return _both(learned, measure(validation / scale), epochs)


def _both(train: Curve, validation: Curve, epochs: Numbers) -> Reading:
    if train.above_start:
        return _above_start(train)
    if validation.rises:
        return _turned(train, validation, epochs)
    if train.rises:
        return _unstable("training")
    if train.hardly_moved and validation.hardly_moved and not (train.low and validation.low):
        return _unmoved(train)
    if validation.falling and not (train.low and validation.low):
        return _falling("validation", validation)
    if train.low and validation.low:
        return Reading(
            "good_fit",
            f"training and validation both have under {percent(LOW)} of their start left",
            "keep it",
            amount=max(train.left, validation.left),
        )
    return _levelled(train, validation)


def _levelled(train: Curve, validation: Curve) -> Reading:
    """Validation neither rises nor falls."""
    gap = validation.end - train.end
    unsure = FALL_ERRORS * math.hypot(train.level_error, validation.level_error)
    apart = gap > max(unsure, MEETING * max(0.0, min(train.fall, validation.fall)))
    if train.hardly_moved:
        return _unmoved(train)
    if validation.noisy:
        text = "validation jumps too much to tell a plateau from a fall"
        return Reading("undetermined", text, "train more epochs, or validate on more data")
    if apart and (train.falling or train.low):
        why = "still falls" if train.falling else f"has under {percent(LOW)} of its start left"
        text = f"validation has levelled off {_above(gap, train.end)} training, which {why}"
        return Reading("undetermined", text, _GAP, amount=gap / abs(train.end or 1.0))
    if apart:
        return Reading(
            "underfit_more_capacity",
            f"both have levelled off, validation {_above(gap, train.end)} training",
            "add units or layers",
            amount=gap / abs(train.end or 1.0),
        )
    if train.high:
        return _falling("training", train) if train.falling else _high("both have levelled off", train)
    return Reading("good_fit", "training and validation have levelled off and meet", "keep it")


def _training_alone(train: Curve) -> Reading:
    """What can be said without validation: that the training data themselves are not learned."""
    if train.rises:
        return _above_start(train) if train.above_start else _unstable("training")
    if train.hardly_moved:
        return _unmoved(train)
    if train.high:
        return _falling("training", train) if train.falling else _high("training has levelled off", train)
    return Reading(
        "undetermined",
        f"training {'still falls' if train.falling else 'has levelled off'}, but there are no validation "
        "losses to tell a good fit from an overfit",
        "give validation data",
    )


def _exploded(train: FloatArray) -> Reading | None:
    if train.size < 2 or not abs(train[-1]) > BLOW_UP * abs(train[0]) > 0.0 or train[-1] < 0.0:
        return None
    text = f"training ends at more than {BLOW_UP:g} times the loss it began with"
    return Reading("diverged", text, _SLOWER)


def _above_start(train: Curve) -> Reading:
    text = f"training ends {_above(train.end - train.start, train.start)} where it began"
    return Reading("diverged", text, _SLOWER, amount=(train.end - train.start) / abs(train.start or 1.0))


def _turned(train: Curve, validation: Curve, epochs: Numbers) -> Reading:
    """Validation ends above its lowest tenth: an overfit unless training rose with it."""
    then = train.level(validation.lowest_from)
    if train.end - then > RISE_ERRORS * math.sqrt(2.0) * train.level_error:
        return _unstable("training and validation", "rise together")
    epoch = int(epochs[validation.turn])
    falls = "falls on" if train.end < then else "stays"
    text = f"validation is lowest at epoch {epoch} and ends {_above(validation.rise, validation.lowest)} that"
    return Reading(
        "overfit",
        f"{text}, while training {falls}",
        f"stop at epoch {epoch}, or regularise",
        epoch,
        validation.rise / abs(validation.lowest or 1.0),
    )


def _unstable(what: str, how: str = "ends above its lowest") -> Reading:
    return Reading("undetermined", f"{what} {how}: training is unstable", "lower the learning rate")


def _falling(what: str, curve: Curve) -> Reading:
    drop = curve.drop if curve.falls_at_end else curve.later_drop
    share = drop / (curve.end + drop if curve.end > 0.0 else curve.fall)
    told = percent(share) if curve.end > 0.0 else f"by {percent(share)} of all it fell"
    tenth = f"the last tenth ({curve.window} epochs)"
    stretch = f"the last {curve.window} epochs" if curve.window == LEAST_WINDOW else tenth
    if not curve.falls_at_end:
        stretch = f"{curve.window} epochs, all through the later half"
    text = f"{what} still falling {told} over {stretch}"
    return Reading("underfit_more_epochs", text, "train longer", amount=share)


def _unmoved(train: Curve) -> Reading:
    left = "" if math.isnan(train.left) else f": it ends at {percent(train.left)} of its start"
    text = f"training has hardly moved{left}"
    return Reading("underfit_more_capacity", text, "raise the learning rate, or add units", amount=train.left)


def _high(what: str, train: Curve) -> Reading:
    left = "" if math.isnan(train.left) else f", training at {percent(train.left)} of its start"
    text = f"{what} high{left}"
    return Reading("underfit_more_capacity", text, "add units or layers", amount=train.left)


def percent(share: float) -> str:
    """A share in words that change little with rounding: 3.1 %, 12 %, under 0.1 %.

    >>> percent(0.031), percent(0.124), percent(0.0004)
    ('3.1 %', '12 %', 'under 0.1 %')
    """
    if abs(share) < 0.0005:
        return "under 0.1 %"
    return f"{100 * share:.1f} %" if abs(share) < 0.0995 else f"{100 * share:,.0f} %"


def _above(difference: float, level: float) -> str:
    """How far above a level something is, as it can stand before that level.

    >>> _above(0.1, 1.0), _above(4.0, 1.0), _above(1.0, -2.0)
    ('10 % above', '5 times as high as', 'above')
    """
    if level <= 0.0:
        return "above"
    share = difference / level
    return f"{percent(share)} above" if share < 1.0 else f"{1.0 + share:.3g} times as high as"
