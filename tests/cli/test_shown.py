"""`Study(show=...)` from the study file to the page; a mistake in it is found before the training."""

import shutil
from pathlib import Path

import pytest

from tests.calling import Call, one_line
from tests.forecasting import forecast_study
from tuner.errors import StudyError
from tuner.shown import read_shown
from tuner.study import Study

STUDY = """
from tests.forecasting import *

def show({parameters}):
    {body}

study = forecast_study(name="", show=show)
"""
FAST = ("--repeats", "2", "--output", "run")


def write(folder: Path, parameters: str, body: str) -> Path:
    path = folder / "mine.py"
    path.write_text(STUDY.format(parameters=parameters, body=body), "utf-8")
    return path


def test_texts_are_shown_and_stay_when_the_report_is_rebuilt(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path, "x, y_true, y_pred", "return f'{x.shape} {y_true.shape} {len(y_pred)} seeds'")
    status, _, err = call("run", path, *FAST)
    assert status == 0, err
    page = tmp_path / "run" / "report.html"
    first = page.read_text()
    assert "(6, 1) (4, 1) 2 seeds" in first and "What the study shows of" in first
    path.unlink()
    page.unlink()
    assert call("report", "run")[0] == 0
    assert page.read_text() == first


def test_a_drawing_is_shown(call: Call, tmp_path: Path) -> None:
    status, _, err = call("run", write(tmp_path, "ax, y_true, y_pred", "ax.plot(y_true)"), *FAST)
    assert status == 0, err
    assert "data:image/png;base64," in (tmp_path / "run" / "report.html").read_text()
    assert len(list(tmp_path.glob("run/ledger/shown-*.png"))) == 1


def test_a_mistake_is_found_before_anything_is_trained(call: Call, tmp_path: Path) -> None:
    said = one_line(call("run", write(tmp_path, "y_pred", "return y_pred.nothing"), *FAST))
    assert "mine.py: show, tried on a test example with made-up predictions, raises AttributeError" in said
    said = one_line(call("run", write(tmp_path, "y_pred", "return 3"), *FAST))
    assert "show returned a int; return a text" in said
    assert not (tmp_path / "run").exists()


def test_a_mistake_that_only_real_predictions_show_costs_no_run(call: Call, tmp_path: Path) -> None:
    body = "return 'made up' if (y_pred == 0.5).all() else 1 / 0"
    status, out, err = call("run", write(tmp_path, "y_pred", body), *FAST)
    assert status == 0 and "fast" in out
    assert "the study shows nothing: show raises ZeroDivisionError" in err
    assert "Nothing is shown: show raises ZeroDivisionError" in (tmp_path / "run" / "report.html").read_text()


def test_what_was_shown_goes_with_the_function(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path, "y_pred", "return 'old'")
    assert call("run", path, *FAST)[0] == 0
    shutil.copy(path, tmp_path / "other.py")
    (tmp_path / "other.py").write_text(path.read_text().replace(", show=show", ""))
    assert call("run", tmp_path / "other.py", "--fresh", *FAST)[0] == 0
    assert read_shown(tmp_path / "run") is None


def positional(y_pred: object, /) -> str:
    return ""


@pytest.mark.parametrize(
    ("show", "message"),
    [
        (3, "show is a int"),
        (lambda y_pred, colour: "", "show has a parameter 'colour'; write show"),
        (lambda *parts: "", "show has a parameter 'parts'"),
        (positional, "show has a parameter 'y_pred'; write"),
        (lambda x, y_true: "", "show has no parameter 'y_pred'"),
        (dict, "the parameters of show cannot be read|show has a parameter"),
    ],
)
def test_a_function_of_other_parameters_is_refused(show: object, message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        forecast_study(show=show)
    assert "\n" not in str(caught.value)


def test_a_function_with_more_parameters_that_have_values_is_taken() -> None:
    def show(y_pred: object, scale: float = 1.0) -> str:
        return ""

    assert isinstance(forecast_study(show=show), Study)
