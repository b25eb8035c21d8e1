"""What we say: the vocabulary, its code lists, its shapes and the lexicons, and where to find them."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["lexicon", "path"]


def path(*parts: str) -> Traversable:
    """A data file of this room, wherever the package is installed."""
    return files(__name__).joinpath(*parts)


@lru_cache(maxsize=16)
def lexicon(name: str) -> Any:
    """One lexicon (``ontology/lexicon/<name>.yaml``) as plain data.

    Raises:
        FileNotFoundError: there is no lexicon of that name.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path("lexicon", f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
