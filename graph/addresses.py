"""Addresses that people can read and that a better reader would not change.

An address is built from what a thing is called, never from where it stands. Things called the same in the same place
are told apart by an ordinal (``~2``), and only they are. Chinese stays readable, as RFC 3987 allows in an IRI.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from ontology.addresses import segment

if TYPE_CHECKING:
    from ingest.records import Document

UNSTATED = "不详"
KIND = "预算"
"""The kind of a document that does not say what it is."""

_SHORT_HASH = 8


def squeeze(printed: str) -> str:
    """A printed text without white space and differences of width."""
    return "".join(unicodedata.normalize("NFKC", printed).split())


def name_key(name: str) -> str:
    """The folded name by which a budget row and a form are known to be the same project.

    White space, width, case and punctuation do not count; a name of nothing else is kept as it is.
    """
    squeezed = squeeze(name).casefold()
    return "".join(character for character in squeezed if character.isalnum()) or squeezed


def join(address: str, *names: str | None) -> str:
    """The address of what is called so within another thing."""
    return "/".join((address, *map(segment, names)))


def document_address(document: Document, base: str) -> str:
    """The address of a document, from publisher, year and kind.

    Where publisher or year are not stated the address would stand for many documents, so it ends in the source's hash.
    """
    facts = document.document
    year = None if facts.fiscal_year is None else str(facts.fiscal_year)
    address = join(f"{base}id", facts.publisher or UNSTATED, year or UNSTATED, document.kind or KIND)
    return address if facts.publisher and year else told_apart(address, document)


def organisation_address(document: Document, address: str, base: str) -> str | None:
    """The address of the department that published a document; ``None`` where the document does not name it.

    Departments of many places are called alike: where the name does not begin with its division, the division's code
    stands before it; where that is not known either, nobody can tell which it is: it is addressed under the document.
    """
    facts = document.document
    name = facts.publisher or facts.publisher_code
    if name is None:
        return None
    if facts.level == "central" or (facts.region and squeeze(name).startswith(facts.region[:2])):
        return join(f"{base}id/org", name)
    return join(f"{base}id/org", facts.region_code, name) if facts.region_code else join(f"{address}/发布部门", name)


def told_apart(address: str, document: Document) -> str:
    """An address that other documents share, made the document's own by the hash of its source."""
    return f"{address}~{document.sha256[:_SHORT_HASH]}"


class Ordinals:
    """Hands out each address once: the second thing called the same gets ``~2``."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def unique(self, address: str) -> str:
        """The address itself, or with an ordinal where it was given before."""
        self._given[address] += 1
        count = self._given[address]
        return address if count == 1 else f"{address}~{count}"
