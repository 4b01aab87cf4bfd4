"""Generators and loaders of the systems that studies search on.

Each function returns `tuner.Splits`, which name the forecasts without a network that a model has to beat.
Where examples are random, those of train, validation and test are drawn from separate streams of one `seed`,
and a generator of random numbers as the seed gives other data at every call: `data=lambda rng:
echo(seed=rng)`. Only `sine_sum` takes three `seeds` instead, whole numbers, and with them has the source's
numbers to the digit. Arrays are float32, but for the pixels of `moving_square`.

| function | see | tell | x of an example | y of an example | naive forecasts |
|---|---|---|---|---|---|
| `addition` | "10+4+7" as characters | "21" | (8, 12) | (2, 12) | majority |
| `bitcoin` | 40 days of prices in two currencies | the next 40 | (40, 2) | (40, 2) | zero, last, linear |
| `contrived_series` | a value of a straight line | the next | (1, 1) | (1,) | mean, last |
| `cumulative_sum` | values | whether their sum has come to a limit | (10, 1) | (10, 1) | majority |
| `damped_sine` | a wave that fades | its next steps | (50, 1) | (5,) | mean, last, linear |
| `echo` | whole numbers | the one at a place | (5, 10) | (10,) | majority |
| `moving_square` | an animation | which way the square moves | (50, 50, 50, 1) | (1,) | majority |
| `rectangles` | a corner | the next | (1, 2) | (2,) | mean, last |
| `reverse_integers` | whole numbers | the first in reverse | (6, 51), (3, 51) | (3, 51) | majority |
| `signals` | the past of waves | their future | (10, 2) or (15, 1) or (30, 1) | as x | zero, last, linear |
| `sine_sum` | the past of a sum of sines | its future | (15, 1) | (15, 1) | zero, last, linear |
| `sunspots` | the sunspot numbers of some days | the next | (10, 1) | (1,) | last, linear |
| `toy_classification` | six numbers | the one that is not 0 | (6, 1) | (4,) | majority |

The module of each function has its raw generator as well, which takes an `rng`, and what turns its numbers
into arrays and back.
"""

from tuner.problems.addition import addition
from tuner.problems.bitcoin import bitcoin
from tuner.problems.coding import from_one_hot, one_hot
from tuner.problems.contrived_series import contrived_series
from tuner.problems.cumulative_sum import cumulative_sum
from tuner.problems.damped_sine import damped_sine
from tuner.problems.echo import echo
from tuner.problems.moving_square import moving_square
from tuner.problems.rectangles import RectangleErrors, rectangle_errors, rectangles
from tuner.problems.reverse_integers import reverse_integers
from tuner.problems.signals import signals
from tuner.problems.sine_sum import random_sines, sine_sum
from tuner.problems.sunspots import sunspots
from tuner.problems.toy_classification import toy_classification

__all__ = [
    "RectangleErrors",
    "addition",
    "bitcoin",
    "contrived_series",
    "cumulative_sum",
    "damped_sine",
    "echo",
    "from_one_hot",
    "moving_square",
    "one_hot",
    "random_sines",
    "rectangle_errors",
    "rectangles",
    "reverse_integers",
    "signals",
    "sine_sum",
    "sunspots",
    "toy_classification",
]
