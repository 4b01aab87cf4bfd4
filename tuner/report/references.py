"""Tables of the confirmed configurations against further references than the baseline."""

from dataclasses import dataclass

from tuner.records import BASELINE
from tuner.references import Against, against
from tuner.report.cells import Column, Table, name_cell
from tuner.report.formats import clean, decimals_for, listed, short
from tuner.report.tables import result_cells, result_columns
from tuner.result import Measured, Result

_ADJUSTED = (
    "of a difference (two-sided), adjusted for the looks at this study and, by Holm's method, for the "
    "number of configurations in this table; below it the raw p where it is smaller, or the "
    "adjusted p of equivalence"
)
_WORDS = ("better", "equivalent", "undecided", "worse")


@dataclass(frozen=True, slots=True)
class Section:
    """One reference: what it is called, the question that a comparison with it answers, and the answers."""

    title: str
    question: str
    answer: str
    table: Table


def question(result: Result) -> str:
    """What a comparison with the baseline answers, where the study says it."""
    return clean(result.setup.references.get(BASELINE, ""))


def sections(result: Result) -> tuple[Section, ...]:
    """One for every reference but the baseline; none before confirmation has finished."""
    return tuple(
        Section(
            f"Against {short(one.reference)}",
            clean(one.question),
            answer(one),
            _table(result, one),
        )
        for one in against(result)
    )


def answer(one: Against) -> str:
    """Which configurations are better than a reference, equivalent, undecided and worse, in sentences."""
    by_word = {
        word: [short(name) for name, found in one.comparisons.items() if found.verdict == word]
        for word in _WORDS
    }
    said = [
        f"{listed(names)} {'is' if len(names) == 1 else 'are'} {word}"
        for word, names in by_word.items()
        if names
    ]
    return f"Against {short(one.reference)}: {'; '.join(said)}." if said else ""


def _table(result: Result, one: Against) -> Table:
    assert result.baseline is not None
    columns = (
        Column("Configuration", number=False),
        *result_columns(result.setup.level, short(one.reference), _ADJUSTED),
    )
    decimals = decimals_for((result.baseline, *result.finalists))
    order: list[Measured] = [each for each in result.finalists if each.name == one.reference]
    order += [each for each in result.finalists if each.name in one.comparisons]
    rows = (
        (name_cell(each.name), *result_cells(each.summary, one.comparisons.get(each.name), decimals))
        for each in order
    )
    return Table(columns, tuple(rows))
