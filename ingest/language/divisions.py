"""The administrative division that an organisation's name begins with, and its code (GB/T 2260).

The table of divisions is that of ``ontology.divisions``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ontology import lexicon
from ontology.divisions import divisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.records import Level
    from ontology.divisions import Division

LEAST_SHORT = 2
"""The fewest characters of a county's name without its last one."""


@dataclass(frozen=True, slots=True)
class Found:
    """The division that a name begins with: its code where the name says it without doubt, and its name in full."""

    code: str | None
    name: str
    level: Level


@lru_cache(maxsize=1)
def by_name() -> dict[str, list[Division]]:
    """The divisions by every name that they go by."""
    found: dict[str, list[Division]] = {}
    for each in divisions().values():
        for name in each.names:
            found.setdefault(name, []).append(each)
    return found


def division_of(name: str, text: str = "") -> Found | None:
    """The smallest division that an organisation's name begins with, or ``None`` where the table knows none.

    Args:
        name: the organisation's name.
        text: where several divisions have the same name, that one is meant whose city or province this text names.
    """
    chain: list[list[Division]] = []
    at = 0
    while step := next(steps(name, at, chain[-1] if chain else None), None):
        chain.append(step[0])
        at = step[1]
    if not chain:
        return None
    branch = chain[-1][0].level == "city" and branch_of(name[at:], chain[-1][0])
    if branch:
        return Found(branch.code, name[:at] + branch.name, "county")
    meant = [each for each in chain[-1] if len(chain[-1]) == 1 or is_named(each, text)]
    return Found(meant[0].code if len(meant) == 1 else None, name[:at], chain[-1][0].level)


def steps(name: str, at: int, within: list[Division] | None) -> Iterator[tuple[list[Division], int]]:
    """The divisions whose names stand at a place of a name, the longest first, and where they end."""
    for end in range(min(len(name), at + 15), at + 1, -1):
        known = by_name().get(name[at:end], [])
        found = [each for each in known if within is None or any(above.holds(each) for above in within)]
        if found:
            top = [each for each in found if each.level == found[0].level]
            yield top, end


def branch_of(rest: str, city: Division) -> Division | None:
    """The county whose branch of a city's office a name is: ``甲市`` + ``乙`` + ``生态环境局``."""
    for each in divisions().values():
        short = each.name[:-1]
        if city.holds(each) and len(short) >= LEAST_SHORT and rest.startswith(short):
            after = rest[len(short) :]
            if re.match(lexicon("organisations")["branches"], after):
                return each
    return None


def is_named(division: Division, text: str) -> bool:
    """Whether a text names the city or the province that a division belongs to."""
    return any(
        above.holds(division) and above.name in text for above in divisions().values() if above.level != "county"
    )
