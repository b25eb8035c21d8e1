"""Files of old word processors (DOC, RTF, WPS): converted to DOCX by LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import DamagedFileError, LimitError, UnsupportedFormatError
from ingest.readers.docx import read_docx

if TYPE_CHECKING:
    from ingest.readers.source import Source

PROGRAMS = ("soffice", "libreoffice")
PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)
"""Where it stands on systems whose programs have no common path."""
SECONDS = 60.0
"""How long a conversion may take; less than a whole file may."""
NAMES = {"doc": "旧版 Word（.doc）", "rtf": "RTF"}


def read_office(path: Path, sha256: str, data: bytes, kind: str) -> Source:
    """Read a file that LibreOffice can turn into DOCX; its pages are not known.

    Raises:
        UnsupportedFormatError: LibreOffice is not installed.
        LimitError: the conversion took too long.
        DamagedFileError: the conversion gave nothing.
    """
    program = office()
    if program is None:
        what = f"内容是{NAMES[kind]}文件，读取它需要安装 LibreOffice；请安装后重试，或另存为 .docx"
        raise UnsupportedFormatError(path, what)
    with tempfile.TemporaryDirectory(prefix="jixiao-", ignore_cleanup_errors=True) as folder:
        converted = _convert(program, path, data, kind, Path(folder))
    return read_docx(path, sha256, converted, "doc")


def office() -> str | None:
    """Where LibreOffice is, if it is anywhere."""
    found = (shutil.which(name) for name in PROGRAMS)
    return next((place for place in (*found, *PLACES) if place and Path(place).is_file()), None)


def _convert(program: str, path: Path, data: bytes, kind: str, folder: Path) -> bytes:
    """The file as DOCX. A profile of its own lets it run beside an open window and beside another conversion."""
    given = folder / f"document.{kind}"
    given.write_bytes(data)
    profile = (folder / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "docx",
               "--outdir", str(folder), str(given)]  # fmt: skip
    try:
        _run(command)
        return (folder / "document.docx").read_bytes()
    except subprocess.TimeoutExpired as error:
        raise LimitError(path, f"LibreOffice 转换超过 {SECONDS:g} 秒，已终止") from error
    except OSError as error:
        raise DamagedFileError(path, "LibreOffice 无法转换这个文件，可能已损坏") from error


def _run(command: list[str]) -> None:
    """Run a program and whatever it starts, and end all of them when the time is over."""
    windows = sys.platform == "win32"
    process = subprocess.Popen(  # noqa: S603 - the program is LibreOffice, the names are ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=not windows, preexec_fn=None if windows else _unlimited,  # noqa: PLW1509
    )  # fmt: skip
    try:
        process.wait(SECONDS)
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, 9)
    process.wait()


def _unlimited() -> None:
    """LibreOffice needs more addresses than a reader may have; it holds to its time limit alone."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
