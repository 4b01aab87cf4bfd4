"""A plan as files: its tables as CSV, its figures as PNG."""

from pathlib import Path

import pandas as pd

from tuner.figures.planning import DetectableCurve, draw_detectable, draw_standard_errors
from tuner.figures.saving import png
from tuner.figures.style import figure_style, new_figure
from tuner.files import write_whole
from tuner.planning import Outlook

_HEIGHT = 3.4  # inches


def write_plan(outlook: Outlook, folder: Path) -> tuple[Path, ...]:
    """Write detectable.csv and .png, and standard_error.csv and .png where there are runs; their paths."""
    curve = detectable_curve(outlook)
    files: dict[str, str | bytes] = {"detectable.csv": _csv(detectable_frame(curve))}
    growth = outlook.growth
    with figure_style():
        figure, (ax,) = new_figure(_HEIGHT)
        draw_detectable(ax, curve, label="score")
        files["detectable.png"] = png(figure)
        if growth is not None:
            frame = pd.DataFrame(
                {name: getattr(growth, name) for name in ("runs", "expected", "median", "low", "high")}
            )
            files["standard_error.csv"] = _csv(frame)
            figure, (ax,) = new_figure(_HEIGHT)
            draw_standard_errors(ax, growth, label="score")
            files["standard_error.png"] = png(figure)
    for name, content in files.items():
        write_whole(folder / name, content)
    return tuple(folder / name for name in files)


def detectable_curve(outlook: Outlook) -> DetectableCurve:
    """The numbers of the figure of detectable differences."""
    rows = outlook.detectable
    return DetectableCurve(
        tuple(row.repeats for row in rows),
        tuple(row.difference.value for row in rows),
        tuple(row.difference.low for row in rows),
        tuple(row.difference.high for row in rows),
    )


def detectable_frame(curve: DetectableCurve) -> pd.DataFrame:
    """Detectable differences as a table, one row a number of runs."""
    return pd.DataFrame(
        {"repeats": curve.repeats, "difference": curve.value, "low": curve.low, "high": curve.high}
    )


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")
