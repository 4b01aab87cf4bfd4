"""How much to train in one call of `run`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuner.errors import TunerError
from tuner.sizes import Sizes, checked_ensemble_sizes, checked_train_sizes

PROFILES = {"quick": (2, 5), "standard": (4, 10), "paper": (4, 30)}  # seeds in search, in confirmation


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to train: numbers of trials, seeds and finalists; `budget` in seconds.

    With repeats=0 there is a search and no confirmation, and so no verdict.
    `search_repeats` is the number of seeds of every trial in the search, or a pair: the first and the
    largest number, between which trials are raced. None takes the study's or the profile's value.

    `train_sizes` and `ensemble_sizes` ask for the test score against the number of training examples, and
    against that of networks whose mean is predicted: see `Study`.

    Raises: TunerError where a number cannot be used.
    """

    profile: str = "standard"
    trials: int | None = None
    search_repeats: int | tuple[int, int] | None = None
    repeats: int | None = None
    finalists: int = 3
    sampler: str = "tpe"
    pruner: str = "none"
    budget: float | None = None
    train_sizes: Sizes | None = None
    ensemble_sizes: Sizes | None = None

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise TunerError(f"profile {self.profile!r} is unknown; use {', '.join(PROFILES)}")
        self._check_search_repeats()
        least = {"trials": 0, "repeats": 0, "finalists": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise TunerError(f"{name.replace('_', '-')} is {value}; give {low} or more")
        if self.budget is not None and self.budget <= 0:
            raise TunerError(f"a budget of {self.budget:g} s leaves no time to train")
        checked_train_sizes(() if self.train_sizes is None else self.train_sizes)
        checked_ensemble_sizes(() if self.ensemble_sizes is None else self.ensemble_sizes)

    @property
    def search_seeds(self) -> tuple[int, int]:
        """The first and the largest number of seeds of a trial in the search.

        >>> Plan(search_repeats=(2, 8)).search_seeds, Plan().search_seeds
        ((2, 8), (4, 4))
        """
        given = PROFILES[self.profile][0] if self.search_repeats is None else self.search_repeats
        numbers = _as_tuple(given)
        return numbers[0], numbers[-1]

    def _check_search_repeats(self) -> None:
        given = self.search_repeats
        if given is None:
            return
        numbers = _as_tuple(given)
        if len(numbers) not in (1, 2) or not all(isinstance(one, int) for one in numbers):
            raise TunerError(
                f"search-repeats is {given!r}; give one number of seeds, or the first and the largest: (2, 8)"
            )
        shown = ",".join(map(str, numbers))
        if min(numbers) < 1:
            raise TunerError(f"search-repeats is {shown}; give 1 or more")
        if numbers[0] > numbers[-1]:
            raise TunerError(f"search-repeats is {shown}; give the first number of seeds, then the largest")


@dataclass(frozen=True, slots=True)
class Workers:
    """Who trains: so many processes of this machine (`here`), and whoever joins through a shared `storage`.

    `storage` is the address of an Optuna storage, `artifacts` a folder or an address for what was trained,
    which all machines see. `parallel` trials are under way in the search at once; None means as many as there
    are workers here. With `ray`, the address of a Ray cluster, the workers are placed there, each with so
    many `gpus`, or with a core where that is 0. Without any of it the process of the run trains itself.

    Raises: TunerError where that cannot be.
    """

    here: int = 0
    storage: str = field(default="", repr=False)  # it may hold a password
    artifacts: str = ""
    parallel: int | None = None
    ray: str = ""
    gpus: float = 0.0

    def __post_init__(self) -> None:
        if self.here < 0:
            raise TunerError(f"workers is {self.here}; give 1 or more, or 0 to train in this process")
        if bool(self.storage) != bool(self.artifacts):
            raise TunerError("storage and artifacts go together: give both, as all workers see them")
        if self.ray and not (self.here and self.storage):
            raise TunerError(
                "ray places workers that share a storage; give --workers, --storage and --artifacts"
            )
        if self.gpus < 0 or (self.gpus and not self.ray):
            raise TunerError(f"gpus is {self.gpus:g}; give what each worker of --ray needs, 0 or more")
        if self.parallel is not None and self.parallel < 1:
            raise TunerError(f"parallel is {self.parallel}; give 1 or more")
        if self.parallel is not None and not self.wanted:
            raise TunerError("parallel is for workers; give --workers, or --storage and --artifacts")

    @property
    def wanted(self) -> bool:
        """Whether others than the process of the run train."""
        return bool(self.here or self.storage)

    @property
    def window(self) -> int:
        """How many trials are under way at once."""
        return self.parallel or max(self.here, 1)


def _as_tuple(seeds: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(seeds) if isinstance(seeds, Sequence) else (seeds,)
