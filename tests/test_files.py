"""Whether files can be put into a folder is found out without a trace, and told in one line."""

import os
from pathlib import Path

import pytest

from tuner.errors import LedgerError, written_into
from tuner.files import check_writable, write_whole


def test_a_folder_that_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    for folder in (tmp_path, tmp_path / "not" / "there", Path("neither/this")):
        check_writable(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"] and not Path("neither").exists()


def test_a_file_in_the_way_is_one_line_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    folder = tmp_path / "file" / "run"
    with pytest.raises(LedgerError) as caught, written_into(folder):
        check_writable(folder)
    assert str(caught.value) == (
        f"{folder}: cannot be written (Not a directory); give another folder with --output"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_others_is_found_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        check_writable(tmp_path / "new")


def test_an_error_without_a_number_is_told_as_well(tmp_path: Path) -> None:
    message = r"cannot be written \(disk full\); give another"
    with pytest.raises(LedgerError, match=message), written_into(tmp_path):
        raise OSError("disk full")


def test_a_file_is_on_the_disk_with_all_folders_that_were_made_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        flushed.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    path = tmp_path / "run" / "ledger" / "file"
    write_whole(path, "x")
    way = [tmp_path, tmp_path / "run", path, path.parent]
    assert flushed == [each.stat().st_ino for each in way]
    flushed.clear()
    write_whole(path, "y")
    assert flushed == [path.stat().st_ino, path.parent.stat().st_ino]
