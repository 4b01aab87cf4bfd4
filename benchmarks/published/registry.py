"""All rows, the cheap ones first, as `run` trains them."""

from benchmarks.published import book, others, signals, sines
from benchmarks.published.row import Row

ROWS: dict[str, Row] = {
    row.id: row for row in (*sines.ROWS, *signals.ROWS, *book.ROWS, *others.ROWS)
}  # in the order of the table
BY_COST = tuple(sorted(ROWS.values(), key=lambda row: row.minutes))
