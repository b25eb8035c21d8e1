"""Rows held for quick asking: searched, narrowed, counted and sorted, and given back as they are.

The rows stay in memory. SQLite knows their numbers, the values to choose from, what can be bounded, and their text as
overlapping pairs of characters, since Chinese has no spaces: a phrase of pairs is found exactly where the text stands.
Counts and orders are made here, from arrays: that is faster than asking for them.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import rjieba
from rapidfuzz import fuzz, process

from ontology.terms import fold

if TYPE_CHECKING:
    from jixiao.tables import Cell

    Row = dict[str, Cell | tuple[str, ...]]

SCHEMA = """
CREATE TABLE bounded (row_number INTEGER PRIMARY KEY{columns});
CREATE TABLE choice (facet TEXT, value TEXT, row_number INTEGER, PRIMARY KEY (facet, value, row_number)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, rest, content='', tokenize="ascii tokenchars '{symbols}'");
"""
SYMBOLS = "!#$%&()*+,-./:;<=>?@[\\]^_`{|}~"
"""What the tokenizer must not take for a space; quotation marks become others before."""
QUOTES = str.maketrans({"'": "\u2019", '"': "\u201d"})
LONGEST = 200
"""So many characters are searched at most: names are shorter, and more would keep the others waiting."""
NAME_WEIGHT = 8.0
"""How much more a word in the name counts than one elsewhere in the row."""
LIKE = 70.0
"""From which likeness (percent of the best-matching stretch) on a name may be what was meant."""
SUGGESTED = 5
NEAREST = 100
"""How many rows at most are shown for words that stand together in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader wants to see of a list.

    Attributes:
        words: to search, separated by spaces; a row has to have all of them.
        chosen: by facet the values of which a row has to have one.
        least: by column the smallest number that fits.
        most: by column the largest.
        sort: a column, after ``-`` the other way around; empty is by rank where words are searched, else as rows stand.
    """

    words: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    least: Mapping[str, Decimal] = field(default_factory=dict)
    most: Mapping[str, Decimal] = field(default_factory=dict)
    sort: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What fits.

    Attributes:
        ids: the numbers of all rows that fit, in order.
        counts: by facet, how many rows each value would leave if it were chosen there; the most frequent first.
        nearly: no row has all the words; these have some.
        suggestions: names that the words may have meant, where no row has all of them.
    """

    ids: Sequence[int]
    counts: Mapping[str, Mapping[str, int]]
    nearly: bool = False
    suggestions: Sequence[str] = ()


class Index:
    """One list of rows.

    Args:
        rows: each with all ``columns``, and its values of every facet (one, several as a tuple, or none).
        columns: what can be sorted by and is searched; the first is the row's name.
        facets: what can be chosen, each with the key under which a row has its values.

    ``close`` takes its file away, as does the end of the program unless a signal ends it.
    """

    def __init__(self, rows: Sequence[Row], columns: Sequence[str], facets: Mapping[str, str] | None = None) -> None:
        self.rows = rows
        self.columns = tuple(columns)
        self.facets = dict(facets or {})
        folder = Path(tempfile.mkdtemp(prefix="jixiao-"))
        self.close = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._file = folder / "index.sqlite"
        self._local = threading.local()
        self._values = {facet: _numbered(_several(row.get(key)) for row in rows) for facet, key in self.facets.items()}
        self._whole = {facet: Counter(numbers) for facet, (_, numbers) in self._values.items()}
        self._orders: dict[tuple[str, bool], Sequence[int]] = {}
        self._names = list(dict.fromkeys(str(row[self.columns[0]]) for row in rows if row[self.columns[0]]))
        self._fill()

    def ask(self, asked: Asked) -> Found:
        """The rows that fit, with the counts of every choice.

        Unknown columns and facets are left out of account; :mod:`jixiao.site.lists` names them to the reader.
        """
        words = asked.words[:LONGEST]
        terms = [_phrase(word) for word in map(_clean, words.split()) if word]
        found = self._found(asked, " AND ".join(terms))
        if found.ids or not terms:
            return found
        pieces = [_phrase(piece) for piece in dict.fromkeys(rjieba.cut(_clean(words))) if len(piece) > 1]
        near = self._found(asked, " OR ".join(pieces)) if pieces else found
        meant = self.suggestions(words)
        return Found(ids=near.ids[:NEAREST], counts=found.counts, nearly=True, suggestions=meant)

    def suggestions(self, words: str) -> list[str]:
        """Names that are written much like this, the likest first: for a character too many, too few or another."""
        likest = process.extract(
            fold(words), self._names, scorer=fuzz.partial_ratio, processor=fold, score_cutoff=LIKE, limit=SUGGESTED
        )
        return [name for name, _, _ in likest]

    def _found(self, asked: Asked, match: str) -> Found:
        conditions = _Conditions(self, asked, match)
        ids = self._ids(conditions, conditions.chosen)
        counts = {}
        for facet in self.facets:
            others = {name: each for name, each in conditions.chosen.items() if name != facet}
            counts[facet] = self._counted(facet, self._ids(conditions, others) if others != conditions.chosen else ids)
        return Found(ids=self._in_order(ids, asked.sort), counts=counts)

    def _ids(self, conditions: _Conditions, chosen: Mapping[str, Sequence[str]]) -> Sequence[int]:
        """The numbers of the rows that fit, the best match first."""
        query = conditions.query(chosen)
        return [each for (each,) in self._store().execute(*query)] if query else range(len(self.rows))

    def _in_order(self, ids: Sequence[int], sort: str) -> Sequence[int]:
        column = sort.removeprefix("-")
        if column not in self.columns:
            return ids
        wanted = set(ids)
        return [number for number in self._sorted(column, down=sort.startswith("-")) if number in wanted]

    def _sorted(self, column: str, *, down: bool) -> Sequence[int]:
        """All rows by a column, empty cells last; put in order once."""
        if (column, down) not in self._orders:
            keys = {number: _key(row[column]) for number, row in enumerate(self.rows)}
            filled = [number for number, key in keys.items() if key is not None]
            filled.sort(key=keys.__getitem__, reverse=down)  # type: ignore[arg-type]
            self._orders[column, down] = [*filled, *(number for number, key in keys.items() if key is None)]
        return self._orders[column, down]

    def _counted(self, facet: str, ids: Sequence[int]) -> dict[str, int]:
        """How often each value stands in some rows, the most frequent first."""
        sets, numbers = self._values[facet]
        times = self._whole[facet] if len(ids) == len(numbers) else Counter(map(numbers.__getitem__, ids))
        counts: Counter[str] = Counter()
        for number, rows in times.items():
            for value in sets[number]:
                counts[value] += rows
        return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))

    def _store(self) -> sqlite3.Connection:
        """A connection of this thread's own: they read side by side."""
        if not hasattr(self._local, "store"):
            self._local.store = sqlite3.connect(f"{self._file.as_uri()}?mode=ro&immutable=1", uri=True)
        store: sqlite3.Connection = self._local.store
        return store

    def _fill(self) -> None:
        with sqlite3.connect(self._file) as store:
            columns = "".join(f', "{column}"' for column in self.columns)
            store.executescript(SCHEMA.format(columns=columns, symbols=SYMBOLS))
            places = ", ".join("?" * (len(self.columns) + 1))
            store.executemany(f"INSERT INTO bounded VALUES ({places})", self._keys())  # noqa: S608 - question marks only
            store.executemany("INSERT OR IGNORE INTO choice VALUES (?, ?, ?)", self._choices())
            store.executemany("INSERT INTO words (rowid, name, rest) VALUES (?, ?, ?)", self._texts())
        store.close()

    def _keys(self) -> Iterator[tuple[object, ...]]:
        for number, row in enumerate(self.rows):
            yield number, *(_key(row[column]) for column in self.columns)

    def _choices(self) -> Iterator[tuple[str, str, int]]:
        for facet, (sets, numbers) in self._values.items():
            for row, number in enumerate(numbers):
                for value in sets[number]:
                    yield facet, value, row

    def _texts(self) -> Iterator[tuple[int, str, str]]:
        for number, row in enumerate(self.rows):
            name, *rest = (row[column] for column in self.columns)
            yield number, pairs(str(name or "")), " \n ".join(pairs(each) for each in rest if isinstance(each, str))


class _Conditions:
    """What a row has to fulfil, as SQL; every value is a parameter."""

    def __init__(self, index: Index, asked: Asked, match: str) -> None:
        self.match = match
        self.chosen = {facet: values for facet, values in asked.chosen.items() if facet in index.facets and values}
        self.bounds = [
            (f'"{column}" {sign} ?', float(number))
            for sign, bounds in ((">=", asked.least), ("<=", asked.most))
            for column, number in bounds.items()
            if column in index.columns
        ]

    def query(self, chosen: Mapping[str, Sequence[str]]) -> tuple[str, list[object]] | None:
        """What gives the numbers of the rows that fit with these choices; ``None`` where every row does."""
        where, values = self._where(chosen)
        rows = "words JOIN bounded ON bounded.row_number = words.rowid" if self.match else "bounded"
        order = f"bm25(words, {NAME_WEIGHT}, 1.0), row_number" if self.match else "row_number"
        return (f"SELECT row_number FROM {rows}{where} ORDER BY {order}", values) if where else None  # noqa: S608

    def _where(self, chosen: Mapping[str, Sequence[str]]) -> tuple[str, list[object]]:
        conditions = [condition for condition, _ in self.bounds]
        values: list[object] = [number for _, number in self.bounds]
        for facet, wanted in chosen.items():
            places = ", ".join("?" * len(wanted))
            conditions.append(f"row_number IN (SELECT row_number FROM choice WHERE facet = ? AND value IN ({places}))")  # noqa: S608
            values += [facet, *wanted]
        if self.match:
            conditions.append("words MATCH ?")
            values.append(self.match)
        return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def pairs(text: str) -> str:
    """A text as overlapping pairs of characters, spaces taken out: 科学素质 → 科学 学素 素质 质."""
    characters = _clean(text)
    return " ".join([*(first + second for first, second in pairwise(characters)), characters[-1:]])


def _clean(text: str) -> str:
    """Folded, without what is no character to see and what would end a phrase."""
    return "".join(each for each in fold(text).translate(QUOTES) if each.isprintable() and not each.isspace())


def _phrase(characters: str) -> str:
    """A word as the pairs that have to follow each other; a single character begins a pair or ends the text."""
    if len(characters) == 1:
        return f'"{characters}" *'
    return '"' + " ".join(first + second for first, second in pairwise(characters)) + '"'


def _key(cell: object) -> object:
    """What SQLite sorts by: numbers as numbers, empty as nothing."""
    return float(cell) if isinstance(cell, Decimal) else None if cell == "" else cell


def _numbered(every: Iterable[tuple[str, ...]]) -> tuple[Sequence[tuple[str, ...]], Sequence[int]]:
    """Sets of values, each once, and for each row the number of its own: numbers are counted faster."""
    known: dict[tuple[str, ...], int] = {}
    numbers = [known.setdefault(several, len(known)) for several in every]
    return list(known), numbers


def _several(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return value if isinstance(value, tuple) else (str(value),)
