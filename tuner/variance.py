"""Where the spread of the scores comes from: every stream of chance varied alone, and all of them together.

Source of the idea: Bouthillier et al. (2021), Accounting for variance in machine learning benchmarks,
arXiv:2103.03098. They fix the other sources at one setting; here the runs are spread over several.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tuner.backend import prepare_backend
from tuner.decomposition import Decomposition, VarianceSetup, VariedRun, decompose
from tuner.engines.base import Job
from tuner.errors import StudyError, study_errors
from tuner.records import BASELINE, Configuration, Phase, Run
from tuner.reporter import Reporter, Silent
from tuner.seeds import STREAMS, Apart, Stream
from tuner.stats.variance import TOGETHER
from tuner.study import Study

if TYPE_CHECKING:
    from tuner.repeats import Repeats  # which imports Keras

FEWEST = 4  # runs at one setting: the resamples of fewer are too much alike


@dataclass(frozen=True, slots=True)
class Planned:
    """One run to train: what varies in it, the setting of the rest, its seed index and its streams'."""

    varied: str
    setting: int
    index: int
    apart: Apart = ()

    @property
    def indices(self) -> dict[str, int]:
        """The index of every stream."""
        return {stream: dict(self.apart).get(stream, self.index) for stream in STREAMS}


def measure_variance(
    study: Study,
    *,
    repeats: int = 10,
    settings: int = 2,
    configuration: str = BASELINE,
    params: Mapping[str, Any] | None = None,
    split: str = "validation",
    engine: str = "auto",
    reporter: Reporter | None = None,
) -> Decomposition:
    """Train a configuration `repeats` times with each stream varied alone, and with all of them together.

    The runs of a stream are spread over `settings` fixed values of the other streams. `configuration` is
    the baseline or one of the study's candidates, and `params` replaces some of its values. The runs with
    all streams together are those of `evaluate` on the same split.

    Raises: StudyError where the study, the values or a number cannot be used, or every run fails.
    """
    prepare_backend()
    from tuner.repeats import Repeats

    _check(repeats, settings, split)
    study, reporter = _changed(study, configuration, params or {}), reporter or Silent()
    started = time.perf_counter()
    runner = Repeats(study, engine=engine, on_note=reporter.note)
    preflight = runner.preflight()
    reporter.note(f"engine: {preflight.engine} on {preflight.backend}; {preflight.engine_reason}")
    named = {one.name: one for one in runner.source.candidates()}
    named[BASELINE] = Configuration(BASELINE, dict(preflight.trial.params))
    setup = VarianceSetup(
        study=study.name or "study",
        configuration=configuration,
        params=named[configuration].params,
        metric=preflight.metric.name,
        direction=preflight.metric.direction,
        split=split,
        engine=preflight.engine,
        backend=preflight.backend,
        seed=study.seed,
        repeats=repeats,
        settings=settings,
        level=study.level,
    )
    runs, idle = _train(runner, named[configuration], setup, reporter)
    return decompose(setup, runs, idle, STREAMS, time.perf_counter() - started)


def _train(
    runner: "Repeats", configuration: Configuration, setup: VarianceSetup, reporter: Reporter
) -> tuple[list[VariedRun], dict[str, str]]:
    """The runs of every stream that may have an effect, and why the others have none."""
    phase: Phase = "search" if setup.split == "validation" else "confirmation"
    plan = planned(STREAMS, setup.repeats, setup.settings)
    training = runner.training(
        phase, configuration, [one.index for one in plan], {one.index: one.apart for one in plan if one.apart}
    )
    idle = idle_streams(runner.study, training.job, setup.engine)
    plan = tuple(one for one in plan if one.varied not in idle)
    reporter.expect(len(plan))
    runs = training.train(
        [one.index for one in plan],
        lambda share: reporter.training(phase, configuration.name, len(plan), share),
    )
    if all(run.status == "failed" for run in runs):
        raise StudyError(f"training fails with {runs[0].reason}")
    return [_varied(one, run, setup.split) for one, run in zip(plan, runs, strict=True)], idle


def planned(streams: Sequence[Stream], repeats: int, settings: int) -> tuple[Planned, ...]:
    """The runs: all streams together first, then each alone, on indices that no other kind of run has.

    Run k of a stream has the same index there as run k of every other stream; the streams are independent.

    >>> [one.indices["init"] for one in planned(("init", "order"), repeats=4, settings=2)]
    [0, 1, 2, 3, 6, 7, 8, 9, 4, 4, 5, 5]
    """
    runs = [Planned(TOGETHER, 0, index) for index in range(repeats)]
    for place, stream in enumerate(streams, start=1):
        for k in range(repeats):
            setting = k * settings // repeats
            fixed, own = repeats + setting, repeats + settings + k
            apart = tuple((one, own if one == stream else fixed) for one in STREAMS)
            runs.append(Planned(stream, setting, repeats * place + k, apart))
    return tuple(runs)


def idle_streams(study: Study, job: Job, engine: str) -> dict[str, str]:
    """The streams that nothing in a job draws from, as far as that is sure, and why."""
    from tuner.building import draws_in_training

    with study_errors("build"):
        built = job.builds[0]()
    found = {}
    if engine == "vectorized" and built.fit.get("shuffle", True) is False:
        found["order"] = "build returns shuffle=False"
    if not draws_in_training(built):
        found["dropout"] = "no layer of the model draws random numbers in training"
    if not study.data_vary:
        found["data"] = "the study's data do not vary with the seed"
    return found


def _varied(plan: Planned, run: Run, split: str) -> VariedRun:
    return VariedRun(plan.varied, plan.setting, plan.indices, run.status, run.scores[split], run.reason)


def _check(repeats: int, settings: int, split: str) -> None:
    if settings < 1:
        raise StudyError(f"settings is {settings}; give 1 or more")
    if repeats < FEWEST * settings:
        raise StudyError(
            f"repeats is {repeats} with {settings} {'setting' if settings == 1 else 'settings'}; give"
            f" {FEWEST * settings} or more, {FEWEST} for each setting"
        )
    if split not in ("validation", "test"):
        raise StudyError(f"split is {split!r}; scores are made on 'validation' or 'test'")


def _changed(study: Study, configuration: str, params: Mapping[str, Any]) -> Study:
    """The study with some values of a configuration replaced."""
    if configuration == BASELINE:
        return replace(study, baseline={**study.baseline, **params})
    if configuration not in study.candidates:
        known = ", ".join((BASELINE, *study.candidates))
        raise StudyError(f"there is no configuration {configuration!r} in the study; there is {known}")
    candidate = study.candidates[configuration]
    if not callable(candidate):
        changed = {**candidate, **params}
        return replace(study, candidates={**study.candidates, configuration: changed})
    return replace(study, baseline={**study.baseline, **params})  # whose values its build function gets
