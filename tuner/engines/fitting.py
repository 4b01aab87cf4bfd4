"""The training loop of a group: which steps and epochs each compiled call does."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tuner.engines.base import OnProgress, ShouldPrune
from tuner.engines.checkpoints import Arrays, Checkpoint, fitting, numbered
from tuner.engines.group import Group
from tuner.engines.pace import Pace
from tuner.engines.program import Window


class History:
    """The logs of every epoch so far, and how many of them each seed has had."""

    def __init__(self, seeds: int) -> None:
        self.lengths = np.zeros(seeds, dtype=int)
        self.pruned = False
        self._epochs: list[dict[str, np.ndarray]] = []

    def add(self, logs: dict[str, np.ndarray], should_prune: ShouldPrune | None) -> None:
        """Add epochs, arrays of shape (seeds, epochs) by name, up to the one at which to prune."""
        for place in range(logs["active"].shape[1]):
            active = logs["active"][:, place]
            if not active.any():
                return
            epoch = {name: values[:, place] for name, values in logs.items() if name != "active"}
            if self._epochs:  # a seed that has stopped stays where it was
                before = self._epochs[-1]
                epoch = {name: np.where(active, values, before[name]) for name, values in epoch.items()}
            self._epochs.append(epoch)
            self.lengths += active
            if should_prune is not None and should_prune(len(self._epochs) - 1, epoch):
                self.pruned = True
                return

    def as_arrays(self) -> dict[str, np.ndarray]:
        """What `take_up` needs."""
        names = list(self._epochs[0])
        logs = [np.stack([epoch[name] for epoch in self._epochs]) for name in names]
        return {"lengths": self.lengths, "names": np.array(names), **numbered("log", logs)}

    def take_up(self, found: Arrays, should_prune: ShouldPrune | None) -> int:
        """Go on from what `as_arrays` gave; the pruner hears it once more. Returns: the number of epochs."""
        self.lengths = found["lengths"]
        logs = {str(name): found[f"log.{place}"] for place, name in enumerate(found["names"])}
        count = len(found["log.0"])
        self._epochs = [{name: values[epoch] for name, values in logs.items()} for epoch in range(count)]
        for epoch, row in enumerate(self._epochs if should_prune is not None else ()):
            self.pruned = self.pruned or bool(should_prune and should_prune(epoch, row))
        return count

    def of(self, seed: int) -> dict[str, tuple[float, ...]]:
        """One number an epoch under each name, until the seed stopped."""
        epochs = self._epochs[: self.lengths[seed]]
        names = epochs[0] if epochs else ()
        return {name: tuple(float(epoch[name][seed]) for epoch in epochs) for name in names}


def fit_group(
    group: Group,
    epochs: int,
    orders: Iterator[np.ndarray],
    should_prune: ShouldPrune | None,
    on_progress: OnProgress,
    checkpoint: Checkpoint,
) -> History:
    """Train the seeds of a group to their end; `orders` gives the examples' order, epoch after epoch.

    It goes on from its checkpoint, where there is one, and is kept there now and then.
    """
    plan, history, pace = group.plan, History(group.seeds), Pace()
    steps = plan.train_steps + plan.test_steps
    epoch = _take_up(group, history, checkpoint, should_prune)
    for _ in range(epoch):
        next(orders)
    while epoch < epochs and not history.pruned:
        count = min(pace.allowed() // steps, plan.chunk, epochs - epoch)
        if count:
            order = np.stack([next(orders) for _ in range(count)], axis=1)
            window = Window(epoch, count, (0, plan.train_steps), (0, plan.test_steps), ends=True)
            with pace.measure(count * steps):
                logs = group.advance(window, order)
        else:
            count = 1
            logs = _one_epoch(group, epoch, next(orders)[:, None], pace, epochs, on_progress)
        history.add(logs, should_prune)
        epoch += count
        on_progress(epoch / epochs)
        if plan.rules and group.all_stopped():
            break
        if epoch < epochs and not history.pruned and checkpoint.due:
            checkpoint.save({**numbered("carry", group.state()), **history.as_arrays()})
    on_progress(1.0)
    return history


def _take_up(group: Group, history: History, checkpoint: Checkpoint, should_prune: ShouldPrune | None) -> int:
    """Go on where an earlier session kept the training. Returns: the epochs that are done."""
    found = checkpoint.load()
    carry = None if found is None else fitting(found, "carry", group.state())
    if found is None or carry is None:  # on other devices it may have another shape
        return 0
    group.restore(carry)
    return history.take_up(found, should_prune)


def _one_epoch(
    group: Group,
    epoch: int,
    order: np.ndarray,
    pace: Pace,
    epochs: int,
    on_progress: OnProgress,
) -> dict[str, np.ndarray]:
    """An epoch in several calls. Returns: its logs."""
    plan = group.plan
    for start, stop in pace.over(plan.train_steps):
        group.advance(Window(epoch, 1, (start, stop), (0, 0), ends=False), order)
        on_progress((epoch + stop / plan.train_steps) / epochs)
    logs: dict[str, Any] = {}
    for start, stop in pace.over(plan.test_steps):
        window = Window(epoch, 1, (0, 0), (start, stop), ends=stop == plan.test_steps)
        logs = group.advance(window, order)
    return logs
