"""The streams crossed: each moves only what it should, and nothing moves where all are fixed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tiny import Recorder, build_dense, dense_study, split, splits
from tuner.building import build, draws_in_training
from tuner.decomposition import Decomposition
from tuner.engines.base import Job
from tuner.errors import StudyError
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.seeds import STREAMS, Apart, Seed
from tuner.splits import Splits
from tuner.stats.variance import TOGETHER, Source
from tuner.study import Study
from tuner.trials import PinnedTrial
from tuner.variance import idle_streams, measure_variance, planned

FEW = {"repeats": 4, "settings": 1}


def varying(rng: np.random.Generator) -> Splits:
    """Examples that are drawn anew for every seed."""
    return Splits(*(split(64, int(rng.integers(1000))) for _ in range(3)))


def build_noisy(trial: Any, data: Splits) -> Any:
    """Two batches an epoch, and dropout."""
    import keras

    layers = [keras.layers.Dense(4, "tanh"), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(keras.optimizers.SGD(trial.suggest_float("learning_rate", 1e-3, 1e-1)), "mse")
    return model, {"batch_size": 32}


def noisy_study(**changes: Any) -> Study:
    return dense_study(build=build_noisy, **changes)


def by_name(found: Decomposition) -> dict[str, Source]:
    return {source.name: source for source in (*found.shares.sources, found.shares.together)}


def train(study: Study, apart: dict[int, Apart], engine: str = "auto") -> list[tuple[str, str]]:
    """What the runs of these seeds ended with, bit for bit."""
    runner = Repeats(study, engine=engine)
    training = runner.training("search", Configuration("one", study.baseline), tuple(apart), apart)
    runs = training.train(tuple(apart), lambda share: None)
    assert all(run.status == "complete" for run in runs)
    return [(repr(run.scores), repr(run.history)) for run in runs]


@pytest.mark.parametrize(
    ("study", "engine"),
    [(noisy_study(), "vectorized"), (noisy_study(), "fit"), (noisy_study(data=varying), "vectorized")],
    ids=["vectorized", "fit", "data"],
)
def test_fixing_all_streams_leaves_nothing(study: Study, engine: str) -> None:
    fixed: Apart = tuple((stream, 7) for stream in STREAMS)
    runs = train(study, {index: fixed for index in range(3)}, engine)
    assert len(set(runs)) == 1


def test_runs_apart_are_those_of_their_own_seeds() -> None:
    fixed: Apart = tuple((stream, 5) for stream in STREAMS)
    ((apart, _),) = train(noisy_study(), {0: fixed}, "fit")
    ((own, _),) = train(noisy_study(), {5: ()}, "fit")
    assert apart == own


def test_many_seeds_with_the_same_weights_have_them_all() -> None:
    """More seeds than are built one by one: their weights are made from two samples."""
    fixed: Apart = (("init", 3),)
    runs = train(dense_study(), {index: fixed if index < 2 else () for index in range(20)})
    alone = train(dense_study(), {index: () for index in (2, 3)})
    assert len(set(runs)) == 20
    loss = [float(history.split("(")[1].split(",")[0]) for _, history in (runs[2], runs[3], *alone)]
    assert loss[:2] == pytest.approx(loss[2:], rel=1e-5)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_moves_only_what_it_should(stream: str) -> None:
    """Initial weights, order of examples, generators of dropout, data: what of them differs."""
    study = noisy_study(data=varying)
    seen = []
    for index in (0, 1):
        seed = Seed(0, "search", "", 0, ((stream, index),))
        data = study.splits(None, seed.generator("data"))
        built = build(study, study.build, PinnedTrial(study.baseline), data, seed)
        generators = [v for v in built.model.non_trainable_variables if v.name == "seed_generator_state"]
        seen.append(
            {
                "init": [np.asarray(weight.value) for weight in built.model.trainable_variables],
                "order": [np.array(built.seed.integer("order"))],
                "dropout": [np.asarray(generator.value) for generator in generators],
                "data": [np.array(part) for part in built.splits.train],
            }
        )
    first, second = seen
    moved = {name for name in STREAMS if not all(map(np.array_equal, first[name], second[name]))}
    assert moved == {stream}


def test_every_stream_is_varied_alone(recorder: Recorder) -> None:
    found = measure_variance(noisy_study(), **FEW, reporter=recorder)
    sources = by_name(found)
    assert [source.n for source in sources.values()] == [4, 4, 4, 0, 4]
    assert all(sources[name].std > 0.0 for name in ("init", "order", "dropout", TOGETHER))
    assert set(found.idle) == {"data"}
    assert (sources["data"].std, sources["data"].share) == (0.0, 0.0)
    assert recorder.expected == [16] and recorder.trained == [("search", "baseline")]
    assert [
        len({run.indices["init"] for run in found.runs if run.varied == name}) for name in STREAMS[:3]
    ] == [
        4,
        1,
        1,
    ]


def test_a_stream_that_nothing_draws_from_is_named() -> None:
    def whole(trial: Any, data: Splits) -> Any:
        return build_dense(trial, data)[0], {"batch_size": 64, "shuffle": False}

    found = measure_variance(dense_study(build=whole), **FEW)
    sources = by_name(found)
    assert set(found.idle) == {"order", "dropout", "data"}
    assert [sources[name].std for name in found.idle] == [0.0, 0.0, 0.0]
    assert found.shares.sum_of_shares == sources["init"].share
    assert any(note.startswith("Data order: no effect, because build") for note in found.notes)
    assert len(found.runs) == 8


@pytest.mark.parametrize(
    ("study", "engine", "idle"),
    [
        (dense_study(), "vectorized", {"dropout", "data"}),
        (dense_study(data=varying), "vectorized", {"dropout"}),
        (noisy_study(data=varying), "fit", set()),
    ],
)
def test_what_is_sure_to_be_idle(study: Study, engine: str, idle: set[str]) -> None:
    seed = Seed(0, "search", "", 0)
    data = study.splits(None, seed.generator("data"))
    job = Job((lambda: build(study, study.build, PinnedTrial(study.baseline), data, seed),), None, ())  # type: ignore[arg-type]
    assert set(idle_streams(study, job, engine)) == idle


def test_runs_that_diverge_are_counted() -> None:
    found = measure_variance(dense_study(), **FEW, params={"learning_rate": 1e30})
    assert [source.failures for source in found.shares.sources] == [4, 4, 0, 0]
    assert {run.status for run in found.runs} == {"diverged"} and len(found.runs) == 12
    assert any("12 of 12 runs failed" in flag for flag in found.shares.flags)


def test_a_candidate_with_other_values() -> None:
    study = dense_study(candidates={"fast": {"learning_rate": 0.05}})
    found = measure_variance(study, **FEW, configuration="fast", split="test")
    assert found.setup.params == {"learning_rate": 0.05}
    assert (found.setup.configuration, found.setup.split) == ("fast", "test")
    own = measure_variance(study, **FEW, split="test", params={"learning_rate": 0.05})  # the baseline
    assert own.setup.params == found.setup.params
    assert [run.score for run in own.runs] == [run.score for run in found.runs]


def test_the_plan_gives_every_run_fresh_values() -> None:
    plan = planned(STREAMS, repeats=8, settings=2)
    assert [one.index for one in plan] == list(range(40))
    assert all(one.apart == () for one in plan if one.varied == TOGETHER)  # the runs that `evaluate` has
    whole = {one.index for one in plan if one.varied == TOGETHER}
    for stream in STREAMS:
        own = [one for one in plan if one.varied == stream]
        values = [one.indices[stream] for one in own]
        fixed = {one.setting: {one.indices[name] for name in STREAMS if name != stream} for one in own}
        assert len(set(values)) == 8
        assert [len(indices) for indices in fixed.values()] == [1, 1]
        assert whole.isdisjoint(values) and whole.isdisjoint(set.union(*fixed.values()))
        assert set.union(*fixed.values()).isdisjoint(values)


def built(build_model: Any) -> Any:
    study = dense_study(build=build_model)
    return build(study, build_model, PinnedTrial(study.baseline), splits(), Seed(0, "search", "", 0))


def test_whether_a_model_draws_in_training() -> None:
    import keras

    def of(*layers: Any) -> Any:
        def make(trial: Any, data: Splits) -> Any:
            model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            return model

        return built(make)

    recurrent = (keras.layers.Reshape((3, 1)), keras.layers.LSTM(2))
    assert not draws_in_training(of())
    assert draws_in_training(of(keras.layers.GaussianNoise(0.1)))
    assert not draws_in_training(of(*recurrent))


def test_a_model_with_a_step_of_its_own_is_taken_to_draw() -> None:
    import keras

    class Own(keras.Sequential):  # type: ignore[misc]
        def train_step(self, *arguments: Any) -> Any:
            return super().train_step(*arguments)

    def make(trial: Any, data: Splits) -> Any:
        noise = keras.layers.GaussianNoise(0.0)  # has a generator, and does not draw from it
        model = Own([keras.Input((3,)), keras.layers.Reshape((3, 1)), keras.layers.LSTM(2), noise])
        model.add(keras.layers.Dense(1))
        model.compile("sgd", "mse")
        return model

    assert draws_in_training(built(make))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"repeats": 7}, "repeats is 7 with 2 settings; give 8 or more"),
        ({"settings": 0}, "settings is 0"),
        ({"split": "train"}, "split is 'train'"),
        ({"configuration": "mine"}, "no configuration 'mine' in the study; there is baseline"),
        ({"params": {"unitz": 1}}, "'unitz', which build never suggests"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        measure_variance(dense_study(), **options)


def test_a_study_whose_runs_all_fail_says_why(tmp_path: Path) -> None:
    calls: list[int] = []

    def fails(trial: Any, data: Splits) -> Any:
        calls.append(1)
        if len(calls) > 2:  # the checks before the training build as well
            raise RuntimeError("out of luck")
        return build_dense(trial, data)

    with pytest.raises(StudyError, match="out of luck"):
        measure_variance(dense_study(build=fails), **FEW, engine="fit")
