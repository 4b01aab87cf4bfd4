"""Several studies beside each other: `Studies` -> frozen view -> template -> files."""

from tuner.report.studies.words import studies_headline
from tuner.report.studies.write import FILES, PAGE, studies_summary, write_studies

__all__ = ["FILES", "PAGE", "studies_headline", "studies_summary", "write_studies"]
