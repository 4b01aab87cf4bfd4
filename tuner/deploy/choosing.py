"""What is to be finalized: a configuration that a run folder has confirmed, and the study that it is of."""

from dataclasses import replace
from pathlib import Path

from tuner.changes import changes
from tuner.deploy.bundle import Verdict
from tuner.errors import BundleError, LedgerError
from tuner.loading import load_study
from tuner.metrics import resolve_metric
from tuner.naive import LABELS
from tuner.provenance import fingerprint, versions
from tuner.records import BASELINE, Run
from tuner.report.formats import score
from tuner.report.verdict import headline
from tuner.result import Measured, Result
from tuner.study import Study


def chosen(result: Result, name: str | None) -> Measured:
    """The configuration to use, or the one that is named.

    Raises: BundleError where there is none, or it was not confirmed.
    """
    folder = result.folder
    if result.best is None or result.baseline is None:
        raise BundleError(
            f"{folder}: the confirmation has not finished, so that nothing is chosen yet; run the study to"
            " its end with `tuner run`"
        )
    if name is None:
        found = result.best
    else:
        known = {one.name: one for one in (result.baseline, *result.finalists)}
        if name not in known:
            raise BundleError(f"{folder}: {name[:60]!r} was not confirmed; confirmed are {', '.join(known)}")
        found = known[name]
    if found.summary.failures == found.summary.n:
        raise BundleError(f"{folder}: no confirmation run of {found.name!r} has a score")
    return found


def confirmed(result: Result, measured: Measured) -> tuple[Run, ...]:
    """The confirmation runs that the choice rests on."""
    return tuple(
        run for run in result.seen if run.phase == "confirmation" and run.configuration == measured.name
    )


def study_of(result: Result, study: Study | str | Path | None) -> Study:
    """The study that a run folder is of: given, in a given file, or in that of the run.

    Raises: BundleError where the file is not there; StudyError where something is wrong with it.
    """
    setup = result.setup
    if isinstance(study, Study):
        return replace(study, seed=setup.seed, objective=setup.objective)
    path = Path(study or setup.path)
    if not (study or setup.path):
        raise BundleError(
            f"{result.folder}: does not say where its study file is; give it with --study FILE (from Python:"
            " study=)"
        )
    if not path.exists():
        raise BundleError(f"{path}: the study file of this run is not there; give it with --study FILE")
    loaded = load_study(path, setup.options)
    name = setup.study if loaded.name == path.stem else loaded.name  # the file may have another name now
    return replace(loaded, name=name, seed=setup.seed, objective=setup.objective)


def check_unchanged(result: Result, study: Study, data: str, backend: str, *, accept: bool) -> str:
    """What of a study has changed since its run, in a sentence; nothing where nothing has.

    `data` is the checksum of the study's arrays as they are now.

    Raises: LedgerError where it is not accepted, or cannot be.
    """
    before = result.setup
    metric = resolve_metric(study)
    now = replace(
        before,
        study=study.name,
        metric=metric.name,
        direction=metric.direction,
        epochs=study.epochs,
        paired=study.data_vary,
        margin=study.margin,
        level=study.level,
        series=study.series,
        backend=backend,
        source=study.source or fingerprint(study),
        file=study.file,
        options=dict(study.options),
        data=data,
        versions=versions(),
    )
    found = changes(before, now)
    told = "; ".join(change.text for change in found)
    if never := [change.text for change in found if not change.acceptable]:
        raise LedgerError(f"{result.folder}: is a run of something else: {'; '.join(never)}; give its study")
    if found and not accept:
        raise LedgerError(
            f"{result.folder}: changed since this run: {told}; finalize all the same with --accept-changes"
            " (the model card says so), or run the study again"
        )
    return f"Since the run that chose this configuration something changed: {told}" if found else ""


def verdict_of(result: Result, measured: Measured) -> tuple[Verdict, tuple[str, ...]]:
    """What the study found, in the words of its report, and what is to be said of the choice."""
    words = headline(result)
    verdict = Verdict(words.word, words.claim, words.evidence, words.scope, words.naive)
    best = result.best
    notes = []
    if best is not None and best.name != measured.name:
        notes.append(f"This is {measured.name}, as asked for, and not what the run found best ({best.name})")
        if (compared := measured.comparison) is not None and compared.verdict != "better":
            notes.append(f"{measured.name} was {_compared(compared.verdict)} the baseline")
    elif measured.name == BASELINE and result.finalists:
        notes.append("This is the baseline: no other configuration was shown to be better")
    elif measured.name == BASELINE:
        notes.append("This is the baseline: nothing was compared with it")
    against = result.skill
    if against is not None and against.comparisons[measured.name].verdict == "worse":
        notes.append(
            f"It is worse than a forecast without a network ({LABELS[against.forecast]},"
            f" {score(against.score)} on the test split), which is the one to use"
        )
    if measured.summary.failures:
        notes.append(
            f"{measured.summary.failures} of its {measured.summary.n} confirmation runs ended without a score"
        )
    return verdict, tuple(notes)


def _compared(word: str) -> str:
    return {"worse": "worse than", "equivalent": "equivalent to"}.get(word, "not shown to differ from")
