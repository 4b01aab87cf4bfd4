"""How much to train in one call of `run`."""

from dataclasses import dataclass

from tuner.errors import TunerError

PROFILES = {"quick": (2, 5), "standard": (4, 10), "paper": (4, 30)}  # seeds in search, in confirmation


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to train: numbers of trials, seeds and finalists; `budget` in seconds.

    None takes the study's or the profile's value. Raises: TunerError where a number cannot be used.
    """

    profile: str = "standard"
    trials: int | None = None
    search_repeats: int | None = None
    repeats: int | None = None
    finalists: int = 3
    sampler: str = "tpe"
    pruner: str = "none"
    budget: float | None = None

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise TunerError(f"profile {self.profile!r} is unknown; use {', '.join(PROFILES)}")
        least = {"trials": 0, "search_repeats": 1, "repeats": 1, "finalists": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise TunerError(f"{name.replace('_', '-')} is {value}; give {low} or more")
        if self.budget is not None and self.budget <= 0:
            raise TunerError(f"a budget of {self.budget:g} s leaves no time to train")
