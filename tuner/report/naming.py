"""What the sentences of a report call a configuration."""

from tuner.records import BASELINE, Setup
from tuner.report.formats import short


def called(setup: Setup, name: str) -> str:
    """A configuration in the midst of a sentence: the baseline as the study calls it, others by name."""
    return setup.the_baseline if name == BASELINE else short(name)


def capital(words: str) -> str:
    """Words of ours, and of the study's, where they begin a sentence; names keep their spelling.

    >>> capital("the baseline")
    'The baseline'
    """
    return words[:1].upper() + words[1:]
