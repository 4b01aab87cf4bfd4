"""Data preparation: fitted on the train part, stored as plain JSON, undone for forecasts.

chain = Chain(Log(), Difference(), Standardize()).fit(train)
x, y = chain.transform(windows), chain.transform(targets, before=windows)
forecasts = chain.inverse(model.predict(x), before=windows)
chain.save("chain.json")

| name | is |
|---|---|
| `framed`, `Framed` | a series cut into the splits of a study and prepared, with the way there and back |
| `prepared` | the same for splits of windows that there are already |
| `Chain`, `chain_of` | steps one after another; one made of choices by name, to be searched |
| `Normalize`, `Standardize` | scaling to a range, or to mean 0 and standard deviation 1, by the train part |
| `StandardizeWindows` | each window to mean 0 and standard deviation 1, by itself |
| `Log`, `BoxCox` | power transforms |
| `Difference`, `SeasonalAdjust` | without trend; without season |
| `LabelEncode`, `OneHot` | labels as whole numbers, and these as vectors |
| `Pad` | sequences of different lengths as one array |
| `Windows` | windows of a series, and what follows them |
| `as_sequences`, `split_sequence` | arrays as (examples, steps, features); a long sequence in parts |
| `series_to_supervised` | a series as a table of lagged columns |
| `Preparation` | a fitted chain with columns and layout: what is stored to serve raw windows |
| `load`, `from_dict` | a stored step, read back |
| `Step` | what every step can do |

`help(tuner.prepare.framed)` shows one of them, with a study that searches the framing.
"""

from tuner.prepare.chain import Chain, chain_of, from_dict, load
from tuner.prepare.encoding import LabelEncode, OneHot
from tuner.prepare.framing import Framed, framed, prepared
from tuner.prepare.padding import Pad
from tuner.prepare.power import BoxCox, Log
from tuner.prepare.preparation import Preparation
from tuner.prepare.scaling import Normalize, Standardize, StandardizeWindows
from tuner.prepare.stationarity import Difference, SeasonalAdjust
from tuner.prepare.step import Step
from tuner.prepare.supervised import series_to_supervised
from tuner.prepare.windows import Windows, as_sequences, split_sequence

__all__ = [
    "BoxCox",
    "Chain",
    "Difference",
    "Framed",
    "LabelEncode",
    "Log",
    "Normalize",
    "OneHot",
    "Pad",
    "Preparation",
    "SeasonalAdjust",
    "Standardize",
    "StandardizeWindows",
    "Step",
    "Windows",
    "as_sequences",
    "chain_of",
    "framed",
    "from_dict",
    "load",
    "prepared",
    "series_to_supervised",
    "split_sequence",
]
