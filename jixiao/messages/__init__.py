"""The sentences that the command line says, as data: one file a language, the same keys in each."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_VARIABLE = "JIXIAO_LANG"


def language() -> Language:
    """The language messages are given in: ``JIXIAO_LANG`` where it names one that there is, else Chinese."""
    return "en" if os.environ.get(LANGUAGE_VARIABLE) == "en" else "zh"


@cache
def catalogue(name: Language) -> dict[str, Any]:
    """Every sentence of one language, as the file has them."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def text(key: str, **fields: object) -> str:
    """The sentence at ``section.name`` with its fields filled in.

    Raises:
        KeyError: no such sentence; a mistake in the program.
    """
    section, _, name = key.partition(".")
    sentence: str = catalogue(language())[section][name]
    return sentence.format(**fields) if fields else sentence
