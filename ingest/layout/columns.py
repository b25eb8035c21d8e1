"""The columns of a table and the prices of the search for its cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.layout.fragments import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ingest.layout.fragments import Fragment

SPILL = "?spill"
"""The key of the column for what no column of a table can take."""
HARD = 30.0
"""The price of a border that no cell crosses."""
FIRST_HAN = "\u2e80"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, and what may stand in it."""

    key: str
    fit: Callable[[str], float]
    """How well a whole cell's folded text suits the column: above 0 it does, far below 0 it does not."""
    starts: Callable[[str], bool] = lambda _: True
    """Whether a cell of this column may begin with this text (cheap: keeps the search narrow)."""
    cell: int | None = None
    """The cell's position in a tab-separated header."""
    opens: float | None = None
    """What it costs to begin a row with this column; ``None``: no row begins here."""
    merged: bool = False
    """The column's cells span rows: one may go on after a page break although its row began on the page before."""
    heads: bool = False
    """The column only says what its row is about."""
    follows: Callable[[Mapping[str, str], str], float] | None = None
    """What a cell is worth more beside the cells before it in its row, by their columns' keys and texts."""
    echoes: str | None = None
    """A column whose text this one often repeats: where both are cut by a page's end, they go on alike."""
    needs: str | None = None
    """A column without which this one makes no sense in a row."""
    usual: float = 0.0
    """What it costs a row to have nothing in this column."""
    resumes: Callable[[str], bool] | None = None
    """Whether a text goes on with a cell of this column after an empty line (the next numbered item)."""
    limit: int = 60
    """The most fragments that a cell may have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The prices of the search. They concern geometry only; nothing here knows a publisher."""

    join: Mapping[Gap, float] = field(
        default_factory=lambda: {
            Gap.SPACE: 0.6,
            Gap.LINE: 0.0,
            Gap.BLANK: 3.0,
            Gap.TAB: HARD,
            Gap.ROW: HARD,
            Gap.PAGE: 3.0,
        }
    )
    split: Mapping[Gap, float] = field(
        default_factory=lambda: {
            Gap.SPACE: 1.5,
            Gap.LINE: 1.5,
            Gap.BLANK: 0.0,
            Gap.TAB: 0.0,
            Gap.ROW: 0.0,
            Gap.PAGE: 0.0,
        }
    )
    wrap: Mapping[Gap, float] = field(default_factory=lambda: {Gap.ROW: 1.0, Gap.PAGE: 0.5})
    """Going back to the left without a new row."""
    row_in_block: float = 0.0
    """A row that begins without an empty line before it."""
    words: float = 1.2
    """How much more a space between two Chinese characters says than one beside a number or a Latin word."""
    resume: float = 0.3
    """An item that goes on with a cell after an empty line."""
    wider: float = 0.5
    """Each half-width character by which a line is wider than its column."""
    unfilled: float = 0.7
    """A line that ends before half of its column is filled."""
    shift: float = 1.2
    """Each position by which a tab-separated cell stands beside its column's."""
    append: float = 0.7
    """Each cell that goes on in a later line."""
    spill: float = 16.0
    """A stretch that no column takes."""
    sparse: int = 2
    """A tab-separated row with at most this many cells may continue the row above."""
    empty: float = 3.0
    """A row of cells that has only headings: nothing was planned under them."""
    no_name: float = 9.0
    """A row without the column ``name``."""
    no_value: float = 2.5
    no_needed: float = 7.0
    """A row with a column but without the one that it needs."""
    echo: float = 3.0
    """Two cells that repeat each other and are both cut by a page's end."""
    short: float = 3.0
    """A cell that goes on after a page break although another cell of its row was taller."""
    ended: float = 2.0
    """A cell that goes on although its first part ended by itself."""
    beam: int = 40
    margin: float = 18.0


def width(text: str) -> int:
    """The width of a text in half-width characters."""
    return sum(2 if char >= FIRST_HAN else 1 for char in text)


def informed(fragments: Sequence[Fragment]) -> Settings:
    """Settings for a stream, by what its gaps tell.

    Where nearly every line stands alone, an empty line says nothing of a cell's end (a wrapped cell has them between
    its lines), and a line's end without one divides cells that stand side by side. Where lines hold several fragments
    each, lines are rows, and a space ends a cell.
    """
    lines = [fragment.gap for fragment in fragments if fragment.gap is not Gap.SPACE]
    blank = lines.count(Gap.BLANK) / (lines.count(Gap.BLANK) + lines.count(Gap.LINE) + 1)
    join, split = dict(Settings().join), dict(Settings().split)
    if blank > 0.5:  # noqa: PLR2004 - more than half of all lines
        join[Gap.BLANK] = split[Gap.BLANK] = 0.1
        join[Gap.LINE], split[Gap.LINE], split[Gap.SPACE] = 0.5, 0.0, 0.6
    block = 0.0
    if blank < BLOCKS:
        split[Gap.LINE], block = 2.5, 3.0
    if len(fragments) > ROWS * len(lines):
        join[Gap.SPACE], split[Gap.SPACE] = 0.6, 0.3
    return Settings(join=join, split=split, row_in_block=block)


BLOCKS = 0.4
"""With fewer empty lines than this between lines, an empty line ends a cell."""


ROWS = 2.2
"""With more fragments than this a line, lines are rows."""
