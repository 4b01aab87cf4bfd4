"""`tuner monitor` from end to end, with networks whose weights are set by hand."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.calling import Call, one_line
from tests.deploy.monitoring.models import (
    NOISE,
    NOTHING,
    STEPS,
    days,
    series,
    series_bundle,
    walk,
    write_csv,
)
from tuner.deploy.bundle import Single, Trained, examples_of, read, write, write_examples
from tuner.deploy.monitoring import run
from tuner.deploy.monitoring.answer import monitoring_json
from tuner.deploy.monitoring.page import draw_pictures
from tuner.deploy.monitoring.run import monitor
from tuner.deploy.monitoring.words import headline
from tuner.deploy.replacing import roll_back
from tuner.errors import BundleError, BusyError
from tuner.locking import locked

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring


def test_no_change_is_stable_and_says_what_could_have_been_seen(
    bundle: Path, call: Call, tmp_path: Path
) -> None:
    status, out, err = call("monitor", bundle, series(tmp_path, walk(400)), "--every", "month")
    assert status == 0, err
    assert "Stable: no change found yet." in out and "would have been found" in out
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
    assert found["answer"] == "Degrading: worse than expected, but no longer in the newest ones"


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
    assert found["answer"] == "Degrading: worse than expected"
    told = re.search(
        r"The newest (\d+) examples alone are too few for a test of their own \(mean ([\d.]+) against 0.2"
        r"\d+ expected\): about \d independent pieces? of evidence, since some \d+ neighbours are alike",
        found["evidence"],
    )
    assert told is not None, found["evidence"]
    errors = np.diff(np.concatenate([calm, wild, long, away])) ** 2
    assert float(told[2]) == pytest.approx(errors[-int(told[1]) :].mean(), rel=1e-3)


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
    assert found.current.waiting == 1 and "waiting for what will be observed: 1 prediction" in found.notes
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


def test_values_that_the_model_has_never_seen_are_warned_of_by_column(
    made: Path, call: Call, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(made / "rows", tmp_path / "bundle"))
    known = read(bundle)
    part = replace(known.schema.inputs[0], low=(-5.0, 980.0), high=(5.0, 1050.0))
    write(replace(known, schema=replace(known.schema, inputs=(part,))), bundle)
    a, b = np.array([1.0, 2.0, 3.0, 7.0]), np.array([1e5, 1e5, 99_000.0, 98_001.0])
    file = write_csv(tmp_path / "x.csv", "a,b,sum", a, b, a + b)
    status, out, err = call("monitor", bundle, file, "--json")
    assert status == 0, err
    assert json.loads(out)["warnings"] == [
        "column 'a': 1 of 4 values lie outside of the training data, which go from -5 to 5 (found 7)",
        "column 'b': 4 of 4 values lie outside of the training data, which go from 980 to 1050 (found"
        " 100000): are they in other units?",
    ]
    status, out, err = call("monitor", bundle, file)
    assert "warning: column 'b': 4 of 4 values" in " ".join(out.split())
    assert "other units?" in (bundle / "monitor" / "report.html").read_text("utf-8")
    assert monitor(bundle).warnings == ()  # nothing was given


def test_every_step_of_a_window_in_a_row_has_the_range_of_its_feature() -> None:
    from tests.deploy.monitoring.test_reading import bundle, one
    from tuner.deploy.layout import Layout
    from tuner.deploy.monitoring.reading import unseen_values
    from tuner.deploy.observations import Entry
    from tuner.deploy.schema import Part, Schema

    part = Part((2, 2), (), (0.0, 10.0), (1.0, 11.0))
    layout = Layout(False, "", ("p1", "q1", "p2", "q2"), ("y",))
    found = unseen_values(
        [Entry(1, (0.5, 10.5, 2.0, None, 99.0))], layout, bundle(Schema((part,), one((1,))))
    )
    assert [text.partition(":")[0] for text in found] == ["column 'p2'"]
    assert unseen_values([], layout, bundle(Schema(one((2, 2)), one((1,))))) == ()


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


def test_where_several_examples_have_one_score_all_numbers_count_examples(
    bundle: Path, tmp_path: Path
) -> None:
    known = read(bundle)
    errors = examples_of(known)
    assert errors is not None
    write(replace(known, examples=write_examples(bundle, replace(errors, each=2))), bundle)
    found = monitor(bundle, series(tmp_path, walk(64)))
    (model,) = monitoring_json(found)["models"]
    assert (model["skill"]["n"], model["needed"]) == (60, 64)
    assert model["reason"] == "60 observations with a prediction; the first test needs 64"
    assert (model["expected"]["n_examples"], model["expected"]["block"]) == (800, 2)
    assert "on 800 test examples" in draw_pictures(found)[0].caption.text


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


def test_one_at_a_time(bundle: Path, call: Call, tmp_path: Path) -> None:
    file = series(tmp_path, walk(40))
    for command in ("tuner monitor", "tuner replace"):
        with locked(bundle, command):
            assert f"another `{command}` works on it (process" in one_line(call("monitor", bundle, file))
    assert not (bundle / "monitor").exists()


def test_no_model_is_replaced_while_it_is_watched(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Models, observations and judgement are of one moment."""
    refused = []

    def meanwhile(*arguments: Any) -> Any:
        with pytest.raises(BusyError, match="another `tuner monitor` works on it") as caught:
            roll_back(bundle)
        refused.append(caught.value)
        return examples_of(*arguments)

    monkeypatch.setattr(run, "examples_of", meanwhile)
    monitor(bundle, series(tmp_path, walk(60)))
    assert len(refused) == 1
    with pytest.raises(BundleError, match="no model was replaced here"):
        roll_back(bundle)


def test_another_layout_is_refused_later(bundle: Path, call: Call, tmp_path: Path) -> None:
    monitor(bundle, series(tmp_path, walk(40)))
    other = write_csv(tmp_path / "other.csv", "level", walk(40))
    assert "has no column 'date', which the first file had" in one_line(call("monitor", bundle, other))
    assert "--start differs" in one_line(call("monitor", bundle, tmp_path / "new.csv", "--start", "3"))


def test_help_tells_of_alarms(call: Call) -> None:
    status, out, _ = call("monitor", "--help")
    assert status == 0 and "--fail-on-alarm" in out and "An alarm is an answer and no error" in out
