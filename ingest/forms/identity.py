"""What a document is and what it says in running text: its kind, corrections, grants, and figures to compare with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ingest.layout.folding import fold
from ingest.layout.passage import Passage, passage
from ingest.records import Grant, Statement
from ontology import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.layout.fragments import Fragment
    from ingest.records import BudgetTable, DocumentKind, ProjectBudget, Span, Target

LONGEST_TITLE = 50
"""A longer line is no title."""
HEAD = 600
"""How many characters at a document's beginning may say that it corrects another."""
SHARE = 3
"""A document is of a kind that at least one of so many different titles names."""


@lru_cache(maxsize=1)
def words() -> Any:
    """The lexicon of what documents are."""
    return lexicon("identity")


def prose(fragments: Sequence[Fragment]) -> list[Passage]:
    """The running text: lines without cells that follow each other."""
    groups = groupby(fragments, key=lambda fragment: fragment.cell is None)
    return [passage(list(group)) for free, group in groups if free]


def cells(fragments: Sequence[Fragment]) -> list[Passage]:
    """The cells of lines that have any."""
    celled = (fragment for fragment in fragments if fragment.cell is not None)
    return [passage(list(group)) for _, group in groupby(celled, key=lambda each: (each.line, each.cell))]


# ---- kind


def read_kind(
    fragments: Sequence[Fragment], text: str, tables: Sequence[BudgetTable]
) -> tuple[DocumentKind | None, tuple[Span, ...]]:
    """Whether the document is a budget, final accounts or an evaluation, and a title that says so.

    Titles that differ by their figures alone count once: a document prints the same form for many projects.
    """
    titles: dict[str, tuple[Span, ...]] = {}
    for line in title_lines(fragments):
        titles.setdefault(re.sub(r"\d", "", fold(line.bare)), line.spans(text))
    for table in tables:
        if table.title:
            titles.setdefault(re.sub(r"\d", "", fold(table.title)), table.places.get("title", ()))
    named: dict[DocumentKind, list[tuple[Span, ...]]] = {}
    for title, spans in titles.items():
        kind = next((kind for kind, pattern in words()["kinds"].items() if re.search(pattern, title)), None)
        if kind:
            named.setdefault(kind, []).append(spans)
    count = sum(map(len, named.values()))
    for kind in words()["kinds"]:
        if SHARE * len(named.get(kind, ())) >= count > 0:
            return kind, named[kind][0]
    return None, ()


def title_lines(fragments: Sequence[Fragment]) -> Iterator[Passage]:
    """Short lines that read like titles: a line without cells, or a row with one cell only."""
    ends = re.compile(words()["kind_title"])
    for _, group in groupby(fragments, key=lambda fragment: fragment.line):
        line = list(group)
        whole = passage(line)
        alone = len({fragment.cell for fragment in line}) == 1
        if alone and len(whole.bare) <= LONGEST_TITLE and ends.search(fold(whole.bare)):
            yield whole


# ---- corrections


def read_supersedes(fragments: Sequence[Fragment]) -> Passage | None:
    """What a document says of an earlier version that it corrects, as printed."""
    head = re.compile(words()["supersedes"]["head"])
    anywhere = re.compile(words()["supersedes"]["anywhere"])
    read = 0
    for whole in prose(fragments):
        for line in lines_of(whole):
            read += len(line.bare)
            found = head.search(line.bare) if read <= HEAD else None
            if found and len(line.bare) <= 2 * LONGEST_TITLE:
                return line
        found = anywhere.search(whole.bare)
        if found:
            return whole.part(found.start(), found.end())
    return None


def lines_of(whole: Passage) -> Iterator[Passage]:
    """The lines of running text."""
    for _, group in groupby(whole.fragments, key=lambda fragment: fragment.line):
        yield passage(list(group))


# ---- grants


def read_grants(
    fragments: Sequence[Fragment], text: str, targets: Iterable[Target], budgets: Iterable[ProjectBudget]
) -> list[Grant]:
    """The documents that granted money: those in names of projects, and those that running text calls grants."""
    found: dict[tuple[str, str | None], Grant] = {}
    owners: list[ProjectBudget | Target] = [*budgets, *targets]
    for owner in owners:
        spans = owner.places.get("name", ())
        bare = "".join(char for span in spans for char in span.quote if not char.isspace())
        for start, end in numbers_in(bare):
            grant = Grant(number=bare[start:end], project=owner.name, places={"number": cut(spans, start, end)})
            found.setdefault((number_key(grant.number), fold(owner.name)), grant)
    known = {number for number, _ in found}
    grants = re.compile(words()["grants"])
    for whole in (*prose(fragments), *cells(fragments)):
        for start, end in numbers_in(whole.bare):
            part = whole.part(start, end)
            key = number_key(part.text)
            if grants.match(whole.bare[end : end + 12]) and key not in known:
                found.setdefault((key, None), Grant(number=part.text, places={"number": part.spans(text)}))
    return sorted(found.values(), key=lambda grant: grant.places["number"][0].start)


def number_key(printed: str) -> str:
    """A document's number with one sort of brackets, which publishers mix."""
    return re.sub(r"[〔\[【(]", "[", re.sub(r"[〕\]】)]", "]", fold(printed)))


def numbers_in(bare: str) -> Iterator[tuple[int, int]]:
    """Where a text without white space prints numbers of documents."""
    for found in re.finditer(words()["document_number"], bare):
        start = found.start()
        lead = re.search(r"[\u4e00-\u9fff]+", found[0])
        cuts = list(re.finditer(words()["number_starts"], lead[0])) if lead else []
        inside = [cut.end() for cut in cuts if lead and cut.end() < len(lead[0]) - 1]
        yield start + (inside[-1] if inside else 0), found.end()


def cut(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Spans from one printed character to another, white space not counted."""
    found: list[Span] = []
    at = 0
    for span in spans:
        kept = []
        for index, char in enumerate(span.quote):
            if not char.isspace():
                kept += [index] if start <= at < end else []
                at += 1
        if kept:
            first, last = kept[0], kept[-1] + 1
            found.append(replace(span, start=span.start + first, end=span.start + last, quote=span.quote[first:last]))
    return tuple(found)


# ---- statements


def running_text(fragments: Sequence[Fragment], covered: Iterable[tuple[int, int]]) -> Iterator[Passage]:
    """What is told outside forms and rows of tables: lines without cells that follow each other, cells alone in a line.

    Args:
        fragments: the document's stream.
        covered: which fragments (from, to) the forms of targets take up.
    """
    inside = {index for start, end in covered for index in range(start, end)}
    cells_in = Counter(line for line, _ in {(fragment.line, fragment.cell) for fragment in fragments})

    def stretch(index: int) -> int | None:
        fragment = fragments[index]
        if index in inside or cells_in[fragment.line] > 1:
            return None
        return 0 if fragment.cell is None else fragment.line

    for told, group in groupby(range(len(fragments)), key=stretch):
        if told is not None:
            yield passage([fragments[index] for index in group])


def read_statements(fragments: Sequence[Fragment], text: str, covered: Iterable[tuple[int, int]]) -> list[Statement]:
    """The figures that running text states of what tables and forms state, too; see :func:`running_text`."""
    found: dict[int, Statement] = {}
    for whole in running_text(fragments, covered):
        for subject, patterns in words()["statements"].items():
            for match in (match for pattern in patterns for match in re.finditer(pattern, whole.bare)):
                what = whole.part(match.start("what"), match.end("what"))
                number = whole.part(match.start("number"), match.end("number"))
                statement = Statement(
                    subject=subject,
                    what=what.text,
                    number=Decimal(match["number"].replace(",", "")),
                    unit=match["unit"],
                    places={"what": what.spans(text), "number": number.spans(text)},
                )
                found.setdefault(number.spans(text)[0].start, statement)
    return [statement for _, statement in sorted(found.items())]
