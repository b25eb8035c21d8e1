"""The templates in English: they are written in Chinese, and what they say stands in ``messages/pages.en.toml``.

A message is what stands between two tags, expressions in it numbered: ``共 {{ total }} 条`` is ``共 {1} 条``. So
are the values of attributes, and the Chinese in strings of expressions. Of a template of Markdown each line is apart. A
template needs no marks; a test finds what has no translation, and translations that nothing says any more.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2.ext import Extension

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Look = Callable[[str], str]

CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
_EXPRESSION = re.compile(r"{{.*?}}", re.DOTALL)
_APART = re.compile(
    r"""({\#.*?\#} | {%.*?%} | <!--.*?--> | <[a-zA-Z/!](?:{{.*?}}|{%.*?%}|[^<>{]|{(?![{%]))*>)""",
    re.DOTALL | re.VERBOSE,
)
"""What messages stand between: comments, statements, tags."""
_IN_TAG = re.compile(
    r"""{%.*?%} | (?<=\s)(?P<name>[\w-]+)="(?P<value>(?:{{.*?}}|{%.*?%}|[^"{]|{(?![{%]))*)\"""",
    re.DOTALL | re.VERBOSE,
)
"""What a tag is made of: statements and attributes, whose values may have statements."""
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|' + r"'((?:[^'\\]|\\.)*)'")
_NUMBER = re.compile(r"{(\d+)}")
_COUNTED = re.compile(r"{(\d+)\?(.*?)\|(.*?)}")
"""One word for one and another for all other numbers: ``{1} {1?row|rows}``."""


@cache
def english(name: str = "pages") -> Mapping[str, str]:
    """What each message of the pages is in English, or each of the phrases that programs write."""
    text = files("jixiao.messages").joinpath(f"{name}.en.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def translated(message: str, language: str) -> str:
    """A message of a page in a language; one without a translation stays as it is."""
    return english().get(message, message) if language == "en" else message


def told(phrase: str, language: str) -> str:
    """What a program wrote of what it read or found, in a language; one that is not known stays as it is."""
    if language != "en":
        return phrase
    matches = ((pattern.fullmatch(phrase), words) for pattern, words in _phrases())
    return next((words.format(*match.groups()) for match, words in matches if match), phrase)


@cache
def _phrases() -> list[tuple[re.Pattern[str], str]]:
    """The phrases as patterns, those first that say the most."""
    known = sorted(english("phrases").items(), key=lambda each: len(each[0].replace("{}", "")), reverse=True)
    return [(re.compile("(.+?)".join(map(re.escape, phrase.split("{}")))), words) for phrase, words in known]


class InEnglish(Extension):
    """Makes the templates of an environment say everything in English."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - jinja's
        """The source of a template with its messages translated."""
        return put(source, lambda message: translated(message, "en"), name)


def put(source: str, look: Look, name: str | None = None) -> str:
    """The source of a template of this name with each message put as ``look`` says; all else stays as it is."""
    parts = source.split("\n") if name and name.endswith(LINES) else [source]
    return "\n".join("".join(_piece(piece, look) for piece in _APART.split(part)) for part in parts)


LINES = ".md"
"""How the names of templates end in which a line is a message of its own."""


def messages(source: str, name: str | None = None) -> list[str]:
    """Every message of a template, once, in order."""
    found: dict[str, None] = {}

    def note(message: str) -> str:
        found[message] = None
        return message

    put(source, note, name)
    return list(found)


def _piece(piece: str, look: Look) -> str:
    if piece.startswith(("{#", "<!--")):
        return piece
    if piece.startswith("{%"):
        return _strings(piece, look)
    if piece.startswith("<"):
        return _tag(piece, look)
    return _run(piece, look)


def _tag(tag: str, look: Look) -> str:
    """A tag with its attributes put; statements in it are code."""

    def part(found: re.Match[str]) -> str:
        return _strings(found[0], look) if found["name"] is None else f'{found["name"]}="{put(found["value"], look)}"'

    return _IN_TAG.sub(part, tag)


def _run(run: str, look: Look) -> str:
    """Text with expressions in it."""
    expressions = [_strings(each, look) for each in _EXPRESSION.findall(run)]
    counter = iter(range(1, len(expressions) + 1))
    numbered = _EXPRESSION.sub(lambda _: f"{{{next(counter)}}}", run)
    text = " ".join(numbered.split())
    if CHINESE.search(text):
        before, after = numbered[: len(numbered) - len(numbered.lstrip())], numbered[len(numbered.rstrip()) :]
        numbered = before + look(text) + after
    counted = _COUNTED.sub(lambda found: _either(expressions[int(found[1]) - 1], found[2], found[3]), numbered)
    return _NUMBER.sub(lambda found: expressions[int(found[1]) - 1], counted)


def _either(expression: str, one: str, many: str) -> str:
    """Code that gives one word where an expression is 1, and another where it is not."""
    return f"{{{{ '{one}' if ({expression[2:-2].strip()}) == 1 else '{many}' }}}}"


def _strings(code: str, look: Look) -> str:
    """Code with its Chinese strings put."""

    def string(found: re.Match[str]) -> str:
        text = found[1] if found[1] is not None else found[2]
        if not CHINESE.search(text):
            return found[0]
        mark = found[0][0]
        return f"{mark}{look(text)}{mark}"

    return _STRING.sub(string, code)
