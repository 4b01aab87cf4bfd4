"""One look, kept apart from the user's settings; texts that any name can be turned into."""

import subprocess
import sys

import matplotlib
import pytest
from matplotlib.colors import to_rgb

from tuner.figures.style import PALETTE, figure_style, heading, new_figure, plain


def test_the_style_leaves_the_users_settings_alone() -> None:
    before = dict(matplotlib.rcParams)
    with figure_style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert dict(matplotlib.rcParams) == before


def test_roles_have_colours_of_their_own() -> None:
    assert len(set(PALETTE.values())) == len(PALETTE)


def contrast(color: str, other: str) -> float:
    """The ratio of relative luminances. Source: WCAG 2.2, definition of contrast ratio."""
    found = []
    for one in (color, other):
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(one)
        )
        found.append(0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    return max(found) / min(found)


@pytest.mark.parametrize("role", sorted(PALETTE.keys() - {"grid", "paper"}))
def test_marks_stand_out_from_white_paper(role: str) -> None:
    """WCAG 2.2, 1.4.11 asks for 3 to 1 of what one must see to understand a figure."""
    assert contrast(PALETTE[role], "white") >= 3.0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("trial-7", "trial-7"),
        ("a$x^2$", r"a\$x^2\$"),
        ("tab\there\x00", "tab here"),
        ("🚀", "□"),
        ("x" * 10_000, "x" * 27 + "…"),
        ("\ud800", ""),
    ],
)
def test_any_name_can_be_shown(name: str, shown: str) -> None:
    assert plain(name) == shown
    with figure_style():
        figure, (ax,) = new_figure(1.0)
        ax.set_title(plain(name))
        figure.draw_without_rendering()


def test_figures_do_not_load_pyplot() -> None:
    modules = ("curves", "differences", "optimism", "scores", "search_history")
    imports = "; ".join(f"import tuner.figures.{module}" for module in modules)
    check = f"import sys; {imports}; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_note_under_a_name_does_not_move_the_axes() -> None:
    places = []
    for note in ("short", "a note that is longer than its panel is wide, by far"):
        with figure_style():
            figure, axes = new_figure(2.0, 1, 2)
            for ax in axes:
                heading(ax, "name", note)
            figure.draw_without_rendering()
        assert len(axes[0].texts[0].get_text()) <= 40
        places.append([ax.get_position().bounds for ax in axes])
    assert places[0] == places[1]


def test_a_name_without_a_note_stands_alone() -> None:
    with figure_style():
        _, (ax,) = new_figure(2.0)
        heading(ax, "$x^2$")
    assert ax.get_title(loc="left") == r"\$x^2\$" and not ax.texts
