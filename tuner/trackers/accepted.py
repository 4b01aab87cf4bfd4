"""What MLflow accepts, old servers too: names, texts, and how much of them in one request."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from tuner.ledger import slug

LONGEST_NAME = 250
LONGEST_PARAM = 500
LONGEST_TAG = 5_000
_PARAMS_AT_ONCE = 100  # and as many tags
_METRICS_AT_ONCE = 800  # of 1,000 things in all


def name(wanted: str) -> str:
    """A name for a metric, a parameter or a tag: the wanted one, or letters of it and a hash.

    >>> name("units"), name("score/test"), name("a=b")[:4]
    ('units', 'score/test', 'a-b-')
    """
    allowed = re.fullmatch(rf"[A-Za-z0-9_][A-Za-z0-9_.\- /]{{0,{LONGEST_NAME - 1}}}", wanted)
    return wanted if allowed and posixpath.normpath(wanted) == wanted else slug(wanted) or "-"


def text(value: object, longest: int) -> str:
    """A value as text that databases can hold.

    >>> text(0.01, 10), text("very long text", 10)
    ('0.01', 'very long…')
    """
    told = str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return told if len(told) <= longest else told[: longest - 1] + "…"


def requests(
    metrics: Sequence[Any], params: Mapping[str, object], tags: Mapping[str, object]
) -> Iterator[dict[str, Sequence[Any]]]:
    """Metrics, parameters and tags as the arguments of as few `log_batch` as the limits allow."""
    from mlflow.entities import Param, RunTag

    values = [Param(name(key), text(value, LONGEST_PARAM)) for key, value in params.items()]
    texts = [RunTag(name(key), text(value, LONGEST_TAG)) for key, value in tags.items()]
    for some in zip_longest(
        _parts(metrics, _METRICS_AT_ONCE),
        _parts(values, _PARAMS_AT_ONCE),
        _parts(texts, _PARAMS_AT_ONCE),
        fillvalue=(),
    ):
        yield dict(zip(("metrics", "params", "tags"), some, strict=True))


def _parts(values: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
