"""``jixiao`` and ``python -m jixiao``: the command line's way in and, through its exit code, its way out."""

from __future__ import annotations

import os
import re
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

import typer

from jixiao.errors import JixiaoError
from jixiao.messages import LANGUAGE_VARIABLE, LANGUAGES, catalogue, language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, FOUND, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130


def main() -> NoReturn:
    """Runs one command and exits: 0 done, 1 findings where asked for, 2 bad input, 3 a mistake of the program."""
    speak_utf8()
    try:
        code = run(choose_language(sys.argv[1:]))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code)


def speak_utf8() -> None:
    """Makes both streams UTF-8 with plain line ends, whatever Windows' code page says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def choose_language(arguments: Sequence[str]) -> list[str]:
    """Takes ``--lang`` out of the arguments, wherever it stands: help texts need it before they are parsed."""
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        name, equals, value = argument.partition("=")
        if name != "--lang":
            rest.append(argument)
            continue
        asked = value if equals else next(given, "")
        if asked not in LANGUAGES:
            sys.exit(complain(text("error.lang", value=asked)))
        os.environ[LANGUAGE_VARIABLE] = asked
    return rest


def run(arguments: list[str]) -> int:
    """Runs one command and gives its exit code; says on standard error what went wrong."""
    from jixiao.cli import app  # noqa: PLC0415 - after the language is known

    try:
        return app(arguments, prog_name="jixiao", standalone_mode=False) or DONE
    except (typer.Abort, KeyboardInterrupt):
        complain(text("error.interrupted"))
        return INTERRUPTED
    except typer.TyperException as error:
        return complain(*usage(error))
    except JixiaoError as error:
        return complain(str(error))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last net: what falls here is our mistake or another room's refusal
        return explain(error)


def usage(error: typer.TyperException) -> list[str]:
    """What was wrong with the way the command was typed, in the user's language."""
    sentences = catalogue(language())["usage"]
    kind = next((base.__name__ for base in type(error).__mro__ if base.__name__ in sentences), "UsageError")
    parameter = getattr(error, "param", None)
    hint = parameter.get_error_hint() if parameter is not None else ""
    option = getattr(error, "option_name", "")
    lines = [text(f"usage.{kind}", option=option, hint=hint, detail=expected(error.message))]
    context = getattr(error, "ctx", None)
    if context is not None:
        lines.append(text("usage.see_help", command=context.command_path))
    return lines


WRONG = {
    "extra": r"unexpected extra argument.* \((?P<given>.*)\)",
    "no_value": r"does not take a value",
    "needs_value": r"requires an argument",
    "choice": r"error, (?P<given>.*) is not one of (?P<choices>.*)\.",
    "integer": r"valid integer",
    "number": r"valid number",
    "at_least": r"greater than or equal to (?P<limit>\S+)",
    "at_most": r"less than or equal to (?P<limit>\S+)",
    "above": r"greater than (?P<limit>\S+)",
    "below": r"less than (?P<limit>\S+)",
}
"""By what the library says in English, what is said instead."""


def expected(said: str) -> str:
    """What should have been typed, in the user's language, where the library's sentence is known."""
    found = ((name, re.search(pattern, said, re.DOTALL)) for name, pattern in WRONG.items())
    return next((text(f"usage.{name}", **match.groupdict()) for name, match in found if match), said)


def complain(*lines: str) -> int:
    """Says what is wrong and gives the exit code for bad input."""
    sys.stderr.write(text("error.prefix") + "\n".join(lines) + "\n")
    return BAD_INPUT


def explain(error: Exception) -> int:
    """The exit code for an error of a room below: bad input where the room says so, else our own mistake."""
    from jixiao.refusals import refusal  # noqa: PLC0415 - loads the rooms

    said = refusal(error)
    if said is not None:
        return complain(said)
    if os.environ.get("JIXIAO_DEBUG"):
        raise error
    complain(text("error.internal", kind=type(error).__name__, detail=str(error)))
    return INTERNAL


if __name__ == "__main__":
    main()
