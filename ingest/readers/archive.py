"""ZIP files, as archives of documents and as what workbooks and Word files are packed in: opened with limits.

The library never unpacks more of a member than its header claims, so that the claims can be added up beforehand.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from zlib import error as ZlibError  # noqa: N812 - a class

from ingest.errors import DamagedFileError, LimitError, ProtectedFileError
from ingest.readers.markup import descendants, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_MEMBERS = 10_000
MOST_BYTES = 512 * 2**20
"""What the members of one file may unpack to, all together."""
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
