"""The model card shows what a bundle says, whatever that is, as text."""

import re
from dataclasses import replace
from pathlib import Path

from tests.deploy.texts import bundle, candidate
from tuner.deploy.bundle import (
    Bundle,
    Ensemble,
    Epochs,
    Expected,
    Origin,
    Single,
    Step,
    Trained,
    Updated,
    Verdict,
)
from tuner.deploy.card import card_of
from tuner.deploy.schema import Part, Schema

HOSTILE = "`\n\n# x\n<b>\x1b[2J"


def test_texts_of_a_bundle_are_text_in_its_card(tmp_path: Path) -> None:
    made = candidate(tmp_path / "made", "newer")
    text = HOSTILE
    card = card_of(
        replace(
            made,
            study=text,
            configuration=text,
            params={text: text},
            metric=text,
            epochs=Epochs(2, text),
            trained=Trained({text: 10}),
            verdict=Verdict(text, text, text, text, text),
            origin=Origin(text, {text: text}, text, text, text, text, 0, text, text, {text: text}, text),
            created=text,
            updated=Updated(text, text, text, text, text, {text: text}, text),
            history=(Step("replace", text, 0, 1, text, text, text),),
            notes=(text,),
        )
    )
    no_file = card_of(replace(made, origin=replace(made.origin, path="", source=text)))
    for page in (card, no_file):
        assert "\x1b" not in page and "\n# x" not in page
        outside = re.sub(r"(?<!\\)`[^`\n]*`", "", page)
        assert not re.search(r"(?<!\\)[<`]", outside)


KEPT = Trained({"train": 100, "validation": 50}, kept_test=True)
FIVE = (50.2, 62.0, 41.6, 161.0, 40.4)


def rows(of: Bundle) -> dict[str, list[str]]:
    """The rows of the first table of a card, by their first cells."""
    lines = [line for line in card_of(of).splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first: rest for first, *rest in cells if len(rest) == 3}


def expecting(folder: Path, ensemble: Ensemble | None, single: Single, **changes: object) -> Bundle:
    expected = Expected("test", 0.95, single, ensemble)
    return replace(bundle(folder, "one"), **{"trained": KEPT, "expected": expected, **changes})  # type: ignore[arg-type]


def test_the_networks_that_were_measured_are_told_one_by_one(tmp_path: Path) -> None:
    ensemble = Ensemble(64.0, (-3.0, 131.0), 196, 5, alone=FIVE)
    made = expecting(tmp_path / "made", ensemble, Single(60.06, (51.4, 68.7), 12.04, 10))
    found = rows(made)
    assert found["ensemble of 5"][:2] == ["64", "0 to 131"]  # no error is below 0
    mean, ends, how = found["these networks one by one"]
    assert (mean, ends) == ("71.04 on average", "")
    assert how == "from 40.4 to 161; those in use, trained on the train and validation splits"
    assert found["one network, in the confirmation"] == [
        "60.06",
        "51.4 to 68.7",
        "over 10 seeds, standard deviation 12.04; trained on the train split",
    ]
    assert (
        "no contradiction: those are other networks, trained with other seeds and on other data"
        in card_of(made)
    )
    better = replace(made, expected=replace(made.expected, ensemble=replace(ensemble, score=50.0)))
    assert "no contradiction" not in card_of(better)
    earlier = replace(made, expected=replace(made.expected, ensemble=replace(ensemble, alone=())))
    assert "these networks one by one" not in rows(earlier)
    own = replace(made, expected=replace(made.expected, single=Single(71.04, (1.0, 2.0), 51.0, 5)))
    assert list(rows(own)) == ["", "ensemble of 5", "these networks one by one"]  # the same said once


def test_one_network_is_no_ensemble_and_two_seeds_give_no_interval(tmp_path: Path) -> None:
    alone = Ensemble(0.485, (0.4, 0.57), 100, 1, alone=(0.485,))
    single = Single(0.585, (-1.766, 2.936), 0.26, 2)
    found = rows(expecting(tmp_path / "made", alone, single, metric="binary_accuracy", direction="maximize"))
    assert list(found) == ["", "the network that was measured", "one network, in the confirmation"]
    assert found["one network, in the confirmation"][1] == "\N{EM DASH}"
    three = replace(single, n=3)
    found = rows(expecting(tmp_path / "other", alone, three, metric="binary_accuracy", direction="maximize"))
    assert found["one network, in the confirmation"][1] == "0 to 1"


def test_ranges_are_told_as_predict_tells_them(tmp_path: Path) -> None:
    schema = Schema((Part((1,), ("pressure",), (98001.0,), (105006.0,)),), (Part((1,)),))
    card = card_of(replace(bundle(tmp_path / "made", "one"), schema=schema))
    assert "| pressure | 98001 | 105006 |" in card
