"""How printed text is folded before it is compared, and how fragments are joined."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SPACE = re.compile(r"\s+")
SPELLINGS = str.maketrans({"≧": "≥", "≦": "≤", "﹥": ">", "﹤": "<", "“": '"', "”": '"', "‘": "'", "’": "'"})
COMPARATORS = (("≥", ">="), ("≤", "<="), ("=>", ">="), ("=<", "<="))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The form in which printed text is compared.

    NFKC, no white space, one spelling of comparators and quotation marks.
    """
    text = SPACE.sub("", unicodedata.normalize("NFKC", text).translate(SPELLINGS))
    for printed, folded in COMPARATORS:
        text = text.replace(printed, folded)
    return text


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters which one of the printed text it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for each in fold(char):
            folded.append(each)
            places.append(place)
    return "".join(folded), places
