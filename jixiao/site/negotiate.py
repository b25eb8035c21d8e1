"""Which of the forms on offer a client prefers (RFC 9110, 12.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


MOST = 100
"""So many ranges are read; nobody honest names more."""


def preferred(accept: str, offers: Mapping[str, str]) -> str | None:
    """The best of the offers (media type to name), the first among equals; ``None`` where none is acceptable."""
    wanted = list(_ranges(accept)) or [("*/*", 1.0)]
    rated = [(_quality(media, wanted), name) for media, name in offers.items()]
    best = max(quality for quality, _ in rated)
    return next(name for quality, name in rated if quality == best) if best > 0 else None


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in filter(str.strip, accept.split(",", MOST)[:MOST]):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            yield media, float(weight)
        except ValueError:
            yield media, 0.0


def _quality(media: str, wanted: list[tuple[str, float]]) -> float:
    """The most specific range that covers a media type decides."""
    for pattern in (media, media.partition("/")[0] + "/*", "*/*"):
        found = [quality for each, quality in wanted if each == pattern]
        if found:
            return found[0]
    return 0.0
