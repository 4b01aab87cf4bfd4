"""The search of one way: its learning rate, its epochs and how many recent examples it sees.

Each way, the fair baseline included, gets the same number of trials in a run folder of its own, which has
no confirmation: what a search found is confirmed where the ways are compared, with fresh seeds and on
examples that no search has seen.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuner.deploy.updating.derived import Settings, search
from tuner.deploy.updating.material import Material
from tuner.deploy.updating.ways import WAYS
from tuner.errors import BundleError
from tuner.plan import Plan
from tuner.protocol import run
from tuner.racing import validation_scores
from tuner.records import BASELINE, Configuration
from tuner.reporter import Reporter
from tuner.result import Result

FOLDER = "searches"


def searched(
    material: Material,
    settings: Settings,
    plan: Plan,
    folder: Path,
    *,
    reporter: Reporter,
    changes: Mapping[str, Any],
    **options: Any,
) -> dict[str, dict[str, Any]]:
    """The values of every way: the best of its trials and of the settings without a search.

    Raises: BundleError where nothing of a way could be trained.
    """
    if not plan.trials:
        return {name: settings.params for name in WAYS}
    found = {}
    for name, way in WAYS.items():
        reporter.note(f"searching {plan.trials} settings of {name}: {way.words}")
        study = search(material, way, settings, plan.trials, name=f"{material.study.name} {name}", **changes)
        result = run(
            study,
            replace(plan, repeats=0),
            output=folder / FOLDER / way.folder,
            reporter=reporter,
            **options,
        )
        found[name] = dict(chosen(result).params)
    return found


def chosen(result: Result) -> Configuration:
    """The best configuration of a search, the baseline among them.

    Those of a race that were dropped have fewer seeds than others and are not considered.

    Raises: BundleError where none has a score.
    """
    from tuner.ranking import ranked

    scores = {
        name: validation_scores(run for run in result.runs if run.configuration == name)
        for name in (BASELINE, *(name for name in result.configurations if name != BASELINE))
    }
    most = max(map(len, scores.values()), default=0)
    whole = [(result.configurations[name], values) for name, values in scores.items() if len(values) == most]
    if not whole or not any(value == value for _, values in whole for value in values):
        raise BundleError(f"{result.folder}: no setting of this way could be trained")
    return ranked(whole, result.setup.objective, result.setup.direction)[0]
