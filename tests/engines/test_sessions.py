"""Groups of seeds: their initial weights, the programs they share, their size, their memory."""

import time
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from tests.tiny import build_dense, dense_study, lstm_study, splits
from tuner.engines import cache, fit, memory, vectorized
from tuner.engines.base import Job
from tuner.engines.pace import Pace
from tuner.engines.states import Initial, UnknownOriginError, state_of
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study


def job(study: Study, seeds: int, **params: Any) -> Job:
    values = params or study.baseline
    made = Repeats(study)._job("search", Configuration("one", values), range(seeds))
    return replace(made, keep_weights=True)


def quiet(share: float) -> None:
    """Progress that nobody looks at."""


def layers_of_many_kinds(trial: Any, data: Splits) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4, 1)),
            layers.Conv1D(2, 2, kernel_initializer="he_normal"),
            layers.Bidirectional(layers.LSTM(2, recurrent_dropout=0.1, return_sequences=True)),
            layers.GRU(2, kernel_initializer="random_normal"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1, bias_initializer="truncated_normal"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model, {"batch_size": 8}


def test_initial_weights_are_those_that_keras_draws() -> None:
    work = job(lstm_study(build=layers_of_many_kinds, baseline={}), 5)
    builts = [build() for build in work.builds]
    found = Initial(builts[0], builts[1]).states(work.seeds)
    for place, built in enumerate(builts):
        expected = jax.tree.leaves(state_of(built.model))
        for value, reference in zip(jax.tree.leaves(found), expected, strict=True):
            np.testing.assert_allclose(value[place], reference, rtol=1e-6, atol=1e-7)


def drawing_itself(trial: Any, data: Splits) -> Any:
    model, fit = build_dense(trial, data)
    model.layers[0].kernel.assign(np.random.normal(size=(3, 4)))
    return model, fit


def loading_weights(trial: Any, data: Splits) -> Any:
    model, fit = build_dense(trial, data)
    model.layers[0].kernel.assign(model.layers[0].kernel * 2)
    return model, fit


@pytest.mark.parametrize("build", [drawing_itself, loading_weights])
def test_weights_of_another_origin_are_made_by_building_every_model(
    build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectorized, "_FEW", 0)
    work = job(dense_study(build=build), 3)
    with pytest.raises(UnknownOriginError):
        Initial(work.builds[0](), work.builds[1]())
    found = vectorized.train(work, quiet)
    monkeypatch.setattr(vectorized, "_FEW", 99)
    expected = vectorized.train(work, quiet)
    assert [one.scores for one in found] == [one.scores for one in expected]


def test_many_seeds_build_two_models_only(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def build(trial: Any, data: Splits) -> Any:
        built.append(1)
        return build_dense(trial, data)

    monkeypatch.setattr(vectorized, "_FEW", 2)
    work = job(dense_study(build=build), 6)
    found = vectorized.train(work, quiet)
    assert len(built) == 2
    monkeypatch.setattr(vectorized, "_FEW", 99)
    expected = vectorized.train(work, quiet)
    assert len(built) == 8
    for one, other in zip(found, expected, strict=True):
        assert one.scores == pytest.approx(dict(other.scores), rel=1e-5)


def penalised(trial: Any, data: Splits) -> Any:
    """What may differ between trials that share a program."""
    penalty = keras.regularizers.L2(trial.suggest_float("penalty", 1e-4, 1e-1))
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, "tanh", kernel_regularizer=penalty),
            keras.layers.Dropout(trial.suggest_float("dropout", 0.0, 0.9)),
            keras.layers.Dense(1),
        ]
    )
    optimizer = keras.optimizers.Adam(
        trial.suggest_float("learning_rate", 1e-3, 1e-1), beta_1=trial.suggest_float("beta_1", 0.8, 0.99)
    )
    model.compile(optimizer, "mse")
    return model, {"batch_size": 32}


TRIALS = [
    {"penalty": 0.01, "dropout": 0.2, "learning_rate": 0.01, "beta_1": 0.9},
    {"penalty": 0.03, "dropout": 0.35, "learning_rate": 0.03, "beta_1": 0.95},
]


def test_trials_that_differ_in_numbers_share_a_program() -> None:
    study = dense_study(build=penalised, baseline=TRIALS[0])
    cache.forget()
    vectorized.train(job(study, 2, **TRIALS[0]), quiet)
    programs = set(cache._compiled)
    (one, other) = vectorized.train(job(study, 2, **TRIALS[1]), quiet)
    assert set(cache._compiled) == programs
    expected = fit.train(job(study, 2, **TRIALS[1]), quiet)
    for found, reference in zip((one, other), expected, strict=True):
        assert found.scores == pytest.approx(dict(reference.scores), rel=1e-4)


def test_trials_can_share_even_a_group() -> None:
    study = dense_study(build=penalised, baseline=TRIALS[0])
    jobs = [job(study, 2, **values) for values in TRIALS]
    together = replace(jobs[0], builds=jobs[0].builds + jobs[1].builds, seeds=())
    found = vectorized.train(together, quiet)
    expected = [outcome for one in jobs for outcome in vectorized.train(one, quiet)]
    assert len({outcome.scores["validation"] for outcome in found}) == 4
    for one, other in zip(found, expected, strict=True):
        assert one.scores == pytest.approx(dict(other.scores), rel=1e-5)


def test_a_group_that_does_not_fit_into_the_memory_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    work = job(lstm_study(), 8)
    cache.forget()
    expected = vectorized.train(work, quiet)
    most = max(map(cache.needed_memory, cache._compiled.values()))
    cache.forget()
    monkeypatch.setattr(memory, "free_bytes", lambda: int(0.8 * most))
    notes: list[str] = []
    session = vectorized.Session(work, notes.append)
    assert session.size == 8
    shares: list[float] = []
    found = session.train(range(8), shares.append)
    assert session.size < 8
    assert set(notes) == {vectorized._SMALLER} and "did not fit into the memory together" in notes[0]
    assert shares == sorted(shares)
    for one, other in zip(found, expected, strict=True):
        assert one.scores == pytest.approx(dict(other.scores), rel=1e-4)


def test_a_smaller_group_shares_the_program_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """And computes what it would with a program of its own, bit for bit."""
    devices = len(jax.local_devices())
    monkeypatch.setattr(vectorized, "_MOST_ON_A_CPU", devices)
    work = job(lstm_study(), 2 * devices + 1)  # on two devices groups of 2, 2 and 1
    cache.forget()
    found = vectorized.train(work, quiet)
    assert [key[0][0] for key in cache._compiled].count("advance") == 1
    last = len(found) - 1
    (alone,) = vectorized.train(work.only([last]), quiet)
    assert (found[last].scores, found[last].history) == (alone.scores, alone.history)
    for one, other in zip(found[last].weights, alone.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_all_cores_need_is_counted() -> None:
    devices = jax.local_devices()

    def needed(count: int) -> int:
        """Bytes that a function of 4 seeds for each core needs on so many of the cores."""
        mesh = Mesh(np.asarray(devices[:count]), ("seeds",))
        by_seed = NamedSharding(mesh, PartitionSpec("seeds"))
        x = jax.device_put(np.zeros((4 * len(devices), 1000), "float32"), by_seed)
        spread = jax.shard_map(
            lambda x: jnp.sort(jnp.sin(x)[..., None] * jnp.ones(64)).cumsum(1),
            mesh=mesh,
            in_specs=by_seed.spec,
            out_specs=by_seed.spec,
        )
        return cache.needed_memory(jax.jit(spread).lower(x).compile())

    outputs = 4 * len(devices) * 1000 * 64 * 4
    assert needed(1) > outputs
    assert needed(len(devices)) == pytest.approx(needed(1), rel=0.05)


def test_what_fits_in_no_size_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.forget()
    monkeypatch.setattr(memory, "free_bytes", lambda: 1)
    with pytest.raises(MemoryError, match="a program needs"):
        vectorized.train(job(lstm_study(), 2), quiet)


def test_large_products_make_small_groups() -> None:
    def wide(units: int, trial: Any, data: Splits) -> Any:
        dense = keras.layers.Dense
        model = keras.Sequential([keras.Input((3,)), dense(units), dense(units), dense(1)])
        model.compile("sgd", "mse")
        return model, {"batch_size": 32}

    def size(units: int) -> int:
        study = dense_study(build=partial(wide, units))
        return vectorized.Session(job(study, 6 * len(jax.local_devices()))).size

    devices = len(jax.local_devices())
    assert size(50) == 6 * devices
    assert size(150) == 3 * devices  # a few on each core, where one does not fill it
    assert size(500) == devices


@pytest.mark.parametrize(("averages", "programs"), [(False, 2), (True, 3)])
def test_only_an_optimizer_that_averages_weights_has_a_program_for_them(
    averages: bool, programs: int
) -> None:
    def build(trial: Any, data: Splits) -> Any:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1, use_ema=averages), "mse")
        return model, {"batch_size": 8}

    work = job(dense_study(build=build), 2)
    cache.forget()
    found = vectorized.train(work, quiet)
    assert len(cache._compiled) == programs
    for one, reference in zip(found, fit.train(work, quiet), strict=True):
        assert one.scores == pytest.approx(dict(reference.scores), rel=1e-5)


def test_predictions_do_not_make_groups_small() -> None:
    """They come in larger batches than training does, once."""

    def build(trial: Any, data: Splits) -> Any:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(300), keras.layers.Dense(300)])
        model.compile("sgd", "mse")
        return model, {"batch_size": 2}

    x = np.zeros((1000, 3), "float32")
    data = Splits(*((x, np.zeros((1000, 300), "float32")),) * 3)
    assert vectorized.Session(job(dense_study(build=build, data=data), 12)).size == 12


def test_no_call_lasts_much_longer_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training, validation and prediction come in pieces, and Ctrl-C is heard between them."""
    monkeypatch.setattr(Pace, "seconds", 0.001)
    x = np.random.default_rng(0).normal(size=(6000, 3)).astype("float32")
    data = Splits((x, x[:, :1]), (x, x[:, :1]), (x, x[:, :1]))
    work = job(dense_study(data=data, epochs=3), 2)
    vectorized.train(work, quiet)  # compiles
    times: list[float] = []
    real = Pace.measure

    def measure(self: Pace, units: int) -> Any:
        times.append(time.perf_counter())
        return real(self, units)

    monkeypatch.setattr(Pace, "measure", measure)
    shares: list[float] = []
    vectorized.train(work, shares.append)
    assert len(times) > 20
    assert len(shares) > 6

    def interrupt(share: float) -> None:
        if 0 < share < 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vectorized.train(work, interrupt)


def test_pieces_give_the_same_numbers_as_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    work = job(lstm_study(epochs=5), 3)
    expected = vectorized.train(work, quiet)
    monkeypatch.setattr(Pace, "seconds", 1e-9)  # one batch a call
    found = vectorized.train(work, quiet)
    assert [one.scores for one in found] == [one.scores for one in expected]
    assert [one.history for one in found] == [one.history for one in expected]


def test_data_that_are_fixed_are_not_copied_for_every_seed() -> None:
    session = vectorized.Session(job(dense_study(data=splits()), 4))
    members = session._members(range(4))
    assert members.data["train"][0].shape == (64, 3)
