"""The figures of several studies: all their scores on one axis, and the differences to the first one."""

import math
from dataclasses import replace

from matplotlib.figure import Figure

from tuner.comparing.comparison import Compared
from tuner.comparing.studies import Entry, Measure, Studies
from tuner.figures.differences import draw_differences
from tuner.figures.levels import LINE, Level, naive_levels
from tuner.figures.saving import png, svg
from tuner.figures.scores import Boxes, draw_boxes
from tuner.figures.style import figure_style, new_figure
from tuner.report.comparison import differences_of, group_sample
from tuner.report.formats import axis_label, listed, metric_name, score, short
from tuner.report.panels.base import ROW, Caption
from tuner.report.panels.differences import difference_words
from tuner.report.panels.scores import box_words, naive_text
from tuner.report.pictures import Picture
from tuner.report.studies.words import chosen_name

_LONGEST = 28  # characters that fit beside a row


def draw_studies(studies: Studies) -> tuple[Picture, ...]:
    """The scores of all studies, one figure a metric, and the differences where there are some."""
    with figure_style():
        pictures = [_scores(studies, measure, place) for place, measure in enumerate(studies.measures)]
        if studies.compared is not None:
            pictures.append(_differences(studies, studies.compared))
    return tuple(pictures)


def figure_keys(studies: Studies) -> set[str]:
    """The names of all figures that a page of so many studies can have."""
    return {"differences", *map(_key, range(len(studies.entries)))}


def _key(place: int) -> str:
    return f"scores-{place + 1}" if place else "scores"


def boxes_of_studies(studies: Studies, measure: Measure) -> Boxes:
    """The numbers of one box plot: the groups of a metric, against those of the first study if it can be."""
    rows = tuple(
        group_sample(group, _row_name(entry, name))
        for entry in studies.entries
        if entry.measure == measure
        for name, group in entry.groups
    )
    first, direction = studies.entries[0], measure[1]
    if studies.compared is None:
        return Boxes(rows, direction, math.nan, (math.nan, math.nan), baseline="")
    summary = first.chosen.summary
    ends = (summary.interval.low, summary.interval.high)
    reference = _row_name(first, first.chosen_name)
    return Boxes(rows, direction, summary.mean, ends, baseline=reference, naive=_naive(studies))


def _naive(studies: Studies) -> tuple[Level, ...]:
    """The naive forecasts of comparable studies, the lowest score first; a name that scores differently in
    two of them, as where every seed has data of its own, has no line that holds for both.
    """
    results = [entry.source.result for entry in studies.entries if entry.source.result is not None]
    found: dict[str, list[Level]] = {}
    for level in (one for result in results for one in naive_levels(result, "test")):
        found.setdefault(level.name, []).append(level)
    same = (levels[0] for levels in found.values() if len({one.label for one in levels}) == 1)
    return tuple(sorted(same, key=lambda level: level.value))


def _row_name(entry: Entry, name: str) -> str:
    """A name that fits beside a row and tells both the study and the configuration."""
    own = short(name, 12)
    return f"{short(entry.label, _LONGEST - 1 - len(own))}:{own}"


def _scores(studies: Studies, measure: Measure, place: int) -> Picture:
    metric = metric_name(measure[0])
    data = boxes_of_studies(studies, measure)
    figure, (ax,) = new_figure(1.0 + ROW * len(data.rows) + LINE * len(data.naive))
    draw_boxes(ax, data, label=axis_label(measure[0], "test"))
    first = chosen_name(studies.entries[0].chosen.name)
    means = [f"{row.name} {score(row.mean)}" for row in data.rows]
    caption = Caption(
        f"Test {metric} of every seed",
        box_words(data, first, studies.level),
        f"Box plot of the test {metric} over seeds, all studies. Means: {listed(means)}.{naive_text(data)}",
    )
    return _picture(_key(place), figure, caption)


def _differences(studies: Studies, compared: Compared) -> Picture:
    data = differences_of(compared)
    named = [_row_name(entry, entry.chosen_name) for entry in studies.entries[1:]]
    rows = tuple(replace(row, name=name) for row, name in zip(data.rows, named, strict=True))
    label, first = axis_label(compared.metric, "test"), chosen_name(studies.entries[0].chosen.name)
    figure, (ax,) = new_figure(0.9 + ROW * len(data.rows))
    draw_differences(ax, replace(data, rows=rows), label=label)
    ax.set_xlabel(f"difference in {label} to the first study")
    said = [f"{chosen_name(row.name)} {score(row.value)}, {row.verdict}" for row in data.rows]
    caption = Caption(
        f"Difference to {first}",
        difference_words(data, "the number of studies"),
        f"Forest plot of differences in mean test score to {first}: {'; '.join(said)}.",
    )
    return _picture("differences", figure, caption)


def _picture(key: str, figure: Figure, caption: Caption) -> Picture:
    return Picture(key, "results", caption, svg(figure, key), png(figure))
