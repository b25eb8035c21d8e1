"""What a document says of itself as a whole: whose it is, of which year, and its budget units.

The name and the year are those that titles, labelled cells and heads of tables name most often.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, islice, pairwise
from typing import TYPE_CHECKING, Any

from ingest.forms.accounts import keys
from ingest.forms.fit import organisation_suffix
from ingest.forms.labels import label_key
from ingest.forms.totals import totals
from ingest.language.divisions import division_of
from ingest.layout.folding import fold
from ingest.layout.passage import Passage, passage
from ingest.records import Facts, Unit
from ontology import lexicon
from ontology.terms import concepts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.layout.fragments import Fragment
    from ingest.records import BudgetTable, ProjectBudget, Span, Target

CODE = re.compile(r"\d{3,12}")
CODED_NAME = re.compile(r"^(?P<code>\d{3,12})[-_]?(?P<name>[\u4e00-\u9fff].*)$")


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation as some place of the document prints it, with the spans of its name and of its code."""

    name: str
    spans: tuple[Span, ...]
    code: str | None = None
    code_spans: tuple[Span, ...] = ()
    votes: int = 1
    own: bool = False
    """The document's tables show that it is a unit of the department."""


@lru_cache(maxsize=1)
def words() -> Any:
    """The lexicon of organisations."""
    return lexicon("organisations")


def read_facts(
    fragments: Sequence[Fragment], text: str, owners: Sequence[Named] = (), tables: Sequence[BudgetTable] = ()
) -> Facts:
    """The facts of a document; what it does not say is ``None``.

    Args:
        fragments: the document's stream.
        text: the source's text.
        owners: the units that its forms and tables name.
        tables: its budget tables, as far as their cells are known.
    """
    lines = line_passages(fragments)
    publisher = publisher_of([*candidates(lines, text), *owners, *superiors(lines, text, owners)])
    year = fiscal_year(lines)
    money = totals(lines, text, tables)
    amounts = {key: figure.amount for key, figure in money.items()}
    places = {key: figure.spans for key, figure in money.items()}
    if year:
        places["fiscal_year"] = year.spans(text)
    if publisher:
        places["publisher"] = publisher.spans
        if publisher.code:
            places["publisher_code"] = publisher.code_spans
    name = publisher.name if publisher else None
    division = division_of(name, text) if name else None
    central = bool(name) and bool(re.match(words()["central"], fold(name or "")))
    return Facts(
        publisher=name,
        publisher_code=publisher.code if publisher else None,
        region=division.name if division else region_of(name),
        region_code=division.code if division else None,
        level="central" if central else division.level if division else None,
        fiscal_year=int(year.bare) if year else None,
        total_expenditure_wan=amounts.get("total_expenditure_wan"),
        basic_wan=amounts.get("basic_wan"),
        project_wan=amounts.get("project_wan"),
        places=places,
    )


def owners_of(targets: Iterable[Target], budgets: Iterable[ProjectBudget]) -> list[Named]:
    """The units that forms and budget rows name, each once a form or table; several forms make a unit an own one."""
    forms = {(t.unit, t.unit_code): t for t in targets if t.unit}
    count = Counter(t.unit for t in targets if t.unit)
    named = [
        Named(t.unit, t.places["unit"], t.unit_code, t.places.get("unit_code", ()), own=count[t.unit] >= SEVERAL)
        for t in forms.values()
        if t.unit
    ]
    rows = {row.unit: row for row in budgets if row.unit}
    return [Named(row.unit or "", row.places["unit"], own=True) for row in rows.values()] + named


def overseen(
    targets: Iterable[Target], fragments: Sequence[Fragment], text: str, publisher: str | None
) -> Iterator[Named]:
    """The units whose forms name the publisher as the department in charge: they are its own."""
    known = {label_key(label) for label in words()["superior_labels"]}
    lines = {line.line: line for line in line_passages(fragments)}
    for form in targets:
        rows = [row.places["name"][0].line for row in form.indicators if "name" in row.places]
        head = range(form.line or 0, min(rows, default=0))
        above = {fold(named.name) for n in head if n in lines for named in labelled(lines[n], known, text)}
        if form.unit and fold(publisher or "") in above:
            yield Named(form.unit, form.places["unit"], own=True)


def coded_units(tables: Iterable[BudgetTable]) -> Iterator[Named]:
    """The units that budget tables list with their codes and their money."""
    owned = {label_key(label) for label in words()["unit_codes"]}
    for table in tables:
        lowest = [label_key(label.rsplit("/", 1)[-1]) for label in table.columns]
        if next((label for label in lowest if label in keys("code")), None) not in owned:
            continue
        for row in table.rows:
            if row.code and row.name and not row.is_total and organisation_suffix().match(fold(row.name)):
                yield Named(row.name, row.places["name"], row.code, row.places["code"], own=True)


def line_passages(fragments: Sequence[Fragment]) -> list[Passage]:
    """The lines of a stream."""
    groups: list[list[Fragment]] = []
    for fragment in fragments:
        if not groups or groups[-1][-1].line != fragment.line:
            groups.append([])
        groups[-1].append(fragment)
    return [passage(group) for group in groups]


def publisher_of(named: Iterable[Named]) -> Named | None:
    """The department that is named most often: by a label, a code before its name, or the document's title.

    A name that marks one unit of a department (本级) is only taken where no other name is printed.
    """
    votes: Counter[str] = Counter()
    first: dict[str, Named] = {}
    for one in named:
        for each in (one, *head_of(one)):
            key = fold(each.name)
            votes[key] += each.votes
            known = first.get(key)
            if known is None or (known.code is None and each.code is not None):
                first[key] = each
    for long in list(votes):  # a longer name that ends with another one only puts the province before it
        for short in votes:
            if long != short and long.endswith(short) and region_of(short):
                votes[short], votes[long] = votes[short] + votes[long], 0
    marks = tuple(map(fold, words()["head_marks"]))
    heads = {key: count for key, count in votes.items() if not key.endswith(marks)} or dict(votes)
    if not heads:
        return None
    whole = {key: sum(count for other, count in votes.items() if other.startswith(key)) for key in heads}
    best = max(whole, key=lambda key: (whole[key], heads[key], -len(key)))
    return first[best]


def candidates(lines: Sequence[Passage], text: str) -> Iterator[Named]:
    """Every place that names a department as the document's own."""
    known = {label_key(label) for label in words()["labels"]}
    for line in lines:
        yield from labelled(line, known, text)
        yield from titled_in(line, "title", text)
        yield from titled_in(line, "title_year_first", text)
    covers = (lines[:count] for count in range(2, COVER + 1))
    titles = (title for cover in covers for title in titled_in(joined(cover), "title_year_first", text))
    yield from islice(titles, 1)


def joined(lines: Sequence[Passage]) -> Passage:
    """Some lines as one."""
    return passage([fragment for line in lines for fragment in line.fragments])


def superiors(lines: Sequence[Passage], text: str, owners: Sequence[Named]) -> list[Named]:
    """The departments in charge that forms name, each once; more is said by one that is in charge of several units."""
    known = {label_key(label) for label in words()["superior_labels"]}
    found = {fold(named.name): named for line in lines for named in labelled(line, known, text)}
    several = len({fold(owner.name) for owner in owners} - found.keys()) > 1
    return [replace(named, votes=2 if several and len(found) == 1 else 1) for named in found.values()]


def titled_in(line: Passage, pattern: str, text: str) -> Iterator[Named]:
    """The department that a title names."""
    found = re.search(words()[pattern], line.bare)
    name = trimmed_title(found["name"]) if found else ""
    if found and organisation_suffix().match(fold(name)):
        part = line.part(found.end("name") - len(name), found.end("name"))
        yield Named(part.text, part.spans(text), votes=TITLE)


COVER = 4
"""How many lines the title on a cover may take."""
LABEL = 2
"""How many mentions a label is worth that only departments have."""
SEVERAL = 3
"""A unit for which so many forms are printed is one of the department."""
TITLE = 5
"""How many mentions the document's title is worth."""


def head_of(named: Named) -> Iterator[Named]:
    """The department whose head office (本级) a name is."""
    for mark in words()["head_marks"]:
        if named.name.endswith(mark):
            yield Named(named.name.removesuffix(mark), shortened(named.spans, len(mark)))
            return


def shortened(spans: tuple[Span, ...], count: int) -> tuple[Span, ...]:
    """Spans without their last printed characters."""
    *rest, last = spans
    if count >= len(last.quote):
        return shortened(tuple(rest), count - len(last.quote))
    return (*rest, replace(last, end=last.end - count, quote=last.quote[: len(last.quote) - count])) if count else spans


def trimmed_title(name: str) -> str:
    """A department's name in a title without the words before it."""
    return re.sub(r"^.*?(关于|附件\d*|第[一二三四]部分|[一二三四五六七八九十]+、)", "", name)


def cells_of(line: Passage, *, whole: bool) -> list[Passage]:
    """The cells (``whole``) or words of a line; a label with a colon is one, what follows it another."""
    groups = groupby(line.fragments, key=lambda f: f.cell if whole and f.cell is not None else f.start)
    parts: list[Passage] = []
    for part in (passage(list(group)) for _, group in groups):
        colon = re.search("[:：]", part.bare)
        if colon and 0 < colon.start() < len(part.bare) - 1:
            parts += [part.part(0, colon.end()), part.part(colon.end())]
        else:
            parts.append(part)
    return parts


def labelled(line: Passage, known: set[str], text: str) -> Iterator[Named]:
    """The organisations that the cells or words of a line name as the document's own, each once."""
    seen: set[int] = set()
    for whole in (True, False):
        for before, cell in pairwise([None, *cells_of(line, whole=whole)]):
            named = named_in(before, cell, known, text)
            if named and named.spans[-1].end not in seen:
                seen.add(named.spans[-1].end)
                yield named


def named_in(before: Passage | None, cell: Passage | None, known: set[str], text: str) -> Named | None:
    """The organisation that a cell names, where a label or a code before the name says that it does."""
    if cell is None or label_key(cell.bare) in known:
        return None
    coded = CODED_NAME.match(cell.bare)
    name = cell.part(coded.start("name")) if coded else cell
    if not organisation_suffix().match(fold(name.bare)):
        return None
    code = cell.part(0, coded.end("code")) if coded else before
    if code is not None and CODE.fullmatch(code.bare) and not of_expenditure(code.bare):
        return Named(name.text, name.spans(text), code.text, code.spans(text))
    label = label_key(before.bare) if before is not None else None
    votes = LABEL if label in {label_key(each) for each in words()["department_labels"]} else 1
    return Named(name.text, name.spans(text), votes=votes) if label in known else None


def of_expenditure(code: str) -> bool:
    """Whether a code is one of expenditure by function: 2100201-综合医院 is what money is for and no unit."""
    return len(code) in (5, 7) and code[:5] in concepts("functional-class")


def fiscal_year(lines: Sequence[Passage]) -> Passage | None:
    """The year that titles and headers name most often; where none does, the year that the text names most often."""
    found = named_years(lines, words()["fiscal_year"])
    found = found or named_years(lines, [words()["fiscal_year_anywhere"]])
    return max(found, key=len)[0] if found else None


def named_years(lines: Sequence[Passage], patterns: Sequence[str]) -> list[list[Passage]]:
    """The places that name each year, one a line."""
    found: dict[str, list[Passage]] = {}
    for line in lines:
        bare = line.bare
        text = fold(bare) if len(fold(bare)) == len(bare) else bare
        match = next((match for pattern in patterns if (match := re.search(pattern, text))), None)
        if match:
            found.setdefault(match["year"], []).append(line.part(match.start("year"), match.end("year")))
    return list(found.values())


def region_of(publisher: str | None) -> str | None:
    """The administrative division that a department's name begins with."""
    found = re.match(words()["divisions"], publisher or "")
    return found[0] or None if found else None


def read_units(
    fragments: Sequence[Fragment], text: str, owners: Iterable[Named], facts: Facts, tables: Iterable[BudgetTable] = ()
) -> list[Unit]:
    """The department's budget units, each once, with the longest code that is printed with them.

    They are listed where the document tells how it is organised, own money in its tables, or are named by a form; a
    unit that only one or two forms or a page's head name is the department's where its name or code begins as the
    department's does.
    """
    heads = (named for named in candidates(line_passages(fragments), text) if named.code)
    found: dict[str, Unit] = {}
    for named in (*owners, *coded_units(tables), *heads):
        whole = next(head_of(named), None) if named.name.endswith(tuple(words()["whole_marks"])) else None
        one = replace(named, name=whole.name, spans=whole.spans) if whole else named
        key = fold(one.name)
        itself = named.code is not None and named.code == facts.publisher_code and not named.own
        if key not in found and (itself or not (one.own or is_own(one, facts))):
            continue
        unit = found.get(key) or Unit(name=one.name, places={"name": one.spans})
        if one.code and len(one.code) > len(unit.code or ""):
            unit = replace(unit, code=one.code, places={**unit.places, "code": one.code_spans})
        found[key] = unit
    return list(found.values()) or ([department(facts)] if facts.publisher else [])


def department(facts: Facts) -> Unit:
    """The department as the only unit of itself."""
    places = {"name": facts.places["publisher"], "code": facts.places.get("publisher_code", ())}
    return Unit(
        name=facts.publisher or "",
        code=facts.publisher_code,
        places={key: spans for key, spans in places.items() if spans},
    )


def listed_units(fragments: Sequence[Fragment], text: str) -> Iterator[Named]:
    """The units that the document lists where it tells how the department is organised: table, list or sentence."""
    known = {label_key(label) for label in words()["unit_labels"]}
    beside = {label_key(label) for label in words()["unit_table"]}
    announced = re.compile(words()["units_announced"])
    inside, told = False, 0
    for line in line_passages(fragments):
        keys = {label_key(part.bare) for part in cells_of(line, whole=True)}
        if known & keys and (beside & keys or told):
            inside = True
        elif (inside or told) and (named := unit_in_row(line, text, alone=bool(told))):
            yield named
        elif not line.bare:
            continue
        else:
            inside = False
            told = max(0, told - 1)
        told = ANNOUNCED if announced.search(line.bare) else told
    yield from told_units(passage(fragments), text)


ANNOUNCED = 3
"""A list of units begins within so many lines below the words that announce it."""


def unit_in_row(line: Passage, text: str, *, alone: bool) -> Named | None:
    """The unit that a row of a table names, with its code; ``alone`` takes an item of a list, too."""
    parts = cells_of(line, whole=True)
    if len(parts) == 1 or all(part.fragments[0].cell is None for part in parts):
        item = re.match(words()["list_item"], line.bare)
        if alone and item and organisation_suffix().match(fold(item["name"])):
            name = line.part(item.start("name"), item.end("name"))
            return Named(name.text, name.spans(text), own=True)
        parts = [passage([fragment]) for fragment in line.fragments]
    name_at = next((part for part in parts if organisation_suffix().match(unnoted(part.bare))), None)
    code = next((part for part in parts if re.fullmatch(r"\d{4,12}", part.bare)), None)
    if name_at is None or len(parts) == 1:
        return None
    return Named(
        name_at.text, name_at.spans(text), code.text if code else None, code.spans(text) if code else (), own=True
    )


def unnoted(name: str) -> str:
    """A name folded, without what stands in parentheses behind it."""
    return re.sub(r"\([^()]*\)$", "", fold(name)) or fold(name)


def told_units(whole: Passage, text: str) -> Iterator[Named]:
    """The units in a sentence that counts them up (``下设 3 家预算单位，分别为甲、乙、丙``)."""
    for sentence in re.finditer(words()["unit_sentence"], whole.bare):
        for item in re.finditer(r"[^、，,；;和及]+", sentence["units"]):
            part = whole.part(sentence.start("units") + item.start(), sentence.start("units") + item.end())
            if organisation_suffix().match(unnoted(part.bare)):
                yield Named(part.text, part.spans(text), own=True)


def is_own(named: Named, facts: Facts) -> bool:
    """Whether a unit belongs to the document's department, by its name or its code."""
    by_name = bool(facts.publisher) and fold(named.name).startswith(fold(facts.publisher or ""))
    return by_name or bool(facts.publisher_code and named.code and named.code.startswith(facts.publisher_code))
