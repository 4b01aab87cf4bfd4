"""The protocol: baseline, search, confirmation on fresh seeds, result. Every step is resumed from disk."""

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tuner.backend import prepare_backend
from tuner.engines.base import ShouldPrune
from tuner.errors import LedgerError, StudyError
from tuner.folder import claim, clear
from tuner.ledger import Ledger, slug
from tuner.metrics import Metric
from tuner.objective import evaluate_objective, parse_objective
from tuner.plan import PROFILES, Plan
from tuner.provenance import fingerprint, machine, versions
from tuner.records import BASELINE, Configuration, Look, Phase, Run, Setup, distinct
from tuner.repeats import Preflight, Repeats
from tuner.reporter import Reporter, Silent
from tuner.search import DATABASE, Drawn, Search, check_grid, check_pruner, check_sampler
from tuner.study import Study

if TYPE_CHECKING:
    from tuner.result import Result


def run(
    study: Study,
    plan: Plan | None = None,
    *,
    output: str | Path | None = None,
    engine: str = "auto",
    fresh: bool = False,
    command: str = "",
    reporter: Reporter | None = None,
) -> "Result":
    """Search, repeat, confirm, compare; resumes what the run folder (`output`) already holds.

    The folder is reports/<study name> unless given; with `fresh` it starts over.

    Raises: TunerError for wrong input, before anything is trained or written.
    """
    prepare_backend()
    name = study.name or "study"
    folder = Path(output) if output else Path("reports") / slug(name)
    return _Session(replace(study, name=name), plan or Plan(), folder, engine, reporter or Silent()).run(
        fresh=fresh, command=command
    )


class _Session:
    """One call of `run`: what it was given, and the ledger it adds to."""

    def __init__(self, study: Study, plan: Plan, folder: Path, engine: str, reporter: Reporter) -> None:
        searched, confirmed = PROFILES[plan.profile]
        self.study, self.plan, self.folder, self.reporter = study, plan, folder, reporter
        self.trials = study.trials if plan.trials is None else plan.trials
        self.search_repeats = plan.search_repeats or searched
        self.repeats = plan.repeats or confirmed
        self.started = time.monotonic()
        self.notes: list[str] = []
        self.fallbacks: list[str] = []
        self.runner = Repeats(study, engine=engine, on_note=self._note_fallback)
        check_sampler(plan.sampler)
        check_pruner(plan.pruner)
        if not self.trials and not study.candidates:
            raise StudyError(
                "no trials and no candidates: there is nothing to compare with the baseline;"
                " set trials=, or candidates={name: values}"
            )

    def run(self, *, fresh: bool, command: str) -> "Result":
        preflight = self.runner.preflight()
        if self.plan.sampler == "grid" and self.trials:
            check_grid(preflight.trial.distributions)
        ledger = self._open(preflight, fresh=fresh, command=command)
        known = self.trials and (self.folder / DATABASE).exists()  # what is wrong with it is told at once
        search = self._open_search(preflight) if known else None
        try:
            baseline, trials = self._search(ledger, search, preflight)
            best = self._ranked(ledger, trials)[: self.plan.finalists]
            self._confirm(ledger, [baseline, *self.runner.candidates(), *best])
        finally:
            self._close(ledger)

        from tuner.result import load  # statistics, with all of SciPy that they need

        return load(self.folder)

    def _open(self, preflight: Preflight, *, fresh: bool, command: str) -> Ledger:
        """The ledger of the run folder, which must have been made by the same study and settings."""
        study = self.study
        setup = Setup(
            study=study.name,
            metric=preflight.metric.name,
            direction=preflight.metric.direction,
            epochs=study.epochs,
            seed=study.seed,
            objective=study.objective,
            sampler=self.plan.sampler,
            pruner=self.plan.pruner,
            search_repeats=self.search_repeats,
            paired=study.data_vary,
            margin=study.margin,
            level=study.level,
            engine=preflight.engine,
            backend=preflight.backend,
            source=study.source or fingerprint(study),
            data=preflight.data,
            options=dict(study.options),
            trials=self.trials,
            repeats=self.repeats,
            finalists=self.plan.finalists,
            engine_reason=preflight.engine_reason,
            command=command,
            sizes=preflight.sizes,
            versions=versions(),
            machine=machine(),
        )
        try:
            if fresh:
                clear(self.folder)
            ledger = Ledger(self.folder)
            setup = claim(ledger, setup)
            ledger.write_setup(setup)
        except OSError as error:
            raise LedgerError(f"{self.folder}: cannot be written ({error.strerror})") from None
        if setup.repeats > self.repeats:
            self._note(
                f"{self.folder} holds {setup.repeats} seeds of each finalist, and all of them are used"
            )
        self.repeats = setup.repeats
        self.reporter.start(setup)
        self.reporter.note(f"engine: {preflight.engine} on {preflight.backend}; {preflight.engine_reason}")
        return ledger

    def _open_search(self, preflight: Preflight) -> Search:
        return Search(
            self.folder,
            self.study.name,
            preflight.metric.direction,
            self.plan.sampler,
            self.study.seed,
            self.plan.pruner,
        )

    def _search(
        self, ledger: Ledger, search: Search | None, preflight: Preflight
    ) -> tuple[Configuration, list[Configuration]]:
        """Measure the baseline and the trials with the search seeds.

        Returns: the baseline, and the trials with a finite objective, in the order drawn.
        """
        baseline = Configuration(BASELINE, dict(preflight.trial.params))
        if not self.trials:
            return baseline, []
        self._expect(drawn=0)
        value = self._objective(self._measure(ledger, "search", baseline))
        if math.isnan(value):
            reason = ledger.of("search", BASELINE)[0].runs[0].reason
            raise StudyError(f"the baseline cannot be trained ({reason}); mend it and run with --fresh")
        search = search or self._open_search(preflight)  # a new database can wait until something has trained
        if not search.tell_baseline(preflight.trial, value):
            outside = ", ".join(preflight.trial.outside)
            self._note(
                f"the baseline lies outside the searched ranges ({outside}); the sampler is not told it"
            )
        known = {_key(baseline): value}  # a configuration that is drawn twice reuses its runs
        pruned: dict[str, bool] = {}
        finite: list[Configuration] = []
        for drawn in self._draws(ledger, search):
            key = _key(drawn.configuration)
            if key not in known:
                prunes = self._pruning(search, drawn, preflight.metric)
                runs = self._measure(ledger, "search", drawn.configuration, prunes)
                pruned[key] = any(run.status == "pruned" for run in runs)
                known[key] = math.nan if pruned[key] else self._objective(runs)
                if math.isfinite(known[key]):
                    finite.append(drawn.configuration)
            if not drawn.told:
                told = None if math.isnan(known[key]) else known[key]
                search.tell(drawn, told, pruned=pruned.get(key, False))
        return baseline, finite

    def _ranked(self, ledger: Ledger, trials: list[Configuration]) -> list[Configuration]:
        """The trials by their search scores, best first."""
        if not trials:
            return []
        from tuner.ranking import ranked  # SciPy, which nobody needs before the end of the search

        scored = []
        for trial in trials:
            runs = [run for group in ledger.of("search", trial.name) for run in group.runs]
            scored.append((trial, [run.scores["validation"] for run in runs]))
        return ranked(scored, self.study.objective, self.runner.metric.direction)

    def _draws(self, ledger: Ledger, search: Search) -> Iterator[Drawn]:
        """Configurations drawn in earlier sessions, then new ones, as many as trials and budget allow."""
        earlier = search.drawn()
        yield from earlier
        for number in range(len(earlier), self.trials):
            if self._budget_spent(ledger, number):
                self._note(f"the budget ends the search after {number} of {self.trials} trials")
                return
            self._expect(drawn=number)
            drawn = search.draw(self.runner.try_build)
            if drawn is None:
                self._note(f"the grid has no more than {number} points")
                return
            yield drawn

    def _confirm(self, ledger: Ledger, configurations: list[Configuration]) -> None:
        """Train the baseline and the finalists again, on fresh seeds, scored on the test split.

        Whatever was compared before stays in the comparison, so that the correction for the number of
        finalists counts every one that was ever looked at.
        """
        setup = ledger.read_setup()
        assert setup is not None  # written by _open
        named = {configuration.name: configuration for configuration in configurations}
        for name in setup.looks[-1].configurations if setup.looks else ():
            named.setdefault(name, ledger.configurations[name])
        ahead = {name: self._untrained(ledger, name) for name in named}
        for name, configuration in named.items():
            self.reporter.expect(sum(ahead.values()))
            self._measure(ledger, "confirmation", configuration)
            ahead[name] = 0
        looks = distinct((*setup.looks, Look(self.repeats, tuple(named))))
        if looks != setup.looks:
            ledger.write_setup(replace(setup, looks=looks))

    def _pruning(self, search: Search, drawn: Drawn, metric: Metric) -> ShouldPrune | None:
        """Asks the pruner about the mean over seeds of the metric's validation curve, or of the loss's."""
        if self.plan.pruner == "none":
            return None

        def should_prune(epoch: int, logs: Mapping[str, np.ndarray]) -> bool:
            curve = logs.get(f"val_{metric.name}")
            if curve is None:
                curve = logs["val_loss"] * (1 if metric.direction == "minimize" else -1)
            value = float(np.mean(curve))  # a run that diverges is a result, and not pruned
            return math.isfinite(value) and search.prunes(drawn, epoch, value)

        return should_prune

    def _measure(
        self,
        ledger: Ledger,
        phase: Phase,
        configuration: Configuration,
        should_prune: ShouldPrune | None = None,
    ) -> tuple[Run, ...]:
        count = self.search_repeats if phase == "search" else self.repeats
        runs = self.runner.measure(
            ledger,
            phase,
            configuration,
            count,
            lambda seeds, share: self.reporter.training(phase, configuration.name, seeds, share),
            should_prune,
        )
        self.reporter.measured(phase, configuration.name, runs)
        return runs

    def _objective(self, runs: tuple[Run, ...]) -> float:
        """The search objective of a configuration; NaN where all its runs failed."""
        if all(run.status == "failed" for run in runs):
            return math.nan
        scores = [run.scores["validation"] if run.status == "complete" else math.nan for run in runs]
        return evaluate_objective(parse_objective(self.study.objective), scores, self.runner.metric.direction)

    def _expect(self, drawn: int) -> None:
        finalists = min(self.plan.finalists, self.trials) + len(self.study.candidates) + 1
        first = self.search_repeats if drawn == 0 else 0
        self.reporter.expect(first + (self.trials - drawn) * self.search_repeats + finalists * self.repeats)

    def _untrained(self, ledger: Ledger, name: str) -> int:
        done = sum(len(group.runs) for group in ledger.of("confirmation", name))
        return max(self.repeats - done, 0)

    def _budget_spent(self, ledger: Ledger, trials: int) -> bool:
        """Whether one more trial would leave too little of the budget for confirmation."""
        if self.plan.budget is None:
            return False
        runs = [run for run in ledger.runs if run.phase == "search"]
        a_run = sum(run.seconds for run in runs) / max(len(runs), 1)
        finalists = min(self.plan.finalists, trials + 1) + len(self.study.candidates) + 1
        ahead = a_run * (self.search_repeats + finalists * self.repeats)
        return time.monotonic() - self.started + ahead > self.plan.budget

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.reporter.note(text)

    def _note_fallback(self, text: str) -> None:
        self.fallbacks.append(text)
        self.reporter.note(text)

    def _close(self, ledger: Ledger) -> None:
        setup = ledger.read_setup()
        if setup is not None:
            fallbacks = tuple(dict.fromkeys((*setup.fallbacks, *self.fallbacks)))
            elapsed = time.monotonic() - self.started
            if self.plan.budget is not None and elapsed > self.plan.budget:
                self._note(f"the budget of {self.plan.budget:.0f} s was exceeded: it took {elapsed:.0f} s")
            notes = tuple(dict.fromkeys(self.notes))
            ledger.write_setup(
                replace(setup, notes=notes, fallbacks=fallbacks, seconds=setup.seconds + elapsed)
            )


def _key(configuration: Configuration) -> str:
    """Equal for configurations with equal values."""
    return json.dumps(dict(configuration.params), sort_keys=True)
