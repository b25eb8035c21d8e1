"""Headers of query files: ``#+`` lines that hold YAML, as in grlc (https://grlc.io)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import yaml

from queries.errors import HeaderError

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "#+"
Language = Literal["zh", "en"]


def header_text(text: str) -> str:
    """The YAML of the header with as many lines as the file, so that line numbers of YAML are those of the file."""
    return "\n".join(line[len(MARK) :].removeprefix(" ") if line.startswith(MARK) else "" for line in text.split("\n"))


def parse(text: str, file: str) -> Mapping[str, Any]:
    """The header of a query file as plain data.

    Raises:
        HeaderError: there is no header, or it is not a YAML mapping.
    """
    try:
        data = yaml.safe_load(header_text(text))
    except yaml.YAMLError as error:
        raise HeaderError(file, f"文件头不是有效的 YAML：{_problem(error)}", _line(error)) from error
    if not isinstance(data, dict):
        raise HeaderError(file, "缺少以“#+”开头的文件头", 1)
    return data


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def _line(error: yaml.YAMLError) -> int | None:
    mark = getattr(error, "problem_mark", None)
    return None if mark is None else int(mark.line) + 1


class Header:
    """One header, read key by key; what is absent or of the wrong sort raises with the key's own line."""

    def __init__(self, text: str, file: str) -> None:
        self._lines = text.split("\n")
        self._data = parse(text, file)
        self._file = file

    def audit(self, known: frozenset[str]) -> None:
        """Raise when a key is none of ``known``: a misspelt key must not be silently ignored."""
        for key in self._data:
            if key not in known:
                raise self.error(key, f"不认识的键“{key}”")

    def error(self, key: str, cause: str) -> HeaderError:
        """The error that points at a key's line."""
        starts = (number for number, line in enumerate(self._lines, 1) if line.startswith(f"{MARK} {key}:"))
        return HeaderError(self._file, cause, next(starts, None))

    def get(self, key: str) -> Any:
        """The value of a key that must be there."""
        value = self._data.get(key)
        if value in (None, "", [], {}):
            raise self.error(key, f"文件头缺少“{key}”")
        return value

    def optional(self, key: str, default: Any) -> Any:
        """The value of a key that may be absent."""
        return self._data.get(key, default)

    def texts(self, key: str) -> Mapping[Language, str]:
        """A text in every language."""
        return bilingual(self.get(key), self.error(key, f"“{key}”须有中文（zh）和英文（en）两种文字"))


def bilingual(value: Any, error: HeaderError) -> Mapping[Language, str]:
    """The text in every language, trimmed; raises ``error`` where one is lacking."""
    languages: tuple[Language, ...] = get_args(Language)
    if not isinstance(value, dict) or any(not str(value.get(language) or "").strip() for language in languages):
        raise error
    return {language: " ".join(str(value[language]).split()) for language in languages}
