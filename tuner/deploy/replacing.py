"""A candidate takes the place of the model in use, and can be taken back.

Only weights and what is said about them change: architecture, schema and preparation must be the same. The
new files are put beside the old ones under a number of their own, a copy of the old model is put into
previous/<number>, and then bundle.json is replaced in one step. Whatever ends the process, the bundle is
one of the two models, whole; what was not needed in the end is cleared by the next call, which also puts the
SavedModel of the model in use in its place.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tuner.deploy.bundle import Bundle, Step, intact, previous, read, write
from tuner.deploy.card import card_of
from tuner.deploy.folders import written
from tuner.deploy.names import (
    ARCHITECTURE,
    CARD,
    LEARNED,
    MODEL,
    MONITOR,
    OBSERVATIONS,
    PREPARATION,
    PREVIOUS,
    RECORD,
    SAVEDMODEL,
    WEIGHTS,
    is_half_written,
    is_of_a_model,
)
from tuner.deploy.schema import Part, Schema
from tuner.errors import BundleError
from tuner.files import remove_leftovers, write_whole
from tuner.locking import locked


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was done: the bundle as it is now, its latest step, and what the user must know."""

    bundle: Bundle
    step: Step
    notes: tuple[str, ...] = ()


def replace_model(
    bundle: str | Path, candidate: str | Path, *, anyway: bool = False, code: str | Path = ""
) -> Replaced:
    """Put the candidate's weights into a bundle, and keep the model before under previous/<number>.

    A candidate that is not known to be better than this very model is refused, unless it shall be `anyway`.
    Where there is a SavedModel, it is made anew; `code` is a Python file to be executed for that, where the
    model has layers of its own. Nothing that a bundle names is executed.

    Raises: BundleError where it is refused, is no model of the same kind, or something cannot be read or
    written; BusyError where another process works on the bundle.
    """
    with _held(Path(bundle)) as here:
        there = read(candidate)
        check_fits(here, there)
        if here.members == there.members:
            raise BundleError(f"{candidate}: holds the weights that {bundle} has already; nothing to replace")
        doubt = doubts(here, there)
        if doubt and not anyway:
            raise BundleError(f"{candidate}: {doubt}; replace it with --anyway if you want it all the same")
        number = 1 + max((here.number, *(one.number for one in previous(here))))
        word = there.verdict.word if there.updated else ""
        step = Step("replace", _now(), here.number, number, str(Path(candidate).resolve()), word, doubt)
        return _install(here, replace(there, observed=_observed(here)), step, code)


def roll_back(bundle: str | Path, number: int | None = None, *, code: str | Path = "") -> Replaced:
    """Put a model that was in use before back: the one that the present one replaced, or that of a number.

    The present one is kept as well, so that this can be taken back, too. `code` is as for `replace_model`,
    where the SavedModel of that model is not kept.

    Raises: BundleError where there is no such model; BusyError where another process works on the bundle.
    """
    with _held(Path(bundle)) as here:
        kept = {one.number: one for one in previous(here)}
        wanted = _before(here) if number is None else number
        if wanted is None:
            raise BundleError(f"{bundle}: {_nothing_before(here, list(kept))}")
        if wanted not in kept:
            there = ", ".join(map(str, kept)) or "none"
            raise BundleError(f"{bundle}: no model {wanted} is kept; kept are {there}")
        step = Step("rollback", _now(), here.number, wanted, verdict=kept[wanted].verdict.word)
        return _install(here, kept[wanted], step, code)


def check_fits(here: Bundle, there: Bundle) -> None:
    """Raises: BundleError where a candidate is another kind of model than that of a bundle."""
    differ = [
        (here.architecture != there.architecture, "has another architecture"),
        (_shapes(here.schema) != _shapes(there.schema), "reads or answers something else"),
        (here.preparation != there.preparation, "prepares its data otherwise"),
        ((here.task, here.logits) != (there.task, there.logits), "answers in another way"),
        ((here.metric, here.direction) != (there.metric, there.direction), "is judged by another metric"),
    ]
    for wrong, what in differ:
        if wrong:
            raise BundleError(
                f"{there.place()}: {what} than {here.place()}, and only weights are replaced; make a"
                " candidate of this bundle with `tuner update`, or use it as a bundle of its own"
            )


def doubts(here: Bundle, there: Bundle) -> str:
    """Why a candidate is not known to be better than the model in use; empty where it is."""
    made = there.updated
    if made is None:
        return "comes from no update, so nothing compares it with the model in use"
    if made.of != here.identity:
        return "was compared with another model than the one in use now"
    if there.verdict.word != "better":
        word = (
            "undecided against" if there.verdict.word == "undecided" else f"found {there.verdict.word} than"
        )
        return f"is {word.replace('equivalent than', 'equivalent to')} the model in use"
    if made.ensembles is not None and made.ensembles.word(there.direction) == "worse":
        return "is worse than the model in use where the networks of either answer together, as they are used"
    if there.expected.units == "prepared" and here.expected.units == "original":
        return (
            "has an expected score of prepared data alone, by which it could never be monitored (give the"
            " update raw data)"
        )
    return ""


@contextmanager
def _held(folder: Path) -> Iterator[Bundle]:
    """The bundle in a folder, for this process alone and without what earlier ones left.

    Raises: BundleError where it is none, BusyError where another process is at work on it.
    """
    read(folder)  # before a lock is put there
    try:
        with locked(folder, "tuner replace", instead=""):
            here = read(folder)
            _put_savedmodel(here)
            _tidy(here)
            if here.history:  # a kill may have come before its card was written
                _write_card(here)
            yield here
    except OSError as error:
        raise BundleError(f"{folder}: cannot be written ({error.strerror or error})") from None


def _install(here: Bundle, there: Bundle, step: Step, code: str | Path) -> Replaced:
    """Let the weights of `there` take the place of those of `here`."""
    folder = here.place()
    new = replace(
        there,
        study=here.study,
        number=step.after,
        history=(*here.history, step),
        architecture=here.architecture,
        preparation=here.preparation,
        folder=folder,
    )
    _keep(here)
    _stage(there, new)
    notes = _export(there, _staged_savedmodel(new), code) if _lacks_savedmodel(here, new) else ()
    _set_savedmodel_aside(here)
    write(new, folder)  # from here on the new model is in use
    _put_savedmodel(new)
    _tidy(new)
    _write_card(new)
    return Replaced(read(folder), step, notes)


def _write_card(bundle: Bundle) -> None:
    write_whole(bundle.place() / CARD, card_of(bundle))


def _keep(here: Bundle) -> None:
    """Put a copy of the model in use under previous/, where it is not there yet."""
    folder = here.place()
    kept = folder / PREVIOUS / str(here.number)
    if kept.exists():
        if read(kept).members == here.members:
            return
        raise BundleError(f"{kept}: is another model than number {here.number}; move it away")
    files = [RECORD, ARCHITECTURE, *([PREPARATION] if here.preparation else [])]
    learned = f"{here.home}/{LEARNED}"
    files += [name for name in (CARD, here.expected_file, learned) if (folder / name).exists()]
    files += [
        f"{here.home}/{place}/{name}" for place in range(len(here.members)) for name in (WEIGHTS, MODEL)
    ]
    with written(kept) as beside:
        for name in files:
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            _link(folder / name, beside / name)


def _stage(there: Bundle, new: Bundle) -> None:
    """Put the files of a model beside those in use, under its own number."""
    folder = new.place()
    with written(folder / new.home) as beside:
        for place, member in enumerate(there.members):
            (beside / str(place)).mkdir()
            for name, sha256 in ((WEIGHTS, member.weights), (MODEL, member.model)):
                shutil.copyfile(intact(there.member(place) / name, sha256), beside / str(place) / name)
        if there.learned:
            path = intact(there.place() / there.home / LEARNED, there.learned)
            shutil.copyfile(path, beside / LEARNED)
    if there.examples:
        path = intact(there.place() / there.expected_file, there.examples)
        write_whole(folder / new.expected_file, path.read_bytes())


def _staged_savedmodel(new: Bundle) -> Path:
    """Where the SavedModel of a model waits for the moment in which that model is in use."""
    return new.place() / f".{SAVEDMODEL}-{new.number}"


def _kept_savedmodel(bundle: Bundle) -> Path:
    return bundle.place() / PREVIOUS / str(bundle.number) / SAVEDMODEL


def _lacks_savedmodel(here: Bundle, new: Bundle) -> bool:
    """Whether there is a SavedModel, and none of the new model is kept."""
    return (here.place() / SAVEDMODEL).is_dir() and not _kept_savedmodel(new).is_dir()


def _export(there: Bundle, target: Path, code: str | Path) -> tuple[str, ...]:
    """Make the SavedModel of a model; gives what the user must know."""
    from tuner.deploy.savedmodel import export

    try:
        export(there.place(), str(code), target)
    except BundleError as error:
        return (f"there is no {SAVEDMODEL}/ any more: {error}",)
    return (f"{SAVEDMODEL}/ was made anew, with the weights that are in use now",)


def _set_savedmodel_aside(here: Bundle) -> None:
    """A SavedModel holds weights as well: that of the old model goes with it."""
    if (here.place() / SAVEDMODEL).is_dir():
        (here.place() / SAVEDMODEL).rename(_kept_savedmodel(here))


def _put_savedmodel(here: Bundle) -> None:
    """The SavedModel of the model in use in its place, wherever it was kept, staged, or left by a kill."""
    place = here.place() / SAVEDMODEL
    for path in (_kept_savedmodel(here), _staged_savedmodel(here)):
        if path.is_dir() and not place.exists():
            path.rename(place)


def _tidy(here: Bundle) -> None:
    """Delete the files of models that are not in use, and what was half written; no other file, whatever its
    name begins with.
    """
    folder = here.place()
    own = {here.home, here.expected_file}
    for path in (*folder.iterdir(), *(folder / PREVIOUS).glob(".*")):
        not_in_use = path.parent == folder and is_of_a_model(path.name) and path.name not in own
        if (not_in_use or is_half_written(path.name)) and not path.is_symlink():
            _delete(path)
    remove_leftovers(folder, (CARD, RECORD))
    _delete(folder / PREVIOUS / str(here.number))


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    """The same file once more, or a copy where the file system knows no links."""
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)


def _observed(here: Bundle) -> int:
    """The lines of what `tuner monitor` has stored: the candidate may have been trained on these
    observations.
    """
    path = here.place() / MONITOR / OBSERVATIONS
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def _before(here: Bundle) -> int | None:
    """The number of the model that the present one replaced, when it was new; None where it replaced none."""
    return next(
        (step.before for step in here.history if step.action == "replace" and step.after == here.number), None
    )


def _nothing_before(here: Bundle, kept: list[int]) -> str:
    """Why a model has none before it, and what to do."""
    if not kept:
        return "no model was replaced here"
    numbers = " or ".join(map(str, kept))
    return (
        f"model {here.number}, which is in use, replaced none; give --to {numbers} for another that is kept"
    )


def _shapes(schema: Schema) -> Schema:
    """A schema without the ranges of the training data, which an update widens."""

    def plain(part: Part) -> Part:
        return replace(part, low=(), high=())

    return replace(schema, inputs=tuple(map(plain, schema.inputs)), outputs=tuple(map(plain, schema.outputs)))


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
