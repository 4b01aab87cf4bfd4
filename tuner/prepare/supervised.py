"""A series as a table that any regression reads: what came before beside what comes next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tuner.errors import PreparationError
from tuner.prepare import checks

if TYPE_CHECKING:
    import pandas as pd


def series_to_supervised(
    series: Any,
    *,
    n_in: int = 1,
    n_out: int = 1,
    dropna: bool = True,
    names: Sequence[str] | None = None,
) -> "pd.DataFrame":
    """One row a time t, with the columns "NAME(t-n_in)", ..., "NAME(t)", ..., "NAME(t+n_out-1)".

    Each column is the series shifted; with several variables, all of one time stand together. Names are
    those of a DataFrame's columns or a Series, or `names`, or var1, var2, .... Where a shift leaves nothing
    the table has NaN; with `dropna` rows with a NaN are dropped, those that the series itself has as well.
    The index is that of the series.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 3.4.

    Raises: PreparationError where the series is no table of numbers, or the names are not as many.

    >>> series_to_supervised([10, 20, 30], n_in=1, n_out=1).to_numpy().tolist()
    [[10.0, 20.0], [20.0, 30.0]]
    """
    import pandas as pd

    where = "series_to_supervised"
    checks.whole(where, "n_in", n_in, least=0)
    checks.whole(where, "n_out", n_out)
    table = _table(series)
    called = [str(name) for name in (_own_names(series, table.shape[1]) if names is None else names)]
    if len(called) != table.shape[1] or len(set(called)) < len(called):
        raise PreparationError(
            f"{where}: the names {', '.join(called)} are not those of {table.shape[1]} columns;"
            " name each column once"
        )
    columns = {
        f"{name}({_when(ahead)})": table.iloc[:, place].shift(-ahead)
        for ahead in range(-n_in, n_out)
        for place, name in enumerate(called)
    }
    frame = pd.DataFrame(columns)
    return frame.dropna() if dropna else frame


def _table(series: Any) -> "pd.DataFrame":
    import pandas as pd

    try:
        table = pd.DataFrame(series)
        numeric = table.shape[1] > 0 and all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes)
    except (ValueError, TypeError):
        numeric = False
    if not numeric or not len(table):
        raise PreparationError(
            "series_to_supervised: this is no series; give numbers of shape (steps,) or (steps, variables)"
        )
    return table


def _own_names(series: Any, columns: int) -> Sequence[Any]:
    """What a DataFrame calls its columns, or a Series itself; var1, var2, ... otherwise."""
    import pandas as pd

    if isinstance(series, pd.DataFrame):
        return list(series.columns)
    if isinstance(series, pd.Series) and series.name is not None:
        return [series.name]
    return [f"var{number}" for number in range(1, columns + 1)]


def _when(ahead: int) -> str:
    return f"t{ahead:+d}" if ahead else "t"
