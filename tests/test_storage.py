"""The database of a search: opened, examined, and refused in one line."""

import sqlite3
from pathlib import Path

import optuna
import pytest

from tuner.errors import LedgerError
from tuner.storage import open_storage, storage_errors


def made(path: Path, name: str = "mine", trials: int = 30) -> Path:
    storage = open_storage(path, name, "minimize")
    study = optuna.create_study(study_name=name, storage=storage)
    for number in range(trials):
        study.ask().suggest_float("x", 0, 1)
        study.tell(number, number)
    return path


def refusal(path: Path, name: str = "mine", direction: str = "minimize") -> str:
    before = path.read_bytes()
    with pytest.raises(LedgerError) as caught:
        open_storage(path, name, direction)  # type: ignore[arg-type]
    text = str(caught.value)
    assert text.startswith(f"{path}: ") and "\n" not in text
    assert path.read_bytes() == before
    return text


@pytest.mark.parametrize("folder", ["a b", "what? #1", "{x}%20", "übung", "x" * 200])
def test_a_folder_may_have_any_name(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    path = made(tmp_path / folder / "study.db", trials=1)
    assert [one.name for one in (tmp_path / folder).iterdir()] == ["study.db"]
    assert (
        len(optuna.load_study(study_name="mine", storage=open_storage(path, "mine", "minimize")).trials) == 1
    )


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tmp_path_factory.mktemp("usual") / "study.db").read_bytes()


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.9999])
def test_a_database_that_is_cut_is_refused(share: float, usual: bytes, tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(usual[: int(len(usual) * share)])
    assert "move it elsewhere: the runs are kept" in refusal(path)


def test_overwritten_pages_are_found(usual: bytes, tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(usual[:8192] + b"\xff" * 4096 + usual[12288:])
    assert "cannot be opened as an Optuna database" in refusal(path)


@pytest.mark.parametrize(
    "content", [b"no database" * 500, b"\x80\x04\x95pickle", b"SQLite format 3\0" + b"\1" * 600]
)
def test_what_is_no_database_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(content)
    assert "cannot be opened as an Optuna database" in refusal(path)


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    assert "it has other tables, such as 'recipes'" in refusal(path)


def test_another_study_and_another_direction_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "study.db", "another", trials=1)
    assert "holds another study, 'another'" in refusal(path)
    assert "in the other direction" in refusal(path, "another", "maximize")


def test_a_link_is_refused_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "study.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(LedgerError, match="is a link"):
        open_storage(tmp_path / "study.db", "mine", "minimize")
    assert not (tmp_path / "elsewhere.db").exists()


def test_one_that_was_left_half_made_is_gone_on_with(tmp_path: Path) -> None:
    """Optuna makes its tables one by one: killed after any of them, the next start makes the rest."""
    whole = sqlite3.connect(made(tmp_path / "whole.db", trials=0))
    tables = [text for (text,) in whole.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")]
    whole.close()
    for count in (1, 2, len(tables) // 2, len(tables)):
        path = tmp_path / f"half-{count}.db"
        with sqlite3.connect(path) as half:
            for text in tables[:count]:
                half.execute(text)
        half.close()
        assert made(path, trials=1).stat().st_size > 0


def test_an_error_of_the_database_is_one_line_with_its_reason(tmp_path: Path) -> None:
    path = made(tmp_path / "study.db", trials=1)
    storage = open_storage(path, "mine", "minimize")
    study = optuna.load_study(study_name="mine", storage=storage)
    study.ask()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE trials")
    connection.close()
    with (
        pytest.raises(LedgerError, match=r"cannot be written \(.*no such table.*\); mend that") as caught,
        storage_errors(path, "written"),
    ):
        study.tell(1, 1.0)
    assert "\n" not in str(caught.value)
