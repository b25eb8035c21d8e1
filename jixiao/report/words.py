"""What the forms of a report say of their own, in both languages: the entries of ``words.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

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
