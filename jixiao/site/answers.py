"""An answer as people see it: a yes or no, rows, or triples; and as a file that says where it is from."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from jixiao.exports.columns import Column, Sheet
from jixiao.exports.workbook import write_workbook
from jixiao.rendering import page_path
from jixiao.site.given import UTF8_MARK, Origin
from jixiao.tables import Table, as_json, csv_text
from jixiao.view import readable
from ontology.divisions import SCHEME, divisions
from ontology.errors import OntologyError
from ontology.terms import CODE, JX, PREFIXES, label
from queries.errors import AnswerTooLargeError
from queries.jobs import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request

    from jixiao.exports.rows import Row
    from jixiao.messages import Language
    from jixiao.site.engine import Place

SHOWN = 500
"""How many rows a page shows."""
LONGEST = 16 << 20
"""How many bytes of an answer are read."""
TRIPLE = ("subject", "predicate", "object")
NUMBER = re.compile(r"#(decimal|double|float|(\w*[iI]nteger)|(unsigned)?(Long|Int|Short|Byte|long|int|short|byte))$")

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?")
"""What a file holds as a number. A query may call anything a number, even one that no memory could hold."""

Kept = str | bool | Decimal | None
"""A value as a file holds it."""
Term = dict[str, Any]
"""A value as SPARQL's JSON has it; that of a triple is the values of its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a query found: a yes or no, or rows; of triples also the Turtle."""

    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Term]] = ()
    boolean: bool | None = None
    turtle: str | None = None

    @classmethod
    def of(cls, text: str, form: str) -> Self:
        """What an answer in JSON or Turtle says."""
        if form == "ttl":
            said = parse(text, RdfFormat.TURTLE)
            rows = [dict(zip(TRIPLE, map(_term, each.triple), strict=True)) for each in said]
            return cls(columns=TRIPLE, rows=rows, turtle=text)
        result = json.loads(text)
        if "boolean" in result:
            return cls(boolean=result["boolean"])
        return cls(columns=result["head"]["vars"], rows=result["results"]["bindings"])


def _term(value: Any) -> Term:
    if isinstance(value, NamedNode):
        return {"type": "uri", "value": value.value}
    if isinstance(value, BlankNode):
        return {"type": "bnode", "value": value.value}
    if isinstance(value, Triple):
        return {"type": "triple", "value": dict(zip(TRIPLE, map(_term, value), strict=True))}
    assert isinstance(value, Literal)
    return {"type": "literal", "value": value.value, "datatype": value.datatype.value}


async def ask(request: Request, place: Place, query: str) -> Answer:
    """What a query finds.

    Raises:
        QueryError: it is wrong, was ended, or finds more than a page or a sheet can hold.
    """
    job = Ask(text=query, results="json", graphs="ttl")
    with await place.run(request, job) as answer:
        if answer.size > LONGEST:
            raise AnswerTooLargeError(job.name, "结果太大，不能在页面上显示；请加 LIMIT，或用程序下载")
        text = await run_in_threadpool(answer.file.read)
        return await run_in_threadpool(Answer.of, text.decode(), answer.outcome.form)


@dataclass(frozen=True, slots=True)
class Shown:
    """One value as a page shows it."""

    text: str
    iri: str | None = None
    link: str | None = None
    number: bool = False


def shown(answer: Answer, base: str, language: Language = "zh") -> list[list[Shown]]:
    """The first rows as a page shows them; things with a page of their own lead there.

    Args:
        answer: the answer.
        base: what the addresses of the graph's things begin with.
        language: in which codes are named.
    """
    rows = answer.rows[:SHOWN]
    return [[_shown(row.get(column), base, language) for column in answer.columns] for row in rows]


def _shown(term: Term | None, base: str, language: Language) -> Shown:
    if term is None:
        return Shown("")
    value = _text(term)
    if term["type"] == "uri":
        return _thing(value, base, language)
    return Shown(f"_:{value}" if term["type"] == "bnode" else value, number=is_number(term))


def _thing(iri: str, base: str, language: Language) -> Shown:
    """A thing, and where its page is."""
    if iri.startswith(f"{base}id/"):
        return Shown(readable(iri), iri, page_path(iri))
    if iri.startswith(CODE):
        return Shown(_code(iri, language), iri, f"/code/{iri.removeprefix(CODE)}")
    if iri.startswith(JX):
        return Shown(prefixed(iri), iri, f"/ontology#{iri.removeprefix(JX)}")
    return Shown(prefixed(iri), iri)


def is_number(term: Term) -> bool:
    """Whether a value is a number."""
    return NUMBER.search(term.get("datatype", "")) is not None


def prefixed(iri: str) -> str:
    """An address by the longest prefix that is known for it."""
    fitting = [name for name, start in PREFIXES.items() if iri.startswith(start)]
    best = max(fitting, key=lambda name: len(PREFIXES[name]), default=None)
    return iri if best is None else f"{best}:{iri.removeprefix(PREFIXES[best])}"


def _code(iri: str, language: Language) -> str:
    """A code by its short name and what it is called."""
    scheme, _, notation = unquote(iri.removeprefix(CODE)).partition("/")
    called = _called(scheme, notation, language)
    return f"{scheme}/{notation}" + (f" {called}" if called not in ("", notation) else "")


def _called(scheme: str, notation: str, language: Language) -> str:
    if scheme == SCHEME and notation in divisions():
        return divisions()[notation].name
    try:
        return label(scheme, notation, language)
    except OntologyError:  # a list itself, or one that only the graph has
        return ""


def values(answer: Answer) -> Iterable[list[Kept]]:
    """All rows as a sheet holds them: numbers are numbers, things their addresses."""
    return ([_value(row.get(column)) for column in answer.columns] for row in answer.rows)


def _value(term: Term | None) -> Kept:
    if term is None:
        return None
    value = _text(term)
    return Decimal(value) if is_number(term) and PLAIN_NUMBER.fullmatch(value) else value


def _text(term: Term) -> str:
    """A value as text."""
    value = term["value"]
    return value if isinstance(value, str) else f"<<( {' '.join(_text(value[part]) for part in TRIPLE)} )>>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer to be taken away, and where it is from."""

    answer: Answer
    origin: Origin
    query: str
    titles: Sequence[str]
    """What the columns are called."""

    @property
    def rows(self) -> list[list[Kept]]:
        """All rows; a yes or no is the only one."""
        return [[self.answer.boolean]] if self.answer.boolean is not None else list(values(self.answer))


def _csv(taken: Taken) -> str:
    told = taken.origin.columns
    rows = [[*row, *told.values()] for row in taken.rows]
    return UTF8_MARK + csv_text(Table([*taken.titles, *told], rows))


def _json(taken: Taken) -> str:
    names = taken.answer.columns or taken.titles
    told = {
        "asked": taken.origin.asked,
        "query": taken.query,
        "snapshot": taken.origin.snapshot,
        "date": taken.origin.day,
        "columns": dict(zip(names, taken.titles, strict=True)),
        "rows": [dict(zip(names, row, strict=True)) for row in taken.rows],
    }
    return json.dumps(told, ensure_ascii=False, default=as_json)


def _xlsx(taken: Taken) -> bytes:
    told = [*taken.origin.columns.items(), ("查询", taken.query)]
    stream = io.BytesIO()
    pages: list[tuple[Sheet, Iterable[Row]]] = [
        (_sheet("结果", taken.titles), ([*row] for row in taken.rows)),
        (_sheet("出处", ["项目", "内容"]), ([*row] for row in told)),
    ]
    write_workbook("jixiao", pages, stream)
    return stream.getvalue()


def _sheet(name: str, titles: Iterable[str]) -> Sheet:
    columns = tuple(Column(name=title, title={"zh": title}, description={}) for title in titles)
    return Sheet(name=name, title={"zh": name}, columns=columns)


FORMS: Mapping[str, tuple[str, Callable[[Taken], str | bytes]]] = {
    "csv": ("text/csv", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "json": ("application/json", _json),
}
"""Every form in which an answer can be had with its origin in it, and its media type."""


def as_file(taken: Taken, form: str, name: str) -> Response:
    """An answer as a file of one of :data:`FORMS`."""
    media, write = FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="jixiao-{name}-{taken.origin.snapshot}.{form}"'}
    return Response(write(taken), media_type=media, headers=headers)
