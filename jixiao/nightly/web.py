"""Web addresses as an inbox: each is asked politely whether it has changed, and only what has changed is fetched.

What was fetched lies in a folder of the graph, ``fetched/<hash of the address>/``: the content under its own name in a
folder named by its hash, and ``meta.json``, which names it. The content is there before ``meta.json`` is replaced in
one step, so a run that is killed leaves what was there before or what is new; what it had of a download that was under
way stays as ``part`` and is gone on with.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from itertools import count
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from graph.files import write_whole
from ingest.readers.sniff import kind_of
from jixiao.messages import text
from jixiao.nightly import addresses
from jixiao.nightly.deadline import ONE_EACH, Deadline
from jixiao.nightly.inbox import Item, Trouble, items
from jixiao.nightly.manners import RESTING, AgainError, Clock, Manners, NotNowError, asked_to_wait
from jixiao.nightly.naming import DOCUMENTS, ending, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from jixiao.nightly.addresses import Listed

PAUSE = 1.0
"""Seconds between two requests to one host."""
LARGEST = 200 * 2**20
"""Bytes of the largest document that is fetched."""
LONGEST = 1800.0
"""Seconds that one download may take in one run; the next goes on with it."""
TIMEOUT = httpx.Timeout(60.0, connect=20.0)
"""Seconds without any byte."""
ANSWER = 120.0
"""Seconds until an answer has begun, however slowly it comes."""
HOSTS_AT_ONCE = 8
TRIES = 3
FIRST_PAUSE = 5.0
"""Seconds before the second try; twice as many before the next."""
REDIRECTS = 10
FRESH = timedelta(hours=12)
"""So long after it began, a run that was killed is gone on with; later everything is asked for again."""
PASSING = {408, 425, 500, 502, 504, 520, 521, 522, 523, 524}
"""Answers after which the next try may go well."""
GONE = {httpx.codes.NOT_FOUND, httpx.codes.GONE}

META, PART, PART_META, UNFINISHED = "meta.json", "part", "part.json", "unfinished"
_NAME_LENGTH = 16


def look(  # noqa: PLR0913 - what tests set stands behind
    listing: Path,
    folder: Path,
    say: Callable[[str], None],
    *,
    pause: float = PAUSE,
    largest: int = LARGEST,
    clock: Clock | None = None,
) -> Iterator[Item | Trouble]:
    """The documents at the addresses of a list, in its order; each as it is now, or as it was when it was last had.

    Of an address that cannot be had, both come: what it had before, where that is known, and the trouble. When
    everything is done with them, :func:`finish` is to be called.

    Args:
        listing: a CSV file (:mod:`jixiao.nightly.addresses`).
        folder: where documents are kept.
        say: is told what was fetched.
        pause: seconds between two requests to one host.
        largest: bytes of the largest document that is fetched.
        clock: what tells and passes time.

    Raises:
        BadInputError: the list cannot be read.
        IngestError: its file cannot be opened.
    """
    lines = addresses.read(listing)
    yield from (line for line in lines if isinstance(line, Trouble))
    listed = [line for line in lines if not isinstance(line, Trouble)]
    folder.mkdir(parents=True, exist_ok=True)
    clock = clock or Clock()
    since = _begin(folder, clock)
    unpacked = folder / ".unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    with httpx.Client(headers=HEADERS, timeout=TIMEOUT, limits=ONE_EACH) as client:
        fetcher = Fetcher(client, folder, Manners(client, clock, pause), clock, largest=largest, since=since)
        unchanged = 0
        for arrival in _arrivals(fetcher, listed):
            unchanged += arrival.unchanged
            if sentence := arrival.sentence():
                say(sentence)
            yield from arrival.found(unpacked)
    say(text("web.done", count=len(listed), unchanged=unchanged))


def finish(folder: Path) -> None:
    """Note that a run did everything with what was fetched; until then another goes on with it and asks for no more."""
    (folder / UNFINISHED).unlink(missing_ok=True)


HEADERS = {
    "User-Agent": f"jixiao/{version('jixiao')} (open knowledge graph of budget targets)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",  # what is compressed on the way cannot be gone on with
}


def _begin(folder: Path, clock: Clock) -> str | None:
    """Since when what was fetched is still good: the beginning of a run that was killed, if there was one."""
    note, now = folder / UNFINISHED, clock.now()
    if note.is_file():
        begun = note.read_text(encoding="ascii")
        if timedelta(0) <= now - datetime.fromisoformat(begun) < FRESH:
            return begun
    write_whole(note, clock.stamp().encode("ascii"))
    return None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a document that was fetched; ``meta.json``."""

    address: str
    """In the list."""
    url: str
    """Where it was in the end."""
    name: str
    sha256: str
    kind: str
    """What its content is."""
    retrieved: str
    """When this content was first had."""
    checked: str
    """When it was last known to be what the address has."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of one address."""

    listed: Listed
    kept: Kept | None = None
    """The document as it is known now."""
    path: Path | None = None
    """Where its content is."""
    trouble: str | None = None
    unchanged: bool = False

    def sentence(self) -> str | None:
        """What to tell of it; nothing of what is as it was."""
        if self.trouble is not None:
            return text("web.failed", url=self.listed.address, cause=self.trouble)
        if self.unchanged or self.kept is None:
            return None
        return text("web.fetched", name=self.kept.name, url=self.kept.url)

    def found(self, unpacked: Path) -> Iterator[Item | Trouble]:
        """It as an inbox says it; an archive gives its documents."""
        if self.kept and self.path:
            for each in items(self.path, self.listed.address, unpacked):
                if isinstance(each, Item):
                    yield replace(each, url=self.kept.url, retrieved=self.kept.retrieved)
                else:
                    yield each
        if self.trouble is not None:
            stays = text("web.stays", day=self.kept.retrieved[:10]) if self.kept else ""
            yield Trouble(self.listed.address, self.trouble + stays)


def _arrivals(fetcher: Fetcher, listed: Sequence[Listed]) -> Iterator[Arrival]:
    """What became of each address, in order; several hosts are asked at once, each by one thread."""
    answers: dict[str, Future[Arrival]] = {each.address: Future() for each in listed}
    hosts: defaultdict[str | None, list[Listed]] = defaultdict(list)
    for each in listed:
        hosts[urlsplit(each.address).hostname].append(each)
    waiting, stopped = list(reversed(hosts.values())), Event()

    def work() -> None:
        while waiting and not stopped.is_set():
            try:
                host = waiting.pop()
            except IndexError:  # another thread was faster
                return
            for each in host:
                if stopped.is_set():
                    return
                try:
                    answers[each.address].set_result(fetcher.fetch(each))
                except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
                    answers[each.address].set_exception(error)

    for _ in range(min(HOSTS_AT_ONCE, len(hosts))):  # nobody waits for them where the run is stopped
        Thread(target=work, name="fetching", daemon=True).start()
    try:
        yield from (answers[each.address].result() for each in listed)
    finally:
        stopped.set()


class Fetcher:
    """Fetches what has changed, one address after the other."""

    def __init__(  # noqa: PLR0913 - each is one
        self, client: httpx.Client, folder: Path, manners: Manners, clock: Clock, *, largest: int, since: str | None
    ) -> None:
        """Keep documents in a folder; what was asked for ``since`` a moment is not asked for again."""
        self._client = client
        self._folder = folder
        self._manners = manners
        self._clock = clock
        self._largest = largest
        self._since = since

    def fetch(self, listed: Listed) -> Arrival:
        """What an address has, and whether that is new."""
        place = Place(self._folder, listed.address)
        kept = place.kept()
        if kept and self._since and kept.checked >= self._since:
            return Arrival(listed, kept, place.content(kept), unchanged=True)
        try:
            now = self._patiently(place, kept)
        except (NotNowError, OSError, httpx.HTTPError) as error:
            cause = str(error) or type(error).__name__
            return self._in_trouble(listed, place, kept, cause)
        except Exception as error:  # noqa: BLE001 - our mistake with one address is not to cost the others
            return self._in_trouble(listed, place, kept, text("web.mistake", kind=type(error).__name__, detail=error))
        unchanged = kept is not None and kept.sha256 == now.sha256
        return Arrival(listed, now, place.content(now), unchanged=unchanged)

    @staticmethod
    def _in_trouble(listed: Listed, place: Place, kept: Kept | None, cause: str) -> Arrival:
        """What is told of an address that could not be had; what it had before stays."""
        return Arrival(listed, kept, place.content(kept) if kept else None, trouble=cause)

    def _patiently(self, place: Place, kept: Kept | None) -> Kept:
        """What an address has; what goes wrong is tried again."""
        for attempt in count(1):
            visit = _Visit(place.address)
            try:
                return self._tried(visit, place, kept)
            except (AgainError, httpx.TransportError) as error:
                problem = error if isinstance(error, AgainError) else _broken(error)
                if attempt == TRIES:
                    if problem.everything:
                        self._manners.give_up(visit.url, str(problem))
                    raise NotNowError(str(problem)) from error
                self._manners.put_off(visit.url, problem.seconds or FIRST_PAUSE * 2 ** (attempt - 1))
        raise AssertionError

    def _tried(self, visit: _Visit, place: Place, kept: Kept | None) -> Kept:
        """One try, which follows where it is led."""
        for _ in range(REDIRECTS + 1):
            self._manners.permit(visit.url)
            headers = place.conditions(kept, visit.url)
            silent = AgainError(text("web.silent"), everything=True)
            with (
                self._manners.turn(visit.url),
                Deadline(ANSWER, silent) as deadline,
                self._client.stream("GET", visit.url, headers=headers, extensions=deadline.extensions) as answer,
            ):
                deadline.put_off(LONGEST, NotNowError(text("web.too_slow", minutes=round(LONGEST / 60))))
                if answer.next_request is None:
                    return self._taken(_Coming(answer, deadline, visit.url), place, kept)
                led = addresses.address(str(answer.next_request.url.copy_with(userinfo=b"")))
            if led is None:
                raise NotNowError(text("web.led_nowhere"))
            visit.url = led
        raise NotNowError(text("web.led_around", count=REDIRECTS))

    def _taken(self, coming: _Coming, place: Place, kept: Kept | None) -> Kept:
        """What an answer says or brings."""
        answer = coming.answer
        status = answer.status_code
        if kept and status == httpx.codes.NOT_MODIFIED:
            return place.confirm(kept, self._clock.stamp())
        if status in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            return self._downloaded(coming, place, kept)
        if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and place.part.exists():
            place.drop_part()
            raise AgainError(text("web.status", status=status))
        if status in RESTING:
            raise AgainError(text("web.resting", status=status), seconds=asked_to_wait(answer, self._clock))
        if status in PASSING:
            raise AgainError(text("web.status", status=status))
        raise NotNowError(text("web.gone" if status in GONE else "web.status", status=status))

    def _downloaded(self, coming: _Coming, place: Place, kept: Kept | None) -> Kept:
        """The document that an answer brings, put in its place; the one before stays where it is none."""
        told = place.receive(coming.answer, coming.url)
        size = place.part.stat().st_size
        with place.part.open("ab") as file:
            for piece in coming.deadline.pieces(coming.answer):
                size += len(piece)
                if size > self._largest:
                    place.drop_part()
                    raise NotNowError(text("web.too_large", most=self._largest // 2**20))
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if told["total"] not in {None, size}:
            place.drop_part()
            raise AgainError(text("web.torn"))
        data = place.part.read_bytes()
        if cause := _no_document(data, told["type"], (place.address, coming.url), kept):
            place.drop_part()
            raise NotNowError(cause)
        return place.settle(data, told, kept, self._clock.stamp())


@dataclass(slots=True)
class _Visit:
    """Where a try has come to."""

    url: str


@dataclass(frozen=True, slots=True)
class _Coming:
    """An answer that has begun."""

    answer: httpx.Response
    deadline: Deadline
    url: str


def _broken(error: httpx.TransportError) -> AgainError:
    """A connection that was not made, broke, or fell silent."""
    unreachable = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    why = "unreachable" if unreachable else "silent" if isinstance(error, httpx.TimeoutException) else "broken"
    return AgainError(text(f"web.{why}", cause=str(error) or type(error).__name__), everything=unreachable)


def _no_document(data: bytes, content_type: str, urls: Sequence[str], kept: Kept | None) -> str | None:
    """Why what was fetched cannot be the document that is meant; ``None`` where it can.

    A page where a file is meant is a login, an error that does not say so, or a notice that the file has moved.
    """
    if not data:
        return text("web.empty")
    kind = kind_of(data)
    is_page = kind == "html" or (kind == "text" and "html" in content_type)
    file_meant = kept.kind != "html" if kept else any(ending(url) in DOCUMENTS for url in urls)
    return text("web.page") if is_page and file_meant else None


class Place:
    """Where the document of one address is kept."""

    def __init__(self, folder: Path, address: str) -> None:
        """The place of an address; nothing need be there."""
        self.address = address
        self.folder = folder / sha256(address.encode()).hexdigest()[:_NAME_LENGTH]
        self.part = self.folder / PART

    def kept(self) -> Kept | None:
        """What is kept; nothing where it is not whole."""
        try:
            kept = Kept(**json.loads((self.folder / META).read_bytes()))
            content = self.content(kept).read_bytes()
        except (OSError, ValueError, TypeError):
            return None
        return kept if sha256(content).hexdigest() == kept.sha256 else None

    def content(self, kept: Kept) -> Path:
        """Where the content is."""
        return self.folder / kept.sha256[:_NAME_LENGTH] / kept.name

    def conditions(self, kept: Kept | None, url: str) -> dict[str, str]:
        """What to say in a request so that only what is new or missing comes."""
        said: dict[str, str | None] = {}
        if kept and kept.url == url:
            said = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
        part = self._part()
        if part and part["url"] == url and self.part.exists() and (size := self.part.stat().st_size):
            said |= {"Range": f"bytes={size}-", "If-Range": part["validator"]}
        return {name: value for name, value in said.items() if value and value.isascii()}  # no other can be sent

    def confirm(self, kept: Kept, when: str) -> Kept:
        """Note that what is kept is what the address has."""
        self._write(META, asdict(confirmed := replace(kept, checked=when)))
        return confirmed

    def receive(self, answer: httpx.Response, url: str) -> dict[str, Any]:
        """Get ready for what an answer brings: after what is there of it, or from the beginning.

        Raises:
            AgainError: it brings another stretch than was asked for.
        """
        self.folder.mkdir(exist_ok=True)
        begun = self._part() if answer.status_code == httpx.codes.PARTIAL_CONTENT else None
        start, total = _stretch(answer)
        if begun and self.part.exists() and start == self.part.stat().st_size:
            return begun | {"total": total}
        self.drop_part()
        if answer.status_code == httpx.codes.PARTIAL_CONTENT:
            raise AgainError(text("web.torn"))
        told = {
            "url": url,
            "validator": _validator(answer),
            "etag": answer.headers.get("etag"),
            "last_modified": answer.headers.get("last-modified"),
            "type": answer.headers.get("content-type", ""),
            "disposition": _raw(answer, b"content-disposition").hex(),
            "total": None,
        }
        self._write(PART_META, told)
        self.part.touch()
        return told

    def settle(self, data: bytes, told: dict[str, Any], kept: Kept | None, when: str) -> Kept:
        """Make what was received what is kept, unless it is what was kept before."""
        content = sha256(data).hexdigest()
        said = {"url": told["url"], "etag": told["etag"], "last_modified": told["last_modified"], "checked": when}
        if kept and kept.sha256 == content:
            self._write(META, asdict(now := replace(kept, **said)))
            self.drop_part()
            return now
        kind = kind_of(data)
        name = name_of(bytes.fromhex(told["disposition"]), told["url"], kind)
        now = Kept(self.address, name=name, sha256=content, kind=kind, retrieved=when, **said)
        path = self.content(now)
        path.parent.mkdir(exist_ok=True)
        self.part.replace(path)
        self._write(META, asdict(now))
        self.drop_part()
        for other in self.folder.iterdir():  # what was kept before
            if other.is_dir() and other != path.parent:
                shutil.rmtree(other, ignore_errors=True)
        return now

    def drop_part(self) -> None:
        """Forget what there is of a download."""
        self.part.unlink(missing_ok=True)
        (self.folder / PART_META).unlink(missing_ok=True)

    def _part(self) -> dict[str, Any] | None:
        try:
            told: dict[str, Any] = json.loads((self.folder / PART_META).read_bytes())
        except (OSError, ValueError):
            return None
        validator = told.get("validator")
        return told if validator and validator.isascii() else None

    def _write(self, name: str, told: dict[str, Any]) -> None:
        write_whole(self.folder / name, json.dumps(told, ensure_ascii=False, indent=1).encode())


def _raw(answer: httpx.Response, name: bytes) -> bytes:
    """A header as it came: names of files stand there in more encodings than one."""
    return next((value for key, value in answer.headers.raw if key.lower() == name), b"")


def _validator(answer: httpx.Response) -> str | None:
    """By what one can ask later for the rest of just this content; ``None`` where one cannot."""
    headers = answer.headers
    if headers.get("accept-ranges") == "none" or headers.get("content-encoding", "identity") != "identity":
        return None
    etag: str | None = headers.get("etag")
    return etag if etag and not etag.startswith("W/") else headers.get("last-modified")


def _stretch(answer: httpx.Response) -> tuple[int | None, int | None]:
    """Where what an answer brings begins, and how long the whole is, as far as it says."""
    span, _, total = answer.headers.get("content-range", "").removeprefix("bytes").strip().partition("/")
    start = span.partition("-")[0]
    return int(start) if start.isdecimal() else None, int(total) if total.isdecimal() else None
