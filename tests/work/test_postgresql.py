"""A study over a real PostgreSQL: its queue, its search, workers of another process, and what goes wrong."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import BaseStorage

import tuner
from benchmarks.faults.running import STUDY
from benchmarks.processes import ROOT
from tests.calling import Call, one_line
from tests.tiny import Recorder, numbers
from tests.work.places import free_port
from tests.work.test_queue import (  # noqa: F401  # the same tests, over this storage
    queue,
    storage,
    test_a_new_queue_takes_the_place_of_the_old_one,
    test_groups_are_taken_in_their_order_and_as_they_were_put,
    test_two_never_get_the_same_group,
    test_what_a_dead_worker_had_is_failed_with_the_way_it_died,
    test_what_happens_to_an_attempt_is_seen,
    test_who_comes_in_late_is_refused,
)
from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.plan import Plan, Workers
from tuner.storage import connect, has_search, open_shared

USER, PASSWORD = "tuner", "s3cret-w0rd"
PLAN = Plan(trials=2, search_repeats=1, repeats=2, finalists=1, sampler="random")
FAST = ("--trials", "2", "--search-repeats", "1", "--repeats", "2", "--finalists", "1", "--sampler", "random")


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs, which Debian keeps off the path."""
    there = shutil.which("initdb")
    found = [there] if there else sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    return Path(found[-1]).parent if found else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server on this machine, whose data go with it."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI_POSTGRES") == "required":
            pytest.fail("PostgreSQL is not installed (apt-get install postgresql)")
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory(prefix="tuner-pg-") as folder:
        place, port = Path(folder), free_port()
        (place / "password").write_text(PASSWORD)
        as_user = _unprivileged(place)
        make = ["initdb", "-D", place / "data", "-U", USER, "-A", "scram-sha-256", "-N", "-E", "UTF8"]
        _run(programs, [*make, "--pwfile", place / "password"], as_user)
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        control = ["pg_ctl", "-D", place / "data", "-w", "-l", place / "log"]
        _run(programs, [*control, "-o", options, "start"], as_user)
        try:
            yield f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            _run(programs, [*control, "-m", "immediate", "stop"], as_user)


def _unprivileged(place: Path) -> dict[str, Any]:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    for path in (place, *place.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(programs: Path, command: list[Any], as_user: dict[str, Any]) -> None:
    subprocess.run(
        [str(programs / command[0]), *map(str, command[1:])],
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PATH": str(programs), "LC_ALL": "C"},
        cwd="/",
        **as_user,
    )


@pytest.fixture
def connected(server: str) -> Callable[[], BaseStorage]:
    return partial(connect, server)


def test_workers_of_another_process_join(server: str, tmp_path: Path) -> None:
    """The run trains nothing itself; a `tuner worker` somewhere else does, with the same numbers."""
    files = tmp_path / "files"
    environment = {**os.environ, "TUNER_STORAGE": server, "TUNER_ARTIFACTS": str(files)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "tuner", "worker", STUDY],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    recorder = Recorder()
    try:
        shared = Workers(0, server, str(files))
        result = tuner.run(
            tuner.load_study(STUDY), PLAN, output=tmp_path / "run", workers=shared, reporter=recorder
        )
    finally:
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=30)
    assert worker.returncode == 130 and "Traceback" not in said and PASSWORD not in said
    assert any("tuner worker tiny.py" in note for note in recorder.notes)
    here = tuner.run(tuner.load_study(STUDY), PLAN, output=tmp_path / "here", workers=1)
    assert numbers(result) == numbers(here)
    assert list(files.iterdir()) == []
    assert not (tmp_path / "run" / "study.db").exists()
    assert result.setup.machine["storage"] == server.replace(f"{USER}:{PASSWORD}", "***")
    assert not any(PASSWORD in path.read_text("utf-8", "replace") for path in _files(tmp_path / "run"))
    shared_storage = connect(server)
    names = [one.study_name for one in shared_storage.get_all_studies()]
    assert names.count("tiny") == 1 and not any("/work/" in name for name in names)
    trials = optuna.load_study(study_name="tiny", storage=shared_storage).trials
    assert [one.state.name for one in trials] == ["COMPLETE"] * 3


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_search_belongs_to_one_run_folder(server: str, call: Call, tmp_path: Path) -> None:
    """Another folder is refused; `--fresh` replaces its own, and a run killed at its start is no obstacle."""
    study = replace(tuner.load_study(STUDY), name="mine", path=str(STUDY))

    class Refuses(Recorder):
        def start(self, setup: Any) -> None:
            raise KeyboardInterrupt

    def begin(folder: str, reporter: Recorder, **options: Any) -> None:
        """Begin a run, which ends before anything trains."""
        shared = Workers(0, server, str(tmp_path / "files"))
        tuner.run(study, PLAN, output=tmp_path / folder, workers=shared, reporter=reporter, **options)

    def ends(*_: Any) -> bool:
        return True

    with pytest.raises(KeyboardInterrupt):
        begin("run", Refuses())
    open_shared(server, "mine", "minimize", "another")
    with pytest.raises(LedgerError, match="has a search 'mine' of another run folder") as said:
        begin("run", Recorder(ends))
    assert PASSWORD not in str(said.value)
    assert not (tmp_path / "run").exists()
    assert has_search(server, "mine", "another") is False
    for fresh in (False, True, True):
        with pytest.raises(KeyboardInterrupt):
            begin("run", Recorder(ends), fresh=fresh)
        setup = Ledger(tmp_path / "run").read_setup()
        assert setup is not None
        open_shared(server, "mine", "minimize", setup.identity)


@pytest.mark.parametrize("command", ["run", "worker"])
@pytest.mark.parametrize(
    "wrong, message",
    [(("s3cret", "wr0ng"), "password authentication failed"), (("127.0.0.1", "127.0.0.2"), "refused")],
)
def test_a_storage_that_cannot_be_used_is_one_line_without_the_password(
    command: str, wrong: tuple[str, str], message: str, server: str, call: Call, tmp_path: Path
) -> None:
    url = server.replace(*wrong)
    more = (*FAST, "--output", tmp_path / "run") if command == "run" else ()
    said = one_line(call(command, STUDY, "--storage", url, "--artifacts", tmp_path / "files", *more))
    assert message in said and "-w0rd" not in said
    assert not (tmp_path / "run").exists()
