"""MODEL_CARD.md: what a model is for, how good it is, what it was made of, and where it ends."""

from collections.abc import Iterable, Iterator

from tuner.cards import visible
from tuner.deploy.bundle import Bundle, Together
from tuner.deploy.expected_table import expected_of_card
from tuner.deploy.schema import Part
from tuner.deploy.watching import as_told
from tuner.errors import option_told
from tuner.records import Direction
from tuner.report.formats import count, interval, metric_name, percent, score
from tuner.report.markup import markdown

ONE_EACH = (
    "That is one ensemble of either model, and other seeds would make others: the verdict, over seeds and"
    " about single networks, is another statement"
)
_MOST = 20  # columns whose ranges are listed
_TASKS = {
    "regression": "answers numbers",
    "classes": "tells one of several classes, with probabilities",
    "binary": "tells yes or no, with a probability",
}


def card_of(bundle: Bundle) -> str:
    """The model card of a bundle as Markdown."""
    parts = [
        f"# Model card: {markdown(bundle.study)}, {markdown(bundle.configuration)}",
        _what(bundle),
        "## How good it is",
        *expected_of_card(bundle),
        "## What the study found",
        *_found(bundle),
        "## What it reads and answers",
        *_schema(bundle),
        "## How it was made",
        _list(_made(bundle)),
        "## Where it ends",
        _list(_limits(bundle)),
        "## What was in use before" if bundle.history else "",
        _list(_history(bundle)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(bundle: Bundle) -> str:
    members = len(bundle.members)
    many = f"An ensemble of {members} networks" if members > 1 else "One network"
    params = ", ".join(f"{name} = {value}" for name, value in bundle.params.items())
    told = f" Hyperparameters: {markdown(params)}." if params else ""
    return f"{many} that {_TASKS[bundle.task]}.{told}"


def _found(bundle: Bundle) -> Iterator[str]:
    verdict = bundle.verdict
    yield f"**{markdown(verdict.claim)}.** {markdown(verdict.evidence)}".strip()
    for text in (verdict.naive, verdict.scope):
        if text:
            yield markdown(text)
    if bundle.updated is not None and bundle.updated.ensembles is not None:
        words = in_words(bundle.updated.ensembles, bundle.metric, bundle.direction)
        yield f"{markdown(words)}. {ONE_EACH}."


def in_words(found: Together, metric: str, direction: Direction) -> str:
    """How the ensembles of a candidate and of the model it was made from stand beside each other."""
    ours, theirs = found.members
    unit = " of prepared data" if found.units == "prepared" else ""
    block = f", in blocks of {found.block}" if found.block > 1 else ""
    ends = _ends(found.interval)
    told = (
        f"{percent(found.level)} interval {ends} over {count(found.n_examples, 'example')}, in pairs{block}"
    )
    word = found.word(direction)
    said = f"{word} on these examples" if word else "which of them is better is open"
    return (
        f"As they are used, the mean of {count(ours, 'network')} scores {score(found.candidate)}, and that of"
        f" the {count(theirs, 'network')} of the existing model {score(found.existing)}"
        f" ({metric_name(metric)}{unit}): a difference of {score(found.difference)}"
        f" ({told if ends else 'no interval'}), {said}"
    )


def _schema(bundle: Bundle) -> Iterator[str]:
    schema = bundle.schema
    reads = " and ".join(f"`{part.words}`" for part in schema.inputs)
    gives = " and ".join(f"`{part.words}`" for part in schema.outputs)
    yield f"Reads {reads}, raw values in original units; answers {gives}."
    if schema.classes:
        yield f"Classes: {markdown(', '.join(schema.classes))}."
    for label, part in (("Input", schema.input), ("Output", schema.output)):
        if part is not None and part.low:
            yield _ranges(label, part)


def _ranges(label: str, part: Part) -> str:
    names = part.columns or tuple(f"column {place}" for place in range(1, len(part.low) + 1))
    rows = [
        f"| {markdown(name)} | {as_told(low)} | {as_told(high)} |"
        for name, low, high in list(zip(names, part.low, part.high, strict=True))[:_MOST]
    ]
    if len(names) > _MOST:
        rows.append(f"| {len(names) - _MOST} more | | |")
    return "\n".join((f"| {label} | lowest in training | highest |", "|---|---:|---:|", *rows))


def _made(bundle: Bundle) -> Iterator[str]:
    origin, trained = bundle.origin, bundle.trained
    sizes = markdown(", ".join(f"{name} {size:,}" for name, size in trained.examples.items()))
    total = sum(trained.examples.values())
    kept = "; the test split was kept out" if trained.kept_test else ""
    yield f"Trained on {count(total, 'example')} ({sizes}){kept}."
    yield f"{count(bundle.epochs.count, 'epoch')}: {markdown(bundle.epochs.how)}."
    seeds = ", ".join(str(member.seed) for member in bundle.members)
    yield f"Members have the seeds {seeds}, of the study's seed {origin.seed}; none was chosen by its score."
    if (made := bundle.updated) is not None:
        values = ", ".join(f"{name} = {value}" for name, value in made.params.items())
        word = markdown(made.more_training)
        other = f"; {word} against more training on old data alone" if word else ""
        yield (
            f"Updated from the model {_code(made.of[:12])}: {markdown(made.words)} ({markdown(values)}), with"
            f" new data from {_code(made.data)}{other}."
        )
    if bundle.preparation:
        yield "The preparation (`preparation.json`) was fitted on the train split and stayed as it was."
    if origin.path:
        options = ", ".join(f"{name}={option_told(name, value)!r}" for name, value in origin.options.items())
        yield (
            f"Study file {_code(origin.path)}{f' with {markdown(options)}' if options else ''},"
            f" sha256 {_code(origin.file[:12])}; run folder {_code(origin.run)}."
        )
    else:
        yield f"A study made in Python, sha256 {_code(origin.source[:12])}; run folder {_code(origin.run)}."
    yield f"Data: sha256 {_code(origin.data[:12])}{f', {markdown(origin.credit)}' if origin.credit else ''}."
    found = ", ".join(f"{package} {version}" for package, version in origin.versions.items())
    yield f"Made {markdown(bundle.created)} on {markdown(origin.backend)} with {markdown(found)}."


def _history(bundle: Bundle) -> Iterator[str]:
    for step in bundle.history:
        verb = "put back in the place of" if step.action == "rollback" else "put in the place of"
        origin = f", from {_code(step.candidate)}" if step.candidate else ""
        word = f", found {markdown(step.verdict)}" if step.verdict and step.action == "replace" else ""
        why = f", although it {markdown(step.why)}" if step.why else ""
        yield f"{markdown(step.at)}: model {step.after} was {verb} model {step.before}{origin}{word}{why}."


def _limits(bundle: Bundle) -> Iterator[str]:
    for note in bundle.notes:
        yield f"{markdown(note)}."
    yield (
        "It knows what the training data show. Values outside of their ranges, other units, and a world that"
        " has changed since are not covered by the expected score."
    )
    if len(bundle.members) > 1:
        yield (
            "The spread of the members says how much the random seeds of training matter. It is no prediction"
            " interval: noise in the data comes on top."
        )
    else:
        yield "One network says nothing of how much the random seed of its training matters."
    if bundle.series:
        yield "The examples are those of a series: the expected score is that of the time of the test split."


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _ends(ends: tuple[float | None, ...]) -> str:
    low, high = ends
    return "" if low is None or high is None else interval(low, high)


def _code(text: str) -> str:
    """Text as code, which ends at the next backtick or empty line, so that none is left in it."""
    return f"`{visible(text).replace('`', '')}`"
