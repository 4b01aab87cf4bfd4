"""SVG in fewer characters that is drawn the same: figures with thousands of marks make most of a page."""

import re

_STYLE = r' style="(?P<style>[^"]*)"/>\s*'
_ALIKE = re.compile(rf'<use [^>]*?{_STYLE}(?:<use [^>]*? style="(?P=style)"/>\s*)+')
_PATH = re.compile(r' d="([^"]*)"')
_COMMAND = re.compile(r"\s*([A-Za-z])\s*")


def compact(svg: str) -> str:
    """The same drawing with the common style of neighbouring marks written once, and paths without blanks.

    >>> compact('<use x="1" style="fill: red; opacity: 0.5"/> <use x="2" style="fill: red; opacity: 0.5"/> ')
    '<g style="fill: red"><use x="1" opacity="0.5"/><use x="2" opacity="0.5"/></g>\\n'
    >>> compact('<path d="M 1.5 2 \\nL 3 4 \\n"/>')
    '<path d="M1.5 2L3 4"/>'
    """
    svg = _PATH.sub(_tight, svg)
    return _ALIKE.sub(_together, svg)


def _tight(found: re.Match[str]) -> str:
    path = _COMMAND.sub(r"\1", found[1].rstrip())
    return f' d="{path}"'


def _together(found: re.Match[str]) -> str:
    """Marks in a group with their style; opacity, which a group would not pass on, stays with each."""
    rules = [rule.partition(": ") for rule in found["style"].split("; ")]
    passed_on = "; ".join("".join(rule) for rule in rules if rule[0] != "opacity")
    own = "".join(f' opacity="{value}"' for name, _, value in rules if name == "opacity")
    marks = re.sub(r"/>\s*", "/>", found[0].replace(f' style="{found["style"]}"', own))
    return f'<g style="{passed_on}">{marks}</g>\n'
