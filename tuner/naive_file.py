"""The scores of naive forecasts in a run folder: <run folder>/ledger/naive.json."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuner.checked import read_json, write_json
from tuner.errors import LedgerError
from tuner.naive import LARGEST, NAMES
from tuner.records import NaiveScores


def write_naive(folder: Path, scores: NaiveScores | None) -> None:
    """Store the scores of the naive forecasts; None where the study names none."""
    if scores is None:
        _path(folder).unlink(missing_ok=True)
    else:
        write_json(_path(folder), scores)


def read_naive(folder: Path) -> NaiveScores | None:
    """The scores of the naive forecasts; None where the study names none, or nobody stored them.

    Raises: LedgerError where the file is damaged or holds something else.
    """
    path = _path(folder)
    if not path.exists():
        return None
    content = read_json(path, "delete it to go on without the naive forecasts")
    try:
        return _scores(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LedgerError(f"{path}: holds no scores of naive forecasts ({error}); delete it") from None


def _path(folder: Path) -> Path:
    return folder / "ledger" / "naive.json"


def _scores(content: Mapping[str, Any]) -> NaiveScores:
    own = content["own"]
    if not isinstance(own, bool):
        raise ValueError("it does not say whether every seed has its own")
    test, validation = (_by_name(content[split]) for split in ("test", "validation"))
    lengths = {len(scores) for found in (test, validation) for scores in found.values()}
    if list(test) != list(validation) or len(lengths) > 1 or not (own or lengths <= {1}):
        raise ValueError("scores are missing")
    every = [score for found in (test, validation) for scores in found.values() for score in scores]
    if not own and not all(map(math.isfinite, every)):
        raise ValueError("a score is not finite")
    reasons = {_known(name): str(reason) for name, reason in content["reasons"].items()}
    return NaiveScores(test, validation, own, reasons, str(content["remark"]))


def _by_name(found: Any) -> dict[str, tuple[float, ...]]:
    return {_known(name): tuple(map(_number, scores)) for name, scores in found.items()}


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"{name[:40]!r} is no forecast that is known")
    return name


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > LARGEST:
        raise ValueError("a score is no number, or too large")
    return float(value)
