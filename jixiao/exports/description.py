"""What a snapshot is, for catalogues (DCAT 3) and for those who query it (VoID), with the checksum of every file."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Triple

from jixiao.exports import Form
from jixiao.exports.jsonld import document, short
from jixiao.exports.triples import graphs, header, quads_of, turtle
from ontology.terms import BASE, CODE, DCT, JX, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from graph.snapshot import Snapshot

    Fact = tuple[str, str, NamedNode | Literal]

DCAT = "http://www.w3.org/ns/dcat#"
VOID = "http://rdfs.org/ns/void#"
SPDX = "http://spdx.org/rdf/terms#"
PROV = "http://www.w3.org/ns/prov#"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
DESCRIBING = {"jx": JX, "code": CODE, "dct": DCT, "xsd": XSD, "dcat": DCAT, "void": VOID, "spdx": SPDX, "prov": PROV}
"""The prefixes that a description is written with."""

METADATA = "csvm"
"""The form of what describes a CSV."""
MEDIA_TYPE: Mapping[str, str] = {
    Form.nq: "application/n-quads",
    Form.ttl: "text/turtle",
    Form.jsonld: "application/ld+json",
    Form.csv: "text/csv",
    Form.csvw: "text/csv",
    METADATA: "application/csvm+json",
    Form.parquet: "application/vnd.apache.parquet",
    Form.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.graphml: "application/xml",
    Form.iati: "application/json",
}
"""The registered ones; JSON Lines has none and is told by its format."""
JSON_LINES = "https://jsonlines.org/"
TITLES = {
    "zh": "部门预算绩效目标知识图谱",
    "en": "Knowledge graph of performance targets in department budgets",
}
DESCRIPTIONS = {
    "zh": "从部门公开的预算文件中读出的项目、预算、绩效目标和绩效指标，每个值都带原文出处；"
    "各份原文的权利归公开它的部门。",
    "en": "Projects, budgets, performance goals and indicators read from budgets that departments disclosed, each "
    "value with its place; the rights in each source are those of the department that disclosed it.",
}
COUNTS = {
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing ?property ?value }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?value) AS ?n) WHERE { ?thing ?property ?value }",
}
PER_CLASS = "SELECT ?of (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?of } GROUP BY ?of"
PER_PROPERTY = "SELECT ?of (COUNT(*) AS ?n) WHERE { ?thing ?of ?value } GROUP BY ?of"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the snapshot, by its name in the folder."""

    name: str
    form: str
    size: int
    sha256: str


def file_of(path: Path, folder: Path, form: Form) -> File:
    """A file that was written, with its size and checksum."""
    with path.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    is_metadata = form == Form.csvw and path.suffix == ".json"
    return File(path.relative_to(folder).as_posix(), METADATA if is_metadata else form, path.stat().st_size, checksum)


def quads_file(snapshot: Snapshot) -> File:
    """The N-Quads of the snapshot, whose checksum the manifest knows, before anybody has written them."""
    size = sum(len(line) for graph in graphs(snapshot) for line in quads_of(snapshot, graph))
    return File("jixiao.nq", Form.nq, size, snapshot.manifest["content"])


def written(snapshot: Snapshot, files: Sequence[File], form: Form) -> bytes:
    """The description of a snapshot and its files, sorted.

    Files are told by their names beside the description, so that it stays true wherever the folder is put.
    """
    triples = sorted({Triple(NamedNode(s), NamedNode(p), o) for s, p, o in facts(snapshot, files)}, key=str)
    folder = f"{address(snapshot)}/".encode()
    if form == Form.jsonld:
        return document(triples).replace(b'"' + folder, b'"')
    lines = [f"{triple} .\n".encode() for triple in triples]
    return header(DESCRIBING) + turtle(lines, DESCRIBING).replace(b"<" + folder, b"<")


def address(snapshot: Snapshot) -> str:
    """The snapshot's own address."""
    return f"{snapshot.manifest.get('base', BASE)}snapshot/{snapshot.id}"


def facts(snapshot: Snapshot, files: Sequence[File]) -> Iterator[Fact]:
    """Everything that is to be said of a snapshot and its files."""
    own = address(snapshot)
    yield from _dataset(snapshot, own)
    yield from _statistics(snapshot, own)
    for file in files:
        yield from _distribution(file, own)


def _dataset(snapshot: Snapshot, own: str) -> Iterator[Fact]:
    """What catalogues ask for."""
    for class_ in (f"{DCAT}Dataset", f"{VOID}Dataset"):
        yield own, f"{RDF}type", NamedNode(class_)
    for language, title in TITLES.items():
        yield own, f"{DCT}title", Literal(title, language=language)
        yield own, f"{DCT}description", Literal(DESCRIPTIONS[language], language=language)
    yield own, f"{DCT}identifier", Literal(snapshot.id)
    yield own, f"{DCAT}version", Literal(snapshot.id)
    yield own, f"{DCT}conformsTo", NamedNode(JX.removesuffix("#"))
    for entry in snapshot.manifest["documents"]:
        yield own, f"{PROV}wasDerivedFrom", NamedNode(entry["address"])
    years = [
        int(each.value) for each in _column(snapshot, f"SELECT DISTINCT ?year WHERE {{ ?of <{JX}fiscalYear> ?year }}")
    ]
    if years:
        span = f"{own}#years"
        yield own, f"{DCT}temporal", NamedNode(span)
        yield span, f"{RDF}type", NamedNode(f"{DCT}PeriodOfTime")
        yield span, f"{DCAT}startDate", Literal(f"{min(years)}-01-01", datatype=NamedNode(f"{XSD}date"))
        yield span, f"{DCAT}endDate", Literal(f"{max(years)}-12-31", datatype=NamedNode(f"{XSD}date"))


def _solutions(snapshot: Snapshot, sparql: str) -> Iterator[Any]:
    solutions: Any = snapshot.query(sparql)
    return iter(solutions)


def _column(snapshot: Snapshot, sparql: str) -> Iterator[Any]:
    return (solution[0] for solution in _solutions(snapshot, sparql))


def _statistics(snapshot: Snapshot, own: str) -> Iterator[Fact]:
    """How much there is of what (https://www.w3.org/TR/void/#statistics)."""
    classes, properties = _counted(snapshot, PER_CLASS), _counted(snapshot, PER_PROPERTY)
    counts = {name: int(next(_column(snapshot, sparql)).value) for name, sparql in COUNTS.items()}
    counts |= {"triples": properties.total(), "entities": counts["distinctSubjects"]}
    counts |= {"classes": len(classes), "properties": len(properties)}
    for name, value in counts.items():
        yield own, f"{VOID}{name}", _integer(value)
    yield own, f"{VOID}uriSpace", Literal(f"{snapshot.manifest.get('base', BASE)}id/")
    for namespace in sorted({_namespace(term) for term in (*classes, *properties)}):
        yield own, f"{VOID}vocabulary", NamedNode(namespace)
    yield from _partitions(own, "class", "entities", classes)
    yield from _partitions(own, "property", "triples", properties)


def _counted(snapshot: Snapshot, sparql: str) -> Counter[str]:
    return Counter({solution["of"].value: int(solution["n"].value) for solution in _solutions(snapshot, sparql)})


def _partitions(own: str, name: str, counted: str, counts: Mapping[str, int]) -> Iterator[Fact]:
    for term, count in counts.items():
        part = f"{own}#{name}-{short(term).replace(':', '-')}" if "/" not in short(term) else f"{own}#{name}={term}"
        yield own, f"{VOID}{name}Partition", NamedNode(part)
        yield part, f"{VOID}{name}", NamedNode(term)
        yield part, f"{VOID}{counted}", _integer(count)


def _namespace(term: str) -> str:
    """The vocabulary that a term is from."""
    return term[: max(term.rfind("#"), term.rfind("/")) + 1]


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(f"{XSD}integer"))


def _distribution(file: File, own: str) -> Iterator[Fact]:
    """One file: what it is, how long, and how to know that it came whole."""
    place, checksum = f"{own}/{file.name}", f"{own}/{file.name}#sha256"
    yield own, f"{DCAT}distribution", NamedNode(place)
    yield place, f"{RDF}type", NamedNode(f"{DCAT}Distribution")
    yield place, f"{DCT}title", Literal(file.name)
    yield place, f"{DCAT}downloadURL", NamedNode(place)
    if file.form in MEDIA_TYPE:
        yield place, f"{DCAT}mediaType", NamedNode(MEDIA_TYPES + MEDIA_TYPE[file.form])
    else:
        yield place, f"{DCT}format", NamedNode(JSON_LINES)
    yield place, f"{DCAT}byteSize", Literal(str(file.size), datatype=NamedNode(f"{XSD}nonNegativeInteger"))
    yield place, f"{SPDX}checksum", NamedNode(checksum)
    yield checksum, f"{RDF}type", NamedNode(f"{SPDX}Checksum")
    yield checksum, f"{SPDX}algorithm", NamedNode(f"{SPDX}checksumAlgorithm_sha256")
    yield checksum, f"{SPDX}checksumValue", Literal(file.sha256, datatype=NamedNode(f"{XSD}hexBinary"))
    if file.name in ("jixiao.nq", "jixiao.ttl", "jixiao.jsonld"):
        yield own, f"{VOID}dataDump", NamedNode(place)
