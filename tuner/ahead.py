"""What a session has still to train, and whether its budget allows for more."""

import time
from dataclasses import dataclass

from tuner.racing import Race


@dataclass(frozen=True, slots=True)
class Ahead:
    """`trials` are to be drawn, and up to `finalists` of them confirmed, with `others` that are so anyway.

    Each confirmed configuration takes `repeats` runs, and what follows about `later` runs. `window` trials
    are under way at once. `budget` is in seconds after `started`, a time of `time.monotonic`; None is no
    limit.
    """

    trials: int
    finalists: int
    others: int
    repeats: int
    later: float
    window: int
    budget: float | None
    started: float

    def runs(self, race: Race, drawn: int) -> int:
        """Runs of search and confirmation, trials to come with as many seeds as those before them took."""
        first = race.most if drawn == 0 else 0
        searched = round((self.trials - drawn) * race.typical_seeds)
        return first + searched + self._confirmed(self.trials) * self.repeats

    def out_of_time(self, race: Race, drawn: int, under_way: int) -> bool:
        """Whether one more trial would leave too little of the budget for confirmation."""
        if self.budget is None:
            return False
        later = self._confirmed(drawn + 1) * self.repeats + self.later
        ahead = race.most_ahead + under_way * race.most + later
        seconds = race.seconds_a_run * ahead / self.window
        return time.monotonic() - self.started + seconds > self.budget

    def _confirmed(self, trials: int) -> int:
        return min(self.finalists, trials) + self.others
