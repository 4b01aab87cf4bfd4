"""What the runs of a study are made of: data and a build function for every configuration and seed."""

import hashlib
import json
from typing import Any

import numpy as np

from tuner.building import Built, build
from tuner.errors import StudyError, study_errors
from tuner.records import Configuration
from tuner.seeds import Seed
from tuner.splits import Split, Splits
from tuner.study import Build, Study
from tuner.trees import leaves
from tuner.trials import PinnedTrial


class Source:
    """The data and the models of a study; what depends on nothing is made once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._fixed: Splits | None = None
        self._test: Split = None  # of all trials, where the study says that it is the same

    def candidates(self) -> list[Configuration]:
        """The study's own candidates; one with a build function of its own gets the baseline's values."""
        return [
            Configuration(name, dict(self.study.baseline if callable(given) else given))
            for name, given in self.study.candidates.items()
        ]

    def splits(self, trial: Any, seed: Seed) -> Splits:
        """The data of a run; those that depend on nothing are made once, but for pipelines, which may have
        a state: every run starts with fresh ones."""
        if self._fixed is not None:
            return self._fixed
        splits = self.study.splits(trial, seed.generator("data"))
        if self.study.same_test and "test" not in splits.pipelines:
            self._check_test(splits)
        if not self.study.data_parameters and not (splits.pipelines and splits is not self.study.data):
            self._fixed = splits
        return splits

    def _check_test(self, splits: Splits) -> None:
        """Raises: StudyError where the test split is not that of all other trials and seeds."""
        known = self._test = self._test or splits.test
        pairs = zip(leaves(known), leaves(splits.test), strict=False)
        if known is not splits.test and not all(np.array_equal(one, other) for one, other in pairs):
            raise StudyError(
                "same_test is set, and the data function gives different test splits; leave it out"
            )

    def builder(self, configuration: Configuration) -> tuple[Build, str]:
        """The build function of a configuration, and the configuration's part in the seeds' names."""
        candidate = self.study.candidates.get(configuration.name)
        builder = candidate if callable(candidate) else self.study.build
        if self.study.data_vary:
            return builder, ""
        values = json.dumps(dict(configuration.params), sort_keys=True, default=str)
        owner = configuration.name if callable(candidate) else ""
        return builder, hashlib.sha256(f"{owner}\0{values}".encode()).hexdigest()

    def splits_of(self, configuration: Configuration) -> Splits:
        """The data that a configuration meets, of the first seed where they vary.

        Raises: StudyError where the data function fails.
        """
        with study_errors(f"the data function, called for {configuration.name!r},"):
            trial = PinnedTrial(configuration.params, configuration.name)
            return self.splits(trial, self._first_seed)

    def build_once(self, configuration: Configuration, builder: Build, trial: PinnedTrial) -> Built:
        """The model and the data of a named configuration, of the first seed of the search.

        Raises: StudyError where the user's code fails.
        """
        name = configuration.name
        with study_errors(f"the data function, called for {name!r},"):
            splits = self.splits(trial, self._first_seed)
        with study_errors(f"build, called for {name!r},"):
            return build(self.study, builder, trial, splits, self._first_seed)

    def try_build(self, trial: Any) -> None:
        """Call the study's functions once with a live trial, to learn which values it suggests."""
        build(self.study, self.study.build, trial, self.splits(trial, self._first_seed), self._first_seed)

    @property
    def _first_seed(self) -> Seed:
        return Seed(self.study.seed, "search", "", 0)
