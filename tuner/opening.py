"""How a run begins: what it works with, and the folder that it continues."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.checkpoints import tidy_checkpoints
from tuner.ensemble_file import read_ensembles, set_ensembles_aside
from tuner.errors import DamageError, LedgerError, StudyError, TunerError, address_told, written_into
from tuner.files import check_writable
from tuner.folder import claim, clear, is_ours, tidy
from tuner.ledger import Ledger
from tuner.naive_file import read_naive, write_naive
from tuner.plan import Plan, Workers
from tuner.provenance import fingerprint, machine, versions
from tuner.racing import check_objective
from tuner.records import Setup, Window
from tuner.repeats import OnNote, Preflight, Repeats
from tuner.reporter import Reporter
from tuner.search import Search, check_pruner, check_sampler, is_begun
from tuner.shown import read_shown, set_shown_aside
from tuner.study import Study

if TYPE_CHECKING:
    from tuner.work.crew import Crew


def check(study: Study, plan: Plan, *, trials: int, workers: Workers) -> None:
    """Raises: TunerError where a study cannot be run as planned."""
    check_sampler(plan.sampler)
    check_pruner(plan.pruner)
    check_objective(study.objective, *plan.search_seeds)
    if not trials and not study.candidates:
        raise StudyError(
            "no trials and no candidates: there is nothing to compare with the baseline;"
            " set trials=, or candidates={name: values}"
        )
    if workers.wanted and plan.pruner != "none":
        raise TunerError(
            f"the {plan.pruner} pruner compares trials epoch by epoch, which workers do not;"
            " give --pruner none, or leave --workers out"
        )
    if workers.wanted and not study.path:
        raise StudyError("workers read the study from its file; load it with tuner.load_study(path)")


def make_setup(
    study: Study,
    plan: Plan,
    preflight: Preflight,
    *,
    trials: int,
    repeats: int,
    workers: Workers,
    command: str,
    opened: float,
) -> Setup:
    """What this session works with, `opened` seconds after 1970 began."""
    first, most = plan.search_seeds
    return Setup(
        study=study.name,
        metric=preflight.metric.name,
        direction=preflight.metric.direction,
        epochs=study.epochs,
        seed=study.seed,
        objective=study.objective,
        sampler=plan.sampler,
        pruner=plan.pruner,
        search_repeats=first,
        most_search_repeats=most if first < most else None,
        paired=study.paired,
        pairs=study.pairs,
        references=dict(study.references),
        baseline_words=study.baseline_words,
        margin=study.margin,
        level=study.level,
        series=study.series,
        engine=preflight.engine,
        backend=preflight.backend,
        source=study.source or fingerprint(study),
        file=study.file,
        path=study.path,
        data=preflight.data,
        options=dict(study.options),
        trials=trials,
        repeats=repeats,
        finalists=plan.finalists,
        engine_reason=preflight.engine_reason,
        command=command,
        sizes=preflight.sizes,
        credit=preflight.credit,
        versions=versions(),
        machine=machine() | _with(workers),
        identity=uuid.uuid4().hex,
        windows=(Window(0, workers.window),),
        opened=opened,
    )


def _with(workers: Workers) -> dict[str, str]:
    """Who trains, for the reader of a report."""
    shared = {"storage": address_told(workers.storage)} if workers.storage else {}
    return ({"workers": str(workers.here)} | shared) if workers.wanted else {}


def open_folder(
    folder: Path,
    setup: Setup,
    reporter: Reporter,
    open_search: Callable[[Setup], Search],
    url: str,
    *,
    fresh: bool,
    accept: bool,
) -> tuple[Ledger, Setup, Search | None]:
    """The ledger of the run folder, which must have been made by the same study and settings.

    With it come the setup to go on with and its search, where there is one already (at `url`, if that is
    given): what is wrong with it is told at once. Whatever refuses, the reporter too, does so before the
    folder changes.
    """
    search = None
    with written_into(folder):
        over = fresh and is_ours(folder)
        ledger = None if over else Ledger(folder, mend=True)
        if ledger is not None:
            setup = claim(ledger, setup, accept=accept)
        begun = setup.trials and is_begun(folder, setup.study, url, _identity(folder) if over else "")
        if begun and (url or not over):
            search = open_search(setup)
        check_writable(folder)
    reporter.start(setup)
    with written_into(folder):
        if ledger is None:
            clear(folder)
            ledger = Ledger(folder)
        _mend(ledger, reporter)
        ledger.write_setup(setup)
    return ledger, setup, search


def store_naive(folder: Path, runner: Repeats, preflight: Preflight, seeds: int) -> None:
    """Store the scores of the naive forecasts, on the data of each of the first `seeds` where these vary.

    What is stored and damaged is made anew.
    """
    before = None
    with suppress(LedgerError):
        before = read_naive(folder)
    found = runner.naive_of_seeds(preflight, max(seeds, before.seeds if before else 0), before)
    if found is None or found != before:
        with written_into(folder):
            write_naive(folder, found)


def _identity(folder: Path) -> str:
    """The identity of a run that is about to be deleted, where it can be read."""
    with suppress(LedgerError):
        before = Ledger(folder, mend=True).read_setup()
        return before.identity if before else ""
    return ""


def _mend(ledger: Ledger, reporter: Reporter) -> None:
    """Take what a kill or a failing disk left out of the way."""
    tidy(ledger.folder)
    for path in ledger.set_aside():
        reporter.note(f"{path} is damaged; its runs are trained again")
    tidy_checkpoints(ledger)
    try:
        read_shown(ledger.folder)
    except DamageError:
        set_shown_aside(ledger.folder)
    try:
        read_ensembles(ledger.folder)
    except DamageError as error:
        reporter.note(f"the ensembles are measured again where they are asked for: {error}")
        set_ensembles_aside(ledger.folder)


@contextmanager
def joined(
    ledger: Ledger,
    study: Study,
    runner: Repeats,
    preflight: Preflight,
    workers: Workers,
    notes: tuple[OnNote, OnNote],
) -> "Iterator[Crew | None]":
    """Within it there are workers, where some are wanted.

    `notes` are told what happens to workers, and what they note of the training.

    Raises: TunerError where they cannot be had.
    """
    if not workers.wanted:
        yield None
        return
    from tuner.work.crew import Crew

    crew = Crew.of(ledger, study, runner, preflight, workers, *notes)
    complete = False
    try:
        yield crew
        complete = True
    finally:
        crew.close(complete=complete)
