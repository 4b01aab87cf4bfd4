"""The run folder: who may continue it, and how it starts over."""

from dataclasses import replace
from pathlib import Path

from tuner.errors import LedgerError
from tuner.ledger import Ledger, slug
from tuner.records import Setup

# The figures of a report, which nothing here imports; others in their folder are not tuner's.
FIGURES = (
    "scores",
    "differences",
    "pairs",
    "growth",
    "learning_curves",
    "forecasts",
    "predicted",
    "confusion",
    "search_history",
    "hyperparameter_importance",
    "slices",
    "parallel_coordinates",
    "optimism",
    "tuning_curve",
    "timeline",
)

# What tuner writes into a run folder; nothing else in it is ever deleted.
# The last one tells that the folder is tuner's.
_OWN = (
    "report.html",
    "report.md",
    "table.tex",
    "scores.csv",
    "summary.json",
    "study.db",
    *(f"figures/{name}.png" for name in FIGURES),
    "ledger/*/*.json",
    "ledger/*/*.npy",
    "ledger/*/*.npz",
    "ledger/naive.json",
    "ledger/shown.json",
    "ledger/shown-*.png",
    "run.json",
)

# Settings that determine the numbers: a folder is continued only where they agree.
_FIXED = {
    "study": "the study's name",
    "source": "the study's code or its options",
    "data": "the data",
    "metric": "the metric",
    "direction": "the direction",
    "epochs": "the number of epochs",
    "seed": "the study's seed",
    "objective": "the objective",
    "sampler": "the sampler",
    "pruner": "the pruner",
    "search_repeats": "the number of search seeds",
    "most_search_repeats": "the largest number of search seeds",
    "paired": "whether the data vary with the seed",
    "margin": "the margin",
    "level": "the level",
    "series": "whether the examples are those of a series",
    "engine": "the engine",
    "backend": "the backend",
}
_OF_THE_SEARCH = ("objective", "sampler", "pruner", "search_repeats", "most_search_repeats")


def run_folder(study: str, output: str | Path | None = None) -> Path:
    """Where the runs of a study are kept: in `output`, or under reports/ by its name.

    >>> run_folder("sine sum").parent.name
    'reports'
    """
    return Path(output) if output else Path("reports") / slug(study)


def is_ours(folder: Path) -> bool:
    """Whether a folder is one that tuner made."""
    return (folder / "run.json").exists()


def clear(folder: Path) -> None:
    """Delete what tuner wrote into a run folder; any other folder is left alone."""
    if not is_ours(folder):
        return
    for pattern in _OWN:
        for path in folder.glob(pattern):
            path.unlink()


def claim(ledger: Ledger, now: Setup) -> Setup:
    """The setup to go on with in the folder of a ledger.

    Trials, repeats and finalists may grow; fewer repeats than are stored keep those that are stored.

    Raises: LedgerError where something that determines the numbers has changed.
    """
    before, folder = ledger.read_setup(), ledger.folder
    if before is None:
        if ledger.groups:
            raise LedgerError(
                f"{folder}: holds runs but no run.json that says what made them; use another folder"
            )
        return now
    for name, words in _FIXED.items():
        was, is_now = getattr(before, name), getattr(now, name)
        if was != is_now and (name not in _OF_THE_SEARCH or before.trials or now.trials):
            what = f"{words} changed since this run began"
            if name not in ("source", "data"):
                what += f" (it was {was!r}, now it is {is_now!r})"
            raise LedgerError(f"{folder}: {what}; use --fresh to start over, or --output for another folder")
    return replace(
        now,
        repeats=max(before.repeats, now.repeats),
        seconds=before.seconds,
        identity=before.identity,
        looks=before.looks,
        fallbacks=before.fallbacks,
    )
