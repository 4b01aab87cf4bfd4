"""From the view to HTML: Jinja2 under autoescape, one file that needs nothing else."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from tuner.report.view import View


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
    return environment.get_template(name)


def render(view: View) -> str:
    """The page as one HTML document."""
    return render_template("template.html", view)


def render_template(name: str, view: Any) -> str:
    """A template of the report with its view, a frozen record, as one HTML document."""
    return _template(name).render(view=view)
