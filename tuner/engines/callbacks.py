"""Keras' callbacks for all seeds at once: what they would do to each, as functions of its logs.

A rule has a state of numbers for each seed and is applied at the end of every epoch, inside the compiled
program. A callback that is none of those below acts on one model at a time, so its study goes to `fit`.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import keras
import numpy as np

from tuner.engines.base import UnsupportedError

Logs = dict[str, Any]

_WATCHING = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau)


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """One seed at the end of an epoch: its number, its logs, its learning rate (None where scheduled)."""

    epoch: Any
    logs: Logs
    learning_rate: Any


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says of one seed: to stop it, to keep its weights as the best, its learning rate."""

    state: Any
    stop: Any = False
    improved: Any = False
    learning_rate: Any = None


@dataclass(frozen=True, slots=True)
class Monitor:
    """A value to be watched: better is `sign` times lower, by more than `min_delta`."""

    name: str
    sign: int
    min_delta: float

    def is_better(self, value: Any, than: Any, known: Any) -> Any:
        return ~known | (self.sign * value + self.min_delta < self.sign * than)


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """`keras.callbacks.EarlyStopping`."""

    monitor: Monitor
    patience: int
    baseline: float | None
    start_from_epoch: int
    restores: bool

    def begin(self) -> Any:
        return {"wait": jnp.int32(0), "best": _zero(), "known": jnp.bool_(False)}

    def end_epoch(self, state: Any, now: EpochEnd) -> Decision:
        value = now.logs[self.monitor.name]
        started = now.epoch >= self.start_from_epoch
        better = self.monitor.is_better(value, state["best"], state["known"])
        above = True
        if self.baseline is not None:
            above = self.monitor.is_better(value, self.baseline, True)
        wait = jnp.where(better & above, 0, state["wait"] + 1)
        after = {
            "wait": jnp.where(started, wait, state["wait"]),
            "best": jnp.where(started & better, value, state["best"]).astype(state["best"].dtype),
            "known": state["known"] | started,
        }
        stop = started & ~better & (wait >= self.patience) & (now.epoch > 0)
        return Decision(after, stop=stop, improved=started & better)


@dataclass(frozen=True, slots=True)
class ReduceOnPlateau:
    """`keras.callbacks.ReduceLROnPlateau`."""

    monitor: Monitor
    factor: float
    patience: int
    cooldown: int
    min_lr: float
    restores: bool = False

    def begin(self) -> Any:
        counts = {"wait": jnp.int32(0), "cooldown": jnp.int32(0)}
        return {**counts, "best": _zero(), "known": jnp.bool_(False)}

    def end_epoch(self, state: Any, now: EpochEnd) -> Decision:
        value, rate = now.logs[self.monitor.name], now.learning_rate
        cooling = state["cooldown"] > 0
        cooldown = jnp.where(cooling, state["cooldown"] - 1, 0)
        wait = jnp.where(cooling, 0, state["wait"])
        better = self.monitor.is_better(value, state["best"], state["known"])
        waits = ~better & ~(cooldown > 0)
        wait = jnp.where(better, 0, jnp.where(waits, wait + 1, wait))
        reduced = waits & (wait >= self.patience) & (rate > np.float32(self.min_lr))
        after = {
            "wait": jnp.where(reduced, 0, wait),
            "cooldown": jnp.where(reduced, self.cooldown, cooldown),
            "best": jnp.where(better, value, state["best"]).astype(state["best"].dtype),
            "known": jnp.bool_(True),
        }
        lower = jnp.maximum(rate * self.factor, self.min_lr).astype(rate.dtype)
        return Decision(after, learning_rate=jnp.where(reduced, lower, rate))


@dataclass(frozen=True, slots=True)
class StopAtNaN:
    """`keras.callbacks.TerminateOnNaN`: the running loss of an epoch shows what any batch had."""

    restores: bool = False

    def begin(self) -> Any:
        return ()

    def end_epoch(self, state: Any, now: EpochEnd) -> Decision:
        return Decision(state, stop=~jnp.isfinite(now.logs["loss"]))


@dataclass(frozen=True, slots=True)
class Schedule:
    """`keras.callbacks.LearningRateScheduler`; the rates of all epochs are known before the first."""

    restores: bool = False

    def begin(self) -> Any:
        return ()

    def end_epoch(self, state: Any, now: EpochEnd) -> Decision:
        return Decision(state)


Rule = EarlyStopping | ReduceOnPlateau | StopAtNaN | Schedule


def rules(callbacks: Sequence[Any], model: keras.Model, measured: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of a model's callbacks, which can watch what is measured.

    Raises: UnsupportedError where a callback is none that is known here, or watches something else.
    """
    for callback in callbacks:
        if isinstance(callback, _WATCHING) and callback.monitor not in measured:
            raise UnsupportedError(
                f"{type(callback).__name__} watches {callback.monitor!r}, which is not measured;"
                f" measured are {', '.join(measured)}"
            )
    found = tuple(_rule(callback, model) for callback in callbacks)
    if sum(rule.restores for rule in found) > 1:
        raise UnsupportedError("two EarlyStopping callbacks restore weights, one after the other")
    kinds = {type(rule) for rule in found}
    if kinds & {Schedule, ReduceOnPlateau} and _rate(model) is None:
        raise UnsupportedError("a callback sets the learning rate, and the optimizer has a schedule for it")
    if Schedule in kinds and ReduceOnPlateau in kinds:
        raise UnsupportedError("LearningRateScheduler and ReduceLROnPlateau both set the learning rate")
    return found


def learning_rates(callbacks: Sequence[Any], model: keras.Model, epochs: int) -> np.ndarray | None:
    """The learning rate of every epoch, where a `LearningRateScheduler` sets it."""
    schedules = [one.schedule for one in callbacks if type(one) is keras.callbacks.LearningRateScheduler]
    if not schedules:
        return None
    rate = _rate(model)
    rates = np.empty(epochs, np.asarray(rate).dtype)
    current = float(np.asarray(rate))
    for epoch in range(epochs):
        for schedule in schedules:
            try:
                given = schedule(epoch, current)
            except TypeError:  # a schedule of the epoch alone
                given = schedule(epoch)
            if not isinstance(given, float | np.floating):
                raise UnsupportedError("the schedule of a LearningRateScheduler returns no float")
            rates[epoch] = given
            current = float(rates[epoch])  # as the optimizer's variable holds it
    return rates


def rate_place(model: keras.Model) -> int | None:
    """Where the learning rate stands among the optimizer's variables; None where it has a schedule."""
    rate = _rate(model)
    places = [place for place, one in enumerate(model.optimizer.variables) if one is rate]
    return places[0] if places else None


def _zero() -> Any:
    return jnp.zeros((), keras.config.floatx())


def _rate(model: keras.Model) -> Any:
    rate = getattr(model.optimizer, "learning_rate", None)  # several optimizers in one have none
    return rate if isinstance(rate, keras.Variable) else None


def _rule(callback: Any, model: keras.Model) -> Rule:
    kinds = keras.callbacks
    if type(callback) is kinds.EarlyStopping:
        return EarlyStopping(
            monitor=_monitor(callback, model),
            patience=callback.patience,
            baseline=callback.baseline,
            start_from_epoch=callback.start_from_epoch,
            restores=bool(callback.restore_best_weights),
        )
    if type(callback) is kinds.ReduceLROnPlateau:
        return ReduceOnPlateau(
            monitor=_monitor(callback, model),
            factor=callback.factor,
            patience=callback.patience,
            cooldown=callback.cooldown,
            min_lr=callback.min_lr,
        )
    if type(callback) is kinds.TerminateOnNaN and not getattr(callback, "raise_error", False):
        return StopAtNaN()
    if type(callback) is kinds.LearningRateScheduler:
        return Schedule()
    raise UnsupportedError(f"the callback {type(callback).__name__} acts on one model at a time")


def _monitor(callback: Any, model: keras.Model) -> Monitor:
    """What a callback watches and which way is better, as Keras itself decides it."""
    asked = copy.copy(callback)
    asked.min_delta = abs(asked.min_delta)
    asked.set_model(model)
    asked._set_monitor_op()
    sign = 1 if asked.monitor_op is keras.ops.less else -1
    return Monitor(asked.monitor, sign, abs(asked.min_delta))
