"""Ruled tables: lines that touch each other become cells."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import TYPE_CHECKING

from ingest.readers.pdf.rulings import Ruling, Rulings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ingest.readers.source import Box

COVERED = 0.5
"""A side is drawn where at least this share of it is."""
LEAST = 2
"""A table has so many cells; where only filled areas make it, so many rows and columns."""


@dataclass(frozen=True, slots=True)
class Area:
    """A cell of a table: its first row and column, and how many it covers."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    open_above: bool = False


@dataclass(frozen=True, slots=True)
class Lattice:
    """The cells of one table on one page."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    areas: tuple[Area, ...]
    owners: tuple[tuple[int, ...], ...] = field(repr=False)
    """For each row and column the number of the cell that covers it, -1 where none does."""

    @property
    def box(self) -> Box:
        """The table's outer edges."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def box_of(self, area: Area) -> Box:
        """The edges of a cell."""
        return (
            self.xs[area.column],
            self.ys[area.row],
            self.xs[area.column + area.columns],
            self.ys[area.row + area.rows],
        )

    def at(self, x: float, y: float) -> int:
        """The number of the cell in which a point lies; -1 outside."""
        if not (self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]):
            return -1
        return self.owners[bisect_right(self.ys, y) - 1][bisect_right(self.xs, x) - 1]


def lattices_of(rulings: Rulings, tolerance: float) -> tuple[list[Lattice], list[Ruling]]:
    """The tables that lines make, and the level lines that no upright one touches.

    Lines that touch (within a tolerance in points) belong together.
    """
    level, upright = merged(rulings.level, tolerance), merged(rulings.upright, tolerance)
    groups = touching(level, upright, tolerance)
    tables = [group for group in groups if group[0] and group[1]]
    for _, lonely in (group for group in groups if not group[0]):
        join_side(lonely[0], tables, 2 * tolerance)
    found = [lattice(*group, tolerance) for group in tables]
    free = [line for lines, crossing in groups if not crossing for line in lines if not line.edge]
    return [each for each in found if each is not None], free


def join_side(line: Ruling, tables: list[tuple[list[Ruling], list[Ruling]]], tolerance: float) -> None:
    """Give an upright line that touches no other to the table next to it that is as high.

    It is the outer side of a merged cell that both ends of the page cut.
    """
    for level, upright in tables:
        top = min([each.at for each in level] + [each.start for each in upright])
        bottom = max([each.at for each in level] + [each.end for each in upright])
        if abs(line.start - top) <= tolerance and abs(line.end - bottom) <= tolerance:
            upright.append(line)
            return


def merged(lines: Iterable[Ruling], tolerance: float) -> list[Ruling]:
    """Lines that lie on each other or continue each other as one, snapped to one place."""
    result: list[Ruling] = []
    for bundle in bundled(sorted(lines), tolerance):
        lengths = [line.end - line.start for line in bundle]
        whole = sum(lengths)
        at = (
            sum(line.at * length for line, length in zip(bundle, lengths, strict=True)) / whole
            if whole
            else bundle[0].at
        )
        bundle.sort(key=lambda line: line.start)
        _, start, end, edge = bundle[0]
        for line in bundle:
            if line.start > end + tolerance:
                result.append(Ruling(at, start, end, edge))
                start, end, edge = line.start, line.end, line.edge
            end, edge = max(end, line.end), edge and line.edge
        result.append(Ruling(at, start, end, edge))
    return [line for line in result if line.end - line.start > tolerance]


def bundled(lines: list[Ruling], tolerance: float) -> Iterable[list[Ruling]]:
    """Sorted lines that stand within a tolerance of the first of them."""
    bundle: list[Ruling] = []
    for line in lines:
        if bundle and line.at - bundle[0].at > tolerance:
            yield bundle
            bundle = []
        bundle.append(line)
    if bundle:
        yield bundle


def touching(level: list[Ruling], upright: list[Ruling], tolerance: float) -> list[tuple[list[Ruling], list[Ruling]]]:
    """The lines in groups that hang together."""
    owner = list(range(len(level) + len(upright)))

    def root(item: int) -> int:
        while owner[item] != item:
            owner[item] = owner[owner[item]]
            item = owner[item]
        return item

    for i, line in enumerate(level):
        start, end, at = line.start - tolerance, line.end + tolerance, line.at
        for j, other in enumerate(upright, len(level)):
            if start <= other.at <= end and other.start - tolerance <= at <= other.end + tolerance:
                owner[root(i)] = root(j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for i, line in enumerate(level):
        groups.setdefault(root(i), ([], []))[0].append(line)
    for j, line in enumerate(upright, len(level)):
        groups.setdefault(root(j), ([], []))[1].append(line)
    return list(groups.values())


def lattice(level: list[Ruling], upright: list[Ruling], tolerance: float) -> Lattice | None:
    """The cells that lines which hang together make; ``None`` where they make less than two."""
    xs = closed([line.at for line in upright], level, tolerance)
    ys = closed([line.at for line in level], upright, tolerance)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows * columns < LEAST or (min(rows, columns) < LEAST and all(line.edge for line in level + upright)):
        return None
    below = borders(ys, xs, level)
    right_of = borders(xs, ys, upright)
    for walls in (below, right_of):
        for side in (walls[0], walls[-1]):
            if not any(side):
                side[:] = [True] * len(side)
    owner = regions(rows, columns, lambda i, j: right_of[j + 1][i], lambda i, j: below[i + 1][j])
    real_top = borders(ys[:1], xs, level)[0]
    areas: list[Area] = []
    owners = [[-1] * columns for _ in range(rows)]
    for top, left, bottom, right in owner:
        open_sides = (
            not any(below[top][left:right]) and top == 0,
            not any(below[bottom][left:right]) and bottom == rows,
            not any(right_of[left][top:bottom]) and left == 0,
            not any(right_of[right][top:bottom]) and right == columns,
        )
        if (open_sides[0] or open_sides[1]) and (open_sides[2] or open_sides[3]):
            continue
        for i in range(top, bottom):
            owners[i][left:right] = [len(areas)] * (right - left)
        areas.append(Area(top, left, bottom - top, right - left, top == 0 and not any(real_top[left:right])))
    if len(areas) < LEAST:
        return None
    return Lattice(tuple(xs), tuple(ys), tuple(areas), tuple(map(tuple, owners)))


def closed(places: list[float], crossing: list[Ruling], tolerance: float) -> list[float]:
    """The borders on one axis, with the ends of the lines that cross them where a table is open at its sides."""
    result = sorted(set(places))
    first, last = min(line.start for line in crossing), max(line.end for line in crossing)
    if first < result[0] - 2 * tolerance:
        result.insert(0, first)
    if last > result[-1] + 2 * tolerance:
        result.append(last)
    return result


def borders(places: list[float], steps: list[float], lines: list[Ruling]) -> list[list[bool]]:
    """For each border and each step along it, whether a line is drawn there."""
    index = {at: number for number, at in enumerate(places)}
    result = [[False] * (len(steps) - 1) for _ in places]
    for line in lines:
        if line.at not in index:
            continue
        row = result[index[line.at]]
        for number, (start, end) in enumerate(pairwise(steps)):
            if min(end, line.end) - max(start, line.start) >= COVERED * (end - start):
                row[number] = True
    return result


def regions(
    rows: int, columns: int, wall_right: Callable[[int, int], bool], wall_below: Callable[[int, int], bool]
) -> list[tuple[int, int, int, int]]:
    """The rectangles (top, left, bottom, right) that walls leave, in reading order; together they cover all."""
    seen: set[tuple[int, int]] = set()

    def neighbours(i: int, j: int) -> Iterator[tuple[int, int]]:
        if j + 1 < columns and not wall_right(i, j):
            yield i, j + 1
        if j and not wall_right(i, j - 1):
            yield i, j - 1
        if i + 1 < rows and not wall_below(i, j):
            yield i + 1, j
        if i and not wall_below(i - 1, j):
            yield i - 1, j

    boxes: list[tuple[int, int, int, int]] = []
    for start in product(range(rows), range(columns)):
        if start not in seen:
            inside = flooded(start, neighbours)
            seen |= inside
            boxes.append(
                (start[0], min(j for _, j in inside), max(i for i, _ in inside) + 1, max(j for _, j in inside) + 1)
            )
    size = sum((bottom - top) * (right - left) for top, left, bottom, right in boxes)
    return boxes if size == rows * columns else sorted(apart(boxes))


def flooded(
    start: tuple[int, int], neighbours: Callable[[int, int], Iterable[tuple[int, int]]]
) -> set[tuple[int, int]]:
    """All places that can be reached from one."""
    inside, todo = {start}, [start]
    while todo:
        for place in neighbours(*todo.pop()):
            if place not in inside:
                inside.add(place)
                todo.append(place)
    return inside


def apart(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Rectangles that overlap made one, until none do."""
    result: list[tuple[int, int, int, int]] = []
    todo = list(boxes)
    while todo:
        box = todo.pop()
        for number, other in enumerate(result):
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                del result[number]
                todo.append(
                    (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
                )
                break
        else:
            result.append(box)
    return result
