"""The run folder: who may continue it, and how it starts over."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tuner.changes import Change, changes, windows
from tuner.checked import DAMAGED
from tuner.errors import DamageError, LedgerError
from tuner.files import remove_leftovers
from tuner.ledger import Ledger, refuse_links, slug
from tuner.records import Setup, spent

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
    "train_sizes",
    "ensemble_sizes",
)

CHECKPOINTS, CHECKPOINT = "checkpoints", ".checkpoint"  # of groups in training; their folder, their suffix

# Of these only a run writes, and no report.
_OF_A_RUN = (
    "ledger/*/*.json",
    "ledger/*/*.npy",
    "ledger/*/*.npz",
    "ledger/naive.json",
    "ledger/ensembles.json",
    "ledger/shown.json",
    "ledger/shown-*.png",
    f"{CHECKPOINTS}/*{CHECKPOINT}",
    "run.json",
)

_TRIAL = "trial-"  # before the number of a configuration that was drawn
WORK, QUEUE = "work", "queue.log"  # where workers on the same machine meet; gone when the run is complete
_OF_WORKERS = (f"{WORK}/{QUEUE}", f"{WORK}/{QUEUE}.lock", f"{WORK}/files/*", f"{WORK}/worker-*.log")

# What tuner writes into a run folder; nothing else in it is ever deleted.
# The last one tells that the folder is tuner's.
_OWN = (
    "report.html",
    "report.md",
    "table.tex",
    "scores.csv",
    "train_sizes.csv",
    "ensemble_sizes.csv",
    "summary.json",
    "study.db",
    "study.db-journal",
    *(f"figures/{name}.png" for name in FIGURES),
    f"ledger/*/*{DAMAGED}",
    f"ledger/*{DAMAGED}",
    *_OF_A_RUN,
)


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
    """Delete what tuner wrote into a run folder; any other folder is left alone.

    Raises: LedgerError where a link in it leads elsewhere.
    """
    if not is_ours(folder):
        return
    refuse_links(folder)
    if (folder / "figures").is_symlink():
        raise LedgerError(f"{folder / 'figures'}: is a link out of the run folder; put a folder in its place")
    tidy(folder)
    for pattern in _OWN:
        for path in folder.glob(pattern):
            path.unlink()
    with suppress(OSError):  # it is not there, or there is something in it
        (folder / CHECKPOINTS).rmdir()


def tidy(folder: Path) -> None:
    """Delete what a killed run was about to write. Nobody else may be running in the folder."""
    remove_leftovers(folder, _OF_A_RUN)
    clear_work(folder)


def clear_work(folder: Path) -> None:
    """Delete what workers needed, and leave what else lies there."""
    for pattern in _OF_WORKERS:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    for place in (folder / WORK / "files", folder / WORK):
        with suppress(OSError):  # it is not there, or there is something in it
            place.rmdir()


def claim(ledger: Ledger, now: Setup, *, accept: bool = False) -> Setup:
    """The setup to go on with in the folder of a ledger.

    Trials, repeats and finalists may grow; fewer repeats than are stored keep those that are stored. Another
    number of trials under way at once is for those that have not been drawn, and told where it matters. With
    `accept` the study goes on although something that determines the numbers has changed, and says so.

    Raises: LedgerError where something has changed that is not accepted, or that cannot be.
    """
    folder, before = ledger.folder, _before(ledger, accept=accept)
    if before is None:
        if not ledger.groups:
            return now
        if not accept:
            raise LedgerError(
                f"{folder}: holds runs but no run.json that says what made them; keep them with"
                " --accept-changes, or use another folder"
            )
        return replace(now, changes=(_accepted(ledger, "it is no longer known what made these"),))
    found = changes(before, now)
    _check(folder, found, accept=accept)
    told = "; ".join(change.text for change in found)
    more = (_accepted(ledger, f"this changed: {told}"),) if found else ()
    return replace(
        now,
        windows=windows(before, now, _drawn(ledger)),
        repeats=max(before.repeats, now.repeats),
        seconds=spent(before, ledger.groups),
        identity=before.identity,
        looks=before.looks,
        fallbacks=before.fallbacks,
        changes=(*before.changes, *more),
    )


def _drawn(ledger: Ledger) -> int:
    """How many trials have been drawn, by the last one that has a group."""
    names = {group.configuration.name for group in ledger.groups if group.phase == "search"}
    numbers = [int(name.removeprefix(_TRIAL)) for name in names if re.fullmatch(rf"{_TRIAL}\d{{1,9}}", name)]
    return max(numbers, default=-1) + 1


def _before(ledger: Ledger, *, accept: bool) -> Setup | None:
    """What the folder was made with; None where it is new, or where that is lost and need not be known."""
    try:
        return ledger.read_setup()
    except DamageError:
        if not accept:
            raise
        return None


def _check(folder: Path, found: Sequence[Change], *, accept: bool) -> None:
    over = "start over with --fresh, or use another folder with --output"
    never = [change.text for change in found if not change.acceptable]
    if never:
        raise LedgerError(f"{folder}: its runs were made with something else: {'; '.join(never)}; {over}")
    if found and not accept:
        told = "; ".join(change.text for change in found)
        raise LedgerError(
            f"{folder}: changed since this run began: {told}; go on with --accept-changes, {over}"
        )


def _accepted(ledger: Ledger, what: str) -> str:
    """What the reader of a report must know."""
    return (
        f"Continued on {time.strftime('%Y-%m-%d')} with {len(ledger.runs):,} runs stored, although {what}."
        " Runs of before and after are compared as if they were alike"
    )
