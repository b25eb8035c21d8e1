"""XML as office files hold it: without entities, names without their namespaces."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from ingest.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECLARED = re.compile(rb"""\s*<\?xml([^>]*?)encoding\s*=\s*["']([\w.-]+)["'][^>]*\?>""")
BROKEN = (ParseError, DefusedXmlException, LookupError, ValueError)


def tree(path: Path, data: bytes) -> Element:
    """The root of an XML text.

    Raises:
        DamagedFileError: it is no whole XML text, or declares entities.
    """
    try:
        root: Element = fromstring(_readable(data), forbid_dtd=True)
    except BROKEN as error:
        raise DamagedFileError(path, "文件内容已损坏（XML 不完整）") from error
    return root


def _readable(data: bytes) -> bytes | str:
    """An XML text that the parser can decode: it knows no Chinese encoding."""
    declared = DECLARED.match(data)
    name = declared[2].decode("ascii").lower() if declared else "utf-8"
    if declared is None or name.startswith(("utf", "us-ascii")):
        return data
    rest = data[declared.end() :]
    return rest.decode("gb18030" if name in {"gb2312", "gbk"} else name, errors="replace")


def events(path: Path, data: bytes) -> Iterator[tuple[str, Element]]:
    """Each ``start`` and ``end`` of an element, as they come; whoever reads many clears what was read.

    Raises:
        DamagedFileError: see :func:`tree`.
    """
    try:
        yield from iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True)
    except BROKEN as error:
        raise DamagedFileError(path, "文件内容已损坏（XML 不完整）") from error


def local(element: Element) -> str:
    """The name of an element without its namespace: transitional and strict files differ in that alone."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def child(element: Element, name: str) -> Element | None:
    """The first child of that name."""
    return next((each for each in element if local(each) == name), None)


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Every element of that name below, in order."""
    return (each for each in element.iter() if local(each) == name)
