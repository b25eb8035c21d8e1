"""What stands beside a value on its page: the part of the source where it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import IngestError
from jixiao.rendering import at, cited, printed
from jixiao.site.marks import WINDOW, Asked, spots
from jixiao.site.paper import SCALE
from jixiao.site.sight import NEAR, sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jixiao.rendering import Located
    from jixiao.site.reading import ReadingRoom
    from jixiao.site.sight import Sight
    from jixiao.told import Disclosure
    from jixiao.view import View

MOST = 2
"""So many parts of a source stand beside a page's facts: each is as high as they are."""
AROUND = 3
"""How many lines are shown before and after."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a source: a picture of it, or its lines."""

    document: Disclosure
    spots: str
    """What to mark there, as an address says it."""
    line: int
    words: str
    """What is printed there, for those who do not see the picture."""
    place: Located
    """Where it begins."""
    sight: Sight | None
    """Where it is no picture."""

    @property
    def address(self) -> str:
        """Where all around it is shown."""
        return f"/source/{self.document.sha256}?{self.spots}#L{self.line}"

    @property
    def picture(self) -> str:
        """Where its picture is."""
        return f"/source/{self.document.sha256}/part.webp?{self.spots}"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its picture in dots."""
        return round(WINDOW[0] * SCALE), round(WINDOW[1] * SCALE)


def excerpts(room: ReadingRoom, view: View, document: Disclosure | None, places: Iterable[Located]) -> list[Excerpt]:
    """The parts of a source where these places are, those near each other in one; none where it cannot be read."""
    groups: list[list[Located]] = []
    for place in places if document else ():
        if not place.line:
            continue
        near = (each for each in groups if each[0].page == place.page and abs((each[0].line or 0) - place.line) <= NEAR)
        group = next(near, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    made = (_excerpt(room, view, document, group) for group in groups[:MOST] if document)
    return [excerpt for excerpt in made if excerpt]


def _excerpt(room: ReadingRoom, view: View, document: Disclosure, places: Sequence[Located]) -> Excerpt | None:
    wanted = Asked(spots({"at": at(places)}), frozenset(place.quote for place in places))
    seen = None
    if document.format != "pdf":
        try:
            seen = sight(room.original(document), wanted, view, document)
        except IngestError:
            return None
        if not seen.marks:
            return None
        seen = seen.near(AROUND)
    words = "，".join(dict.fromkeys(printed(place.quote).replace("\n", "") for place in places))
    return Excerpt(document, cited(places), places[0].line or 1, words, places[0], seen)
