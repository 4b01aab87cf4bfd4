"""`tuner monitor`: take a file in, predict what can be predicted, and judge what was observed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tuner.deploy.bundle import Bundle, examples_of, preparation_of, previous, read
from tuner.deploy.layout import Layout, Wishes, layout_of
from tuner.deploy.monitoring.forecasting import (
    Examples,
    Serve,
    examples_of_rows,
    predict_missing,
)
from tuner.deploy.monitoring.notes import notes_of
from tuner.deploy.monitoring.periods import every_of
from tuner.deploy.monitoring.reading import entries_of, unseen_values
from tuner.deploy.monitoring.scoring import Scored, metric_of_bundle, scored
from tuner.deploy.monitoring.store import Store, Taken
from tuner.deploy.monitoring.watched import CURRENT, Monitoring, in_pairs, watched
from tuner.deploy.names import PREVIOUS
from tuner.deploy.observations import read_sheet, texts_of
from tuner.errors import BundleError
from tuner.locking import locked
from tuner.stats.design import check_level, check_margin


def monitor(
    bundle: str | Path,
    observations: str | Path | None = None,
    *,
    every: str | None = None,
    margin: float | None = None,
    level: float = 0.95,
    wishes: Wishes | None = None,
    void: Sequence[str] = (),
    study: Path | None = None,
    options: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
) -> Monitoring:
    """Add a CSV file to what a bundle has seen, and say how its model does; without a file, only say.

    All models that the bundle keeps predict what they have not predicted yet. `every` is hour, day, week or
    month, or where there is no time a number of rows. `margin` is the smallest change that matters
    (default: the study's). `void` are the times of stored rows that shall count no more, or their numbers
    where there are no times. `study` is the file that has the metric, where that is a function; with
    `options` it is then executed.

    Raises: TunerError where something cannot be read, written or understood; no row of a file that cannot be
    understood has been added then. BusyError where another process adds to the bundle, or replaces its model.
    """
    check_level(level)
    check_margin(margin)
    folder = Path(bundle)
    metric = metric_of_bundle(read(folder), study, options or {})
    with locked(folder, "tuner monitor", instead=""):  # models and observations belong together
        models = _models_of(folder)
        store = Store(folder)
        taken = Taken()
        warnings: tuple[str, ...] = ()
        store.make_void(void)
        if observations is not None:
            taken, warnings = _take(store, models[CURRENT], Path(observations), wishes or Wishes())
        examples = examples_of_rows(store)
        found = {
            name: scored(
                examples,
                predict_missing(store, one, one.identity, examples, _serving(one, custom_objects)),
                one,
                metric,
            )
            for name, one in models.items()
        }
        margin = models[CURRENT].margin if margin is None else margin
        judged = _judged(folder, models, store, taken, examples, found, every, margin, level)
        return replace(judged, warnings=warnings)


def _models_of(folder: Path) -> dict[str, Bundle]:
    """The model in use as "current", and those before it, newest first, as "previous/NUMBER".

    Raises: BundleError where one of them cannot be read.
    """
    current = read(folder)
    earlier = {f"{PREVIOUS}/{one.place().name}": one for one in reversed(previous(current))}
    return {
        CURRENT: current,
        **{name: one for name, one in earlier.items() if one.identity != current.identity},
    }


def _serving(bundle: Bundle, custom_objects: Mapping[str, Any] | None) -> Any:
    """A function that loads the model once, when it is needed."""

    @cache
    def serve() -> Serve:
        from tuner.deploy.serving import model_of

        return model_of(bundle, custom_objects).predict

    return serve


def _take(store: Store, bundle: Bundle, path: Path, wishes: Wishes) -> tuple[Taken, tuple[str, ...]]:
    """Add the rows of a file; what they were, and what the model has never seen among their values."""
    sheet = read_sheet(path)
    layout = store.layout
    if layout is None:
        layout = layout_of(
            bundle,
            sheet.columns,
            wishes,
            str(path),
            texts=texts_of(sheet, bundle.schema.classes),
            positional=_positional(bundle),
        )
    else:
        _check_wishes(layout, wishes, store)
    entries = entries_of(sheet, layout, bundle)
    return store.take(layout, entries, path), unseen_values(entries, layout, bundle)


def _positional(bundle: Bundle) -> bool:
    """Whether the place in time of what the model reads matters."""
    preparation = preparation_of(bundle)
    return preparation is not None and preparation.chain.positional


def _check_wishes(layout: Layout, wishes: Wishes, store: Store) -> None:
    """Raises: BundleError where another layout is asked for than that of the first file."""
    asked = {
        "--time": (wishes.time, layout.time),
        "--target": (wishes.targets or None, layout.targets),
        "--steps": (wishes.steps, layout.steps),
        "--start": (wishes.start, layout.start),
    }
    for option, (wanted, known) in asked.items():
        if wanted is not None and wanted != known:
            raise BundleError(
                f"{option} differs from the first file's; {store.folder} keeps one layout, so leave it out"
            )


def _judged(
    folder: Path,
    models: Mapping[str, Bundle],
    store: Store,
    taken: Taken,
    examples: Examples,
    found: Mapping[str, Scored],
    every: str | None,
    margin: float | None,
    level: float,
) -> Monitoring:
    current = models[CURRENT]
    periods = every_of(every, list(examples.moments))
    seen = {
        name: watched(name, one, found[name], examples_of(one), periods, margin=margin, level=level)
        for name, one in models.items()
    }
    pairs = tuple(
        in_pairs(seen[name], found[name], found[CURRENT], periods, level=level)
        for name in models
        if name != CURRENT and seen[CURRENT].by_example
    )
    result = Monitoring(
        folder=folder,
        study=current.study,
        configuration=current.configuration,
        metric=current.metric,
        direction=current.direction,
        level=level,
        margin=margin,
        every=periods,
        models=tuple(seen.values()),
        pairs=pairs,
        taken=taken,
        rows=len(store.rows),
        void=len(store.void),
        notes=(),
    )
    return replace(result, notes=tuple(notes_of(result, store, examples, current)))
