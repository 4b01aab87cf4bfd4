"""Downloads from a real server on this machine: kept whole or not at all, and refused in a line."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tuner.errors import StudyError
from tuner.problems.download import cache_folder, cached, downloaded, read_data

CONTENT = b"1818;01;01\n" * 20_000


class Handler(BaseHTTPRequestHandler):
    """/whole, /cut (promises more than it sends), /slow (says nothing), /away (redirects), /gone."""

    asked: list[str] = []  # noqa: RUF012
    wait = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/slow":
            self.wait.wait(10)
            return
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/whole")
            self.end_headers()
            return
        if self.path in ("/whole", "/cut", "/open"):
            self.send_response(200)
            if self.path != "/open":
                self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:100_000] if self.path == "/cut" else CONTENT)
            return
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    Handler.asked.clear()
    Handler.wait.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        Handler.wait.set()
        made.shutdown()
        thread.join()


def kept() -> list[str]:
    return sorted(path.name for path in cache_folder().glob("*")) if cache_folder().exists() else []


def accept(content: bytes) -> None:
    assert content == CONTENT


def refuse(content: bytes) -> None:
    raise StudyError("line 3 is odd")


def test_a_file_is_downloaded_once_and_kept_with_its_checksum(server: str, tmp_path: Path) -> None:
    assert cached(f"{server}/away", "data.csv", accept) == CONTENT
    assert Handler.asked == ["/away", "/whole"]
    assert cache_folder() == tmp_path / "cache" / "tuner" / "data"
    assert kept() == ["data.csv", "data.csv.sha256"]
    assert (cache_folder() / "data.csv").read_bytes() == CONTENT
    kept_sum = (cache_folder() / "data.csv.sha256").read_text().strip()
    assert kept_sum == hashlib.sha256(CONTENT).hexdigest()
    assert cached(f"{server}/gone", "data.csv", refuse) == CONTENT and len(Handler.asked) == 2


def test_a_file_without_a_length_is_read_to_its_end(server: str) -> None:
    assert downloaded(f"{server}/open") == CONTENT


def test_a_kept_file_that_has_changed_is_refused(server: str) -> None:
    cached(f"{server}/whole", "data.csv", accept)
    path = cache_folder() / "data.csv"
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(StudyError, match=r"data\.csv: damaged \(its checksum differs\); delete it"):
        cached(f"{server}/whole", "data.csv", accept)
    path.unlink()
    assert cached(f"{server}/whole", "data.csv", accept) == CONTENT


def test_a_file_whose_checksum_was_not_written_yet_is_downloaded_again(server: str) -> None:
    cached(f"{server}/whole", "data.csv", accept)
    (cache_folder() / "data.csv.sha256").unlink()
    (cache_folder() / "data.csv").write_bytes(b"half")
    assert cached(f"{server}/whole", "data.csv", accept) == CONTENT and len(Handler.asked) == 2


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/cut", "cannot be downloaded"),
        ("/gone", r"cannot be downloaded \(the server answers 404\)"),
        ("/slow", "cannot be downloaded .*timed out"),
    ],
)
def test_what_does_not_come_whole_is_not_kept(server: str, place: str, said: str) -> None:
    with pytest.raises(StudyError, match=rf"{server}{place}: {said}.*--set path=FILE") as error:
        cached(f"{server}{place}", "data.csv", accept, timeout=0.3)
    assert kept() == [] and "\n" not in str(error.value)


def test_a_file_that_is_too_large_is_not_read_to_its_end(server: str) -> None:
    with pytest.raises(StudyError, match=r"larger than 65,536 bytes"):
        cached(f"{server}/whole", "data.csv", accept, most=1 << 16)
    assert kept() == []


def test_another_content_is_not_kept(server: str) -> None:
    with pytest.raises(
        StudyError, match=r"/whole: not the file that was looked for \(line 3 is odd\); download"
    ):
        cached(f"{server}/whole", "data.csv", refuse)
    assert kept() == []


def test_no_network_is_said_with_the_address_and_the_option(server: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_port
    with pytest.raises(
        StudyError, match=rf"http://127.0.0.1:{port}/x: cannot be downloaded .*--set path=FILE"
    ):
        cached(f"http://127.0.0.1:{port}/x", "data.csv", accept)
    with pytest.raises(StudyError, match="cannot be downloaded"):
        downloaded("no address")
    assert kept() == []


def test_a_cache_that_cannot_be_written_is_said(server: str, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    with pytest.raises(StudyError, match=r"data\.csv: cannot be (written|read) .*"):
        cached(f"{server}/whole", "data.csv", accept)


def test_a_relative_cache_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", given)
        assert cache_folder() == tmp_path / ".cache" / "tuner" / "data"


def test_a_path_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    assert read_data(str(tmp_path / "file")) == b"content"
    with pytest.raises(StudyError, match="missing: no such file"):
        read_data(tmp_path / "missing")
    with pytest.raises(StudyError, match="cannot be read"):
        read_data(tmp_path)
    with pytest.raises(StudyError, match=r"^path is 2017; give the name of a file$"):
        read_data(2017)  # type: ignore[arg-type]
