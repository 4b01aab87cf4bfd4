"""From a series to the splits of a study: cut in time order, prepared by what the train part says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Literal

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.chain import Chain
from tuner.prepare.preparation import Preparation
from tuner.prepare.step import Step, training_windows
from tuner.prepare.windows import Layout, Windows, columns_of
from tuner.splits import NAMES, Splits

Name = Literal["train", "validation", "test"]
Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Framed:
    """The same examples in original units (`raw`) and prepared (`splits`), and what leads there and back.

    `starts` says where in time the windows of each split begin, counted from the first step of the series;
    empty where that is not known.
    """

    raw: Splits
    splits: Splits
    preparation: Preparation
    starts: Mapping[str, np.ndarray]

    @property
    def chain(self) -> Chain:
        """The fitted chain."""
        return self.preparation.chain

    def restored(self, forecasts: Any, split: Name) -> np.ndarray:
        """A model's forecasts for a split in original units, float64 of their shape.

        Raises: PreparationError where they are not those of this split.
        """
        windows = getattr(self.raw, checks.one_of("restored", "split", split, NAMES))[0]
        return self.preparation.restored(forecasts, windows, start=self.starts.get(split, 0))

    def around(self, model: Any) -> Any:
        """A Keras model for `raw` around an uncompiled one for `splits`: see `Preparation.around`."""
        return self.preparation.around(model, self.raw.train[0].shape[1])


def framed(
    series: Any,
    chain: Step | None = None,
    *,
    steps_in: int,
    steps_out: int = 1,
    validation: int | float = 0.2,
    test: int | float = 0.2,
    targets: tuple[int, ...] | None = None,
    stride: int = 1,
    purge: bool = False,
    flat: bool = True,
    layout: Layout = "natural",
    naive: tuple[str, ...] = (),
    dtype: str = "float32",
) -> Framed:
    """Windows of a series (steps,) or (steps, features) that forecast the next `steps_out` from `steps_in`.

    The last `test` steps are the test part, the `validation` steps before them the validation part (numbers
    of steps, or shares of all), the rest the train part. The targets of a split lie within its part. Its
    inputs may reach back into the part before, as they do when forecasts are made day by day, so that every
    `steps_in` has the same targets to forecast; with `purge` whole windows lie within one part, and no step
    is in two of them. The chain is fitted on the train part alone.

    x has shape (examples, steps_in less those that differences take, features), or lies as `layout` says (see
    `Windows`). y has the columns `targets` (all where none are named), and shape (examples, steps_out x
    targets), or with flat=False (examples, steps_out, targets).

    A study that searches the framing has a function of it, which `data` and `build` both call:

        def frame(trial):
            scaling = trial.suggest_categorical("scaling", ["none", "normalize", "standardize"])
            chain = prepare.chain_of(difference=trial.suggest_int("difference", 0, 1), scaling=scaling)
            steps_in = trial.suggest_int("steps_in", 5, 30)
            return prepare.framed(series, chain, steps_in=steps_in, naive=("last",))


        def data(trial):
            return frame(trial).raw


        def build(trial, data):
            framed = frame(trial)
            model = framed.around(recurrent(framed.splits, units=trial.suggest_int("units", 4, 64)))
            model.compile(optimizer="adam", loss="mse")
            return model

    The model answers in original units, and so do its scores, whatever the framing: trials are comparable,
    with each other and with naive forecasts, and the targets are the same for every `steps_in`.

    Raises: PreparationError where the series cannot be cut or prepared so.
    """
    values = training_windows("framed", series)[0] if np.ndim(series) < 3 else None
    if values is None:
        raise PreparationError(
            "framed: this is no series; give (steps,) or (steps, features), or use prepared"
        )
    windows = Windows(steps_in, checks.whole("framed", "steps_out", steps_out))
    steps = Chain(chain or Chain())
    _check_left(steps, steps_in)
    checks.whole("framed", "stride", stride)
    named = None if targets is None else checks.indices("framed", "targets", targets)
    columns = columns_of("framed", named, values.shape[1])
    end = len(values)
    first_test = end - _count("test", test, end)
    first_validation = first_test - _count("validation", validation, end)
    bounds = {
        "train": (0, first_validation),
        "validation": (first_validation, first_test),
        "test": (first_test, end),
    }
    starts = {name: _starts(name, part, windows, purge=purge)[::stride] for name, part in bounds.items()}
    every = windows.transform(values)
    pairs = {name: _pair(every[places], steps_in, columns, flat=flat) for name, places in starts.items()}
    fitted = _fitted(steps, values[:first_validation], pairs["train"][0], starts["train"])
    preparation = Preparation(fitted, values.shape[1], tuple(columns), layout)
    return _framed(pairs, preparation, starts, naive=naive, dtype=dtype)


def prepared(
    splits: Splits,
    chain: Step,
    *,
    targets: tuple[int, ...] = (),
    layout: Layout = "natural",
    dtype: str = "float32",
) -> Framed:
    """Splits whose x are raw windows (examples, steps, features), with the chain fitted on the train split.

    y continues the columns `targets` of x and is prepared with them, or stays as it is where none are
    named. `splits` are the result's `raw`.

    Raises: PreparationError where x are no windows of numbers, or y does not continue them.
    """
    pairs = {}
    for name in NAMES:
        x, y = splits.peek(name)
        if name in splits.pipelines or isinstance(x, tuple | list | dict) or np.ndim(x) != 3:
            raise PreparationError(
                f"prepared: x of the {name} split is no array of windows (examples, steps, features)"
            )
        pairs[name] = (x, y)
    windows = pairs["train"][0]
    preparation = Preparation(Chain(chain).fit(windows), windows.shape[2], targets, layout)
    return _framed(pairs, preparation, {}, dtype=dtype, raw=splits)


def _framed(
    pairs: Mapping[str, tuple[Any, Any]],
    preparation: Preparation,
    starts: Mapping[str, np.ndarray],
    *,
    dtype: str,
    naive: tuple[str, ...] = (),
    raw: Splits | None = None,
) -> Framed:
    def ready(name: str) -> tuple[Any, Any]:
        (x, y), start = pairs[name], starts.get(name, 0)
        inputs = preparation.inputs(x, start=start).astype(dtype)
        targets = preparation.outputs(y, x, start=start).astype(dtype) if preparation.targets else y
        return inputs, targets

    if raw is None:
        train, validation, test = (tuple(part.astype(dtype) for part in pairs[name]) for name in NAMES)
        raw = Splits(train=train, validation=validation, test=test, naive=naive, targets=preparation.targets)
    train, validation, test = map(ready, NAMES)
    splits = replace(
        raw,
        train=train,
        validation=validation,
        test=test,
        preparation=preparation,
        raw=raw,
        starts=dict(starts),
        targets=raw.targets if preparation.layout == "natural" else (),
    )
    return Framed(raw, splits, preparation, starts)


def _count(name: str, value: int | float, steps: int) -> int:
    """Steps of a part, from their number or their share of all."""
    if isinstance(value, float) and 0 < value < 1:
        return max(1, int(steps * value))
    if isinstance(value, float):
        raise PreparationError(
            f"framed: {name} is {value:g}; give a share between 0 and 1, or a number of steps"
        )
    return checks.whole("framed", name, value)


def _check_left(chain: Chain, steps_in: int) -> None:
    """Raises: PreparationError where differences leave nothing of a window."""
    if chain.lost >= steps_in:
        takers = [type(step).__name__ for step in chain.steps if step.lost]
        take = f"{' and '.join(takers)} take{'s' if len(takers) == 1 else ''}"
        raise PreparationError(
            f"framed: steps_in is {steps_in}, and {take} {chain.lost} steps of every window;"
            f" give steps_in={chain.lost + 1} or more"
        )


def _starts(name: str, part: tuple[int, int], windows: Windows, *, purge: bool) -> np.ndarray:
    """The first steps of the windows whose targets lie in a part, all windows in it where purged."""
    first, end = part
    earliest = first if purge else max(0, first - windows.steps_in)
    places = np.arange(earliest, end - windows.size + 1)
    if not len(places):
        within = windows.size if purge or not first else windows.steps_out
        raise PreparationError(
            f"framed: the {name} part has {max(0, end - first)} steps, a window needs {within};"
            " give shorter windows, or a longer part"
        )
    return places


def _pair(windows: np.ndarray, steps_in: int, columns: list[int], *, flat: bool) -> Pair:
    y = windows[:, steps_in:][..., columns]
    return windows[:, :steps_in], y.reshape(len(y), -1) if flat else y


def _fitted(chain: Chain, series: np.ndarray, windows: np.ndarray, starts: np.ndarray) -> Chain:
    """A chain fitted on the train part: on its series, so that every step counts once.

    From the first step on that prepares each window by itself, there is no series any more, and windows are
    what the steps learn from.
    """
    on_series = Chain(*takewhile(lambda step: not step.windowed, chain.steps))
    on_windows = Chain(*chain.steps[len(on_series.steps) :])
    fitted = on_series.fit(series)
    if not on_windows.steps:
        return fitted
    ready = fitted.transform(windows, start=starts)
    return Chain(fitted, on_windows.fit(ready, start=starts + fitted.lost))
