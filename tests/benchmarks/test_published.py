"""The published configurations: what is kept of a training, what goes on, further scores, the table."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.published import extras, ledger, table, training
from benchmarks.published.__main__ import kept_words, main
from benchmarks.published.ledger import MAIN
from benchmarks.published.registry import BY_COST, ROWS
from benchmarks.published.row import Row, Variant, each_seed
from benchmarks.published.training import Trained, train_row
from tuner.evaluation import evaluate
from tuner.loading import load_study
from tuner.problems.sine_sum import random_sines

BAR = each_seed("score below 1 in the median", lambda runs: runs["score"] < 1)
TINY = Row(
    id="tiny",
    study="contrived_cells",
    system="a line",
    published="nothing",
    bar=BAR,
    options={"epochs": 2},
    variants=(Variant("again"),),  # the same program
    seeds=2,
)


def silent(text: str) -> None:
    """No word of progress."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny row, trained with one seed, and then with a second one."""
    folder = tmp_path_factory.mktemp("results")
    train_row(TINY, folder, seeds=1, command="first", note=silent)
    return train_row(TINY, folder, command="second", note=silent)


def test_a_training_that_goes_on_is_that_of_the_study_itself(trained: Path) -> None:
    head, runs = ledger.read(trained)
    assert runs["configuration"].tolist() == [MAIN, MAIN, "again", "again"]
    assert runs["seed_index"].tolist() == [0, 1, 0, 1]
    assert head["command"] == "second" and head["engine"] == "vectorized" and head["metric"] == "mse"
    assert float(head["naive last"]) == pytest.approx(0.01, rel=1e-4)
    study = load_study(TINY.path, {"epochs": 2})
    found = evaluate(study, study.baseline, seeds=1, split="test")
    assert runs["score"].tolist() == pytest.approx([found.scores[0], runs["score"][1]] * 2, rel=1e-5)
    assert runs["score"][0] != runs["score"][1]
    assert runs["train_loss"][0] == pytest.approx(found.history["loss"][0, -1], rel=1e-5)


def test_what_is_complete_is_not_trained_again(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_groups", lambda row, study, variant, missing: list(missing))
    before = trained.read_bytes()
    train_row(TINY, trained.parent, note=silent)
    assert trained.read_bytes() == before


def test_other_settings_do_not_go_on_from_a_file(trained: Path) -> None:
    before = trained.read_bytes()
    other = replace(TINY, options={"epochs": 3})
    with pytest.raises(ledger.ResultError, match="--fresh"):
        train_row(other, trained.parent, note=silent)
    assert trained.read_bytes() == before


def test_a_file_of_runs_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = [
        {
            "configuration": "a, b",
            "seed_index": 0,
            "status": "complete",
            "score": 0.1 + 0.2,
            "further": 1e-300,
        },
        {"configuration": "c", "seed_index": 1, "status": "diverged", "score": math.nan},
    ]
    path = tmp_path / "x.csv"
    ledger.write(path, {"command": "python -m x: y", "seconds": 1.5}, rows)
    head, runs = ledger.read(path)
    assert head == {"command": "python -m x: y", "seconds": "1.5"}
    assert runs["score"][0] == 0.1 + 0.2 and math.isnan(runs["score"][1])
    assert runs["further"][0] == 1e-300 and math.isnan(runs["further"][1])
    again = tmp_path / "again.csv"
    ledger.write(again, head, runs.to_dict("records"))
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "configuration,seed_index,status,score\nx,one,complete,2\n"])
def test_another_file_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ledger.ResultError, match=r"x\.csv: .*train again$"):
        ledger.read(path)


def frame(**columns: list[object]) -> pd.DataFrame:
    """Runs of the published configuration."""
    count = len(next(iter(columns.values())))
    base = {"configuration": [MAIN] * count, "seed_index": list(range(count)), "status": ["complete"] * count}
    return pd.DataFrame(base | columns)


def only(runs: pd.DataFrame) -> Callable[[str], pd.DataFrame]:
    """Every row has these runs."""
    return lambda name: runs


def test_a_bar_counts_the_seeds_that_reach_it() -> None:
    check = each_seed("", lambda runs: runs["score"] <= 2, share=0.75).check
    assert check(only(frame(score=[1.0, 2.0, 2.0, 3.0])), TINY) == (3, 4, True)
    assert check(only(frame(score=[1.0, 2.0, 3.0, 3.0])), TINY) == (2, 4, False)
    lost = frame(score=[1.0, 1.0, 1.0, math.nan], status=["complete", "diverged", "complete", "diverged"])
    assert check(only(lost), TINY) == (2, 4, False)


def test_teacher_forcing_is_compared_seed_by_seed() -> None:
    zero, told = frame(score=[1.0, 1.0, 1.0, 1.0, 1.0]), frame(mse_free_running=[2.0, 2.0, 2.0, 2.0, 0.5])
    row = ROWS["T4"]
    assert row.bar.check(lambda name: zero if name == "T1" else told, row) == (4, 5, True)
    assert row.bar.check(lambda name: zero[:0] if name == "T1" else told, row) == (0, 0, False)


def test_every_variant_of_t5_has_to_learn() -> None:
    row = ROWS["T5-variants"]
    names = [one.name for one in row.configurations]
    scores = pd.Series([0.5 if name == "three sines" else 0.3 for name in names], index=names)

    def check(**others: float) -> tuple[int, int, bool]:
        """One seed as `scores` say, one with other scores."""
        both = pd.concat([scores, pd.Series({**scores, **others})])
        return row.bar.check(only(pd.DataFrame({"configuration": both.index, "score": both.values})), row)

    assert check() == (6, 6, True)
    assert check(SGD=0.38) == (5, 6, False)
    assert check(LSTM=math.nan, SGD=0.38) == (4, 6, False)
    assert row.bar.check(only(frame(score=[0.1])), row) == (1, 6, False)


@pytest.mark.parametrize(
    ("means", "holds"),
    [((0.2, 0.1, 0.03), True), ((0.2, 0.02, 0.03), False), ((0.5, 0.1, 0.03), False)],
)
def test_published_means_are_held_to_a_factor_and_an_order(means: tuple[float, ...], holds: bool) -> None:
    row = ROWS["D8"]
    names = [one.name for one in row.configurations]
    runs = pd.DataFrame({"configuration": names, "seed_index": 0, "status": "complete", "score": means})
    assert row.bar.check(only(runs), row)[2] is holds


@pytest.mark.parametrize(("last", "holds"), [(0.0001, True), (0.02, False)])
def test_the_order_of_d9_is_not_required(last: float, holds: bool) -> None:
    row = ROWS["D9"]
    names = [one.name for one in row.configurations]
    runs = pd.DataFrame({"configuration": names, "score": [0.002, 0.001, last]})
    assert row.bar.check(only(runs), row) == (2 + holds, 3, holds)


def test_the_frequencies_are_those_of_the_test_sequences() -> None:
    """A sum of two sines made from the redrawn numbers is the test sequence."""
    unit = np.random.RandomState(2000).random_sample((2, 4, 50))
    low, high = np.array([0.1, 0.1, -0.5, 0.0]), np.array([1.0, 10.0, 0.5, 2 * math.pi])
    a, f, _, phase = np.moveaxis(low[:, None] + (high - low)[:, None] * unit, 1, 0)[..., None]
    sums = (a * np.sin(f * 2 * math.pi * np.arange(30) / 30 + phase)).sum(axis=0)
    assert np.allclose(sums, random_sines(50, seed=2000, batch=50))
    assert np.allclose(extras.frequencies(50), f[..., 0].mean(axis=0))


@pytest.fixture(scope="module")
def sines() -> Trained:
    """Two untrained encoder-decoders for sums of sines."""
    from tuner.seeds import Seed
    from tuner.trials import PinnedTrial

    study = load_study(ROWS["T1"].path, {"n_train": 8})
    study = replace(study, baseline={**study.baseline, "units": 3, "layers": 1})
    splits = study.splits(PinnedTrial(study.baseline, "x"), Seed(0, "search", "", 0).generator("data"))
    few = replace(splits, test=(splits.test[0][:40], splits.test[1][:40]))
    model, _ = study.build(PinnedTrial(study.baseline, "x"), few)
    rng = np.random.default_rng(0)
    weights = tuple(
        tuple(rng.normal(0, 0.3, size=weight.shape) for weight in model.weights) for _ in range(2)
    )
    return Trained(study, few, model, weights)


def test_further_scores_of_sines_agree_with_the_predictions(sines: Trained) -> None:
    x, y = sines.splits.test
    errors = np.square(sines.predict(x) - y).mean(axis=(1, 2, 3))
    assert errors[0] != errors[1]
    quartiles = extras.by_frequency(sines)
    assert np.allclose(np.mean(list(quartiles.values()), axis=0), errors, rtol=1e-5)
    assert (extras.step_by_step(sines)["largest_difference"] < 1e-5).all()
    longer = extras.past_the_training_length(sines)
    assert longer["mse_steps_16_to_20"].shape == (2,)
    three = extras.three_signals(sines)
    assert 0.3 < three["zero_three_sines"][0] < 0.8


def test_the_rectangle_is_drawn_from_the_models_own_points() -> None:
    """A model that turns by a quarter and stretches draws a rectangle that can be told beforehand."""
    import keras

    model = keras.Sequential([keras.Input((1, 2)), keras.layers.Flatten(), keras.layers.Dense(2)])
    turn, shift = np.array([[0.0, 0.5], [-2.0, 0.0]]), np.array([0.5, 0.0])
    x = np.zeros((1, 1, 2), "float32")
    one = Trained(load_study(ROWS["M11"].path, {"n_train": 1}), None, model, ((turn, shift),))  # type: ignore[arg-type]
    found = extras.drawn_rectangle(one)
    points = [np.zeros(2)]
    for _ in range(3):
        points.append(points[-1] @ turn + shift)
    assert found["width"] == pytest.approx([points[1][0] - points[0][0]])
    assert found["height"] == pytest.approx([points[2][1] - points[1][1]])
    assert np.allclose(one.predict(x)[0, 0], shift)


def test_the_table_says_what_the_files_hold(tmp_path: Path) -> None:
    runs = frame(
        score=[0.02, 0.04, 0.03], train_loss=[0.02, 0.02, 0.05], largest_difference=[1e-7, 2e-7, 2e-5]
    )
    ledger.write(
        tmp_path / "T1.csv",
        {"metric": "mse", "naive zero": "0.376", "date": "2020-01-01", "seconds": "60"},
        runs.to_dict("records"),
    )
    finalist = {
        "configuration": "trial-1",
        "verdict": "better",
        "mean": 0.01,
        "std": 0.001,
        "params": {"units": 40, "learning_rate": 0.0123456},
    }
    tuned = {
        "finalists": [finalist],
        "baseline": {"mean": 0.03},
        "goal": 0.02,
        "direction": "minimize",
        "naive": {
            "best": "last",
            "test": {"zero": 0.4, "last": 0.005},
            "against_best": {"trial-1": {"verdict": "worse"}, "baseline": {"verdict": "worse"}},
        },
    }
    assert ROWS["T1"].search is not None
    remark = ROWS["T1"].search.remark
    (tmp_path / "T1-tuned.json").write_text(json.dumps(tuned), "utf-8")
    made = table.made(tmp_path)
    cells = {
        line.split(" | ")[0].strip("| "): line.split(" | ") for line in made.split("\n\n")[0].splitlines()
    }
    assert cells["T1"][3:6] == [
        "zero .376; 3 of 3 seeds beat zero: undecided",
        ".0300 (.0100)",
        ".0200 to .0400",
    ]
    assert cells["T1"][7] == "1 of 3 seeds"
    assert (
        cells["T1"][8] == f"better: .0100 (.0010) against .0300, {remark};"
        " against last .0050: worse; goal .0200 reached"
    )
    assert cells["T1"][9].startswith("no")
    assert cells["T2"][8] == "not searched" and cells["M6"][8] == "not run"
    assert cells["T2"][7] == "2 of 3 seeds"
    assert "not run" in cells["M6"]
    assert "units 40, learning_rate 0.01235" in made and "on 2020-01-01, 1 minutes in all" in made
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter"
    assert table.replaced(text, made) == f"before\n{table.BEGIN}\n\n{made}\n\n{table.END}\nafter"
    with pytest.raises(ledger.ResultError, match="no marks"):
        table.replaced("no table", made)


@pytest.mark.parametrize(
    ("direction", "score", "spread", "words"),
    [
        ("minimize", 0.3, 0.01, "last 4, linear .300; 3 of 7 seeds beat linear: undecided"),
        ("minimize", 0.1, 0.01, "last 4, linear .300; 7 of 7 seeds beat linear: better"),
        ("minimize", 3.9, 0.01, "last 4, linear .300; 0 of 7 seeds beat linear: worse"),
        ("maximize", 3.9, 0.01, "last 4, linear .300; 0 of 7 seeds beat last: worse"),
        ("maximize", 5.0, 0.0, "last 4, linear .300; 7 of 7 seeds beat last"),
    ],
)
def test_the_table_says_whether_there_is_skill(
    direction: str, score: float, spread: float, words: str, tmp_path: Path
) -> None:
    runs = frame(score=[score + spread * place for place in range(-3, 4)], rmse=[14.0] * 7)
    head = {"metric": "mse", "direction": direction, "naive last": "4", "naive linear": "0.3"}
    ledger.write(tmp_path / "H2.csv", head, runs.to_dict("records"))
    line = next(line for line in table.made(tmp_path).splitlines() if line.startswith("| H2 "))
    assert line.split(" | ")[3] == words


@pytest.mark.parametrize(("row", "column"), [("S1", "S1"), ("M11", "M11"), ("S1", "S2"), ("T4", "T4")])
def test_a_row_whose_seeds_have_all_failed_stays_in_the_table(row: str, column: str, tmp_path: Path) -> None:
    runs = frame(score=[math.nan] * 2, status=["failed"] * 2)
    ledger.write(tmp_path / f"{row}.csv", {"metric": "mse"}, runs.to_dict("records"))
    line = next(line for line in table.made(tmp_path).splitlines() if line.startswith(f"| {column} "))
    cells = line.split(" | ")
    assert cells[4] == "no score in 2 seeds" and cells[7] == "0 of 2 seeds" and cells[9].startswith("no")


def test_what_is_not_as_in_the_source_stands_below_the_table(tmp_path: Path) -> None:
    made = table.made(tmp_path)
    for row in ROWS.values():
        assert (f"- {row.id}: not as in its source: {row.differs}." in made) is bool(row.differs)
        assert not row.differs.endswith(".")


def test_rows_are_whole() -> None:
    assert {row.id for row in BY_COST} == set(ROWS)
    costs = [row.minutes for row in BY_COST]
    assert costs == sorted(costs)
    for name, row in ROWS.items():
        assert row.id == name and row.path.exists(), name
        assert row.seeds >= 10, name
        names = [one.name for one in row.configurations]
        assert len(set(names)) == len(names), name
        assert row.of in {"", *ROWS} and ROWS[row.source].study == row.study, name
        assert bool(row.minutes) != bool(row.of), name
        assert row.quick or row.of, name


def test_the_command_says_in_one_line_what_is_wrong(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = trained.parent / "M6.csv"
    bad.write_text("a,b\n1,2\n", "utf-8")
    assert main(["run", "M6", "--results", str(trained.parent)]) == 2
    assert main(["table", "--results", str(trained.parent)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("published: ") for line in lines)
    assert main(["tune", "D8"]) == 0  # which has no search


def test_the_command_is_kept_without_the_folder_of_the_data() -> None:
    words = ["run", "H2", "--data", "/home/me", "--seeds", "5"]
    assert kept_words(words) == ["run", "H2", "--data", "FOLDER", "--seeds", "5"]
    assert kept_words(["run", "--data=/home/me", "H2"]) == ["run", "--data=FOLDER", "H2"]


def test_real_data_that_are_not_there_are_asked_for_by_the_option_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--quick", "--results", str(tmp_path)]
    assert main(["run", "C4", *there]) == main(["run", "C4", *there, "--data", str(tmp_path)]) == 2
    without, missing = capsys.readouterr().err.splitlines()
    assert without.startswith(f"published: C4: give --data FOLDER, which has {ROWS['C4'].data} (")
    assert missing.endswith(f"{ROWS['C4'].data}: no such file")


def test_a_row_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "X1"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.endswith(f"there is no row 'X1'; there are {', '.join(ROWS)}\n")


@pytest.mark.parametrize("seeds", ["0", "-1", "two"])
def test_numbers_of_seeds_that_are_none_are_refused(
    seeds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "D8", f"--seeds={seeds}", "--results", str(tmp_path)])
    assert caught.value.code == 2
    assert f"'{seeds}' is no whole number, 1 or more" in capsys.readouterr().err
