"""A picture of how one page of a file was read: its cells and lines, coloured by what each was taken for.

Where the page has a measure (PDF) it is drawn as SVG in points; elsewhere its tables are shown as tables.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

import ingest
from ingest.readers import read_source
from ingest.readers.source import WRAP, Box, Cell, Grid, Line, Page, Source
from jixiao.errors import BadInputError
from jixiao.messages import text
from jixiao.rendering import environment, field_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ingest.records import Document, Places

KINDS = {
    "name": "名称",
    "level": "指标级别",
    "value": "目标值",
    "goal": "绩效目标",
    "amount": "表内金额",
    "detail": "其他字段",
    "budget": "预算表的行",
    "fact": "部门与单位",
    "unread": "标签或没有取用",
    "leftover": "没有读懂",
}
"""What a cell can be taken for, and what the legend calls it."""

KIND_OF_FIELD = {
    "name": "name",
    "l1": "level",
    "l2": "level",
    "value": "value",
    "actual": "value",
    "goals": "goal",
    "purpose": "goal",
    "amount_wan": "amount",
    "funds": "amount",
    "plan": "amount",
}
"""What the fields of a form and of its indicators are coloured as; the fields that are not here are details."""

SMALLEST, LARGEST = 3.0, 11.0
LEADING = 1.2
MARGIN = 2.0
"""Sizes of type and the distance between text and border, in points; between lines, in sizes of type."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of the source that was taken for something (or left over), and what to say of it."""

    kind: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with the one colour that it gets; ``kind`` is of ``KINDS``, or empty where there is nothing to say."""

    text: str
    kind: str
    title: str
    cell: Cell | None = None
    box: Box | None = None
    line: int | None = None
    """The number of the line that it is of, outside of tables."""

    @property
    def lines(self) -> list[str]:
        """The printed lines."""
        return self.text.split("\n")

    @property
    def size(self) -> float:
        """The size of type at which the text fits its box, in points."""
        left, top, right, bottom = self.box or (0, 0, 0, 0)
        widest = max(map(_ems, self.lines)) or 1
        wide = (right - left - 2 * self.margin) / widest
        high = (bottom - top) / (LEADING * len(self.lines))
        return max(SMALLEST, min(wide, high, LARGEST if self.cell else high))

    @property
    def margin(self) -> float:
        """Between a border and the text, in points; a line outside of tables has no border."""
        return MARGIN if self.cell else 0.0

    @property
    def baselines(self) -> list[tuple[float, str]]:
        """Each printed line with the height at which it stands, the whole in the middle of the box."""
        _, top, _, bottom = self.box or (0, 0, 0, 0)
        step = self.size * LEADING
        first = (top + bottom - step * len(self.lines)) / 2 + self.size
        return [(first + step * number, line) for number, line in enumerate(self.lines)]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid whose cells are coloured."""

    grid: Grid
    rows: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it was read: its tables and the lines outside of them, in reading order."""

    source: Source
    number: int
    page: Page | None
    blocks: tuple[Table | tuple[Piece, ...], ...]
    leftovers: tuple[tuple[str, str], ...]
    """Reason and quote of what was not understood on this page."""

    @property
    def cells(self) -> list[Piece]:
        """The cells of all its tables."""
        return [cell for block in self.blocks if isinstance(block, Table) for row in block.rows for cell in row]

    @property
    def outside(self) -> list[Piece]:
        """The text outside of tables."""
        return [piece for block in self.blocks if isinstance(block, tuple) for piece in block]

    @property
    def tables(self) -> list[Table]:
        """Its tables."""
        return [block for block in self.blocks if isinstance(block, Table)]

    @property
    def measured(self) -> bool:
        """Whether it can be drawn: the page has a width and a height."""
        return self.page is not None and self.page.width is not None and self.page.height is not None

    def count(self, kind: str) -> int:
        """How many cells were taken for this."""
        return sum(cell.kind == kind for cell in self.cells)


def write_picture(path: Path, number: int, output: Path) -> Path:
    """Read a file and write the picture of one of its pages: SVG where the output is called so, else HTML.

    Raises:
        BadInputError: there is no such page, or it has no measure and cannot be SVG.
        ingest.errors.IngestError: one of its subclasses says what is wrong with the file.
    """
    picture = picture_of(read_source(path), ingest.read(path), number)
    drawn = output.suffix.lower() == ".svg"
    if drawn and not picture.measured:
        raise BadInputError(text("inspect.no_measure", path=output, source=path))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(render(picture, "inspect.svg" if drawn else "inspect.html"), encoding="utf-8", newline="\n")
    return output


def render(picture: Picture, template: str) -> str:
    """The picture in one of the templates ``inspect.svg`` (the page alone) and ``inspect.html``."""
    css = files("jixiao").joinpath("static", "inspect.css").read_text(encoding="utf-8")
    made = environment().get_template(template)
    return made.render(picture=picture, kinds=KINDS, css=Markup(css))  # noqa: S704 - our own file


def picture_of(source: Source, document: Document, number: int) -> Picture:
    """What was made of a page; a file without pages has page 1 only.

    Raises:
        BadInputError: there is no such page.
    """
    return coloured(source, taken(document), number)


def coloured(source: Source, stretches: Iterable[Taken], number: int) -> Picture:
    """A page, its cells and lines coloured by these stretches.

    Raises:
        BadInputError: there is no such page.
    """
    pages = {page.number: page for page in source.pages}
    if number not in (pages or {1}):
        raise BadInputError(text("inspect.no_page", source=source.name, number=number, last=max(pages, default=1)))
    lines = [line for line in source.lines if (line.page or 1) == number]
    first, last = (lines[0].start, lines[-1].start + len(lines[-1].text)) if lines else (0, 0)
    here = [each for each in stretches if each.start < last and first < each.end]
    return Picture(
        source,
        number,
        pages.get(number),
        tuple(_blocks(source, lines, [grid for grid in source.grids if (grid.page or 1) == number], here)),
        tuple((each.title, _clean(source.text[each.start : each.end])) for each in here if each.kind == "leftover"),
    )


def taken(document: Document) -> Iterator[Taken]:
    """Everything that has a place in a document's record; where two take the same, the more telling comes first."""
    for left in document.leftovers:
        yield Taken("leftover", f"没有读懂：{left.reason}", left.span.start, left.span.end)
    for target in document.targets:
        for row in target.indicators:
            yield from _fields(f"指标“{row.name}”", row.places, KIND_OF_FIELD, "detail")
        yield from _fields(f"绩效目标表“{target.name}”", target.places, KIND_OF_FIELD, "detail")
    for budget in document.project_budgets:
        yield from _fields(f"项目预算“{budget.name}”", budget.places, {}, "budget")
    for table in document.tables:
        yield from _fields(f"预算表“{table.title or '无题'}”", table.places, {}, "budget")
        for line in table.rows:
            yield from _fields(f"预算表的行“{line.name or line.code or '无名'}”", line.places, {}, "budget")
    yield from _fields("部门", document.document.places, {}, "fact")
    for unit in document.units:
        yield from _fields(f"单位“{unit.name}”", unit.places, {}, "fact")


def _fields(record: str, places: Places, kinds: Mapping[str, str], other: str) -> Iterator[Taken]:
    """The places of one record's fields; the key of a mapping's item is named, the number of a list's is not."""
    for field, spans in places.items():
        name, _, item = field.partition(".")
        title = f"{record}：{field_label(name)}" + (f"（{item}）" if item and not item.isdigit() else "")
        yield from (Taken(kinds.get(name, other), title, span.start, span.end) for span in spans)


def _blocks(
    source: Source, lines: Iterable[Line], grids: Iterable[Grid], here: Sequence[Taken]
) -> Iterator[Table | tuple[Piece, ...]]:
    """A page's tables, each where its first line stands, and the lines between them."""
    of_line = {cell.line: grid for grid in grids for cell in grid.cells}
    done: list[Grid] = []
    for line in lines:
        grid = of_line.get(line.number)
        if grid is None:
            yield _line(source, line, here)
        elif not any(grid is each for each in done):
            done.append(grid)
            yield _table(source, grid, here)


def _table(source: Source, grid: Grid, here: Sequence[Taken]) -> Table:
    rows: list[list[Piece]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row].append(_piece(source, cell.start, cell.end, here, "unread", cell=cell, box=cell.box))
    return Table(grid, tuple(map(tuple, rows)))


def _line(source: Source, line: Line, here: Sequence[Taken]) -> tuple[Piece, ...]:
    """A line outside of tables: one piece where it can only be drawn whole, else cut where a value begins or ends."""
    start, end = line.start, line.start + len(line.text)
    if line.box is not None:
        return (_piece(source, start, end, here, "", box=line.box, line=line.number),)
    cuts = {cut for each in here for cut in (each.start, each.end) if start < cut < end}
    parts = pairwise(sorted({start, end} | cuts))
    return tuple(_piece(source, *part, here, "", line=line.number) for part in parts)


def _piece(  # noqa: PLR0913 - a stretch and where it stands
    source: Source,
    start: int,
    end: int,
    here: Sequence[Taken],
    otherwise: str,
    *,
    cell: Cell | None = None,
    box: Box | None = None,
    line: int | None = None,
) -> Piece:
    over = [each for each in here if each.start < end and start < each.end]
    printed = _clean(source.text[start:end])
    kind = over[0].kind if over else otherwise if printed.strip() else ""
    titles = dict.fromkeys(each.title for each in over)
    return Piece(printed, kind, _clean("\n".join(titles or (KINDS.get(kind, ""),))), cell, box, line)


def _clean(printed: str) -> str:
    """Text that any picture can hold: its printed lines, without control characters."""
    return "".join(each if each.isprintable() else "\n" if each in {WRAP, "\n"} else " " for each in printed)


def _ems(line: str) -> float:
    """About how wide a line is, in sizes of its type."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.58 for each in line)
