"""The ways to update a model in use, and what they are compared with.

Source: J. Brownlee, Long Short-Term Memory Networks with Python, chapter 14.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tuner.errors import BundleError

CANDIDATES = "candidates"
"""The folder, in that of an update's run, with the bundles of the ways that were kept."""

EXISTING_MODEL = "the existing model"
"""What sentences call the baseline of an update."""

EXISTING = "existing"
"""The way of the baseline: the members as they are, not trained at all."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where training starts (from the members in use, or anew) and which examples it sees."""

    name: str
    existing: bool
    old: bool
    new: bool

    @property
    def folder(self) -> str:
        """Its name as that of a folder."""
        return self.name.replace("+", "-")

    @property
    def words(self) -> str:
        """What it is, after the name."""
        model = "the existing model, trained further" if self.existing else "a new model"
        data = " and ".join(word for word, seen in (("old", self.old), ("new", self.new)) if seen)
        return f"{model} on {data} data"


FAIR = Way("existing+old", existing=True, old=True, new=False)
"""The fair baseline: what training for longer gives without any new data."""

UPDATES = (
    Way("existing+new", existing=True, old=False, new=True),
    Way("existing+old+new", existing=True, old=True, new=True),
    Way("new+new", existing=False, old=False, new=True),
    Way("new+old+new", existing=False, old=True, new=True),
)
WAYS = {way.name: way for way in (FAIR, *UPDATES)}

HELPS_AT_ALL = (
    "Does an update help at all? All ways are compared with the existing model as it is in use, its members "
    "untouched, on the same recent examples; in tables it is called baseline."
)
NEW_DATA_HELP = (
    f"Do the new data help beyond more training? {FAIR.name} is the fair baseline: the existing model, "
    "trained for more epochs on the old data alone."
)


def checked(names: Iterable[str]) -> tuple[str, ...]:
    """Names of ways, each once.

    Raises: BundleError where there is no such way.
    """
    found = tuple(dict.fromkeys(names))
    for name in found:
        if name not in WAYS:
            raise BundleError(f"{name!r} is no way to update; choose from {', '.join(WAYS)}")
    return found
