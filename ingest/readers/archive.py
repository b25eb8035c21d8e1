"""ZIP files, as archives of documents and as what workbooks and Word files are packed in: opened with limits.

The library never unpacks more of a member than its header claims, so that the claims can be added up beforehand.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from zlib import error as ZlibError  # noqa: N812 - a class

from ingest.errors import DamagedFileError, IngestError, LimitError, ProtectedFileError
from ingest.readers.markup import descendants, tree
from ingest.readers.sniff import kind_of
from ingest.readers.text import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_MEMBERS = 10_000
MOST_BYTES = 512 * 2**20
"""What the members of one file may unpack to, all together."""
MOST_FILES = 2_000
"""So many documents an archive may have."""
DEEPEST = 2
"""An archive may stand in an archive, but no deeper."""
UTF_8 = 0x800
"""The flag of a member whose name is in UTF-8."""
LONGEST_STEM, LONGEST_SUFFIX = 180, 10
"""In bytes and in characters; file systems take 255 bytes."""
LEFT_BESIDE = {"__MACOSX", "Thumbs.db", "desktop.ini"}
DAMAGES = (zipfile.BadZipFile, ZlibError, EOFError, KeyError, NotImplementedError, OSError, ValueError)
"""What the library raises where a ZIP file is not whole."""


class Package:
    """A ZIP file whose members are parts of one document."""

    def __init__(self, path: Path, data: bytes) -> None:
        """Open it.

        Raises:
            DamagedFileError: it is not whole.
            LimitError: it unpacks to more than one file may.
            ProtectedFileError: it is encrypted.
        """
        self.path = path
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except DAMAGES as error:
            raise DamagedFileError(path, "文件已损坏或不完整，无法解开") from error
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
            raise LimitError(path, f"解开后的内容超过 {MOST_BYTES // 2**20} MB 或 {MOST_MEMBERS} 个部分，没有读取")
        if any(member.flag_bits & 1 for member in members):
            raise ProtectedFileError(path, "文件设有密码，无法读取；请先取消密码")
        self._names = {member.filename.replace("\\", "/").lstrip("/").lower(): member for member in members}

    def __contains__(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def part(self, name: str) -> bytes:
        """What one part holds; its name's case does not matter.

        Raises:
            DamagedFileError: there is no such part, or it is not whole.
        """
        try:
            return self._zip.read(self._names[name.lstrip("/").lower()])
        except DAMAGES as error:
            raise DamagedFileError(self.path, f"文件已损坏或不完整，缺少 {name}") from error

    def main(self, usual: str) -> str:
        """The name of the part in which the document stands, usually ``usual``."""
        if "_rels/.rels" not in self:
            return usual
        for each in descendants(tree(self.path, self.part("_rels/.rels")), "Relationship"):
            if each.get("Type", "").endswith("/officeDocument"):
                return each.get("Target", usual).lstrip("/")
        return usual


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of documents; one that cannot be opened is none."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            return head in {b"PK\x03\x04", b"PK\x05\x06"} and kind_of(head + file.read(MOST_BYTES)) == "zip"
    except OSError:
        return False


def unpack(path: Path, folder: Path) -> Iterator[Path | IngestError]:
    """Write the documents of an archive, and of archives in it, into a folder, each under a name that is its own.

    Each is a file named like the member, in a folder of its own; or the error that says why there is none. Links, and
    what systems and programs leave beside documents, are left out.
    """
    yield from _Unpacking(path, folder).members(content_of(path), path, 1)


class _Unpacking:
    """The unpacking of one archive; what it may take is counted over all archives in it."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._members = 0
        self._bytes = 0

    def members(self, data: bytes, path: Path, depth: int) -> Iterator[Path | IngestError]:
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGES as error:
            yield _told(DamagedFileError(path, "压缩包已损坏或不完整，无法解开"), error)
            return
        for member in archive.infolist():
            name = _name(member)
            if member.is_dir() or not is_document(name):
                continue
            try:
                content = self._content(archive, member, path.with_name(safe_name(name)))
            except LimitError as error:
                yield error
                return
            except IngestError as error:
                yield error
            else:
                yield from self._kept(content, safe_name(name), depth)

    def _content(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
        """What a member holds, as far as the archive may go on."""
        self._members += 1
        if self._members > MOST_FILES:
            raise LimitError(self._path, f"压缩包里的文件超过 {MOST_FILES} 个，其余没有读取")
        if member.flag_bits & 1:
            raise ProtectedFileError(path, "压缩包设有密码，无法读取；请先解压")
        try:
            with archive.open(member) as file:
                content = file.read(MOST_BYTES - self._bytes + 1)
        except (*DAMAGES, RuntimeError) as error:
            raise DamagedFileError(path, "在压缩包里已损坏，无法解开") from error
        self._bytes += len(content)
        if self._bytes > MOST_BYTES:
            raise LimitError(self._path, f"压缩包解开后超过 {MOST_BYTES // 2**20} MB，其余没有读取")
        return content

    def _kept(self, content: bytes, name: str, depth: int) -> Iterator[Path | IngestError]:
        if kind_of(content) == "zip":
            if depth < DEEPEST:
                yield from self.members(content, self._path.with_name(name), depth + 1)
            else:
                yield LimitError(self._path.with_name(name), f"压缩包套了 {DEEPEST} 层以上，没有读取")
            return
        place = Path(mkdtemp(dir=self._folder)) / name
        place.write_bytes(content)
        yield place


def is_document(name: str) -> bool:
    """Whether a file is there for readers: no hidden one, and none that a system or a program left beside it."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {".", ".."}]
    return not any(part.startswith((".", "~$")) or part in LEFT_BESIDE for part in parts)


def _name(member: zipfile.ZipInfo) -> str:
    """The name of a member: in UTF-8 where it says so, else as Chinese systems write it."""
    if member.flag_bits & UTF_8:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def safe_name(name: str) -> str:
    """The last part of a name, fit for any file system: it leads nowhere, is not too long, reads as it is written."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]', "_", last).strip(". ") or "文件"
    stem, dot, suffix = kept.rpartition(".")
    if not stem or len(suffix) > LONGEST_SUFFIX:
        stem, dot, suffix = kept, "", ""
    return stem.encode()[:LONGEST_STEM].decode(errors="ignore") + dot + suffix


def _told(error: IngestError, cause: Exception) -> IngestError:
    error.__cause__ = cause
    return error
