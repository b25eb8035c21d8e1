"""How the values of records are written as terms of RDF and read back.

Numbers are written in their canonical form, as the store writes them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from ontology.terms import XSD, code_iri

if TYPE_CHECKING:
    from collections.abc import Callable

    Term = Literal | NamedNode

YUAN_IN_WAN = 10000


@dataclass(frozen=True, slots=True)
class Codec:
    """One way of writing a value, and the way back."""

    write: Callable[[Any], Term]
    read: Callable[[str], Any]
    """Takes the text of a literal, or the address of a thing."""


node = cache(NamedNode)
"""The address of a term of the vocabulary or of a code, made once."""


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=node(f"{XSD}integer"))


def _decimal(value: Decimal) -> Literal:
    digits = f"{value:f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return Literal("0" if digits in ("", "-0") else digits, datatype=node(f"{XSD}decimal"))


def _yuan(wan: Decimal) -> Literal:
    return _decimal(wan * YUAN_IN_WAN)


def _wan(yuan: str) -> Decimal:
    return Decimal(yuan) / YUAN_IN_WAN


def _flag(value: bool) -> Literal:  # noqa: FBT001 - a flag is what it writes
    return Literal("true" if value else "false", datatype=node(f"{XSD}boolean"))


def _moment(value: str) -> Literal:
    return Literal(value, datatype=node(f"{XSD}dateTime"))


def _notation(address: str) -> str:
    return unquote(address.rpartition("/")[2])


TEXT = Codec(Literal, str)
CHINESE = Codec(partial(Literal, language="zh"), str)
INTEGER = Codec(_integer, int)
DECIMAL = Codec(_decimal, Decimal)
YUAN = Codec(_yuan, _wan)
"""Money: 万元 in a record, 元 in the graph."""
FLAG = Codec(_flag, "true".__eq__)
ADDRESS = Codec(node, str)
WEB = Codec(NamedNode, str)
"""An address in the web, of which each stands once: none is kept."""
MOMENT = Codec(_moment, str)


@cache
def code(scheme: str) -> Codec:
    """A code of a code list: its notation in a record, its address in the graph."""
    return Codec(lambda notation: node(code_iri(scheme, notation)), _notation)
