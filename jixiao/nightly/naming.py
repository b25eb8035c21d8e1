"""What a file that was fetched is called: by the server's word, else by its address; its content decides the ending."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes, urlsplit

LONGEST = 120
"""In bytes; file systems take 255, paths on Windows 260 characters in all."""
ENDINGS = {
    "pdf": (".pdf",), "xlsx": (".xlsx", ".xlsm"), "xls": (".xls", ".et"), "xlsb": (".xlsb",),
    "xls-xml": (".xml", ".xls"), "docx": (".docx", ".docm"), "doc": (".doc", ".wps"), "rtf": (".rtf", ".doc"),
    "html": (".html", ".htm", ".shtml", ".xhtml"), "mhtml": (".mhtml", ".mht", ".doc", ".xls"),
    "zip": (".zip",), "rar": (".rar",), "7z": (".7z",), "gz": (".gz",), "ofd": (".ofd",), "ods": (".ods",),
    "odt": (".odt",), "pptx": (".pptx",), "ppt": (".ppt",), "text": (".txt", ".md", ".csv", ".tsv"),
}  # fmt: skip
"""How names of files of a kind end, the usual ending first; of other kinds any will do."""
DOCUMENTS = frozenset(
    ending for kind, endings in ENDINGS.items() if kind not in {"html", "mhtml"} for ending in endings
)
"""Endings of what is no page of a site."""
UNNAMED = "文件"

_EXTENDED = re.compile(r"filename\*\s*=\s*\"?([\w!#$&+.^`{}~-]+)'[^']*'([^;\"]+)", re.IGNORECASE)
_PLAIN = re.compile(r'filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;]+))', re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def name_of(disposition: bytes, url: str, kind: str) -> str:
    """What to call a file.

    Args:
        disposition: the header Content-Disposition as it came (RFC 6266); servers also put UTF-8 and GB18030 into it.
        url: where the file came from.
        kind: what it holds, as :func:`ingest.readers.sniff.kind_of` tells.
    """
    named = _disposed(disposition) or _decoded(unquote_to_bytes(urlsplit(url).path.rpartition("/")[2]))
    return _ended(_cleaned(named) or UNNAMED, kind)


def ending(url: str) -> str:
    """How the path of an address ends: ``.pdf``; empty where it has no ending."""
    found = re.search(r"\.\w{1,5}$", urlsplit(url).path)
    return found[0].lower() if found else ""


def is_name(written: str) -> bool:
    """Whether a file or folder may be called so on every system, just as it is written."""
    return bool(written) and _cleaned(written) == written and len(written.encode()) <= LONGEST


def _disposed(header: bytes) -> str | None:
    """The name that a header gives; the one that says its encoding before the other."""
    said = header.decode("latin-1")
    if found := _EXTENDED.search(said):
        try:
            return unquote_to_bytes(found[2].strip()).decode(found[1])
        except (LookupError, UnicodeDecodeError):
            pass
    if found := _PLAIN.search(said):
        raw = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2].strip()
        return _decoded(unquote_to_bytes(raw.encode("latin-1")))
    return None


def _decoded(raw: bytes) -> str:
    """Bytes of a name as Chinese servers write them."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _cleaned(name: str) -> str:
    """A name that every file system takes, and that leads nowhere; empty where nothing is left of it."""
    last = re.split(r"[/\\]", name)[-1]
    bare = _FORBIDDEN.sub("_", last).strip(" .~$")
    return f"_{bare}" if _RESERVED.match(bare) else bare


def _ended(name: str, kind: str) -> str:
    """A name with an ending that fits the content, and not too long."""
    fitting = ENDINGS.get(kind, ("",))
    found = next((each for each in (*fitting, *DOCUMENTS) if each and name.lower().endswith(each)), None)
    stem, suffix = (name[: len(name) - len(found)], name[len(name) - len(found) :]) if found else (name, fitting[0])
    room = LONGEST - len(suffix.encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip(" .") or UNNAMED) + suffix
