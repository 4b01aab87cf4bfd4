"""The search: Optuna draws configurations, the baseline comes first, an interrupted draw is made again.

Configurations are named trial-0, trial-1, ... by a counter of their own, kept as a user attribute of the
Optuna trial: the baseline has an Optuna number too. A trial is written when it has ended (`tuner.drafts`),
but for those that earlier versions began.
"""

import importlib.util
import logging
import math
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import BaseTrial, FrozenTrial, TrialState

from tuner.changes import LEARNING
from tuner.engines.base import ShouldPrune
from tuner.errors import StudyError, TunerError, address_told, install
from tuner.ledger import slug
from tuner.metrics import Metric
from tuner.records import BASELINE, Configuration, Direction
from tuner.seeds import as_integer, sequence
from tuner.storage import has_search, open_shared, open_storage, storage_errors
from tuner.trials import PinnedTrial

DATABASE = "study.db"  # in a run folder
SAMPLERS = ("tpe", "random", "grid", "qmc", "gp")
PRUNERS = ("none", "median", "asha", "hyperband")
_LONGEST = 500  # characters of a study's name in Optuna's tables
_NAME = "configuration"  # the user attribute that holds a configuration's name


@dataclass(frozen=True, slots=True)
class Drawn:
    """A configuration and the number of its Optuna trial; `value` is known where it was told before."""

    configuration: Configuration
    number: int
    value: float | None = None
    ended: bool = False  # it failed or was pruned

    @property
    def told(self) -> bool:
        return self.ended or self.value is not None


@dataclass(frozen=True, slots=True)
class Shared:
    """A storage elsewhere: its address, and the run that has its search there."""

    url: str = field(repr=False)  # it may hold a password
    identity: str


def check_pruner(name: str) -> None:
    """Raises: TunerError where the pruner is unknown."""
    if name not in PRUNERS:
        raise TunerError(f"pruner {name!r} is unknown; use {', '.join(PRUNERS)}")


def check_sampler(name: str) -> None:
    """Raises: TunerError where the sampler is unknown, or its package is not installed."""
    if name not in SAMPLERS:
        raise TunerError(f"sampler {name!r} is unknown; use {', '.join(SAMPLERS)}")
    if name == "gp" and importlib.util.find_spec("torch") is None:
        raise TunerError(f"the gp sampler needs PyTorch; {install('gp')}")


def check_grid(distributions: Mapping[str, BaseDistribution]) -> None:
    """Raises: StudyError where a distribution has infinitely many values."""
    for name, distribution in distributions.items():
        if isinstance(distribution, FloatDistribution) and distribution.step is None:
            raise StudyError(
                f"a grid needs finite choices, and {name!r} has none; give its suggest_float a step"
            )


class Search:
    """An Optuna study in `study.db` of the run folder, or in a shared storage, asked and told trial by trial.

    Raises: LedgerError where the database is not Optuna's, is damaged or holds another study; whenever it
    can be neither read nor written.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        direction: Direction,
        sampler: str,
        seed: int,
        pruner: str = "none",
        epochs: int = 100,
        shared: Shared | None = None,
    ) -> None:
        optuna.logging.set_verbosity(logging.WARNING)
        self._sampler = sampler
        self._seed = seed
        self._where = address_told(shared.url) if shared else str(folder.resolve() / DATABASE)
        self._live_trials: dict[int, optuna.Trial] = {}  # those under way, by their numbers
        known_as = _storable(name)
        if shared:
            self._storage = open_shared(shared.url, known_as, direction, shared.identity)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._storage = open_storage(folder.resolve() / DATABASE, known_as, direction)
        with self._errors():
            self._study = optuna.create_study(
                study_name=known_as,
                storage=self._storage,
                direction=direction,
                pruner=_make_pruner(pruner, epochs),
                load_if_exists=True,
            )
        trials = self._trials()
        unnamed = (trial for trial in trials if _NAME not in trial.user_attrs)
        self._broken_off = [trial for trial in unnamed if trial.state == TrialState.RUNNING]
        drawn = [trial for trial in trials if _is_drawn(trial)]
        self._drawn = [trial.number for trial in drawn]  # in the order drawn
        self._points = {_point(trial.params) for trial in drawn}
        self._measured = False  # whether it is known that some trial has a value

    def tell_baseline(self, trial: PinnedTrial, value: float) -> bool:
        """Show the sampler the baseline's objective. Returns: False where it lies outside the space."""
        if trial.outside:
            return False
        if any(known.user_attrs.get(_NAME) == BASELINE for known in self._trials()):
            return True
        with self._errors():
            self._study.add_trial(
                optuna.trial.create_trial(
                    params=trial.params,
                    distributions=trial.distributions,
                    value=value,
                    user_attrs={_NAME: BASELINE},
                )
            )
        return True

    def drawn(self) -> list[Drawn]:
        """The configurations drawn so far, in order."""
        return [_drawn(trial) for trial in self._trials() if _is_drawn(trial)]

    @property
    def draws_ahead(self) -> bool:
        """Whether a configuration can be drawn before those drawn before it have ended.

        Optuna's quasi-random sequence takes its space from the first trial that has a value.
        """
        if self._sampler != "qmc":
            return True
        self._measured = self._measured or any(one.state == TrialState.COMPLETE for one in self._trials())
        return self._measured

    def draw(self, use: Callable[[BaseTrial], None], window: int = 1) -> Drawn | None:
        """Draw the next configuration; `use` calls the study's functions with the trial.

        The last `window` - 1 drawn before it may be under way. A sampler that learns sees them so even where
        they have ended: what it draws then depends on no one's speed.

        Returns: None where a grid has no point left.
        """
        count = len(self._drawn)
        under_way = self._drawn[max(count - window + 1, 0) :] if self._sampler in LEARNING else ()
        with _quiet(), self._veiled(under_way):
            self._study.sampler = _make_sampler(self._sampler, self._seed, count)
            with self._errors():
                trial = self._take_up(self._broken_off.pop(0)) if self._broken_off else self._study.ask()
            try:
                use(trial)
            except (Exception, SystemExit) as error:
                if self._sampler == "grid" and "step must be given" in str(error):
                    self._storage.discard()
                    raise StudyError(
                        "a grid needs finite choices: give every suggest_float a step, or use another sampler"
                    ) from None
                # Whatever else the user's functions raise is met again, and recorded, in training.
        for name, value in trial.params.items():
            if not isinstance(value, None | bool | int | float | str):
                self._storage.discard()
                raise StudyError(
                    f"{name!r} is chosen among values of type {type(value).__name__}; choose among numbers or"
                    " texts, and look the object up in build"
                )
        if self._sampler == "grid" and _point(trial.params) in self._points:
            self._storage.discard()
            return None
        name = f"trial-{count}"
        with self._errors():
            trial.set_user_attr(_NAME, name)
        self._live_trials[trial.number] = trial
        self._drawn.append(trial.number)
        self._points.add(_point(trial.params))
        return Drawn(Configuration(name, trial.params), trial.number)

    def tell(self, drawn: Drawn, value: float | None, *, pruned: bool = False) -> None:
        """Close a drawn trial with its objective; None where it failed or was pruned."""
        self._close(drawn.number, value, pruned=pruned)
        self._live_trials.pop(drawn.number, None)

    def pruning(self, drawn: Drawn, metric: Metric) -> ShouldPrune | None:
        """Asks the pruner about the mean over seeds of the metric's validation curve, or of the loss's.

        None where nothing is pruned.
        """
        if isinstance(self._study.pruner, optuna.pruners.NopPruner):
            return None

        def should_prune(epoch: int, logs: Mapping[str, np.ndarray]) -> bool:
            curve = logs.get(f"val_{metric.name}")
            if curve is None and "val_loss" in logs:
                curve = logs["val_loss"] * (1 if metric.direction == "minimize" else -1)
            if curve is None:  # an epoch without validation
                return False
            value = float(np.mean(curve))  # a run that diverges is a result, and not pruned
            return math.isfinite(value) and self._prunes(drawn, epoch, value)

        return should_prune

    def _prunes(self, drawn: Drawn, epoch: int, value: float) -> bool:
        """Store the value of a trial after an epoch. Returns: whether the trial should end there.

        One that was told already, whose runs were lost with their file, ends where it ended then.
        """
        if drawn.told:
            (before,) = (one for one in self._trials() if one.number == drawn.number)
            return before.state == TrialState.PRUNED and epoch >= (before.last_step or 0)
        with _quiet(), self._errors():
            trial = self._live(drawn.number)
            trial.report(value, epoch)
            return trial.should_prune()

    def _take_up(self, trial: FrozenTrial) -> optuna.Trial:
        """Go on with a draw that was interrupted: the values that it has stay."""
        if trial.params and self._sampler == "qmc":  # its point is taken; another must not be skipped
            self._study.sampler = optuna.samplers.RandomSampler(seed=self._seed)
        return self._live(trial.number)

    def _live(self, number: int) -> optuna.Trial:
        if number in self._live_trials:
            return self._live_trials[number]
        owner = self._storage.get_study_id_from_name(self._study.study_name)
        known_as = self._storage.get_trial_id_from_study_id_trial_number(owner, number)
        return self._live_trials.setdefault(number, optuna.trial.Trial(self._study, known_as))

    @contextmanager
    def _veiled(self, numbers: Collection[int]) -> Iterator[None]:
        """Within it, the trials with these numbers look as if they had not ended."""
        self._storage.veil(numbers)
        try:
            yield
        finally:
            self._storage.veil(())

    def _close(self, number: int, value: float | None, *, pruned: bool = False) -> None:
        state = TrialState.FAIL if value is None else TrialState.COMPLETE
        if pruned:
            state = TrialState.PRUNED
        with _quiet(), self._errors():
            try:
                self._study.tell(number, value, state=state)
            except RuntimeError:
                # The grid sampler stops the study when all points are drawn, which Optuna forbids outside
                # optimize(). The value has been told by then; the next draw finds the end by itself.
                if self._sampler != "grid":
                    raise

    def _trials(self) -> list[FrozenTrial]:
        with self._errors():
            return self._study.get_trials(deepcopy=False)

    def _errors(self) -> AbstractContextManager[None]:
        return storage_errors(self._where, "read or written")


def is_begun(folder: Path, name: str, url: str = "", replaced: str = "") -> bool:
    """Whether there is a search in a run folder, or in a shared storage; there that of `replaced` is deleted.

    Raises: LedgerError where the storage cannot be used or reached.
    """
    return has_search(url, _storable(name), replaced) if url else (folder / DATABASE).exists()


def _storable(name: str) -> str:
    """The name of a study as any database can hold it."""
    whole = name.encode("utf-8", "replace").decode()
    return name if whole == name and len(name) <= _LONGEST else slug(name)


def _is_drawn(trial: FrozenTrial) -> bool:
    return str(trial.user_attrs.get(_NAME, "")).startswith("trial-")


def _point(params: Mapping[str, Any]) -> str:
    """A configuration, to be known again."""
    return repr(sorted(params.items()))


def _drawn(trial: FrozenTrial) -> Drawn:
    value = trial.value if trial.state == TrialState.COMPLETE else None
    configuration = Configuration(trial.user_attrs[_NAME], trial.params)
    ended = trial.state in (TrialState.FAIL, TrialState.PRUNED)
    return Drawn(configuration, trial.number, value, ended)


def _make_pruner(name: str, epochs: int) -> optuna.pruners.BasePruner:
    """A pruner for trials of so many epochs.

    Left to itself, Optuna takes their length from the trials that have ended when it is first asked: from
    others, in a search that was interrupted.
    """
    pruners = optuna.pruners
    if name == "median":
        return pruners.MedianPruner()
    if name == "asha":
        return pruners.SuccessiveHalvingPruner(min_resource=max((epochs - 1) // 100, 1))
    if name == "hyperband":
        return pruners.HyperbandPruner(max_resource=epochs)
    return pruners.NopPruner()


def _make_sampler(name: str, study_seed: int, count: int) -> optuna.samplers.BaseSampler:
    """A sampler for one draw, seeded by the study and the draw: a resumed search goes the same way."""
    seed = as_integer(sequence(study_seed, count, "sampler"))
    samplers = optuna.samplers
    if name == "random":
        return samplers.RandomSampler(seed=seed)
    if name == "grid":
        return samplers.BruteForceSampler(seed=seed)
    if name == "qmc":  # one scrambled sequence for the whole study
        fixed = as_integer(sequence(study_seed, 0, "qmc"))
        return samplers.QMCSampler(
            scramble=True, seed=fixed, independent_sampler=samplers.RandomSampler(seed=seed)
        )
    if name == "gp":
        return samplers.GPSampler(seed=seed, deterministic_objective=False)
    return samplers.TPESampler(
        seed=seed,
        n_startup_trials=5,  # studies here have tens of trials, each measured with several seeds
        multivariate=True,
        group=True,
        constant_liar=True,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna's notes that an option is experimental are not for the user, who did not choose it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        # An interrupted trial is trained again, and reports the same values again.
        warnings.filterwarnings("ignore", message="The reported value is ignored")
        yield
