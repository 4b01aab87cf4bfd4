"""The vectorized engine: the seeds of a configuration together in one compiled program.

Keras on JAX can run a training step as a pure function of the model's state, the same that `fit` calls.
`functions.py` traces it, `program.py` maps it over seeds and loops it over steps and epochs. This module
makes the models of a job, finds out what they share, and trains their seeds in groups.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh

from tuner.building import Built
from tuner.engines.base import (
    Job,
    OnProgress,
    Outcome,
    ShouldPrune,
    UnsupportedError,
    example_scores,
    kept_predictions,
    score,
    skipped,
    whole_outputs,
)
from tuner.engines.batches import orders
from tuner.engines.checkpoints import Checkpoints
from tuner.engines.fitting import History, fit_group
from tuner.engines.functions import sizes
from tuner.engines.group import Group
from tuner.engines.memory import too_large
from tuner.engines.pace import Pace
from tuner.engines.program import BY_SEED, SHARED, Plan, Program
from tuner.engines.seeded import Seeded, check_alike, equal
from tuner.engines.states import Initial, State, UnknownOriginError, known_draws, stacked
from tuner.engines.tracing import Tree, largest_product
from tuner.outputs import Outputs
from tuner.predictions import Predictions
from tuner.records import ExampleScores
from tuner.splits import Splits

_FEW = 16  # seeds whose models are all built: that is quicker than compiling their initializers
_ORDERS = 1 << 18  # examples whose order one call gets, over all its epochs
_MOST_EPOCHS = 512  # in one call
# On a CPU the seeds of a group fill a core with the largest matrix product of a training step, and not much
# more: then the working set of the step stays in its cache. Where one seed does not fill it, a few are as
# quick together, and spare a second program for the last group.
_FILLS_A_CORE = 1_200_000  # multiplications
_A_FEW = 3  # seeds a core
_MOST_ON_A_CPU, _MOST = 32, 256  # seeds of a group
_SMALLER = (
    "the seeds of some configurations did not fit into the memory together; they trained in smaller groups,"
    " with the same scores but for rounding"
)


def train(job: Job, on_progress: OnProgress) -> tuple[Outcome, ...]:
    """Train and score all seeds of a job, in as many groups as it takes.

    Raises: UnsupportedError where the job needs something that only the fit engine has.
    """
    return Session(job).train(range(len(job.builds)), on_progress)


def unsupported(built: Built) -> str | None:
    """Why this engine cannot train the model, in words for the user; None where it can."""
    try:
        check_alike([Seeded(built)])  # traces it, and reads its callbacks
    except UnsupportedError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class _Members:
    """The seeds of a group: their data and, by seed, what tells them apart."""

    splits: list[Splits]
    data: dict[str, Tree]
    state: State
    inputs: Any
    rates: np.ndarray | None
    orders: list[int]


class Session:
    """The seeds of a job. Two models are made at once, the others where they are needed.

    `on_note` is told in words where seeds do not fit into the memory together.

    Raises: UnsupportedError where the job needs something that only the fit engine has.
    """

    def __init__(self, job: Job, on_note: Callable[[str], None] = lambda text: None) -> None:
        self._job, self._on_note = job, on_note
        self._samples = [Seeded(build()) for build in job.builds[:2]]
        first, last = self._samples[0], self._samples[-1]
        check_alike(self._samples)
        # Where the seed alone tells the members apart, two of them show what all of them share: two that
        # were not built from the same draws.
        self._alike = (
            job.alike
            and len({seed.integer("init") for seed in job.seeds[:2]}) == len(self._samples)
            and equal(first.functions.inputs, last.functions.inputs)
            and first.built.splits is last.built.splits
            and equal(first.weights, last.weights)
            and equal(first.rates, last.rates)
            and all(known_draws(sample.built) is not None for sample in self._samples)
        )
        if not self._alike and (reason := too_large(first.built.splits, vary=True)):
            raise UnsupportedError(reason)
        self._devices = jax.local_devices()
        self._most = _most_together(first, self._devices)

    @property
    def size(self) -> int:
        """How many seeds should train together, in equal groups."""
        count = len(self._job.builds)
        return math.ceil(count / math.ceil(count / self._most))

    def train(
        self,
        positions: Sequence[int],
        on_progress: OnProgress,
        should_prune: ShouldPrune | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> tuple[Outcome, ...]:
        """Train and score the seeds at these positions of the job: together, where that many may.

        So a group that was planned trains whole, however many seeds the job has by now. Groups that do not
        fit into the memory are halved. `should_prune` is asked about the first group, and where that is
        pruned the others are skipped. Long trainings go on from what `checkpoints` has of them; of halves it
        has the last one that was in training.
        """
        checkpoints = checkpoints or Checkpoints()
        if len(positions) <= self._most:
            try:
                return self._train(positions, on_progress, should_prune, checkpoints)
            except (MemoryError, jax.errors.JaxRuntimeError) as error:
                if not _out_of_memory(error) or len(positions) == 1:
                    raise
                self._most = math.ceil(len(positions) / 2)
                self._on_note(_SMALLER)
        outcomes: tuple[Outcome, ...] = ()
        parts = np.array_split(np.asarray(positions), math.ceil(len(positions) / self._most))
        for part in map(np.ndarray.tolist, parts):
            done, share = len(outcomes) / len(positions), len(part) / len(positions)
            if done and outcomes[0].pruned:
                outcomes += (skipped(self._job),) * len(part)
                continue
            ask = None if done else should_prune
            outcomes += self.train(part, _within(on_progress, done, share), ask, checkpoints)
        return outcomes

    def _train(
        self,
        positions: Sequence[int],
        on_progress: OnProgress,
        should_prune: ShouldPrune | None,
        checkpoints: Checkpoints,
    ) -> tuple[Outcome, ...]:
        first, count = self._samples[0], len(positions)
        members = self._members(positions)
        plan = self._plan()
        program = Program(first.functions, plan, _mesh(count, self.size, self._devices))
        group = Group(program, count, members.state, members.inputs, members.data, members.rates)
        shuffle = first.built.fit.get("shuffle", True)
        history = fit_group(
            group,
            first.epochs,
            orders(members.orders, plan.train_rows, shuffle, first.peeks),
            should_prune,
            on_progress,
            checkpoints.of("vectorized", positions),
        )
        group.finish()
        return self._outcomes(group, members.splits, history)

    def _members(self, positions: Sequence[int]) -> _Members:
        if self._alike and len(positions) > _FEW and self._initial is not None:
            seeds = [self._job.seeds[position] for position in positions]
            return self._of_equals(self._initial.states(seeds), [seed.integer("order") for seed in seeds])
        seeded = [self._seeded(position) for position in positions]
        if not self._alike or any(one.numbers != self._samples[0].numbers for one in seeded):
            check_alike([self._samples[0], *seeded])
        state = stacked([one.state for one in seeded])
        order = [one.built.seed.integer("order") for one in seeded]
        if self._alike:
            return self._of_equals(state, order)
        rates = [one.rates for one in seeded]
        return _Members(
            splits=[one.built.splits for one in seeded],
            data=stacked([one.data for one in seeded]),
            state=state,
            inputs=stacked([one.functions.inputs for one in seeded]),
            rates=None if rates[0] is None else np.stack([rate for rate in rates if rate is not None]),
            orders=order,
        )

    @cached_property
    def _initial(self) -> Initial | None:
        try:
            return Initial(*(sample.built for sample in self._samples))
        except UnknownOriginError:
            return None

    def _of_equals(self, state: State, order: list[int]) -> _Members:
        """Members that differ in their state and their order only."""
        first, count = self._samples[0], len(order)
        rates = first.rates
        return _Members(
            splits=[first.built.splits] * count,
            data=first.data,
            state=state,
            inputs=first.functions.inputs,
            rates=None if rates is None else np.tile(rates, (count, 1)),
            orders=order,
        )

    def _seeded(self, position: int) -> Seeded:
        known = position < len(self._samples)
        return self._samples[position] if known else Seeded(self._job.builds[position]())

    def _plan(self) -> Plan:
        first = self._samples[0]
        rows, size = first.built.splits.sizes, sizes(first.built)
        most = max(1, min(_MOST_EPOCHS, _ORDERS // rows["train"]))
        return Plan(
            train_rows=rows["train"],
            train_batch=size.train,
            test_rows=rows["validation"],
            test_batch=size.validation,
            chunk=min(most, 1 << (first.epochs - 1).bit_length()),
            rules=first.rules,
            rate=first.rate,
            placed=SHARED if self._alike else BY_SEED,
        )

    def _outcomes(self, group: Group, splits: Sequence[Splits], history: History) -> tuple[Outcome, ...]:
        scores: list[dict[str, float]] = [{} for _ in splits]
        examples: list[ExampleScores | None] = [None for _ in splits]
        kept: list[Predictions | None] = [None for _ in splits]
        outputs: list[Outputs | None] = [None for _ in splits]
        built = self._samples[0].built
        pace = Pace()
        for name in self._job.score_on:
            predictions = group.predict(name, pace)
            for k, own in enumerate(splits):
                y_pred = jax.tree.map(lambda array, k=k: array[k], predictions)
                x, y_true = getattr(own, name)
                scores[k][name] = found = score(self._job.metric, y_true, y_pred)
                examples[k] = example_scores(self._job, name, y_true, y_pred, found) or examples[k]
                kept[k] = kept_predictions(self._job, name, x, y_true, y_pred, found) or kept[k]
                outputs[k] = whole_outputs(self._job, name, built, y_true, y_pred, found) or outputs[k]
        weights = self._in_order(group.weights()) if self._job.keep_weights else []
        return tuple(
            Outcome(
                scores[k],
                history.of(k),
                pruned=history.pruned,
                weights=tuple(array[k] for array in weights),
                examples=examples[k],
                predictions=kept[k],
                outputs=outputs[k],
            )
            for k in range(len(splits))
        )

    def _in_order(self, variables: tuple[list[np.ndarray], list[np.ndarray]]) -> list[np.ndarray]:
        """Trainable and other variables in the order of `model.weights`, without the generators' states."""
        model, (trainable, other) = self._samples[0].built.model, variables
        names = (*model.trainable_variables, *model.non_trainable_variables)
        values = {id(name): value for name, value in zip(names, (*trainable, *other), strict=True)}
        return [values[id(weight)] for weight in model.weights]


def _most_together(sample: Seeded, devices: Sequence[Any]) -> int:
    """How many seeds of a model train together at most."""
    if devices[0].platform != "cpu":
        return _MOST
    traced = sample.functions.traced
    product = max(largest_product(traced[name]) for name in traced if name.startswith("train"))
    least = _A_FEW if product <= _FILLS_A_CORE else 1
    return min(_MOST_ON_A_CPU, len(devices) * max(least, _FILLS_A_CORE // max(product, 1)))


def _mesh(seeds: int, size: int, devices: Sequence[Any]) -> Mesh:
    """The fewest devices that finish the seeds in the fewest rounds.

    A group that is smaller than the others of its job gets as many devices as they do, where they do not
    take more rounds: so it needs no program of its own, and each device computes what it would otherwise.
    """
    rounds = math.ceil(seeds / len(devices))
    if rounds == math.ceil(size / len(devices)):
        seeds = max(seeds, size)
    return Mesh(np.asarray(devices[: math.ceil(seeds / rounds)]), ("seeds",))


def _within(on_progress: OnProgress, done: float, share: float) -> OnProgress:
    """Progress of a part as progress of the whole."""
    return lambda part: on_progress(done + share * part)


def _out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)
