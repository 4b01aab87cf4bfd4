"""What monitoring found as files: one page, the figure as PNG, and the skill of every period as CSV."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from tuner.cards import MINUS, percent
from tuner.deploy.moments import shown
from tuner.deploy.monitoring.watched import Monitoring, Period, Watched
from tuner.deploy.monitoring.words import headline
from tuner.deploy.names import MONITOR
from tuner.errors import LedgerError
from tuner.figures.legends import legend_of_axes
from tuner.figures.saving import png, svg
from tuner.figures.skill import Line, Mark, SkillOverTime, draw_skill
from tuner.figures.style import figure_style, new_figure
from tuner.files import write_whole
from tuner.report.cells import Cell, Column, Table, number_cell
from tuner.report.formats import (
    NONE,
    axis_label,
    count,
    decimals_at,
    interval,
    listed,
    metric_name,
    score,
    short,
)
from tuner.report.page import render_template
from tuner.report.panels.base import Caption
from tuner.report.pictures import Picture
from tuner.report.verdict import Headline

PAGE, PICTURE, NUMBERS = "report.html", "skill.png", "skill.csv"


@dataclass(frozen=True, slots=True)
class MonitorView:
    """The page as data, written out already."""

    title: str
    subtitle: str
    headline: Headline
    warnings: tuple[str, ...]
    figures: tuple[Picture, ...]
    alarms: Table
    seen: Table
    models: Table
    periods: Table
    methods: tuple[str, ...]
    beside: str


def write_monitoring(found: Monitoring) -> tuple[Path, ...]:
    """Write report.html, skill.png and skill.csv into the bundle's folder `monitor`; gives their paths.

    Raises: LedgerError where one of them cannot be written.
    """
    folder = found.folder / MONITOR
    pictures = draw_pictures(found)
    files: dict[str, str | bytes] = {NUMBERS: skill_csv(found)}
    if pictures:
        files[PICTURE] = pictures[0].png
    files[PAGE] = render_template("monitor.html", monitor_view(found, pictures))
    for name, content in files.items():
        path = folder / name
        if path.is_symlink():
            raise LedgerError(f"{path}: is a link; put the file that it leads to in its place")
        write_whole(path, content)
    return tuple(folder / name for name in files)


def monitor_view(found: Monitoring, pictures: tuple[Picture, ...]) -> MonitorView:
    """The view of what was found."""
    current = found.current
    return MonitorView(
        title=short(found.study),
        subtitle=f"{metric_name(found.metric)} · {short(found.configuration)} · "
        f"{count(current.skill.examples, 'example')} · by {found.every.words}",
        headline=headline(found),
        warnings=(*found.warnings, *found.notes),
        figures=pictures,
        alarms=_alarms(found),
        seen=_seen(found),
        models=_models(found),
        periods=_periods(found),
        methods=_methods(found),
        beside=f"{f'{PICTURE} (the figure), ' if pictures else ''}{NUMBERS} (the numbers)",
    )


def skill_over_time(found: Monitoring) -> SkillOverTime | None:
    """The numbers of the figure; None where no example was scored."""
    if not found.current.periods:
        return None
    expected = found.current.expected
    band = (
        (math.nan,) * 3
        if expected is None
        else (expected.mean, expected.interval.low, expected.interval.high)
    )
    marks = tuple(
        Mark(alarm.found.word, found.every.place(alarm.first), found.every.place(alarm.seen))
        for alarm in found.current.alarms
    )
    return SkillOverTime(
        lines=tuple(_line(model) for model in found.models if model.periods),
        expected=(band[0], band[1], band[2]),
        marks=marks,
        labels=tuple(sorted({(one.place, one.label) for model in found.models for one in model.periods})),
    )


def _line(model: Watched) -> Line:
    skills = [period.skill for period in model.periods]
    return Line(
        model.name,
        tuple(period.place for period in model.periods),
        tuple(one.mean for one in skills),
        tuple(one.interval.low for one in skills),
        tuple(one.interval.high for one in skills),
    )


def draw_pictures(found: Monitoring) -> tuple[Picture, ...]:
    """The figure with its words; nothing where there is nothing to draw."""
    data = skill_over_time(found)
    if data is None:
        return ()
    with figure_style():
        figure, axes = new_figure(3.1)
        draw_skill(axes[0], data, label=axis_label(found.metric))
        legend_of_axes(figure, axes, columns=2)
        return (Picture("skill", "results", _caption(found, data), svg(figure, "skill"), png(figure)),)


def _caption(found: Monitoring, data: SkillOverTime) -> Caption:
    level, metric = percent(found.level), metric_name(found.metric)
    expected = found.current.expected
    band = ""
    if expected is not None:
        over = count(expected.examples * expected.each, "test example")
        band = (
            f" The band is what is expected: the level of the model on {over}, with its"
            f" {percent(expected.interval.level)} interval."
        )
    marks = (
        " A triangle and the dashed line are an alarm, the shade behind it the observations that gave it."
        if data.marks
        else ""
    )
    cut = " A small triangle at the edge is a mean beyond the axis." if data.cut else ""
    several = " Earlier models stand behind the current one, on the same observations." if found.pairs else ""
    if not found.current.by_example:
        many = (
            f"The {metric} of all observations of every period together, without an interval.{cut}{several}"
        )
    else:
        many = (
            f"The mean {metric} of every period with its {level} interval: a plain one, so that among 20"
            f" periods one is expected to miss, and no test.{band}{marks}{cut}{several}"
        )
    told = [f"{period.label} {score(period.skill.mean)}" for period in found.current.periods[:40]]
    return Caption(
        f"{metric} by {found.every.words}",
        many,
        f"{metric} by {found.every.words}: {listed(told)}.",
    )


def _alarms(found: Monitoring) -> Table:
    columns = (
        Column("Seen with", number=False),
        Column("Word", number=False),
        Column("Observations", number=False),
        Column("Examples"),
        Column(metric_name(found.metric)),
        Column("Change"),
        Column(
            "Interval of the change", hint="holds together with those of all windows that there will ever be"
        ),
    )
    model = found.current
    told = dict.fromkeys((*model.alarms, *filter(None, (model.widest, model.latest))))
    rows = tuple(
        (
            Cell(shown(one.seen)),
            Cell(one.found.word),
            Cell(f"{shown(one.first)} to {shown(one.seen)}"),
            Cell(f"{one.found.examples * model.each:,}"),
            number_cell(one.found.mean),
            number_cell(one.found.difference),
            Cell(interval(one.found.interval.low, one.found.interval.high)),
        )
        for one in told
    )
    remark = (
        "The first window of each turn, the widest one since the last of them, and the latest one that"
        " differs from what is expected."
    )
    return Table(columns, rows, remark)


def _seen(found: Monitoring) -> Table:
    judged = found.current.judged
    columns = (
        Column("The last window of ...", number=False),
        Column("Smallest change that would have been found"),
    )
    rows = tuple(
        (
            Cell(count(one.examples * found.current.each, "example")),
            Cell("none: neighbours are too much alike in it")
            if one.alike
            else number_cell(one.change)
            if one.possible
            else Cell(f"none: {score(one.change)} is more than any change can be"),
        )
        for one in (judged.detectable if judged else ())
    )
    remark = (
        f"With a probability of 80 %, had the mean {metric_name(found.metric)} changed by so much over all"
        " of these observations (or, for the longest, the last complete window of that length). Smaller"
        " changes may be there. Earlier windows of the same length, whose neighbours were less alike, may"
        " have shown a change, which then stands among the alarms."
    )
    return Table(columns, rows, remark)


def _models(found: Monitoring) -> Table:
    level = percent(found.level)
    columns = (
        Column("Model", number=False),
        Column("Examples"),
        Column(metric_name(found.metric)),
        Column(f"{level} interval"),
        Column("Expected"),
        Column(
            f"Current {MINUS} this one",
            hint="on the same examples, with a plain interval: an estimate, no test",
        ),
        Column("Word", number=False),
    )
    pairs = {pair.earlier: pair for pair in found.pairs}
    rows = []
    for model in found.models:
        skill, pair = model.skill, pairs.get(model.name)
        apart = NONE if pair is None else score(pair.difference.mean)
        ends = "" if pair is None else interval(pair.difference.interval.low, pair.difference.interval.high)
        rows.append(
            (
                Cell(model.name, note=model.created[:10]),
                Cell(f"{skill.examples:,}"),
                number_cell(skill.mean),
                Cell(interval(skill.interval.low, skill.interval.high)),
                number_cell(model.expected.mean if model.expected else math.nan),
                Cell(apart, note=ends),
                Cell(model.word),
            )
        )
    remark = (
        "All models were given the same observations. The words are each model's own, against what was"
        " expected of it."
    )
    return Table(columns, tuple(rows), remark, strong=frozenset({0}))


def _periods(found: Monitoring) -> Table:
    level = percent(found.level)
    columns = (
        Column("Period", number=False),
        *((Column("Model", number=False),) if len(found.models) > 1 else ()),
        Column("Examples"),
        Column(metric_name(found.metric)),
        Column(f"{level} interval"),
        Column("SD"),
    )
    rows = []
    for model in found.models:
        decimals = _decimals(model)
        for period in model.periods:
            skill = period.skill
            note = f"{skill.failed} without a score" if skill.failed else ""
            rows.append(
                (
                    Cell(period.label),
                    *((Cell(model.name),) if len(found.models) > 1 else ()),
                    Cell(f"{skill.examples:,}", note=note),
                    number_cell(skill.mean, decimals),
                    Cell(interval(skill.interval.low, skill.interval.high, decimals)),
                    number_cell(skill.std, decimals),
                )
            )
    remark = (
        f"Means of single examples with plain {level} intervals over them; none where a period holds too"
        " few that are independent of each other."
        if found.current.by_example
        else "The metric of all examples of a period together."
    )
    return Table(columns, tuple(rows), remark)


def _decimals(model: Watched) -> int | None:
    """Decimals that show the mean of a period as far as it is known."""
    errors = [
        period.skill.std / math.sqrt(period.skill.examples) for period in model.periods if _spread(period)
    ]
    means = [abs(period.skill.mean) for period in model.periods if math.isfinite(period.skill.mean)]
    return decimals_at(min(errors), max(means)) if errors and means else None


def _spread(period: Period) -> bool:
    return period.skill.examples > 1 and period.skill.std > 0.0


def _methods(found: Monitoring) -> tuple[str, ...]:
    metric, rate = metric_name(found.metric), percent(round(1 - found.level, 6))
    if not found.current.by_example:
        return (
            f"The {metric} is no mean over examples: it is shown for periods as a whole, and not tested.",
        )
    return (
        f"Every example that was predicted and observed has one {metric}. Windows of all lengths are"
        " tested, each twice as long as the one before and a quarter of its length apart: whether the mean"
        " within it differs from what is expected, by t intervals that count how much neighbours are"
        " alike, and that the expected level is an estimate itself. The windows share one error rate of"
        f" {rate}, half of it for either direction, in parts that sum to it however long the model lives."
        " So one may look as often as one likes; how long periods are changes nothing.",
        "Stable means that no window differs, and no more: it stands beside how large a change would"
        " have been found by now. Trend and intervals of periods are plain estimates at their level, and"
        " no tests.",
        "An example is judged once what it reads and what came of it are both known, in that order; what"
        " is given later changes nothing of what was said before. Predictions are stored when they are"
        " made, from earlier rows alone, and are never made again.",
    )


def skill_csv(found: Monitoring) -> str:
    """One row a model and period, in full precision; empty where there is no such number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("model", "period", "start", "examples", "without_score", "mean", "low", "high", "std"))
    for model in found.models:
        for period in model.periods:
            skill = period.skill
            numbers = (skill.mean, skill.interval.low, skill.interval.high, skill.std)
            writer.writerow(
                (
                    model.name,
                    period.label,
                    period.start if isinstance(period.start, int) else period.start.isoformat(),
                    skill.examples,
                    skill.failed,
                    *(value if math.isfinite(value) else "" for value in numbers),
                )
            )
    return text.getvalue()
