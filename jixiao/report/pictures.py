"""The pictures of a report, as SVG for its page; nothing where there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING

from jixiao.comparison import amount
from jixiao.explorer.overview import step_of
from jixiao.report.drawing import SMALL, WIDTH, Drawing, breadth, folded, picture
from jixiao.report.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jixiao.messages import Language
    from jixiao.report.content import Area, Judged, Point, Ranked, Report
    from jixiao.report.drawing import Anchor
    from jixiao.told import Clarity, Disclosure

MOST_ROWS = 20
"""So many departments, rules and divisions a picture shows; the lists beside it show all."""
MOST_YEARS = 5
MOST_DOTS = 40
"""A line through more points has no dots."""
LEFT, RIGHT = 4, WIDTH - 4
ROW, BAR = 36, 10
"""How high a row is, its name and figures above its bar, and how high the bar is."""
FOOT = 22
"""How high the scale and the meanings of colours are."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A name, what its bar is made of (lengths from 0 to 1 with their colours), and its figures: the first in bold."""

    name: str
    parts: Sequence[tuple[float, str]]
    figure: str
    beside: str = ""

    @property
    def told(self) -> str:
        """The same in words."""
        return f"{self.name}: {self.figure} {self.beside}".strip()


def ranking(report: Report, language: Language) -> str:
    """How much nobody can check in each department's year, the least clear first."""
    judged = ranked(report)
    rows = [
        _Row(
            named(each.document),
            [(each.clarity.unclear / each.clarity.judged, f"share-{_step(each.clarity)}")],
            f"{each.clarity.percent}%",
            f"{each.clarity.unclear} / {each.clarity.judged}",
        )
        for each in judged[:MOST_ROWS]
    ]
    return _bars("ranking", rows, language, of=len(judged))


def ranked(report: Report) -> Sequence[Ranked]:
    """The departments whose shares are worth a bar: those with more than a few targets, all where there are no such."""
    judged = [each for each in report.departments if each.clarity.judged]
    return [each for each in judged if not each.few] or judged


def rules(report: Report, language: Language) -> str:
    """How often each rule found something, what is certain and what is possible apart."""
    found = sorted((each for each in report.judged if each.findings), key=lambda each: (-each.findings, each.id))
    most = found[0].findings if found else 1
    rows = [
        _Row(
            each.rule.title[language] if each.rule else each.id,
            [(each.certain / most, "certain"), ((each.findings - each.certain) / most, "thing-source")],
            str(each.findings),
            _counted(each, language),
        )
        for each in found[:MOST_ROWS]
    ]
    key = {said("pictures.certain", language): "certain", said("pictures.possible", language): "thing-source"}
    return _bars("rules", rows, language, of=len(found), key=key, percent=False)


def money(report: Report, language: Language) -> str:
    """How much of the projects' money has no targets: of all of it, and of the departments with most such money."""
    if not report.summary.money:
        return ""
    lacking = sorted(
        (
            (named(each.document), each.money_without_form, each.money)
            for each in report.departments
            if each.money and each.money_without_form
        ),
        key=lambda each: (-each[1], each[0]),
    )
    whole = (said("pictures.everything", language), report.summary.money_without_form, report.summary.money)
    rows = [
        _Row(
            name,
            [(float(without / of), "certain")],
            amount(without, language=language),
            said("pictures.of", language, whole=amount(of, language=language)),
        )
        for name, without, of in (whole, *lacking[: MOST_ROWS // 2])
        if of
    ]
    key = {said("pictures.without", language): "certain", said("pictures.others", language): "track"}
    return _bars("money", rows, language, of=len(lacking) + 1, key=key)


def named(document: Disclosure) -> str:
    """A department and its year."""
    return f"{document.publisher or document.label} {document.year or ''}".strip()


def _step(clarity: Clarity) -> int | str:
    step = step_of(clarity.unclear, clarity.judged)
    return "none" if step is None else step


def _both(clarity: Clarity) -> str:
    return f"{clarity.percent}% ({clarity.unclear} / {clarity.judged})"


def _counted(judged: Judged, language: Language) -> str:
    """What it found by certainty, where it found any."""
    counts = {"certain": judged.certain, "possible": judged.findings - judged.certain}
    told = [said(f"pictures.{name}_count", language, count=count) for name, count in counts.items() if count]
    return said("pictures.comma", language).join(told)


def _bars(  # noqa: PLR0913 - what differs between pictures of bars
    name: str,
    rows: Sequence[_Row],
    language: Language,
    *,
    of: int,
    key: Mapping[str, str] | None = None,
    percent: bool = True,
) -> str:
    """Bars one below the other, of ``of`` that there are; those of shares with a scale from 0 to 100%."""
    if not rows:
        return ""

    beside = max(breadth(row.beside, SMALL) for row in rows) + 8
    height = len(rows) * ROW + (FOOT if percent else 8) + (FOOT if key or len(rows) < of else 0)

    def draw(drawing: Drawing) -> None:
        foot = len(rows) * ROW
        for step in range(0, 101, 25) if percent else (0,):
            across = LEFT + (RIGHT - LEFT) * step / 100
            drawing.line(drawing.page, (across, across), (0, foot + 4), "hair-strong" if step == 0 else "hair")
        if percent:
            _scale(drawing, foot + 15)
        for place, row in enumerate(rows):
            _row(drawing, place * ROW, row, beside, track=percent)
        drawing.key(LEFT, drawing.height - 5, key or {})
        if len(rows) < of:
            words = said("pictures.more", language, shown=len(rows), of=of)
            drawing.write(RIGHT, drawing.height - 5, words, anchor="right", size=SMALL, colour="quiet")

    told = "; ".join(row.told for row in rows)
    return picture(name, height, draw, title=said(f"pictures.{name}", language), told=told)


def _scale(drawing: Drawing, base: float) -> None:
    for step in range(0, 101, 25):
        across = LEFT + (RIGHT - LEFT) * step / 100
        anchor: Anchor = {0: "left", 100: "right"}.get(step, "center")  # type: ignore[assignment]
        drawing.write(across, base, f"{step}%", anchor=anchor, size=SMALL, colour="quiet")


def _row(drawing: Drawing, top: float, row: _Row, beside: float, *, track: bool) -> None:
    """A row; its first figure ends before what stands ``beside`` it in any row."""
    base, left, whole = top + 17, float(LEFT), RIGHT - LEFT
    drawing.write(RIGHT, base, row.beside, anchor="right", size=SMALL, colour="quiet")
    drawing.write(RIGHT - beside, base, row.figure, anchor="right", bold=True)
    drawing.name(LEFT, base, row.name, whole - beside - breadth(row.figure, SMALL) - 24)
    if track:
        drawing.bar(LEFT, top + 22, whole, BAR, "track")
    for length, colour in row.parts:
        drawing.bar(left, top + 22, whole * length, BAR, colour)
        left += whole * length


NAMES, HEAD, CELL = 112, 20, 36
"""Of the coloured cells: how wide the names are, how high the years and a row are."""


def areas(report: Report, language: Language) -> str:
    """How much nobody can check by division and year, as coloured cells with both numbers."""
    judged = [each for each in report.areas if each.summary.clarity.judged]
    years = sorted({each.year for each in judged if each.year is not None})[-MOST_YEARS:]
    columns = [*years, *([None] if any(each.year is None for each in judged) else [])]
    names = list(dict.fromkeys((each.division, each.name) for each in judged if each.year in columns))
    rows = names[:MOST_ROWS]
    if not rows:
        return ""
    cells = {(each.division, each.name, each.year): each.summary.clarity for each in judged}
    wide = min(96.0, (RIGHT - NAMES) / len(columns))

    def draw(drawing: Drawing) -> None:
        for column, year in enumerate(columns):
            words = str(year) if year else said("pictures.no_year", language)
            middle = NAMES + (column + 0.5) * wide
            drawing.write(middle, 13, words, anchor="center", size=SMALL, colour="quiet")
            for row, key in enumerate(rows):
                if clarity := cells.get((*key, year)):
                    _cell(drawing, NAMES + column * wide, HEAD + row * CELL, wide, clarity)
        for row, (code, name) in enumerate(rows):
            _beside(drawing, HEAD + (row + 0.5) * CELL, name or code or said("pictures.nowhere", language))
        steps = {said(f"pictures.share_{step}", language): f"share-{step}" for step in range(5)}
        drawing.key(LEFT, drawing.height - 22, steps)
        if len(rows) < len(names):
            words = said("pictures.more", language, shown=len(rows), of=len(names))
            drawing.write(RIGHT, drawing.height - 5, words, anchor="right", size=SMALL, colour="quiet")

    told = "; ".join(_told(each, language) for each in judged if (each.division, each.name) in rows)
    height = HEAD + len(rows) * CELL + 44
    return picture("areas", height, draw, title=said("pictures.areas", language), told=told)


def _cell(drawing: Drawing, left: float, top: float, wide: float, clarity: Clarity) -> None:
    middle = left + wide / 2
    drawing.bar(left + 1, top + 1, wide - 2, CELL - 2, f"share-{_step(clarity)}")
    drawing.write(middle, top + 16, f"{clarity.percent}%", anchor="center", colour="on-share", bold=True)
    both = f"{clarity.unclear}/{clarity.judged}"
    drawing.write(middle, top + 29, both, anchor="center", size=SMALL, colour="on-share")


def _beside(drawing: Drawing, middle: float, name: str) -> None:
    """A name beside its cells, on two lines where it is long, cut where it is longer."""
    lines = folded(name, NAMES - 14, SMALL, 2)
    for place, line in enumerate(lines):
        base = middle + SMALL * (0.36 + 1.2 * (place - (len(lines) - 1) / 2))
        whole = name if lines[-1].endswith("…") else None
        drawing.write(NAMES - 8, base, line, anchor="right", size=SMALL, whole=whole)


def _told(area: Area, language: Language) -> str:
    name = area.name or area.division or said("pictures.nowhere", language)
    return f"{name} {area.year or ''}: {_both(area.summary.clarity)}"


def trend(report: Report, language: Language) -> str:
    """How the share that nobody can check, the findings and the money without targets went over the publications."""
    return course(report.trend, language)


PANEL, APART, TITLE = 78, 64, 32
"""Of the lines: how high a panel is, what is between two, and its title."""
EDGE = 58
"""Where lines begin; the numbers of the scale stand before."""


@dataclass(frozen=True, slots=True)
class _Course:
    """One panel: a line, perhaps one below it, how its scale is written, and what the last publication says."""

    name: str
    values: Sequence[float]
    shown: Callable[[float], str]
    now: str
    below: Sequence[float] = ()
    whole: bool = False
    """Whether the scale has only whole numbers."""


def course(points: Sequence[Point], language: Language) -> str:
    """The same of points that somebody has."""
    if len(points) < 2:  # noqa: PLR2004 - one point is no course
        return ""
    panels = _panels(points, language)

    def draw(drawing: Drawing) -> None:
        for row, each in enumerate(panels):
            top = TITLE + row * (PANEL + APART)
            drawing.write(LEFT, top - 16, said(f"pictures.{each.name}", language), bold=True)
            drawing.write(RIGHT, top - 16, each.now, anchor="right", size=SMALL, colour="quiet")
            _panel(drawing, top, each)
            _days(drawing, points, top + PANEL + 14)

    told = "; ".join(f"{said(f'pictures.{each.name}', language)}: {each.now}" for each in panels)
    height = TITLE + len(panels) * (PANEL + APART) - APART + 22
    return picture("trend", height, draw, title=said("pictures.trend", language), told=told)


def _panels(points: Sequence[Point], language: Language) -> Sequence[_Course]:
    last = points[-1]
    without, whole = (amount(each, language=language) for each in (last.money_without_form, last.money))
    return (
        _Course(
            "unclear",
            [_percent(each.clarity) for each in points],
            lambda value: f"{value:g}%",
            _both(last.clarity) if last.clarity.judged else "",
        ),
        _Course(
            "findings",
            [float(each.findings) for each in points],
            lambda value: f"{value:,.0f}",
            said("pictures.findings_of", language, findings=last.findings, certain=last.certain),
            below=[float(each.certain) for each in points],
            whole=True,
        ),
        _Course(
            "unaimed",
            [float(each.money_without_form) for each in points],
            lambda value: amount(Decimal(str(value)), language=language),
            said("pictures.money_of", language, without=without, whole=whole),
        ),
    )


def _percent(clarity: Clarity) -> float:
    """A share as a line shows it; a gap where there is nothing to judge."""
    return 100 * clarity.unclear / clarity.judged if clarity.judged else float("nan")


def _panel(drawing: Drawing, top: float, told: _Course) -> None:
    """A line over all publications above a scale that begins at 0."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to load

    last, wide = len(told.values) - 1, RIGHT - EDGE - 4
    most = max((value for value in told.values if not isnan(value)), default=0) or 1
    steps = [float(each) for each in MaxNLocator(nbins=3, integer=told.whole).tick_values(0, most)]
    axes = drawing.panel(EDGE, top, wide, PANEL, across=(0, last), up=(0, steps[-1]))
    for each in steps:
        drawing.line(axes, (0, last), (each, each), "hair-strong" if each == 0 else "hair")
        base = top + PANEL * (1 - each / steps[-1]) + 4
        drawing.write(EDGE - 8, base, told.shown(each), anchor="right", size=SMALL, colour="quiet")
    for values, colour in ((told.values, "accent"), (told.below, "certain")):
        drawing.line(axes, range(len(values)), values, colour, dots=len(values) <= MOST_DOTS)


def _days(drawing: Drawing, points: Sequence[Point], base: float) -> None:
    """The days of the first, the last and some publications between."""
    last, wide = len(points) - 1, RIGHT - EDGE - 4
    every = -(-80 * last // wide)
    told = {0, last} | set(range(every, last - every + 1, every))
    for place in sorted(told):
        anchor: Anchor = "left" if place == 0 else "right" if place == last else "center"
        across = EDGE + place * wide / last
        drawing.write(across, base, points[place].day, anchor=anchor, size=SMALL, colour="quiet")
