"""Read six whole numbers, write the first three in reverse (rows S1 to S4).

The decoder is told the right number of the step before, and the score is the share of answers that are right
as a whole. That is also what it gets right when it is fed its own numbers: up to the first mistake both see
the same. Options make the task harder or another one: `n_in`, `n_out`, `cardinality`; `shortest=3` (sources
of 3 to `n_in` numbers, filled up with zeros in front); `real=True` (numbers from 0 to 1 instead of one-hot
vectors, answers rounded). Deeper stacks, dropout and an encoder of both directions are searched.

The published size is `--set n_train=100000 --set cardinality=51 --set units=128`: LSTM(128) in encoder and
decoder (190,899 parameters), Adam, batches of 32, one epoch. Source: J. Brownlee, How to Develop an
Encoder-Decoder Model for Sequence-to-Sequence Prediction in Keras; published: 100 of 100 sequences right.
"""

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from tuner import Splits, Study, space
from tuner.models import loss_for, teacher_forced
from tuner.problems import from_one_hot, one_hot, reverse_integers
from tuner.problems.judging import sequence_accuracy, votes


def shortened(source: np.ndarray, shortest: int, seed: int) -> np.ndarray:
    """One-hot sources cut to random lengths, `shortest` or more, with zeros in front of what is left."""
    numbers = from_one_hot(source)
    steps = numbers.shape[1]
    lengths = np.random.default_rng(seed).integers(shortest, steps + 1, size=(len(numbers), 1))
    places = np.arange(steps) - (steps - lengths)
    moved = np.take_along_axis(numbers, np.maximum(places, 0), axis=1)
    return one_hot(np.where(places < 0, 0, moved), source.shape[-1])


def study(
    n_train: int = 10_000,
    n_in: int = 6,
    n_out: int = 3,
    cardinality: int = 11,
    shortest: int | None = None,
    real: bool = False,
    loss: str | None = None,
    units: int = 64,
) -> Study:
    if shortest is not None and not n_out <= shortest <= n_in:
        raise ValueError(
            f"shortest is {shortest}; give {n_out} to {n_in}, so that there is an answer to write"
        )
    data = reverse_integers(n_train=n_train, n_in=n_in, n_out=n_out, cardinality=cardinality)

    def framed(pair: Any, seed: int) -> Any:
        (source, fed), y = pair
        if shortest is not None:
            source = shortened(source, shortest, seed)
        return ((scaled(source), scaled(fed)), scaled(y)) if real else ((source, fed), y)

    def scaled(vectors: np.ndarray) -> np.ndarray:
        return from_one_hot(vectors)[..., None].astype("float32") / (cardinality - 1)

    def numbers(vectors: np.ndarray) -> np.ndarray:
        return np.rint(vectors[..., 0] * (cardinality - 1)) if real else from_one_hot(vectors)

    def rounded_accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """1 for each example whose numbers are all right once they are rounded."""
        return (numbers(y_true) == numbers(y_pred)).all(axis=1).astype("float64")

    def show(y_true: np.ndarray, y_pred: np.ndarray) -> str:
        """Such as "9 4 17, said 9 4 17 (10 of 10 seeds)"."""
        answers = [" ".join(f"{number:g}" for number in numbers(each)) for each in (y_true, *y_pred)]
        return f"{answers[0]}, said {votes(answers[1:])}"

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        hp = space.recurrent(
            trial,
            units=(32, 128),
            layers=(1, 2),
            batch_size=[16, 32, 64],
            dropout=(0.0, 0.3),
            optimizer=["adam", "rmsprop"],
            learning_rate=(5e-4, 1e-2),
        )
        directions = trial.suggest_categorical("encoder_reads", ["forward", "both ways"])
        output = "linear" if real else "softmax"
        model = teacher_forced(
            data,
            units=hp.units,
            layers=hp.layers,
            dropout=hp.dropout,
            bidirectional="sum" if directions == "both ways" else None,
            output=output,
        )
        model.compile(optimizer=hp.optimizer, loss=loss or loss_for(output))
        return model, {"batch_size": hp.batch_size}

    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    return Study(
        data=replace(
            data,
            **{name: framed(pair, seed) for seed, (name, pair) in enumerate(splits.items())},
            naive=("mean",) if real else data.naive,
        ),
        build=build,
        metric=rounded_accuracy if real else sequence_accuracy,
        direction="maximize",
        epochs=1,
        baseline={
            "units": units,
            "layers": 1,
            "dropout": 0.0,
            "encoder_reads": "forward",
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 32,
        },
        margin=0.01,
        trials=10,
        show=show,
    )
