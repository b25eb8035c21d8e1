"""Rows of indicators in tables whose cells are known, and what is carried from row to row.

A row becomes an indicator of the form that is open; where the header has a column for the project, it may open another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.forms.columns import FUND, OTHER, PROSE, UNREAD, HeaderBlock, is_prose_label
from ingest.forms.fields import Field
from ingest.forms.fit import is_level, organisation_suffix
from ingest.forms.heads import label_of, pieces
from ingest.forms.indicators import LEVEL_KEYS, PROJECT_KEYS, TableRow, indicator_of, is_doubtful, is_nothing
from ingest.forms.labels import label_key, labels
from ingest.forms.money import amount_in_wan, unit_in
from ingest.forms.prose import read_prose, set_level, take_levels, which_level
from ingest.forms.targets import (
    Draft,
    set_unit,
    take_name,
)
from ingest.layout.folding import fold
from ingest.layout.fragments import Gap
from ingest.layout.passage import Passage, passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.layout.lattice import Lattice, Printed

UNREAD_PROSE = "这段文字没有读懂，内容没有归入指标"


@dataclass
class Reader:
    """What is carried from row to row, and from a table to the one that continues it."""

    text: str
    drafts: list[Draft] = field(default_factory=list)
    draft: Draft | None = None
    header: HeaderBlock | None = None
    owner: Passage | None = None
    unit: str = "万元"
    levels: dict[str, Passage] = field(default_factory=dict)
    last: TableRow | None = None
    """The last row read, which may go on below a page's end."""
    keys: tuple[str, ...] = ()
    """What the columns of the last header mean."""
    skips: bool = False
    """The rows are those of another time than the form's."""

    def begin(self, draft: Draft) -> None:
        """Begin another form."""
        self.draft = draft
        self.drafts.append(draft)
        self.levels, self.last = {}, None


def read_row(lattice: Lattice, row: int, reader: Reader) -> None:
    """Read one row below a header."""
    assert reader.header is not None
    cells = row_cells(lattice, row, reader.header)
    if not cells or reader.skips:
        return
    if reader.header.continuous and not take_project(lattice, row, cells, reader):
        return
    if reader.draft is None:
        reader.begin(Draft(first=min(cells.values(), key=lambda p: p.fragments[0].start).fragments[0]))
    assert reader.draft is not None
    if PROSE in cells:
        take_prose(reader.draft, cells.pop(PROSE), reader.text, goes_on="project" not in cells)
    take_cells(lattice, row, cells, reader)


def row_cells(lattice: Lattice, row: int, header: HeaderBlock) -> dict[str, Passage]:
    """The cells that begin in a row, by their columns' meaning; unknown columns by their number."""
    parts: dict[str, list[Printed]] = {}
    for cell in lattice.by_row[row]:
        column = header.column_of(cell)
        if column is None or not cell.text:
            continue
        if column.key is None and is_side_of(cell):
            continue
        key = column.key or f"?{column.first}"
        parts.setdefault(key, []).append(cell)
    share_merged(lattice, row, header, parts)
    return {key: passage([f for cell in cells for f in cell.part.fragments]) for key, cells in parts.items()}


def share_merged(lattice: Lattice, row: int, header: HeaderBlock, parts: dict[str, list[Printed]]) -> None:
    """A name or value that is merged over several rows stands for each of those that has the other."""
    for key, other in (("name", "value"), ("value", "name"), ("value_unit", "value"), ("comparator", "value")):
        if key in parts or other not in parts:
            continue
        column = next((column for column in header.columns if column.key == key), None)
        above = lattice.at(row, column.first) if column else None
        if above is not None and above.row < row and above.row >= header.last and above.text:
            parts[key] = [above]


def is_side_of(cell: Printed) -> bool:
    """Whether a cell in a column without a label only repeats the heading of the block: 绩效指标."""
    label = label_of(cell.text)
    return is_prose_label(cell.text) or bool(label and label[1] == "heading")


def take_project(lattice: Lattice, row: int, cells: dict[str, Passage], reader: Reader) -> bool:
    """Begin the form of the project that a row names; whether the row has indicators to read."""
    assert reader.header is not None
    name = cells.get("project")
    begins_page = row in lattice.breaks or row in (0, reader.header.last)
    if name is not None and label_key(name.bare) in labels()["total_row"]:
        return False
    if "owner" in cells:
        reader.owner = cells["owner"]
    if name is not None and is_owner_row(name, cells):
        reader.owner = name
        return False
    draft = reader.draft
    if name is None and {"goal", "amount"} & set(cells):
        name = name_above(lattice, row, reader.header)
        cells |= {"project": name} if name else {}
    if name is not None:
        if draft is None or not same_project(draft, name, cells, money_unit_of(reader)):
            reader.begin(project_form(cells, reader))
    elif draft is not None and begins_page:
        go_on(draft, cells, money_unit_of(reader))
    return reader.draft is not None


def name_above(lattice: Lattice, row: int, header: HeaderBlock) -> Passage | None:
    """The project's name where its cell began above a row: one project may have several goals and amounts."""
    column = next(column for column in header.columns if column.key == "project")
    cell = lattice.at(row, column.first)
    return cell.part if cell is not None and header.last <= cell.row < row and cell.text else None


def same_project(draft: Draft, name: Passage, cells: dict[str, Passage], unit: str) -> bool:
    """Whether a row names the form's project again, as tables without merged cells do in every row."""
    if draft.printed_name is None or fold(draft.printed_name.bare) != fold(name.bare):
        return False
    amount = amount_in_wan(cells["amount"].bare, unit) if "amount" in cells else None
    return amount is None or draft.amount is None or draft.amount[1] == amount


def is_owner_row(name: Passage, cells: dict[str, Passage]) -> bool:
    """Whether a row only sums up a unit's projects: it names an organisation and has no indicator and no goal."""
    says = {key for key in cells if not key.startswith(FUND)} - {"project", "amount", "owner"}
    return not says and bool(organisation_suffix().match(fold(name.bare)))


def project_form(cells: dict[str, Passage], reader: Reader) -> Draft:
    """The form of a project that a row of a table names."""
    draft = Draft(first=min(cells.values(), key=lambda part: part.fragments[0].start).fragments[0])
    if "project" in cells:
        name_project(draft, cells["project"])
    if reader.header is not None and not any(each.keys_told for each in reader.drafts):
        report_header(draft, reader.header)
        draft.keys_told = True
    draft.goal = cells.get("goal")
    set_unit(draft, reader.owner)
    go_on(
        draft,
        {key: part for key, part in cells.items() if key == "amount" or key.startswith(FUND)},
        money_unit_of(reader),
    )
    return draft


def money_unit_of(reader: Reader) -> str:
    """The unit of the amounts in a table of projects: of their column's labels, or of the table."""
    assert reader.header is not None
    column = next((column for column in reader.header.columns if column.key == "amount"), None)
    return (unit_in("".join(column.path)) if column else None) or reader.unit


def report_header(draft: Draft, header: HeaderBlock) -> None:
    """Tell of the labels of columns that are not known."""
    for column in header.columns:
        if (
            column.key is None
            and column.label.text
            and label_of(column.label.text) is None
            and not is_side(column.label)
        ):
            draft.unread.append(("表头中有不认识的列名", column.label.part))


def is_side(cell: Printed) -> bool:
    """Whether a cell at a header's side only names the block of indicators: 绩效指标."""
    return is_prose_label(cell.text) or is_level(cell.text)


def name_project(draft: Draft, printed: Passage) -> None:
    """Take a project's name, and the code before it, from its cell."""
    draft.printed_name, draft.code = printed, None
    take_name(draft, Field("field", "name", (), list(pieces(printed))), "")


def go_on(draft: Draft, cells: dict[str, Passage], unit: str) -> None:
    """Add to a form what the next page prints of its merged cells."""
    if "project" in cells:
        name_project(draft, joined(draft.printed_name, cells["project"]) if draft.printed_name else cells["project"])
    if "goal" in cells:
        draft.goal = joined(draft.goal, cells["goal"]) if draft.goal else cells["goal"]
    for key, part in cells.items():
        amount = amount_in_wan(part.bare, unit)
        if key == "amount" and amount is not None:
            draft.amount = draft.amount or (part, amount)
        elif key.startswith(FUND) and amount is not None:
            draft.funds.setdefault(key.removeprefix(FUND), (part, amount))


def joined(first: Passage, rest: Passage) -> Passage:
    """Two passages as one cell's."""
    begun, *others = pieces(rest)
    return passage([*pieces(first), replace(begun, gap=Gap.SPACE), *others])


def take_prose(draft: Draft, part: Passage, text: str, *, goes_on: bool) -> None:
    """The indicators of a cell that holds all of a project's; a cell that a page's end cut is read as a whole."""
    if goes_on and draft.prose is not None:
        part = joined(draft.prose, part)
        draft.indicators.clear()
        draft.unread = [each for each in draft.unread if each[0] != UNREAD_PROSE]
    draft.prose = part
    rows, unread = read_prose(part)
    for row in rows:
        indicator = indicator_of(row, text)
        if indicator is not None:
            draft.indicators.append(indicator)
    draft.unread += [(UNREAD_PROSE, each) for each in unread if each.bare]


def take_cells(lattice: Lattice, row: int, cells: dict[str, Passage], reader: Reader) -> None:
    """Add a row's indicator to the form; a row of levels alone says what stands below it."""
    assert reader.draft is not None
    cells = {key: part for key, part in cells.items() if not key.startswith((FUND, OTHER, UNREAD))}
    levels_of(lattice, row, cells, reader)
    if not cells:
        return
    if "name" in cells and not set(LEVEL_KEYS) & set(reader.header.keys if reader.header else ()):
        cells["name"] = without_levels(cells["name"], reader)
    own = TableRow({key: part for key, part in cells.items() if key not in PROJECT_KEYS}, dict(reader.levels))
    name = own.cells.get("name")
    if is_cut_row(lattice, row, cells, reader) and not (name is not None and is_nothing(own)):
        extend(reader, cells)
        return
    if name is None:
        tell_nameless(reader.draft, own)
        return
    if is_nothing(own):
        return
    indicator = indicator_of(own, reader.text)
    if indicator is not None:
        reader.draft.indicators.append(indicator)
        reader.last = own
        if is_doubtful(indicator):
            reader.draft.unread.append(("这一行可能没有按列分开，请核对原文", name))
    tell_unknown(reader.draft, own)


def levels_of(lattice: Lattice, row: int, cells: dict[str, Passage], reader: Reader) -> None:
    """Remember the levels that a row prints; where a level stands alone in a row, it is that of the rows below."""
    alone = level_alone(lattice, row)
    if alone is not None and not set(cells) & set(PROJECT_KEYS):
        cells.clear()
        below = next(
            (cell.text for later in lattice.by_row[row + 1 : row + 3] for cell in later if is_level(cell.text)), None
        )
        set_level(reader.levels, alone.part, which_level(alone.text, reader.levels, below))
        return
    if "level1" in cells:
        reader.levels = {}
    for key in LEVEL_KEYS:
        if key in cells:
            reader.levels = {**reader.levels, key: cells[key]}


def level_alone(lattice: Lattice, row: int) -> Printed | None:
    """The level that is all that a row prints."""
    cells = [cell for cell in lattice.by_row[row] if cell.text]
    return cells[0] if len(cells) == 1 and cells[0].rows == 1 and is_level(cells[0].text) else None


def without_levels(name: Passage, reader: Reader) -> Passage:
    """A name without the two levels that are printed before it in its cell: ``产出指标质量指标合格率``."""
    levels: dict[str, Passage] = {}
    rest = take_levels(name, levels)
    if rest is None or set(levels) != set(LEVEL_KEYS):
        return name
    reader.levels = levels
    return rest


def is_cut_row(lattice: Lattice, row: int, cells: dict[str, Passage], reader: Reader) -> bool:
    """Whether a row is the rest of the one before, which a page's end cut."""
    if row not in lattice.breaks or reader.last is None or set(cells) & set(LEVEL_KEYS):
        return False
    words = {"name", "value"} & set(cells)
    return bool(words) and words != {"name", "value"}


def extend(reader: Reader, cells: dict[str, Passage]) -> None:
    """Add the rest of a cut row to its indicator."""
    assert reader.last is not None
    assert reader.draft is not None
    merged = dict(reader.last.cells)
    for key, part in cells.items():
        if key not in PROJECT_KEYS:
            merged[key] = joined(merged[key], part) if key in merged else part
    reader.last = TableRow(merged, reader.last.levels)
    indicator = indicator_of(reader.last, reader.text)
    if indicator is not None:
        reader.draft.indicators[-1] = indicator


def tell_nameless(draft: Draft, row: TableRow) -> None:
    """Cells without a name plan nothing that could be kept."""
    draft.unread += [("这一行没有指标名称，内容没有归入指标", part) for key, part in row.cells.items()
                     if key not in LEVEL_KEYS and key not in ("weight", "comparator", "value_unit")]  # fmt: skip


def tell_unknown(draft: Draft, row: TableRow) -> None:
    """Cells below labels that are not known."""
    draft.unread += [
        ("这一列的列名不认识，内容没有归入指标", part) for key, part in row.cells.items() if key.startswith("?")
    ]


def finished(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """The forms that say something: an empty form is only a template."""
    for draft in drafts:
        named = draft.name is not None and draft.name.bare and not is_nothing_text(draft.name.bare)
        if draft.indicators or (named and (draft.goal or draft.amount)):
            yield draft


def is_nothing_text(text: str) -> bool:
    """Whether a name says that there is none."""
    from ingest.language.values import words  # noqa: PLC0415

    return fold(text) in words().missing


def unit_of(cell: Printed) -> str | None:
    """The unit of money that a label announces."""
    return unit_in(cell.text)
