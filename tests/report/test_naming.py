"""A study may call its baseline something else: sentences say so, and what the user wrote stays as it is."""

from dataclasses import replace

import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE, NaiveScores
from tuner.report.panels import PANELS
from tuner.report.view import build_view
from tuner.result import Result

WORDS = "the present model"


def naive(result: Result) -> Result:
    """The result with naive forecasts, the better one as good as the baseline."""
    scores = {"zero": (0.9,), "last": (0.0458,)}
    return replace(result, naive=NaiveScores(scores, scores))


def texts(result: Result) -> str:
    """All that the page says, with the words of its figures."""
    captions = [panel.caption(result) for panel in PANELS if panel.numbers(result) is not None]
    return f"{build_view(result, ())!r} {captions!r}"


def alone(**setup: str) -> Result:
    runs = make_runs("confirmation", BASELINE, 0.0458, seeds=6)
    return make_result(runs, [make_configuration(BASELINE)], **setup)


@pytest.mark.parametrize(
    ("plain", "called"),
    [
        (usual_result(), usual_result(baseline_words=WORDS)),
        (usual_result(seeds=3), usual_result(seeds=3, baseline_words=WORDS)),
        (usual_result(margin=5.0), usual_result(margin=5.0, baseline_words=WORDS)),
        (naive(usual_result()), naive(usual_result(baseline_words=WORDS))),
        (naive(alone()), naive(alone(baseline_words=WORDS))),
    ],
    ids=["usual", "few seeds", "equivalent", "naive", "alone"],
)
def test_every_sentence_says_what_the_study_calls_it(plain: Result, called: Result) -> None:
    told = texts(called)
    assert "the baseline" not in told and "The baseline" not in told and WORDS in told
    assert told == texts(plain).replace("the baseline", WORDS).replace("The baseline", "The present model")


def test_what_the_user_wrote_is_not_edited() -> None:
    said = "as sure as the baseline"
    result = usual_result(baseline_words=WORDS, options={"note": said}, command=f"run --set 'note={said}'")
    facts = {fact.label: fact.text for fact in build_view(result, ()).facts}
    assert facts["Options"] == f"note {said}" and said in facts["Command"]
