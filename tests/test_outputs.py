"""What networks answer, kept whole: means of outputs and of probabilities, and files of nothing else."""

import io
import zipfile

import numpy as np
import pytest
from scipy.special import expit, softmax

from tuner.answering import LOGITS
from tuner.outputs import (
    LABELS,
    MOST_BYTES,
    UNLIKE,
    Outputs,
    joined,
    of_ensemble,
    of_run,
    packed,
    picked,
    unpacked,
)

RNG = np.random.default_rng(0)
ANSWERS = RNG.normal(scale=3.0, size=(4, 6, 3)).astype("float32")


def test_regression_averages_what_is_answered_and_keeps_its_form() -> None:
    tree = {"a": ANSWERS, "b": (ANSWERS[..., 0],)}
    mean = of_ensemble(Outputs(tree), (0, 2))
    np.testing.assert_allclose(mean["a"], ANSWERS[[0, 2]].mean(axis=0), rtol=1e-6)
    assert mean["b"][0].shape == (6,) and mean["b"][0].dtype == np.float32


def test_classifiers_average_probabilities_also_where_they_answer_logits() -> None:
    several = of_ensemble(Outputs(ANSWERS, ("softmax",)), (0, 1, 3))
    mean = softmax(ANSWERS[[0, 1, 3]], axis=-1).mean(axis=0)
    np.testing.assert_allclose(softmax(several, axis=-1), mean, rtol=1e-5)
    two = of_ensemble(Outputs(ANSWERS, ("sigmoid",)), (1, 2))
    np.testing.assert_allclose(expit(two), expit(ANSWERS[[1, 2]]).mean(axis=0), rtol=1e-5)
    extreme = of_ensemble(Outputs(np.array([[[800.0]], [[-800.0]]]), ("sigmoid",)), (0, 1))
    assert extreme == pytest.approx(0.0, abs=1e-9)


def test_one_network_answers_bit_for_bit_what_it_answers() -> None:
    for logits in LOGITS:
        assert of_ensemble(Outputs(ANSWERS, (logits,)), (2,)).tobytes() == ANSWERS[2].tobytes()  # type: ignore[arg-type]


def test_labels_and_very_large_answers_are_not_kept_and_it_is_said_why() -> None:
    assert of_run(np.arange(5)).reason == LABELS
    assert "17 MiB, and up to 16 are kept" in of_run(np.zeros(MOST_BYTES // 4 + 1, "float32")).reason
    assert of_run(np.zeros((2, 1), "float64")).values.dtype == np.float64


def test_networks_are_joined_where_they_are_alike() -> None:
    parts = [of_run(answer) for answer in ANSWERS]
    np.testing.assert_array_equal(joined(parts).values, ANSWERS)
    assert joined([parts[0], of_run(ANSWERS[0][:3])]).reason == UNLIKE
    assert joined([parts[0], Outputs(reason="because")]).reason == "because"
    assert joined([]).networks == 0 and picked(Outputs(ANSWERS), [3, 1]).networks == 2


def test_what_is_packed_is_unpacked() -> None:
    content, plan = packed(Outputs({"a": ANSWERS, "b": (ANSWERS,)}, ("softmax", "")))
    again = unpacked(content, plan, "softmax,", 4)
    assert again.logits == ("softmax", "")
    np.testing.assert_array_equal(again.values["b"][0], ANSWERS)
    assert packed(again)[0] == content


def bomb() -> bytes:
    """Few bytes that are very many when they are read."""
    buffer, array = io.BytesIO(), io.BytesIO()
    np.save(array, np.zeros((4, 12 * MOST_BYTES // 16), "float32"))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("values.0.npy", array.getvalue())
    return buffer.getvalue()


def saved(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "plan", "logits", "error"),
    [
        (b"no file", "", "", zipfile.BadZipFile),
        (saved(**{"values.0": ANSWERS}), "", "rm", ValueError),
        (saved(**{"values.0": ANSWERS}), "", "softmax,", ValueError),
        (saved(**{"values.0": ANSWERS}), ["", ""], "", ValueError),
        (saved(**{"values.0": ANSWERS[:3]}), "", "", ValueError),
        (saved(**{"values.0": np.zeros((4, 2), int)}), "", "", ValueError),
        (saved(**{"other": ANSWERS}), "", "", KeyError),
        (saved(**{"values.0": np.array([{}, 1, 2, 3], dtype=object)}), "", "", ValueError),
        (saved(), [], "", ValueError),
    ],
)
def test_what_holds_something_else_is_refused(
    content: bytes, plan: object, logits: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        unpacked(content, plan, logits, 4)


def test_a_small_file_that_is_very_large_is_not_read() -> None:
    content = bomb()
    assert len(content) < 1_000_000
    with pytest.raises(ValueError, match="larger than any"):
        unpacked(content, "", "", 1)
