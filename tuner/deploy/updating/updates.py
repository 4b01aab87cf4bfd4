"""An update in order: gather, search each way where asked to, compare all, keep those that are better."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuner.backend import prepare_backend
from tuner.cards import Card, Readable, shown
from tuner.checked import as_json
from tuner.deploy.bundle import Bundle, Together, read
from tuner.deploy.card import ONE_EACH, in_words
from tuner.deploy.updating.given import Cutting, New
from tuner.deploy.updating.material import Material
from tuner.deploy.updating.recommending import WORSE_TOGETHER, check_enough, objections
from tuner.deploy.updating.rules import READINGS, Reading
from tuner.deploy.updating.ways import FAIR, UPDATES, WAYS, checked
from tuner.errors import BundleError, written_into
from tuner.ledger import Ledger, slug
from tuner.plan import PROFILES, Plan
from tuner.references import Against, against
from tuner.reporter import Reporter, Silent
from tuner.result import Result
from tuner.study import Study


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Update(Readable):
    """What an update found. `result` compares every way with the existing model, as its baseline.

    `more_training` compares the ways with the fair baseline, the existing model trained further on old data.
    `candidates` are the folders of the bundles that were kept, by way: nothing is replaced by itself.
    `ensembles` says of these, by way, what their networks score together beside those of the existing model
    together: one ensemble each, while verdicts are over seeds and about single networks.
    """

    bundle: Bundle
    result: Result
    more_training: Against | None
    candidates: Mapping[str, Path]
    ensembles: Mapping[str, Together]

    @property
    def better(self) -> tuple[str, ...]:
        """The ways that are better than the existing model, best mean first."""
        names = {way.name for way in UPDATES}
        return tuple(one.name for one in self.result.better if one.name in names)

    @property
    def recommended(self) -> str | None:
        """The best of those against which nothing stands; None where there is none."""
        return next((name for name in self.better if not self.objections(name)), None)

    def objections(self, name: str) -> tuple[str, ...]:
        """Why a way that is better than the existing model is not recommended, in words; nothing where it is.

        It is no better than the fair baseline; over seeds and test examples the difference may be none; a
        naive forecast is better; or it is worse as an ensemble.
        """
        found = self.ensembles.get(name)
        worse = found is not None and found.word(self.bundle.direction) == "worse"
        return (*objections(self.result, name), *([WORSE_TOGETHER] if worse else []))

    def words(self, name: str) -> str:
        """How a candidate and the existing model stand as ensembles; nothing where that is not known."""
        found = self.ensembles.get(name)
        return in_words(found, self.bundle.metric, self.bundle.direction) if found else ""

    def __repr__(self) -> str:
        return f"<Update of {shown(self.bundle.study)}: {self._claim()}>"

    def _claim(self) -> str:
        if self.recommended:
            return f"{self.recommended} is better than the existing model, and than more training on old data"
        if self.better:
            return (
                f"{self.better[0]} is better than the existing model, and not recommended, as"
                f" {self.objections(self.better[0])[0]}"
            )
        return "no way to update is shown to be better than the existing model"

    def _card(self) -> Card:
        return replace(self.result._card(), title=f"{shown(self.bundle.study)}: {self._claim()}")


def update_folder(study: str, output: str | Path | None = None) -> Path:
    """Where an update is kept: in `output`, or under reports/ by the study's name."""
    return Path(output) if output else Path("reports") / f"{slug(study)}_update"


def update(
    bundle: str | Path,
    new: New,
    output: str | Path | None = None,
    *,
    study: Study | str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    validation: int | float = 0.2,
    test: int | float = 0.3,
    reading: Reading = "auto",
    time: str | None = None,
    targets: Collection[str] = (),
    epochs: int | None = None,
    plan: Plan | None = None,
    keep: Collection[str] = (),
    seed: int | None = None,
    engine: str = "auto",
    backend: str | None = None,
    fresh: bool = False,
    accept_changes: bool = False,
    command: str = "",
    reporter: Reporter | None = None,
) -> Update:
    """Compare the ways to update a model in use with newer data, and keep those that are better as
    candidates.

    `new` is a CSV file of observations, a pair (x, y) of arrays in the order of time, `Splits` that are cut
    already, or a function that returns either. They are raw, as the model reads them to predict, and prepared
    as the bundle prepares them; only `Splits` may be prepared by the bundle's own preparation already, and
    name it. The rows of a file are sorted by their time, in the column `time` where its name does not say so,
    and `targets` are its columns that were observed or are forecast, where neither their names nor `tuner
    monitor` tell.

    The last `test` of the new examples (a number or a share) judge all ways, the `validation` before them
    serve to choose by, and the rest to train on. The old data are those of the bundle's study file, or of
    `study`, made with the `options` that the bundle has where none are given in their place. All ways train
    for `epochs`, as many as the bundle's model unless given; where the plan has trials, each way searches its
    learning rate, its epochs and, of a series, how many of its most recent examples it sees. `keep` names
    ways that are kept whatever they are found to be.

    The run folder, reports/<study>_update unless given, is resumed as every run is.

    Raises: TunerError where the bundle, the new data, the study or a setting cannot be used.
    """
    if reading not in READINGS:
        raise BundleError(f"--as {reading!r} is unknown; choose from {', '.join(READINGS)}")
    wanted, there, plan = checked(keep), read(bundle), plan or Plan()
    _check_repeats(plan, len(there.members))
    prepare_backend(backend or there.origin.backend or None)
    from tuner.deploy.updating.derived import comparison, settings_of
    from tuner.deploy.updating.material import gathered
    from tuner.deploy.updating.origins import study_of
    from tuner.deploy.updating.searching import searched
    from tuner.protocol import run

    reporter = reporter or Silent()
    if not isinstance(study, Study):
        study = study_of(there, study, options, accept_changes=accept_changes)
    elif options:
        raise BundleError("options are those of a study file; this study was made in Python")
    cutting = Cutting(validation, test, reading, time, tuple(targets))
    with _not_replaced(there):
        material = gathered(there, study, new, cutting, accept_changes=accept_changes)
    check_enough(material.new.sizes["test"])
    for text in _remarks(material):
        reporter.note(text)
    folder = update_folder(there.study, output)
    settings = settings_of(material, epochs)
    changes = {} if seed is None else {"seed": seed}
    how: dict[str, Any] = {"engine": engine, "fresh": fresh, "accept_changes": accept_changes}
    searches = replace(plan, trials=plan.trials or 0)
    found = searched(material, settings, searches, folder, reporter=reporter, changes=changes, **how)
    compared = comparison(
        material, found, settings, name=f"update of {there.study}", options=_options(material), **changes
    )
    plan = replace(plan, trials=0)
    result = run(compared, plan, output=folder, command=command, reporter=reporter, **how)
    return _told(material, compared, result, wanted, reporter)


def _told(
    material: Material, compared: Study, result: Result, wanted: Collection[str], reporter: Reporter
) -> Update:
    """What a comparison found, with the candidates of the ways that are better or `wanted`."""
    from tuner.deploy.updating.candidates import OPTIMISTIC, kept

    chosen = [one.name for one in result.better if one.name != FAIR.name]
    candidates = {
        name: kept(material, compared, result, name, reporter.note)
        for name in WAYS
        if name in (*wanted, *chosen)
    }
    fair = next((one for one in against(result) if one.reference == FAIR.name), None)
    both = {name: read(folder).updated for name, folder in candidates.items()}
    ensembles = {name: one.ensembles for name, one in both.items() if one and one.ensembles}
    told = Update(material.bundle, result, fair, candidates, ensembles)
    notes = [f"{name}: {told.words(name)}" for name in ensembles]
    notes += [ONE_EACH] if notes else []
    against_it = [
        f"{name} is not recommended: {text}" for name in told.better for text in told.objections(name)
    ]
    return replace(told, result=_noted(result, [OPTIMISTIC, *material.unlike, *notes, *against_it]))


def _check_repeats(plan: Plan, members: int) -> None:
    """Raises: BundleError where ways are repeated less often than a candidate is to have networks."""
    repeats = PROFILES[plan.profile][1] if plan.repeats is None else plan.repeats
    if repeats < members:
        raise BundleError(
            f"--repeats is {repeats}, and the bundle has {members} networks, as a candidate is to have; give"
            f" --repeats {members} or more"
        )


@contextmanager
def _not_replaced(bundle: Bundle) -> Iterator[None]:
    """What is read within it is of one model. Raises: BundleError where another took its place meanwhile."""
    try:
        yield
    finally:
        if read(bundle.place()).identity != bundle.identity:
            raise BundleError(
                f"{bundle.place()}: the model was replaced while it was read; give the command again"
            ) from None


def _noted(result: Result, notes: Iterable[str]) -> Result:
    """The result whose report says these sentences as well; they are stored with its run."""
    assert result.folder is not None  # loaded from one
    ledger = Ledger(result.folder)
    setup = ledger.read_setup()
    assert setup is not None  # it was run just now
    setup = replace(setup, notes=tuple(dict.fromkeys((*setup.notes, *notes))))
    with written_into(result.folder):
        ledger.write_setup(setup)
    return replace(result, setup=setup)


def _remarks(material: Material) -> list[str]:
    sizes = material.new.sizes
    said = [
        f"new examples from {material.where}: {sizes['train']:,} to train on,"
        f" {sizes['validation']:,} to choose by, {sizes['test']:,} to judge by"
        + (f"; {material.new.gap} left out at each border" if material.new.gap else "")
    ]
    if material.known:
        said.append(
            f"{material.known:,} of the examples to judge by are among the old data as well, which the"
            " existing model has seen"
        )
    if material.left_out:
        said.append(
            f"{material.left_out:,} old examples are left out, which are among the new ones to choose or to"
            " judge by, or share steps of their targets"
        )
    return [
        *said,
        *material.notes,
        *material.unlike,
        *(f"going on although {text}" for text in material.changed),
    ]


def _options(material: Material) -> dict[str, Any]:
    """What the report says of where the update comes from."""
    return {
        "bundle": material.bundle.identity[:12],
        "configuration": material.bundle.configuration,
        "new data": material.where,
        **({"changed": "; ".join(material.changed)} if material.changed else {}),
    }


def summary_of(found: Update) -> dict[str, Any]:
    """What an update found, for other programs: the summary of its run folder, and its candidates."""
    from tuner.report import summary

    return {
        **summary(found.result),
        "better": list(found.better),
        "recommended": found.recommended,
        "objections": {name: list(found.objections(name)) for name in found.better},
        "candidates": {name: str(folder) for name, folder in found.candidates.items()},
        "ensembles": {name: as_json(one) for name, one in found.ensembles.items()},
    }
