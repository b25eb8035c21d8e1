"""The sentences that the command line says, as data: one file a language, the same keys in each."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT_LANGUAGE = "zh"
LANGUAGES = ("zh", "en")
LANGUAGE_VARIABLE = "JIXIAO_LANG"


def language() -> str:
    """The language messages are given in: ``JIXIAO_LANG`` where it names one that there is, else Chinese."""
    asked = os.environ.get(LANGUAGE_VARIABLE, DEFAULT_LANGUAGE)
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


@cache
def catalogue(name: str) -> dict[str, Any]:
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
