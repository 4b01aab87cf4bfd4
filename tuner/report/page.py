"""From the view to HTML: Jinja2 under autoescape, one file that needs nothing else."""

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from tuner.report.formats import TIMES
from tuner.report.long_tables import packed
from tuner.report.view import View

_WITHIN_A_NUMBER = re.compile(
    rf"(?<=\d) (?=%|{TIMES}|(h|min|s)\b)|(?<={TIMES}) |(?<=\bp) (?=[=<])|(?<=\bp [=<]) "
)
_DATE = re.compile(r"\b\d{4}-(\d\d-\d\d|W\d\d)\b")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("tuner.report", ""),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Markup for the figures only: they are drawn here, and their texts were escaped by the drawing.
    environment.filters["drawing"] = Markup
    # Rows of long tables; `tojson` escapes <, > and &, so that no name can end the script that holds them.
    environment.filters["packed"] = packed
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": True, "separators": (",", ":")}
    environment.filters["unbroken"] = _unbroken
    return environment.get_template(name)


def _unbroken(text: str) -> Markup:
    """Text whose numbers do not part from their signs and units at the end of a line, nor dates from days."""
    escaped = str(Markup.escape(_WITHIN_A_NUMBER.sub("\N{NO-BREAK SPACE}", text)))
    return Markup(_DATE.sub(r'<span class="date">\g<0></span>', escaped))


def render(view: View) -> str:
    """The page as one HTML document."""
    return render_template("template.html", view)


def render_template(name: str, view: Any) -> str:
    """A template of the report with its view, a frozen record, as one HTML document."""
    return _template(name).render(view=view)
