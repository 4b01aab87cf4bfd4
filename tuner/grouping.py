"""Which seeds of a configuration train together: planned in the ledger before any of them does."""

from tuner.errors import LedgerError
from tuner.ledger import Ledger, missing
from tuner.records import Configuration, Group, Phase, Run


def plan(
    ledger: Ledger, phase: Phase, configuration: Configuration, count: int, size: int
) -> tuple[Group, ...]:
    """Store which of the seeds 0..count-1 train together, in new groups of `size` at most.

    Returns: the groups of these seeds that have not trained.

    Raises: LedgerError where the ledger holds other values under the configuration's name.
    """
    for indices in missing(of_this(ledger, phase, configuration), count, size):
        ledger.write(Group(phase, configuration, indices))
    return tuple(
        group
        for group in ledger.of(phase, configuration.name)
        if not group.runs and group.seed_indices[0] < count
    )


def measured(ledger: Ledger, phase: Phase, configuration: Configuration, count: int) -> tuple[Run, ...]:
    """The runs of seeds 0..count-1 of a configuration that have ended."""
    groups = ledger.of(phase, configuration.name)
    return tuple(run for group in groups for run in group.runs if run.seed_index < count)


def of_this(ledger: Ledger, phase: Phase, configuration: Configuration) -> tuple[Group, ...]:
    """The groups of a configuration; those planned under other values, of which none has trained, are gone.

    Raises: LedgerError where the ledger holds runs of other values under its name.
    """
    groups = ledger.of(phase, configuration.name)
    others = [group for group in groups if group.configuration != configuration]
    if any(group.runs for group in others):
        raise LedgerError(
            f"{ledger.folder}: {configuration.name!r} has other values there than now;"
            " start over with --fresh, or give another folder with --output"
        )
    for group in others:
        ledger.forget(group)
    return tuple(group for group in groups if group not in others)
