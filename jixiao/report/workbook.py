"""The report as a workbook for Excel and WPS: every list in full, numbers that are numbers, charts of its own cells."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import xlsxwriter  # type: ignore[import-untyped]

from graph.files import write_whole
from jixiao.exports.workbook import LONGEST, MADE, NARROWEST, WIDEST, cut, parts
from jixiao.report.drawing import COLOURS, breadth
from jixiao.report.pictures import ranked
from jixiao.report.sheets import SHEETS, Marked, Teller
from jixiao.report.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from jixiao.messages import Language
    from jixiao.report.content import Report
    from jixiao.report.sheets import Form, Row, Sheet, Value

FORMATS: Mapping[Form, str] = {"text": "@", "plain": "0", "count": "#,##0", "money": "#,##0.00", "share": "0.0%"}
MEASURED = 200
"""How many rows decide how wide the columns are."""
LONGEST_LINK, MOST_LINKS = 2079, 60_000
"""What Excel follows: addresses of so many characters, and (65,530) so many on a sheet."""
CHARTED = 20
"""So many departments and rules a chart shows."""


def write(report: Report, path: Path, language: Language) -> Path:
    """Writes the workbook to a file; the same report gives the same bytes."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE, "title": said("figures.title", language), "author": "jixiao"})
    writer = _Writer(book, Teller(report, language))
    first = book.add_worksheet(said("sheets.summary", language))
    written = {sheet.name: writer.write(sheet) for sheet in SHEETS[1:]}
    writer.fill(first, SHEETS[0], iter(SHEETS[0].rows(writer.teller)))
    _charts(writer, first, written)
    book.close()
    write_whole(path, stream.getvalue())
    return path


class _Writer:
    """A workbook that is being written."""

    def __init__(self, book: Any, teller: Teller) -> None:
        self.book = book
        self.teller = teller
        common = {"valign": "top", "text_wrap": True}
        self.header = book.add_format({"bold": True, "bottom": 1, **common})
        self.formats = {form: book.add_format({"num_format": code, **common}) for form, code in FORMATS.items()}
        blue = {"font_color": COLOURS["accent"], "underline": 1}
        self.linked = {form: book.add_format({"num_format": code, **blue, **common}) for form, code in FORMATS.items()}

    def write(self, sheet: Sheet) -> int:
        """Writes a sheet, what is more than Excel opens to further ones; gives the number of rows on the first."""
        counts = []
        for number, part in enumerate(parts(iter(sheet.rows(self.teller))), 1):
            title = self.teller.words(f"sheets.{sheet.name}")
            counts.append(
                self.fill(self.book.add_worksheet(title if number == 1 else f"{title} {number}"), sheet, part)
            )
        return counts[0]

    def fill(self, sheet_page: Any, sheet: Sheet, rows: Iterator[Row]) -> int:
        """Writes the rows below the names of the columns, which stay in sight and can be chosen by."""
        names = [self._name(name) for name in sheet.columns]
        every = list(rows)
        for place, name in enumerate(names):
            width = _width([name, *(_shown(row[place]) for row in every[:MEASURED])])
            sheet_page.set_column(place, place, width)
            sheet_page.write_string(0, place, name, self.header)
        sheet_page.freeze_panes(1, 0)
        links = 0
        for line, row in enumerate(every, 1):
            for place, (value, form) in enumerate(zip(row, sheet.columns.values(), strict=True)):
                links += self._put(sheet_page, (line, place), value, form, may_link=links < MOST_LINKS)
        if sheet.name not in {"summary", "citing"}:
            sheet_page.autofilter(0, 0, len(every), len(names) - 1)
        return len(every)

    def _name(self, column: str) -> str:
        name, _, number = column.partition("#")
        return self.teller.words(f"columns.{name}", number=number) if number else self.teller.words(f"columns.{name}")

    def _put(self, sheet_page: Any, at: tuple[int, int], value: Value, form: Form, *, may_link: bool) -> int:
        """Writes a cell; gives 1 where it leads somewhere."""
        value, address, own = value if isinstance(value, Marked) else (value, None, None)
        leads = bool(address and may_link and len(address) <= LONGEST_LINK and value is not None)
        style = (self.linked if leads else self.formats)[own or form]
        words = cut(value) if isinstance(value, str) else ""
        if leads:
            sheet_page.write_url(*at, address, style, words or str(value))
        elif words:
            sheet_page.write_string(*at, words, style)
        if isinstance(value, int | float | Decimal):
            sheet_page.write_number(*at, float(value), style)
        return int(leads)


def _shown(value: Value) -> str:
    if isinstance(value, Marked):
        value = value.value
    return f"{value:,.2f}" if isinstance(value, Decimal) else "" if value is None else str(value)


def _width(texts: Iterable[str]) -> float:
    longest = max(breadth(line, 2) for text in texts for line in [*text[:LONGEST].split("\n"), ""])
    return min(WIDEST, max(NARROWEST, longest + 2))


MONEY = 18
"""The row of the summary with the money that has targets; below it that without, and that of which nobody knows."""


@dataclass(frozen=True, slots=True)
class _Chart:
    """A chart on the first sheet, of the first rows of another: one colour a column of figures."""

    name: str
    kind: Literal["bar", "line"]
    sheet: str
    along: str
    columns: Mapping[str, str]
    least: int = 1
    """Of fewer rows there is none."""


CHARTS = (
    _Chart("ranking", "bar", "departments", "name", {"share": "share-3"}),
    _Chart("rules", "bar", "rules", "rule", {"certain": "certain", "possible": "thing-source"}),
    _Chart("unclear", "line", "trend", "day", {"share": "accent"}, least=2),
    _Chart("findings", "line", "trend", "day", {"findings": "accent", "certain": "certain"}, least=2),
    _Chart("unaimed", "line", "trend", "day", {"without": "accent"}, least=2),
)
HIGH, WIDE = 18, 720
"""How many rows a chart is high at least, and how wide one is; a row is :data:`PIXELS` high."""
PIXELS = 20


def _charts(writer: _Writer, first: Any, written: Mapping[str, int]) -> None:
    """The charts beside the figures on the first sheet, each referring to the cells of its list."""
    line = 1
    report = writer.teller.report
    shown = [(_money(writer), 0)] if report.summary.money else []
    for chart in CHARTS:
        count = written[chart.sheet] if chart.kind == "line" else min(_charted(report, chart.sheet), CHARTED)
        if count >= chart.least:
            shown.append((_chart(writer, chart, count), count if chart.kind == "bar" else 0))
    for chart, count in shown:
        high = max(HIGH, count + 5)
        chart.set_size({"width": WIDE, "height": (high - 1) * PIXELS})
        first.insert_chart(line, 3, chart)
        line += high


def _charted(report: Report, sheet: str) -> int:
    """How many of the first rows are worth a bar: rules that found something, departments of more than few targets."""
    if sheet == "rules":
        return sum(each.findings > 0 for each in report.judged)
    return len(ranked(report))


def _chart(writer: _Writer, told: _Chart, count: int) -> Any:
    sheet = next(each for each in SHEETS if each.name == told.sheet)
    places = list(sheet.columns)
    title = writer.teller.words(f"sheets.{told.sheet}")
    made = writer.book.add_chart({"type": told.kind, **({"subtype": "stacked"} if told.kind == "bar" else {})})
    for column, colour in told.columns.items():
        along, place = places.index(told.along), places.index(column)
        look: dict[str, Any] = {"fill": {"color": COLOURS[colour]}, "gap": 50}
        if told.kind == "line":
            look = {"line": {"color": COLOURS[colour], "width": 2}, "marker": {"type": "circle", "size": 5}}
        made.add_series(
            {
                "name": [title, 0, place],
                "categories": [title, 1, along, count, along],
                "values": [title, 1, place, count, place],
                **look,
            }
        )
    _dress(made, writer.teller.words(f"pictures.{told.name}"), told.kind, legend=len(told.columns) > 1)
    return made


def _money(writer: _Writer) -> Any:
    """The money of projects by whether it has targets."""
    title, made = writer.teller.words("sheets.summary"), writer.book.add_chart({"type": "bar"})
    colours = [{"fill": {"color": COLOURS[name]}} for name in ("accent", "certain", "share-none")]
    made.add_series(
        {
            "categories": [title, MONEY, 0, MONEY + 2, 0],
            "values": [title, MONEY, 1, MONEY + 2, 1],
            "points": colours,
            "gap": 50,
            "data_labels": {"value": True},
        }
    )
    _dress(made, writer.teller.words("columns.money"), "bar", legend=False)
    return made


def _dress(chart: Any, title: str, kind: str, *, legend: bool) -> None:
    """A title, scales from 0, and the first row on top."""
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"} if legend else {"none": True})
    hair = {"visible": True, "line": {"color": COLOURS["hair"]}}
    if kind == "bar":
        chart.set_x_axis({"min": 0, "major_gridlines": hair})
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
    else:
        chart.set_y_axis({"min": 0, "major_gridlines": hair})
