"""The files of `studies/results`: one run a line, below comment lines that say how they were made.

A file is written whole after every group of seeds, so that an interruption loses one group, and the same
command goes on from there.
"""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

MAIN = "published"  # the name of the published configuration
_FIRST = ("configuration", "seed_index", "status", "score", "train_loss", "epochs", "seconds")


class ResultError(Exception):
    """A file of results that cannot be used; the message is one line for the user."""


def write(path: Path, head: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
    """Write comment lines `# key: value` and the rows as CSV, whole or not at all."""
    text = io.StringIO()
    for key, value in head.items():
        text.write(f"# {key}: {value}\n")
    further = dict.fromkeys(name for row in rows for name in row if name not in _FIRST)
    known = {name for row in rows for name in row}
    writer = csv.DictWriter(
        text, [*(name for name in _FIRST if name in known), *further], restval="", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    write_text(path, text.getvalue())


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def _cell(value: object) -> object:
    """Nothing for a number that there is not."""
    return "" if isinstance(value, float) and math.isnan(value) else value


def read(path: Path) -> tuple[dict[str, str], pd.DataFrame]:
    """The comment lines and the runs of a file; both empty where there is none.

    Raises: ResultError where the file is no file of results.
    """
    if not path.exists():
        return {}, pd.DataFrame(columns=list(_FIRST))
    lines = path.read_text("utf-8").splitlines()
    pairs = [line[1:].partition(":") for line in lines if line.startswith("#")]
    head = {key.strip(): value.strip() for key, _, value in pairs}
    body = "\n".join(line for line in lines if not line.startswith("#"))
    kinds = {"configuration": str, "status": str}
    runs = pd.read_csv(io.StringIO(body), dtype=kinds, float_precision="round_trip")
    if missing := {"configuration", "seed_index", "status", "score"} - set(runs.columns):
        raise ResultError(f"{path}: has no column {min(missing)!r}; delete it and train again")
    return head, runs
