"""Addition: strings and codes of the source, exact chances, and inputs that are never trained on."""

import itertools
import math
import random
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StudyError
from tuner.problems import addition
from tuner.problems.addition import answers, codes, decode, encode, questions, random_terms


def test_the_first_pair_of_the_source() -> None:
    rng = random.Random(1)  # the source's seed(1)
    numbers = np.array([[rng.randint(1, 10) for _ in range(2)]])
    assert numbers.tolist() == [[3, 10]]
    question, answer = questions(numbers, 10), answers(numbers, 10)
    assert (question, answer) == ([" 3+10"], ["13"])
    assert codes(question).tolist() == [[11, 3, 10, 1, 0]]
    assert codes(answer).tolist() == [[1, 3]]
    assert encode(question).shape == (1, 5, 12)
    assert (decode(encode(question)), decode(encode(answer))) == (question, answer)


@pytest.mark.parametrize("terms", [1, 2, 3, 5])
@pytest.mark.parametrize("largest", [1, 9, 10, 33, 99, 100, 1000])
def test_lengths_are_those_of_the_source_and_hold_every_sum(terms: int, largest: int) -> None:
    numbers = np.array([[largest] * terms, [1] * terms])
    digits = math.ceil(math.log10(largest + 1))
    assert {len(text) for text in questions(numbers, largest)} == {terms * digits + terms - 1}
    assert {len(text) for text in answers(numbers, largest)} == {math.ceil(math.log10(terms * (largest + 1)))}


def test_what_is_encoded_is_decoded_and_adds_up() -> None:
    data = addition(n_train=300, n_validation=1, n_test=1, terms=4, largest=250)
    asked, told = (decode(part) for part in data.train)
    for question, answer in zip(asked, told, strict=True):
        parts = question.split("+")
        assert len(parts) == 4 and sum(map(int, parts)) == int(answer)
        assert question == question.lstrip().rjust(15) and answer == answer.lstrip().rjust(len(answer))
    for part, strings in zip(data.train, (asked, told), strict=True):
        np.testing.assert_array_equal(encode(strings), part)


def test_probabilities_are_decoded_as_the_likeliest_characters() -> None:
    rng = np.random.default_rng(0)
    said = encode(["21", " 9"]) + 0.5 * rng.random((2, 2, 12))
    assert decode(said / said.sum(axis=-1, keepdims=True)) == ["21", " 9"]


def test_terms_are_uniform() -> None:
    numbers = random_terms(20_000, rng=np.random.default_rng(1))
    assert numbers.shape == (20_000, 3) and numbers.min() == 1
    for place in range(3):
        assert stats.chisquare(np.bincount(numbers[:, place])[1:]).pvalue > 1e-4
    assert len(np.bincount(numbers.ravel())) == 11


def test_the_majority_at_the_default_size() -> None:
    sums = [f"{sum(terms):2d}" for terms in itertools.product(range(1, 11), repeat=3)]
    each = [Counter(text[place] for text in sums).most_common(1)[0][1] / 1000 for place in (0, 1)]
    assert np.mean(each) == pytest.approx(0.3665)
    assert Counter(sums).most_common(1)[0][1] / 1000 == 0.075
    told = decode(addition(n_train=20_000, n_validation=1, n_test=1).train[1])
    assert Counter(told).most_common(1)[0][1] / len(told) == pytest.approx(0.075, abs=0.01)
    found = [Counter(text[place] for text in told).most_common(1)[0][1] / len(told) for place in (0, 1)]
    assert found == pytest.approx(each, abs=5 * 0.5 / np.sqrt(len(told)))


def inputs(split: tuple[np.ndarray, np.ndarray]) -> Counter[str]:
    return Counter(decode(split[0]))


def test_held_out_inputs_are_never_trained_on() -> None:
    data = addition(n_train=20_000, n_validation=250, n_test=50, held_out=True)
    train, validation, test = map(inputs, (data.train, data.validation, data.test))
    assert not (train.keys() & validation.keys() or train.keys() & test.keys())
    assert not validation.keys() & test.keys()
    assert len(validation) == 100 and set(validation.values()) == {
        2,
        3,
    }  # a tenth of 1,000, as equal as can be
    assert len(test) == 50
    assert len(train) == 850  # all others
    counts = np.array(list(train.values()))
    assert stats.chisquare(counts).pvalue > 1e-4


def test_by_default_the_test_inputs_were_trained_on() -> None:
    data = addition(n_train=20_000, n_validation=10, n_test=500)
    assert inputs(data.test).keys() <= inputs(data.train).keys()


def test_which_inputs_are_held_out_does_not_depend_on_the_size_of_the_train_split() -> None:
    small, large = (addition(n_train=n, n_validation=20, n_test=20, held_out=True) for n in (100, 2_000))
    assert inputs(small.test) == inputs(large.test)
    assert inputs(small.validation) == inputs(large.validation)


def test_held_out_of_more_inputs_than_can_be_listed() -> None:
    data = addition(n_train=2_000, n_validation=40, n_test=30, terms=4, largest=10_000, held_out=True)
    train, validation, test = map(inputs, (data.train, data.validation, data.test))
    assert (len(validation), len(test)) == (40, 30)
    assert not train.keys() & (validation.keys() | test.keys())
    terms = np.array([[int(part) for part in text.split("+")] for text in train])
    assert terms.min() >= 1 and terms.max() <= 10_000
    assert stats.kstest(terms.ravel(), stats.uniform(0.5, 10_000).cdf).pvalue > 1e-4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"terms": 0}, "addition: terms is 0; give 1 or more"),
        ({"largest": 0}, "addition: largest is 0; give 1 or more"),
        (
            {"terms": 2, "largest": 3, "held_out": True},
            "addition: 2 terms up to 3 make 9 inputs; some can be held out of 10 to 2**63 inputs",
        ),
        (
            {"terms": 19, "largest": 10, "held_out": True},
            f"addition: 19 terms up to 10 make {10**19} inputs; some can be held out of 10 to 2**63 inputs",
        ),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, int], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        addition(**change)
    assert str(caught.value) == words


def test_strings_that_cannot_be_encoded_are_refused() -> None:
    with pytest.raises(StudyError, match=r"strings of \[1, 2\] characters; fill them up to one length"):
        encode(["1", "12"])
    with pytest.raises(StudyError, match="the character '-' is none of"):
        encode(["1-2"])
