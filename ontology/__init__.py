"""What we say: the vocabulary, its code lists, its shapes and the lexicons, and where to find them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["lexicon", "path"]


def path(*parts: str) -> Traversable:
    """Where a data file or folder of the ontology is, in a clone as in an installed package."""
    return files(__name__).joinpath(*parts)


@cache
def lexicon(name: str) -> Any:
    """One lexicon (``lexicon/<name>.yaml``) as plain data, read once; callers leave it unchanged.

    Raises:
        FileNotFoundError: There is no such lexicon.
    """
    import yaml  # noqa: PLC0415 - the command line starts without it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path("lexicon", f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
