"""What the crossing of the streams has found, as files and for other programs."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from tuner.decomposition import NAMES, Decomposition
from tuner.figures.saving import png
from tuner.figures.style import figure_style, new_figure
from tuner.figures.variance import deviations, draw_deviations, share_range, share_text
from tuner.files import write_whole
from tuner.report.formats import NONE, axis_label, clean, decimals_at, interval, metric_name, percent, score
from tuner.stats.variance import Source

_ROW = 0.5  # inches for one stream


def variance_rows(found: Decomposition) -> Iterator[tuple[str, ...]]:
    """Rows of text: stream, runs, standard deviation and share, either with its interval."""
    together = found.shares.together
    decimals = decimals_at(together.std / 10, found.size) if together.std > 0.0 else None
    for source in (*found.shares.sources, together):
        runs = str(source.n) + (f" ({source.failures} failed)" if source.failures else "")
        yield (
            NAMES.get(source.name, source.name),
            runs,
            score(source.std, _shown(source.std, decimals)),
            _ends(source, decimals),
            _share(source.share),
            _share_ends(source),
        )


def variance_headers(found: Decomposition) -> tuple[str, ...]:
    """The headers of those rows."""
    level = percent(found.setup.level)
    return ("varied", "runs", "std", f"{level} interval", "share of variance", f"{level} interval")


def variance_summary(found: Decomposition) -> dict[str, Any]:
    """The answer for other programs; a number that does not exist is None."""
    setup = found.setup
    return {
        "study": setup.study,
        "configuration": setup.configuration,
        "params": dict(setup.params),
        "metric": setup.metric,
        "direction": setup.direction,
        "split": setup.split,
        "engine": setup.engine,
        "backend": setup.backend,
        "seed": setup.seed,
        "repeats": setup.repeats,
        "settings": setup.settings,
        "level": setup.level,
        "streams": [_source(found, source) for source in found.shares.sources],
        "together": _source(found, found.shares.together),
        "sum_of_shares": _number(found.shares.sum_of_shares),
        "runs": len(found.runs),
        "notes": list(found.notes),
        "seconds": found.seconds,
    }


def variance_frame(found: Decomposition) -> pd.DataFrame:
    """One row a run: what varied, the setting of the rest, the index of every stream, status and score."""
    rows = [
        {
            "varied": run.varied,
            "setting": run.setting,
            **{f"{stream}_index": index for stream, index in run.indices.items()},
            "split": found.setup.split,
            "status": run.status,
            "score": run.score,
            "reason": clean(run.reason),
        }
        for run in found.runs
    ]
    return pd.DataFrame(rows)


def variance_markdown(found: Decomposition) -> str:
    """The table and the notes, as a page of Markdown."""
    setup = found.setup
    head = variance_headers(found)
    lines = [f"| {' | '.join(row)} |" for row in (head, *variance_rows(found))]
    rule = "|---|" + "---:|" * (len(head) - 1)
    title = f"Where the variance of {clean(setup.study)} comes from"
    what = (
        f"{setup.split} {metric_name(setup.metric)} of {clean(setup.configuration)}, {len(found.runs)} runs"
    )
    notes = "\n".join(f"- {note}" for note in found.notes)
    return "\n".join([f"# {title}", "", f"{what}.", "", lines[0], rule, *lines[1:], "", notes, ""])


def write_variance(found: Decomposition, folder: Path) -> Path:
    """Write variance.md, variance.csv and figures/variance.png into `folder`; gives the page's path."""
    write_whole(folder / "figures" / "variance.png", variance_picture(found))
    write_whole(folder / "variance.csv", variance_frame(found).to_csv(index=False, lineterminator="\n"))
    page = folder / "variance.md"
    write_whole(page, variance_markdown(found))
    return page


def variance_picture(found: Decomposition) -> bytes:
    """The figure as PNG; the same runs give the same bytes."""
    rows = deviations(found.shares, NAMES)
    with figure_style():
        figure, (ax,) = new_figure(0.9 + _ROW * len(rows))
        draw_deviations(ax, rows, label=axis_label(found.setup.metric, found.setup.split))
        return png(figure)


def variance_json(found: Decomposition) -> str:
    """The summary on one line."""
    return json.dumps(variance_summary(found), allow_nan=False, default=str)


def _source(found: Decomposition, source: Source) -> dict[str, Any]:
    return {
        "stream": source.name,
        "n": source.n,
        "failures": source.failures,
        "std": _number(source.std),
        "std_interval": [_number(source.interval.low), _number(source.interval.high)],
        "share": _number(source.share),
        "share_interval": [_number(source.share_interval.low), _number(source.share_interval.high)],
        "effect": found.effect(source),
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _ends(source: Source, decimals: int | None) -> str:
    if source.std == 0.0:
        return NONE
    return interval(source.interval.low, source.interval.high, _shown(source.interval.low, decimals))


def _shown(value: float, decimals: int | None) -> int | None:
    """The decimals, but for a value that they would show as next to nothing."""
    return None if decimals is None or value < 10.0**-decimals else decimals


def _share(value: float) -> str:
    return share_text(value) if math.isfinite(value) else NONE


def _share_ends(source: Source) -> str:
    low, high = source.share_interval.low, source.share_interval.high
    known = source.std > 0.0 and math.isfinite(low)
    return share_range(low, high) if known else NONE
