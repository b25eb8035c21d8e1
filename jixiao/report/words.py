"""What the forms of a report say of their own, in both languages: the entries of ``words.toml``."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jixiao import translation
from jixiao.comparison import amount
from jixiao.days import BEIJING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jixiao.messages import Language


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """Every entry of the file by its section and name."""
    loaded: Mapping[str, Mapping[str, Any]] = tomllib.loads(
        files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    )
    return loaded


def said(key: str, language: Language, **fields: object) -> str:
    """The words at ``section.name`` in a language, with their fields filled in.

    Raises:
        KeyError: no such words; a mistake in the program.
    """
    section, _, name = key.partition(".")
    sentence: str = words()[section][name][language]
    return sentence.format(**fields) if fields else sentence


def told(phrase: str | None, language: Language) -> str:
    """What a program wrote of what it found, in a language; in English with money as English writes it."""
    said_so = translation.told(phrase or "", language)
    return _IN_WAN.sub(lambda found: amount(_yuan(found[1]), language=language), said_so)


_IN_WAN = re.compile(r"(\d[\d,]*(?:\.\d+)?) × 10,000 yuan")


def _yuan(printed: str) -> Decimal:
    return Decimal(printed.replace(",", "")) * 10_000


def moment(at: str | None) -> str:
    """The minute of an ISO 8601 moment, as people in China count it; nothing where there is none."""
    return datetime.fromisoformat(at).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if at else ""
