"""The header over a table of indicators whose cells are known: what each column means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.forms.fit import is_level, level_fit, level_key, level_words, value_fit, weight_fit
from ingest.forms.labels import label_key, labels, vocabulary
from ingest.language.values import words
from ingest.layout.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ingest.layout.lattice import Lattice, Printed

CORE = frozenset({"level1", "level2", "name", "desc", "value", "comparator", "value_unit", "weight", "basis", "prior",
                  "scoring", "actual", "score"})  # fmt: skip
"""What makes a row of labels the header of a table of indicators."""
LEVELS = ("level1", "level2")
LEAST = 2
"""A header has at least this many of them."""
MARKS = ("指标", "绩效", "目标")
"""One of these stands in a header of indicators; other tables have levels and values too."""
TALLEST = 4
"""The most rows of a header."""
PROSE = "prose"
"""The key of a column that holds all indicators of a project in one cell."""
FUND = "fund:"
"""What the keys of columns of funding sources begin with."""
UNREAD = "unread"
"""The key of columns that are known to say nothing that a record holds."""
OTHER = "other:"
"""What the keys of columns begin with that say the same of another time (the years to come, the first half)."""
LOOK = 30
"""How many rows below a header are looked at to tell what an unlabelled column holds."""


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """A column of a table: what its label means (``None``: unknown), the lattice's columns ``first`` to ``last``."""

    key: str | None
    first: int
    last: int
    label: Printed
    path: tuple[str, ...]
    """The labels over it, from the top."""


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The rows of labels over a table: from ``first`` to before ``last``."""

    columns: tuple[HeaderColumn, ...]
    first: int
    last: int
    side: str = ""
    """What stands beside the labels and says something of all indicators: ``长期绩效指标``."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What the known labels mean."""
        return tuple(column.key for column in self.columns if column.key)

    @property
    def continuous(self) -> bool:
        """Whether the table's rows name projects, so that it holds the forms of many."""
        return "project" in self.keys

    def column_of(self, cell: Printed) -> HeaderColumn | None:
        """The column that a cell stands in: the one that it shares most of its width with."""
        best = max(self.columns, key=lambda column: overlap(column, cell), default=None)
        return best if best is not None and overlap(best, cell) > 0 else None


def overlap(column: HeaderColumn, cell: Printed) -> int:
    """How many of the lattice's columns a header's column and a cell share."""
    return min(column.last, cell.right) - max(column.first, cell.column)


def header_at(lattice: Lattice, row: int) -> HeaderBlock | None:
    """The header whose labels stand in a row (some of them, where it has several rows), or ``None``."""
    across = [cell for cell in lattice.across(row) if cell.rows <= TALLEST]
    known = [(cell, key) for cell in across if (key := core_key(cell.text))]
    keys = {key for _, key in known}
    named = {"name", "level1", "level2"} & keys or ("value" in keys and keys & {"comparator", "value_unit", "weight"})
    if len(keys) < LEAST or not named or not any(mark in cell.text for cell, _ in known for mark in MARKS):
        return prose_header(lattice, row, across)
    if not any(cell.row == row for cell, _ in known):
        return None
    first = min(cell.row for cell, _ in known)
    last = max(cell.bottom for cell, _ in known)
    return block(lattice, first, max(last, deeper(lattice, row, last)))


def deeper(lattice: Lattice, row: int, last: int) -> int:
    """The end of a header whose labels are divided once more in the row below: every cell there is a label too."""
    below = [cell for cell in lattice.across(last) if cell.row == last and cell.text] if last < lattice.rows else []
    tops = [lattice.at(row, cell.column) for cell in below]
    divided = any(top is None or top.columns > 1 or not top.text for top in tops)
    if divided and len(below) > 1 and all(is_sub_label(cell.text) for cell in below):
        return last + 1
    return last


def is_sub_label(text: str) -> bool:
    """Whether a text may be a label below another one."""
    key = label_key(text)
    return key in {label_key(word) for word in labels()["sub_labels"]} or core_key(text) is not None


def core_key(text: str) -> str | None:
    """What a whole cell means as the label of a column of indicators, or ``None``."""
    key = vocabulary("indicator_columns").of(text) if text else None
    return key if key in CORE else None


def prose_header(lattice: Lattice, row: int, across: Sequence[Printed]) -> HeaderBlock | None:
    """The header of a table that names projects and prints all indicators of one in a single cell."""
    keys = {vocabulary("indicator_columns").of(cell.text) for cell in across if cell.text}
    told = any(is_prose_label(cell.text) for cell in across)
    if not told or "project" not in keys or not any(cell.row == row for cell in across):
        return None
    found = block(lattice, min(cell.row for cell in across), max(cell.bottom for cell in across))
    return found if PROSE in found.keys else None


def is_prose_label(text: str) -> bool:
    """Whether a label stands over cells that hold all indicators of a project."""
    return label_key(text) in {label_key(word) for word in labels()["prose_columns"]}


def block(lattice: Lattice, first: int, last: int) -> HeaderBlock:
    """The columns of a header that fills some rows."""
    columns: list[HeaderColumn] = []
    seen: set[int] = set()
    for number in range(lattice.columns):
        path = path_of(lattice, number, first, last)
        if not path or id(path[-1]) in seen:
            continue
        leaf = path[-1]
        seen.add(id(leaf))
        texts = tuple(cell.text for cell in path)
        columns.append(HeaderColumn(None, leaf.column, leaf.right, leaf, texts))
    side = "".join(cell.text for cell in lattice.across(first) if cell.bottom > last)
    return HeaderBlock(told(columns, lattice, last), first, last, side)


def path_of(lattice: Lattice, column: int, first: int, last: int) -> list[Printed]:
    """The cells of a header over one column, from the top; cells that reach far below the header are no part of it."""
    path: list[Printed] = []
    for row in range(first, last):
        cell = lattice.at(row, column)
        if cell is not None and cell.bottom <= last and cell not in path and (cell.text or not path):
            path.append(cell)
    return path


def told(columns: Sequence[HeaderColumn], lattice: Lattice, last: int) -> tuple[HeaderColumn, ...]:
    """The columns with what they mean; of several that mean the same the year's own is kept, the others are unread."""
    continuous = any(vocabulary("indicator_columns").of(text) == "project" for c in columns for text in c.path)
    prose = continuous and not any(key_of(c.path, continuous=True) in ("name", "level1") for c in columns)
    keys = [key_of(column.path, continuous=continuous, prose=prose) for column in columns]
    keys = settled(columns, keys, lattice, last)
    keys = by_content(columns, inferred(columns, keys, lattice, last), lattice, last)
    return tuple(HeaderColumn(key, c.first, c.last, c.label, c.path) for c, key in zip(columns, keys, strict=True))


def key_of(path: Sequence[str], *, continuous: bool, prose: bool = False) -> str | None:
    """What the labels over a column mean: the lowest known one, or a funding source of a project's amount."""
    known = vocabulary("indicator_columns")
    for depth, text in enumerate(reversed(path)):
        if prose and is_prose_label(text):
            return PROSE
        fund = vocabulary("funds").of(text)
        if continuous and fund:
            return FUND + fund if fund != "合计" else "amount"
        key = known.of(text)
        if key in ("project", "amount", "goal", "owner") and not continuous:
            key = "value" if key == "goal" and depth == 0 else None
        if key:
            return key
    return None


def settled(
    columns: Sequence[HeaderColumn], keys: Sequence[str | None], lattice: Lattice, last: int
) -> list[str | None]:
    """One column a meaning.

    Of several it is the one whose labels name the year and not a longer or shorter time, whose cells suit (a
    comparator's hold comparators), whose label is the more usual one; of equals the last, which is the annual half.
    """
    result: list[str | None] = list(keys)
    for key in {key for key in keys if key and key != UNREAD}:
        same = [index for index, other in enumerate(keys) if other == key]
        if len(same) < 2:  # noqa: PLR2004 - nothing to choose
            continue
        suits = comparator_fit if key == "comparator" else no_opinion
        best = max(
            same,
            key=lambda index: (
                rank(columns[index].path),
                mean_fit(lattice, columns[index], last, suits),
                usual(key, columns[index].path),
                index,
            ),
        )
        for index in same:
            if index != best:
                result[index] = (
                    "desc" if key == "name" and columns[index].path[-1] != columns[best].path[-1] else OTHER + key
                )
    return result


def usual(key: str, path: Sequence[str]) -> int:
    """How usual a label is for what it means: the lexicon names the most usual first."""
    known = [label_key(word) for word in labels()["indicator_columns"].get(key, ())]
    printed = label_key(path[-1])
    return -known.index(printed) if printed in known else -len(known)


def no_opinion(text: str) -> float:  # noqa: ARG001
    """A fit that tells nothing."""
    return 0.0


def comparator_fit(text: str) -> float:
    """Whether a cell is a comparator."""
    return 1.0 if fold(text) in words().before else 0.0


def rank(path: Iterable[str]) -> int:
    """How much the labels over a column say that it is the year's: 1 they do, -1 it is another time's."""
    printed = "".join(map(fold, path))
    annual = any(label_key(word) in printed for word in labels()["annual_words"])
    other = any(label_key(word) in printed for word in labels()["other_time_words"])
    return annual - other


def inferred(
    columns: Sequence[HeaderColumn], keys: Sequence[str | None], lattice: Lattice, last: int
) -> list[str | None]:
    """Meanings for unknown labels, told from the cells below: a name or a value that no known label stands for."""
    result = list(keys)
    if PROSE in keys:
        return result
    for wanted, fits in (("value", value_fit), ("name", name_like)):
        if wanted in result:
            continue
        free = [index for index, key in enumerate(result) if key is None and columns[index].label.rows <= TALLEST]
        rated = [(mean_fit(lattice, columns[index], last, fits), index) for index in free]
        best = max(rated, default=(0.0, 0))
        if best[0] > 0:
            result[best[1]] = wanted
    return result


def by_content(
    columns: Sequence[HeaderColumn], keys: Sequence[str | None], lattice: Lattice, last: int
) -> list[str | None]:
    """Meanings put right by what stands below: where no label names the indicators, the lowest level's cells may.

    Some forms call 数量指标 the first level and the indicator itself the second.
    """
    result = list(keys)
    if "name" in result or PROSE in result:
        return result
    for key in ("level2", "level1"):
        if key in result and mean_fit(lattice, columns[result.index(key)], last, name_like) > 0:
            result[result.index(key)] = "name"
            if key == "level2" and "level1" in result:
                above = result.index("level1")
                result[above] = "level2" if mean_fit(lattice, columns[above], last, second_like) > 0 else "level1"
            break
    return result


def second_like(text: str) -> float:
    """Whether a text is the name of a second level."""
    return 1.0 if level_key(text) in level_words("level2")[0] else -1.0


def name_like(text: str) -> float:
    """Whether a text may name an indicator: words, no level, no value, no number."""
    folded = fold(text)
    if is_level(text) or weight_fit(text) > 0 or value_fit(text) > 1 or level_fit("level2")(text) > 0:
        return -1.0
    return 1.0 if len(folded) > 2 else -1.0  # noqa: PLR2004 - shorter texts are marks


def mean_fit(lattice: Lattice, column: HeaderColumn, last: int, fits: Callable[[str], float]) -> float:
    """How well the cells below a label suit on the average; empty ones suit a little badly."""
    cells = {
        id(cell): cell
        for row in range(last, min(last + LOOK, lattice.rows))
        if (cell := lattice.at(row, column.first)) is not None and cell.row >= last
    }
    texts = [cell.text for cell in cells.values()]
    scores = [fits(text) if text else -0.5 for text in texts]
    return sum(scores) / len(scores) if scores else 0.0


def levels_header(lattice: Lattice) -> HeaderBlock | None:
    """The header that a table lacks: told from columns that hold nothing but levels, and what stands beside them."""
    held: dict[int, list[Printed]] = {}
    for cell in lattice.cells:
        if is_level(cell.text) and fold(cell.text).endswith("指标"):
            held.setdefault(cell.column, []).append(cell)
    held = {column: cells for column, cells in held.items() if len(cells) > 1}
    if not held:
        return None
    first = min(cell.row for cells in held.values() for cell in cells)
    top = [cell for cell in lattice.across(first) if cell.column >= min(held)]
    levels = [cell for cell in top if cell.column in held]
    rest = [cell for cell in top if cell.column > max(held)]
    if not rest or len(levels) > len(LEVELS):
        return None
    keys: list[str | None] = [*LEVELS[len(LEVELS) - len(levels) :], *(None for _ in rest)]
    columns = [HeaderColumn(None, cell.column, cell.right, cell, ("",)) for cell in (*levels, *rest)]
    told = inferred(columns, keys, lattice, first)
    if not {"name", "value"} <= set(told):
        return None
    made = (HeaderColumn(key, c.first, c.last, c.label, c.path) for key, c in zip(told, columns, strict=True))
    return HeaderBlock(tuple(made), first, first)
