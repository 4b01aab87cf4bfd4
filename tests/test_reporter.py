"""Several reporters hear the same, in the same order."""

from tests.factories import make_configuration, make_setup
from tests.tiny import Recorder
from tuner.reporter import Several


def test_everybody_is_told_everything() -> None:
    first, second = Recorder(), Recorder()
    both = Several(first, second)
    both.start(make_setup(study="mine"))
    both.note("a note")
    both.expect(7)
    both.training("search", "trial-0", 2, 0.5)
    both.measured("search", make_configuration("trial-0"), ())
    for one in (first, second):
        assert one.setup is not None and one.setup.study == "mine"
        assert (one.notes, one.expected) == (["a note"], [7])
        assert one.trained == one.finished == [("search", "trial-0")]
