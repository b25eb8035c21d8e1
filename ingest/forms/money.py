"""Amounts of money and the unit in which a place of the document prints them."""

from __future__ import annotations

import re
from decimal import Decimal

from ingest.layout.folding import fold

AMOUNT = re.compile(r"(?P<number>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<unit>亿元|万元|千元|元)?")
UNIT = re.compile(r"单位:?(?:人民币)?(亿元|万元|千元|元)|\((亿元|万元|千元|元)\)")
ANNOUNCED = re.compile(r"单位:?(?:人民币)?(亿元|万元|千元|元)")
IN_WAN = {"亿元": Decimal(10000), "万元": Decimal(1), "千元": Decimal("0.1"), "元": Decimal("0.0001")}


def unit_in(text: str) -> str | None:
    """The unit of money that a text announces last (``单位：万元``, ``项目资金（元）``), or ``None``."""
    found = list(UNIT.finditer(fold(text)))
    return (found[-1][1] or found[-1][2]) if found else None


def announced_unit(text: str) -> str | None:
    """The unit of money that ``单位：…`` announces last in a text; units in parentheses belong to their own labels."""
    found = ANNOUNCED.findall(fold(text))
    return found[-1] if found else None


def amount_in_wan(printed: str, unit: str = "万元") -> Decimal | None:
    """A printed amount in 万元, or ``None`` where it is no amount; ``unit`` counts where it has none of its own."""
    found = AMOUNT.fullmatch(fold(printed))
    if not found:
        return None
    return (Decimal(found["number"].replace(",", "")) * IN_WAN[found["unit"] or unit]).normalize() + 0
