"""Tables of cells as sheets: what stands above them, the labels over their columns, and their rows.

A table that goes on over page ends is one sheet, whether each page repeats its title and labels or none does. Several
tables that a page's frame makes one grid are several sheets. A run of lines with tabs is a table, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ingest.forms.labels import label_key
from ingest.forms.money import amount_in_wan, announced_unit
from ingest.layout.folding import fold
from ingest.layout.fragments import fragments_of
from ingest.layout.lattice import SAME_SIDE, Lattice, Printed, borders, joined, nearest
from ingest.layout.passage import Passage, passage
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.readers.source import Line, Source

LONGEST_TITLE = 70
"""A longer line is prose."""
NEAREST = 8
"""How many lines above a table may be its title and its unit of money."""
RUNNING = 2
"""The most lines of a page's running head."""
TALLEST = 5
"""The most rows of labels over a table."""
NUMBER = re.compile(r"\(?\d{1,2}\)?|\d{1,2}=[\d+\-=]+|[*※—-]+|[甲乙丙丁]")
"""How the numbers of columns are printed."""
Row = dict[int, Passage]
"""The cells of a row by the number of their column; empty ones are left out."""


@lru_cache(maxsize=1)
def words() -> Any:
    """The lexicon of accounts."""
    return lexicon("accounts")


@lru_cache(maxsize=16)
def said(name: str) -> re.Pattern[str]:
    """A pattern of the lexicon of accounts."""
    return re.compile(words()[name])


@dataclass(frozen=True)
class Part:
    """The rows of one table on one page, and the lines above them."""

    lattice: Lattice
    captions: tuple[Passage, ...]
    """What stands over its labels: number, title, owner, unit of money."""
    paths: tuple[tuple[Passage, ...], ...]
    """The labels over each column, from the top; empty where the page does not repeat them."""
    rows: tuple[Row, ...]
    cut: bool
    """A page's end cut its first row: it goes on from the page before."""
    page: int | None
    line: int
    edges: tuple[float, ...] = ()
    """Where the borders of its columns stand, where that is known."""
    spread: tuple[int, int] = (0, 0)
    """Where its rows, labels included, stand in the source's text."""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels over each column as one text."""
        return tuple("/".join(fold(label.bare) for label in path) for path in self.paths)

    @cached_property
    def title(self) -> Passage | None:
        """The table's title: the caption nearest to the table that reads like one."""
        return next((caption for caption in reversed(self.captions) if is_title(caption.bare)), None)

    @cached_property
    def summed(self) -> bool:
        """Whether its first row is a total."""
        return bool(self.rows) and is_total(first_words(self.rows[0]))


@dataclass(frozen=True)
class Sheet:
    """A whole table."""

    title: Passage | None
    captions: tuple[Passage, ...]
    paths: tuple[tuple[Passage, ...], ...]
    rows: tuple[Row, ...]
    page: int | None
    line: int
    unit: str | None = None
    """The unit of money that it prints, for all its columns."""
    unit_at: Passage | None = None
    spread: tuple[tuple[int, int], ...] = field(default=())
    """Where it stands in the source's text: each page's part from start to end."""
    heads: tuple[Passage, ...] = field(default=())
    """What is no row of it: captions and labels, on every page."""
    money: str = "万元"
    """The unit of its money: the printed one, or else the one that most tables of the document print."""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels over each column as one text, from the top, divided by slashes."""
        return tuple("/".join(label.text for label in path) for path in self.paths)


def sheets_of(source: Source) -> list[Sheet]:
    """The tables of a source in reading order."""
    runs: list[list[Part]] = []
    for part in parts_of(source):
        if runs and goes_on(runs[-1], part):
            runs[-1].append(part if part.paths else moved(part, runs[-1][0]))
        else:
            runs.append([part])
    return [sheet_of(run) for run in runs]


def is_title(text: str) -> bool:
    """Whether a line reads like the title of a table."""
    text = fold(text)
    bare = said("number_before").sub("", text)
    return len(text) <= LONGEST_TITLE and bool(said("title").match(bare)) and not said("owner").match(text)


def is_total(text: str) -> bool:
    """Whether a row's name says that its money is the sum of others."""
    return bool(re.search(words()["total"], label_key(text)))


def first_words(row: Row) -> str:
    """The first cell of a row that is no number."""
    return next((part.bare for _, part in sorted(row.items()) if amount_in_wan(part.bare) is None), "")


# ---- parts: grids and runs of lines with tabs, in reading order


def parts_of(source: Source) -> Iterator[Part]:
    """The tables of each page."""
    free = [line for line in source.lines if line.row is None]
    tables = [(min((cell.line for cell in grid.cells), default=0), grid) for grid in source.grids if grid.cells]
    index = 0
    for first, grid in [*tables, (None, None)]:
        between: list[Line] = []
        while index < len(free) and (first is None or free[index].number < first):
            between.append(free[index])
            index += 1
        *tabbed, above = runs_of(between)
        for lines, captions in tabbed:
            yield from divided(tab_lattice(lines), captions)
        if grid is not None:
            same = [line for line in above[1] if line.page == grid.page]
            yield from divided(joined([grid], (), source), same, tuple(borders(grid.edges)))


WIDEST = 200
"""A line with this many tabs or more is no row of a table."""


def runs_of(lines: Sequence[Line]) -> list[tuple[list[Line], list[Line]]]:
    """The runs of lines with tabs, each with the lines above it; at the end no run and the lines after the last."""
    found: list[tuple[list[Line], list[Line]]] = [([], [])]
    for line in lines:
        run, above = found[-1]
        if 0 < line.text.count("\t") < WIDEST:
            run.append(line)
        elif run:
            found.append(([], [line]))
        else:
            above.append(line)
    return found if not found[-1][0] else [*found, ([], [])]


def tab_lattice(lines: Sequence[Line]) -> Lattice:
    """Lines with tabs as a table whose cells have no known borders."""
    cells: list[Printed] = []
    for row, line in enumerate(lines):
        words_in: dict[int, list[Any]] = {}
        for fragment in fragments_of([line]):
            words_in.setdefault(fragment.cell or 0, []).append(fragment)
        cells += (
            Printed(row, column, 1, 1, passage(words_in.get(column, [])), cut=False)
            for column in range(line.text.count("\t") + 1)
        )
    numbers = lines[0].number, lines[-1].number
    end = lines[-1].start + len(lines[-1].text)
    width = max(cell.right for cell in cells)
    return Lattice(tuple(cells), len(lines), width, frozenset(), numbers, lines[0].start, end, lines[0].page)


def divided(lattice: Lattice, above: Sequence[Line], edges: tuple[float, ...] = ()) -> Iterator[Part]:
    """The tables of a lattice: a title between its rows begins another."""
    captions = [passage(fragments_of([line])) for line in above[-NEAREST:]]
    starts = [0]
    body = False
    for row in range(lattice.rows):
        cells = printed_in(lattice, row)
        if body and len(cells) == 1 and is_title(cells[0].text) and not is_total(cells[0].text):
            starts.append(row)
            body = False
        body = body or is_body(cells)
    for first, last in pairwise([*starts, lattice.rows]):
        part = part_of(lattice, range(first, last), captions)
        captions = []
        if part is not None:
            yield replace(part, edges=edges)


def part_of(lattice: Lattice, rows: range, captions: list[Passage]) -> Part | None:
    """The table in some rows of a lattice."""
    captions = [caption for caption in captions if len(caption.bare) <= LONGEST_TITLE]
    index = rows.start
    while index < rows.stop and is_caption(lattice, index):
        captions += (cell.part for cell in printed_in(lattice, index))
        index += 1
    first = header_end(lattice, range(index, rows.stop))
    paths = paths_of(lattice, range(index, first)) if first > index else ()
    body = [row for number in range(first, rows.stop) if (row := row_of(lattice, number, paths))]
    if not body and not any(paths):
        return None
    cut = first < rows.stop and any(cell.cut for cell in lattice.across(first))
    printed = [cell.part.fragments for number in rows for cell in printed_in(lattice, number)]
    spread = min(part[0].start for part in printed), max(part[-1].end for part in printed)
    return Part(lattice, tuple(captions), paths, tuple(body), cut, lattice.page, printed[0][0].line, spread=spread)


def printed_in(lattice: Lattice, row: int) -> list[Printed]:
    """The cells that begin in a row and are not empty."""
    return [cell for cell in lattice.by_row[row] if cell.text]


def is_caption(lattice: Lattice, row: int) -> bool:
    """Whether a row over the labels is number, title, owner or unit of a table, or empty."""
    cells = printed_in(lattice, row)
    texts = [fold(cell.text) for cell in cells]
    if not texts:
        return all(cell.row == row for cell in lattice.across(row))
    if any(announced_unit(text) and len(text) < LONGEST_TITLE for text in texts):
        return not any(is_money(text) for text in texts)
    if said("owner").match(texts[0]):
        return True
    alone = len(texts) == 1 and not is_money(texts[0])
    wide = cells[0].columns > lattice.columns / 2 or lattice.columns == 1
    return alone and (is_title(texts[0]) or bool(said("number").match(texts[0])) or (wide and cells[0].rows == 1))


def is_money(text: str) -> bool:
    """Whether a cell prints an amount: a number with decimals or divided thousands."""
    return bool(re.search(r"\d[.,]\d", text)) and amount_in_wan(text) is not None


def is_body(cells: Sequence[Printed]) -> bool:
    """Whether a row prints money, or begins like a row of accounts: with a code, a numeral or a total's name."""
    texts = [fold(cell.text) for cell in cells]
    if any(is_money(text) for text in texts):
        return True
    if not texts or is_numbering(texts):
        return False
    rest = texts[1:]
    if is_total(texts[0]) and cells[0].rows == 1:
        return all(amount_in_wan(text) is not None for text in rest) or bool(re.match("本年|收入|支出", texts[0]))
    return bool(re.match(r"\d{3,12}([-_]?(?!年)[\u4e00-\u9fff].*)?$", texts[0])) or bool(
        said("row_start").match(texts[0])
    )


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns (``栏次 1 2 3``, ``类 款 项 栏次 1 2``)."""
    numbers = [text for text in texts if NUMBER.fullmatch(text)]
    labels = [text for text in texts if label_key(text) in (*words()["ordinal"], *words()["part"])]
    return bool(numbers) and len(numbers) + len(labels) == len(texts)


def header_end(lattice: Lattice, rows: range) -> int:
    """The first row below the labels."""
    end = rows.start
    reach = rows.start
    while end < rows.stop and end < rows.start + TALLEST:
        cells = printed_in(lattice, end)
        numbering = is_numbering([fold(cell.text) for cell in cells]) and bool(cells)
        below = numbering or end == rows.start or goes_below(lattice, range(rows.start, end), end)
        if end >= reach and (is_body(cells) or not below):
            break
        if end < reach and is_body(cells) and any(is_money(cell.text) for cell in cells):
            break
        if end == rows.start:
            reach = max((min(cell.bottom, rows.start + TALLEST) for cell in cells), default=end + 1)
        end += 1
    return end


def goes_below(lattice: Lattice, above: range, row: int) -> bool:
    """Whether a row of labels divides the columns of the rows above: it has nothing below a label that stands alone."""
    here = printed_in(lattice, row)
    if not here or any(amount_in_wan(cell.text) is not None for cell in here):
        return False
    labels = [cell for number in above for cell in printed_in(lattice, number)]
    alone = {cell.column for cell in labels if reach_of(lattice, cell) == cell.column + 1}
    return not any(cell.column in alone for cell in here)


def reach_of(lattice: Lattice, cell: Printed) -> int:
    """The first column that a label does not stand over; one without borders stands over the empty cells beside it."""
    if cell.columns > 1 or cell.rows > 1:
        return cell.right
    end = cell.right
    while end < lattice.columns and (other := lattice.at(cell.row, end)) and not other.text and other.rows == 1:
        end += 1
    return end


def paths_of(lattice: Lattice, rows: range) -> tuple[tuple[Passage, ...], ...]:
    """The labels over each column, from the top; an empty cell without borders takes the label to its left."""
    return tuple(tuple(path_of(lattice, rows, column)) for column in range(lattice.columns))


def path_of(lattice: Lattice, rows: range, column: int) -> Iterator[Passage]:
    """The labels over one column."""
    last: Printed | None = None
    numbered = [row for row in rows if is_numbering([fold(cell.text) for cell in printed_in(lattice, row)])]
    for row in rows:
        cell = lattice.at(row, column)
        if row in numbered or cell is None:
            continue
        below = [
            other for r in rows if r > row and r not in numbered and (other := lattice.at(r, column)) and other.text
        ]
        if not cell.text and cell.columns == 1 and below and below[0] is not cell:
            cell = to_the_left(lattice, row, column) or cell
        if cell.text and cell is not last:
            yield cell.part
            last = cell


def to_the_left(lattice: Lattice, row: int, column: int) -> Printed | None:
    """The label that a row of labels prints last before a column, if it stands for several columns."""
    found = next((cell for c in range(column - 1, -1, -1) if (cell := lattice.at(row, c)) and cell.text), None)
    if found is None:
        return None
    under = lattice.at(row + 1, found.column) if row + 1 < lattice.rows else None
    return found if under is not None and under is not found and under.text else None


def row_of(lattice: Lattice, row: int, paths: Sequence[Sequence[Passage]]) -> Row | None:
    """The cells of a row; a merged cell of words is repeated down, an amount is not."""
    cells: Row = {}
    for cell in lattice.across(row):
        if cell.text and (cell.row == row or amount_in_wan(cell.text) is None):
            cells[column_of(cell, paths)] = cell.part
    own = [cell for cell in printed_in(lattice, row) if not said("note").match(fold(cell.text)) or len(cells) > 1]
    texts = [fold(cell.text) for cell in own]
    return cells if own and not is_numbering(texts) else None


def column_of(cell: Printed, paths: Sequence[Sequence[Passage]]) -> int:
    """The column of a cell; an amount over several columns belongs to the last of them that has a label."""
    if cell.columns == 1 or not is_money(cell.text):
        return cell.column
    columns = range(cell.right - 1, cell.column - 1, -1)
    return next((column for column in columns if column < len(paths) and paths[column]), cell.right - 1)


# ---- whole tables


def goes_on(run: Sequence[Part], part: Part) -> bool:
    """Whether a part is the next page's rows of a table."""
    before, first = run[-1], run[0]
    if part.page != before.page and (before.page is None or part.page is None or part.page > before.page + 1):
        return False
    if part.title is not None and (first.title is None or titled(part.title) != titled(first.title)):
        return False
    if not part.paths:
        return part.title is None and len(part.captions) <= RUNNING and meets(part, first)
    same = part.labels == first.labels or (part.lattice.columns == first.lattice.columns and near(part, first))
    again = part.summed and first.summed
    apart = part.title is not None or part.page is None or part.page != before.page
    return same and bool(part.rows) and not again and apart


def meets(part: Part, first: Part) -> bool:
    """Whether the columns of a part are those of a table's first page."""
    if not part.edges or not first.edges:
        return part.lattice.columns == first.lattice.columns
    return all(abs(first.edges[nearest(first.edges, edge)] - edge) < SAME_SIDE for edge in part.edges)


def moved(part: Part, first: Part) -> Part:
    """A part with its columns counted as on the table's first page."""
    if not part.edges or not first.edges:
        return part
    column = {index: nearest(first.edges, edge) for index, edge in enumerate(part.edges)}
    return replace(part, rows=tuple({column[index]: cell for index, cell in row.items()} for row in part.rows))


def near(part: Part, first: Part) -> bool:
    """Whether two rows of labels are the same but for the years in them."""
    return [re.sub(r"\d", "", label) for label in part.labels] == [re.sub(r"\d", "", label) for label in first.labels]


def titled(title: Passage) -> str:
    """A title without its number and without words that say that it goes on."""
    return str(said("continued").sub("", said("number_before").sub("", fold(title.bare))))


def sheet_of(run: Sequence[Part]) -> Sheet:
    """The table of some parts."""
    first = run[0]
    rows: list[Row] = []
    for part in run:
        fresh = list(part.rows)
        if rows and fresh and is_rest(rows[-1], fresh[0], part):
            rows[-1] = together(rows[-1], fresh.pop(0))
        rows += fresh
    captions = tuple(caption for part in run for caption in part.captions)
    unit_at = next((caption for caption in captions if announced_unit(caption.bare)), None)
    paths, rows = narrowed(first.paths or tuple(() for _ in range(first.lattice.columns)), rows)
    return Sheet(
        first.title,
        captions,
        paths,
        tuple(rows),
        first.page,
        first.line,
        announced_unit(unit_at.bare) if unit_at else None,
        unit_at,
        tuple(part.spread for part in run),
        (*captions, *(label for part in run for path in part.paths for label in path)),
    )


def narrowed(
    paths: tuple[tuple[Passage, ...], ...], rows: Sequence[Row]
) -> tuple[tuple[tuple[Passage, ...], ...], list[Row]]:
    """The columns without those that no label and no cell divides: rulings that are only seen in other rows."""
    kept: list[list[int]] = []
    for column, path in enumerate(paths):
        same = kept and path and path == paths[kept[-1][0]]
        if same and not any(column in row and any(other in row for other in kept[-1]) for row in rows):
            kept[-1].append(column)
        elif path or any(column in row for row in rows):
            kept.append([column])
    number = {column: index for index, columns in enumerate(kept) for column in columns}
    moved_rows = [{number[column]: cell for column, cell in row.items() if column in number} for row in rows]
    beyond = [{len(kept) + c - len(paths): cell for c, cell in row.items() if c >= len(paths)} for row in rows]
    return tuple(paths[columns[0]] for columns in kept), [a | b for a, b in zip(moved_rows, beyond, strict=True)]


def is_rest(last: Row, row: Row, part: Part) -> bool:
    """Whether a page's first row is the end of the row that the page before cut."""
    if any(amount_in_wan(cell.bare) is not None for cell in row.values()) or not row.keys() <= last.keys():
        return False
    if part.cut:
        return True
    return len(row) == 1 and min(last) < min(row) and bool(re.fullmatch(r"\d+", last[min(last)].bare))


def together(last: Row, rest: Row) -> Row:
    """A row that a page's end cut, whole again."""
    return {
        column: Passage((*part.fragments, *rest[column].fragments)) if column in rest else part
        for column, part in last.items()
    }
