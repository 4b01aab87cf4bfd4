"""What must be known beside the answer: what is stored, and has no part in it."""

from collections.abc import Iterator

import numpy as np

from tuner.deploy.bundle import Bundle
from tuner.deploy.gaps import gap_words
from tuner.deploy.monitoring.forecasting import Examples, known_before, updated_until
from tuner.deploy.monitoring.store import Store
from tuner.deploy.monitoring.watched import Monitoring
from tuner.report.formats import count


def notes_of(found: Monitoring, store: Store, examples: Examples, bundle: Bundle) -> Iterator[str]:
    """Sentences on the rows of a store, and on what the model in use, that of the bundle, makes of them."""
    layout, current = store.layout, found.current
    if store.torn:
        yield "the last line of what was stored was cut and counts as never written; give its file again"
    if layout is not None and layout.series and found.rows and not examples.moments:
        yield f"the model reads {layout.steps} rows before it can forecast, and there are {found.rows}"
    if learned := _observed(examples, known_before(examples, bundle)):
        yield f"left out: {learned} that the model in use may have learned"
    if examples.moments and bundle.updated is not None and updated_until(examples, bundle) is None:
        yield (
            "the model in use comes from an update with data whose time cannot be compared with that of the"
            " observations: what it learned and was not stored here before it was put in use counts as new"
        )
    if across := _observed(examples, examples.across):
        yield (
            f"{gap_words(examples.gaps)}; left out: {across}, since rows before a gap do not forecast those"
            " behind it"
        )
    if store.void:
        lost = _observed(examples, examples.void) or "no observation"
        yield f"made void (--void): {count(len(store.void), 'row')}; left out for that: {lost}"
    if current.unpredicted:
        yield (
            f"without a prediction: {count(current.unpredicted, 'observation')}, because something that the"
            " model reads is missing"
        )
    if current.waiting:
        yield f"waiting for what will be observed: {count(current.waiting, 'prediction')}"
    if current.skill.failed:
        yield (
            f"without a score: {count(current.skill.failed, 'prediction')}, no finite numbers; counted and"
            " not tested"
        )


def _observed(examples: Examples, which: np.ndarray) -> str:
    """How many of these examples were observed; nothing where none was."""
    number = int(np.count_nonzero((examples.known >= 0) & which))
    return count(number, "observation") if number else ""
