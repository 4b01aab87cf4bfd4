"""The report: `Result` -> frozen view -> template -> files."""

from tuner.report.looks import looks_warning
from tuner.report.naive_words import naive_remark, naive_remarks
from tuner.report.size_words import size_sentences
from tuner.report.summary import summary
from tuner.report.verdict import headline
from tuner.report.write import write_report

__all__ = [
    "headline",
    "looks_warning",
    "naive_remark",
    "naive_remarks",
    "size_sentences",
    "summary",
    "write_report",
]
