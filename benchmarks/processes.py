"""The processes that are timed (fresh ones for a single job, and workers that stay), and telling of them."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]


class NotTimedError(Exception):
    """A job that could not be timed; the message says why."""


def tell(text: str) -> None:
    """Progress, on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def user_cache() -> Path:
    """The folder of the user's caches."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def environment(backend: str, cache: Path) -> dict[str, str]:
    """The environment of a process: Keras' backend, and the folder where tuner keeps compiled programs.

    Keras imports Matplotlib, whose list of fonts must not be made anew with every empty `cache`.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JAX_", "XLA_"))}
    fonts = os.environ.get("MPLCONFIGDIR") or str(user_cache() / "matplotlib")
    own = {"KERAS_BACKEND": backend, "XDG_CACHE_HOME": str(cache), "MPLCONFIGDIR": fonts}
    return kept | own | {"TF_CPP_MIN_LOG_LEVEL": "3"}


def answer(work: Callable[..., object]) -> None:
    """The other end of `run_fresh`: read a request, call `work` with it, print what that returns."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing but the answer reaches standard output
    print(json.dumps(work(**json.load(sys.stdin))), file=answers, flush=True)


def run_fresh(
    command: Sequence[str | Path], environment: dict[str, str], limit: float, request: object = None
) -> dict[str, Any]:
    """Run a process that reads one JSON request and prints one JSON object.

    Returns: what it prints, and "wall", the seconds from its start to its end.

    Raises: NotTimedError where it does not end well within `limit` seconds.
    """
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=limit,
            check=False,
            cwd=ROOT,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise NotTimedError(f"more than {limit:.0f} s") from None
    wall = time.perf_counter() - start
    if done.returncode:
        raise NotTimedError(_last_line(done.stderr))
    return {**json.loads(done.stdout), "wall": wall}


class Worker:
    """A process that answers JSON requests, a line each; one that has died is started anew when asked.

    What it writes to standard error goes to the file `log`.
    """

    def __init__(self, command: Sequence[str | Path], environment: dict[str, str], log: Path) -> None:
        self._command = command
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ask(self, limit: float, **request: object) -> dict[str, Any]:
        """The answer to a request.

        Raises: NotTimedError where there is none within `limit` seconds, or it is {"error": reason}.
        """
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it has died, and reading will tell
            process.stdin.write(json.dumps(request).encode() + b"\n")
        ready, _, _ = select.select([process.stdout], [], [], limit)
        line = process.stdout.readline() if ready else b""
        if not line:
            self._stop()
            said = f"the process died: {_last_line(self._log.read_bytes())}"
            raise NotTimedError(said if ready else f"more than {limit:.0f} s")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise NotTimedError(answer["error"])
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                cwd=ROOT,
                env=self._environment,
            )
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it said nothing")
