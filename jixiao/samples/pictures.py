"""Forms drawn as text: a picture of a table with fields in braces becomes a table with their values.

A picture has one line a row, its cells divided by ``|``. ``<`` continues the cell to the left, ``^`` the one above.
A line begins with what its row is:

- ``=`` a header row, which may stand again on each page,
- ``*`` a row for each record of each group,
- ``@name`` a row wherever that field changes from one record to the next,
- nothing: a row that is printed once.

``{name}`` is a field's value. Below each other, cells of ``*`` rows are one: over a group where all their fields are
the group's, and with ``{name^}`` as long as this field (and those with a ``^`` before it) stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from .paper import Cell, Figure, Levels, Table

FIELD = re.compile(r"\{(\w+)(\^?)\}")
PREFIX = re.compile(r"^(?:([=*])|@(\w+))\s+")
MARK = "mark"
"""The field whose value says what begins in a row."""

Fields = Mapping[str, "str | Figure"]


@dataclass(frozen=True, slots=True)
class Group:
    """Records that belong together, like the indicators of a project, and what holds for all of them."""

    fields: Fields
    records: Sequence[Fields]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a picture. ``kind`` is ``=``, ``*``, a field's name or empty."""

    kind: str
    cells: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The names of all fields in it."""
        return frozenset(name for cell in self.cells for name, _ in FIELD.findall(cell))


@cache
def parse(picture: str) -> tuple[Line, ...]:
    """The rows of a picture.

    Raises:
        ValueError: The rows differ in their number of cells.
    """
    lines = tuple(map(_line, filter(str.strip, picture.splitlines())))
    if len({len(line.cells) for line in lines}) > 1:
        raise ValueError(f"rows of different length: {[len(line.cells) for line in lines]} in {lines[0].cells}")
    return lines


def fields_of(text: str) -> frozenset[str]:
    """The names of all fields in a picture or another text."""
    return frozenset(name for name, _ in FIELD.findall(text))


def fill(template: str, fields: Fields) -> str:
    """A text with its fields' values."""
    return FIELD.sub(lambda found: _shown(fields[found[1]]), template)


def draw(picture: str, fields: Fields, groups: Sequence[Group], levels: Levels) -> Table:
    """The table of a picture with these values.

    Raises:
        KeyError: The picture names a field that has no value.
    """
    lines = parse(picture)
    board = _Board(len(lines[0].cells), levels)
    board.mark(fields)
    first = next((number for number, line in enumerate(lines) if line.kind not in ("", "=")), len(lines))
    last = max((number for number, line in enumerate(lines) if line.kind not in ("", "=")), default=-1)
    for line in lines[:first]:
        board.add(line, fields)
    for group in groups if first < len(lines) else ():
        board.open_group(group)
        _repeat(board, lines[first : last + 1], fields, group)
    for line in lines[max(last + 1, first) :]:
        board.add(line, fields)
    return board.table()


def _repeat(board: _Board, lines: Sequence[Line], fields: Fields, group: Group) -> None:
    """The rows of one group. Where no row says anything of a single record, one row says all."""
    of_group = {**fields, **group.fields}
    one = group.records[:1] or ({},)
    each = any(line.fields - of_group.keys() for line in lines)
    marks = [group.fields]
    for record in group.records if each else one:
        values = {**of_group, **record}
        marks.append(record)
        for line in lines:
            if line.kind == "*":
                while marks:
                    board.mark(marks.pop(0))
            if line.kind == "*" or board.changed(line.kind, values):
                board.add(line, values)


def _line(text: str) -> Line:
    found = PREFIX.match(text.strip())
    body = text.strip()[found.end() :] if found else text.strip()
    return Line((found[1] or found[2]) if found else "", tuple(cell.strip() for cell in body.split("|")))


def _shown(value: str | Figure) -> str:
    return value if isinstance(value, str) else value.shown


@dataclass(slots=True)
class _Slot:
    """A cell that is still growing."""

    row: int
    column: int
    text: str
    figure: Figure | None
    key: Hashable = None
    """What has to stay the same for the cell to go on below."""
    bottom: int = 0
    right: int = 0


@dataclass(slots=True)
class _Board:
    """A table in the making; ``grid`` holds the slot that covers each place."""

    columns: int
    levels: Levels
    grid: list[list[_Slot]] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    group: Group | None = None
    number: int = 0
    seen: dict[str, object] = field(default_factory=dict)

    def open_group(self, group: Group) -> None:
        """What follows belongs to the next group."""
        self.group, self.number = group, self.number + 1
        self.seen = {name: value for name, value in self.seen.items() if name in group.fields}

    def mark(self, fields: Fields) -> None:
        """What these fields mark begins in the next row."""
        self.pending += [_shown(fields[MARK])] if MARK in fields else []

    def changed(self, name: str, values: Fields) -> bool:
        """Whether a field differs from what it was; what changes above makes all below new."""
        new = _shown(values[name])
        if self.seen.get(name) == new:
            return False
        names = list(self.seen)
        for below in names[names.index(name) + 1 :] if name in names else ():
            del self.seen[below]
        self.seen[name] = new
        return True

    def add(self, line: Line, values: Fields) -> None:
        """Print one row."""
        row = len(self.grid)
        slots: list[_Slot] = []
        self.grid.append(slots)
        if line.kind == "=":
            self.header.append(row)
        if self.pending:
            self.marks[row], self.pending = tuple(self.pending), []
        run: tuple[Hashable, ...] = (self.number,)
        for column, template in enumerate(line.cells):
            if template == "<":
                slot = slots[-1]
            elif template == "^":
                slot = self.grid[row - 1][column]
            else:
                run = (*run, fill(template, values)) if "^}" in template else run
                slot = self._slot(row, column, template, values, self._key(line, template, run))
            slot.bottom, slot.right = row, max(slot.right, column)
            slots.append(slot)

    def _key(self, line: Line, template: str, run: tuple[Hashable, ...]) -> Hashable:
        """What has to stay the same for a cell to go on in the next row."""
        if "^}" in template:
            return run
        of_group = self.group and all(name in self.group.fields for name, _ in FIELD.findall(template))
        return (self.number, template) if line.kind == "*" and of_group else None

    def _slot(self, row: int, column: int, template: str, values: Fields, key: Hashable) -> _Slot:
        """A cell: the one above where it goes on, else a new one."""
        over = self.grid[row - 1][column] if row else None
        goes_on = over is not None and key is not None and over.key == key
        if over and goes_on and (self.levels == "merged" or "^}" not in template):
            return over
        whole = FIELD.fullmatch(template)
        figure = values[whole[1]] if whole else None
        text = "" if goes_on and self.levels == "blank" else fill(template, values)
        return _Slot(row, column, text, figure if isinstance(figure, Figure) else None, key, row, column)

    def table(self) -> Table:
        """What was printed."""
        return Table(tuple(self._cells()), len(self.grid), self.columns, tuple(self.header), self.marks)

    def _cells(self) -> Iterator[Cell]:
        for row, slots in enumerate(self.grid):
            for column, slot in enumerate(slots):
                if (slot.row, slot.column) == (row, column):
                    size = (slot.bottom - row + 1, slot.right - column + 1)
                    yield Cell(row, column, slot.text, *size, slot.figure)
