"""The confirmed networks of a way as a bundle of its own: a candidate, which nobody has put in use yet."""

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.deploy.bundle import (
    ARCHITECTURE,
    CARD,
    PREPARATION,
    Bundle,
    Epochs,
    Trained,
    Updated,
    Verdict,
    read,
    write,
    write_examples,
    write_learned,
)
from tuner.deploy.card import card_of
from tuner.deploy.folders import written
from tuner.deploy.networks import Network
from tuner.deploy.schema import Part, part_of
from tuner.deploy.serving import network_of
from tuner.deploy.storing import write_members
from tuner.deploy.updating.derived import EPOCHS, RECENT
from tuner.deploy.updating.material import Material
from tuner.deploy.updating.parting import count, recent_of
from tuner.deploy.updating.recommending import objections
from tuner.deploy.updating.together import measured
from tuner.deploy.updating.ways import CANDIDATES, FAIR, WAYS, Way
from tuner.engines.choice import Trainer
from tuner.errors import BundleError
from tuner.references import against
from tuner.repeats import Repeats
from tuner.report import headline
from tuner.result import Measured, Result
from tuner.study import Study
from tuner.trees import flat

OPTIMISTIC = (
    "Where a way is chosen because it scored best, its score on the examples by which all were compared is"
    " partly luck: expect it to do a little worse on others"
)
_SAME = 1e-4  # relative: what trains again on the same machine gives the same score

Say = Callable[[str], None]


def kept(material: Material, study: Study, result: Result, name: str, say: Say) -> Path:
    """The folder with the bundle of a way: as many of its confirmed networks as the existing model has.

    They are those of the first seeds, whatever they score. Their weights are not in the run folder, so they
    are trained again, by which they become the same, or else the candidate says that they have not. A
    candidate that is there already stays as it is.

    Raises: BundleError where none has a score.
    """
    assert result.folder is not None  # loaded from one
    folder = result.folder / CANDIDATES / WAYS[name].folder
    record = _record(material, result, name)
    with suppress(BundleError):
        there = read(folder)
        if there.learned and (_made(there), there.verdict) == (_made(record), record.verdict):
            return folder
    say(f"keeping the networks of {name} as a candidate")
    networks, other = _trained(study, result, name, len(material.members), say)
    if folder.exists():
        shutil.rmtree(folder)  # of an earlier state of this run folder
    notes = []
    if len(networks) < (members := len(material.members)):
        notes.append(f"It has {len(networks)} networks instead of {members}: no other run has a score")
    if other:
        notes.append(
            f"Its networks are not those that were compared, but were trained again like them ({other}): this"
            " machine does not train alike twice. What to expect was measured on the networks that are here"
        )
    for text in notes:
        say(f"{name}: {text}")
    record = replace(record, notes=(*record.notes, *notes))
    _write(material, study, result, record, networks, folder)
    return folder


def _made(candidate: Bundle) -> Updated | None:
    """How a candidate came about, without what its networks had to tell."""
    return None if candidate.updated is None else replace(candidate.updated, ensembles=None)


def _record(material: Material, result: Result, name: str) -> Bundle:
    """What the candidate's bundle.json says, but for what its networks have to tell."""
    bundle, way = material.bundle, WAYS[name]
    way_measured = next(one for one in result.finalists if one.name == name)
    params = dict(way_measured.configuration.params)
    fair = next((one for one in against(result) if one.reference == FAIR.name), None)
    compared = fair.comparisons.get(name) if fair else None
    updated = Updated(
        of=bundle.identity,
        way=name,
        words=way.words,
        data=material.where,
        until=material.until,
        source=material.source,
        params=params,
        more_training=compared.verdict if compared else "",
        old=material.splits,
    )
    return replace(
        bundle,
        epochs=Epochs(
            int(params[EPOCHS]), "as the update was compared; a callback may have ended it earlier"
        ),
        trained=Trained(_examples(material, way, params.get(RECENT, 1.0)), kept_test=True),
        verdict=verdict(result, way_measured),
        origin=replace(
            bundle.origin,
            run=str(result.folder),
            data=material.data,
            seed=result.setup.seed,
            versions=result.setup.versions,
            **_file(material.study),
        ),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        identity=uuid.uuid4().hex,
        number=0,
        history=(),
        updated=updated,
        notes=tuple(_notes(material, result, way_measured)),
    )


def _examples(material: Material, way: Way, share: float) -> dict[str, int]:
    """How many examples of each kind a way sees: the most recent ones, which are the new ones first."""
    old = count(material.old) if way.old else 0
    new = count(material.new.train) if way.new else 0
    seen = recent_of(old + new, share)
    found = {"old": max(0, seen - new), "new": min(seen, new)}
    return {name: number for name, number in found.items() if number}


def _file(study: Study) -> dict[str, Any]:
    """Where the study file is now, and what it is; nothing where it came from none."""
    return {name: getattr(study, name) for name in ("path", "file", "source")} if study.path else {}


def _notes(material: Material, result: Result, way: Measured) -> Iterator[str]:
    yield OPTIMISTIC
    if way.comparison is not None and way.comparison.verdict == "better" and way.name != FAIR.name:
        for text in objections(result, way.name):
            yield f"It was not recommended: {text}"
    if len(material.members) > 1:
        yield (
            "The verdict compares single networks, over seeds, with those of the existing model; of the means"
            " of their predictions, which are what a model in use answers, one ensemble each was compared"
        )
    for text in material.changed:
        yield f"It was updated although {text}"


def verdict(result: Result, way: Measured) -> Verdict:
    """What the comparison says of a way against the existing model."""
    said = headline(replace(result, finalists=(way,)))
    return Verdict(said.word, said.claim, said.evidence, said.scope, said.naive)


def _trained(
    study: Study, result: Result, name: str, members: int, say: Say
) -> tuple[tuple[Network, ...], str]:
    """The networks of the first seeds that have a score, trained as they were confirmed.

    With them comes what tells that they are not the same to the last digits; nothing where they are.
    """
    runs = [run for run in result.runs if (run.phase, run.configuration) == ("confirmation", name)]
    scored = {run.seed_index: run.scores["test"] for run in runs if run.status == "complete"}
    wanted = sorted(scored)[:members]
    if not wanted:
        raise BundleError(f"{name}: no run of it has a score, so there is nothing to keep")
    engine = "fit" if result.setup.engine == "fit" else "auto"
    repeats = Repeats(study, engine=engine, on_note=say)
    indices = range(len(runs))
    training = repeats.training("confirmation", result.configurations[name], indices)
    trainer = Trainer(engine, replace(training.job, keep_weights=True), say)
    found = []
    for group in result.groups:
        own = (group.phase, group.configuration.name) == ("confirmation", name)
        if own and set(group.seed_indices) & set(wanted):  # groups train whole, as they did
            outcomes = trainer.train(group.seed_indices, lambda share: None)
            found += list(zip(group.seed_indices, outcomes, strict=True))
    networks, other = [], ""
    for index, outcome in found:
        if index in wanted and outcome.status == "complete":
            again = outcome.scores.get("test", np.nan)
            if not np.isclose(again, scored[index], rtol=_SAME, atol=1e-12):
                other = other or f"seed {index} scored {scored[index]:.6g}, and now {again:.6g}"
            networks.append(Network(index, outcome.weights))
    if not networks:
        raise BundleError(f"{name}: no network of it has a score when it is trained again")
    return tuple(networks), other


def _write(
    material: Material,
    study: Study,
    result: Result,
    record: Bundle,
    networks: tuple[Network, ...],
    folder: Path,
) -> None:
    assert record.updated is not None
    there = material.bundle.place()
    network = network_of(material.bundle)
    found, together = measured(material, study, result, record, networks, network)
    with written(folder) as beside:
        text = (there / ARCHITECTURE).read_text(encoding="utf-8")
        members = write_members(beside, text, network, networks)
        learned = write_learned(beside / record.home, material.learned)
        if record.preparation:
            shutil.copyfile(there / PREPARATION, beside / PREPARATION)
        examples = "" if found.examples is None else write_examples(beside, found.examples)
        done = replace(
            record,
            members=members,
            expected=found.expected,
            examples=examples,
            learned=learned,
            updated=replace(record.updated, ensembles=together),
            schema=replace(record.schema, inputs=_spans(material, record)),
        )
        (beside / CARD).write_text(card_of(done), encoding="utf-8")
        write(done, beside)


def _spans(material: Material, record: Bundle) -> tuple[Part, ...]:
    """The inputs with the ranges of the new training examples as well, where these are known raw."""
    raw = material.raw or (None if record.preparation else material.new)
    assert record.updated is not None
    if raw is None or not WAYS[record.updated.way].new:
        return record.schema.inputs
    return tuple(
        _span(part, part_of(array))
        for part, array in zip(record.schema.inputs, flat(raw.train[0]), strict=True)
    )


def _span(known: Part, new: Part) -> Part:
    if len(known.low) != len(new.low):
        return known
    low = tuple(map(min, known.low, new.low))
    return replace(known, low=low, high=tuple(map(max, known.high, new.high)))
