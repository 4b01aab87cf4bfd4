"""Ctrl-C where nothing can be done about it: in a callback of the interpreter, and while the process ends."""

import atexit
import signal
import sys


def leave_unprinted() -> None:
    """Print no traceback of an interrupt that a callback swallowed. Who has something to stop hears it."""
    before = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            before(unraisable)

    if getattr(before, "__qualname__", "") != hook.__qualname__:
        sys.unraisablehook = hook


def hear_no_more() -> None:
    """All is done: from the first step of the process's end on an interrupt changes nothing."""
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
