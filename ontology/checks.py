"""What makes a Turtle file of the ontology sound; the build and the loading of a code list ask the same."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from ontology import path
from ontology.addresses import code_iri
from ontology.errors import CodeListError, MalformedFileError, OntologyError
from ontology.namespaces import CODE, DCT, OWL, RDF, SKOS
from ontology.turtle import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from pyoxigraph import Quad

_LIST_NEEDS: Final[Mapping[str, str]] = {
    f"{SKOS}prefLabel": "名称",
    f"{SKOS}definition": "定义",
    f"{DCT}source": "出处",
    f"{OWL}versionInfo": "版本",
    f"{DCT}license": "许可",
}
_IN_BOTH_LANGUAGES: Final = frozenset({f"{SKOS}prefLabel", f"{SKOS}definition"})
_LABELS: Final = (f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{SKOS}hiddenLabel")
_PREFIX: Final = re.compile(r"^@prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE)

Said = dict[str, list[NamedNode | Literal]]
"""What is said of one thing: values by property."""


def all_faults(ontology: Traversable | None = None) -> Iterator[OntologyError]:
    """What is wrong with the Turtle files of the ontology, or of another folder of its kind, file by file."""
    root = ontology or path()
    for folder in (root, root / "shapes", root / "codes"):
        for file in sorted(folder.iterdir(), key=lambda each: each.name):
            if file.name.endswith(".ttl"):
                yield from _faults_of_file(file, is_code_list=folder.name == "codes")


def _faults_of_file(file: Traversable, *, is_code_list: bool) -> Iterator[OntologyError]:
    try:
        quads = read(file)
    except MalformedFileError as error:
        yield error
    else:
        if is_code_list:
            yield from faults(file, quads)


def faults(file: Traversable, quads: Sequence[Quad]) -> Iterator[CodeListError]:
    """What is wrong with a code list, given what its file says; each fault names the line of the code at fault."""
    scheme = file.name.removesuffix(".ttl")
    said = _said(quads)
    codes = {iri: facts for iri, facts in said.items() if iri.startswith(f"{CODE}{scheme}/")}
    found = [
        *((f"{CODE}{scheme}", cause) for cause in _faults_of_list(said.get(f"{CODE}{scheme}"))),
        *((iri, cause) for iri, facts in codes.items() for cause in _faults_of_code(iri, facts, scheme)),
        *((iri, cause) for iri in codes for cause in _faults_of_place(iri, codes)),
        *_shared_labels(codes),
    ]
    if found:
        lines = _lines(file.read_text(encoding="utf-8"))
        yield from (CodeListError(str(file), cause, lines.get(iri)) for iri, cause in found)


def _said(quads: Sequence[Quad]) -> dict[str, Said]:
    said: dict[str, Said] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value][quad.predicate.value].append(quad.object)
    return said


def _faults_of_list(facts: Said | None) -> Iterator[str]:
    if facts is None:
        yield "没有写明代码表本身"
        return
    for name, called in _LIST_NEEDS.items():
        if name not in facts or (name in _IN_BOTH_LANGUAGES and not _in_both_languages(facts[name])):
            yield f"代码表缺少{called}"


def _faults_of_code(iri: str, facts: Said, scheme: str) -> Iterator[str]:
    """What a code lacks by itself."""
    notations = [each.value for each in facts.get(f"{SKOS}notation", ())]
    if NamedNode(f"{SKOS}Concept") not in facts.get(f"{RDF}type", ()):
        yield f"{iri} 没有声明为代码（skos:Concept）"
    if len(notations) != 1:
        yield f"{iri} 须有一个代码值（skos:notation）"
    elif iri != code_iri(scheme, notations[0]):
        yield f"{iri} 的地址与代码值“{notations[0]}”不符"
    if facts.get(f"{SKOS}inScheme") != [NamedNode(f"{CODE}{scheme}")]:
        yield f"{iri} 不属于本代码表（skos:inScheme）"
    if not _in_both_languages(facts.get(f"{SKOS}prefLabel", ())):
        yield f"{iri} 须有中英文名称各一（skos:prefLabel）"


def _faults_of_place(iri: str, codes: Mapping[str, Said]) -> Iterator[str]:
    """What is wrong with where a code stands among the others."""
    above = _above(codes[iri])
    if bool(above) == bool(codes[iri].get(f"{SKOS}topConceptOf")):
        yield f"{iri} 须为顶层代码（skos:topConceptOf）或有上级代码（skos:broader），二者取一"
    elif len(above) > 1:
        yield f"{iri} 有几个上级代码"
    elif above and above[0] not in codes:
        yield f"{iri} 的上级代码 {above[0]} 不存在"
    elif iri in _ancestors(iri, codes):
        yield f"{iri} 的上级代码绕回了自己"


def _above(facts: Said) -> list[str]:
    return [each.value for each in facts.get(f"{SKOS}broader", ())]


def _ancestors(iri: str, codes: Mapping[str, Said]) -> set[str]:
    """The codes above a code, as far up as they are known; itself too where they go round."""
    found: set[str] = set()
    above = _above(codes[iri])
    while above and above[0] in codes and above[0] not in found:
        found.add(above[0])
        above = _above(codes[above[0]])
    return found


def _shared_labels(codes: Mapping[str, Said]) -> Iterator[tuple[str, str]]:
    """Codes whose printed label another code below the same code has too: nobody could tell which is meant."""
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    for iri, facts in codes.items():
        for label in (each.value for name in _LABELS for each in facts.get(name, ())):
            printed = "".join(unicodedata.normalize("NFKC", label).casefold().split())
            other = first.setdefault((printed, tuple(_above(facts))), iri)
            if other != iri:
                yield iri, f"{iri} 与同级的 {other} 都叫“{label}”"


def _in_both_languages(values: Sequence[NamedNode | Literal]) -> bool:
    languages = [each.language for each in values if isinstance(each, Literal) and each.value.strip()]
    return sorted(language or "" for language in languages) == ["en", "zh"]


def _lines(text: str) -> dict[str, int]:
    """The lines on which things are described first, by their addresses: a description begins at the line's start."""
    prefixes = dict(_PREFIX.findall(text))
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name = line.split(" ", 1)[0]
        prefix, colon, local = name.partition(":")
        address = name[1:-1] if name.startswith("<") else prefixes.get(prefix, "") + local if colon else ""
        lines.setdefault(address, number)
    return lines
