"""The pictures of a report, as SVG for its page; nothing where there is nothing to draw."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from jixiao.comparison import amount
from jixiao.explorer.overview import step_of
from jixiao.report.drawing import SMALL, WIDTH, Drawing, breadth, picture
from jixiao.report.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jixiao.messages import Language
    from jixiao.report.content import Area, Judged, Point, Report
    from jixiao.report.drawing import Anchor
    from jixiao.told import Clarity, Disclosure

MOST_ROWS = 20
"""So many departments, rules and divisions a picture shows; the lists below it show all."""
MOST_YEARS = 6
MOST_DOTS = 40
"""A line through more points has no dots."""
LEFT = 196
"""Where bars begin; names stand before."""
RIGHT = WIDTH - 132
"""Where bars of 100% end; figures stand behind."""
ROW = 32
HALF = 9
"""How high half a bar is."""
BELOW = 22


def ranking(report: Report, language: Language) -> str:
    """How much nobody can check in each department's year, the least clear first."""
    judged = [each for each in report.departments if each.clarity.judged]
    rows = judged[:MOST_ROWS]
    if not rows:
        return ""

    def draw(drawing: Drawing) -> None:
        _percents(drawing, len(rows))
        for place, each in enumerate(rows):
            middle = (place + 0.5) * ROW
            length = (RIGHT - LEFT) * each.clarity.unclear / each.clarity.judged
            drawing.name(LEFT - 10, middle, named(each.document), LEFT - 14)
            drawing.bar(LEFT, middle - HALF, RIGHT - LEFT, 2 * HALF, "track")
            drawing.bar(LEFT, middle - HALF, length, 2 * HALF, f"share-{_step(each.clarity)}")
            _figure(drawing, middle, f"{each.clarity.percent}%", f"{each.clarity.unclear} / {each.clarity.judged}")
        _more(drawing, len(rows), len(judged), language)

    told = "; ".join(f"{named(each.document)}: {_both(each.clarity)}" for each in rows)
    return picture("ranking", _height(len(rows)), draw, title=said("pictures.ranking", language), told=told)


def named(document: Disclosure) -> str:
    """A department and its year."""
    return f"{document.publisher or document.label} {document.year or ''}".strip()


def _both(clarity: Clarity) -> str:
    return f"{clarity.percent}% ({clarity.unclear} / {clarity.judged})"


def _step(clarity: Clarity) -> int | str:
    step = step_of(clarity.unclear, clarity.judged)
    return "none" if step is None else step


def _percents(drawing: Drawing, rows: int) -> None:
    """The scale from 0 to 100% below the bars."""
    foot = rows * ROW
    for percent in range(0, 101, 25):
        across = LEFT + (RIGHT - LEFT) * percent / 100
        drawing.line(drawing.page, (across, across), (0, foot + 4), "hair")
        drawing.write(across, foot + 16, f"{percent}%", anchor="center", size=SMALL, colour="quiet")


def _figure(drawing: Drawing, middle: float, first: str, second: str = "", at: float = RIGHT + 10) -> None:
    """What a bar says, behind it; the second figure on the same line."""
    drawing.write(at, middle + 4.5, first, bold=True)
    drawing.write(WIDTH - 4, middle + 4.5, second, anchor="right", size=SMALL, colour="quiet")


def _height(rows: int) -> float:
    return rows * ROW + 2 * BELOW


def _more(drawing: Drawing, shown: int, of: int, language: Language) -> None:
    """That not all rows are shown, where that is so."""
    if shown < of:
        words = said("pictures.more", language, shown=shown, of=of)
        drawing.write(WIDTH - 4, drawing.height - 4, words, anchor="right", size=SMALL, colour="quiet")


def rules(report: Report, language: Language) -> str:
    """How often each rule found something, what is certain and what is possible apart."""
    found = sorted((each for each in report.judged if each.findings), key=lambda each: (-each.findings, each.id))
    rows = found[:MOST_ROWS]
    if not rows:
        return ""
    most = rows[0].findings
    colours = {"certain": "certain", "possible": "thing-source"}
    end = RIGHT + 20

    def draw(drawing: Drawing) -> None:
        drawing.line(drawing.page, (LEFT, LEFT), (0, len(rows) * ROW), "hair-strong")
        for place, each in enumerate(rows):
            middle = (place + 0.5) * ROW
            certain, whole = ((end - LEFT) * count / most for count in (each.certain, each.findings))
            drawing.name(LEFT - 10, middle, _title(each, language), LEFT - 14)
            drawing.bar(LEFT, middle - HALF, certain, 2 * HALF, colours["certain"])
            drawing.bar(LEFT + certain, middle - HALF, whole - certain, 2 * HALF, colours["possible"])
            drawing.write(LEFT + whole + 8, middle + 4.5, _counted(each, language), size=SMALL)
        key = {said(f"pictures.{name}", language): colour for name, colour in colours.items()}
        _key(drawing, LEFT, drawing.height - 8, key)
        _more(drawing, len(rows), len(found), language)

    told = "; ".join(f"{_title(each, language)}: {_counted(each, language)}" for each in rows)
    return picture("rules", _height(len(rows)), draw, title=said("pictures.rules", language), told=told)


def _title(judged: Judged, language: Language) -> str:
    return judged.rule.title[language] if judged.rule else judged.id


def _counted(judged: Judged, language: Language) -> str:
    """What it found by certainty, where it found any."""
    counts = {"certain": judged.certain, "possible": judged.findings - judged.certain}
    told = [said(f"pictures.{name}_count", language, count=count) for name, count in counts.items() if count]
    return said("pictures.comma", language).join(told)


def _key(drawing: Drawing, left: float, base: float, entries: Mapping[str, str]) -> None:
    """What colours mean, one after the other."""
    for words, colour in entries.items():
        drawing.bar(left, base - 9, 10, 10, colour)
        drawing.write(left + 15, base, words, size=SMALL, colour="quiet")
        left += breadth(words, SMALL) + 36


def money(report: Report, language: Language) -> str:
    """How much of the projects' money has no targets: of all of it, and of the departments with most such money."""
    summary = report.summary
    if not summary.money:
        return ""
    lacking = sorted(
        (each for each in report.departments if each.money and each.money_without_form),
        key=lambda each: (-each.money_without_form, each.rank),
    )
    shown = lacking[: MOST_ROWS // 2]
    rows = [
        (said("pictures.everything", language), summary.money_without_form, summary.money),
        *((named(each.document), each.money_without_form, each.money or summary.money) for each in shown),
    ]

    def draw(drawing: Drawing) -> None:
        _percents(drawing, len(rows))
        for place, (name, without, whole) in enumerate(rows):
            middle = (place + 0.5) * ROW
            drawing.name(LEFT - 10, middle, name, LEFT - 14)
            drawing.bar(LEFT, middle - HALF, RIGHT - LEFT, 2 * HALF, "track")
            drawing.bar(LEFT, middle - HALF, (RIGHT - LEFT) * float(without / whole), 2 * HALF, "certain")
            drawing.write(RIGHT + 8, middle - 2, amount(without, language=language), bold=True)
            of = said("pictures.of", language, whole=amount(whole, language=language))
            drawing.write(RIGHT + 8, middle + 12, of, size=SMALL, colour="quiet")
        key = {said("pictures.without", language): "certain", said("pictures.others", language): "track"}
        _key(drawing, LEFT, drawing.height - 4, key)
        _more(drawing, len(shown), len(lacking), language)

    told = "; ".join(
        f"{name}: {amount(without, language=language)} / {amount(whole, language=language)}"
        for name, without, whole in rows
    )
    return picture("money", _height(len(rows)), draw, title=said("pictures.money", language), told=told)


def areas(report: Report, language: Language) -> str:
    """How much nobody can check by division and year, as coloured cells with both numbers."""
    judged = [each for each in report.areas if each.summary.clarity.judged]
    years = sorted({each.year for each in judged if each.year is not None})[-MOST_YEARS:]
    columns: list[int | None] = [*years, *([None] if any(each.year is None for each in judged) else [])]
    names = list(dict.fromkeys((each.division, each.name) for each in judged if each.year in columns))
    rows = names[:MOST_ROWS]
    if not rows:
        return ""
    at = {(each.division, each.name, each.year): each for each in judged}
    high, wide = 40, min(110.0, (WIDTH - LEFT) / len(columns))

    def draw(drawing: Drawing) -> None:
        for column, year in enumerate(columns):
            middle = LEFT + (column + 0.5) * wide
            words = str(year) if year else said("pictures.no_year", language)
            drawing.write(middle, 14, words, anchor="center", size=SMALL, colour="quiet")
            for row, key in enumerate(rows):
                if (*key, year) in at:
                    _cell(drawing, LEFT + column * wide, 24 + row * high, wide, high, at[*key, year].summary.clarity)
        for row, (code, name) in enumerate(rows):
            words = name or code or said("pictures.nowhere", language)
            drawing.name(LEFT - 10, 24 + (row + 0.5) * high, words, LEFT - 14)
        steps = {said(f"pictures.share_{step}", language): f"share-{step}" for step in range(5)}
        _key(drawing, 20, drawing.height - 24, steps)
        _more(drawing, len(rows), len(names), language)

    told = "; ".join(_told(each, language) for each in judged if (each.division, each.name) in rows)
    height = 24 + len(rows) * high + 52
    return picture("areas", height, draw, title=said("pictures.areas", language), told=told)


def _cell(drawing: Drawing, left: float, top: float, wide: float, high: float, clarity: Clarity) -> None:  # noqa: PLR0913, PLR0917
    middle = left + wide / 2
    drawing.bar(left + 1, top + 1, wide - 2, high - 2, f"share-{_step(clarity)}")
    drawing.write(middle, top + 18, f"{clarity.percent}%", anchor="center", colour="on-share", bold=True)
    both = f"{clarity.unclear} / {clarity.judged}"
    drawing.write(middle, top + 32, both, anchor="center", size=SMALL, colour="on-share")


def _told(area: Area, language: Language) -> str:
    name = area.name or area.division or said("pictures.nowhere", language)
    return f"{name} {area.year or ''}: {_both(area.summary.clarity)}"


def trend(report: Report, language: Language) -> str:
    """How the share that nobody can check, the findings and the money without targets went over the publications."""
    return course(report.trend, language)


PANEL, APART = 84, 62
EDGE = 62


def course(points: Sequence[Point], language: Language) -> str:
    """The same of points that somebody has."""
    if len(points) < 2:  # noqa: PLR2004 - one point is no course
        return ""
    lines = {
        "unclear": [_percent(each.clarity.unclear, each.clarity.judged) for each in points],
        "findings": [float(each.findings) for each in points],
        "unaimed": [float(each.money_without_form) for each in points],
    }
    shown: Mapping[str, Callable[[float], str]] = {
        "unclear": lambda value: f"{value:g}%",
        "findings": lambda value: f"{value:,.0f}",
        "unaimed": lambda value: amount(Decimal(str(value)), language=language),
    }
    last = points[-1]
    figures = {
        "unclear": _both(last.clarity),
        "findings": said("pictures.findings_of", language, findings=last.findings, certain=last.certain),
        "unaimed": said(
            "pictures.money_of",
            language,
            without=amount(last.money_without_form, language=language),
            whole=amount(last.money, language=language),
        ),
    }

    def draw(drawing: Drawing) -> None:
        for row, (name, values) in enumerate(lines.items()):
            top = 30 + row * (PANEL + APART)
            title = said(f"pictures.{name}", language)
            drawing.write(6, top - 14, title, bold=True)
            drawing.write(WIDTH - 6, top - 14, figures[name], anchor="right", size=SMALL, colour="quiet")
            more = [float(each.certain) for each in points] if name == "findings" else None
            _panel(drawing, top, values, more, shown[name])
            _days(drawing, points, top + PANEL + 16)

    told = "; ".join(f"{said(f'pictures.{name}', language)}: {words}" for name, words in figures.items())
    height = 30 + 3 * (PANEL + APART) - APART + 26
    return picture("trend", height, draw, title=said("pictures.trend", language), told=told)


def _percent(part: int, whole: int) -> float:
    """A share as a line shows it; a gap where there is nothing to judge."""
    return 100 * part / whole if whole else float("nan")


def _panel(
    drawing: Drawing,
    top: float,
    values: Sequence[float],
    certain: Sequence[float] | None,
    shown: Callable[[float], str],
) -> None:
    """A line over all publications above a scale that begins at 0; of findings those that are certain below it."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    most = max((value for value in values if value == value), default=0) or 1  # noqa: PLR0124 - a gap is no number
    steps = [float(each) for each in MaxNLocator(nbins=3, integer=shown(1.0) == "1").tick_values(0, most) if each >= 0]
    axes = drawing.panel(EDGE, top, WIDTH - EDGE - 12, PANEL, across=(0, len(values) - 1), up=(0, steps[-1]))
    for each in steps:
        drawing.line(axes, (0, len(values) - 1), (each, each), "hair-strong" if each == 0 else "hair")
        across = -8 * (len(values) - 1) / (WIDTH - EDGE - 12)
        down = 4 * steps[-1] / PANEL
        drawing.write(across, each - down, shown(each), anchor="right", size=SMALL, colour="quiet", axes=axes)
    dots = len(values) <= MOST_DOTS
    drawing.line(axes, range(len(values)), values, "accent", dots=dots)
    if certain is not None:
        drawing.line(axes, range(len(certain)), certain, "certain", dots=dots)


def _days(drawing: Drawing, points: Sequence[Point], base: float) -> None:
    """The days of the first, the last and some publications between."""
    room = (WIDTH - EDGE - 12) / (len(points) - 1)
    every = max(1, -(-84 // int(room) if room >= 1 else len(points)))
    told = {0, len(points) - 1} | set(range(every, len(points) - every, every))
    for place in sorted(told):
        across = EDGE + place * room
        anchor: Anchor = "left" if place == 0 else "right" if place == len(points) - 1 else "center"
        drawing.write(across, base, points[place].day, anchor=anchor, size=SMALL, colour="quiet")
