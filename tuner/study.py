"""Study: what to search, on what data, how to judge."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner.errors import StudyError
from tuner.metric_names import check_name
from tuner.objective import parse_objective
from tuner.records import BASELINE, THE_BASELINE, Direction
from tuner.sizes import Sizes, checked_ensemble_sizes, checked_train_sizes
from tuner.splits import Splits

Build = Callable[..., Any]

DATA_PARAMETERS = frozenset({"trial", "rng"})
SHOW_PARAMETERS = frozenset({"ax", "x", "y_true", "y_pred"})


@dataclass(frozen=True, slots=True)
class Study:
    """What to search, on what data, how to judge.

    `data` is a `Splits`, or a function that makes one, with parameters named `trial` (the framing is
    tuned) and/or `rng` (a `numpy.random.Generator`: the data change with the seed index). `build(trial,
    data)` returns a compiled Keras model, or the model and a dict of `fit` arguments. `metric` is a
    Keras name or a function of (y_true, y_pred) that returns one number, or one for each example, whose
    mean is the score; `direction` says which way is better and is inferred for names that Keras knows.
    `margin` is the smallest difference that matters, in metric units. With `series` the test examples are
    in the order of time, as windows of a series are, so that neighbours count as dependent. `candidates`
    maps names to hyperparameter values, or to a build function of their own, for a comparison without
    search.

    `train_sizes` asks for the test score against the number of training examples: shares of the train split
    such as (0.25, 0.5, 1.0), numbers of examples, or "auto". `ensemble_sizes` asks for that of the mean of so
    many networks, such as (1, 2, 5), or "auto". Both are measured after the confirmation, for the
    configuration to use and the baseline.

    `show` shows one test example in the study's own way, for the report: `show(ax, x, y_true, y_pred)` draws
    on Matplotlib axes, `show(x, y_true, y_pred)` returns a text. x and y_true are those of the example,
    without an axis of examples, y_pred has a first axis of runs; what is not needed can be left out. It
    plays no part in the numbers, and an error in it costs no run. The command line calls it, `tuner.run`
    does not.

    What serves comparisons of trained models: a build function with a parameter `seed_index` is told which
    run of its configuration it builds for. Where runs with the same index then belong together, although
    their data are the same, `pairs` says in words what they share, and they are compared in pairs. With
    `same_test` a data function promises the same test split for every trial and seed, so that scores are
    compared example by example. `references` maps further configurations with which all others are compared
    (candidates, or "baseline") to the question that this answers. `new_data(path)` reads (x, y) from a file
    of observations, in the order of time, for `tuner update`. `baseline_words` is what sentences call the
    baseline, where it is something that has a name.

    Raises: StudyError where a field cannot be what it must be.
    """

    data: Splits | Callable[..., Splits]
    build: Build
    metric: str | Callable[[Any, Any], float]
    epochs: int
    baseline: Mapping[str, Any]
    direction: Direction | None = None
    name: str = ""
    margin: float | None = None
    level: float = 0.95
    series: bool = False
    trials: int = 20
    seed: int = 0
    objective: str = "mean"
    candidates: Mapping[str, Mapping[str, Any] | Build] = field(default_factory=dict)
    show: Callable[..., Any] | None = None
    train_sizes: Sizes = ()
    ensemble_sizes: Sizes = ()
    pairs: str = ""
    same_test: bool = False
    references: Mapping[str, str] = field(default_factory=dict)
    new_data: Callable[..., Any] | None = None
    baseline_words: str = THE_BASELINE
    source: str = field(default="", repr=False)  # sha256 of the study file and its options
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)  # what --set gave
    file: str = field(default="", repr=False)  # sha256 of the study file alone
    path: str = field(default="", repr=False)  # of the study file, for workers

    def __post_init__(self) -> None:
        if not isinstance(self.data, Splits):
            if not callable(self.data):
                raise StudyError(
                    f"data is a {type(self.data).__name__}; give Splits or a function that makes one"
                )
            unknown = self.data_parameters - DATA_PARAMETERS
            if unknown:
                raise StudyError(
                    f"the data function has a parameter {min(unknown)!r}; only 'trial' and 'rng' can be given"
                )
        if not isinstance(self.name, str):
            raise StudyError(f"name is a {type(self.name).__name__}; give a text")
        if not callable(self.build):
            raise StudyError(f"build is a {type(self.build).__name__}; give a function build(trial, data)")
        if not (isinstance(self.metric, str) or callable(self.metric)):
            raise StudyError("metric is neither a name nor a function of (y_true, y_pred)")
        if isinstance(self.metric, str):
            check_name(self.metric)
        if self.direction not in (None, "minimize", "maximize"):
            raise StudyError(f"direction is {self.direction!r}; write 'minimize' or 'maximize'")
        self._check_numbers()
        self._check_configurations()
        self._check_show()
        checked_train_sizes(self.train_sizes, StudyError)
        checked_ensemble_sizes(self.ensemble_sizes, StudyError)
        self._check_comparison()
        parse_objective(self.objective)

    def _check_numbers(self) -> None:
        for name, least in (("epochs", 1), ("trials", 0), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise StudyError(f"{name} is {value!r}; give a whole number, {least} or more")
        if not isinstance(self.level, int | float) or not 0.5 <= self.level < 1:
            raise StudyError(f"level is {self.level!r}; give a confidence level such as 0.95")
        if self.margin is not None and not (
            isinstance(self.margin, int | float) and math.isfinite(self.margin) and self.margin > 0
        ):
            raise StudyError(f"margin is {self.margin!r}; give a positive number in metric units, or None")

        if not isinstance(self.series, bool):
            raise StudyError(
                f"series is {self.series!r}; give True where the test examples are in the order of time"
            )

    def _check_configurations(self) -> None:
        if not isinstance(self.baseline, Mapping):
            raise StudyError("baseline is no dict of hyperparameter values; a verdict needs one to beat")
        for name, candidate in self.candidates.items():
            if not isinstance(name, str) or not name or name == BASELINE or name.startswith("trial-"):
                raise StudyError(f"a candidate cannot be named {name!r}; that name is taken or empty")
            if not (isinstance(candidate, Mapping) or callable(candidate)):
                raise StudyError(f"candidate {name!r} is neither a dict of values nor a build function")

    def _check_show(self) -> None:
        if self.show is None:
            return
        if not callable(self.show):
            raise StudyError(f"show is a {type(self.show).__name__}; give a function (x, y_true, y_pred)")
        form = (
            "write show(ax, x, y_true, y_pred), which draws, or show(x, y_true, y_pred), which returns a text"
        )
        try:
            parameters = inspect.signature(self.show).parameters
        except ValueError:
            raise StudyError(f"the parameters of show cannot be read; {form}") from None
        for name, parameter in parameters.items():
            needed = parameter.default is parameter.empty
            if (needed and name not in SHOW_PARAMETERS) or parameter.kind is parameter.POSITIONAL_ONLY:
                raise StudyError(f"show has a parameter {name!r}; {form}")
        if "y_pred" not in parameters:
            raise StudyError(f"show has no parameter 'y_pred'; {form}")

    def _check_comparison(self) -> None:
        if not isinstance(self.pairs, str):
            raise StudyError(f"pairs is a {type(self.pairs).__name__}; say in words what two runs share")
        if not isinstance(self.baseline_words, str):
            raise StudyError(f"baseline_words is a {type(self.baseline_words).__name__}; give a text")
        if not isinstance(self.same_test, bool):
            raise StudyError(
                f"same_test is {self.same_test!r}; give True where all trials have one test split"
            )
        for name, question in self.references.items():
            if name != BASELINE and name not in self.candidates:
                raise StudyError(f"references names {name!r}, which is no candidate")
            if not isinstance(question, str):
                raise StudyError(f"references has a {type(question).__name__} for {name!r}; write a question")
        if self.new_data is not None and not callable(self.new_data):
            raise StudyError(
                f"new_data is a {type(self.new_data).__name__}; give a function of a path that returns (x, y)"
            )

    @property
    def paired(self) -> bool:
        """Whether runs with the same seed index belong together and are compared in pairs."""
        return self.data_vary or bool(self.pairs)

    @property
    def data_parameters(self) -> frozenset[str]:
        """What the data depend on: "trial", "rng", both or nothing."""
        return (
            frozenset()
            if isinstance(self.data, Splits)
            else frozenset(inspect.signature(self.data).parameters)
        )

    @property
    def data_vary(self) -> bool:
        """Whether the data change with the seed index, so that runs are compared in pairs."""
        return "rng" in self.data_parameters

    @property
    def without_examples(self) -> str:
        """Why runs are not compared test example by test example, in words; nothing where they are."""
        if self.same_test:
            return ""
        if self.data_vary:
            return "every seed has test examples of its own"
        return "the test examples depend on the hyperparameters" if self.data_parameters else ""

    def splits(self, trial: Any, rng: np.random.Generator) -> Splits:
        """The data for one run. Raises: StudyError where the data function returns something else."""
        if isinstance(self.data, Splits):
            return self.data
        offered = {"trial": trial, "rng": rng}
        splits = self.data(**{name: offered[name] for name in self.data_parameters})
        if not isinstance(splits, Splits):
            raise StudyError(
                f"the data function returned a {type(splits).__name__}; return tuner.Splits(...)"
            )
        return splits
