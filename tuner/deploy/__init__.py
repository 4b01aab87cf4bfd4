"""From the winner of a study to a model in use: a bundle on disk, what serves it and what it makes.

`update` compares the ways to update a model in use, `replace_model` puts a candidate in its place, and
`roll_back` takes that back.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuner.deploy.replacing import replace_model, roll_back
    from tuner.deploy.updating.updates import update

_HOMES = {
    "replace_model": "tuner.deploy.replacing",
    "roll_back": "tuner.deploy.replacing",
    "update": "tuner.deploy.updating.updates",
}

__all__ = ["replace_model", "roll_back", "update"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
