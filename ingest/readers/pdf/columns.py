"""Tables without upright rulings: columns are told by the room that is left free between them on several lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.readers.pdf.grids import Area, Lattice
from ingest.readers.pdf.lines import TextLine, Word, text_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.readers.pdf.rulings import Ruling

GUTTER = 1.2
"""Between columns this many heights of a line are free."""
GUTTER_RULED = 0.6
"""The same where level rulings say that there is a table."""
CROSSED = 0.15
"""This share of a table's lines may run over the room between two columns: titles of several columns."""
NEAR = 2.5
"""The lines of a table follow each other within this many of their heights."""
LEAST_ROWS = 3
LEAST_FIGURES = 0.5
"""Without rulings, this share of the entries of some column are figures."""
FULL = 0.5
"""This share of the places of a table without rulings has text."""
PROSE = 25
"""A column whose entries are usually longer than this (characters) is prose, and no table is made of two such."""
OVERLAP = 0.2
"""Lines of one row overlap by this share of their height."""
CLOSER = 0.9
"""A wrapped line follows within this share of the usual distance of lines."""
FIGURE = re.compile(r"[≥≤＞＜=＝<>]*[-+(（]?[\d,，.]+[%％)）]?|[-—–]+")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of a line between which no column ends."""

    words: tuple[Word, ...]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(word.right for word in self.words)

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(word.text for word in self.words)


Rows = list[list[Segment]]


def unruled(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """The lines, in runs: those that may be a table's follow each other, all others stand alone."""
    run: list[TextLine] = []
    for line in lines:
        if run and not (near(run[-1], line) and (len(segments(line, GUTTER)) > 1 or narrow(line, run))):
            yield from trimmed(run)
            run = []
        if run or len(segments(line, GUTTER)) > 1:
            run.append(line)
        else:
            yield [line]
    yield from trimmed(run)


def trimmed(run: list[TextLine]) -> Iterator[list[TextLine]]:
    """A run without the lines at its ends that have entries in one column only; these stand alone."""
    rows = [segments(line, GUTTER) for line in run]
    middles = gutters(rows, GUTTER * median(line.box[3] - line.box[1] for line in run)) if run else []
    several = [
        i
        for i, row in enumerate(rows)
        if len({column_of(middles, (segment.left + segment.right) / 2) for segment in row}) > 1
    ]
    first, last = (several[0], several[-1] + 1) if several else (len(run), len(run))
    yield from ([line] for line in run[:first])
    if several:
        yield run[first:last]
    yield from ([line] for line in run[last:])


def near(before: TextLine, line: TextLine) -> bool:
    """Whether a line follows another without a line's room between."""
    return line.box[1] - before.box[1] <= NEAR * max(line.box[3] - line.box[1], before.box[3] - before.box[1])


def narrow(line: TextLine, run: Sequence[TextLine]) -> bool:
    """Whether a line of one segment takes less than half of the width of the lines before it."""
    left, right = min(each.box[0] for each in run), max(each.box[2] for each in run)
    return line.box[2] - line.box[0] < (right - left) / 2 and left - 1 <= line.box[0] <= right


def segments(line: TextLine, gutter: float) -> list[Segment]:
    """A line cut where room is left free, in shares of its height."""
    room = gutter * (line.box[3] - line.box[1])
    parts = [[line.words[0]]]
    for before, word in pairwise(line.words):
        if word.left - before.right > room:
            parts.append([])
        parts[-1].append(word)
    return [Segment(tuple(part)) for part in parts]


def gutters(rows: Rows, least: float) -> list[float]:
    """The middles of the stretches, at least so wide, over which hardly a line runs."""
    several = [row for row in rows if len(row) > 1]
    allowed = int(CROSSED * len(several))
    events = sorted(
        [(segment.left, 1) for row in several for segment in row]
        + [(segment.right, -1) for row in several for segment in row]
    )
    found: list[float] = []
    depth, free = 0, None
    for at, step in events:
        depth += step
        if depth <= allowed and free is None:
            free = at
        elif depth > allowed and free is not None:
            if at - free >= least and free > events[0][0]:
                found.append((free + at) / 2)
            free = None
    return found


def lattice_of(lines: Sequence[TextLine], rulings: Sequence[Ruling] = ()) -> tuple[Lattice, list[list[Word]]] | None:
    """The cells that lines make, and the words of each; ``None`` where they make no table.

    With level rulings, these are the borders of the rows where there is one between any two lines.
    """
    gutter = GUTTER_RULED if rulings else GUTTER
    rows = [segments(line, gutter) for line in lines]
    height = median(line.box[3] - line.box[1] for line in lines)
    middles = gutters(rows, gutter * height)
    if not middles or not (rulings or looks_like_a_table(rows, middles)):
        return None
    left = min([segment.left for row in rows for segment in row] + [line.start for line in rulings])
    right = max([segment.right for row in rows for segment in row] + [line.end for line in rulings])
    xs = [left, *middles, right]
    if not rulings and interleaved(lines, height):
        return None
    grouped = bands(lines, rulings) or joined(rows, middles)
    if run_together(rows, middles, grouped):
        return None
    return celled(xs, [[segment for i in group for segment in rows[i]] for group in grouped], rulings, lines, grouped)


def column_of(middles: Sequence[float], x: float) -> int:
    """The column in which a place lies."""
    return sum(middle <= x for middle in middles)


def looks_like_a_table(rows: Rows, middles: Sequence[float]) -> bool:
    """Whether rows are many and full enough, and their entries figures or short."""
    several = [row for row in rows if len(row) > 1]
    if len(several) < LEAST_ROWS:
        return False
    columns: list[list[str]] = [[] for _ in range(len(middles) + 1)]
    for row in several:
        for segment in row:
            columns[column_of(middles, (segment.left + segment.right) / 2)].append(segment.text)
    if any(len(column) < LEAST_ROWS - 1 for column in columns):
        return False
    if sum(map(len, columns)) < FULL * len(several) * len(columns):
        return False
    if sum(median(map(len, column)) > PROSE for column in columns) > 1:
        return False
    return any(sum(map(is_figure, column)) >= LEAST_FIGURES * len(column) for column in columns)


def is_figure(text: str) -> bool:
    """Whether an entry is a number, an amount, a share or a dash."""
    return bool(FIGURE.fullmatch(text))


def bands(lines: Sequence[TextLine], rulings: Sequence[Ruling]) -> list[list[int]] | None:
    """The lines between each two level rulings, where there are more than two such stretches."""
    places = sorted({ruling.at for ruling in rulings})
    groups: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        middle = (line.box[1] + line.box[3]) / 2
        groups.setdefault(sum(place <= middle for place in places), []).append(i)
    several = [group for group in groups.values() if len(group) > LEAST_ROWS]
    return list(groups.values()) if len(groups) >= LEAST_ROWS and not several else None


def joined(rows: Rows, middles: Sequence[float]) -> list[list[int]]:
    """The lines of each row.

    Lines that overlap are one row, whose cells are wrapped and set amid it. A line that only carries on an entry of the
    line above belongs to that line's row.
    """
    filled = [{column_of(middles, (segment.left + segment.right) / 2) for segment in row} for row in rows]
    groups: list[list[int]] = []
    low = 0.0
    for i in range(len(rows)):
        high, bottom = extent(rows[i])
        if groups and (high < low - OVERLAP * (bottom - high) or wraps(rows, filled, groups[-1][-1], i)):
            groups[-1].append(i)
            low = max(low, bottom)
        else:
            groups.append([i])
            low = bottom
    return groups


def interleaved(lines: Sequence[TextLine], height: float) -> bool:
    """Whether lines overlap: then the cells of a row are wrapped and set amid it, and only rulings tell rows apart."""
    return any(line.box[1] < before.box[3] - OVERLAP * height for before, line in pairwise(lines))


def run_together(rows: Rows, middles: Sequence[float], grouped: Sequence[Sequence[int]]) -> bool:
    """Whether some cell would hold two figures: then the lines are of several rows that cannot be told apart."""
    for group in grouped:
        figures = [
            column_of(middles, (segment.left + segment.right) / 2)
            for i in group
            for segment in rows[i]
            if is_figure(segment.text)
        ]
        if len(figures) > len(set(figures)):
            return True
    return False


def wraps(rows: Rows, filled: list[set[int]], before: int, here: int) -> bool:
    """Whether a line only carries on an entry of the line above: no figure, and nearer than rows are."""
    columns = filled[here]
    if len(columns) > 1 or not columns <= filled[before] or is_figure(rows[here][0].text):
        return False
    pitch = median(extent(after)[0] - extent(row)[0] for row, after in pairwise(rows))
    near_it = extent(rows[here])[0] - extent(rows[before])[0] < CLOSER * pitch
    return near_it or len(filled[before]) > len(columns) + 1


def extent(row: Sequence[Segment]) -> tuple[float, float]:
    """Where a row begins and ends."""
    words = [word for segment in row for word in segment.words]
    return min(word.top for word in words), max(word.bottom for word in words)


def celled(
    xs: list[float],
    rows: Rows,
    rulings: Sequence[Ruling],
    lines: Sequence[TextLine],
    grouped: Sequence[Sequence[int]],
) -> tuple[Lattice, list[list[Word]]]:
    """The cells of rows of segments: one that runs over several columns covers them."""
    ys = heights(lines, grouped, rulings)
    areas: list[Area] = []
    words: list[list[Word]] = []
    owners = [[-1] * (len(xs) - 1) for _ in rows]
    for i, row in enumerate(rows):
        for first, last, inside in spread(row, xs[1:-1]):
            owners[i][first : last + 1] = [len(areas)] * (last - first + 1)
            areas.append(Area(i, first, 1, last - first + 1))
            words.append(inside)
    return Lattice(tuple(xs), tuple(ys), tuple(areas), tuple(map(tuple, owners))), words


def spread(row: Iterable[Segment], middles: Sequence[float]) -> list[tuple[int, int, list[Word]]]:
    """For each cell of a row its first and last column and its words, empty ones included."""
    cells: list[tuple[int, int, list[Word]]] = [(column, column, []) for column in range(len(middles) + 1)]
    for segment in row:
        first, last = column_of(middles, segment.left), column_of(middles, segment.right)
        covered = [cell for cell in cells if cell[0] <= last and first <= cell[1]]
        first, last = min(cell[0] for cell in covered), max(cell[1] for cell in covered)
        words = [word for cell in covered for word in cell[2]] + list(segment.words)
        cells = sorted(
            [cell for cell in cells if cell not in covered] + [(first, last, words)], key=lambda cell: cell[0]
        )
    return cells


def heights(lines: Sequence[TextLine], grouped: Sequence[Sequence[int]], rulings: Sequence[Ruling]) -> list[float]:
    """Where the rows begin and end: amid the room between them."""
    tops = [min(lines[i].box[1] for i in group) for group in grouped]
    bottoms = [max(lines[i].box[3] for i in group) for group in grouped]
    inner = [(bottom + following) / 2 for bottom, following in zip(bottoms, tops[1:], strict=False)]
    first = min([tops[0], *(line.at for line in rulings)])
    last = max([bottoms[-1], *(line.at for line in rulings)])
    return [first, *inner, last]


def table_lines(words: Sequence[Sequence[Word]]) -> tuple[tuple[TextLine, ...], ...]:
    """The printed lines of each cell."""
    return tuple(tuple(text_lines(cell)) for cell in words)
