"""The study that compares the ways to update: its data, its models, its configurations.

It is run as every study is: with fresh seeds, Holm's method, verdicts and a report. What is particular to it:

- The baseline is the existing model as it is in use. It is a set of K members and no training is part of
  it, so run k stands for member k mod K, and so does every run of a way that starts from the existing
  model. Runs are compared in pairs, each update with the member that it started from, and a verdict is
  about these members. Given them, what varies within the pairs of a member is the training of the update
  alone, so that repeating members counts nothing twice; that members differ widens the interval, which errs
  on the safe side.
- All ways choose by the same recent examples and are judged by the same, the most recent ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tuner.building import call_symbolically, called, tried
from tuner.deploy.updating.making import Weights
from tuner.deploy.updating.material import Material
from tuner.deploy.updating.parting import Pair, recent, together
from tuner.deploy.updating.ways import EXISTING, EXISTING_MODEL, FAIR, HELPS_AT_ALL, NEW_DATA_HELP, WAYS, Way
from tuner.deploy.weights import put_weights
from tuner.errors import BundleError, study_errors
from tuner.splits import Splits
from tuner.study import Study
from tuner.trials import PinnedTrial

RATES = (1 / 30, 3.0)  # of the learning rate that build gives, where it is searched
LEAST_RECENT = 0.1  # of the examples of a way

EPOCHS, RATE, RECENT, WAY = "epochs", "learning_rate_factor", "recent", "way"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a way is trained where nothing was searched.

    `recent` is the share of the way's examples that it sees, the most recent ones; None where their order is
    not that of time, so that all are seen. The learning rate is that which build gives, times `rate`; with
    `fixed_rate` a callback of build sets it, and nothing else can.
    """

    epochs: int
    rate: float = 1.0
    recent: float | None = None
    fixed_rate: bool = False

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise BundleError(f"--epochs is {self.epochs}; give 1 or more")

    @property
    def params(self) -> dict[str, Any]:
        """The values of a way's hyperparameters."""
        rate = {} if self.fixed_rate else {RATE: self.rate}
        recent = {} if self.recent is None else {RECENT: self.recent}
        return {EPOCHS: self.epochs, **rate, **recent}


def settings_of(material: Material, epochs: int | None) -> Settings:
    """The settings without a search: as the bundle's model was trained.

    Raises: BundleError where `epochs` is below 1; StudyError where build fails.
    """
    trial = PinnedTrial(material.params, material.bundle.configuration)
    with study_errors("build"):
        _, fit = tried(material.builder, trial, _splits(material, material.new.train), 0)
    given = fit.get("callbacks") or []
    callbacks = given if isinstance(given, list | tuple) else [given]
    scheduled = any(isinstance(one, keras.callbacks.LearningRateScheduler) for one in callbacks)
    recent = 1.0 if material.study.series else None
    return Settings(epochs or material.bundle.epochs.count, recent=recent, fixed_rate=scheduled)


def comparison(
    material: Material,
    configurations: Mapping[str, Mapping[str, Any]],
    settings: Settings,
    **changes: Any,
) -> Study:
    """The study that compares the ways with the existing model, each with its own values."""
    members = len(material.members)
    return _study(
        material,
        _chosen_way,
        settings.epochs,
        fixed_rate=settings.fixed_rate,
        baseline={WAY: EXISTING},
        baseline_words=EXISTING_MODEL,
        candidates={name: {WAY: name, **values} for name, values in configurations.items()},
        references={"baseline": HELPS_AT_ALL}
        | ({FAIR.name: NEW_DATA_HELP} if FAIR.name in configurations else {}),
        pairs=_pairs(members),
        trials=0,
        **changes,
    )


def search(material: Material, way: Way, settings: Settings, trials: int, **changes: Any) -> Study:
    """The study that searches the values of one way, by the recent examples that are there to choose by."""
    return _study(
        material,
        lambda trial: way.name,
        settings.epochs,
        fixed_rate=settings.fixed_rate,
        baseline=settings.params,
        pairs=_pairs(len(material.members)) if way.existing else "",
        trials=trials,
        **changes,
    )


def _pairs(members: int) -> str:
    if members == 1:
        return "all start from, or stand beside, the one network of the bundle, so verdicts are about it"
    return (
        f"run k of the existing model is network k mod {members} of the bundle as it is, and ways that train "
        "the existing model further start run k from that one, so verdicts are about these"
        f" {members} networks, one by one and not the mean of their predictions"
    )


def _chosen_way(trial: Any) -> str:
    return str(trial.suggest_categorical(WAY, [EXISTING, *WAYS]))


def _study(
    material: Material, way_of: Callable[[Any], str], epochs: int, *, fixed_rate: bool, **fields: Any
) -> Study:
    study = material.study
    pools = {name: _pool(material, way) for name, way in WAYS.items()}
    most = 2 * epochs

    def data(trial: Any) -> Splits:
        name = way_of(trial)
        if name == EXISTING:
            return _splits(material, material.new.train)
        pool = pools[name]
        if study.series:  # else the order of the old examples is none of time
            pool = recent(pool, trial.suggest_float(RECENT, LEAST_RECENT, 1.0))
        return _splits(material, pool)

    def build(trial: Any, data: Splits, seed_index: int) -> tuple[keras.Model, dict[str, Any]]:
        name = way_of(trial)
        inner = PinnedTrial(material.params, material.bundle.configuration)
        model, fit = called(material.builder, inner, data, seed_index)
        if name == EXISTING or WAYS[name].existing:
            _start_from(model, data, material.members[seed_index % len(material.members)])
        if name == EXISTING:
            return model, {"epochs": 0, "batch_size": fit.get("batch_size")}
        if not fixed_rate:
            _scale(model.optimizer, trial.suggest_float(RATE, *RATES, log=True))
        return model, {**fit, "epochs": trial.suggest_int(EPOCHS, 1, most, log=most > 8)}

    settings: dict[str, Any] = {"level": study.level, "seed": study.seed, "objective": study.objective}
    return Study(
        data=data,
        build=build,
        metric=study.metric,
        direction=study.direction,
        epochs=epochs,
        series=study.series,
        margin=study.margin,
        same_test=True,
        source=material.source,
        **settings | fields,
    )


def _pool(material: Material, way: Way) -> Pair:
    parts = [*([material.old] if way.old else []), *([material.new.train] if way.new else [])]
    return parts[0] if len(parts) == 1 else together(*parts)


def _splits(material: Material, train: Pair) -> Splits:
    new = material.new
    return Splits(
        train,
        new.validation,
        new.test,
        naive=material.naive,
        credit=material.credit,
        targets=material.targets,
    )


def _start_from(model: keras.Model, data: Splits, weights: Weights) -> None:
    call_symbolically(model, data)
    put_weights(model, weights)


def _scale(optimizer: Any, factor: float) -> None:
    """Multiply the learning rate, also one that follows a schedule."""
    if factor == 1.0:
        return
    rate = optimizer._learning_rate  # the property gives that of the moment
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        optimizer.learning_rate = Scaled(rate, factor)
    else:
        optimizer.learning_rate = float(np.asarray(rate)) * factor


class Scaled(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras has no types
    """A schedule of the learning rate times a factor."""

    def __init__(self, schedule: Any, factor: float) -> None:
        super().__init__()
        self.schedule, self.factor = schedule, factor

    def __call__(self, step: Any) -> Any:
        return self.schedule(step) * self.factor

    def get_config(self) -> dict[str, Any]:
        return {"schedule": keras.saving.serialize_keras_object(self.schedule), "factor": self.factor}
