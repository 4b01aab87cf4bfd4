"""`tuner monitor` from end to end, with networks whose weights are set by hand."""

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tests.calling import Call, one_line
from tests.deploy.monitoring.models import (
    NOISE,
    NOTHING,
    STEPS,
    classes_bundle,
    days,
    rows_bundle,
    series_bundle,
    walk,
    write_csv,
)
from tuner.deploy.bundle import Single, Trained, Updated, read, write
from tuner.deploy.monitoring.reading import newest_in
from tuner.deploy.monitoring.run import monitor
from tuner.deploy.monitoring.store import Store
from tuner.deploy.monitoring.words import headline
from tuner.locking import locked

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    series_bundle(folder / "series")
    rows_bundle(folder / "rows")
    classes_bundle(folder / "classes")
    return folder


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "series", tmp_path / "bundle"))


def series(folder: Path, values: np.ndarray, name: str = "new.csv") -> Path:
    return write_csv(folder / name, "date,level", days(len(values)), values)


def test_no_change_is_stable_and_says_what_could_have_been_seen(
    bundle: Path, call: Call, tmp_path: Path
) -> None:
    status, out, err = call("monitor", bundle, series(tmp_path, walk(400)), "--every", "month")
    assert status == 0, err
    assert "Stable: no change has been found" in out and "would have been found" in out
    assert "2024-03" in out and "2025-02" in out
    assert "rows: 400 new, 0 completed, 0 known already" in out
    page = (bundle / "monitor" / "report.html").read_text("utf-8")
    assert "Stable" in page and "What could have been seen by now" in page and "<svg" in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    table = (bundle / "monitor" / "skill.csv").read_text("utf-8").splitlines()
    assert len(table) == 1 + 14 and table[1].startswith("current,2024-01,2024-01-01T00:00:00,27,0,")
    assert (bundle / "monitor" / "skill.png").read_bytes()[:4] == b"\x89PNG"


def test_scores_are_those_of_the_metric_by_hand(bundle: Path, tmp_path: Path) -> None:
    values = walk(60)
    found = monitor(bundle, series(tmp_path, values))
    errors = np.diff(values)[STEPS - 1 :] ** 2
    assert found.current.skill.examples == 60 - STEPS
    assert found.current.skill.mean == pytest.approx(errors.mean(), rel=1e-3)
    expected = found.current.expected
    assert expected is not None and expected.mean == pytest.approx(NOISE**2, rel=0.2)


def test_a_planted_change_is_found_and_marked(bundle: Path, call: Call, tmp_path: Path) -> None:
    calm = walk(300)
    wild = walk(200, noise=3 * NOISE, start=float(calm[-1]), seed=6)
    file = series(tmp_path, np.concatenate([calm, wild]))
    status, out, err = call("monitor", bundle, file, "--json", "--fail-on-alarm")
    assert status == 1, err
    found = json.loads(out)
    assert found["word"] == "degrading"
    (model,) = found["models"]
    assert "2024-10-27" <= model["alarms"][0]["seen"] <= "2025-01-10"  # the change comes on the 300th day
    assert model["alarms"][0]["interval"][0] > 0 and model["now"]
    page = (bundle / "monitor" / "report.html").read_text("utf-8")
    assert "Degrading: worse than expected" in page and "alarm: degrading" in page
    status, out, err = call("monitor", bundle)
    assert status == 0 and "alarm: degrading, seen with" in out


def test_an_alarm_ends_when_the_newest_observations_are_as_expected(
    bundle: Path, call: Call, tmp_path: Path
) -> None:
    calm, wild = walk(200), walk(200, noise=3 * NOISE, seed=6)
    file = series(tmp_path, np.concatenate([calm, wild, walk(600, start=float(wild[-1]), seed=7)]))
    status, out, err = call("monitor", bundle, file, "--json", "--fail-on-alarm")
    assert status == 0, err
    found = json.loads(out)
    assert found["word"] == "degrading" and not found["alarming"] and not found["models"][0]["now"]
    assert "though not in the newest observations" in found["answer"]


def test_while_the_newest_observations_cannot_tell_an_alarm_stays(
    bundle: Path, call: Call, tmp_path: Path
) -> None:
    calm, wild = walk(200), walk(200, noise=3 * NOISE, seed=6)
    long = walk(600, start=float(wild[-1]), seed=7)
    away = long[-1] + np.cumsum(5 + np.arange(40) * 0.5)  # errors that climb from step to step
    file = series(tmp_path, np.concatenate([calm, wild, long, away]))
    status, out, err = call("monitor", bundle, file, "--json", "--fail-on-alarm")
    assert status == 1, err
    found = json.loads(out)
    assert found["alarming"] and not found["models"][0]["now"]
    assert "which the newest observations cannot tell" in found["answer"]
    assert "neighbours are alike" in found["evidence"]


DATA = Trained({"train": 100, "validation": 50, "test": 50})


def other_seeds(bundle: Path, single: Single) -> None:
    """As `finalize` makes it by default: the networks in use are not those that were measured."""
    known = read(bundle)
    write(replace(known, trained=DATA, expected=replace(known.expected, single=single)), bundle)


def test_an_improvement_that_more_training_data_may_explain_names_them(bundle: Path, tmp_path: Path) -> None:
    file = series(tmp_path, walk(400, noise=0.3 * NOISE))
    kept = monitor(bundle, file)
    assert kept.current.word == "improving" and "training data" not in headline(kept).claim
    assert "improving, however long and often one looks, is at most 5 %" in headline(kept).scope
    other_seeds(bundle, Single(0.25, (None, None), 0.001, 5))
    said = headline(monitor(bundle))
    assert said.claim == "Improving: better than expected, which may be what more training data gave"
    assert "improving may be only this" in said.scope
    assert "degrading, however long and often one looks, is at most 2.5 %" in said.scope


@pytest.mark.parametrize("single", [NOTHING, Single(0.25, (None, None), None, 1)])
def test_without_the_spread_between_seeds_other_networks_are_not_judged(
    single: Single, bundle: Path, tmp_path: Path
) -> None:
    other_seeds(bundle, single)
    found = monitor(bundle, series(tmp_path, walk(400, noise=3 * NOISE)))
    assert found.current.word == "too few observations" and found.current.judged is None
    assert "is not known from one score" in found.current.why
    assert found.current.skill.examples == 400 - STEPS


def test_the_same_file_again_and_an_overlapping_one_count_once(bundle: Path, tmp_path: Path) -> None:
    values = walk(120)
    first = monitor(bundle, series(tmp_path, values[:80]))
    again = monitor(bundle, series(tmp_path, values[:80]))
    assert again.taken.known == 80 and again.models == first.models
    stored = (bundle / "monitor" / "observations.jsonl").read_bytes()
    late = write_csv(tmp_path / "late.csv", "date,level", days(120)[60:], values[60:])
    more = monitor(bundle, late)
    assert (more.taken.new, more.taken.known) == (40, 20)
    assert (bundle / "monitor" / "observations.jsonl").read_bytes().startswith(stored)
    whole = Path(shutil.copytree(bundle, tmp_path / "other", ignore=shutil.ignore_patterns("monitor")))
    assert monitor(whole, series(tmp_path, values)).models == more.models


def test_predictions_first_and_observations_later(bundle: Path, tmp_path: Path) -> None:
    values = walk(40)
    monitor(bundle, series(tmp_path, values[:30]))
    asked = write_csv(tmp_path / "asked.csv", "date,level", days(40)[30:31], [None])
    found = monitor(bundle, asked)
    assert found.current.waiting == 1 and "1 predictions wait for their observation" in found.notes
    (file,) = (bundle / "monitor" / "predictions").iterdir()
    before = file.read_bytes()
    later = write_csv(tmp_path / "later.csv", "date,level", days(40)[30:], values[30:])
    found = monitor(bundle, later)
    assert found.current.waiting == 0 and found.current.skill.examples == 40 - STEPS
    assert file.read_bytes().startswith(before)
    assert found.taken.filled == 1


def test_a_kill_between_observations_and_predictions_loses_nothing(bundle: Path, tmp_path: Path) -> None:
    whole = monitor(bundle, series(tmp_path, walk(60)))
    (file,) = (bundle / "monitor" / "predictions").iterdir()
    file.write_bytes(file.read_bytes()[:-25])
    assert monitor(bundle).models == whole.models
    shutil.rmtree(file.parent)
    assert monitor(bundle).models == whole.models


def test_a_torn_observation_is_said_and_repeated(bundle: Path, tmp_path: Path) -> None:
    file = series(tmp_path, walk(60))
    whole = monitor(bundle, file)
    path = bundle / "monitor" / "observations.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    found = monitor(bundle)
    assert any("was cut and counts as never written" in note for note in found.notes)
    assert found.rows == 59
    assert monitor(bundle, file).models == whole.models


def test_examples_in_rows(made: Path, call: Call, tmp_path: Path) -> None:
    bundle = shutil.copytree(made / "rows", tmp_path / "bundle")
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 300))
    total = a + b + rng.normal(scale=NOISE, size=300)
    status, out, err = call(
        "monitor", bundle, write_csv(tmp_path / "x.csv", "a,b,sum", a, b, total), "--every", "100"
    )
    assert status == 0, err
    assert "Stable" in out and "rows 201 to 300" in out
    off = write_csv(tmp_path / "y.csv", "a,b,sum", a, b, np.append(total[:-1], 1e3))
    assert "row 300 is 1000" in one_line(call("monitor", bundle, off))


def test_a_classifier_that_grows_worse(made: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(made / "classes", tmp_path / "bundle"))
    rng = np.random.default_rng(4)
    x = rng.normal(size=(600, 3))
    kind = x.argmax(axis=1)
    wrong = rng.random(600) < np.where(np.arange(600) < 300, 0.1, 0.5)
    names = np.array(["low", "mid", "high"])[(kind + wrong) % 3]
    found = monitor(bundle, write_csv(tmp_path / "x.csv", "p,q,r,kind", *x.T, names), every="100")
    assert found.current.skill.mean == pytest.approx(1 - wrong.mean())
    assert found.current.word == "degrading"
    assert found.current.latest is not None and found.current.latest.found.difference < 0


def test_models_that_were_replaced_go_on_beside_the_current_one(bundle: Path, tmp_path: Path) -> None:
    monitor(bundle, series(tmp_path, walk(100)))
    kept = bundle / "previous" / "1"
    shutil.copytree(bundle, kept, ignore=shutil.ignore_patterns("monitor", "previous"))
    shutil.rmtree(bundle / "members")
    new = tmp_path / "candidate"
    series_bundle(new, weights=(0, 0, 0.5, 0.5), identity="another")
    for name in ("bundle.json", "members", "architecture.json", "expected.npz"):
        (shutil.copytree if (new / name).is_dir() else shutil.copy)(new / name, bundle / name)
    found = monitor(bundle, series(tmp_path, walk(200)))
    assert [model.name for model in found.models] == ["current", "previous/1"]
    assert {model.skill.examples for model in found.models} == {200 - STEPS}
    (pair,) = found.pairs
    assert pair.difference.examples == 200 - STEPS
    assert pair.difference.mean == pytest.approx(pair.current_mean - pair.earlier_mean)
    assert pair.difference.interval.low > 0  # the mean of two steps forecasts a walk worse than the last one
    from tuner.deploy.monitoring.page import write_monitoring

    write_monitoring(found)
    page = (bundle / "monitor" / "report.html").read_text("utf-8")
    assert "Models beside each other" in page and "previous/1" in page


def updated(bundle: Path, until: str, observed: int = 0) -> None:
    made = Updated("before", "new", "", "new.csv", "", {}, until=until)
    write(replace(read(bundle), updated=made, observed=observed), bundle)


def test_what_an_update_had_is_left_out_whenever_it_is_given(bundle: Path, tmp_path: Path) -> None:
    updated(bundle, "2024-02-19T00:00:00")  # the 50th day
    found = monitor(bundle, series(tmp_path, walk(90)))
    assert found.current.skill.examples == 40 and found.current.unpredicted == 0
    assert f"{50 - STEPS} observations are left out: the model in use may have learned them" in found.notes
    stored = Store(bundle).predictions(read(bundle).identity)
    assert min(stored) == datetime(2024, 2, 20)
    updated(bundle, "2024-02-19T00:00:00", observed=71)  # a line for the columns, and 70 rows
    assert monitor(bundle).current.skill.examples == 20


def test_rows_that_an_update_had_are_left_out_by_their_number(made: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(made / "rows", tmp_path / "bundle"))
    a, b = np.random.default_rng(3).normal(size=(2, 30))
    file = write_csv(tmp_path / "x.csv", "a,b,sum", a, b, a + b)
    updated(bundle, newest_in(write_csv(tmp_path / "new.csv", "a,b,sum", a[:20], b[:20], a[:20])))
    found = monitor(bundle, file)
    assert found.current.skill.examples == 10


@pytest.mark.parametrize("until", ["", "20"])
def test_an_update_without_a_time_is_told(until: str, bundle: Path, tmp_path: Path) -> None:
    updated(bundle, until)
    found = monitor(bundle, series(tmp_path, walk(60)))
    assert found.current.skill.examples == 60 - STEPS
    assert any("whose time cannot be compared" in note for note in found.notes)


def test_an_update_that_ends_at_no_time_is_no_bundle(bundle: Path, call: Call, tmp_path: Path) -> None:
    updated(bundle, "yesterday")
    assert "its update ends at no time" in one_line(call("monitor", bundle, series(tmp_path, walk(60))))


def test_a_hostile_name_is_only_text_on_the_page(bundle: Path, call: Call, tmp_path: Path) -> None:
    write(replace(read(bundle), study="<script>alert(1)</script>", configuration="<b>x"), bundle)
    status, _, err = call("monitor", bundle, series(tmp_path, walk(60)))
    assert status == 0, err
    page = (bundle / "monitor" / "report.html").read_text("utf-8")
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_too_few_are_said_to_be_too_few(bundle: Path, call: Call, tmp_path: Path) -> None:
    status, out, err = call("monitor", bundle, series(tmp_path, walk(20)))
    assert status == 0, err
    assert "Too few observations to say" in out and "the first test needs" in out
    status, out, err = call("monitor", bundle, series(tmp_path, walk(20)[:3]), "--json")
    assert json.loads(out)["word"] == "too few observations"


def test_before_anything_was_observed(bundle: Path, call: Call) -> None:
    status, out, err = call("monitor", bundle)
    assert status == 0, err
    assert "Too few observations to say" in out
    assert (bundle / "monitor" / "report.html").exists()


def test_without_expected_scores_the_skill_is_shown_alone(bundle: Path, tmp_path: Path) -> None:
    (bundle / "expected.npz").unlink()
    write(replace(read(bundle), examples=""), bundle)
    found = monitor(bundle, series(tmp_path, walk(60)))
    assert headline(found).claim == "Not judged: there is nothing to compare with"
    assert found.current.word == "too few observations"
    assert "has no expected scores of single examples" in found.current.why
    assert found.current.skill.examples == 60 - STEPS


def test_the_margin_of_the_study_is_used(bundle: Path, tmp_path: Path) -> None:
    write(replace(read(bundle), margin=100.0), bundle)
    values = np.concatenate([walk(200), walk(200, noise=3 * NOISE)])
    found = monitor(bundle, series(tmp_path, values))
    assert found.margin == 100.0 and found.current.judged is not None
    assert (found.current.word, found.current.judged.margin) == ("degrading", "within")
    assert "smaller than the margin of 100" in headline(found).evidence
    assert "larger than the margin of 0.01" in headline(monitor(bundle, margin=0.01)).evidence


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "nowhere: no such bundle"),
        (("bundle", "none.csv"), "none.csv: cannot be read"),
        (("bundle", "--every", "year"), "--every is 'year'; give hour or day or week or month"),
        (("bundle", "--level", "1"), "level is 1.0"),
        (("bundle", "--margin", "-1"), "margin is -1.0"),
        (("bundle", "new.csv", "--steps", "9"), "--steps is 9, and the model reads 4 steps"),
        (("bundle", "new.csv", "--time", "when"), "has no column 'when' for the time"),
        (("bundle", "--set", "x"), "--set x"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    arguments: tuple[str, ...], said: str, bundle: Path, call: Call, tmp_path: Path
) -> None:
    series(tmp_path, walk(40))
    assert said in one_line(call("monitor", *arguments))
    assert not (bundle / "monitor" / "observations.jsonl").exists()


def test_a_metric_of_the_study_needs_its_file(bundle: Path, call: Call, tmp_path: Path) -> None:
    write(replace(read(bundle), metric="my_loss"), bundle)
    assert "give its file with --study" in one_line(call("monitor", bundle))
    study = tmp_path / "mine.py"
    study.write_text(
        "import numpy as np\nfrom tests.tiny import *\n"
        "def my_loss(y_true, y_pred):\n    return np.abs(y_true - y_pred).mean()\n"
        'study = dense_study(name="", metric=my_loss, direction="minimize")\n',
        "utf-8",
    )
    values = walk(60)
    status, out, err = call("monitor", bundle, series(tmp_path, values), "--study", study, "--json")
    assert status == 0, err
    errors = np.abs(np.diff(values)[STEPS - 1 :])
    assert json.loads(out)["models"][0]["skill"]["mean"] == pytest.approx(errors.mean(), rel=1e-3)


def test_a_metric_that_is_no_mean_is_shown_and_not_judged(bundle: Path, call: Call, tmp_path: Path) -> None:
    write(replace(read(bundle), metric="RootMeanSquaredError", examples=""), bundle)
    values = walk(90)
    status, out, err = call("monitor", bundle, series(tmp_path, values), "--every", "month", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert found["answer"] == "Not judged: there is nothing to compare with"
    assert "is not the mean of one number an example" in found["models"][0]["reason"]
    errors = np.diff(values)[STEPS - 1 :]
    assert found["models"][0]["skill"]["n"] == errors.size
    assert found["models"][0]["skill"]["mean"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-3)
    february = np.sqrt((np.diff(values)[30:59] ** 2).mean())
    assert found["models"][0]["periods"][1]["mean"] == pytest.approx(february, rel=1e-3)
    page = (bundle / "monitor" / "report.html").read_text("utf-8")
    assert "is no mean over examples" in page and "<svg" in page
    assert call("monitor", bundle, series(tmp_path, walk(95)))[0] == 0


@pytest.mark.parametrize(
    ("shape", "classes"), [((), "y_true"), ((1,), "y_true[:, 0]"), ((3,), "y_true.argmax(-1)")]
)
def test_classes_stand_as_they_do_in_the_study(
    shape: tuple[int, ...], classes: str, made: Path, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(made / "classes", tmp_path / "bundle"))
    write(replace(read(bundle), metric="wrong", direction="minimize", target_shape=shape), bundle)
    study = tmp_path / "mine.py"
    study.write_text(
        "from tests.tiny import *\n"
        "def wrong(y_true, y_pred):\n"
        f"    assert y_true.shape[1:] == {shape}\n"
        f"    return {classes} != y_pred.argmax(-1)\n"
        'study = dense_study(name="", metric=wrong, direction="minimize")\n',
        "utf-8",
    )
    x = np.random.default_rng(4).normal(size=(40, 3))
    kind = np.where(np.arange(40) < 10, 0, x.argmax(axis=1))
    found = monitor(bundle, write_csv(tmp_path / "x.csv", "p,q,r,kind", *x.T, kind), study=study)
    assert found.current.skill.mean == pytest.approx((kind != x.argmax(axis=1)).mean())


def test_a_metric_that_raises_is_told_beside_what_was_stored(bundle: Path, tmp_path: Path) -> None:
    write(replace(read(bundle), metric="broken"), bundle)
    study = tmp_path / "mine.py"
    study.write_text(
        "from tests.tiny import *\ndef broken(y_true, y_pred):\n    raise ValueError('no such luck')\n"
        'study = dense_study(name="", metric=broken, direction="minimize")\n',
        "utf-8",
    )
    found = monitor(bundle, series(tmp_path, walk(40)), study=study)
    assert found.current.word == "too few observations" and "raises: no such luck" in found.current.why
    assert found.rows == 40


def test_one_at_a_time(bundle: Path, call: Call, tmp_path: Path) -> None:
    file = series(tmp_path, walk(40))
    with locked(bundle / "monitor"):
        assert "another `tuner monitor` adds to it" in one_line(call("monitor", bundle, file))


def test_another_layout_is_refused_later(bundle: Path, call: Call, tmp_path: Path) -> None:
    monitor(bundle, series(tmp_path, walk(40)))
    other = write_csv(tmp_path / "other.csv", "level", walk(40))
    assert "has no column 'date', which the first file had" in one_line(call("monitor", bundle, other))
    assert "--start differs" in one_line(call("monitor", bundle, tmp_path / "new.csv", "--start", "3"))


def test_help_tells_of_alarms(call: Call) -> None:
    status, out, _ = call("monitor", "--help")
    assert status == 0 and "--fail-on-alarm" in out and "An alarm is an answer and no error" in out
