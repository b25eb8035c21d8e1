"""Queries that strangers send: what they may ask, told before anything runs.

The whole protection is three things: only query forms run (updates are not even parsed, and no worker can write),
nothing leaves the machine (``SERVICE`` is refused), and every query ends (:mod:`queries.worker` kills it).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

from queries.errors import MalformedQueryError, RefusedQueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
REFUSED = {
    "SERVICE": "不允许 SERVICE：查询只能使用本图谱的数据，不得访问其他服务器",
    "FROM": "不允许 FROM：查询总是针对全部文件，需要单个文件时请用 GRAPH",
}

# SPARQL 1.1 §19.8, of which only what can hide a keyword is told apart. `<` is an operator unless an IRIREF follows.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | (?P<string>'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<other>[?$@]\w+|_:[\w-]+|(?:\w[\w-]*)?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.)*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<rest>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check(text: str, name: str = "查询") -> Form:
    """The form of a query that may run.

    Raises:
        RefusedQueryError: it is an update, or holds ``SERVICE`` or ``FROM``.
        MalformedQueryError: it has no query form at all. Other errors of syntax show when it runs.
    """
    words = list(_words(text))
    # Whether escapes outside strings count is for the store to say, so SERVICE must show in neither reading.
    unescaped = _unescaped(text)
    for source, found in ((text, words), (unescaped, _words(unescaped))):
        for start, word in found:
            if word in REFUSED:
                raise RefusedQueryError(name, REFUSED[word], _line(source, start))
    for start, word in words:
        if word in get_args(Form):
            return word  # type: ignore[return-value]
        if word in UPDATES:
            raise RefusedQueryError(name, f"只能查询，不能修改图谱（{word}）", _line(text, start))
    raise MalformedQueryError(name, "没有找到 SELECT、ASK、CONSTRUCT 或 DESCRIBE", 1)


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1


def _words(text: str) -> Iterator[tuple[int, str]]:
    """The bare words of a query in capitals, with where they start; not what is quoted, named or commented."""
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "word":
            yield token.start(), token[0].upper()
        elif token.lastgroup == "iri" and re.search(r"\).*SERVICE", token[0], re.IGNORECASE):
            # `?a<?b)SERVICE#>` may be two operators and a comment; no real address looks like that.
            yield token.start(), "SERVICE"


def _unescaped(text: str) -> str:
    """The text with its code point escapes undone (SPARQL 1.1 §19.2)."""
    return _ESCAPE.sub(lambda match: _character(match[1] or match[2]), text)


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"  # noqa: PLR2004 - the last code point there is
