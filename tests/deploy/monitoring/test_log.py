"""A file that only grows: whatever ends its writer, what stands in it counts once."""

from pathlib import Path

import pytest

from tuner.deploy.monitoring.log import append, read_log
from tuner.errors import DamageError, LedgerError

RECORDS = tuple({"at": number, "values": [0.1 * number, None]} for number in range(1, 4))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "deep" / "log.jsonl"
    append(found, RECORDS)
    return found


def test_what_was_appended_is_read(path: Path) -> None:
    append(path, RECORDS[:1])
    found = read_log(path)
    assert found.records == (*RECORDS, RECORDS[0]) and not found.torn
    assert found.whole == path.stat().st_size


def test_no_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none") == read_log(tmp_path / "none")
    assert read_log(tmp_path / "none").records == ()


def test_nothing_makes_no_file(tmp_path: Path) -> None:
    append(tmp_path / "none", [])
    assert not (tmp_path / "none").exists()


def test_a_file_that_was_cut_anywhere_keeps_its_whole_lines_and_goes_on(path: Path) -> None:
    content = path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(content) if byte == ord("\n")]
    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        whole = sum(end <= cut for end in ends)
        found = read_log(path)
        assert found.records == RECORDS[:whole]
        assert found.torn == (cut not in (0, *ends))
        append(path, RECORDS[whole:])
        assert path.read_bytes() == content


@pytest.mark.parametrize("rest", [b"\0" * 60, b"\0" * 60 + b"\n", b'00000000 {"at": 4}\n', b"half a li"])
def test_what_a_crash_left_at_the_end_counts_as_never_written(path: Path, rest: bytes) -> None:
    content = path.read_bytes()
    path.write_bytes(content + rest)
    assert read_log(path).records == RECORDS and read_log(path).torn
    append(path, RECORDS[:1])
    assert read_log(path).records == (*RECORDS, RECORDS[0])


def test_a_flipped_bit_before_the_end_is_damage(path: Path) -> None:
    content = path.read_bytes()
    middle = content.index(b"\n") + 12
    path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    with pytest.raises(DamageError, match="line 2: damaged"):
        read_log(path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerError, match="is a link"):
        append(tmp_path / "link", RECORDS)
    with pytest.raises(LedgerError, match="is a link"):
        read_log(tmp_path / "link")
    assert (tmp_path / "elsewhere").read_text("utf-8") == ""
