"""The results table of studies/README.md, made from the files of studies/results and nothing else."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.published import ledger
from benchmarks.published.registry import ROWS
from benchmarks.published.row import Row, main
from benchmarks.published.tuning import tuned
from tuner.records import Direction
from tuner.skill import ordered
from tuner.stats import compare

BEGIN = (
    "<!-- made by `python -m benchmarks.published table`; everything down to the next mark is replaced -->"
)
END = "<!-- end of what `table` makes -->"

_HEAD = (
    "row",
    "system",
    "published",
    "naive forecasts",
    "here: mean (SD)",
    "range",
    "works when",
    "how many reach it",
    "after tuning",
    "reproduced?",
)
_KNOWN = {"configuration", "seed_index", "status", "score", "train_loss", "epochs", "seconds"}
_NOTHING = "not run"


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a folder: comment lines and runs by row."""

    folder: Path

    def head(self, name: str) -> dict[str, str]:
        return _read(self.folder / f"{name}.csv")[0]

    def runs(self, name: str) -> pd.DataFrame:
        return _read(self.folder / f"{name}.csv")[1]


@cache
def _read(path: Path) -> tuple[dict[str, str], pd.DataFrame]:
    return ledger.read(path)


def made(folder: Path) -> str:
    """The text between the two marks, for the results in a folder.

    Raises: ResultError where a file there is damaged.
    """
    _read.cache_clear()
    files = _Files(folder)
    parts = [_table(_HEAD, (_line(row, files) for row in ROWS.values()))]
    if notes := "\n".join(f"- {note}" for row in ROWS.values() for note in _notes(row, files)):
        parts.append(notes)
    further = [line for row in ROWS.values() if not row.of for line in _further(row, files)]
    if further:
        head = ("row", "configuration", "score", "mean (SD)", "range", "seeds")
        parts.append("### Further configurations and scores\n\n" + _table(head, further))
    parts.append(_provenance(files))
    return "\n\n".join(parts)


def replaced(text: str, table: str) -> str:
    """A README with the table between its marks.

    Raises: ResultError where the marks are missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ledger.ResultError("studies/README.md: has no marks for the table; put them back")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def _line(row: Row, files: _Files) -> tuple[str, ...]:
    """One row of the results table."""
    runs = files.runs(row.source)
    named = f"{row.published}", _naive(row, files)
    if not len(main(runs)) or (_scored(main(runs)) and row.column not in runs):
        return row.id, row.system, *named, _NOTHING, "", row.bar.words, "", _after(row, files), ""
    own = main(runs)
    reached, count, holds = row.bar.check(files.runs, row) if _scored(own) else (0, len(own), False)
    word = "yes" if holds else "no"
    return (
        row.id,
        row.system,
        *named,
        *_spread(own[row.column] if row.column in own else own["score"]),
        row.bar.words,
        f"{reached} of {count} {row.bar.counts}",
        _after(row, files),
        f"{word}, at a reduced size" if row.reduced else word,
    )


def _scored(runs: pd.DataFrame) -> bool:
    """Whether a run has a score: where all have failed, further scores are not there at all."""
    return bool((runs["status"] == "complete").any())


def _spread(scores: "pd.Series[float]") -> tuple[str, str]:
    """Mean (standard deviation), and range; runs without a score are counted."""
    known = scores.dropna()
    lost = len(scores) - len(known)
    if known.empty:
        return f"no score in {lost} seeds", ""
    deviation = f" ({_number(float(known.std()))})" if len(known) > 1 else ""
    failed = f", {lost} without a score" if lost else ""
    return f"{_number(float(known.mean()))}{deviation}{failed}", (
        f"{_number(float(known.min()))} to {_number(float(known.max()))}"
    )


def _naive(row: Row, files: _Files) -> str:
    """The naive forecasts in the metric of the row's score, and the verdict on the published configuration
    against the best of them; further scores have none."""
    if row.column != "score":
        return ""
    head = files.head(row.source)
    found = {
        key.removeprefix("naive "): float(value) for key, value in head.items() if key.startswith("naive ")
    }
    text = ", ".join(f"{name} {_number(value)}" for name, value in found.items())
    own = main(files.runs(row.source))
    if not found or not len(own):
        return text
    direction: Direction = "maximize" if head.get("direction") == "maximize" else "minimize"
    best = ordered(found, direction)[0]
    scores = own["score"].to_numpy()
    ahead = int((scores > found[best] if direction == "maximize" else scores < found[best]).sum())
    said = f"{text}; {ahead} of {len(scores)} seeds beat {best}"
    if len(set(scores)) == 1:  # seeds that are all alike have no spread that a verdict could rest on
        return said
    return f"{said}: {compare(scores, found[best], direction=direction).verdict}"


def _after(row: Row, files: _Files) -> str:
    """The verdict on the best configuration that a search found, with its mean and its goal."""
    if row.search is None:
        return "not searched"
    found = tuned(row, files.folder)
    if found is None:
        return _NOTHING
    best = found["finalists"][0]
    against = _number(found["baseline"]["mean"])
    size = f", {row.search.remark}" if row.search.remark else ""
    text = f"{best['verdict']}: {_number(best['mean'])} ({_number(best['std'])}) against {against}{size}"
    if naive := _against_naive(found, best):
        text += f"; {naive}"
    if found["goal"] is None or best["mean"] is None:
        return text
    sign = 1 if found["direction"] == "minimize" else -1
    reached = sign * best["mean"] <= sign * found["goal"]
    return f"{text}; goal {_number(found['goal'])} {'reached' if reached else 'missed'}"


def _against_naive(found: Mapping[str, Any], tuned: Mapping[str, Any]) -> str:
    """The verdict on a tuned configuration against the best naive forecast of its search."""
    naive = found.get("naive") or {}
    judged = naive.get("against_best", {}).get(tuned["configuration"])
    if judged is None:
        return ""
    best = naive["best"]
    verdict = judged["verdict"] if tuned["std"] else "no test, as all seeds are alike"
    return f"against {best} {_number(naive['test'][best])}: {verdict}"


def _notes(row: Row, files: _Files) -> Iterator[str]:
    """What is not as published, why a row is not reproduced, what the search found."""
    runs = files.runs(row.source)
    if row.reduced:
        yield f"{row.id}: reduced: {row.reduced}."
    if row.differs:
        yield f"{row.id}: not as in its source: {row.differs}."
    if row.reason and _scored(main(runs)) and not row.bar.check(files.runs, row)[2]:
        yield f"{row.id}: not reproduced, most likely because {row.reason}."
    found = None if row.search is None else tuned(row, files.folder)
    if row.search is not None and found is not None:
        values = ", ".join(
            f"{name} {_value(value)}" for name, value in found["finalists"][0]["params"].items()
        )
        yield f"{row.id} after tuning: {values}."


def _further(row: Row, files: _Files) -> Iterator[tuple[str, ...]]:
    """Scores of the other configurations, and the further scores of all."""
    runs = files.runs(row.id)
    metric = files.head(row.id).get("metric", "score")
    for name, found in runs.groupby("configuration", sort=False):
        for column in ("score", *(one for one in found.columns if one not in _KNOWN)):
            if (name, column) == (ledger.MAIN, row.column) or found[column].isna().all():
                continue
            label = metric if column == "score" else column
            seeds = int(found[column].notna().sum())
            yield row.id, str(name), f"`{label}`", *_spread(found[column]), str(seeds)


def _provenance(files: _Files) -> str:
    """When, with which versions and how long, from the files' own comment lines."""
    heads = [head for row in ROWS.values() if not row.of and (head := files.head(row.id))]
    if not heads:
        return "Nothing has been run yet."
    seconds = sum(float(head.get("seconds", 0)) for head in heads)
    kinds = sorted({_kind(head) for head in heads})
    dates = sorted({head.get("date", "") for head in heads})
    when = f"on {dates[0]}" if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}"
    made = f"{' and '.join(kinds)} {when}, {seconds / 60:.0f} minutes in all"
    return (
        f"Trained with {made}. Every run is in `results/`, with the command that made it in the first lines"
        " of its file."
    )


def _kind(head: dict[str, str]) -> str:
    return (
        f"Keras {head.get('keras')} on {head.get('backend')}"
        f" (JAX {head.get('jax')}, Python {head.get('python')}, engine `{head.get('engine')}`)"
    )


def _number(value: Any) -> str:
    """Three or four digits, in full where that is readable; a dash where there is no number.

    >>> _number(0.02199), _number(213.694), _number(1.0), _number(2.5e-7), _number(16276.4)
    ('.0220', '213.7', '1', '2.5e-07', '16,276')
    """
    if value is None or not math.isfinite(value):
        return "-"
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    if value and abs(value) < 1e-4:
        return f"{value:.2g}"
    if abs(value) < 1:
        text = f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"
        return text.replace("0.", ".", 1) if value else "0"
    return f"{value:.4g}"


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(head: Sequence[str], rows: Any) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
