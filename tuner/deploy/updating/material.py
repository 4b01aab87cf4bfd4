"""What an update works with: the bundle's members, the study that made them, its old examples, and new
ones.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner.deploy.bundle import Bundle, learned_of
from tuner.deploy.serving import load_weights, network_of
from tuner.deploy.updating.given import Cutting, New, gap_of, given
from tuner.deploy.updating.making import Weights, maker_of
from tuner.deploy.updating.origins import changed, digest_of, old_names, old_splits
from tuner.deploy.updating.parting import (
    MOSTLY,
    Pair,
    Parts,
    apart,
    chosen,
    count,
    digests_of,
    seen_before,
    together,
    unlearned,
)
from tuner.deploy.updating.unlike import far_outside
from tuner.deploy.updating.ways import FAIR, WAYS
from tuner.errors import BundleError
from tuner.splits import NAMES, Splits, digest
from tuner.study import Build, Study
from tuner.trees import leaves


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The study of a bundle with its old examples, the new ones, and the members' weights.

    `builder` is the build function of the bundle's configuration, as it makes the bundle's network. `raw` are
    the new examples in original units, None where the model does not read others, or they are not known.
    `known` counts the examples to judge by that are among all old ones, `left_out` those that were left out
    of `old` for that, and `where` says where the new data are from. `naive`, `credit` and `targets` are those
    of the study's data, `data` is the digest of these, `changed` what is not as it was when the bundle was
    made, and `notes` what is to be said of the data. `splits` are the names of the study's splits that are
    the old data, and `learned` has the digests of all new examples, and of those of the updates before by
    which the existing model came about.
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
    left_out: int
    where: str
    data: str
    targets: tuple[int, ...] = ()
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    until: str = ""  # see `Given`
    unlike: tuple[str, ...] = ()  # inputs far outside of what the bundle was trained on, in words
    splits: tuple[str, ...] = NAMES
    learned: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))

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
    bundle: Bundle, study: Study, new: New, cutting: Cutting, *, accept_changes: bool = False
) -> Material:
    """All that an update needs.

    Old examples that are among those to choose or to judge by are left out of the old ones, and so are those
    that share steps of their targets. New ones that an earlier update had, by which the existing model came
    about, neither choose nor judge.

    Raises: BundleError where the new data cannot be read, cut or joined with the old ones, or the old ones
    are others than they were, which `accept_changes` accepts, or the study no longer makes this model;
    StudyError where the study fails.
    """
    data = digest_of(bundle, study)
    told = changed(bundle, study, data, accept=accept_changes)
    splits = old_splits(bundle, study)
    names = old_names(bundle)
    every = together(*(getattr(splits, name) for name in names))
    found = given(bundle, study, splits, new, cutting)
    _check_alike(found.parts, every)
    _check_classes(bundle, found.parts)
    before, reach = learned_of(bundle), gap_of(bundle, study, every)
    parts, stay = unlearned(found.parts, before, reach)
    known = seen_before(parts.test, every)
    if known > MOSTLY * count(parts.test):
        raise BundleError(
            f"{known:,} of the {count(parts.test):,} new examples to judge by are among the old data, which"
            " the existing model was trained on; give observations from after these"
        )
    old = apart(every, together(parts.validation, parts.test), reach)
    members = _members(bundle)
    maker = maker_of(bundle, study, splits, names, parts, members[0])
    raw = None if found.raw is None else chosen(found.raw, stay)
    return Material(
        bundle=bundle,
        study=study,
        builder=maker.build,
        members=members,
        old=old,
        new=parts,
        raw=raw,
        naive=splits.naive,
        credit=splits.credit,
        known=known,
        left_out=count(every) - count(old),
        where=found.where,
        data=data,
        targets=splits.targets,
        changed=told,
        notes=(*found.notes, *maker.notes, *_notes(bundle, splits, names, found.parts, parts)),
        until=found.until,
        unlike=far_outside(bundle, raw or (None if bundle.preparation else parts)),
        splits=names,
        learned=np.union1d(before, digests_of(found.parts.train, found.parts.validation, found.parts.test)),
    )


def _notes(bundle: Bundle, splits: Splits, names: Sequence[str], given: Parts, parts: Parts) -> Iterator[str]:
    """What is to be said of the old data, and of new examples that are left out."""
    left_out = sum(given.sizes.values()) - sum(parts.sizes.values())
    if left_out:
        yield (
            f"{left_out:,} new examples to choose or to judge by are left out, which were in the data of an"
            " earlier update, by which the existing model came about"
        )
    for name in NAMES:
        if name not in names:
            yield (
                f"the {name} split of the study, {splits.sizes[name]:,} examples, is not among the old data:"
                " the existing model was not trained on it (--keep-test)"
            )
    way = WAYS.get(bundle.updated.way) if bundle.updated else None
    if way is not None and not (way.old or way.existing):
        yield (
            f"the existing model came about by {way.name} and has not seen the old data of the study, on"
            f" which {FAIR.name} trains"
        )


def _members(bundle: Bundle) -> tuple[Weights, ...]:
    network = network_of(bundle)
    found = []
    for place in range(len(bundle.members)):
        load_weights(bundle, network, place)
        found.append(tuple(np.asarray(weight.value) for weight in network.weights))
    return tuple(found)


def _check_alike(parts: Parts, old: Pair) -> None:
    for place, label in ((0, "x"), (1, "y")):
        ours, theirs = ([leaf.shape[1:] for leaf in leaves(pair[place])] for pair in (parts.train, old))
        if ours != theirs:
            raise BundleError(
                f"{label} of the new data has shape {_shapes(ours)} an example, of the old data"
                f" {_shapes(theirs)}; they must agree"
            )


def _check_classes(bundle: Bundle, parts: Parts) -> None:
    """Raises: BundleError where a target of a model that tells one of several classes is no class."""
    output = bundle.schema.output
    if bundle.task != "classes" or output is None or not output.width:
        return
    for pair in (parts.train, parts.validation, parts.test):
        y = np.asarray(pair[1])
        wrong = y[~np.isin(y, np.arange(output.width))] if y[:1].size == 1 else y[:0]
        if wrong.size:
            raise BundleError(
                f"{wrong.flat[0]:g} is no number of a class; give 0 to {output.width - 1}, or its name"
            )


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return " and ".join(map(str, shapes))
