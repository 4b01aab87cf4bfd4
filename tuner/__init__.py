"""tuner: hyperparameter search and robust evaluation for Keras models, where a score is a distribution.

Everything public is loaded when it is first used, so that `import tuner` costs nothing. Keras will run on
JAX where nothing else was chosen (KERAS_BACKEND) before it was imported.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuner import space
    from tuner.deploy.finalizing import finalize
    from tuner.deploy.serving import load_model
    from tuner.diagnosis import Diagnosis, diagnose
    from tuner.errors import TunerError
    from tuner.evaluation import Evaluation, evaluate
    from tuner.loading import load_study
    from tuner.plan import Plan
    from tuner.protocol import run
    from tuner.result import Result, load
    from tuner.splits import Splits
    from tuner.stats import Comparison, Summary, compare, compare_all, describe
    from tuner.study import Study

__version__ = "0.1.0"

os.environ.setdefault("KERAS_BACKEND", "jax")

_HOMES = {
    "Comparison": "tuner.stats",
    "Diagnosis": "tuner.diagnosis",
    "Evaluation": "tuner.evaluation",
    "Plan": "tuner.plan",
    "Result": "tuner.result",
    "Splits": "tuner.splits",
    "Study": "tuner.study",
    "Summary": "tuner.stats",
    "TunerError": "tuner.errors",
    "compare": "tuner.stats",
    "compare_all": "tuner.stats",
    "describe": "tuner.stats",
    "diagnose": "tuner.diagnosis",
    "evaluate": "tuner.evaluation",
    "finalize": "tuner.deploy.finalizing",
    "load": "tuner.result",
    "load_model": "tuner.deploy.serving",
    "load_study": "tuner.loading",
    "run": "tuner.protocol",
    "space": "tuner.space",
}

__all__ = [
    "Comparison",
    "Diagnosis",
    "Evaluation",
    "Plan",
    "Result",
    "Splits",
    "Study",
    "Summary",
    "TunerError",
    "compare",
    "compare_all",
    "describe",
    "diagnose",
    "evaluate",
    "finalize",
    "load",
    "load_model",
    "load_study",
    "run",
    "space",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tuner' has no attribute {name!r}")
    home = import_module(_HOMES[name])
    return home if name == "space" else getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
