"""All rows of the table, by name."""

from tests.engines.table import convolution, dense, fitting, optimizers, recurrent

PARTS = (recurrent, convolution, dense, fitting, optimizers)
ROWS = {row.name: row for part in PARTS for row in part.ROWS}
