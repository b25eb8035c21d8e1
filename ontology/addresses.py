"""The addresses of codes: readable, and the same for the same notation."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

from ontology.namespaces import CODE

# RFC 3987 isegment without "~", which marks ordinals in addresses of things, and without signs of direction (4.1).
_ENCODED = re.compile(
    "[^A-Za-z0-9._!$&'()*+,;=:@\\-\u00a0-\u200d\u2010-\u2029\u202f-\u2065\u206a-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd"
    "\U00030000-\U0003fffd]"
)


def segment(name: str | None) -> str:
    """A name as one segment of an address: NFKC, no white space, percent-encoded where an IRI cannot hold it."""
    squeezed = "".join(unicodedata.normalize("NFKC", name or "").split())
    encoded = _ENCODED.sub(lambda match: quote(match[0], safe=""), squeezed).replace("~", "%7E")
    return encoded.replace(".", "%2E") if encoded and not encoded.strip(".") else encoded or "-"


_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")


def spelt(path: str) -> str:
    """A path as somebody sent it, percent-encoded where and only where addresses of things are."""
    return _ESCAPES.sub(lambda match: _spelt(unquote(match[0])), path)


def _spelt(text: str) -> str:
    encoded = _ENCODED.sub(lambda match: quote(match[0], safe=""), text)
    return encoded.replace("~", "%7E").replace(".", "%2E")  # whoever means these as signs does not encode them


def code_iri(scheme: str, notation: str) -> str:
    """The address of a code."""
    return f"{CODE}{scheme}/{segment(notation)}"


def provisional_iri(scheme: str, printed: str) -> str:
    """The address of the provisional concept for a printed label that no code of the list has."""
    return f"{CODE}{scheme}/provisional/{segment(printed)}"
