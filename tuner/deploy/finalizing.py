"""The winner of a study, trained on all data with several seeds and stored as a bundle."""

from pathlib import Path

from tuner.backend import prepare_backend
from tuner.deploy.bundle import Bundle, read
from tuner.deploy.folders import check_free, written
from tuner.deploy.updating.ways import CANDIDATES, FAIR
from tuner.errors import BundleError
from tuner.ledger import slug
from tuner.reporter import Reporter, Silent
from tuner.result import Result, load
from tuner.study import Study

MOST_MEMBERS = 100


def _refuse_update(result: Result) -> None:
    """Raises: BundleError where a run is that of an update, which has made bundles already."""
    if FAIR.name not in result.setup.references or "bundle" not in result.setup.options:
        return
    raise BundleError(
        f"{result.folder}: is the run of an update, whose candidates are bundles already; `tuner replace"
        f" BUNDLE {result.folder}/{CANDIDATES}/WAY` puts one in use"
    )


def bundle_folder(study: str, output: str | Path | None = None) -> Path:
    """Where the bundle of a study is put: in `output`, or under bundles/ by the study's name.

    >>> bundle_folder("sine sum").parent.name
    'bundles'
    """
    return Path(output) if output else Path("bundles") / slug(study)


def finalize(
    run: str | Path,
    output: str | Path | None = None,
    *,
    study: Study | str | Path | None = None,
    members: int = 5,
    keep_test: bool = False,
    configuration: str | None = None,
    accept_changes: bool = False,
    engine: str = "auto",
    backend: str | None = None,
    savedmodel: bool = False,
    reporter: Reporter | None = None,
) -> Bundle:
    """Train the configuration that a run folder chose on all its data, and store it as a bundle.

    An ensemble of `members` networks with seeds of their own is trained on the train, validation and test
    splits together (without the test split where `keep_test` is given). What to expect of it is measured
    with as many networks more, on the train split alone; with `keep_test` on the members themselves. The
    study is that of the run's file; `study` is another file, or a `Study` that was made in Python.
    `configuration` names another one that was confirmed. With `savedmodel` a TensorFlow SavedModel is
    exported as well.

    Raises: TunerError where there is nothing to finalize, or something is not as it was in the run.
    """
    if not 1 <= members <= MOST_MEMBERS:
        raise BundleError(f"members is {members}; give 1 to {MOST_MEMBERS}")
    result = load(run)
    _refuse_update(result)
    folder = bundle_folder(result.setup.study or "study", output)
    check_free(folder)
    running = prepare_backend(backend or result.setup.backend)  # before anything imports Keras

    from tuner.deploy.choosing import chosen, study_of
    from tuner.deploy.making import FinalizeOptions, Telling, make, store

    measured = chosen(result, configuration)
    asked = FinalizeOptions(members, keep_test, accept_changes, engine, running)
    telling = Telling(reporter or Silent(), measured.name, members)
    made = make(result, measured, study_of(result, study), asked, telling)
    with written(folder) as beside:
        store(made, beside)
        if savedmodel:
            from tuner.deploy.savedmodel import export

            export(beside, made.bundle.origin.path)
    return read(folder)
