"""Data preparation: fitted on the train part, stored as plain JSON, undone for forecasts.

chain = Chain(Log(), Difference(), Standardize()).fit(train)
x, y = chain.transform(windows), chain.transform(targets, before=windows)
forecasts = chain.inverse(model.predict(x), before=windows)
chain.save("chain.json")
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
