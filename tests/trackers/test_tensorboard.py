"""TensorBoard reads every run as the ledger has it, once, and TensorFlow is not loaded for it."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.factories import make_configuration, make_runs, make_setup, timed, usual_result
from tuner.errors import TunerError
from tuner.ledger import slug
from tuner.records import Configuration, Run
from tuner.trackers import conclusion_of, export
from tuner.trackers.base import run_path
from tuner.trackers.tensorboard import TensorBoard

Read = Callable[[Path], Any]
SETUP = make_setup(identity="ab" * 16)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def logged(folder: Path, configuration: Configuration, *runs: Run) -> Path:
    """The folder of the last run, logged."""
    place = TensorBoard(folder, folder.parent / "run")
    place.begin(SETUP)
    place.log(configuration, runs)
    return folder / run_path(runs[-1])


def test_every_curve_and_score_is_there_by_epoch(tmp_path: Path, read_events: Read) -> None:
    result = usual_result(trials=2, seeds=2)
    export(result, [TensorBoard(tmp_path, tmp_path / "run")])
    for run in result.runs:
        seen = read_events(tmp_path / run_path(run))
        assert set(seen.Tags()["scalars"]) == {*run.history, *(f"score/{split}" for split in run.scores)}
        for name, values in run.history.items():
            points = seen.Scalars(name)
            assert [point.step for point in points] == list(range(1, len(values) + 1))
            np.testing.assert_array_equal([point.value for point in points], np.float32(values))
        for split, score in run.scores.items():
            (point,) = seen.Scalars(f"score/{split}")
            assert (point.step, np.float32(point.value)) == (12, np.float32(score))


def test_the_time_of_a_curve_is_the_time_that_the_run_took(tmp_path: Path, read_events: Read) -> None:
    run = replace(make_runs("search", "trial-0", 0.05, seeds=1, epochs=4)[0], seconds=8.0)
    seen = read_events(logged(tmp_path / "tb", make_configuration("trial-0"), run))
    times = [point.wall_time for point in seen.Scalars("loss")]
    np.testing.assert_allclose(np.diff(times), 2.0, atol=1e-3)


def test_an_export_tells_when_the_runs_were_trained(tmp_path: Path, read_events: Read) -> None:
    result = timed(usual_result(trials=1, seeds=2))
    export(result, [TensorBoard(tmp_path, tmp_path / "run")])
    for group in result.groups:
        assert group.started is not None
        end = group.started + sum(run.seconds for run in group.runs)
        for run in group.runs:
            last = read_events(tmp_path / run_path(run)).Scalars("loss")[-1]
            assert last.wall_time == pytest.approx(end, abs=1e-3)


def test_validation_at_every_tenth_epoch_is_logged_there(tmp_path: Path, read_events: Read) -> None:
    history = {"loss": tuple(map(float, range(25))), "val_loss": (2.0, 3.0)}
    run = replace(make_runs("search", "trial-0", 0.05, seeds=1)[0], history=history)
    seen = read_events(logged(tmp_path / "tb", make_configuration("trial-0"), run))
    assert [(point.step, point.value) for point in seen.Scalars("val_loss")] == [(10, 2.0), (20, 3.0)]
    assert [point.step for point in seen.Scalars("loss")] == list(range(1, 26))


def test_a_divergence_is_seen(tmp_path: Path, read_events: Read) -> None:
    run = make_runs("search", "trial-0", 0.05, seeds=1, diverged=[0])[0]
    seen = read_events(logged(tmp_path / "tb", make_configuration("trial-0"), run))
    assert math.isnan(seen.Scalars("loss")[-1].value)
    assert seen.Tensors("status")[0].tensor_proto.string_val[0] == b"diverged: the loss is NaN"
    assert session(seen)["session_end_info"].status == 2  # STATUS_FAILURE of the plugin


def session(seen: Any) -> dict[str, Any]:
    """What the HParams plugin is told of a run."""
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    found = {}
    for tag, content in seen.PluginTagToContent("hparams").items():
        data = HParamsPluginData.FromString(content)
        found[tag.removeprefix("_hparams_/")] = getattr(data, data.WhichOneof("data"))
    return found


def test_seeds_of_a_configuration_are_one_group_of_hyperparameters(tmp_path: Path, read_events: Read) -> None:
    configuration = make_configuration("trial-0", units=np.int64(8), cell=None, wide=True, rate=math.inf)
    runs = make_runs("search", "trial-0", 0.05, seeds=2)
    logged(tmp_path / "tb", configuration, *runs)
    told = [session(read_events(tmp_path / "tb" / run_path(run))) for run in runs]
    assert {one["session_start_info"].group_name for one in told} == {"search/trial-0"}
    assert {one["session_end_info"].status for one in told} == {1}  # STATUS_SUCCESS
    values = told[0]["session_start_info"].hparams
    assert {name: getattr(value, value.WhichOneof("kind")) for name, value in values.items()} == {
        "units": 8.0,
        "layers": 2.0,
        "dropout": 0.0,
        "optimizer": "adam",
        "learning_rate": 0.01,
        "cell": "None",
        "wide": True,
        "rate": "inf",
        "tuner.phase": "search",
        "tuner.configuration": "trial-0",
    }


@pytest.mark.parametrize("name", ["../../../etc", "a/b", "<b>", "ü" * 200, "a\nb"])
def test_any_name_stays_in_its_folder(name: str, tmp_path: Path, read_events: Read) -> None:
    run = make_runs("search", name, 0.05, seeds=1)[0]
    folder = logged(tmp_path / "tb", make_configuration(name, **{"a b/c": 1, "": 2}), run)
    assert folder == tmp_path / "tb" / "search" / slug(name) / "seed-0"
    assert session(read_events(folder))["session_start_info"].group_name == f"search/{name}"
    assert {path.parts[0] for path in map(Path, files(tmp_path))} == {"tb"}


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    result = usual_result(trials=1, seeds=2)
    export(result, [TensorBoard(tmp_path, tmp_path / "run")])
    before = files(tmp_path)
    assert sum("tfevents" in name for name in before) == len(result.runs) + 1  # and the verdict
    export(result, [TensorBoard(tmp_path, tmp_path / "run")])
    assert files(tmp_path) == before


def test_a_run_with_other_numbers_takes_the_place_of_the_old_one(tmp_path: Path, read_events: Read) -> None:
    configuration, run = make_configuration("trial-0"), make_runs("search", "trial-0", 0.05, seeds=1)[0]
    logged(tmp_path / "tb", configuration, run)
    changed = replace(run, history={"loss": (3.0, 2.0)})
    folder = logged(tmp_path / "tb", configuration, changed)
    assert len(list(folder.iterdir())) == 1
    assert [point.value for point in read_events(folder).Scalars("loss")] == [3.0, 2.0]


def test_the_verdict_is_there_in_words(tmp_path: Path, read_events: Read) -> None:
    result = usual_result()
    export(result, [TensorBoard(tmp_path, tmp_path / "run")])
    (told,) = read_events(tmp_path).Tensors("verdict")
    assert told.tensor_proto.string_val[0].decode() == conclusion_of(result).markdown


def test_a_folder_holds_the_logs_of_one_run_folder(tmp_path: Path) -> None:
    logs = tmp_path / "tb"
    run = make_runs("search", "trial-0", 0.05, seeds=1)[0]
    ours = logged(logs, make_configuration("trial-0"), run)
    before = files(logs)
    other = TensorBoard(logs, tmp_path / "other")
    with pytest.raises(TunerError, match=r"holds the logs of .*run; give another folder"):
        other.begin(make_setup(identity="cd" * 16))
    assert files(logs) == before
    TensorBoard(logs, tmp_path / "moved").begin(SETUP)  # the same run folder at another place
    assert any(ours.iterdir())


def test_a_run_folder_that_was_started_over_has_new_logs(tmp_path: Path) -> None:
    logs = tmp_path / "tb"
    run = make_runs("search", "trial-0", 0.05, seeds=1)[0]
    ours = logged(logs, make_configuration("trial-0"), run)
    (logs / "search" / "notes.txt").write_text("mine")
    TensorBoard(logs, tmp_path / "run").begin(make_setup(identity="cd" * 16))
    assert list(ours.iterdir()) == []
    assert (logs / "search" / "notes.txt").exists()


@pytest.mark.parametrize("marker", ["", "[]", "{", '{"folder": 3}'])
def test_a_marker_that_is_not_ours_is_left_alone(marker: str, tmp_path: Path) -> None:
    (tmp_path / "tuner.json").write_text(marker)
    with pytest.raises(TunerError, match="give another folder"):
        TensorBoard(tmp_path, tmp_path / "run").begin(SETUP)
    assert (tmp_path / "tuner.json").read_text() == marker


def test_a_file_is_no_folder_for_logs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(TunerError, match="file: is no folder; give another one"):
            TensorBoard(path, tmp_path / "run")


WRITE = """
import json, sys, tempfile
from pathlib import Path
from tests.factories import usual_result
from tuner.trackers import export, open_trackers

folder = Path(tempfile.mkdtemp())
export(usual_result(), open_trackers("study", folder, tensorboard=folder / "tb"))
assert list(folder.glob("tb/*/*/*/*tfevents*"))
print(json.dumps(sorted(sys.modules)))
"""


def test_tensorflow_is_not_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", WRITE], capture_output=True, text=True, check=True)
    modules = json.loads(done.stdout)
    assert "tensorboard" in modules
    assert [name for name in ("tensorflow", "keras", "jax") if name in modules] == []
