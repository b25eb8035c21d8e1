"""The application that the commands hang on, and the help pages in the user's language."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib.metadata import version as installed
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from jixiao.errors import BadInputError
from jixiao.messages import catalogue, language, text


def translated(page: str) -> str:
    """A help page with the library's own English words in the user's language."""
    for english, own in catalogue(language())["headings"].items():
        page = page.replace(english, own)
    return page


class Command(TyperCommand):
    """A command whose help page is in the user's language throughout."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return translated(super().get_help(ctx))


class Group(TyperGroup):
    """The program itself; its help page is in the user's language throughout."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return translated(super().get_help(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name.

        Raises:
            BadInputError: there is none; the message names those that are spelt alike.
        """
        command = super().get_command(ctx, cmd_name)
        if command is None:
            alike = get_close_matches(cmd_name, self.commands) or list(self.commands)
            raise BadInputError(text("error.no_command", name=cmd_name, alike=" ".join(alike)))
        return command

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the library's signature
        """The commands in the order of the way that the data takes, not of the alphabet."""
        return list(self.commands)


app = typer.Typer(
    name="jixiao",
    cls=Group,
    help=text("help.jixiao"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def show_version(wanted: bool) -> None:  # noqa: FBT001 - the library calls it
    """Prints the version and ends."""
    if wanted:
        typer.echo(f"jixiao {installed('jixiao')}")
        raise typer.Exit


SPOKEN = language()
Lang = Annotated[str, typer.Option("--lang", metavar="zh|en", help=text("help.lang"))]
Debug = Annotated[bool, typer.Option("--debug", help=text("help.debug"))]
Shown = Annotated[bool, typer.Option("--version", help=text("help.version"), callback=show_version, is_eager=True)]


@app.callback()
def program(lang: Lang = SPOKEN, *, debug: Debug = False, version: Shown = False) -> None:  # noqa: ARG001
    """What every command has in common; ``--lang`` was taken and ``--version`` answered before."""
    if debug:
        os.environ["JIXIAO_DEBUG"] = "1"
