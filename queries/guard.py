"""Queries that strangers send: what they may ask, told before anything runs.

The whole protection is three things: only what is asked for runs (a query is never parsed as an update, and no worker
of the published graph can write), nothing leaves the machine (``SERVICE`` and ``LOAD`` are refused), and everything
ends (:mod:`queries.worker` kills it). Reading takes time in proportion to the text, whatever the text is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from queries.errors import MalformedQueryError, RefusedQueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
GROWING = frozenset({"INSERT", "COPY", "ADD", "MOVE", "CREATE"})
DEEPEST = 200
"""How deep brackets may stand in each other; a parser that calls itself ends its process at some depth."""

NO_SERVICE = "不允许 SERVICE：查询只能使用本图谱的数据，不得访问其他服务器"
NO_LOAD = "不允许 LOAD：不得从别处读入数据，请用图存储协议上传"
NO_FROM = "不允许 FROM：查询总是针对全部文件，需要单个文件时请用 GRAPH"

# SPARQL 1.1 §19.8, of which only what can hide a keyword is told apart. `<` is an operator unless an IRIREF follows.
# What is opened and never closed reaches to the end: the store refuses it, and nothing is read twice.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*+)
      | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.?))*+(?:'''|'{0,2}\Z)|\"\"\"(?:"{0,2}(?:[^"\\]|\\.?))*+(?:\"\"\"|"{0,2}\Z)
          |'(?:[^'\\\n\r]|\\.?)*+(?:'|(?=[\n\r])|\Z)|"(?:[^"\\\n\r]|\\.?)*+(?:"|(?=[\n\r])|\Z))
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
      | (?P<other>[?$@]\w++|_:[\w-]++|:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.)*+)
      | (?P<word>\w[\w-]*+)(?P<local>:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.)*+)?+
      | (?P<space>\s++)
      | (?P<rest>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class Query(NamedTuple):
    """What a query says of itself before it runs."""

    form: Form
    dataset: bool
    """It names its graphs with ``FROM``."""
    limited: bool
    """It has a ``LIMIT`` or an ``OFFSET`` of its own, outside of subqueries."""
    end: int
    """Where a ``LIMIT`` would be written."""


class Update(NamedTuple):
    """What an update says of itself before it runs."""

    dataset: bool
    """It names its graphs with ``USING`` or ``WITH``."""
    grows: bool
    """It may add something."""


class _Token(NamedTuple):
    start: int
    text: str
    """Words and braces; words in capitals."""
    depth: int
    """In how many braces it stands."""
    before: str
    """The token before it."""


def read(text: str, name: str = "查询") -> Query:
    """What a query that may run says of itself.

    Raises:
        RefusedQueryError: it is an update, holds ``SERVICE``, or is nested too deep.
        MalformedQueryError: it has no query form at all. Other errors of syntax show when it runs.
    """
    tokens = _tokens_of(text, name)
    form = _form(text, tokens, name)
    outer = [token for token in tokens if token.depth == 0]
    return Query(
        form,
        dataset=any(token.text == "FROM" for token in outer),
        limited=any(token.text.startswith(("LIMIT", "OFFSET")) for token in outer),
        end=next((token.start for token in outer if token.text == "VALUES"), len(text)),
    )


def check(text: str, name: str = "查询") -> Form:
    """The form of a query that may run on the union of all graphs.

    Raises:
        RefusedQueryError: as :func:`read`, or it names its graphs with ``FROM``.
        MalformedQueryError: as :func:`read`.
    """
    for token in _tokens_of(text, name):
        if token.text == "FROM":
            raise RefusedQueryError(name, NO_FROM, _line(text, token.start))
    return read(text, name).form


def read_update(text: str, name: str = "更新") -> Update:
    """What an update that may run says of itself.

    Raises:
        RefusedQueryError: it holds ``SERVICE`` or ``LOAD``, or is nested too deep.
    """
    tokens = _tokens_of(text, name)
    for token in tokens:
        if token.text.startswith("LOAD"):
            raise RefusedQueryError(name, NO_LOAD, _line(text, token.start))
    outer = {token.text for token in tokens if token.depth == 0}
    return Update(dataset=not outer.isdisjoint({"USING", "WITH"}), grows=not outer.isdisjoint(GROWING))


def with_dataset(text: str, using: str) -> str:
    """An update each of whose operations with a pattern has these ``USING`` clauses.

    ``DELETE WHERE { … }`` has no place for them, so it is written out as ``DELETE { … } USING … WHERE { … }``.
    """
    tokens = list(_tokens(text))
    pieces, written = [], 0
    for index, token in enumerate(tokens):
        if token.depth == 0 and token.text == "WHERE":
            pattern = _block(text, tokens[index:]) if token.before == "DELETE" else ""
            pieces.append(f"{text[written : token.start]} {pattern} {using} ")
            written = token.start
    return "".join([*pieces, text[written:]])


def _block(text: str, tokens: list[_Token]) -> str:
    """The first text in braces."""
    opened = next((token.start for token in tokens if token.text == "{"), len(text))
    closed = next((token.start for token in tokens if token.text == "}" and token.depth == 0), len(text))
    return text[opened : closed + 1]


def _form(text: str, tokens: list[_Token], name: str) -> Form:
    for token in tokens:
        if token.text in get_args(Form):
            return token.text  # type: ignore[return-value]
        if token.text in UPDATES:
            raise RefusedQueryError(name, f"只能查询，不能修改图谱（{token.text}）", _line(text, token.start))
    raise MalformedQueryError(name, "没有找到 SELECT、ASK、CONSTRUCT 或 DESCRIBE", 1)


def _tokens_of(text: str, name: str) -> list[_Token]:
    """The words and braces of a text that holds nothing that no text may hold."""
    tokens = list(_tokens(text))
    # Whether escapes outside strings count is for the store to say, so SERVICE must show in neither reading.
    unescaped = _unescaped(text)
    for source, found in ((text, tokens), (unescaped, tokens if unescaped == text else _tokens(unescaped))):
        for token in found:
            if "SERVICE" in token.text:
                raise RefusedQueryError(name, NO_SERVICE, _line(source, token.start))
    _refuse_depth(text, name)
    return tokens


def _refuse_depth(text: str, name: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "rest":
            depth += (token[0] in "{([") - (token[0] in "})]")
            if depth > DEEPEST:
                raise RefusedQueryError(name, f"括号嵌套超过 {DEEPEST} 层", _line(text, token.start()))


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1


def _tokens(text: str) -> Iterator[_Token]:
    """The bare words and the braces of a text with where they stand; not what is quoted, named or commented.

    The store finds a keyword wherever one fits: in ``trueSERVICE<…>``, and in ``SERVICE:x`` where that is no name. So a
    prefix counts as a word where it has a keyword in it that nobody may use.
    """
    depth, before = 0, ""
    for match in _TOKEN.finditer(text):
        if match.lastgroup in {"comment", "space"}:
            continue
        shown = _shown(match)
        depth -= shown == "}"
        if shown:
            yield _Token(match.start(), shown, depth, before)
        depth += shown == "{"
        before = shown


def _shown(match: re.Match[str]) -> str:
    """A word in capitals, a brace, or nothing."""
    found = match[0]
    match match.lastgroup:
        case "word":
            return found.upper()
        case "local":
            prefix = match["word"].upper()
            return prefix if "SERVICE" in prefix or prefix.startswith("LOAD") else ""
        case "iri":
            # `?a<?b)SERVICE#>` may be two operators and a comment; no real address looks like that.
            return "SERVICE" if ")" in found and "SERVICE" in found.upper() else ""
        case "rest" if found in "{}":
            return found
        case _:
            return ""


def _unescaped(text: str) -> str:
    """The text with its code point escapes undone (SPARQL 1.1 §19.2)."""
    return _ESCAPE.sub(lambda match: _character(match[1] or match[2]), text)


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"  # noqa: PLR2004 - the last code point there is
