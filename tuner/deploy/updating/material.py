"""What an update works with: the bundle's members, the study that made them, its old examples, and new
ones.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuner.deploy.bundle import Bundle, preparation_of
from tuner.deploy.serving import load_weights, network_of
from tuner.deploy.updating import rules
from tuner.deploy.updating.parting import Pair, Parts, count, of_splits, parted, seen_before, together
from tuner.deploy.updating.reading import read_numbers
from tuner.deploy.updating.rules import Reading
from tuner.errors import BundleError, StudyError, study_errors
from tuner.loading import load_study
from tuner.seeds import Seed
from tuner.study import Build, Splits, Study, digest
from tuner.trees import leaves, mapped
from tuner.trials import PinnedTrial

Weights = tuple[np.ndarray, ...]
New = Splits | Pair | str | Path | Callable[[], Any]
"""New data: a file, a pair (x, y) in the order of time, splits that are cut already, or what returns these.
"""

MOSTLY = 0.5  # of the examples to judge by; where more are old ones, the new data are the old data


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The study of a bundle with its old examples, the new ones, and the members' weights.

    `builder` is the build function of the bundle's configuration. `raw` are the new examples in original
    units, None where the model does not read others, or they are not known. `known` counts the examples to
    judge by that are among the old ones, and `where` says where the new data are from.
    """

    bundle: Bundle
    study: Study
    builder: Build
    members: tuple[Weights, ...]
    old: Pair
    new: Parts
    raw: Parts | None
    naive: tuple[str, ...]
    credit: str
    known: int
    where: str

    @property
    def params(self) -> dict[str, Any]:
        """The hyperparameter values of the bundle's configuration."""
        return dict(self.bundle.params)

    @property
    def source(self) -> str:
        """sha256 of all that an update depends on: the members, the study, the old and the new examples."""
        found = hashlib.sha256(
            json.dumps([self.study.source, [one.weights for one in self.bundle.members]]).encode()
        )
        splits = Splits(self.new.train, self.new.validation, self.new.test)
        found.update(digest(splits).encode())
        for leaf in leaves(self.old):
            found.update(np.ascontiguousarray(leaf).tobytes())
        return found.hexdigest()


def gathered(
    bundle: Bundle,
    study: Study,
    new: New,
    *,
    validation: int | float,
    test: int | float,
    reading: Reading = "auto",
) -> Material:
    """All that an update needs.

    Raises: BundleError where the new data cannot be read, cut or joined with the old ones; StudyError where
    the study fails, or no longer makes this model.
    """
    builder = _builder(bundle, study)
    splits = old_splits(bundle, study)
    old = together(splits.train, splits.validation, splits.test)
    found, where = _found(bundle, study, splits, new, reading)
    parts, raw = (_parts(one, validation, test, _gap(bundle, study, one)) for one in found)
    assert parts is not None  # what the model reads is always known
    _check_alike(parts, old)
    known = seen_before(parts.test, old)
    if known > MOSTLY * count(parts.test):
        raise BundleError(
            f"{known:,} of the {count(parts.test):,} new examples to judge by are among the old data, which"
            " the existing model was trained on; give observations from after these"
        )
    return Material(
        bundle=bundle,
        study=study,
        builder=builder,
        members=_members(bundle),
        old=old,
        new=parts,
        raw=raw,
        naive=splits.naive,
        credit=splits.credit,
        known=known,
        where=where,
    )


def study_of(bundle: Bundle, path: str | Path | None = None) -> Study:
    """The study that made a bundle, from its file or from where that is now.

    Raises: StudyError where the file is not there or cannot be used, BundleError where it is another.
    """
    origin = bundle.origin
    if not origin.path and path is None:
        raise BundleError(
            f"{bundle.place()}: its study came from no file; give it in Python:"
            " tuner.deploy.update(..., study=)"
        )
    file = Path(path or origin.path)
    if not file.exists():
        raise BundleError(f"{file}: the study file of the bundle is not there; say where it is with --study")
    study = load_study(file, origin.options)
    if origin.file and study.file != origin.file:
        raise BundleError(
            f"{file}: has changed since the bundle was made (sha256 {origin.file[:12]}, now"
            f" {study.file[:12]}); give the file as it was with --study, or make the bundle again"
        )
    return study


def old_splits(bundle: Bundle, study: Study) -> Splits:
    """The data that the members of a bundle were made with.

    Raises: StudyError where the data function fails, or they come batch by batch.
    """
    with study_errors("the data function"):
        seed = Seed(study.seed, "final", "", 0)
        splits = study.splits(PinnedTrial(bundle.params, bundle.configuration), seed.generator("data"))
    for name in splits.pipelines:
        raise StudyError(f"the {name} split comes batch by batch, and an update joins arrays; give arrays")
    return splits


def _builder(bundle: Bundle, study: Study) -> Build:
    candidate = study.candidates.get(bundle.configuration)
    return candidate if callable(candidate) else study.build


def _members(bundle: Bundle) -> tuple[Weights, ...]:
    network = network_of(bundle)
    found = []
    for place in range(len(bundle.members)):
        load_weights(bundle, network, place)
        found.append(tuple(np.asarray(weight.value) for weight in network.weights))
    return tuple(found)


def _found(
    bundle: Bundle, study: Study, splits: Splits, new: New, reading: Reading
) -> tuple[tuple[Splits | Pair, Splits | Pair | None], str]:
    """The new data as the model reads them, in original units where that is something else, and their
    origin.
    """
    if isinstance(new, str | Path):
        return _from_file(bundle, study, splits, Path(new), reading), str(new)
    given: Any = new
    if callable(given):
        with study_errors("the function of the new data"):
            given = given()
    if isinstance(given, Splits):
        return (given, given.raw), "splits made in Python"
    return (_as_pair(given, "new data"), None), "arrays made in Python"


def _from_file(
    bundle: Bundle, study: Study, splits: Splits, path: Path, reading: Reading
) -> tuple[Pair, Pair | None]:
    if study.new_data is not None and reading == "auto":
        if not path.exists():
            raise BundleError(f"{path}: no such file; give new observations")
        with study_errors(f"new_data of the study, called for {path},"):
            return _as_pair(study.new_data(path), "new_data of the study"), None
    old = splits.raw or splits
    try:
        table = read_numbers(path, bundle.schema)
        raw = rules.raw_examples(table, old.test, bundle.schema.targets, reading)
        preparation = preparation_of(bundle)
        return rules.prepared(raw, preparation, splits.train), None if preparation is None else raw
    except BundleError as error:
        raise BundleError(f"{path}: {error}") from None


def _parts(given: Splits | Pair | None, validation: int | float, test: int | float, gap: int) -> Parts | None:
    if given is None:
        return None
    return of_splits(given) if isinstance(given, Splits) else parted(given, validation, test, gap)


def _as_pair(given: Any, who: str) -> Pair:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise BundleError(f"{who} is no pair (x, y) of arrays; give examples in the order of time")
    x, y = (mapped(np.asarray, part) for part in given)
    counts = {len(leaf) if leaf.ndim else 0 for leaf in leaves((x, y))}
    if len(counts) != 1 or counts == {0}:
        raise BundleError(
            f"{who} has {' and '.join(map(str, sorted(counts)))} examples; x and y need as many"
        )
    return x, y


def _gap(bundle: Bundle, study: Study, given: Splits | Pair | None) -> int:
    """Neighbours that share steps of their targets, where the examples are windows of a series."""
    y = None if given is None or isinstance(given, Splits) else given[1]
    if not study.series or y is None or isinstance(y, tuple | list | dict):
        return 0
    return max(0, math.prod(np.shape(y)[1:]) // max(1, len(bundle.schema.targets)) - 1)


def _check_alike(parts: Parts, old: Pair) -> None:
    for place, label in ((0, "x"), (1, "y")):
        ours, theirs = ([leaf.shape[1:] for leaf in leaves(pair[place])] for pair in (parts.train, old))
        if ours != theirs:
            raise BundleError(
                f"{label} of the new data has shape {_shapes(ours)} an example, of the old data"
                f" {_shapes(theirs)}; they must agree"
            )


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return " and ".join(map(str, shapes))
