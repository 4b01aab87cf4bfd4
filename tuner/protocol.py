"""The protocol: baseline, search, confirmation on fresh seeds, result. Every step is resumed from disk."""

import math
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.backend import prepare_backend
from tuner.engines.base import ShouldPrune
from tuner.errors import DamageError, LedgerError, StudyError, written_into
from tuner.files import check_writable
from tuner.folder import claim, clear, is_ours, run_folder, tidy
from tuner.ledger import Ledger
from tuner.locking import locked
from tuner.naive_file import read_naive, write_naive
from tuner.plan import PROFILES, Plan
from tuner.provenance import fingerprint, machine, versions
from tuner.racing import Race, Tried, check_objective, ranked
from tuner.records import BASELINE, Configuration, Look, Phase, Run, Setup, distinct
from tuner.repeats import Preflight, Repeats, TryShow
from tuner.reporter import Reporter, Silent
from tuner.search import DATABASE, Drawn, Search, check_grid, check_pruner, check_sampler
from tuner.shown import read_shown, set_shown_aside
from tuner.study import Study

if TYPE_CHECKING:
    from tuner.result import Result

    AtEnd = Callable[[Result], object]


def run(
    study: Study,
    plan: Plan | None = None,
    *,
    output: str | Path | None = None,
    engine: str = "auto",
    fresh: bool = False,
    accept_changes: bool = False,
    command: str = "",
    reporter: Reporter | None = None,
    try_show: TryShow | None = None,
    at_end: "AtEnd | None" = None,
) -> "Result":
    """Search, repeat, confirm, compare; resumes what the run folder (`output`) already holds.

    The folder is reports/<study name> unless given; with `fresh` it starts over. With `accept_changes` it is
    continued although something that determines the numbers has changed, and the report says so. Runs whose
    files are damaged are trained again. `try_show` is called once, before training, with a test example and
    made-up predictions: whoever shows some at the end tries it.
    `at_end` is told the result before the folder is called complete: it may add to what the folder shows.

    Raises: TunerError for wrong input, before anything is trained or written, and where another process works
    on the folder.
    """
    prepare_backend()
    name = study.name or "study"
    session = _Session(
        replace(study, name=name),
        plan or Plan(),
        run_folder(name, output),
        engine,
        reporter or Silent(),
        try_show,
        at_end,
    )
    return session.run(fresh=fresh, accept=accept_changes, command=command)


class _Session:
    """One call of `run`: what it was given, and the ledger it adds to."""

    def __init__(
        self,
        study: Study,
        plan: Plan,
        folder: Path,
        engine: str,
        reporter: Reporter,
        try_show: TryShow | None = None,
        at_end: "AtEnd | None" = None,
    ) -> None:
        self.study, self.plan, self.folder, self.reporter = study, plan, folder, reporter
        self.trials = study.trials if plan.trials is None else plan.trials
        self.search_seeds = plan.search_seeds
        self.repeats = plan.repeats or PROFILES[plan.profile][1]
        self.started, self.opened = time.monotonic(), time.time()
        self.notes: list[str] = []
        self.fallbacks: list[str] = []
        self.runner = Repeats(study, engine=engine, on_note=self._note_fallback, try_show=try_show)
        self.at_end = at_end
        self.complete = False
        check_sampler(plan.sampler)
        check_pruner(plan.pruner)
        check_objective(study.objective, *self.search_seeds)
        if not self.trials and not study.candidates:
            raise StudyError(
                "no trials and no candidates: there is nothing to compare with the baseline;"
                " set trials=, or candidates={name: values}"
            )

    def run(self, *, fresh: bool, accept: bool, command: str) -> "Result":
        preflight = self.runner.preflight(naive=True)
        if self.plan.sampler == "grid" and self.trials:
            check_grid(preflight.trial.distributions)
        setup = self._setup(preflight, command)
        with locked(self.folder):
            ledger, search = self._open(setup, preflight, fresh=fresh, accept=accept)
            try:
                self._work(ledger, search, preflight)
                self.complete = True
            finally:
                self._close(ledger)
            return self._result()

    def _work(self, ledger: Ledger, search: Search | None, preflight: Preflight) -> None:
        self._store_naive(preflight, 0)
        baseline, trials = self._search(ledger, search, preflight)
        best = ranked(trials, self.study.objective, preflight.metric.direction)[: self.plan.finalists]
        self._confirm(ledger, [baseline, *self.runner.candidates(), *best], preflight, trials)
        if self.at_end is not None:
            self.at_end(self._result())

    def _result(self) -> "Result":
        from tuner.result import load  # statistics, with all of SciPy that they need

        return load(self.folder)

    def _setup(self, preflight: Preflight, command: str) -> Setup:
        study = self.study
        first, most = self.search_seeds
        return Setup(
            study=study.name,
            metric=preflight.metric.name,
            direction=preflight.metric.direction,
            epochs=study.epochs,
            seed=study.seed,
            objective=study.objective,
            sampler=self.plan.sampler,
            pruner=self.plan.pruner,
            search_repeats=first,
            most_search_repeats=most if first < most else None,
            paired=study.data_vary,
            margin=study.margin,
            level=study.level,
            series=study.series,
            engine=preflight.engine,
            backend=preflight.backend,
            source=study.source or fingerprint(study),
            file=study.file,
            data=preflight.data,
            options=dict(study.options),
            trials=self.trials,
            repeats=self.repeats,
            finalists=self.plan.finalists,
            engine_reason=preflight.engine_reason,
            command=command,
            sizes=preflight.sizes,
            credit=preflight.credit,
            versions=versions(),
            machine=machine(),
            identity=uuid.uuid4().hex,
            opened=self.opened,
        )

    def _open(
        self, setup: Setup, preflight: Preflight, *, fresh: bool, accept: bool
    ) -> tuple[Ledger, Search | None]:
        """The ledger of the run folder, which must have been made by the same study and settings.

        Its search comes with it, where there is one already: what is wrong with it is told at once.
        Whatever refuses, the reporter too, does so before the folder changes.
        """
        search = None
        with written_into(self.folder):
            over = fresh and is_ours(self.folder)
            ledger = None if over else Ledger(self.folder, mend=True)
            if ledger is not None:
                setup = claim(ledger, setup, accept=accept)
                if self.trials and (self.folder / DATABASE).exists():
                    search = self._open_search(preflight)
            check_writable(self.folder)
        self.reporter.start(setup)
        with written_into(self.folder):
            if ledger is None:
                clear(self.folder)
                ledger = Ledger(self.folder)
            self._mend(ledger)
            ledger.write_setup(setup)
        if setup.repeats > self.repeats:
            self._note(
                f"{self.folder} holds {setup.repeats} seeds of each finalist, and all of them are used"
            )
        self.repeats = setup.repeats
        self.reporter.note(f"engine: {preflight.engine} on {preflight.backend}; {preflight.engine_reason}")
        return ledger, search

    def _mend(self, ledger: Ledger) -> None:
        """Take what a kill or a failing disk left out of the way."""
        tidy(self.folder)
        for path in ledger.set_aside():
            self.reporter.note(f"{path} is damaged; its runs are trained again")
        try:
            read_shown(self.folder)
        except DamageError:
            set_shown_aside(self.folder)

    def _open_search(self, preflight: Preflight) -> Search:
        return Search(
            self.folder,
            self.study.name,
            preflight.metric.direction,
            self.plan.sampler,
            self.study.seed,
            self.plan.pruner,
            self.study.epochs,
        )

    def _search(
        self, ledger: Ledger, search: Search | None, preflight: Preflight
    ) -> tuple[Configuration, tuple[Tried, ...]]:
        """Race the baseline and the trials with the search seeds.

        Returns: the baseline, and the trials with their runs, in the order drawn.
        """
        baseline = Configuration(BASELINE, dict(preflight.trial.params))
        if not self.trials:
            return baseline, ()
        race = self._race(ledger, preflight)
        self._expect(race, drawn=0)
        first = race.enter(baseline)
        if math.isnan(first.objective):
            raise StudyError(
                f"the baseline cannot be trained ({first.runs[0].reason}); mend it and run with --fresh"
            )
        search = search or self._open_search(preflight)  # a new database can wait until something has trained
        if not search.tell_baseline(preflight.trial, first.objective):
            outside = ", ".join(preflight.trial.outside)
            self._note(
                f"the baseline lies outside the searched ranges ({outside}); the sampler is not told it"
            )
        for drawn in self._draws(search, race):
            # A configuration that is drawn twice reuses its runs.
            tried = race.known(drawn.configuration)
            tried = tried or race.enter(drawn.configuration, search.pruning(drawn, preflight.metric))
            if not drawn.told:
                value = None if math.isnan(tried.objective) else tried.objective
                search.tell(drawn, value, pruned=tried.pruned)
        return baseline, race.trials

    def _race(self, ledger: Ledger, preflight: Preflight) -> Race:
        return Race(
            self.search_seeds,
            partial(self._train, ledger, "search"),
            objective=self.study.objective,
            direction=preflight.metric.direction,
            paired=self.study.data_vary,
            on_measured=lambda tried: self.reporter.measured("search", tried.configuration, tried.runs),
        )

    def _draws(self, search: Search, race: Race) -> Iterator[Drawn]:
        """Configurations drawn in earlier sessions, then new ones, as many as trials and budget allow."""
        earlier = search.drawn()
        yield from earlier
        for number in range(len(earlier), self.trials):
            if self._budget_spent(race, number):
                self._note(f"the budget ends the search after {number} of {self.trials} trials")
                return
            self._expect(race, drawn=number)
            drawn = search.draw(self.runner.try_build)
            if drawn is None:
                self._note(f"the grid has no more than {number} points")
                return
            yield drawn

    def _confirm(
        self,
        ledger: Ledger,
        configurations: list[Configuration],
        preflight: Preflight,
        trials: Iterable[Tried] = (),
    ) -> None:
        """Train the baseline and the finalists again, on fresh seeds, scored on the test split.

        Whatever was compared before stays in the comparison, so that the correction for the number of
        finalists counts every one that was ever looked at.
        """
        setup = ledger.read_setup()
        assert setup is not None  # written by _open
        named = {configuration.name: configuration for configuration in configurations}
        for name in setup.looks[-1].configurations if setup.looks else ():
            if name not in named:
                named[name] = self._known(ledger, trials, name)
        ahead = {name: self._untrained(ledger, name) for name in named}
        for name, configuration in named.items():
            self.reporter.expect(sum(ahead.values()))
            self._measure(ledger, "confirmation", configuration)
            ahead[name] = 0
        self._store_naive(preflight, self.repeats)
        looks = distinct((*setup.looks, Look(self.repeats, tuple(named))))
        if looks != setup.looks:
            ledger.write_setup(replace(setup, looks=looks))

    def _store_naive(self, preflight: Preflight, seeds: int) -> None:
        """Store the scores of the naive forecasts, on the data of each seed where these vary.

        What is stored and damaged is made anew.
        """
        before = None
        with suppress(LedgerError):
            before = read_naive(self.folder)
        found = self.runner.naive_of_seeds(preflight, max(seeds, before.seeds if before else 0), before)
        if found is None or found != before:
            with written_into(self.folder):
                write_naive(self.folder, found)

    def _known(self, ledger: Ledger, trials: Iterable[Tried], name: str) -> Configuration:
        """A configuration that was compared before, with the values that it had."""
        known = {one.configuration.name: one.configuration for one in trials} | ledger.configurations
        if name not in known:
            raise LedgerError(
                f"{self.folder}: the runs of {name!r}, on which a verdict rests, are gone; start over with"
                " --fresh, or use another folder"
            )
        return known[name]

    def _measure(self, ledger: Ledger, phase: Phase, configuration: Configuration) -> tuple[Run, ...]:
        runs = self._train(ledger, phase, configuration, self.repeats)
        self.reporter.measured(phase, configuration, runs)
        return runs

    def _train(
        self,
        ledger: Ledger,
        phase: Phase,
        configuration: Configuration,
        count: int,
        should_prune: ShouldPrune | None = None,
    ) -> tuple[Run, ...]:
        return self.runner.measure(
            ledger,
            phase,
            configuration,
            count,
            lambda seeds, share: self.reporter.training(phase, configuration.name, seeds, share),
            should_prune,
        )

    def _expect(self, race: Race, drawn: int) -> None:
        """Say how much is ahead, with trials to come that take as many seeds as those before them did."""
        finalists = min(self.plan.finalists, self.trials) + len(self.study.candidates) + 1
        first = race.most if drawn == 0 else 0
        searched = round((self.trials - drawn) * race.typical_seeds)
        self.reporter.expect(first + searched + finalists * self.repeats)

    def _untrained(self, ledger: Ledger, name: str) -> int:
        done = sum(len(group.runs) for group in ledger.of("confirmation", name))
        return max(self.repeats - done, 0)

    def _budget_spent(self, race: Race, trials: int) -> bool:
        """Whether one more trial would leave too little of the budget for confirmation."""
        if self.plan.budget is None:
            return False
        finalists = min(self.plan.finalists, trials + 1) + len(self.study.candidates) + 1
        ahead = race.seconds_a_run * (race.most_ahead + finalists * self.repeats)
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
                replace(
                    setup,
                    complete=self.complete,
                    notes=notes,
                    fallbacks=fallbacks,
                    seconds=setup.seconds + elapsed,
                    opened=None,
                )
            )
