"""Write a report's files, each whole or not at all."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from tuner.errors import LedgerError
from tuner.files import write_whole
from tuner.report.documents import latex_document, markdown_document
from tuner.report.page import render
from tuner.report.panels import PANELS
from tuner.report.pictures import Picture, draw_pictures
from tuner.report.scores import scores_csv
from tuner.report.sizes import write_size_tables
from tuner.report.summary import summary_json
from tuner.report.view import USUAL, build_view
from tuner.result import Result

PAGE = "report.html"

# The file of every format; pictures are several. The page is written last, when all that it names is there.
FILES = {
    "csv": "scores.csv",
    "json": "summary.json",
    "latex": "table.tex",
    "markdown": "report.md",
    "html": PAGE,
}
FORMATS = (*USUAL, "latex", "markdown")


def write_report(result: Result, folder: Path) -> Path:
    """Write report.html, figures/*.png, scores.csv and summary.json into `folder`; gives the page's path.

    Files of other formats that are there are written as well, so that none tells of an earlier state.
    """
    write_formats(result, folder, usual_formats(folder))
    return folder / PAGE


def usual_formats(folder: Path, files: Mapping[str, str] = MappingProxyType(FILES)) -> tuple[str, ...]:
    """What is written where nobody says: the usual formats, and those whose file is there already."""
    more = (name for name in FORMATS if name not in USUAL and (folder / files[name]).exists())
    return (*USUAL, *more)


def write_formats(
    result: Result, folder: Path, formats: Collection[str], *, reload: int = 0
) -> tuple[Path, ...]:
    """Write the files of `formats` (names of `FORMATS`) into `folder`; gives their paths, without figures.

    A file is replaced in one step, so that a reader never meets half of one. Figures of an earlier
    report that this one does not have are removed. Markdown shows the figures, so it comes with them.
    With `reload` the page loads itself again after so many seconds.

    Raises: LedgerError where the folder of figures is a link.
    """
    pixels = bool({"png", "markdown"} & set(formats))
    drawn = draw_pictures(result, pixels=pixels) if pixels or "html" in formats else ()
    if pixels:
        write_figures(drawn, folder / "figures", {panel.key for panel in PANELS})
    view = build_view(result, drawn, reload, formats)
    makers: dict[str, Callable[[], str]] = {
        "csv": lambda: scores_csv(result),
        "json": lambda: summary_json(result),
        "latex": lambda: latex_document(view),
        "markdown": lambda: markdown_document(view),
        "html": lambda: render(view),
    }
    sizes = write_size_tables(result, folder) if "csv" in formats else ()
    return (*write_made(makers, folder, FILES, formats), *sizes)


def write_made(
    makers: Mapping[str, Callable[[], str]], folder: Path, files: Mapping[str, str], formats: Collection[str]
) -> tuple[Path, ...]:
    """Make and write the `files` of those formats, in the order of `makers`; gives their paths."""
    made = [name for name in makers if name in formats]
    for name in made:
        write_whole(folder / files[name], makers[name]())
    return tuple(folder / files[name] for name in made)


def write_figures(pictures: Collection[Picture], folder: Path, keys: Collection[str]) -> None:
    """Write every picture as PNG, and remove those of other `keys` that an earlier report left.

    Raises: LedgerError where the folder is a link: what it leads to is nobody's to overwrite.
    """
    if folder.is_symlink():
        raise LedgerError(f"{folder}: is a link; put a folder in its place")
    for picture in pictures:
        write_whole(folder / f"{picture.key}.png", picture.png)
    for key in set(keys) - {picture.key for picture in pictures}:
        (folder / f"{key}.png").unlink(missing_ok=True)
