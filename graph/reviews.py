"""What researchers say of findings and misread values: a plain file ``reviews.csv`` in the knowledge-graph folder.

One line a review, appended and never changed. Addresses of indicators and ids of findings do not change when a file is
read again, so reviews outlive it. The records of sources stay as they were read; a correction changes the graph.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping  # noqa: TC003 - fields of dataclasses
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal, get_args

from pyoxigraph import Literal as Term
from pyoxigraph import NamedNode, Quad, Store

from graph import reading
from graph.addresses import join
from graph.errors import GraphError
from graph.files import sha256, write_whole
from graph.lock import exclusive
from graph.mapping import triples
from ingest.language.sense import is_per_unit, told_direction
from ingest.language.values import parse_value
from ontology.terms import DCT, JX, OA, PROV, RDF, RDFS, XSD

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.records import Document, Indicator

FILE = "reviews.csv"
REVIEWS_GRAPH = "https://w3id.org/jixiao/graph/reviews"
"""The named graph that holds who said what of which finding or value."""

Verdict = Literal["confirm", "reject", "comment", "correct"]
TEXTS = ("value", "desc", "basis", "prior", "scoring", "evidence")
CORRECTABLE = (*TEXTS, "weight")
"""Fields of an indicator that can be corrected; levels and name are part of its address and cannot."""
FORMULA = ("=", "+", "@")
"""What a text begins with that a spreadsheet would take for a formula; an apostrophe is put before it."""
_ID_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One line of the file."""

    about: str
    """A finding, by its address or its id; of a correction, the address of an indicator."""
    field: str = ""
    """Of a correction: which field of the indicator."""
    verdict: Verdict
    value: str = ""
    """Of a correction: what is printed."""
    who: str
    when: str
    """A day or a moment in ISO 8601, as written."""
    why: str = ""


COLUMNS = tuple(each.name for each in fields(Review))


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be used."""

    line: int
    cause: str
    """In Chinese."""


class ReviewError(GraphError):
    """A review cannot be kept, or its file cannot be read at all."""


def read(folder: Path) -> tuple[list[Review], list[Problem]]:
    """The reviews of a knowledge-graph folder in the order in which they were written, and the lines that are none.

    A spreadsheet may have saved the file, with a byte order mark or in GB18030.

    Raises:
        ReviewError: the file cannot be decoded, or its first line does not name the columns.
    """
    path = folder / FILE
    if not path.exists():
        return [], []
    lines = csv.reader(io.StringIO(_text(path), newline=""))
    named = next(lines, [])
    if missing := [column for column in COLUMNS if column not in named]:
        raise ReviewError(path, f"第 1 行缺少列名：{'、'.join(missing)}")
    reviews: list[Review] = []
    problems: list[Problem] = []
    while (cells := _next(lines)) is not None:
        if not any(cells):
            continue
        row = {name: bare(cell.strip()) for name, cell in zip(named, cells, strict=False) if name in COLUMNS}
        cause = objection({name: row.get(name, "") for name in COLUMNS})
        if cause:
            problems.append(Problem(lines.line_num, cause))
        else:
            reviews.append(Review(**row))  # type: ignore[arg-type]
    return reviews, problems


def _next(lines: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(lines, None)
    except csv.Error:  # a lone carriage return or a cell without end: the line holds no review
        return ["?"]


def _text(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReviewError(path, "不是 UTF-8 或 GB18030 编码的文本")


def bare(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def objection(row: Mapping[str, str]) -> str | None:
    """Why a line is no review, in Chinese; ``None`` where it is one."""
    if row["verdict"] not in get_args(Verdict):
        return f"verdict 须是 {'、'.join(get_args(Verdict))} 之一，而不是“{row['verdict']}”"
    if empty := [name for name in ("about", "who", "when") if not row[name]]:
        return f"缺少 {'、'.join(empty)}"
    if moment(row["when"]) is None:
        return f"when 须写成 2026-01-31 或 2026-01-31T09:30:00，而不是“{row['when']}”"
    if row["verdict"] == "comment" and not row["why"]:
        return "comment 须在 why 中写明意见"
    return _objection_to_correction(row) if row["verdict"] == "correct" else None


def _objection_to_correction(row: Mapping[str, str]) -> str | None:
    if row["field"] not in CORRECTABLE:
        return f"field 须是 {'、'.join(CORRECTABLE)} 之一，而不是“{row['field']}”"
    if row["field"] == "weight" and row["value"] and number(row["value"]) is None:
        return f"weight 须是数，而不是“{row['value']}”"
    return None if _is_address(row["about"]) else "correct 的 about 须是指标的地址"


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not set(text) & set('<>"{}|\\^` ')


def number(text: str) -> Decimal | None:
    """A written number; ``None`` where it is none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def moment(text: str) -> date | None:
    """A written day or moment; ``None`` where it is none."""
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def append(folder: Path, review: Review) -> None:
    """Add a review as the last line; the file is replaced whole, and nothing that stands in it is lost.

    Raises:
        ReviewError: the review says too little, or the file cannot be decoded.
        FolderBusyError: somebody else is writing in the folder.
    """
    path = folder / FILE
    said = {name: " ".join(str(getattr(review, name)).split()) for name in COLUMNS}
    if cause := objection(said):
        raise ReviewError(path, cause)
    with exclusive(folder):
        before = _text(path) if path.exists() else _line(COLUMNS)
        if before and not before.endswith("\n"):
            before += "\n"
        cells = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in said.values()]
        write_whole(path, (before + _line(cells)).encode("utf-8-sig"))


def _line(cells: Iterable[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue()


def verdicts(reviews: Iterable[Review]) -> dict[str, Review]:
    """The verdict on each finding by its id: of several the last one counts. Comments are no verdicts."""
    return {each.about.rpartition("/")[2]: each for each in reviews if each.verdict in ("confirm", "reject")}


def counted(findings: Iterable[Mapping[str, Any]], reviews: Iterable[Review]) -> dict[str, tuple[int, int]]:
    """For each rule how many of its findings were confirmed, and how many were confirmed or rejected."""
    told = verdicts(reviews)
    counts: dict[str, tuple[int, int]] = {}
    for finding in findings:
        if verdict := told.get(str(finding["id"])):
            right, every = counts.get(finding["rule"], (0, 0))
            counts[finding["rule"]] = (right + (verdict.verdict == "confirm"), every + 1)
    return dict(sorted(counts.items()))


def corrected(indicator: Indicator, field: str, printed: str) -> Indicator:
    """The indicator with a field as a researcher read it; a target value is taken apart anew."""
    if field == "weight":
        return replace(indicator, weight=number(printed) if printed else None)
    changed: Indicator = replace(indicator, **{field: printed or None})  # type: ignore[arg-type]
    if field not in ("value", "desc"):
        return changed
    value = parse_value(changed.value, changed.name, changed.desc)
    if field == "desc":  # it may explain a word, and says whether a sum is meant for one of many
        return replace(
            changed, kind=value.kind, note=value.note, per_unit=is_per_unit(changed.name, changed.desc, changed.unit)
        )
    told = told_direction(changed.name, value.unit)
    return replace(
        changed,
        kind=value.kind,
        op=value.op,
        number=value.number,
        number2=value.number2,
        unit=value.unit,
        note=value.note,
        polarity=told and told.direction,
        polarity_word=told and told.word,
        per_unit=is_per_unit(changed.name, changed.desc, value.unit),
    )


def apply(folder: Path, store: Store, base: str) -> Store:
    """Bring what researchers say into a filled store, and return the store.

    What they say stands in :data:`REVIEWS_GRAPH`; a corrected document says the corrected value in its own graph. A
    correction of an indicator that is not in the store changes nothing but is kept.

    Raises:
        ReviewError: the file of reviews cannot be read at all.
    """
    reviews, _ = read(folder)
    latest = {(each.about, each.field): each for each in reviews if each.verdict == "correct"}
    for each in latest.values():
        _correct(store, each, base)
    store.extend(quad for each in reviews for quad in said(each, base))
    return store


def _correct(store: Store, review: Review, base: str) -> None:
    """Replace what the document of an indicator says by what its corrected record says."""
    home = _object(store, review.about, "document")
    form = _object(store, review.about, "form")
    if home is None or form is None:
        return
    before = set(store.quads_for_pattern(None, None, None, NamedNode(home)))
    record = reading.document(before)
    place = int(_object(store, form, "order") or 0) - 1, int(_object(store, review.about, "order") or 0) - 1
    after = set(triples(_with(record, place, review), base, home))
    for quad in before - after:
        store.remove(quad)
    store.extend(after - before)


def _with(document: Document, place: tuple[int, int], review: Review) -> Document:
    """A record in which one field of the indicator at a place, counted from 0, is as the reviewer read it."""
    forms = list(document.targets)
    rows = list(forms[place[0]].indicators)
    rows[place[1]] = corrected(rows[place[1]], review.field, review.value)
    forms[place[0]] = replace(forms[place[0]], indicators=tuple(rows))
    return replace(document, targets=tuple(forms))


def _object(store: Store, subject: str, name: str) -> str | None:
    found = next(iter(store.quads_for_pattern(NamedNode(subject), NamedNode(JX + name), None)), None)
    return found.object.value if found and isinstance(found.object, NamedNode | Term) else None


def said(review: Review, base: str) -> Iterator[Quad]:
    """A review as an annotation (https://www.w3.org/TR/annotation-vocab/), with who made it and when, as written.

    A day is written as its first moment, since provenance knows moments only.
    """
    identity = sha256("\n".join(astuple(review)).encode())[:_ID_LENGTH]
    address, who = f"{base}id/review/{identity}", join(f"{base}id/reviewer", review.who)
    if _is_address(review.about):
        about: tuple[str, NamedNode | Term] = (f"{OA}hasTarget", NamedNode(review.about))
    else:
        about = (f"{DCT}identifier", Term(review.about))
    when = review.when if "T" in review.when else f"{review.when}T00:00:00"
    motivation = {"comment": "commenting", "correct": "editing"}.get(review.verdict, "assessing")
    yield from (
        Quad(NamedNode(subject), NamedNode(name), value, NamedNode(REVIEWS_GRAPH))
        for subject, name, value in (
            (address, f"{RDF}type", NamedNode(f"{OA}Annotation")),
            (address, *about),
            (address, f"{OA}motivatedBy", NamedNode(f"{OA}{motivation}")),
            (address, f"{OA}bodyValue", Term(review.value if review.verdict == "correct" else review.verdict)),
            (address, f"{PROV}wasAttributedTo", NamedNode(who)),
            (address, f"{PROV}generatedAtTime", Term(when, datatype=NamedNode(f"{XSD}dateTime"))),
            (who, f"{RDF}type", NamedNode(f"{PROV}Agent")),
            (who, f"{RDFS}label", Term(review.who)),
            *(((address, f"{DCT}subject", Term(review.field)),) if review.field else ()),
            *(((address, f"{RDFS}comment", Term(review.why, language="zh")),) if review.why else ()),
        )
    )
