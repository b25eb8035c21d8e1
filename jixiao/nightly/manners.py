"""How to behave as a guest: one request at a time a host, a pause between two, and what robots.txt asks for."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from jixiao.messages import text
from jixiao.nightly.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NAME = "jixiao"
"""What robots.txt calls this program."""
LONGEST_WAIT = 300.0
"""So many seconds a host may ask to wait within one run; what it asks for beyond is left to the next."""
LONGEST_ROBOTS = 60.0
"""Seconds that robots.txt may take, however slowly it comes."""
LARGEST_ROBOTS = 512 * 2**10
"""As RFC 9309 asks for at least."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, and how to let it pass."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    passed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def stamp(self) -> str:
        """This moment as a record says it."""
        return f"{self.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class NotNowError(Exception):
    """An address may not be asked for, or not in this run; its text is for the user."""


class AgainError(Exception):
    """Something went wrong that may go right soon; its text is for the user.

    Attributes:
        seconds: how long the host asked to be left alone.
        everything: nothing else can be had from the host either.
    """

    def __init__(self, cause: str, *, seconds: float = 0.0, everything: bool = False) -> None:
        self.seconds = seconds
        self.everything = everything
        super().__init__(cause)


@dataclass(slots=True)
class _Host:
    """One host, and since when it may be asked again."""

    turn: Lock = field(default_factory=Lock)
    free: float = 0.0
    pause: float = 0.0
    down: str | None = None
    """Why nothing more is asked of it in this run."""


class Manners:
    """Who may be asked when."""

    def __init__(self, client: httpx.Client, clock: Clock, pause: float) -> None:
        """Behave with a client.

        Args:
            client: what asks for robots.txt, with a connection for each request.
            clock: what tells and passes time.
            pause: seconds between the end of a request and the next to the same host; robots.txt may ask for more.
        """
        self._client = client
        self._clock = clock
        self._hosts: defaultdict[str, _Host] = defaultdict(lambda: _Host(pause=pause))
        self._rules: dict[str, RobotFileParser] = {}
        self._lock = Lock()

    @contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Wait until the host of an address may be asked, and let nobody else ask it meanwhile.

        Raises:
            NotNowError: it asked to wait for longer than a run waits, or was given up.
        """
        host = self._host(url)
        with host.turn:
            if host.down:
                raise NotNowError(host.down)
            wait = host.free - self._clock.passed()
            if wait > LONGEST_WAIT:
                raise NotNowError(text("web.wait_too_long", host=urlsplit(url).hostname, minutes=round(wait / 60)))
            if wait > 0:
                self._clock.sleep(wait)
            try:
                yield
            finally:
                host.free = max(host.free, self._clock.passed() + host.pause)

    def put_off(self, url: str, seconds: float) -> None:
        """Leave the host of an address alone for a while."""
        host = self._host(url)
        host.free = max(host.free, self._clock.passed() + seconds)

    def give_up(self, url: str, cause: str) -> None:
        """Ask nothing more of the host of an address."""
        self._host(url).down = cause

    def permit(self, url: str) -> None:
        """Do nothing where the site allows the address to programs.

        Raises:
            NotNowError: its robots.txt forbids it.
            AgainError: its robots.txt cannot be had, without which nothing is allowed (RFC 9309).
        """
        if not self._rules_of(url).can_fetch(NAME, url):
            raise NotNowError(text("web.forbidden"))

    def _host(self, url: str) -> _Host:
        with self._lock:
            return self._hosts[urlsplit(url).hostname or ""]

    def _rules_of(self, url: str) -> RobotFileParser:
        """What the site of an address allows; asked once a run."""
        site = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if site not in self._rules:
            rules = RobotFileParser()
            rules.parse(self._asked(f"{site}/robots.txt").decode("utf-8-sig", errors="replace").splitlines())
            host = self._host(url)
            host.pause = max(host.pause, min(float(rules.crawl_delay(NAME) or 0), LONGEST_WAIT))
            self.put_off(url, host.pause)
            self._rules[site] = rules
        return self._rules[site]

    def _asked(self, url: str) -> bytes:
        """The text of robots.txt; empty where there is none."""
        try:
            late = AgainError(text("web.no_robots", cause=text("web.slow")), everything=True)
            with (
                self.turn(url),
                Deadline(LONGEST_ROBOTS, late) as deadline,
                self._client.stream("GET", url, follow_redirects=True, extensions=deadline.extensions) as answer,
            ):
                if answer.status_code in RESTING or answer.is_server_error:
                    seconds = asked_to_wait(answer, self._clock)
                    raise AgainError(text("web.no_robots", cause=answer.status_code), seconds=seconds, everything=True)
                return _beginning(deadline.pieces(answer)) if answer.is_success else b""
        except httpx.InvalidURL as error:  # that it was led to
            raise AgainError(text("web.no_robots", cause=error), everything=True) from error


RESTING = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
"""What a host answers that wants to be left alone for a while."""


def asked_to_wait(answer: httpx.Response, clock: Clock) -> float:
    """How many seconds an answer asks to wait (Retry-After); 0 where it does not say."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - clock.now()).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return 0.0


def _beginning(pieces: Iterable[bytes]) -> bytes:
    content = b""
    for piece in pieces:
        content += piece
        if len(content) >= LARGEST_ROBOTS:
            break
    return content[:LARGEST_ROBOTS]
