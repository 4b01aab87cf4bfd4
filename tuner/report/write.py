"""Write a report's files, each whole or not at all."""

from pathlib import Path

from tuner.files import write_whole
from tuner.report.page import render
from tuner.report.panels import PANELS
from tuner.report.pictures import draw_pictures
from tuner.report.scores import scores_csv
from tuner.report.summary import summary_json
from tuner.report.view import build_view
from tuner.result import Result


def write_report(result: Result, folder: Path) -> Path:
    """Write report.html, figures/*.png, scores.csv and summary.json into `folder`; gives the page's path.

    A file is replaced in one step, so that a reader never meets half of one. Figures of an earlier
    report that this one does not have are removed.
    """
    pictures = draw_pictures(result)
    drawings = folder / "figures"
    for picture in pictures:
        write_whole(drawings / f"{picture.key}.png", picture.png)
    for key in {panel.key for panel in PANELS} - {picture.key for picture in pictures}:
        (drawings / f"{key}.png").unlink(missing_ok=True)
    write_whole(folder / "scores.csv", scores_csv(result))
    write_whole(folder / "summary.json", summary_json(result))
    page = folder / "report.html"
    write_whole(page, render(build_view(result, pictures)))
    return page
