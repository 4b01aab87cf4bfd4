"""CSV files of learning curves: what is read, and the line that says what is wrong."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.diagnosis.curves import bend, fall
from tuner.diagnosing import diagnose_history, read_history
from tuner.errors import ScoresError

TRAIN, VALIDATION = fall(60, 0.02, 5.0), bend(60, 25, up=0.1)


def written(folder: Path, text: str) -> Path:
    path = folder / "history.csv"
    path.write_text(text, "utf-8")
    return path


def frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"loss": TRAIN, "val_loss": VALIDATION} | columns)


def test_one_run_in_the_order_of_its_rows(tmp_path: Path) -> None:
    found = read_history(written(tmp_path, frame().to_csv(index=False)))
    np.testing.assert_array_equal(found.train, [TRAIN])
    np.testing.assert_array_equal(found.validation, [VALIDATION])
    assert (found.name, found.seeds, found.diverged) == ("history", ("0",), (False,))
    assert found.epochs == tuple(range(1, 61))
    told = diagnose_history(found)
    assert (told.diagnosis.label, told.diagnosis.epoch, told.length) == ("overfit", 25, 60)


def test_what_keras_writes(tmp_path: Path) -> None:
    from keras.callbacks import CSVLogger

    path = tmp_path / "history.csv"
    logger = CSVLogger(path)

    class Model:
        stop_training = False

    logger.set_model(Model())
    logger.on_train_begin()
    for epoch in range(60):
        logs = {"accuracy": 0.5, "loss": TRAIN[epoch]}
        logger.on_epoch_end(epoch, logs | ({"val_loss": VALIDATION[epoch]} if epoch % 2 == 0 else {}))
    logger.on_train_end()
    found = read_history(path)
    assert found.epochs == tuple(range(1, 61, 2))  # Keras counts from 0
    np.testing.assert_allclose(found.train, [TRAIN[::2]])
    np.testing.assert_allclose(found.validation, [VALIDATION[::2]])
    assert diagnose_history(found).diagnosis.epoch == 25


@pytest.mark.parametrize("column", ["seed", "seed_index"])
def test_seeds_of_different_lengths_in_any_order(tmp_path: Path, column: str) -> None:
    parts = [
        frame(**{column: 7, "epoch": range(60)}).iloc[:40],
        frame(**{column: 3, "epoch": range(60)}),
    ]
    rows = pd.concat(parts).sample(frac=1.0, random_state=0)
    found = read_history(written(tmp_path, rows.to_csv(index=False, sep=";")))
    first = str(rows[column].iloc[0])
    assert found.seeds == (first, "3" if first == "7" else "7")
    long = found.seeds.index("3")
    np.testing.assert_array_equal(found.train[long], TRAIN)
    np.testing.assert_array_equal(found.train[1 - long][:40], TRAIN[:40])
    assert np.isnan(found.train[1 - long][40:]).all() and np.isnan(found.validation[1 - long][40:]).all()
    assert diagnose_history(found).diagnosis.labels == ("overfit", "overfit")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [30, 59])
def test_a_loss_that_is_no_number_diverged(tmp_path: Path, value: float, place: int) -> None:
    rows = pd.concat([frame(seed=1), frame(seed=2)])
    rows.iloc[60 + place, 0] = value
    found = read_history(written(tmp_path, rows.to_csv(index=False)))
    assert found.diverged == (False, True)
    assert diagnose_history(found).diagnosis.labels == ("overfit", "diverged")


def test_validation_that_is_nan_diverged_and_that_is_empty_was_not_measured(tmp_path: Path) -> None:
    lines = frame().to_csv(index=False).splitlines()
    for mark, lost in (("nan", True), ("inf", True), ("", False), ("NA", False)):
        cut = [*lines[:-1], lines[-1].split(",")[0] + f",{mark}"]
        found = read_history(written(tmp_path, "\n".join(cut)))
        assert found.diverged == (lost,), mark
        assert len(found.epochs) == (60 if lost else 59)


def test_a_file_without_validation(tmp_path: Path) -> None:
    found = read_history(written(tmp_path, "loss\n" + "\n".join(map(str, fall(40, 0.7, 30.0)))))
    assert found.validation.shape == (1, 0)
    assert diagnose_history(found).diagnosis.label == "underfit_more_capacity"


WRONG = [
    ("", "is empty; it needs a header with a column 'loss', and one row an epoch"),
    ("epoch,score\n0,1\n", "has no column 'loss'; its columns are 'epoch', 'score'"),
    ("loss\n", "has a header ('loss') but no rows"),
    ("loss,loss\n1,2\n", "more than one column 'loss'"),
    ("loss\n1\nabc\n", "line 3: loss is 'abc', which is no number"),
    ("loss,val_loss\n1,much\n", "line 2: val_loss is 'much', which is no number"),
    ("epoch,loss\n0,1\n0,2\n", "line 3: epoch 0 is there twice; tell several runs apart by a column 'seed'"),
    ("epoch,loss\n0.5,1\n", "line 2: epoch is '0.5'; write a whole number"),
    ("epoch,loss\n-1,1\n", "line 2: epoch is '-1'"),
    ("epoch,loss\n,1\n", "line 2: epoch is ''"),
    ("seed,loss\n,1\n", "line 2: seed is empty"),
    ("seed,epoch,loss\n1,0,1\n1,1,1\n2,0,1\n2,2,1\n", "seed '2' has losses at other epochs"),
    ("loss,val_loss\n1\n", "line 2: has 1 values for 2 columns"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_file_is_said_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ScoresError) as caught:
        read_history(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
