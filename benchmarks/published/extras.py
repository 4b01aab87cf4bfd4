"""Further scores of trained models, beside the study's own metric: arrays of shape (seeds,) by name."""

from collections.abc import Mapping

import numpy as np

from benchmarks.published.training import Trained

Scores = Mapping[str, np.ndarray]

LONGER = 20  # steps that the source forecasts with a model trained on 15
_SINES = 2000  # the seed of the source's test sequences
RECTANGLE = 3  # points that are generated after the first


def whole_answers(trained: Trained) -> Scores:
    """The share of test answers that are right at every step."""
    from tuner.problems.judging import sequence_accuracy

    x, y = trained.splits.test
    return {"sequence_accuracy": np.array([sequence_accuracy(y, one).mean() for one in trained.predict(x)])}


def single_steps(trained: Trained) -> Scores:
    """The share of the steps of all test answers that are right."""
    from tuner.problems.judging import step_accuracy

    x, y = trained.splits.test
    return {"step_accuracy": np.array([step_accuracy(y, one).mean() for one in trained.predict(x)])}


def step_by_step(trained: Trained) -> Scores:
    """T2: how far the stepwise inference models are from the trained graph, at most."""
    x, y = trained.splits.test
    said = generated(trained, y.shape[1], feed="zero")
    return {"largest_difference": np.abs(said - trained.predict(x)).reshape(len(said), -1).max(axis=1)}


def past_the_training_length(trained: Trained) -> Scores:
    """T3: the error of steps 16 to 20, and the error that zero has there."""
    from tuner.problems import sine_sum

    x, y = trained.splits.test
    few = len(x)
    _, truth = sine_sum(n_train=1, n_validation=1, n_test=few, steps_out=LONGER).test
    said = generated(trained, LONGER, feed="zero")[:, :, y.shape[1] :]
    errors = np.square(said - truth[:, y.shape[1] :]).reshape(len(said), -1).mean(axis=1)
    zero = float(np.square(truth[:, y.shape[1] :]).mean())
    return {"mse_steps_16_to_20": errors, "zero_steps_16_to_20": np.full(len(said), zero)}


def by_frequency(trained: Trained) -> Scores:
    """T5: the error of test sequences by quartiles of the mean frequency of their sines, slowest first."""
    x, y = trained.splits.test
    errors = np.square(trained.predict(x) - y).mean(axis=(2, 3))  # (seeds, examples)
    order = np.argsort(frequencies(len(x)))
    return {
        f"mse_frequency_quartile_{place}": errors[:, part].mean(axis=1)
        for place, part in enumerate(np.array_split(order, 4), start=1)
    }


def frequencies(examples: int, signals: int = 2) -> np.ndarray:
    """The mean frequency of each test sequence of `sine_sum`, in cycles per 30 steps: shape (examples,).

    The source draws amplitude, frequency, offset and phase of a signal for all examples, then the next's.
    """
    unit = np.random.RandomState(_SINES).random_sample((signals, 4, examples))
    found: np.ndarray = (0.1 + 9.9 * unit[:, 1]).mean(axis=0)
    return found


def three_signals(trained: Trained) -> Scores:
    """T5: the error on sums of three sines, of models trained on sums of two, and that of zero."""
    from tuner.problems import sine_sum

    few = len(trained.splits.test[0])
    x, y = sine_sum(n_train=1, n_validation=1, n_test=few, signals=3).test
    errors = np.square(trained.predict(x) - y).reshape(len(trained.weights), -1).mean(axis=1)
    return {"mse_three_sines": errors, "zero_three_sines": np.full(len(errors), float(np.square(y).mean()))}


def free_running(trained: Trained) -> Scores:
    """T4: the error of a teacher-forced model that is fed by its own outputs."""
    y = trained.splits.test[1]
    said = generated(trained, y.shape[1], feed="output")
    return {"mse_free_running": np.square(said - y).reshape(len(said), -1).mean(axis=1)}


def greedy_decoding(trained: Trained) -> Scores:
    """S1 and S2: whole answers of a decoder that is fed its own symbols, from the start symbol.

    `fed_probabilities` is the source's own way: an all-zero start, and the probabilities are fed back.
    `agrees` is the share of test sequences whose greedy answer is that of the decoder that is told the
    truth, among those where all symbols that were fed back are right.
    """
    from tuner.problems.judging import labels, sequence_accuracy

    x, y = trained.splits.test
    greedy = generated(trained, y.shape[1], feed="argmax", start="one_hot")
    source = generated(trained, y.shape[1], feed="output", start="zero")
    told, said, truth = labels(trained.predict(x)), labels(greedy), labels(y)
    right_before = (said[:, :, :-1] == truth[:, :-1]).all(axis=2)
    same = (told == said).all(axis=2)
    return {
        "greedy_accuracy": np.array([sequence_accuracy(y, one).mean() for one in greedy]),
        "fed_probabilities": np.array([sequence_accuracy(y, one).mean() for one in source]),
        "agrees": np.array(
            [one[right].mean() if right.any() else 1.0 for one, right in zip(same, right_before, strict=True)]
        ),
    }


def drawn_rectangle(trained: Trained) -> Scores:
    """M11: the rectangle that is drawn from (0, 0), fed by its own points: its largest error and its size."""
    from tuner.models import roll_out
    from tuner.problems import rectangle_errors

    start = np.zeros((1, 1, 2), dtype="float32")
    drawn = np.stack([roll_out(model, start, RECTANGLE)[0] for model in trained.models()])
    points = np.concatenate([np.zeros((len(drawn), 1, 2)), drawn], axis=1)
    found = rectangle_errors(points)
    return {"largest_error": found.largest, "width": found.width, "height": found.height}


def root_mean_square(trained: Trained) -> Scores:
    """H2: the root of the mean squared error, as the source has it."""
    x, y = trained.splits.test
    said = trained.predict(x)
    errors = np.square(said - y).reshape(len(said), -1).mean(axis=1)
    return {"rmse": np.sqrt(errors)}


def generated(trained: Trained, steps: int, **feeding: str) -> np.ndarray:
    """What the decoder of each seed says in `steps` steps of the test sequences, (seeds, examples, ...)."""
    from tuner.models import inference

    x = trained.splits.test[0]
    source = x[0] if isinstance(x, tuple | list) else x
    decoding = inference(trained.model)
    return np.stack([decoding.generate(source, steps, **feeding) for _ in trained.models()])
