"""What a study found, in the words and numbers that a tracker shows of it."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.ledger import slug

if TYPE_CHECKING:
    from tuner.result import Measured, Result  # statistics, which nobody needs before the end


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`word` is the verdict in one word, `claim` in a few, `evidence` the numbers behind it in a sentence.

    `verdicts` has the word of every finalist. `numbers` are finite, such as "trial-3/test_mean", and rest
    on `seeds` runs of each configuration. `report` is where the report is, empty where there is no folder.
    """

    word: str
    claim: str
    evidence: str
    best: str
    verdicts: Mapping[str, str]
    numbers: Mapping[str, float]
    seeds: int
    report: str

    @property
    def markdown(self) -> str:
        """The verdict as trackers show text: in Markdown, in which no name can be markup."""
        lines = [f"**{escaped(self.claim)}**", escaped(self.evidence)]
        lines += [f"Report: {escaped(self.report)}"] if self.report else []
        return "\n\n".join(line for line in lines if line)


def conclusion_of(result: "Result") -> Conclusion:
    """What is concluded from the runs so far; of an unfinished study, that it is not finished."""
    from tuner.report import headline  # Matplotlib, which nobody needs before the end

    words = headline(result)
    best = result.best
    return Conclusion(
        word=words.word,
        claim=words.claim,
        evidence=" ".join(text for text in (words.evidence, words.naive) if text),
        best=best.name if best else "",
        verdicts={one.name: one.comparison.verdict for one in result.finalists if one.comparison},
        numbers={name: value for name, value in _numbers(result) if math.isfinite(value)},
        seeds=result.baseline.summary.n if result.baseline else 0,
        report=str((result.folder / "report.html").resolve()) if result.folder else "",
    )


def _numbers(result: "Result") -> Iterator[tuple[str, float]]:
    from tuner.skill import means_of  # statistics as well

    for name, value in means_of(result, "test").items():
        yield f"naive/{name}", value
    for measured in (result.baseline, *result.finalists):
        if measured is not None:
            for name, value in _of(measured):
                yield f"{slug(measured.name)}/{name}", value


def _of(measured: "Measured") -> Iterator[tuple[str, float]]:
    yield "test_mean", measured.summary.mean
    yield "test_std", measured.summary.std
    yield "failures", float(measured.summary.failures)
    yield "search_mean", measured.search_mean
    if compared := measured.comparison:
        yield "difference", compared.difference
        yield "difference_low", compared.interval.low
        yield "difference_high", compared.interval.high
        yield "p_adjusted", compared.p_adjusted
        yield "probability_of_superiority", compared.probability_of_superiority


def escaped(text: str) -> str:
    r"""One line of text in which nothing is markup to a reader of Markdown.

    Backslashes only where every reader takes them for such; MLflow's and TensorBoard's differ in the rest.

    >>> print(escaped("[x](y) <b>"))
    \[x\]\(y\) &lt;b\>
    """
    line = re.sub(r"([\\`*_{}\[\]()>#+\-.!])", r"\\\1", " ".join(text.split()))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace("~", "&#126;")
