"""What is said of several studies: the verdict where there can be one, and how it was reached."""

from tuner.comparing.studies import Studies
from tuner.naive import LABELS
from tuner.report.formats import better_word, clean, decimals_for, listed, metric_name, percent, score, short
from tuner.report.naive_words import naive_claim
from tuner.report.verdict import Headline
from tuner.skill import means_of, ordered

_SCOPE = (
    "Every study is represented by its best configuration, or by its baseline where nothing is better. This "
    "holds for the data and the splits that the studies share."
)


def studies_headline(studies: Studies) -> Headline:
    """Which study's configuration is best, as far as that can be said."""
    compared = studies.compared
    if compared is None:
        why = " ".join(clean(obstacle) for obstacle in studies.obstacles)
        beside = (
            "They stand side by side below, without a verdict: a difference between them would mean nothing."
        )
        return Headline("none", "These studies cannot be compared", why, beside, naive=studies_naive(studies))
    sentences = " ".join(one.sentence for one in compared.candidates)
    if len(studies.entries) == 2:
        word = compared.candidates[0].comparison.verdict
        claim, naive = _claim_of_two(studies, word), studies_naive(studies)
        return Headline(word, claim, sentences, _SCOPE, naive=naive)
    best = [_label(studies, one.name) for one in studies.contenders if one.may_be_best]
    if len(best) == 1:
        claim = f"The best configuration of {best[0]} is the best of all"
        return Headline("better", claim, _means(studies), _SCOPE, sentences, studies_naive(studies))
    claim = f"Undecided: {listed(best)} may be the best"
    return Headline("undecided", claim, _means(studies), _SCOPE, sentences, studies_naive(studies))


def studies_naive(studies: Studies) -> str:
    """Whether the configuration that stands for each study beats its best naive forecast, in sentences.

    Nothing of those that name no such forecast. Where comparable studies name others, the best of all
    is told.
    """
    said = [
        naive_claim(entry.source.result, entry.chosen_name, chosen_name(entry.chosen.name))
        for entry in studies.entries
        if entry.source.result is not None
    ]
    return " ".join(filter(None, [*said, _best_of_all(studies) if any(said) else ""]))


def _best_of_all(studies: Studies) -> str:
    """The best naive forecast of studies that share their data and do not all name the same ones."""
    results = [entry.source.result for entry in studies.entries if entry.source.result is not None]
    found = [means_of(result, "test") for result in results]
    if studies.compared is None or len({frozenset(one) for one in found}) == 1:
        return ""
    direction = studies.entries[0].setup.direction
    together = [(one[name], name) for one in found for name in ordered(one, direction)[:1]]
    value, name = min(together) if direction == "minimize" else max(together)
    return (
        "The studies do not all name the same naive forecasts; the best of all is "
        f"{LABELS[name]} ({score(value)})."
    )


def _claim_of_two(studies: Studies, verdict: str) -> str:
    first, second = (short(entry.label) for entry in studies.entries)
    if verdict == "undecided":
        return f"Undecided: {second} is not shown to differ from {first}"
    return f"{second} is {verdict} {'to' if verdict == 'equivalent' else 'than'} {first}"


def _means(studies: Studies) -> str:
    """The means of all, best first, and who may be the best, in sentences."""
    setup = studies.entries[0].setup
    decimals = decimals_for(entry.chosen for entry in studies.entries)
    said = [f"{chosen_name(one.name)} {score(one.mean, decimals)}" for one in studies.contenders]
    may_be = [chosen_name(one.name) for one in studies.contenders if one.may_be_best]
    best = f"is {may_be[0]}" if len(may_be) == 1 else f"is one of {listed(may_be)}"
    better = better_word(setup.direction)
    return (
        f"Mean test {metric_name(setup.metric)}, where {better} is better: {listed(said)}. The truly best "
        f"one {best}, with {percent(studies.level)} confidence."
    )


def _label(studies: Studies, name: str) -> str:
    return short(next(entry.label for entry in studies.entries if entry.chosen.name == name))


def chosen_name(name: str) -> str:
    """The name of a group, LABEL:CONFIGURATION, as a sentence can hold it."""
    return short(name, 60)


def studies_warnings(studies: Studies) -> tuple[str, ...]:
    """What the reader must know before trusting a number."""
    compared = studies.compared
    if compared is None:
        return ()
    flags = [
        f"{chosen_name(one.group.name)}: {clean(flag)}"
        for one in compared.candidates
        for flag in one.comparison.flags
    ]
    unread = [short(entry.label) for entry in studies.entries if "test" not in entry.setup.sizes]
    if unread:
        flags.append(
            f"The test split of {listed(unread)} comes batch by batch: that the studies share it is known "
            "from its first batch only."
        )
    return tuple(dict.fromkeys([*flags, *map(clean, compared.remarks)]))


def studies_caption(studies: Studies) -> str:
    """What the table of results holds, for a reader who meets it without the page."""
    setup, level, many = studies.entries[0].setup, percent(studies.level), len(studies.entries)
    first = chosen_name(studies.entries[0].chosen.name)
    if studies.compared is None:
        return (
            f"Test scores over seeds of {many} studies, with {level} t intervals of their means. The studies "
            "cannot be compared with each other."
        )
    return (
        f"Test {metric_name(setup.metric)} over seeds of {many} studies; {better_word(setup.direction)} is "
        f"better. With each mean is its {level} t interval. Differences are to {first}, with their {level} "
        "intervals; p-values are two-sided and adjusted for the number of studies (Holm)."
    )


def studies_methods(studies: Studies) -> str:
    """How the studies were compared; empty where they were not."""
    if studies.compared is None:
        return ""
    tests = listed(sorted({one.comparison.method for one in studies.compared.candidates}))
    text = (
        "Every study is represented by the configuration that its own report recommends, or by the one "
        "named, measured on fresh seeds and the test split. A recommendation that rests on these same scores "
        "flatters its study somewhat. Each was compared with "
        f"{chosen_name(studies.entries[0].chosen.name)} with independent seeds ({tests}), and the "
        "p-values were adjusted for the number of studies by Holm's method."
    )
    if studies_naive(studies):
        text += (
            " Whether each beats naive forecasts is told as in its own report, and not adjusted for the "
            "number of studies."
        )
    if len(studies.entries) == 2:
        return text
    return (
        f"{text} Those that may be the best were found by multiple comparisons with the best (Hsu, 1984), "
        f"which keep the truly best one with {percent(studies.level)} confidence."
    )
