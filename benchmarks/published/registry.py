"""All rows, the cheap ones first, as `run` trains them."""

from benchmarks.published import book, others, signals, sines
from benchmarks.published.row import Row

_ORDER = (
    "D8 D9 M6 M11 H1 C1 M7 M9 M10 C4 H3 S1 S3 S4 C2 H2 C3 M8 T5-variants T1 T4 S2 T2 T3 T5"  # by cost
).split()

ROWS: dict[str, Row] = {
    row.id: row for row in (*sines.ROWS, *signals.ROWS, *book.ROWS, *others.ROWS)
}  # in the order of the table
BY_COST = tuple(ROWS[name] for name in _ORDER)
