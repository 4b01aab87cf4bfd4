"""What the learning curves say, and what would help: a row for every configuration that was looked at."""

from tuner.diagnosing import Diagnosed, diagnose_result
from tuner.report.cells import Cell, Column, Table, name_cell
from tuner.report.formats import clean
from tuner.result import Result

_HINTS = {
    "Diagnosis": "what the curves say; below it, the epoch from which they overfit: that of the median seed, "
    "or of the median curve where that decides",
    "Seeds that agree": "seeds whose own curves get the same diagnosis",
    "Rests on": "the rule that fired, with its numbers",
}


def diagnosis_table(result: Result) -> Table:
    """The diagnosis of the baseline and every finalist with its advice; no rows where nothing has trained."""
    found = diagnose_result(result)
    if not found:
        return Table((), ())
    turns = any(one.diagnosis.epoch is not None for one in found)
    columns = (
        Column("Configuration", number=False),
        Column("Diagnosis", number=False, hint=_HINTS["Diagnosis"] if turns else ""),
        Column("Seeds that agree", hint=_HINTS["Seeds that agree"]),
        Column("Advice", number=False),
        Column("Rests on", number=False, hint=_HINTS["Rests on"]),
    )
    return Table(columns, tuple(_row(one) for one in found), _remark(found))


def _row(one: Diagnosed) -> tuple[Cell, ...]:
    diagnosis = one.diagnosis
    since = "" if diagnosis.epoch is None else f"from epoch {diagnosis.epoch}"
    agree = f"{diagnosis.labels.count(diagnosis.label)} of {len(one.seeds)}"
    return (
        name_cell(one.name),
        Cell(diagnosis.words, note=since, badge="lost" if diagnosis.label == "diverged" else ""),
        Cell(agree, sort=diagnosis.agreement),
        Cell(diagnosis.advice),
        Cell(". ".join([diagnosis.finding, *map(clean, one.notes)])),
    )


def _remark(found: tuple[Diagnosed, ...]) -> str:
    searched = " These are runs of the search." if found[0].phase == "search" else ""
    return (
        "Read by fixed rules from the training and validation losses of every seed alone. The diagnosis of "
        "more than half of the seeds counts; where there is none, that of their median curve, which jumps "
        f"less. It is advice for the next study, not a result.{searched}"
    )
