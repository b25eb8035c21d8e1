"""The words of the code lists as plain data, for readers: a word of the field stands in one file."""

from __future__ import annotations

NUMBER_WORDS = "number"
"""The group of units that are number words: 万 in 万人."""


def units() -> tuple[str, ...]:
    """Every printed spelling of a unit of counting, measuring or money, without number words."""
    return tuple(dict.fromkeys(each for dimension, each in _units() if dimension != NUMBER_WORDS))


def number_words() -> tuple[str, ...]:
    """The words that may stand before a unit, such as 万 and 亿."""
    return tuple(each for dimension, each in _units() if dimension == NUMBER_WORDS)


def vague_words() -> tuple[str, ...]:
    """Every printed spelling of a word by which nobody can check a target."""
    from ontology.concepts import concepts  # noqa: PLC0415

    return tuple(each for term in concepts("vague-term").values() if not term.top for each in term.spellings)


def _units() -> list[tuple[str, str]]:
    """The spellings of units, each with the group that it belongs to."""
    from ontology.concepts import concepts  # noqa: PLC0415 - who only imports readers parses no Turtle

    codes = concepts("unit").values()
    return [(unit.dimension, each) for unit in codes if unit.dimension for each in unit.spellings]
