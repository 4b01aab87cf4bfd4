"""Which sizes are asked for: of the train split, and of ensembles."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

from tuner.errors import TunerError

AUTO = "auto"
SHARES = (0.1, 0.25, 0.5, 1.0)  # of the train split, where nobody says which
MEMBERS = (1, 2, 5, 10, 20, 50, 100)  # networks of an ensemble, likewise, up to as many as there are
FEWEST_NETWORKS = 3  # of fewer no interval is known

Sizes = Sequence[float] | str  # numbers, or "auto"


def checked_train_sizes(asked: Sizes, error: type[TunerError] = TunerError) -> tuple[float, ...]:
    """Sizes of the train split in ascending order: shares of it above 0 and up to 1, or numbers of examples.

    They are shares where one of them is no whole number.

    >>> checked_train_sizes("auto"), checked_train_sizes((0.5, 1)), checked_train_sizes([400, 100.0])
    ((0.1, 0.25, 0.5, 1.0), (0.5, 1.0), (100, 400))

    Raises: `error` where they are neither, or fewer than two.
    """
    if asked == AUTO:
        return SHARES
    found = _numbers("train_sizes", asked, "0.1,0.25,0.5,1 or 100,200,400", error)
    if not found:
        return ()
    shares = any(one != int(one) for one in found)
    if shares and not all(0 < one <= 1 for one in found):
        raise error(
            f"train_sizes is {_written(found)}; give shares of the train split above 0 and up to 1, or whole"
            " numbers of examples, and do not mix them"
        )
    if not shares and min(found) < 1:
        raise error(f"train_sizes is {_written(found)}; give numbers of examples, 1 or more")
    kept = sorted({float(one) if shares else int(one) for one in found})
    if len(kept) < 2:
        raise error(f"train_sizes is {_written(found)}; give two sizes or more, such as 0.25,0.5,1")
    return tuple(kept)


def checked_ensemble_sizes(asked: Sizes, error: type[TunerError] = TunerError) -> tuple[int, ...] | str:
    """Numbers of networks in ascending order, each once; "auto" stays: it depends on how many there are.

    >>> checked_ensemble_sizes([5, 1, 5]), checked_ensemble_sizes("auto")
    ((1, 5), 'auto')

    Raises: `error` where they are no such numbers, or fewer than two.
    """
    if asked == AUTO:
        return AUTO
    found = _numbers("ensemble_sizes", asked, "1,2,5,10", error)
    if any(one != int(one) or one < 1 for one in found):
        raise error(f"ensemble_sizes is {_written(found)}; give whole numbers of networks, 1 or more")
    kept = tuple(sorted({int(one) for one in found}))
    if len(kept) == 1:
        raise error(f"ensemble_sizes is {kept[0]}; give two sizes or more, such as 1,{max(kept[0], 5)}")
    return kept


def examples_of(sizes: Sequence[float], total: int) -> tuple[int, ...]:
    """Numbers of examples of a train split of `total`, each once; numbers beyond it are left out.

    >>> examples_of((0.1, 0.25, 1.0), 64), examples_of((32, 64, 100), 64)
    ((6, 16, 64), (32, 64))
    """
    found = (max(1, round(one * total)) if isinstance(one, float) else int(one) for one in sizes)
    return tuple(sorted({one for one in found if one <= total}))


def members_of(sizes: Sequence[int] | str, networks: int) -> tuple[int, ...]:
    """Sizes of ensembles that so many networks can make.

    >>> members_of("auto", 10), members_of("auto", 30), members_of((1, 4, 20), 10)
    ((1, 2, 5, 10), (1, 2, 5, 10, 20, 30), (1, 4))
    """
    if isinstance(sizes, str):
        return tuple(sorted({*(one for one in MEMBERS if one < networks), networks}))
    return tuple(one for one in sizes if one <= networks)


def _numbers(name: str, asked: Any, example: str, error: type[TunerError]) -> list[float]:
    listed = not isinstance(asked, str) and isinstance(asked, Sequence)
    if not listed or any(isinstance(one, bool) or not isinstance(one, Real) for one in asked):
        raise error(f"{name} is {asked!r}; give numbers such as {example}, or 'auto'")
    found = [float(one) for one in asked]
    if not all(abs(one) < 2**53 for one in found):
        raise error(f"{name} is {_written(found)}; give finite numbers such as {example}")
    return found


def _written(numbers: Sequence[float]) -> str:
    return ",".join(f"{one:g}" for one in numbers)
