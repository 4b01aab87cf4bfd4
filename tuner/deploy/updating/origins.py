"""The study that made a bundle and its old data: where they are, and whether they are what they were.

A study file is a program, and a bundle says where it lies: nothing is executed before it is known to be the
file that made the bundle, or the user has said to go on with another one.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuner.deploy.bundle import Bundle, preparation_of, sha256_of
from tuner.deploy.updating.given import as_the_bundle
from tuner.errors import BundleError, StudyError, study_errors
from tuner.loading import load_study
from tuner.records import BASELINE, Configuration
from tuner.seeds import Seed
from tuner.splits import NAMES, Splits, digest
from tuner.study import Study
from tuner.trials import PinnedTrial


def study_of(
    bundle: Bundle,
    path: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    accept_changes: bool = False,
) -> Study:
    """The study that made a bundle, from its file or from where that is now, with the options that it had.

    `options` take the place of those of their names, such as where the data are now.

    Raises: StudyError where the file is not there or cannot be used, BundleError where it is another.
    """
    origin = bundle.origin
    if not origin.path and path is None:
        raise BundleError(
            f"{bundle.place()}: its study came from no file; give it in Python:"
            " tuner.deploy.update(..., study=)"
        )
    file = Path(path or origin.path)
    if path is None and (not file.is_absolute() or file.resolve().is_relative_to(bundle.place().resolve())):
        raise BundleError(
            f"{bundle.place()}: names {origin.path[:80]!r} as its study file, which has no place of its own;"
            " a study file is executed, so say with --study which one"
        )
    if not file.exists():
        raise BundleError(f"{file}: the study file of the bundle is not there; say where it is with --study")
    if file.is_file() and not accept_changes and (told := _other_file(bundle, sha256_of(file))):
        raise BundleError(
            f"{file}: {told}; give the file as it was with --study, or go on all the same with"
            " --accept-changes"
        )
    return load_study(file, {**origin.options, **(options or {})})


def changed(bundle: Bundle, study: Study, data: str, *, accept: bool) -> tuple[str, ...]:
    """What is not as it was when the bundle was made, in words; `data` is the digest of the old data.

    Raises: BundleError where there is something, and it is not accepted.
    """
    found = [_other_file(bundle, study.file)] if study.file else []
    if data != bundle.origin.data:
        found.append(
            f"the study's data have changed since the bundle was made (sha256 {bundle.origin.data[:12]},"
            f" now {data[:12]}), and new data may be among them"
        )
    found = [text for text in found if text]
    if found and not accept:
        raise BundleError(
            f"{bundle.place()}: {'; '.join(found)}; let the study read what it read then, or go on all the"
            " same with --accept-changes"
        )
    return tuple(found)


def digest_of(bundle: Bundle, study: Study) -> str:
    """sha256 of the study's data, as its run found it. Raises: StudyError where the data function fails."""
    from tuner.sources import Source  # Keras, whose backend is known by now

    source = Source(replace(study, seed=bundle.origin.seed))
    return digest(source.splits_of(Configuration(BASELINE, study.baseline)))


def old_splits(bundle: Bundle, study: Study) -> Splits:
    """The data that the members of a bundle were made with, prepared as the bundle prepares.

    Raises: StudyError where the data function fails, or they come batch by batch; BundleError where another
    preparation made them.
    """
    with study_errors("the data function"):
        seed = Seed(bundle.origin.seed, "final", "", 0)
        splits = study.splits(PinnedTrial(bundle.params, bundle.configuration), seed.generator("data"))
    for name in splits.pipelines:
        raise StudyError(f"the {name} split comes batch by batch, and an update joins arrays; give arrays")
    return as_the_bundle(splits, preparation_of(bundle), splits.train, "the study's data")


def old_names(bundle: Bundle) -> tuple[str, ...]:
    """The splits of the study that the model was trained on, which are the old data of an update."""
    if bundle.updated is not None:
        known = tuple(name for name in NAMES if name in bundle.updated.old)
        return known or NAMES  # candidates of before did not say it, and had all
    return NAMES[:2] if bundle.trained.kept_test else NAMES


def _other_file(bundle: Bundle, now: str) -> str:
    """That a study file is not the one that made the bundle; nothing where it is."""
    before = bundle.origin.file
    if before == now:
        return ""
    if not before:
        return "the bundle does not say which study file made it"
    return f"the study file has changed since the bundle was made (sha256 {before[:12]}, now {now[:12]})"
