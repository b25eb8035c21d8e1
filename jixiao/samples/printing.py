"""How figures and rows become text: the filters that the templates print with. Pure functions."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from .cells import Lines, wrap
from .content import decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal


def money(amount: Decimal | None) -> str:
    """An amount in 万元; a cell for nothing stays empty, as departments leave it."""
    return f"{amount:.2f}" if amount else ""


def yuan(amount: Decimal) -> str:
    """An amount of 万元 in 元, the thousands parted."""
    return f"{amount * 10_000:,.0f}"


def share(part: Decimal, whole: Decimal) -> str:
    """A part of a whole in percent."""
    return f"{part / whole * 100:.2f}%"


def step(percent: Decimal | None) -> str:
    """One step of a spending plan; empty where the department gave none."""
    return "" if percent is None else f"{decimal_text(percent)}%"


def tabbed(cells: Iterable[str | None]) -> str:
    """A row of a table with tabs; an empty cell keeps its place."""
    return "\t".join(cell or "" for cell in cells)


def spaced(cells: Iterable[str | None]) -> str:
    """A row of a table with blanks; an empty cell is lost, and a blank stands at the end."""
    return " ".join([*filter(None, cells), ""])


def wrapped(cells: Sequence[str | None], widths: Sequence[int]) -> str:
    """A row with blanks between its cells, where a cell too wide for its column stands on lines of its own."""
    lines = [wrap(cell or "", width) for cell, width in zip(cells, widths, strict=True)]
    pieces = [_piece(broken, list(group)) for broken, group in groupby(lines, key=_is_broken)]
    return " \n".join(pieces) + " "


def _piece(broken: bool, cells: list[Lines]) -> str:  # noqa: FBT001 - the key of a group
    if broken:
        return " \n".join("\n\n".join(cell) for cell in cells)
    return " ".join("".join(cell) for cell in cells)


def _is_broken(cell: Lines) -> bool:
    return len(cell) > 1


FILTERS = {each.__name__: each for each in (money, yuan, share, step, tabbed, spaced, wrapped)}
"""Filter name → filter."""
