"""What the nightly run is told by a file in TOML; it is checked before anything is done (``docs/fetching.md``)."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal  # noqa: TC003 - pydantic reads it
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path  # noqa: TC003 - a signature
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ingest.readers.text import content_of
from jixiao.errors import BadInputError
from jixiao.messages import text
from jixiao.nightly.naming import is_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

    from jixiao.report.choice import Choice

_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")
_ID_LENGTH = 16


def _folder(name: str) -> str:
    if not is_name(name):
        raise PydanticCustomError("folder", "no name of a folder")
    return name


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise PydanticCustomError("address", "no address of http or https")
    return url


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Several = Annotated[tuple[Words, ...], Field(strict=False)]
Address = Annotated[str, AfterValidator(_address)]
Site = Annotated[str, AfterValidator(lambda url: url and _address(url))]
Form = Literal["html", "md", "xlsx", "jsonl", "pdf"]


class _Table(BaseModel):
    """A table of the file: no key that is not known, nothing taken for what it is not."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Watch(_Table):
    """One report more, on what somebody watches; what is said together holds together."""

    name: Annotated[str, AfterValidator(_folder)]
    """What the reader calls it; a folder of the report is named so."""
    department: Several = ()
    division: Several = ()
    year: Annotated[tuple[Annotated[int, Field(ge=1900, le=2999)], ...], Field(strict=False)] = ()
    rules: Several = ()

    @property
    def choice(self) -> Choice:
        """The same for the report."""
        from jixiao.report.choice import Choice  # noqa: PLC0415 - loads the rooms

        return Choice(self.name, self.department, self.division, self.year, self.rules)


class Hook(_Table):
    """What is done with each new report: a command, or a message to an address; just one of them."""

    command: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    """A program and what it is given, as they are: no shell reads them."""
    url: Address | None = None
    retries: int = Field(default=3, ge=0, le=10)
    """How often a message is sent again that was not taken."""
    seconds: float = Field(default=60.0, gt=0, le=3600)
    """How long the command, or each message, may take."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.command is None) == (self.url is None):
            raise PydanticCustomError("one", "command or url")
        return self

    @property
    def id(self) -> str:
        """The same as long as the hook does the same: by it the run notes what was sent."""
        done = "\0".join(self.command or (self.url or "",))
        return sha256(done.encode()).hexdigest()[:_ID_LENGTH]

    @property
    def called(self) -> str:
        """What people know it by: the program, or the host; the rest may hold what is secret."""
        return self.command[0] if self.command else urlsplit(self.url or "").netloc.rpartition("@")[2]


class Settings(_Table):
    """The whole file; what it does not say, the command line or the program does."""

    site: Site | None = None
    """The address of the site that the numbers of a report lead to; empty where they are to lead nowhere."""
    keep: int | None = Field(default=None, ge=1)
    """How many snapshots stay."""
    max_drop: Annotated[Decimal, Field(strict=False, ge=0, le=100)] | None = None
    """By how many percent counts may fall."""
    forms: Annotated[tuple[Form, ...], Field(strict=False, min_length=1)] | None = None
    pause: float = Field(default=1.0, ge=0.1, le=300)
    """Seconds between two requests to one host."""
    watch: Annotated[tuple[Watch, ...], Field(strict=False)] = ()
    hook: Annotated[tuple[Hook, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [each.name.casefold() for each in self.watch]
        if len(names) != len(set(names)):
            raise PydanticCustomError("twice", "two of one name")
        return self


def read(path: Path) -> Settings:
    """The settings of a file.

    Raises:
        BadInputError: it cannot be used; the message says where and what to do.
        IngestError: it cannot be opened.
    """
    try:
        told = tomllib.loads(content_of(path).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInputError(text("settings.encoding", path=path)) from error
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(text("settings.syntax", path=path, where=_place(error))) from error
    try:
        return Settings.model_validate(told)
    except ValidationError as error:
        wrong = "\n".join(f"· {_sentence(each)}" for each in error.errors(include_url=False))
        raise BadInputError(text("settings.wrong", path=path, wrong=wrong)) from error


def with_options(told: Settings, **options: object) -> Settings:
    """The settings with what the command line says instead of them; what it does not say is ``None``.

    Raises:
        BadInputError: it says what cannot be; the message names the options.
    """
    said = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings.model_validate({**dict(told), **said})
    except ValidationError as error:
        wrong = "\n".join(f"· --{_sentence(each).replace('_', '-', 1)}" for each in error.errors(include_url=False))
        raise BadInputError(text("settings.options", wrong=wrong)) from error


def _place(error: tomllib.TOMLDecodeError) -> str:
    found = _LINE.search(str(error))
    return text("settings.line", line=found[1], column=found[2]) if found else text("settings.end")


def _sentence(error: ErrorDetails) -> str:
    """What is wrong at one place, and what should stand there."""
    where, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        known = _known(where[:-1])
        near = get_close_matches(str(where[-1]), known, n=1)
        return text("settings.unknown", where=_called(where), known="、".join(near or known))
    if kind == "missing":
        return text("settings.missing", where=_called(where))
    if kind in {"one", "twice"}:
        return text(f"settings.{kind}", where=_called(where))
    name = next(each for each in reversed(where) if isinstance(each, str))
    return text("settings.other", where=_called(where), given=repr(error["input"]), meant=text(f"settings.is_{name}"))


def _known(where: Sequence[int | str]) -> list[str]:
    """The keys of the table at a place."""
    tables: dict[str, type[_Table]] = {"watch": Watch, "hook": Hook}
    return list((tables[str(where[0])] if where else Settings).model_fields)


def _called(where: Sequence[int | str]) -> str:
    """A place as people find it."""
    steps = [text("settings.nth", count=each + 1) if isinstance(each, int) else str(each) for each in where]
    return " ".join(steps)
