"""How a search goes: the baseline, then trials that are drawn, raced and told to the sampler."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tuner.ahead import Ahead
from tuner.engines.base import ShouldPrune, ask_again
from tuner.errors import StudyError
from tuner.ledger import Ledger
from tuner.racing import Measure, Race, Tried, key_of
from tuner.records import Configuration, Setup
from tuner.repeats import Preflight
from tuner.reporter import Reporter
from tuner.search import Drawn, Search
from tuner.sensitivity import Begin
from tuner.sources import Source
from tuner.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """The search of a session.

    `measure` trains seeds with those of `seeds`, the first and the largest number for a trial; `begin` lets
    workers train them ahead. `open_search` opens a new database, which can wait until something has trained.
    """

    study: Study
    setup: Setup
    preflight: Preflight
    source: Source
    ledger: Ledger
    seeds: tuple[int, int]
    ahead: Ahead
    measure: Measure
    begin: Begin
    open_search: Callable[[Setup], Search]
    reporter: Reporter
    note: Callable[[str], None]

    def race(self, baseline: Configuration, search: Search | None) -> tuple[Tried, ...]:
        """Race the baseline and the trials, those that `search` has drawn before among them.

        Returns: the trials with their runs, in the order drawn.
        """
        race = Race(
            self.seeds,
            self.measure,
            objective=self.study.objective,
            direction=self.preflight.metric.direction,
            paired=self.study.paired,
            on_measured=lambda tried: self.reporter.measured("search", tried.configuration, tried.runs),
        )
        self.reporter.expect(self.ahead.runs(race, 0))
        first = race.enter(baseline)
        if math.isnan(first.objective):
            raise StudyError(
                f"the baseline cannot be trained ({first.runs[0].reason}); mend it and run with --fresh"
            )
        search = search or self.open_search(self.setup)
        trial = self.preflight.trial
        if not search.tell_baseline(trial, first.objective):
            outside = ", ".join(trial.outside)
            self.note(
                f"{self.setup.the_baseline} lies outside the searched ranges ({outside}); the sampler is not"
                " told it"
            )
        under_way: deque[Drawn] = deque()
        for drawn in self._draws(search, race, under_way):
            values = key_of(drawn.configuration)
            alike = any(key_of(one.configuration) == values for one in under_way)
            if not alike and race.known(drawn.configuration) is None:
                self.begin("search", drawn.configuration, race.first)
            under_way.append(drawn)
        self._enter(search, race, under_way)
        return race.trials

    def _draws(self, search: Search, race: Race, under_way: deque[Drawn]) -> Iterator[Drawn]:
        """Configurations drawn in earlier sessions, then new ones, as many as trials and budget allow.

        As many are under way as there are workers (`Setup.windows`), so that what is drawn depends on their
        number and on nobody's speed.
        """
        earlier, trials = search.drawn(), self.ahead.trials
        for number, drawn in enumerate(earlier):
            self._enter(search, race, under_way, self.setup.window(number) - 1)
            yield drawn
        for number in range(len(earlier), trials):
            window = self.setup.window(number)
            self._enter(search, race, under_way, window - 1 if search.draws_ahead else 0)
            if self.ahead.out_of_time(race, number, len(under_way)):
                self.note(f"the budget ends the search after {number} of {trials} trials")
                return
            self.reporter.expect(self.ahead.runs(race, number))
            new = search.draw(self.source.try_build, window)
            if new is None:
                self.note(f"the grid has no more than {number} points")
                return
            yield new

    def _enter(self, search: Search, race: Race, under_way: deque[Drawn], left: int = 0) -> None:
        """Race those under way in the order in which they were drawn, until so many are left."""
        while len(under_way) > left:
            drawn = under_way.popleft()
            # A configuration that is drawn twice reuses its runs.
            tried = race.known(drawn.configuration)
            tried = tried or race.enter(drawn.configuration, self._pruning(search, drawn))
            if not drawn.told:
                value = None if math.isnan(tried.objective) else tried.objective
                search.tell(drawn, value, pruned=tried.pruned)

    def _pruning(self, search: Search, drawn: Drawn) -> ShouldPrune | None:
        """What asks the pruner about a trial; of runs that ended before it did, it hears once more."""
        ask = search.pruning(drawn, self.preflight.metric)
        first = next(iter(self.ledger.of("search", drawn.configuration.name)), None)
        if ask is not None and not drawn.told and first is not None:
            ask_again([run.history for run in first.runs], ask)
        return ask
