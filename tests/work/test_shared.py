"""Storages and artifacts that several machines reach: what they are called, and what is wrong with them."""

import os
import sys
from pathlib import Path

import pytest
from optuna.storages import InMemoryStorage

from benchmarks.faults.running import STUDY
from tests.calling import Call, one_line
from tests.work.places import TERMS, free_port, group_of, proxied
from tuner.errors import LedgerError, TunerError
from tuner.plan import Workers
from tuner.storage import connect, secrets_of
from tuner.work.queue import Queue
from tuner.work.stores import StoreSlot, open_store


@pytest.mark.parametrize("name", ["{}/a/queue.log", "journal://{}/a/queue.log"])
def test_a_journal_file_is_made_where_it_is_missing(name: str, tmp_path: Path) -> None:
    connect(name.format(tmp_path)).create_new_study([], "s")
    assert [one.study_name for one in connect(name.format(tmp_path)).get_all_studies()] == ["s"]


@pytest.mark.parametrize(
    "url, message",
    [
        ("queue.db", "a storage is an address such as postgresql://"),
        ("sqlite:///queue.db", "sqlite cannot be shared by workers; use a journal"),
        ("redis://me:secret@host/0", "redis://***@host/0: redis cannot be shared"),
        ("redis://me:my secret@host/0", "redis://***@host/0: redis cannot be shared"),
        ("no-such-database://me:secret@host/x", "no-such-database://***@host/x: cannot be used"),
        ("grpc://127.0.0.1:{port}", "cannot be used as an Optuna storage"),
        ("grpc://nowhere", "cannot be used as an Optuna storage"),
        ("mysql://me:secret@127.0.0.1:{port}/x", "mysql://***@127.0.0.1:{port}/x: cannot be used"),
        ("{file}/queue.log", "cannot be used as a storage (File exists)"),
        ("{broken}", "is no journal of Optuna's, or damaged"),
    ],
)
@pytest.mark.parametrize("command", ["run", "worker"])
def test_a_storage_that_is_none_is_one_line(
    command: str, url: str, message: str, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "broken.log").write_text('{"op_code": 99}\nhello\n{}\n')
    known = {"port": free_port(), "file": tmp_path / "file", "broken": tmp_path / "broken.log"}
    more = ("--output", tmp_path / "run") if command == "run" else ()
    given = ("--storage", url.format(**known), "--artifacts", tmp_path / "files")
    said = one_line(call(command, STUDY, *given, *more))
    assert message.format(**known) in said and "secret" not in said
    assert not (tmp_path / "run").exists()


def test_a_storage_that_goes_away_is_one_line() -> None:
    with proxied(InMemoryStorage()) as url:
        storage = connect(url)
        queue = Queue.create(storage, "tiny", TERMS, url)
        queue.put(group_of(), 1)
    for call in (lambda: queue.look([]), lambda: queue.claim("w"), lambda: Queue.all(storage, url)):
        with pytest.raises(
            LedgerError, match=r"cannot be used as an Optuna storage .*look whether it runs"
        ) as said:
            call()
        assert str(said.value).startswith(url) and "\n" not in str(said.value)
    storage.close()  # type: ignore[attr-defined]


def test_a_worker_needs_both(call: Call) -> None:
    assert "give --storage and --artifacts" in one_line(call("worker", STUDY, "--storage", "a.log"))


def test_what_must_not_be_printed_of_an_address() -> None:
    assert secrets_of("postgresql://me:s%40fe@host/x?sslpassword=other") == (
        "s%40fe",
        "s@fe",
        "other",
    )
    assert secrets_of("postgresql://host/x") == ()
    assert secrets_of("postgresql://me:a[/?b@host/x") == ("a[/?b",)


@pytest.mark.parametrize("mark", ["", "/", "[", "@", "?", " "])
def test_no_password_is_printed_whatever_is_wrong(mark: str, call: Call) -> None:
    password = f"xyzzy{mark}plugh"
    for address in (
        f"postgresql://me:{password}@127.0.0.1:9/x",
        f"postgresql:/me:{password}@127.0.0.1:9/x",
        f"me:{password}@127.0.0.1:9/x",
        f"oracle://me:{password}@127.0.0.1:9/x",
        f"redis://me:{password}@127.0.0.1:9/x",
    ):
        alone = [[address]] if " " not in mark else []  # who could tell where it ends in a message?
        for given in (["--storage", address, "--artifacts", "files"], *alone):
            status, out, err = call("run", STUDY, *given)
            assert status == 2 and err.count("\n") == 1
            assert "xyzzy" not in out + err and "plugh" not in out + err
    shown = repr(Workers(storage=f"postgresql://me:{password}@host/x", artifacts="files"))
    assert password not in shown


@pytest.mark.parametrize(
    "name, message",
    [
        ("gs://bucket", "gs://bucket: give a folder, or s3://bucket/prefix"),
        ("/dev/null/files", "artifacts /dev/null/files: cannot be written (Not a directory)"),
    ],
)
def test_artifacts_that_cannot_be_kept_are_one_line(name: str, message: str) -> None:
    with pytest.raises(TunerError) as error:
        open_store(name)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "values, message",
    [
        ({"here": -1}, "workers is -1"),
        ({"storage": "a.log"}, "storage and artifacts go together"),
        ({"artifacts": "files"}, "storage and artifacts go together"),
        ({"here": 1, "parallel": 0}, "parallel is 0"),
        ({"parallel": 2}, "parallel is for workers"),
    ],
)
def test_workers_that_cannot_be(values: dict[str, object], message: str) -> None:
    with pytest.raises(TunerError, match=message):
        Workers(**values)  # type: ignore[arg-type]


def test_as_many_trials_are_under_way_as_are_asked_for() -> None:
    shared = {"storage": "a.log", "artifacts": "b"}
    found = [Workers(3), Workers(0), Workers(2, parallel=5), Workers(**shared)]
    assert [one.window for one in found] == [3, 1, 5, 1]
    assert [one.wanted for one in found] == [True, False, True, True]


def test_artifacts_on_a_service_like_s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Over HTTP on this machine: moto's server."""
    import io

    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    from optuna.artifacts.exceptions import ArtifactNotFound

    port = free_port()
    server = moto.ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with pytest.raises(TunerError, match="cannot be reached"):
            open_store("s3://runs/tiny")
        boto3.client("s3").create_bucket(Bucket="runs")
        under, other = open_store("s3://runs/tiny"), open_store("s3://runs")
        under.write("an-id", io.BytesIO(b"content"))
        assert under.open_reader("an-id").read() == b"content"
        assert other.open_reader("tiny/an-id").read() == b"content"
        slot, other_slot = StoreSlot(under, "mine"), StoreSlot(under, "theirs")
        slot.write(b"kept")
        assert (slot.read(), other_slot.read()) == (b"kept", None)
        slot.clear()
        slot.clear()
        assert slot.read() is None
        under.remove("an-id")
        with pytest.raises(ArtifactNotFound):
            under.open_reader("an-id")
    finally:
        server.stop()
    assert os.environ["AWS_ENDPOINT_URL"]


def test_a_service_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(
        TunerError, match=r"needs boto3; install it with pip install '\.\[s3\]', in the folder"
    ):
        open_store("s3://runs/here")
