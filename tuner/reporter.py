"""How the library says what happens while it works; it prints nothing itself."""

from typing import Protocol

from tuner.records import Configuration, Phase, Run, Setup


class Reporter(Protocol):
    """Is told what happens while a study runs; the command line shows it."""

    def start(self, setup: Setup) -> None:
        """What this session works with."""

    def note(self, text: str) -> None:
        """Something the user must know, in a sentence."""

    def expect(self, runs: int) -> None:
        """How many runs are still to train, by what is known now."""

    def training(self, phase: Phase, name: str, seeds: int, share: float) -> None:
        """A group of seeds is in training, and this share of it is done."""

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None:
        """A configuration has its runs of a phase; a race may give its incumbent more, and tells again."""


class Silent:
    """A reporter that says nothing."""

    def start(self, setup: Setup) -> None: ...

    def note(self, text: str) -> None: ...

    def expect(self, runs: int) -> None: ...

    def training(self, phase: Phase, name: str, seeds: int, share: float) -> None: ...

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None: ...


class Several:
    """Tells several reporters, one after the other."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def start(self, setup: Setup) -> None:
        for one in self._reporters:
            one.start(setup)

    def note(self, text: str) -> None:
        for one in self._reporters:
            one.note(text)

    def expect(self, runs: int) -> None:
        for one in self._reporters:
            one.expect(runs)

    def training(self, phase: Phase, name: str, seeds: int, share: float) -> None:
        for one in self._reporters:
            one.training(phase, name, seeds, share)

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None:
        for one in self._reporters:
            one.measured(phase, configuration, runs)
