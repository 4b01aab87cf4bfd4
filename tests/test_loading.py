"""From a file to a study, and one line that names the file for whatever is wrong with it."""

import sys
from pathlib import Path

import pytest

from tuner.errors import StudyError
from tuner.loading import load_study

GOOD = """
from tests.tiny import dense_study
study = dense_study(name="")
"""
FUNCTION = """
from tests.tiny import dense_study
def study(epochs=2, rate=0.01):
    return dense_study(epochs=epochs, baseline={"learning_rate": rate})
"""


def write(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def message(path: Path, **options: object) -> str:
    """The error that loading ends with: one line that starts with the file."""
    with pytest.raises(StudyError) as caught:
        load_study(path, options)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def test_a_study_is_named_after_its_file(tmp_path: Path) -> None:
    study = load_study(write(tmp_path, GOOD))
    assert study.name == "mine"
    assert len(study.source) == 64


def test_a_name_of_its_own_stays(tmp_path: Path) -> None:
    assert load_study(str(write(tmp_path, GOOD.replace('name=""', 'name="own"')))).name == "own"


def test_options_reach_the_study_function(tmp_path: Path) -> None:
    study = load_study(write(tmp_path, FUNCTION), {"epochs": 5})
    assert study.epochs == 5
    assert study.baseline == {"learning_rate": 0.01}
    assert study.options == {"epochs": 5}


def test_the_source_changes_with_the_file_and_its_options(tmp_path: Path) -> None:
    path = write(tmp_path, FUNCTION)
    sources = [
        load_study(path).source,
        load_study(path, {"epochs": 5}).source,
        load_study(path, {"epochs": 6}).source,
    ]
    assert load_study(path).source == sources[0]
    write(tmp_path, FUNCTION + "\n# changed")
    sources.append(load_study(path).source)
    assert len(set(sources)) == 4


def test_a_study_file_may_import_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    write(tmp_path, "EPOCHS = 7", "neighbour_of_the_study.py")
    text = "from neighbour_of_the_study import EPOCHS\n" + GOOD.replace('name=""', "epochs=EPOCHS")
    path = write(tmp_path, text)
    assert load_study(path).epochs == load_study(path).epochs == 7
    assert sys.path.count(str(tmp_path)) == 1


def test_a_missing_file(tmp_path: Path) -> None:
    assert "no such file" in message(tmp_path / "missing.py")


def test_no_python_file(tmp_path: Path) -> None:
    assert "is no Python file" in message(write(tmp_path, "x: 1", "study.yaml"))
    assert "is no Python file" in message(tmp_path)


@pytest.mark.parametrize("text", ["study = (", "def study(:", "this is no Python"])
def test_not_python(text: str, tmp_path: Path) -> None:
    assert "line 2: is not Python" in message(write(tmp_path, "\n" + text))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(b"study = '\xff\xfe'")
    assert "is not Python" in message(path)


def test_a_file_in_another_declared_encoding_loads(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(b"# -*- coding: latin-1 -*-\n# \xe9t\xe9" + GOOD.encode())
    assert load_study(path).name == "mine"


def test_raising_on_import_names_the_line(tmp_path: Path) -> None:
    text = "\n\nraise ValueError('first\\nsecond')"
    assert "line 3: raises ValueError: first" in message(write(tmp_path, text))
    assert "raises ModuleNotFoundError: No module named 'nowhere'" in message(
        write(tmp_path, "import nowhere")
    )


def test_leaving_on_import(tmp_path: Path) -> None:
    assert "calls sys.exit" in message(write(tmp_path, "import sys; sys.exit(0)"))


def test_no_study(tmp_path: Path) -> None:
    assert "defines no `study`; write study = tuner.Study(...)" in message(write(tmp_path, "x = 1"))


def test_a_study_of_another_kind(tmp_path: Path) -> None:
    assert "its study is a dict" in message(write(tmp_path, "study = {}"))
    assert "its study function returned a int" in message(write(tmp_path, "def study(): return 3"))


def test_a_study_function_that_raises(tmp_path: Path) -> None:
    assert "its study function raises KeyError (line 1 of mine.py): 'x'" in message(
        write(tmp_path, "def study(): return {}['x']")
    )


def test_a_study_that_cannot_be(tmp_path: Path) -> None:
    assert "epochs is 0" in message(write(tmp_path, GOOD.replace('name=""', "epochs=0")))
    assert "epochs is 0" in message(write(tmp_path, FUNCTION), epochs=0)


def test_an_unknown_option_names_those_there_are(tmp_path: Path) -> None:
    assert "has no option 'epoch' to set; it has epochs, rate" in message(write(tmp_path, FUNCTION), epoch=3)


def test_options_need_a_study_function(tmp_path: Path) -> None:
    assert "has no options (--set epochs=...)" in message(write(tmp_path, GOOD), epochs=3)


def test_the_study_s_module_can_be_found_by_its_name(tmp_path: Path) -> None:
    study = load_study(
        write(tmp_path, GOOD + "\ndef build(trial, data): pass\nstudy = dense_study(build=build)\n")
    )
    assert getattr(sys.modules[study.build.__module__], "build", None) is study.build
