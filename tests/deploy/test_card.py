"""The model card shows what a bundle says, whatever that is, as text."""

import re
from dataclasses import replace
from pathlib import Path

from tests.deploy.texts import candidate
from tuner.deploy.bundle import Epochs, Origin, Step, Trained, Updated, Verdict
from tuner.deploy.card import card_of

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
