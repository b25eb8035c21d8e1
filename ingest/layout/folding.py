"""How printed text is folded before it is compared, and how fragments are joined."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from ontology import lexicon

SPACE = re.compile(r"\s+")
SPELLINGS = str.maketrans({"≧": "≥", "≦": "≤", "﹥": ">", "﹤": "<", "“": '"', "”": '"', "‘": "'", "’": "'"})
KANGXI = range(0x2F00, 0x2FD6)
COMPATIBLE = (range(0xF900, 0xFAFF), range(0x2F800, 0x2FA1E))
"""CJK compatibility ideographs: second codes of characters that have one."""
COMPARATORS = (("≥", ">="), ("≤", "<="), ("=>", ">="), ("=<", "<="))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The form in which printed text is compared.

    NFKC, radicals as the characters that are meant, no white space, one spelling of comparators and quotation marks.
    """
    text = SPACE.sub("", unicodedata.normalize("NFKC", text).translate(SPELLINGS).translate(radicals()))
    for printed, folded in COMPARATORS:
        text = text.replace(printed, folded)
    return text


@cache
def radicals() -> dict[int, str]:
    """For each radical and compatibility ideograph the character that is meant, one for one, for ``str.translate``.

    Some PDFs give these codes for the glyphs of everyday characters.
    """
    folded = {code: unicodedata.normalize("NFKC", chr(code)) for codes in (KANGXI, *COMPATIBLE) for code in codes}
    supplement = {ord(radical): meant for radical, meant in lexicon("radicals")["supplement"].items()}
    return {code: meant for code, meant in folded.items() if meant != chr(code)} | supplement


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters which one of the printed text it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for each in fold(char):
            folded.append(each)
            places.append(place)
    return "".join(folded), places
