"""What `compare`, `power`, `calibrate` and `diagnose` print in a terminal."""

import math
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from tuner.cards import digits, interval, number, p_text, percent, shown, signed, with_interval
from tuner.comparing.comparison import Compared, Described, Judged
from tuner.comparing.scorefiles import ScoreSet
from tuner.comparing.studies import Studies
from tuner.diagnosing import Diagnosed
from tuner.planning import FIRST_SHARE, Outlook, Question
from tuner.stats.growth import StandardErrors
from tuner.stats.planning import REPEATS, Ranged
from tuner.stats.power import MOST_SEEDS
from tuner.stats.resplit import Resplit, opinion
from tuner.terminal import STYLES, Cell, print_lines, print_table, terminal

DIAGNOSES = {
    "underfit_more_epochs": "yellow",
    "underfit_more_capacity": "yellow",
    "good_fit": "green",
    "overfit": "red",
    "diverged": "red",
    "undetermined": "dim",
}


def print_comparison(compared: Compared) -> None:
    """The table, what must be known beside it, and a sentence for every candidate."""
    console = terminal()
    level = percent(compared.design.level)
    several = any(one.comparison.comparisons > 1 for one in compared.candidates)
    p_values = ("p", "p (adj.)") if several else ("p",)
    if compared.design.margin is not None:
        p_values = (*p_values, "p (equiv.)")
    headings = ("group", "runs", "mean", "SD", "difference", f"{level} interval", *p_values)
    first: tuple[Cell, ...] = (
        _described(compared.baseline, "bold")
        if isinstance(compared.baseline, Described)
        else (Text("reference", "bold"), "", number(compared.baseline))
    )
    rows = [first, *(_judged(one, several) for one in compared.candidates)]
    print_table(console, (*headings, "P(superior)", "g", "verdict"), rows, words=("verdict",))
    for one in compared.candidates:
        name = shown(one.group.name)
        print_lines(console, (f"note: {name}: {flag}" for flag in one.comparison.flags), "dim")
    print_lines(console, (f"note: {shown(remark, 400)}" for remark in compared.remarks), "dim")
    for one in compared.candidates:
        console.print(Text(one.sentence, STYLES[one.comparison.verdict]), soft_wrap=True)


def _described(group: Described, style: str = "") -> tuple[Cell, ...]:
    summary = group.summary
    runs = str(summary.n) + (f" ({summary.failures} failed)" if summary.failures else "")
    return Text(shown(group.name), style), runs, digits(summary.mean), digits(summary.std, 2)


def _judged(one: Judged, several: bool) -> tuple[Cell, ...]:
    found = one.comparison
    wins, effect = found.interval_superiority, found.interval_effect
    tested = [found.p_value, found.p_adjusted][: 1 + several]
    p_values = [None if found.without_test else p_value for p_value in tested]
    if found.margin is not None:
        p_values.append(found.p_equivalence_adjusted)
    return (
        *_described(one.group),
        signed(found.difference),
        interval(found.interval.low, found.interval.high) or "-",
        *map(p_text, p_values),
        with_interval(f"{found.probability_of_superiority:.2f}", wins.low, wins.high, ".2f"),
        with_interval(f"{found.effect_size:+.2f}", effect.low, effect.high, "+.2f"),
        Text(found.verdict, STYLES[found.verdict]),
    )


def print_studies(studies: Studies) -> None:
    """Which study is best, as far as that can be said, and what each of them measured."""
    from tuner.report.studies import studies_headline

    console = terminal()
    words = studies_headline(studies)
    console.print(
        Text(f"{words.symbol} {words.claim}.", f"bold {STYLES.get(words.word, '')}"), soft_wrap=True
    )
    print_lines(console, (text for text in (words.evidence, words.others, words.naive) if text))
    judged = {one.group.name: one for one in studies.compared.candidates} if studies.compared else {}
    headings = (
        "group",
        "runs",
        "mean",
        "SD",
        "difference",
        f"{percent(studies.level)} interval",
        "p (adj.)",
        *(("p (equiv.)",) if studies.compared and studies.compared.design.margin is not None else ()),
    )
    rows = [
        (
            *_described(group, "bold" if group is entry.chosen else ""),
            *_against(judged.get(group.name)),
        )
        for entry in studies.entries
        for _, group in entry.groups
    ]
    print_table(console, (*headings, "verdict"), rows, words=("verdict",))
    remarks = studies.compared.remarks if studies.compared else ()
    print_lines(console, (f"note: {shown(remark, 400)}" for remark in remarks), "dim")


def _against(one: Judged | None) -> tuple[Cell, ...]:
    if one is None:
        return ()
    found = one.comparison
    ends = interval(found.interval.low, found.interval.high) or "-"
    word = Text(found.verdict, STYLES[found.verdict])
    p_values = [p_text(None if found.without_test else found.p_adjusted)]
    if found.margin is not None:
        p_values.append(p_text(found.p_equivalence_adjusted))
    return signed(found.difference), ends, *p_values, word


def print_calibration(chosen: ScoreSet, found: Resplit) -> None:
    """How often the verdict cried wolf, how sure that is, and what to think of it."""
    console = terminal()
    if found.replaced:
        how = f"{found.splits:,} times two groups of {found.runs} drawn with replacement"
    elif found.exhaustive:
        how = f"all {found.splits:,} ways to split them into two groups of {found.runs}"
    else:
        how = f"{found.splits:,} random splits into two groups of {found.runs}"
    promised = 1.0 - found.level
    if found.exhaustive:
        sure = "These are all the splits that there are, so no part of the share is due to the draw"
    else:
        low, high = found.interval.low, found.interval.high
        sure = (
            f"More such splits would put the share between {low:.2%} and {high:.2%} ({percent(found.level)} "
            "interval, Clopper-Pearson)"
        )
    lines = [
        f"{shown(chosen.name)}: {len(chosen.scores)} runs, {how}.",
        f"The verdict cried wolf (better or worse) in {found.alarms:,} of {found.splits:,} comparisons: "
        f"{found.share:.2%}, where at most {percent(promised)} was promised.",
    ]
    if found.equivalent:
        lines.append(f"It said equivalent, which is true, in {found.equivalent / found.splits:.2%}.")
    print_lines(console, lines)
    console.print(Text(opinion(found), "bold"), soft_wrap=True)
    print_lines(
        console,
        [
            f"note: {sure}. The splits share the same {len(chosen.scores)} runs and are not independent: "
            "other runs of the configuration would give another share, and no interval here knows of that.",
            "note: what these runs did not contain, such as a rare bad run, no split can show.",
        ],
        "dim",
    )


def print_plan(outlook: Outlook) -> None:
    """The noise, the answers in sentences, and the tables."""
    console = terminal()
    noise, question = outlook.noise, outlook.question
    first = " at a first look" if question.share == FIRST_SHARE else ""
    print_lines(console, [_noise_line(outlook)])
    print_lines(console, _plan_lines(outlook))
    console.print(
        Text(
            f"Smallest true difference that is found with {percent(question.power)} power at the "
            f"{percent(question.level)} level{first}{_among(question)}:",
            "bold",
        ),
        soft_wrap=True,
    )
    known = noise.runs is not None
    rows: list[tuple[str, ...]] = [
        (f"{row.repeats:,}", number(row.difference.value)) for row in outlook.detectable
    ]
    headings: tuple[str, ...] = ("repeats", "difference")
    if known:
        headings = (*headings, "least", "most")
        ends = (row.difference for row in outlook.detectable)
        rows = [(*row, number(one.low), number(one.high)) for row, one in zip(rows, ends, strict=True)]
    print_table(console, headings, rows)
    if outlook.growth is not None:
        _print_growth(console, outlook.growth)
    print_lines(console, (f"note: {remark}" for remark in outlook.remarks), "dim")


def _noise_line(outlook: Outlook) -> str:
    noise = outlook.noise
    of = f"{shown(outlook.name)}: " if outlook.name else ""
    what = "of the differences of pairs " if noise.paired else ""
    line = f"{of}standard deviation {what}{noise.std:.4g}"
    if noise.runs is None:
        return f"{line}."
    ends = f"{noise.interval.low:.4g} to {noise.interval.high:.4g}"
    counted = f"{noise.runs} {'pairs' if noise.paired else 'runs'}"
    return (
        f"{line} over {counted}, {percent(noise.interval.level)} interval {ends} (chi-square, for normal "
        "scores); what follows in brackets is at its ends."
    )


def _plan_lines(outlook: Outlook) -> Iterable[str]:
    """One sentence for each thing asked."""
    question, effect = outlook.question, outlook.question.effect
    wanted, among = percent(question.power), _among(question)
    if outlook.needed is not None and effect is not None:
        yield (
            f"To find a true difference of {abs(effect):g} with {wanted} power{among}: "
            f"{_runs(outlook.needed)} of each configuration."
        )
    if outlook.needed_equivalent is not None:
        yield (
            f"To show a true difference of 0 to be within the margin of {question.margin:g} with {wanted} "
            f"power{among}: {_runs(outlook.needed_equivalent)} of each configuration."
        )
    if outlook.power is not None and effect is not None:
        yield (
            f"With {question.repeats} runs of each, a true difference of {abs(effect):g} is found with "
            f"{_chance(outlook.power)} power{among}."
        )
    if outlook.power_equivalent is not None:
        yield (
            f"With {question.repeats} runs of each, a true difference of 0 is shown to be within the margin "
            f"with {_chance(outlook.power_equivalent)} power{among}."
        )


def _among(question: Question) -> str:
    return f" (hardest of {question.candidates} candidates)" if question.candidates > 1 else ""


def _runs(found: Ranged) -> str:
    low, high = _many(found.low), _many(found.high)
    return f"{_many(found.value)} runs" + (f" ({low} to {high})" if low else "")


def _many(runs: float) -> str:
    if math.isnan(runs):
        return ""
    return f"{MOST_SEEDS:,} or more" if runs >= MOST_SEEDS else f"{runs:,.0f}"


def _chance(found: Ranged) -> str:
    known = not math.isnan(found.low)
    return _probability(found.value) + (
        f" ({_probability(found.low)} to {_probability(found.high)})" if known else ""
    )


def _probability(value: float) -> str:
    return "over 99 %" if value > 0.99 else f"{100 * value:.0f} %"


def _print_growth(console: Console, growth: StandardErrors) -> None:
    """The standard error at a few numbers of runs, the last being all of them."""
    console.print(
        Text("Standard error of the mean as runs are added, over random orders of the runs:", "bold"),
        soft_wrap=True,
    )
    places = [
        place for place, runs in enumerate(growth.runs) if runs in REPEATS or runs in (2, growth.runs[-1])
    ]
    rows = [
        (
            str(growth.runs[place]),
            number(growth.expected[place]),
            number(growth.median[place]),
            f"{number(growth.low[place])} to {number(growth.high[place])}",
        )
        for place in places
    ]
    print_table(console, ("runs", "SD / √n", "median", f"{percent(growth.level)} of orders"), rows)


def agreement(one: Diagnosed) -> str:
    """How many seeds alone have the diagnosis, and what decided where those are no more than half."""
    seeds, agree = len(one.seeds), one.diagnosis.labels.count(one.diagnosis.label)
    decided = ", so the median curve" if 2 * agree <= seeds and one.diagnosis.label != "undetermined" else ""
    return f"{agree} of {seeds}{decided}"


def print_diagnoses(found: Sequence[Diagnosed]) -> None:
    """A row for each configuration, what every label rests on, and what to do."""
    console = terminal()
    headings = ("configuration", "seeds", "epochs", "diagnosis", "from epoch", "agreement")
    rows = [
        (
            shown(one.name),
            str(len(one.seeds)),
            str(one.length),
            Text(one.diagnosis.words, DIAGNOSES[one.diagnosis.label]),
            "" if one.diagnosis.epoch is None else str(one.diagnosis.epoch),
            agreement(one),
        )
        for one in found
    ]
    print_table(console, headings, rows, words=("diagnosis",))
    for one in found:
        print_lines(console, (f"note: {shown(one.name)}: {note}" for note in one.notes), "dim")
    for one in found:
        style = DIAGNOSES[one.diagnosis.label]
        console.print(Text(f"{shown(one.name)}: {one.diagnosis.evidence}.", style), soft_wrap=True)
