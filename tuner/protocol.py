"""The protocol: baseline, search, confirmation on fresh seeds, result. Every step is resumed from disk."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.ahead import Ahead
from tuner.backend import leave_memory_to_workers, prepare_backend
from tuner.changes import drawn_otherwise
from tuner.engines.base import ShouldPrune
from tuner.errors import LedgerError
from tuner.folder import run_folder
from tuner.locking import locked
from tuner.opening import check, joined, make_setup, open_folder, store_naive
from tuner.plan import PROFILES, Plan, Workers
from tuner.racing import Tried, ranked
from tuner.records import BASELINE, Configuration, Look, Phase, Run, Setup, distinct
from tuner.repeats import Repeats
from tuner.reporter import Reporter, Silent
from tuner.search import Search, Shared, check_grid
from tuner.searching import Searching
from tuner.sensitivity import Sensitivity, asked, check_asked
from tuner.study import Study
from tuner.trying import TryShow

if TYPE_CHECKING:
    from tuner.result import Result
    from tuner.work.crew import Crew

    AtEnd = Callable[[Result], object]


def run(
    study: Study,
    plan: Plan | None = None,
    *,
    output: str | Path | None = None,
    engine: str = "auto",
    fresh: bool = False,
    accept_changes: bool = False,
    workers: int | Workers = 0,
    command: str = "",
    reporter: Reporter | None = None,
    try_show: TryShow | None = None,
    at_end: "AtEnd | None" = None,
) -> "Result":
    """Search, repeat, confirm, compare; resumes what the run folder (`output`) already holds.

    The folder is reports/<study name> unless given; with `fresh` it starts over. With `accept_changes` it is
    continued although something that determines the numbers has changed, and the report says so. Runs whose
    files are damaged are trained again. With `workers` so many processes of this machine train, and
    with a record `Workers` those that join through a shared storage as well; the study must come from a file
    then (`tuner.load_study`).
    `try_show` is called once, before training, with a test example and made-up predictions: whoever shows
    some at the end tries it.
    `at_end` is told the result before the folder is called complete: it may add to what the folder shows.

    Raises: TunerError for wrong input, before anything is trained or written, and where another process works
    on the folder.
    """
    workers = workers if isinstance(workers, Workers) else Workers(workers)
    if workers.wanted:
        leave_memory_to_workers()
    prepare_backend()
    name = study.name or "study"
    session = _Session(
        replace(study, name=name),
        plan or Plan(),
        run_folder(name, output),
        engine,
        reporter or Silent(),
        workers,
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
        workers: Workers,
        try_show: TryShow | None = None,
        at_end: "AtEnd | None" = None,
    ) -> None:
        self.study, self.plan, self.folder, self.reporter = study, plan, folder, reporter
        self.trials = study.trials if plan.trials is None else plan.trials
        self.repeats = PROFILES[plan.profile][1] if plan.repeats is None else plan.repeats
        self.started, self.opened = time.monotonic(), time.time()
        self.notes: list[str] = []
        self.fallbacks: list[str] = []
        self.asked = asked(study, plan)
        self.runner = Repeats(
            study,
            engine=engine,
            on_note=self._note_fallback,
            try_show=try_show,
            keep_outputs=bool(self.asked.ensembles),
        )
        self.at_end = at_end
        self.complete = False
        self.workers = workers
        self.crew: Crew | None = None
        check(study, plan, trials=self.trials, workers=workers)

    def run(self, *, fresh: bool, accept: bool, command: str) -> "Result":
        self.preflight = preflight = self.runner.preflight(naive=True)
        check_asked(self.asked, self.study, preflight, self.repeats)
        if self.plan.sampler == "grid" and self.trials:
            check_grid(preflight.trial.distributions)
        setup = make_setup(
            self.study,
            self.plan,
            preflight,
            trials=self.trials,
            repeats=self.repeats,
            workers=self.workers,
            command=command,
            opened=self.opened,
        )
        with locked(self.folder):
            search = self._open(setup, fresh=fresh, accept=accept)
            try:
                notes = self.reporter.note, self._note_fallback
                with joined(
                    self.ledger, self.study, self.runner, preflight, self.workers, notes
                ) as self.crew:
                    self._work(search)
                    self.complete = True
            finally:
                self._close()
            return self._result()

    def _work(self, search: Search | None) -> None:
        store_naive(self.folder, self.runner, self.preflight, 0)
        baseline, trials = self._search(search)
        best = ranked(trials, self.study.objective, self.preflight.metric.direction)[: self.plan.finalists]
        if self.repeats:
            self._confirm([baseline, *self.runner.source.candidates(), *best], trials)
            self._measure_sizes()
        if self.at_end is not None:
            self.at_end(self._result())

    def _result(self) -> "Result":
        from tuner.result import load  # statistics, with all of SciPy that they need

        return load(self.folder)

    def _open(self, setup: Setup, *, fresh: bool, accept: bool) -> Search | None:
        """Open the ledger of the run folder. Returns: its search, where there is one already."""
        self.ledger, setup, search = open_folder(
            self.folder,
            setup,
            self.reporter,
            self._open_search,
            self.workers.storage,
            fresh=fresh,
            accept=accept,
        )
        if setup.repeats > self.repeats:
            self._note(
                f"{self.folder} holds {setup.repeats} seeds of each finalist, and all of them are used"
            )
        self.repeats = setup.repeats
        self.setup = setup
        for text in drawn_otherwise(setup):
            self._note(text)
        preflight = self.preflight
        self.reporter.note(f"engine: {preflight.engine} on {preflight.backend}; {preflight.engine_reason}")
        return search

    def _open_search(self, setup: Setup) -> Search:
        url = self.workers.storage
        return Search(
            self.folder,
            self.study.name,
            self.preflight.metric.direction,
            self.plan.sampler,
            self.study.seed,
            self.plan.pruner,
            self.study.epochs,
            Shared(url, setup.identity) if url else None,
        )

    def _search(self, search: Search | None) -> tuple[Configuration, tuple[Tried, ...]]:
        """Race the baseline and the trials with the search seeds.

        Returns: the baseline, and the trials with their runs, in the order drawn.
        """
        baseline = Configuration(BASELINE, dict(self.preflight.trial.params))
        if not self.trials:
            return baseline, ()
        searching = Searching(
            study=self.study,
            setup=self.setup,
            preflight=self.preflight,
            source=self.runner.source,
            ledger=self.ledger,
            seeds=self.plan.search_seeds,
            ahead=self._ahead(),
            measure=partial(self._train, "search"),
            begin=self._begin,
            open_search=self._open_search,
            reporter=self.reporter,
            note=self._note,
        )
        return baseline, searching.race(baseline, search)

    def _ahead(self) -> Ahead:
        return Ahead(
            trials=self.trials,
            finalists=self.plan.finalists,
            others=len(self.study.candidates) + 1,
            repeats=self.repeats,
            later=self.asked.runs * 2 * self.repeats,
            window=self.workers.window,
            budget=self.plan.budget,
            started=self.started,
        )

    def _confirm(self, configurations: list[Configuration], trials: Iterable[Tried] = ()) -> None:
        """Train the baseline and the finalists again, on fresh seeds, scored on the test split.

        Whatever was compared before stays in the comparison, so that the correction for the number of
        finalists counts every one that was ever looked at.
        """
        setup = self.ledger.read_setup()
        assert setup is not None  # written by _open
        named = {configuration.name: configuration for configuration in configurations}
        for name in setup.looks[-1].configurations if setup.looks else ():
            if name not in named:
                named[name] = self._known(trials, name)
        ahead = {name: self._untrained(name) for name in named}
        for configuration in named.values():
            self._begin("confirmation", configuration, self.repeats)
        for name, configuration in named.items():
            self.reporter.expect(sum(ahead.values()))
            self._measure("confirmation", configuration)
            ahead[name] = 0
        store_naive(self.folder, self.runner, self.preflight, self.repeats)
        looks = distinct((*setup.looks, Look(self.repeats, tuple(named))))
        if looks != setup.looks:
            self.ledger.write_setup(replace(setup, looks=looks))

    def _measure_sizes(self) -> None:
        """Where asked to, measure the configuration to use and the baseline at several sizes."""
        if not self.asked.any:
            return
        found = Sensitivity(self.asked, self.runner, self.ledger, self.reporter, self.repeats)
        found.measure(self._result(), self._train, self._begin)

    def _known(self, trials: Iterable[Tried], name: str) -> Configuration:
        """A configuration that was compared before, with the values that it had."""
        known = {one.configuration.name: one.configuration for one in trials} | self.ledger.configurations
        if name not in known:
            raise LedgerError(
                f"{self.folder}: the runs of {name!r}, on which a verdict rests, are gone; start over with"
                " --fresh, or use another folder"
            )
        return known[name]

    def _measure(self, phase: Phase, configuration: Configuration) -> tuple[Run, ...]:
        runs = self._train(phase, configuration, self.repeats)
        self.reporter.measured(phase, configuration, runs)
        return runs

    def _begin(self, phase: Phase, configuration: Configuration, count: int) -> None:
        """Let workers, if there are any, train seeds that will be asked for."""
        if self.crew is not None:
            self.crew.begin(phase, configuration, count)

    def _train(
        self,
        phase: Phase,
        configuration: Configuration,
        count: int,
        should_prune: ShouldPrune | None = None,
    ) -> tuple[Run, ...]:
        def progress(seeds: int, share: float) -> None:
            self.reporter.training(phase, configuration.name, seeds, share)

        if self.crew is not None:
            return self.crew.measure(phase, configuration, count, progress)
        return self.runner.measure(self.ledger, phase, configuration, count, progress, should_prune)

    def _untrained(self, name: str) -> int:
        done = sum(len(group.runs) for group in self.ledger.of("confirmation", name))
        return max(self.repeats - done, 0)

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.reporter.note(text)

    def _note_fallback(self, text: str) -> None:
        self.fallbacks.append(text)
        self.reporter.note(text)

    def _close(self) -> None:
        setup = self.ledger.read_setup()
        if setup is not None:
            fallbacks = tuple(dict.fromkeys((*setup.fallbacks, *self.fallbacks)))
            elapsed = time.monotonic() - self.started
            if self.plan.budget is not None and elapsed > self.plan.budget:
                self._note(f"the budget of {self.plan.budget:.0f} s was exceeded: it took {elapsed:.0f} s")
            notes = tuple(dict.fromkeys(self.notes))
            self.ledger.write_setup(
                replace(
                    setup,
                    complete=self.complete,
                    notes=notes,
                    fallbacks=fallbacks,
                    seconds=setup.seconds + elapsed,
                    opened=None,
                )
            )
