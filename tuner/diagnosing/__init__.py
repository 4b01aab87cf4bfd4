"""Learning curves of run folders and CSV files, put before `tuner.diagnosis`."""

from tuner.diagnosing.configurations import (
    Diagnosed,
    as_json,
    diagnose_configuration,
    diagnose_result,
    examined,
)
from tuner.diagnosing.histories import History, diagnose_history, read_history

__all__ = [
    "Diagnosed",
    "History",
    "as_json",
    "diagnose_configuration",
    "diagnose_history",
    "diagnose_result",
    "examined",
    "read_history",
]
