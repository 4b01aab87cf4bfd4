"""Importances from few repeats: the shares are the same, and here the rest need not be precise."""

from functools import partial

import pytest

from tuner.figures import importance


@pytest.fixture
def few_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell importances from ten repeats."""
    monkeypatch.setattr(importance, "importances", partial(importance.importances, repeats=10))
