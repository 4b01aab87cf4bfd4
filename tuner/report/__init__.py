"""The report: `Result` -> frozen view -> template -> files."""

from tuner.report.scores import scores_frame
from tuner.report.summary import summary
from tuner.report.verdict import headline
from tuner.report.write import write_report

__all__ = ["headline", "scores_frame", "summary", "write_report"]
