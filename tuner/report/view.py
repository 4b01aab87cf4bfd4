"""Everything that the page shows, built from a result: frozen, and written out already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tuner.errors import option_told
from tuner.records import BASELINE, Setup
from tuner.report.cells import Table
from tuner.report.diagnoses import diagnosis_table
from tuner.report.examples import examples_fact, examples_remarks
from tuner.report.formats import clean, count, duration, listed, metric_name, parameter, short
from tuner.report.looks import looks_warning
from tuner.report.methods import methods
from tuner.report.naive_table import naive_table
from tuner.report.naive_words import naive_remarks
from tuner.report.pictures import Picture
from tuner.report.references import Section, question, sections
from tuner.report.secondary import secondary_table
from tuner.report.shown import Showing, showing
from tuner.report.tables import results_caption, results_table, runs_table, settings_table
from tuner.report.trials import trials_table
from tuner.report.verdict import Headline, headline
from tuner.result import Measured, Result


@dataclass(frozen=True, slots=True)
class Fact:
    """One line under "How it was made"."""

    label: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The page as data; `caption` says what the table of results holds, where it stands elsewhere."""

    title: str
    full_title: str
    subtitle: str
    headline: Headline
    warnings: tuple[str, ...]
    figures: tuple[Picture, ...]
    results: Table
    caption: str
    naive: Table
    secondary: Table
    diagnoses: Table
    settings: Table
    trials: Table
    runs: Table
    showing: Showing | None
    methods: tuple[str, ...]
    facts: tuple[Fact, ...]
    reload: int = 0  # seconds after which the page loads itself again; 0 is never
    beside: str = ""  # the files that are written with the page
    question: str = ""  # what a comparison with the baseline answers, where the study says it
    references: tuple[Section, ...] = ()  # further configurations with which all are compared
    every_run: str = ""  # where every run is, for a reader to whom the page does not show them


USUAL = ("html", "png", "csv", "json")  # the formats that are written where nobody says

_BESIDE = {
    "csv": "scores.csv (every run)",
    "json": "summary.json (the answer for programs)",
    "png": "figures/ (PNG)",
    "latex": "table.tex (LaTeX)",
    "markdown": "report.md",
}


def build_view(
    result: Result,
    pictures: tuple[Picture, ...],
    reload: int = 0,
    formats: Collection[str] = USUAL,
) -> View:
    """The view of `result` with the figures that were drawn for it; `formats` are written with it."""
    return View(
        title=short(result.setup.study),
        full_title=clean(result.setup.study),
        subtitle=_subtitle(result),
        headline=_headline(result, reload),
        warnings=warnings(result),
        figures=pictures,
        results=results_table(result),
        caption=results_caption(result),
        naive=naive_table(result),
        secondary=secondary_table(result),
        diagnoses=diagnosis_table(result),
        settings=settings_table(result),
        trials=trials_table(result),
        runs=runs_table(result),
        showing=showing(result),
        methods=methods(result),
        facts=facts(result),
        reload=reload,
        question=question(result),
        references=sections(result),
        beside=", ".join(text for name, text in _BESIDE.items() if name in formats),
        every_run="scores.csv, beside this page, has every run"
        if "csv" in formats
        else "tuner report with --format csv writes every run into scores.csv",
    )


def _headline(result: Result, reload: int) -> Headline:
    """The headline; that an unfinished run can be taken up again is not said of one that goes on."""
    words = headline(result)
    return replace(words, scope="") if reload and result.baseline is None else words


def _subtitle(result: Result) -> str:
    tried = {run.configuration for run in result.runs} - {BASELINE}
    parts = [
        metric_name(result.setup.metric),
        count(len(tried), "candidate"),
        count(len(result.runs), "training run"),
        duration(result.seconds) if result.seconds else "",
    ]
    return " · ".join(filter(None, parts))


def warnings(result: Result) -> tuple[str, ...]:
    """What the reader must know before trusting a number: flags of the comparisons, then the notes."""
    found = flagged(result.finalists)
    setup = result.setup
    if extended := _extended(result):
        found.append(extended)
    found += examples_remarks(result)
    found += naive_remarks(result)
    if looks := looks_warning(result):
        found.append(looks)
    return tuple(dict.fromkeys([*found, *map(clean, remarks(setup))]))


def flagged(finalists: Sequence[Measured]) -> list[str]:
    """The flags of the comparisons, each once, after the names of those that have it if there are others."""
    who: dict[str, list[str]] = {}
    for finalist in finalists:
        for flag in finalist.comparison.flags if finalist.comparison else ():
            who.setdefault(clean(flag), []).append(short(finalist.name))
    every = len(finalists)
    return [
        flag if every == 1 else f"{'All finalists' if len(names) == every else listed(names)}: {flag}"
        for flag, names in who.items()
    ]


def _extended(result: Result) -> str:
    """That more seeds are being trained, or were to be, than anything here rests on; usually nothing."""
    setup = result.setup
    seen = setup.looks[-1].repeats if setup.looks else setup.repeats
    if setup.complete or setup.repeats <= seen:
        return ""
    return (
        f"The confirmation is being extended from {seen:,} to {count(setup.repeats, 'seed')} and has not "
        f"finished: verdicts, results and figures rest on the first {seen:,}."
    )


def remarks(setup: Setup) -> tuple[str, ...]:
    """What happened on the way: changes that were accepted, notes, configurations that trained otherwise."""
    return (*setup.changes, *setup.notes, *setup.fallbacks)


def facts(result: Result) -> tuple[Fact, ...]:
    """How the study was made, as far as it is known."""
    setup = result.setup
    tried = len({run.configuration for run in result.runs} - {BASELINE})
    found = [
        Fact("Command", clean(setup.command), code=True),
        Fact("Configurations tried", f"{tried:,} besides {setup.the_baseline}"),
        Fact("Runs", _phases(result)),
        Fact("Study seed", f"{setup.seed}; all other seeds derive from it"),
        Fact("Seeds", _seeds(setup)),
        Fact("Epochs", str(result.epochs)),
        Fact("Data", " · ".join(f"{short(str(split))} {size:,}" for split, size in setup.sizes.items())),
        Fact("Source of the data", clean(setup.credit)),
        Fact("Data per seed", "drawn anew for every seed" if setup.own_data else "the same for every seed"),
        Fact("Pairs of runs", clean(setup.pairs)),
        Fact("Test examples", clean(examples_fact(result))),
        Fact("Predictions", _without_predictions(result)),
        Fact("Engine", _engine(result)),
        Fact(
            "Sampler", f"{short(setup.sampler)}, objective {short(setup.objective)}" if setup.trials else ""
        ),
        Fact("Pruner", "" if setup.pruner == "none" else short(setup.pruner)),
        Fact("Options", _pairs(setup.options)),
        Fact("Time", duration(result.seconds) if result.seconds else ""),
        Fact("Machine", _pairs(setup.machine)),
        Fact("Versions", _pairs(setup.versions)),
        Fact("Study file", f"sha256 {short(setup.source, 64)}", code=True),
        Fact("Notes", ". ".join(map(clean, remarks(setup)))),
    ]
    return tuple(fact for fact in found if fact.text)


def _without_predictions(result: Result) -> str:
    """Why no test example is shown, where that is known."""
    kept = result.best and result.predictions.get(result.best.name)
    if not kept or kept.rows is not None or not kept.reason:
        return ""
    return f"those for single test examples are not kept: {clean(kept.reason)}"


def _seeds(setup: Setup) -> str:
    confirmed = f"{setup.repeats} in confirmation"
    if not setup.trials:
        return confirmed
    first, most = setup.search_seeds
    return f"{first if first == most else f'raced from {first} to {most}'} in search, {confirmed}"


def _phases(result: Result) -> str:
    parts = []
    for phase in ("search", "confirmation"):
        runs = [run for run in result.runs if run.phase == phase]
        lost = len(runs) - sum(run.status == "complete" for run in runs)
        parts.append(f"{len(runs):,} in {phase}" + (f" ({lost:,} not complete)" if lost else ""))
    for phase, what in (("sizes", "on parts of the train split"), ("members", "for ensembles")):
        if beside := sum(len(group.runs) for group in result.groups if group.phase == phase):
            parts.append(f"{beside:,} {what}")
    return ", ".join(parts)


def _engine(result: Result) -> str:
    setup = result.setup
    reason = f": {clean(setup.engine_reason)}" if setup.engine_reason else ""
    return f"{short(setup.engine)} on {short(setup.backend)}{reason}"


def _pairs(values: Mapping[str, object]) -> str:
    told = {str(name): parameter(option_told(str(name), value)) for name, value in values.items()}
    return " · ".join(f"{short(name)} {short(value, 80)}" for name, value in told.items())
