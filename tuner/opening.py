"""How a run begins: what it works with, and the folder that it continues."""

import uuid
from collections.abc import Callable
from pathlib import Path

from tuner.errors import DamageError, StudyError, TunerError, written_into
from tuner.files import check_writable
from tuner.folder import claim, clear, is_ours, tidy
from tuner.ledger import Ledger
from tuner.plan import Plan
from tuner.provenance import fingerprint, machine, versions
from tuner.racing import check_objective
from tuner.records import Setup
from tuner.repeats import Preflight
from tuner.reporter import Reporter
from tuner.search import DATABASE, Search, check_pruner, check_sampler
from tuner.shown import read_shown, set_shown_aside
from tuner.study import Study


def check(study: Study, plan: Plan, *, trials: int, workers: int) -> None:
    """Raises: TunerError where a study cannot be run as planned."""
    check_sampler(plan.sampler)
    check_pruner(plan.pruner)
    check_objective(study.objective, *plan.search_seeds)
    if not trials and not study.candidates:
        raise StudyError(
            "no trials and no candidates: there is nothing to compare with the baseline;"
            " set trials=, or candidates={name: values}"
        )
    if workers < 0:
        raise TunerError(f"workers is {workers}; give 1 or more, or 0 to train in this process")
    if workers and plan.pruner != "none":
        raise TunerError(
            f"the {plan.pruner} pruner compares trials epoch by epoch, which workers do not;"
            " give --pruner none, or leave --workers out"
        )
    if workers and not study.path:
        raise StudyError("workers read the study from its file; load it with tuner.load_study(path)")


def make_setup(
    study: Study, plan: Plan, preflight: Preflight, *, trials: int, repeats: int, workers: int, command: str
) -> Setup:
    """What this session works with."""
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
        paired=study.data_vary,
        margin=study.margin,
        level=study.level,
        series=study.series,
        engine=preflight.engine,
        backend=preflight.backend,
        source=study.source or fingerprint(study),
        file=study.file,
        data=preflight.data,
        options=dict(study.options),
        trials=trials,
        repeats=repeats,
        finalists=plan.finalists,
        engine_reason=preflight.engine_reason,
        command=command,
        sizes=preflight.sizes,
        versions=versions(),
        machine=machine() | ({"workers": str(workers)} if workers else {}),
        identity=uuid.uuid4().hex,
    )


def open_folder(
    folder: Path,
    setup: Setup,
    reporter: Reporter,
    open_search: Callable[[], Search],
    *,
    fresh: bool,
    accept: bool,
) -> tuple[Ledger, Setup, Search | None]:
    """The ledger of the run folder, which must have been made by the same study and settings.

    With it come the setup to go on with and its search, where there is one already: what is wrong with it is
    told at once. Whatever refuses, the reporter too, does so before the folder changes.
    """
    search = None
    with written_into(folder):
        over = fresh and is_ours(folder)
        ledger = None if over else Ledger(folder, mend=True)
        if ledger is not None:
            setup = claim(ledger, setup, accept=accept)
            if setup.trials and (folder / DATABASE).exists():
                search = open_search()
        check_writable(folder)
    reporter.start(setup)
    with written_into(folder):
        if ledger is None:
            clear(folder)
            ledger = Ledger(folder)
        _mend(ledger, reporter)
        ledger.write_setup(setup)
    return ledger, setup, search


def _mend(ledger: Ledger, reporter: Reporter) -> None:
    """Take what a kill or a failing disk left out of the way."""
    tidy(ledger.folder)
    for path in ledger.set_aside():
        reporter.note(f"{path} is damaged; its runs are trained again")
    try:
        read_shown(ledger.folder)
    except DamageError:
        set_shown_aside(ledger.folder)
