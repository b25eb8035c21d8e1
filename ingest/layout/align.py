"""The cells of a table recovered from a stream of fragments.

A table's header says which columns there are; the text says, more or less reliably, where cells end. Which cells the
rest of the stream makes is the cheapest reading of it, found by a beam search over segmentations (a semi-Markov model):
each hypothesis holds the cell that is being read; the next fragment either goes on with it, or opens a later column of
the same row, or opens a new row, or, at a page's end, goes back to the left and continues cells that the page cut off.

What a cell's text is worth in a column is not known here: columns bring their own ``fit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.layout.columns import FIRST_HAN, HARD, SPILL, Column, Settings, informed, width
from ingest.layout.fragments import Gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.layout.fragments import Fragment

IMPOSSIBLE = -1000.0
SENTENCE_ENDS = "。！；"

Row = dict[str, list["Fragment"]]
"""The fragments of each column of one row, in printed order."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A finished cell in the chain of a hypothesis."""

    column: int
    first: int
    last: int
    text: str
    height: int
    row: bool
    """The cell begins a row."""
    appends: bool
    """The cell goes on where a page's end cut it off."""
    before: Closed | None


@dataclass(slots=True)
class Hypothesis:
    """A reading of the stream so far, with the cell that is open.

    Never changed; not frozen, since millions are made and freezing doubles what one costs.
    """

    score: float
    column: int
    first: int
    text: str
    height: int
    mask: int
    """Which columns the row has, as bits."""
    appends: bool
    row: bool
    before: Closed | None
    low: int
    """The row has gone back to the left; columns up to here are read again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A column in which a cell may begin with a fragment, and what that costs there."""

    c: int
    column: Column
    price: float


class Turn:
    """One step of the search: a fragment, where its cell may begin, and the best hypotheses after it."""

    def __init__(self, index: int, fragment: Fragment, entries: Sequence[Entry], wrap: float | None) -> None:
        self.index = index
        self.fragment = fragment
        self.entries = entries
        self.wrap = wrap
        """What it costs to go back to the left without a new row; ``None``: the line is a row of its own."""
        self.best: dict[tuple[int, int, int, bool, int], Hypothesis] = {}

    def take(self, h: Hypothesis) -> None:
        """Keep a hypothesis if it is better than the known one in its state."""
        key = (h.column, h.first, h.mask, h.appends, h.low)
        known = self.best.get(key)
        if known is None or h.score > known.score:
            self.best[key] = h


def ended(h: Hypothesis, index: int) -> Closed:
    """A hypothesis' open cell, ended before a fragment."""
    return Closed(h.column, h.first, index, h.text, h.height, h.row, h.appends, h.before)


def opened(  # noqa: PLR0913 - the fields of a hypothesis
    score: float,
    column: int,
    turn: Turn,
    mask: int,
    before: Closed | None,
    *,
    row: bool = False,
    appends: bool = False,
    low: int = -1,
) -> Hypothesis:
    """A hypothesis whose open cell begins with a turn's fragment."""
    return Hypothesis(score, column, turn.index, turn.fragment.text, 1, mask, appends, row, before, low)


class Aligner:
    """One search over one stream."""

    def __init__(
        self,
        fragments: Sequence[Fragment],
        columns: Sequence[Column],
        settings: Settings | None = None,
        widths: Mapping[str, float] | None = None,
    ) -> None:
        self.fragments = fragments
        self.cuts = [0]
        """For each fragment the first one of its page (where there are cells: of its row)."""
        for index, fragment in enumerate(fragments[1:], 1):
            self.cuts.append(index if fragment.gap in (Gap.PAGE, Gap.ROW) else self.cuts[-1])
        self.extents = [width(fragment.text) for fragment in fragments]
        self.widths = [(widths or {}).get(column.key, 0.0) for column in columns]
        self.columns = columns
        self.settings = settings or Settings()
        self.position = {column.key: index for index, column in enumerate(columns)}
        self.needs = [(i, 1 << self.position[c.needs]) for i, c in enumerate(columns) if c.needs in self.position]
        self.celled = bool(fragments) and fragments[0].cell is not None
        self.headings = sum(1 << i for i, c in enumerate(columns) if c.heads)
        self.name = self.bits("name")
        self.value = self.bits("value")
        self.usual = [(1 << i, c.usual) for i, c in enumerate(columns) if c.usual]
        self.lacks: dict[tuple[int, int], float] = {}
        self.fits: list[dict[str, float]] = [{} for _ in columns]

    def bits(self, key: str) -> int:
        """The columns of a name, in each half of the table."""
        return sum(1 << i for i, c in enumerate(self.columns) if c.key.rstrip("'") == key) or -1

    def rows(self) -> list[Row]:
        """The rows of the cheapest reading."""
        if not self.fragments:
            return []
        active = self.first()
        for index in range(1, len(self.fragments)):
            active = self.step(active, index)
        finished = [(self.score_closed(h) - self.row_price(h.mask), h) for h in active]
        return self.trace(max(finished, key=lambda pair: pair[0])[1]) if finished else []

    def first(self) -> list[Hypothesis]:
        """The hypotheses after the first fragment; where no column can begin a row with it, it is taken for a name."""
        turn = self.turn(0)
        for entry in turn.entries:
            if entry.column.opens is not None:
                turn.take(opened(-entry.price - entry.column.opens, entry.c, turn, 1 << entry.c, None, row=True))
        name = self.position.get("name", 0)
        return list(turn.best.values()) or [opened(0.0, name, turn, 1 << name, None, row=True)]

    def step(self, active: list[Hypothesis], index: int) -> list[Hypothesis]:
        """All hypotheses after one more fragment, the hopeless ones dropped."""
        turn = self.turn(index)
        for h in active:
            self.join(h, turn)
        closed = self.closed(active, index)
        self.begin_row(closed, turn)
        for score, h in closed:
            self.go_on(score, h, turn)
        ranked = sorted(((self.promise(h), i, h) for i, h in enumerate(turn.best.values())), reverse=True)
        floor = ranked[0][0] - self.settings.margin
        return [h for promise, _, h in ranked[: self.settings.beam] if promise >= floor]

    def turn(self, index: int) -> Turn:
        """What a fragment allows."""
        fragment = self.fragments[index]
        entries = [
            Entry(c, column, self.shift(index, c) + self.misfit(c, index))
            for c, column in enumerate(self.columns)
            if column.starts(fragment.text)
        ]
        return Turn(index, fragment, entries, self.settings.wrap.get(fragment.gap) if self.may_wrap(index) else None)

    def join(self, h: Hypothesis, turn: Turn) -> None:
        """Go on with the open cell."""
        index, fragment, column = turn.index, turn.fragment, self.columns[h.column]
        price = self.settings.join[fragment.gap] + self.between_words(index)
        if column.key == SPILL:
            price = 0.0 if fragment.gap in (Gap.TAB, Gap.SPACE) else self.settings.spill
        elif price >= HARD or index - h.first >= column.limit:
            return
        if column.resumes is not None and column.resumes(fragment.text):
            price = min(price, self.settings.resume)
        price += self.misfit(h.column, index) + self.unfilled(h.column, index)
        height = h.height + (fragment.gap is not Gap.SPACE)
        text = h.text + fragment.text
        turn.take(
            Hypothesis(h.score - price, h.column, h.first, text, height, h.mask, h.appends, h.row, h.before, h.low)
        )

    def closed(self, active: Sequence[Hypothesis], index: int) -> list[tuple[float, Hypothesis]]:
        """The hypotheses with their open cell ended before a fragment: for each state of the row the best."""
        price = max(0.0, self.settings.split[self.fragments[index].gap] - self.between_words(index))
        best: dict[tuple[int, int, int], tuple[float, Hypothesis]] = {}
        for h in active:
            score = self.score_closed(h) - price
            key = (h.column, h.mask, h.low)
            if key not in best or score > best[key][0]:
                best[key] = (score, h)
        floor = max(score for score, _ in best.values()) - self.settings.margin
        return [(score, h) for score, h in best.values() if score >= floor]

    def begin_row(self, closed: Sequence[tuple[float, Hypothesis]], turn: Turn) -> None:
        """Open a new row after the hypothesis that ends its own best."""
        gap = turn.fragment.gap
        if gap in (Gap.SPACE, Gap.TAB):
            return
        score, h = max(((score - self.row_price(h.mask), h) for score, h in closed), key=lambda pair: pair[0])
        score -= self.settings.row_in_block * (gap is Gap.LINE)
        before = ended(h, turn.index)
        for entry in turn.entries:
            if entry.column.opens is not None:
                worth = score - entry.price - entry.column.opens
                turn.take(opened(worth, entry.c, turn, 1 << entry.c, before, row=True))

    def go_on(self, score: float, h: Hypothesis, turn: Turn) -> None:
        """Open another cell of the same row: to the right, or from the left again where the line may continue it."""
        before = ended(h, turn.index)
        ahead = (turn.wrap if turn.fragment.gap is Gap.ROW else 0.0), h.low
        back = turn.wrap, h.column
        for entry in turn.entries:
            c, bit = entry.c, 1 << entry.c
            price, low = ahead if c > h.column else back
            if price is None or (c > max(h.column, h.low) and h.mask & bit):
                continue
            appends = bool(h.mask & bit) or (c <= low and entry.column.merged)
            turn.take(opened(score - entry.price - price, c, turn, h.mask | bit, before, appends=appends, low=low))

    def promise(self, h: Hypothesis) -> float:
        """What a hypothesis is worth if its open cell ends here.

        Never less than if the cell were still to become good.
        """
        worth = self.appended(h) if h.appends else self.fit(h.column, h.text)
        return h.score + max(worth, -1.0) - self.passed(h.mask, h.column)

    def passed(self, mask: int, column: int) -> float:
        """What the row already lacks on the left of a column.

        It is charged at the row's end, but counts in the ranking.
        """
        known = self.lacks.get((mask, column))
        if known is None:
            known = self.lacks[mask, column] = self.row_price(mask | -(1 << column))
        return known

    def misfit(self, c: int, index: int) -> float:
        """What it costs that a line is wider than its column is known to be."""
        known = self.widths[c]
        return min(self.settings.wider * max(0.0, self.extents[index] - known - 1), 3.0) if known else 0.0

    def unfilled(self, c: int, index: int) -> float:
        """What it costs that a cell's line ended, although the column had room for more."""
        known = self.widths[c]
        if not known or self.fragments[index].gap is not Gap.LINE or self.fragments[index - 1].gap is Gap.SPACE:
            return 0.0
        return self.settings.unfilled if self.extents[index - 1] < known / 2 else 0.0

    def between_words(self, index: int) -> float:
        """What a space between two Chinese characters adds: running text has none there."""
        fragment = self.fragments[index]
        if (
            fragment.gap is not Gap.SPACE
            or self.fragments[index - 1].text[-1] < FIRST_HAN
            or fragment.text[0] < FIRST_HAN
        ):
            return 0.0
        return self.settings.words

    def may_wrap(self, index: int) -> bool:
        """Whether the line of a fragment may continue the row before it: a full row of cells is a row of its own."""
        fragment = self.fragments[index]
        if fragment.cell is None and fragment.gap is not Gap.PAGE:
            return False
        cells = 1
        for other in self.fragments[index + 1 :]:
            if other.line != fragment.line:
                break
            cells += other.gap is Gap.TAB
        return fragment.cell is None or cells <= self.settings.sparse

    def shift(self, index: int, c: int) -> float:
        """What it costs that a tab-separated cell stands beside its column."""
        cell, expected = self.fragments[index].cell, self.columns[c].cell
        if cell is None or expected is None or self.fragments[index].gap is Gap.SPACE:
            return 0.0
        return self.settings.shift * min(abs(cell - expected), 4)

    def fit(self, c: int, text: str) -> float:
        """A column's fit, remembered."""
        known = self.fits[c].get(text)
        if known is None:
            known = self.fits[c][text] = self.columns[c].fit(text)
        return known

    def score_closed(self, h: Hypothesis) -> float:
        """A hypothesis' score when its open cell ends here."""
        if h.appends:
            return h.score + self.appended(h)
        score = h.score + self.fit(h.column, h.text)
        follows = self.columns[h.column].follows
        return score + follows(self.row_before(h.before), h.text) if follows and not h.row else score

    def row_before(self, chain: Closed | None) -> dict[str, str]:
        """The texts of the cells before the open one in its row."""
        row: dict[str, str] = {}
        while chain is not None:
            row.setdefault(self.columns[chain.column].key, chain.text)
            chain = None if chain.row else chain.before
        return row

    def appended(self, h: Hypothesis) -> float:
        """What the second part of a cut cell is worth: what the whole is worth more than the first part."""
        parts = self.earlier(h.before, h.column)
        column, settings = self.columns[h.column], self.settings
        if not parts:
            return -0.5 if column.merged else IMPOSSIBLE
        earlier, last = "".join(part.text for part in parts), parts[-1]
        gain = self.fit(h.column, earlier + h.text) - self.fit(h.column, earlier) - settings.append
        if column.resumes is not None:
            done = earlier[-1] in SENTENCE_ENDS and not column.resumes(h.text)
            return gain - settings.ended * done
        gain -= settings.ended * self.ended(last) + settings.short * (last.height < self.room(h, last))
        if column.echoes is not None:
            gain += self.echoed(h, earlier)
        return gain

    def echoed(self, h: Hypothesis, earlier: str) -> float:
        """What it is worth that two cells which repeat each other still do, and costs that they no longer do."""
        source = self.position.get(self.columns[h.column].echoes or "", -1)
        repeated = "".join(part.text for part in self.earlier(h.before, source))
        if repeated == earlier + h.text:
            return self.settings.echo
        return -self.settings.echo if repeated == earlier else 0.0

    def ended(self, cell: Closed) -> bool:
        """Whether a cell's last line is shorter than its others: then it ended there, and no page's end cut it off."""
        extents = self.extents[cell.first : cell.last]
        return len(extents) > 1 and extents[-1] < sorted(extents)[len(extents) // 2] - 1

    def earlier(self, chain: Closed | None, c: int) -> list[Closed]:
        """The cells that the row has in a column so far; for merged columns: those of the last row that has it."""
        parts: list[Closed] = []
        merged = c >= 0 and self.columns[c].merged
        while chain is not None:
            if chain.column == c:
                parts.append(chain)
            if chain.row and (parts or not merged):
                break
            chain = chain.before
        return parts[::-1]

    def room(self, h: Hypothesis, cell: Closed) -> int:
        """How many lines a cell had room for before the page's end: those of the tallest cells of its row and since."""
        total = height = 0
        chain, cut = h.before, self.cuts[h.first]
        while chain is not None:
            if chain.first < cut and self.columns[chain.column].resumes is None:
                height = max(height, chain.height)
            if chain.row:
                total, height = total + height, 0
                if chain.first <= cell.first:
                    break
            chain = chain.before
        return total

    def row_price(self, mask: int) -> float:
        """What a row lacks."""
        if self.celled and not mask & ~self.headings:
            return self.settings.empty
        price = self.settings.no_name * (not mask & self.name) + self.settings.no_value * (not mask & self.value)
        price += sum(cost for bit, cost in self.usual if not mask & bit)
        for index, needed in self.needs:
            if mask & 1 << index and not mask & needed:
                price += self.settings.no_needed
        return price

    def trace(self, h: Hypothesis) -> list[Row]:
        """The rows that a finished hypothesis stands for."""
        cells = [ended(h, len(self.fragments))]
        while (before := cells[-1].before) is not None:
            cells.append(before)
        rows: list[Row] = []
        for cell in reversed(cells):
            key = self.columns[cell.column].key
            fragments = list(self.fragments[cell.first : cell.last])
            if cell.row:
                rows.append({})
            target = rows[-1]
            if cell.appends and key not in target:
                target = next((row for row in reversed(rows) if key in row), target)
            target.setdefault(key, []).extend(fragments)
        return rows


def align(fragments: Sequence[Fragment], columns: Sequence[Column]) -> list[Row]:
    """The rows of a table: the fragments of each column, in printed order; what no column takes is under ``SPILL``.

    Where cells are printed as blocks of short lines, the columns' widths are learnt from the first rows.
    """
    settings = informed(fragments)
    columns = [*columns, Column(SPILL, lambda _: -settings.spill)]
    if not settings.row_in_block:
        return Aligner(fragments, columns, settings).rows()
    sample = Aligner(fragments[:SAMPLE], columns, settings).rows()
    return Aligner(fragments, columns, settings, learnt_widths(sample)).rows()


SAMPLE = 700
"""How many fragments tell how wide columns are."""


def learnt_widths(rows: Sequence[Row]) -> dict[str, float]:
    """The width of each column, in half-width characters: that of the first lines of its cells with several lines."""
    firsts: dict[str, list[int]] = {}
    for row in rows:
        for key, cell in row.items():
            if len(cell) > 1:
                firsts.setdefault(key, []).extend(width(fragment.text) for fragment in cell[:-1])
    return {key: float(sorted(found)[len(found) * 9 // 10]) for key, found in firsts.items() if len(found) >= LINES}


LINES = 8
"""The fewest lines from which a column's width is learnt."""
