"""What can go wrong between a file and its record. Messages are for the user and in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class IngestError(Exception):
    """A file could not become a record.

    Attributes:
        path: the file.
        cause: why, in Chinese.
        place: where in the file, in Chinese (``第 3 行``), or ``None`` where the whole file is meant.
    """

    def __init__(self, path: Path, cause: str, place: str | None = None) -> None:
        self.path = path
        self.cause = cause
        self.place = place
        super().__init__("：".join(part for part in (path.name, place, cause) if part))

    def __reduce__(self) -> tuple[type[IngestError], tuple[Path, str, str | None]]:
        """So that an error comes whole out of the process in which the file was read."""
        return type(self), (self.path, self.cause, self.place)


class UnreadableFileError(IngestError):
    """The file cannot be opened or read."""


class EmptyFileError(IngestError):
    """The file holds no text at all."""


class UnsupportedFormatError(IngestError):
    """The file is of a kind that is not read (a picture, a program, a scan)."""


class ScanError(IngestError):
    """No page of the file has text that can be read: they are pictures."""


class DamagedFileError(IngestError):
    """The file is cut off or broken: what should be in a file of its kind is not there."""


class ProtectedFileError(IngestError):
    """The file is encrypted and opens with a password only."""


class LimitError(IngestError):
    """Reading the file takes more time, memory or space than one file may take, or ended its process."""


class EncodingError(IngestError):
    """The file's bytes are not text in any encoding that Chinese files use."""


class NotADisclosureError(IngestError):
    """The file is text, but nothing in it is a budget or a performance target."""


class MalformedRecordError(Exception):
    """A text is not a record in the interchange format.

    Attributes:
        field: the path of the field that is wrong, or ``None`` where the text is no JSON.
        cause: what is wrong with it.
    """

    def __init__(self, field: str | None, cause: str) -> None:
        self.field = field
        self.cause = cause
        super().__init__(f"记录格式有误{f'（{field}）' if field else ''}：{cause}")
