"""New data whose inputs are far from all that the bundle was trained on, as they are in other units.

Some drift is what an update is for, so that values a little outside of the known ranges are no matter here.
"""

from collections.abc import Iterator

import numpy as np

from tuner.deploy.bundle import Bundle
from tuner.deploy.schema import Part
from tuner.deploy.updating.parting import Parts
from tuner.deploy.watching import Seen
from tuner.trees import flat


def far_outside(bundle: Bundle, raw: Parts | None) -> tuple[str, ...]:
    """What to ask of each column of raw inputs that lies far outside of its range, as `tuner predict` does.

    Nothing where the raw inputs, or the ranges, are not known.
    """
    if raw is None:
        return ()
    inputs = zip(*(flat(pair[0]) for pair in (raw.train, raw.validation, raw.test)), strict=True)
    found = []
    for place, (part, arrays) in enumerate(zip(bundle.schema.inputs, inputs, strict=True)):
        which = f" of input {place + 1}" if len(bundle.schema.inputs) > 1 else ""
        found += [one.warning for one in _seen(part, arrays, which, series=bundle.series) if one.beyond]
    return tuple(found)


def _seen(part: Part, arrays: tuple[np.ndarray, ...], which: str, *, series: bool) -> Iterator[Seen]:
    """The values of every column; of windows of a series those of the last step, as neighbours overlap."""
    if not part.low:
        return
    last = [array[:, -1] if series and array.ndim > 2 else array for array in arrays]
    rows = np.concatenate([np.asarray(array, float).reshape(-1, len(part.low)) for array in last])
    names = part.columns or tuple(f"{number}{which}" for number in range(1, len(part.low) + 1))
    for name, low, high, values in zip(names, part.low, part.high, rows.T, strict=True):
        seen = Seen(name, low, high)
        seen.add_all(values)
        yield seen
