"""Optimizers, what they do to gradients and weights, and learning-rate schedules."""

from collections.abc import Callable

from keras import layers, optimizers
from keras.optimizers import schedules

from tests.engines.table.row import VECTORS, Row, stack

Make = Callable[[], optimizers.Optimizer]

OPTIMIZERS: dict[str, Make] = {
    "SGD": lambda: optimizers.SGD(0.05),
    "SGD, momentum, clipnorm, ExponentialDecay": lambda: optimizers.SGD(
        schedules.ExponentialDecay(0.05, 20, 0.8, staircase=True), momentum=0.9, clipnorm=0.1
    ),
    "SGD, nesterov, clipvalue, CosineDecay with warm-up": lambda: optimizers.SGD(
        schedules.CosineDecay(0.0, 150, alpha=0.1, warmup_target=0.05, warmup_steps=40),
        momentum=0.9,
        nesterov=True,
        clipvalue=0.1,
    ),
    "SGD, weight_decay, global_clipnorm, PolynomialDecay": lambda: optimizers.SGD(
        schedules.PolynomialDecay(0.1, 60, 0.01, power=2.0, cycle=True), weight_decay=0.1, global_clipnorm=0.2
    ),
    "RMSprop": lambda: optimizers.RMSprop(0.01),
    "RMSprop, centred, momentum": lambda: optimizers.RMSprop(0.005, momentum=0.5, centered=True),
    "Adam": lambda: optimizers.Adam(0.01),
    "Adam, amsgrad, loss_scale_factor": lambda: optimizers.Adam(0.01, amsgrad=True, loss_scale_factor=8.0),
    "AdamW, global_clipnorm": lambda: optimizers.AdamW(0.01, weight_decay=0.1, global_clipnorm=0.1),
    "Adadelta, CosineDecayRestarts": lambda: optimizers.Adadelta(schedules.CosineDecayRestarts(2.0, 30)),
    "Adagrad, InverseTimeDecay": lambda: optimizers.Adagrad(schedules.InverseTimeDecay(0.1, 50, 0.5)),
    "Adamax, PiecewiseConstantDecay": lambda: optimizers.Adamax(
        schedules.PiecewiseConstantDecay([50, 120], [0.02, 0.01, 0.002])
    ),
    "Nadam": lambda: optimizers.Nadam(0.01),
    "Ftrl": lambda: optimizers.Ftrl(0.05, l1_regularization_strength=0.001),
    "Lion": lambda: optimizers.Lion(0.001),
    "Adafactor": lambda: optimizers.Adafactor(0.01),
    "Lamb": lambda: optimizers.Lamb(0.01),
    "Muon": lambda: optimizers.Muon(0.01),
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(
        optimizers.SGD(0.05), initial_scale=64.0, dynamic_growth_steps=50
    ),
    "LossScaleOptimizer of an averaging one": lambda: optimizers.LossScaleOptimizer(
        optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9), initial_scale=64.0
    ),
    "use_ema": lambda: optimizers.Adam(0.01, use_ema=True, ema_momentum=0.95),
    "use_ema, overwriting": lambda: optimizers.SGD(
        0.05, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=7
    ),
    "gradient_accumulation_steps": lambda: optimizers.Adam(0.02, gradient_accumulation_steps=3),
    "gradient accumulation, clipped and averaged": lambda: optimizers.SGD(
        0.1, 0.5, gradient_accumulation_steps=2, global_clipnorm=0.5, use_ema=True, ema_overwrite_frequency=5
    ),
}


def by_variable() -> optimizers.Optimizer:
    """One optimizer for the kernels and one, which averages, for the biases."""
    kernels = optimizers.Adam(0.01)
    biases = optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9)
    return optimizers.MultiOptimizer(lambda variable: biases if variable.name == "bias" else kernels)


if hasattr(optimizers, "ScheduleFreeAdamW"):  # newer than the oldest Keras that is supported
    OPTIMIZERS["ScheduleFreeAdamW"] = lambda: optimizers.ScheduleFreeAdamW(0.01)
if hasattr(optimizers, "MultiOptimizer"):
    OPTIMIZERS["MultiOptimizer, partly averaging"] = by_variable


def row(name: str, optimizer: Make) -> Row:
    return stack(name, VECTORS, lambda: [layers.Dense(3, "tanh"), layers.Dense(1)], optimizer=optimizer)


ROWS = [row(name, optimizer) for name, optimizer in OPTIMIZERS.items()]
