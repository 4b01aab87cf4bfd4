"""The command line: parse, call the library, print. Heavy imports wait until a command needs them.

Each module adds its commands to the application.
"""

from tuner.cli import (
    calibrate,
    compare,
    diagnose,
    finalize,
    monitor,
    new,
    power,
    predict,
    replace,
    report,
    run,
    update,
    variance,
    worker,
)
from tuner.cli.app import app

__all__ = [
    "app",
    "calibrate",
    "compare",
    "diagnose",
    "finalize",
    "monitor",
    "new",
    "power",
    "predict",
    "replace",
    "report",
    "run",
    "update",
    "variance",
    "worker",
]
