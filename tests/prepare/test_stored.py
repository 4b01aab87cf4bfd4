"""Every step as JSON: bit for bit there and back, and nothing else is read."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.prepare.samples import SERIES, fitted
from tuner.errors import PreparationError
from tuner.prepare import Chain, Log, Normalize, Preparation, Standardize, Step, from_dict, load

ALL = fitted()


def plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(type(key) is str and plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value) in (int, float, str)


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.kind)
def test_json_there_and_back(step: Step, tmp_path: Path) -> None:
    content = step.to_dict()
    assert plain(content) and content["kind"] == step.kind and content["version"] == 1
    again = json.loads(json.dumps(content, allow_nan=False))
    assert from_dict(again) == type(step).from_dict(again) == step
    assert hash(step) == hash(from_dict(again))
    step.save(tmp_path / "deep" / "step.json")
    assert load(tmp_path / "deep" / "step.json") == type(step).load(tmp_path / "deep" / "step.json") == step
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["step.json"]


def test_the_form_on_disk_is_the_promised_one() -> None:
    assert Standardize().fit([1.0, 3.0]).to_dict() == {
        "kind": "standardize",
        "version": 1,
        "over": "feature",
        "mean": [2.0],
        "std": [1.0],
    }
    assert Chain(Log(0.5)).to_dict() == {
        "kind": "chain",
        "version": 1,
        "steps": [{"kind": "log", "version": 1, "offset": 0.5}],
    }
    assert {step.kind for step in ALL} == {
        *("normalize", "standardize", "standardize_windows", "label_encode", "one_hot", "pad", "windows"),
        *("difference", "seasonal_adjust", "log", "box_cox", "chain"),
    }


@given(mean=st.floats(allow_nan=False, allow_infinity=False), std=st.floats(5e-324, 1e308))
def test_floats_come_back_bit_for_bit(mean: float, std: float) -> None:
    step = Standardize(mean=(mean,), std=(std,))
    found = from_dict(json.loads(json.dumps(step.to_dict())))
    assert np.array(found.mean).tobytes() == np.array([mean]).tobytes()
    assert np.array(found.std).tobytes() == np.array([std]).tobytes()


def test_what_is_read_computes_the_same_bits(tmp_path: Path) -> None:
    for step in ALL:
        if not isinstance(step, Normalize | Standardize):
            continue
        step.save(tmp_path / "step.json")
        assert load(tmp_path / "step.json").transform(SERIES).tobytes() == step.transform(SERIES).tobytes()


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.kind)
def test_every_key_is_needed_and_no_other_is_known(step: Step) -> None:
    content = step.to_dict()
    for key in content:
        with pytest.raises(PreparationError):
            from_dict({name: value for name, value in content.items() if name != key})
    with pytest.raises(PreparationError, match=f"{step.kind}: the key 'more' is unknown"):
        from_dict({**content, "more": 1})


WRONG = (
    True,
    float("nan"),
    float("inf"),
    -1,
    0,
    1.5,
    "x",
    "",
    [],
    [[]],
    [None],
    {},
    {"a": 1},
    [[1], [1, 2]],
    None,
)


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.kind)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_wrong_values_are_refused_in_one_line_or_make_a_step_that_is_what_it_says(
    step: Step, wrong: Any
) -> None:
    for key in step.to_dict():
        content = {**step.to_dict(), key: wrong}
        try:
            found = from_dict(content)
        except PreparationError as error:
            assert "\n" not in str(error) and len(str(error)) < 400
        else:
            assert found.to_dict() == content and plain(found.to_dict())


EMPTY = '{"kind": "chain", "version": 1, "steps": []}'
HOSTILE = {
    "no JSON": "kind: log",
    "nothing": "",
    "NaN": '{"kind": "log", "version": 1, "offset": NaN}',
    "infinity": '{"kind": "log", "version": 1, "offset": -Infinity}',
    "too large a float": '{"kind": "log", "version": 1, "offset": 1e999}',
    "too large an int": '{"kind": "log", "version": 1, "offset": 1' + "0" * 400 + "}",
    "an int of many digits": '{"kind": "log", "version": 1, "offset": 1' + "0" * 5000 + "}",
    "a number as text": '{"kind": "log", "version": 1, "offset": "1"}',
    "a truth": '{"kind": "log", "version": 1, "offset": true}',
    "null": '{"kind": "log", "version": 1, "offset": null}',
    "a later version": '{"kind": "log", "version": 2, "offset": 1}',
    "a version as a truth": '{"kind": "log", "version": true, "offset": 1}',
    "no version": '{"kind": "log", "offset": 1}',
    "another kind": '{"kind": "os.system", "version": 1}',
    "a kind that is a list": '{"kind": ["log"], "version": 1}',
    "no kind": '{"version": 1, "offset": 1}',
    "a list": "[]",
    "a key twice": '{"kind": "log", "version": 1, "offset": 1, "offset": 2}',
    "an unknown key": '{"kind": "log", "version": 1, "offset": 1, "__class__": "x"}',
    "a chain in a chain": '{"kind": "chain", "version": 1, "steps": [' + EMPTY + "]}",
    "steps that are a text": '{"kind": "chain", "version": 1, "steps": "log"}',
    "steps that are none": '{"kind": "chain", "version": 1, "steps": [1]}',
    "too deep": "[" * 100_000,
    "a half": '{"kind": "log", "ver',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_end_in_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "step.json"
    path.write_text(text)
    for read in (load, Log.load, Chain.load, Preparation.load):
        with pytest.raises(PreparationError) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 500 + len(str(path))


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("bytes", "none", "."):
        with pytest.raises(PreparationError, match=r"cannot be read|is no JSON"):
            load(tmp_path / name)
    with pytest.raises(PreparationError, match="cannot be written"):
        Log().save(tmp_path / "bytes" / "below")
    with pytest.raises(PreparationError, match="cannot be written"):
        Log().save(tmp_path)


def test_a_step_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    Log().save(tmp_path / "step.json")
    with pytest.raises(PreparationError, match="a record of kind 'standardize' is needed, this one is 'log'"):
        Standardize.load(tmp_path / "step.json")
