"""What tuner raises when the user's input is wrong: one line that says what, where and what to do."""


class TunerError(Exception):
    """Wrong input. The command line prints the message and ends with exit status 2."""


class StudyError(TunerError):
    """The study file, or something it made (splits, model, baseline), cannot be used."""


class LedgerError(TunerError):
    """A run folder is missing, foreign, damaged, or belongs to another study."""


class StatisticsError(TunerError, ValueError):
    """Scores or settings that a statistical procedure cannot accept."""
