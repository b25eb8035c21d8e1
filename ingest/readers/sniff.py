"""What kind a file is, by what it holds: the name of a file promises nothing."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

HEAD = 4096
PDF_WITHIN = 1024
"""Readers of PDF accept so many bytes before its mark."""
MAGIC = {
    b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\xd0\xcf\x11\xe0": "ole", b"{\\rtf": "rtf",
    b"Rar!\x1a\x07": "rar", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ": "xz",
    b"\x89PNG": "image", b"\xff\xd8\xff": "image", b"GIF8": "image", b"II*\x00": "image", b"MM\x00*": "image",
    b"\x7fELF": "program", b"MZ": "program",
}  # fmt: skip
"""How files of a kind begin."""
HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|tr|td|span|style|"
    rb"script|section|article|center|font|h[1-6]|ul|ol|link|base|form|br|b|strong)\b",
    re.IGNORECASE | re.DOTALL,
)
MAIL = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related", re.IGNORECASE)
WORD_XML = re.compile(rb"<(?:w:wordDocument|pkg:package)\b")
PACKAGES = {
    r"^OFD\.xml$": "ofd", r"xl/workbook\.bin": "xlsb", r"word/document\w*\.xml": "docx",
    r"xl/workbook\w*\.xml": "xlsx", r"ppt/": "pptx", r"word/": "docx", r"xl/": "xlsx",
}  # fmt: skip
"""Members of ZIP files, the one that decides first."""
CONTENTS = "[Content_Types].xml"
"""The first member of an office file."""
DECLARED = {b"opendocument.spreadsheet": "ods", b"opendocument.text": "odt"}
STREAMS = {
    "EncryptedPackage": "encrypted", "WordDocument": "doc", "WpsDocument": "doc", "Workbook": "xls", "Book": "xls",
    "PowerPoint Document": "ppt",
}  # fmt: skip
"""Streams of OLE files, the one that decides first."""


def kind_of(data: bytes) -> str:
    """What a file holds: the name of a format that is read, of one that is known, or ``text`` where nothing speaks."""
    head = data[:HEAD]
    kind = next((kind for mark, kind in MAGIC.items() if head.startswith(mark)), None)
    if kind == "zip":  # a PDF may stand in it as it is, near its beginning
        return _zipped(data)
    if kind == "ole":
        return _compound(data)
    if b"%PDF-" in head[:PDF_WITHIN]:
        return "pdf"
    return kind or ("image" if _is_bitmap(head) else _marked_up(head))


def _zipped(data: bytes) -> str:
    """What a ZIP file is: an office file by the folders in it, or an archive."""
    whole = True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = "\n".join(archive.namelist())
            declared = archive.open("mimetype").read(100) if "mimetype" in archive.namelist() else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        whole, names, declared = False, data.decode("latin-1"), b""  # its members' names still stand in it
    office = whole or CONTENTS in names
    kind = next(
        (kind for pattern, kind in PACKAGES.items() if office and re.search(pattern, names, re.MULTILINE)), None
    )
    otherwise = "torn" if CONTENTS in names and not whole else "zip"
    return kind or next((kind for mark, kind in DECLARED.items() if mark in declared), otherwise)


def _compound(data: bytes) -> str:
    """What an OLE file is, by the names in its directory."""
    for name, kind in STREAMS.items():
        if name.encode("utf-16-le") in data:
            return kind
    return "ole"


def _is_bitmap(head: bytes) -> bool:
    """Whether it is a picture of a kind whose first letters may begin a text as well."""
    return (head.startswith(b"BM") and head[6:10] == b"\0\0\0\0") or (
        head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    )


def _marked_up(head: bytes) -> str:
    """What a text is, by how it begins."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", errors="replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and head.lstrip().startswith(b"<?xml"):
        return "xls-xml"
    if MAIL.match(head):
        return "mhtml"
    if WORD_XML.search(head):
        return "word-xml"
    return "html" if HTML.match(head) else "text"
