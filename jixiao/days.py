"""Days as people in China count them: readers look in the morning, when it is still yesterday in UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from jixiao.errors import BadInputError
from jixiao.messages import text

BEIJING = timezone(timedelta(hours=8))
"""The one time of all China; a machine elsewhere tells the same days."""


def now() -> datetime:
    """Now."""
    return datetime.now(BEIJING)


def today() -> str:
    """The day, as ISO 8601."""
    return now().date().isoformat()


def checked(written: str) -> str:
    """A day that somebody gives.

    Raises:
        BadInputError: it is none.
    """
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError as error:
        raise BadInputError(text("error.no_day", written=written)) from error


def day(moment: str | None) -> str:
    """The day of an ISO 8601 moment; nothing where there is none."""
    return datetime.fromisoformat(moment).astimezone(BEIJING).date().isoformat() if moment else ""
