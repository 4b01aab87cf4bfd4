"""The command line, in this process: exit status, one line for a mistake, JSON alone on standard output."""

import gc
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.calling import Call, one_line
from tuner.loading import load_study
from tuner.protocol import _Session

STUDY = """
from tests.tiny import *
study = dense_study(name="", trials=1)
"""
FAST = ("--search-repeats", "1", "--repeats", "2", "--finalists", "1")


def write(folder: Path, text: str = STUDY, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def is_complete(folder: Path) -> bool:
    return bool(json.loads((folder / "run.json").read_text())["content"]["complete"])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run folder."""
    import tuner

    folder = tmp_path_factory.mktemp("done")
    study = load_study(write(folder))
    tuner.run(study, tuner.Plan(search_repeats=1, repeats=2, finalists=1), output=folder / "run")
    return folder / "run"


def test_help_lists_the_commands(call: Call) -> None:
    status, out, _ = call("--help")
    assert status == 0
    assert all(
        command in out for command in ("run", "report", "show", "new", "compare", "power", "calibrate")
    )


def test_run_writes_the_folder_and_prints_the_verdict(call: Call, tmp_path: Path) -> None:
    write(tmp_path)
    status, out, err = call("run", "mine.py", *FAST)
    assert status == 0, err
    folder = tmp_path / "reports" / "mine"
    for name in ("report.html", "scores.csv", "summary.json", "study.db", "run.json"):
        assert (folder / name).stat().st_size > 0
    assert "baseline" in out and "trial-0" in out and "report.html" in out
    assert "engine: vectorized on jax" in err
    assert json.loads((folder / "run.json").read_text())["content"]["command"].endswith(
        "run mine.py " + " ".join(FAST)
    )


def test_json_is_one_object_and_nothing_else(call: Call, tmp_path: Path) -> None:
    status, out, _ = call(
        "run", write(tmp_path), "--json", "--output", "here", *FAST, "--search-repeats", "1,2"
    )
    assert status == 0
    found = json.loads(out)
    assert found["study"] == "mine"
    assert found["baseline"]["n"] == 2
    setup = json.loads((tmp_path / "here" / "run.json").read_text())["content"]
    assert (setup["search_repeats"], setup["most_search_repeats"]) == (1, 2)
    assert found == json.loads((tmp_path / "here" / "summary.json").read_text())
    assert {"metric", "direction", "finalists", "best", "runs", "seconds", "versions"} <= set(found)


def test_show_and_report_on_a_run_folder(call: Call, done: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(done, tmp_path / "run")
    status, out, err = call("show", folder)
    assert (status, err) == (0, "")
    assert "baseline" in out and "trial-0" in out
    assert not (folder / "report.html").exists()
    shown = json.loads(call("show", folder, "--json")[1])
    assert shown["study"] == "mine"
    status, out, _ = call("report", folder, "--json")
    assert status == 0
    assert json.loads(out) == shown
    assert (folder / "report.html").stat().st_size > 0


def test_new_writes_a_study_that_loads(call: Call, tmp_path: Path) -> None:
    status, out, _ = call("new", "first_try")
    assert status == 0
    assert "python -m tuner run first_try.py" in out
    study = load_study(tmp_path / "first_try.py")
    assert study.name == "first_try"
    assert "exists already" in one_line(call("new", "first_try.py"))
    assert "no name for a Python file" in one_line(call("new", "2 tries"))
    assert "cannot be written" in one_line(call("new", "nowhere/mine"))


def test_an_interruption_keeps_what_is_done(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    real = _Session._confirm

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_Session, "_confirm", interrupted)
    status, out, err = call("run", path, *FAST)
    assert status == 130
    assert out == ""
    assert "interrupted" in err and "Run the same command again" in err
    assert "Traceback" not in err
    for command in ("show", "report"):
        status, out, err = call(command, "reports/mine")
        assert status == 0, err
    assert json.loads(call("show", "reports/mine", "--json")[1])["baseline"]["n"] == 0
    assert not is_complete(tmp_path / "reports" / "mine")
    monkeypatch.setattr(_Session, "_confirm", real)
    assert call("run", path, *FAST)[0] == 0
    assert is_complete(tmp_path / "reports" / "mine")
    monkeypatch.setattr(_Session, "_confirm", interrupted)
    assert call("run", path, *FAST, "--trials", "2")[0] == 130  # goes on with a study that was complete
    assert not is_complete(tmp_path / "reports" / "mine")


def test_an_interruption_while_the_study_loads(call: Call, tmp_path: Path) -> None:
    status, _, err = call("run", write(tmp_path, "raise KeyboardInterrupt"))
    assert status == 130
    assert "Traceback" not in err


def test_a_candidate_that_cannot_be_built_is_found_at_the_start(call: Call, tmp_path: Path) -> None:
    text = """
from tests.tiny import *
def build(trial, data):
    if trial.suggest_categorical("kind", ["good", "bad"]) == "bad":
        raise RuntimeError("too large")
    return build_dense(trial, data)
study = dense_study(build=build, trials=0, baseline={"learning_rate": 0.01, "kind": "good"},
                    candidates={"large": {"learning_rate": 0.01, "kind": "bad"}})
"""
    status, _, err = call("run", write(tmp_path, text), *FAST)
    assert status == 2
    assert "build, called for 'large', raises RuntimeError (line 5 of mine.py): too large" in err
    assert "Traceback" not in err


def test_a_trial_that_fails_is_told_by_the_exit_status(call: Call, tmp_path: Path) -> None:
    text = """
from tests.tiny import *
import keras
def build(trial, data):
    if trial.suggest_categorical("kind", ["good", "bad"]) == "bad":
        raise RuntimeError("too large")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model
study = dense_study(build=build, trials=2, baseline={"kind": "good"})
"""
    status, _, err = call("run", write(tmp_path, text), "--sampler", "grid", *FAST)
    assert status == 1
    assert "failed: RuntimeError (line 6 of mine.py): too large" in err
    assert "Traceback" not in err


BUILD = "from tests.tiny import *\nimport keras\n"
WRONG_FILES = [
    ("this is no Python", "is not Python"),
    ("raise ValueError('why')", "raises ValueError: why"),
    ("x = 1", "defines no `study`"),
    (BUILD + "study = dense_study(baseline={})", "learning_rate"),
    (BUILD + "study = dense_study(baseline={'learning_rate': 0.1, 'unitz': 3})", "unitz"),
    (BUILD + "study = dense_study(build=lambda trial, data: None)", "build returned a NoneType"),
    (
        BUILD + "study = dense_study(build=lambda trial, data: keras.Sequential([keras.Input((3,))]))",
        "not compiled",
    ),
    (BUILD + "study = dense_study(data=Splits(split(4, 1), split(4, 1), (1, 2)))", "the test split"),
    (
        BUILD + "study = dense_study(data=Splits(split(4, 1), split(4, 1), split(4, 1)[::-1]))",
        "of the test split",
    ),
    (BUILD + "study = dense_study(metric='mze')", "is no Keras metric or loss"),
    (BUILD + "study = dense_study(metric='MeanIoU')", "MeanIoU"),
    (BUILD + "study = dense_study(metric=max)", "add direction="),
    (BUILD + "study = dense_study(trials=0)", "no trials and no candidates"),
    (BUILD + "study = dense_study(trials=-1)", "trials is -1"),
    (BUILD + "study = 3", "its study is a int"),
    (BUILD + "study = dense_study(build=lambda trial, data: 1 / 0)", "ZeroDivisionError"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_FILES, ids=[message for _, message in WRONG_FILES])
def test_a_wrong_study_file_is_one_line_that_names_it(
    text: str, message: str, call: Call, tmp_path: Path
) -> None:
    found = one_line(call("run", write(tmp_path, text), *FAST))
    assert message in found
    assert "mine.py" in found
    assert not (tmp_path / "reports").exists()


WRONG_OPTIONS = [
    (("--repeats", "-1"), "repeats is -1"),
    (("--repeats", "0"), "repeats is 0"),
    (("--search-repeats", "0"), "search-repeats is 0"),
    (("--search-repeats", "8,2"), "search-repeats is 8,2; give the first number of seeds, then the largest"),
    (("--search-repeats", "2-8"), "--search-repeats 2-8: write one number of seeds, or the first and the"),
    (("--search-repeats", "2,8", "--objective", "median"), "raced by their means, and the objective is"),
    (("--trials", "-2"), "trials is -2"),
    (("--trials", "0"), "no trials and no candidates"),
    (("--trials", "many"), "valid integer"),
    (("--finalists", "0"), "finalists is 0"),
    (("--sampler", "best"), "sampler 'best' is unknown"),
    (("--engine", "fast"), "engine 'fast' is unknown"),
    (("--backend", "torch"), "backend 'torch' is unknown"),
    (("--backend", "tensorflow"), "Keras already runs on jax"),
    (("--profile", "slow"), "profile 'slow' is unknown"),
    (("--objective", "best"), "objective is 'best'"),
    (("--seed", "-1"), "seed is -1"),
    (("--budget", "soon"), "is no time"),
    (("--budget", "0"), "leaves no time"),
    (("--set", "n"), "NAME=VALUE"),
    (("--set", "n=1"), "has no options"),
    (("--nonsense",), "--nonsense"),
    (("--repeats",), "--repeats"),
]


@pytest.mark.parametrize(("options", "message"), WRONG_OPTIONS, ids=[" ".join(o) for o, _ in WRONG_OPTIONS])
def test_a_wrong_option_is_one_line(
    options: tuple[str, ...], message: str, call: Call, tmp_path: Path
) -> None:
    assert message in one_line(call("run", write(tmp_path), *options))
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run",), "STUDY"),
        (("show",), "RUN"),
        (("new",), "NAME"),
        (("nonsense",), "nonsense"),
        (("run", "missing.py"), "missing.py: no such file"),
        (("run", "."), "is no Python file"),
        (("show", "missing"), "missing: no such run folder"),
        (("report", "missing"), "missing: no such run folder"),
        (("show", "."), "holds no run of tuner"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: tuple[str, ...], message: str, call: Call) -> None:
    assert message in one_line(call(*arguments))


def test_the_garbage_collector_works_again(call: Call, tmp_path: Path) -> None:
    for arguments in (("missing.py",), (write(tmp_path), "--backend", "torch")):
        call("run", *arguments)
        assert gc.isenabled()


def test_a_set_that_json_cannot_hold_is_one_line(call: Call, tmp_path: Path) -> None:
    text = "from tests.tiny import *\ndef study(n=1): return dense_study(name='', trials=1)\n"
    status, _, err = call("run", write(tmp_path, text), "--set", "n={1, 2}", *FAST)
    assert status in (0, 2), err
    assert "Traceback" not in err


def test_a_changed_study_file_is_refused(call: Call, tmp_path: Path) -> None:
    path = write(tmp_path)
    assert call("run", path, *FAST)[0] == 0
    write(tmp_path, STUDY + "# changed")
    assert "the study's code (sha256 " in one_line(call("run", path, *FAST))
    assert call("run", path, "--fresh", *FAST)[0] == 0


def test_a_damaged_ledger_is_one_line(call: Call, done: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(done, tmp_path / "run")
    path = folder / "ledger" / "search" / "baseline-0000.json"
    path.write_text(path.read_text()[:100])
    assert "baseline-0000.json" in one_line(call("show", folder))
