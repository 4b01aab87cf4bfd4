"""What is said of scores that came in one after another, as frozen records."""

from dataclasses import dataclass
from typing import Literal

from tuner.stats.monitoring.expected import PIECES, ExpectedLevel
from tuner.stats.monitoring.windows import Departure

Word = Literal["degrading", "stable", "improving", "too few observations"]
Within = Literal["within", "beyond", "open"]


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest change that the last window of `examples` would have shown with a probability of 80 %.

    It is a change of the mean in metric units, either way, that lasted over the whole of the window, which
    ends with example `stop` (not included). It is infinite where neighbours in that window are `alike` so
    much that it holds too few pieces of evidence, and not `possible` where no score can change by so much.
    """

    examples: int
    stop: int
    change: float
    alike: bool = False
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Untold:
    """The newest scores, of this `mean`, that are too few for a test of their own: `block` are alike.

    There are so many `examples` of them, each a mean of `each` neighbours. `differs` says whether they would
    differ from what is expected if they were not.
    """

    examples: int
    mean: float
    expected: float
    block: int
    differs: bool
    each: int = 1

    @property
    def pieces(self) -> str:
        """How much evidence they are, in words."""
        pieces = self.examples // self.block
        return (
            f"about {pieces} independent piece{'s' * (pieces != 1)} of evidence, since some"
            f" {self.block * self.each:,} neighbours are alike; {PIECES} are needed"
        )

    @property
    def words(self) -> str:
        """Why they tell nothing."""
        seen = (
            f" have a mean of {self.mean:.4g}, {self.expected:.4g} is expected, but" if self.differs else ""
        )
        return f"the last {self.examples * self.each:,} examples{seen} are {self.pieces}"


@dataclass(frozen=True, slots=True)
class Monitored:
    """What is to be said of scores in the order in which they came.

    `word` is that of the latest window that differs from the expected level, "stable" where none ever did,
    and "too few observations" where nothing could be told, for a `reason`: nothing has been tested yet,
    neighbours are so much alike that the newest windows are too few pieces of evidence, or no change that is
    possible could have been found. `alarms` are the first windows (by their ends) of every turn of the word,
    `latest` is the last one that differed, and `now` whether one of the newest windows of each length still
    does. Where none does, but the newest windows cannot tell, that is the `reason` beside the word, and
    `untold` has it in numbers. `widest` is the longest of the windows that differ since the latest turn of
    the word, and tells best how large the change is. `detectable` says for every length of a window what
    could have been seen. `margin` places the widest change: within the margin, beyond it, or open; for
    "stable" whether the longest window shows that there is no change as large as the margin ("within").
    """

    word: Word
    reason: str
    expected: ExpectedLevel
    examples: int
    needed: int  # examples before the first window is tested
    untold: Untold | None = None
    alarms: tuple[Departure, ...] = ()
    latest: Departure | None = None
    widest: Departure | None = None
    now: bool = False
    detectable: tuple[Detectable, ...] = ()
    margin: Within | None = None

    @property
    def smallest(self) -> Detectable | None:
        """The window that would have shown the smallest change; None where nothing was tested."""
        return min(self.detectable, key=lambda one: one.change, default=None)
