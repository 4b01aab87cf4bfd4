"""The benchmark of the engines times the published models, and computes what it says it computes."""

from collections import Counter

import jax
import pytest

from benchmarks.engines.profile import kind, own_times, shares
from benchmarks.engines.steady import Cell, Measurement, cells, lengths, measure
from benchmarks.engines.trainers import vectorized
from benchmarks.engines.workloads import WORKLOADS
from benchmarks.processes import NotTimedError

# As the sources of the systems give them, but for the first, which is 4 * 10 * (10 + 1 + 1) + 11.
PARAMETERS = {
    "tiny": 491,
    "echo": 3_860,
    "echo_32": 3_860,
    "damped_sine": 5_145,
    "cumulative_sum": 20_901,
    "sunspots": 19_009,
    "addition": 52_212,
    "encdec_sine": 23_136,
    "moving_square": 240_661,
}


def test_every_workload_is_tried() -> None:
    assert set(WORKLOADS) == set(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_model_is_the_published_one_and_fits_its_data(name: str) -> None:
    workload = WORKLOADS[name]
    data = workload.data()
    x, y = data.train
    made = []

    def build() -> None:
        made.append(workload.build(None, data))

    jax.eval_shape(build)  # traced only: no initial weights are computed
    ((model, arguments),) = made
    assert model.count_params() == PARAMETERS[name]
    assert len(x) == len(y) == workload.steps * arguments["batch_size"]
    assert model.output_shape[1:] == y.shape[1:]


def test_the_route_to_the_vectorized_engine_is_there() -> None:
    workload = WORKLOADS["tiny"]
    train = vectorized(workload, workload.data(), seeds=2)
    assert train(2) is None  # it raises where a seed is not complete


def test_what_a_training_pays_once_drops_out() -> None:
    cell = Cell("echo", "vectorized", 10)
    steps = WORKLOADS["echo"].steps

    def seconds(epochs: int) -> float:
        return 3.0 + 0.002 * epochs * steps * cell.seeds

    one = Measurement(cell, 1, 3, 12, seconds(3), seconds(12))
    assert one.milliseconds == pytest.approx(2.0)
    assert one.row()["contender"] == "vectorized"


@pytest.mark.parametrize("epoch", [0.0001, 0.03, 7.0])
def test_lengths_differ_by_the_seconds_asked_for(epoch: float) -> None:
    short, long = lengths(lambda epochs: 2.0 + epoch * epochs, target=4.0)
    assert 4.0 <= (long - short) * epoch * (1 + 1e-9) <= 4.0 + epoch
    assert 1 <= short <= max(1, (long - short) // 3)


def test_a_contender_that_fails_is_left_out_and_the_others_go_on() -> None:
    asked: list[tuple[str, int]] = []
    told: list[str] = []

    def seconds(cell: Cell, epochs: int) -> float:
        asked.append((cell.column, epochs))
        if cell.seeds == 5:
            raise NotTimedError("out of memory")
        return 1.0 + epochs

    done = list(measure(cells("tiny", (1, 5)), seconds, rounds=2, target=1.0, tell=told.append))
    order = ["TensorFlow fit", "JAX fit", "N = 1"]
    assert [(one.round, one.cell.column) for one in done] == [(k, name) for k in (1, 2) for name in order]
    assert {one.milliseconds for one in done} == {1000.0}
    assert asked.count(("N = 5", 1)) == 1 and "tiny, N = 5: out of memory" in told


def test_an_operation_counts_the_time_that_no_other_inside_it_takes() -> None:
    events = [("while", 0, 10), ("dot", 1, 4), ("copy", 2, 1), ("add_fusion", 6, 2), ("dot", 12, 3)]
    own: Counter[str] = Counter()
    for name, time in own_times(reversed(events)):
        own[name] += time
    assert own == {"while": 4, "dot": 6, "copy": 1, "add_fusion": 2}


def test_operations_are_of_a_kind() -> None:
    assert kind("dot.12") == kind("ynn_fusion.3") == "matrix products"
    assert kind("bitcast_dynamic-update-slice_fusion") == "keeping values for the gradient"
    assert kind("slice_tanh_fusion.1") == kind("wrapped_add") == "element by element"
    assert kind("copy.4") == "copies and slices"
    assert sum(shares(Counter({"dot.1": 3.0, "copy": 1.0, "unheard": 1.0})).values()) == pytest.approx(100)
