"""One run: look at the inbox, read what is new, publish, report, tell, prune.

Every step is decided by what is there, never by what an earlier run remembers of itself: a run that was killed at any
moment is simply run again, and does what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from graph import history
from graph.errors import CurrentError, SnapshotError
from graph.folder import KnowledgeGraph
from graph.lock import exclusive
from jixiao.days import today
from jixiao.errors import BadInputError
from jixiao.intake import is_published, publish, unjudged
from jixiao.messages import language, text
from jixiao.nightly import guards, hooks, inbox, ledger, log, web
from jixiao.nightly.addresses import differences
from jixiao.nightly.approval import MAX_DROP, approval
from jixiao.nightly.ledger import Comparison
from jixiao.nightly.reading import read
from jixiao.nightly.reporting import USUAL, Reporting, Wanted, hang_out, notice, problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graph.folder import Approve
    from graph.history import Publication
    from graph.snapshot import Snapshot
    from jixiao.nightly.inbox import Item, Trouble
    from jixiao.nightly.reading import Progress
    from jixiao.nightly.settings import Hook, Settings
    from jixiao.report.choice import Choice
    from jixiao.report.shelf import Kept

LISTING = ".csv"
"""How a list of web addresses ends; any other inbox is a folder."""
FETCHED = "fetched"
"""The folder of the graph for what was fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is asked to do."""

    inbox: Path
    kg: Path
    out: Path
    max_drop: Decimal | None = MAX_DROP
    """By so many percent a count may fall; ``None`` for any."""
    accept_drop: bool = False
    """Whether the inbox may be empty and counts may fall, this time."""
    date: str | None = None
    """What the report is dated; today without it."""
    site: str = ""
    """The address of the site that numbers of the report lead to."""
    forms: Sequence[str] = USUAL
    watch: Sequence[Choice] = ()
    templates: Path | None = None
    """A folder of templates that take the place of ours."""
    hooks: Sequence[Hook] = ()
    keep: int | None = None
    """How many snapshots stay; all without it."""
    pause: float = web.PAUSE
    """Seconds between two requests to one host, where the inbox is a list of addresses."""

    @classmethod
    def of(cls, settings: Settings, **asked: Any) -> Self:
        """What a file of settings and what else is ``asked`` say; what neither says is usual."""
        told: dict[str, Any] = {
            "site": settings.site and settings.site.rstrip("/"),
            "forms": settings.forms,
            "max_drop": settings.max_drop,
            "keep": settings.keep,
            "pause": settings.pause,
            "watch": tuple(each.choice for each in settings.watch),
            "hooks": settings.hook,
        }
        return cls(**{name: value for name, value in told.items() if value is not None}, **asked)

    def told(self) -> dict[str, Any]:
        """For the log; of hooks no more than what they are called by, as the rest may be secret."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain |= {"watch": [each.name for each in self.watch], "hooks": [each.called for each in self.hooks]}
        return {**{name: _plain(value) for name, value in plain.items()}, "language": language()}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path | Decimal) else value


@dataclass(slots=True)
class Outcome:
    """What a run did."""

    files: Comparison
    live: Snapshot | None = None
    """``None`` where nothing was ever read."""
    built: bool = False
    """Whether it is a new one."""
    publication: Publication | None = None
    report: Kept | None = None
    written: bool = False
    """Whether the report is a new one."""
    problems: list[str] = field(default_factory=list)
    """What else was not done, as sentences."""

    @property
    def code(self) -> int:
        """The exit code."""
        return guards.UNFINISHED if self.files.news or self.problems else guards.DONE


def run(order: Order, say: Callable[[str], None], progress: Progress) -> Outcome:
    """Do everything that is left to do.

    Args:
        order: what is asked for.
        say: is told each step.
        progress: is told each file that is read.

    Raises:
        StoppedError: it could not be done; the live snapshot and the reports are as they were.
        BadInputError: another run is at work.
    """
    guards.apart(order.inbox, order.kg, order.out)
    order.kg.mkdir(parents=True, exist_ok=True)
    with guards.alone(order.kg):
        entry = log.Run(order.kg)
        steps = Steps(order, entry, say, progress)
        try:
            with guards.told(entry, steps.graph):
                entry.begin(order.told())
                outcome = steps.all()
                entry.end(outcome.code, "\n".join(outcome.problems))
        except guards.StoppedError as error:
            hang_out(order.out, str(error))
            raise
    return outcome


class Steps:
    """The steps of one run."""

    def __init__(self, order: Order, entry: log.Run, say: Callable[[str], None], progress: Progress) -> None:
        self.order = order
        self.graph = KnowledgeGraph(order.kg)
        self._log = entry
        self._say = say
        self._progress = progress

    def all(self) -> Outcome:
        """One after the other."""
        self._see()
        with TemporaryDirectory(prefix=guards.UNPACKED, dir=self.order.kg / ledger.FOLDER) as unpacked:
            outcome = Outcome(self._look(Path(unpacked)))
            lasting = self._read(outcome.files)
        self._publish(outcome)
        if outcome.live is not None:
            self._keep(outcome.files, lasting)
            self._report(outcome)
            self._tell(outcome)
            self._prune(outcome)
        return outcome

    def _see(self) -> None:
        """What must hold before anything is done."""
        if died := self._log.told.get("died"):
            self._say(text("nightly.died", number=died["number"], started=died["started"]))
        guards.can_take_files(self.order.out)
        guards.check_clock(self.graph)
        guards.clear(self.order.kg)
        (self.order.kg / ledger.FOLDER).mkdir(exist_ok=True)

    def _look(self, unpacked: Path) -> Comparison:
        """What is in the inbox, beside what it brought before."""
        kg, place = self.order.kg, self.order.inbox
        with self._log.step("look"):
            self._say(text("nightly.looking", inbox=place))
            before = ledger.read(kg, place)
            return Comparison(self._found(before, unpacked), before, self.graph, ledger.of_others(kg, place))

    def _found(self, before: ledger.Ledger, unpacked: Path) -> list[Item | Trouble]:
        """Everything in the inbox; an inbox that is empty all at once is one that is not there."""
        place, known = self.order.inbox, len(before.names) or len(before.brought)
        if known and self.order.accept_drop and not place.exists():
            return []
        found = list(self._looked(unpacked))
        if known and not found and not self.order.accept_drop:
            raise BadInputError(text("nightly.emptied", path=place, count=known))
        return found

    @property
    def _is_list(self) -> bool:
        """Whether the inbox is a list of web addresses."""
        return self.order.inbox.suffix.lower() == LISTING

    def _looked(self, unpacked: Path) -> Iterable[Item | Trouble]:
        place, kg = self.order.inbox, self.order.kg
        if self._is_list:
            return web.look(place, kg / FETCHED, self._say, pause=self.order.pause)
        return inbox.look(place, unpacked)

    def _read(self, files: Comparison) -> Mapping[str, str]:
        """Read and keep what is new; what is not to be tried again."""
        with self._log.step("read"):
            ledger.write(self.order.kg, self.order.inbox, files.begun())
            unread = files.unread()
            lasting = read(files, self.graph, self._progress)
            differing = differences(self.order.inbox, unread, self.graph) if self._is_list else []
        for each in differing:
            self._say(each)
        self._log.note(files=files.told(), differing=differing)
        return lasting

    def _publish(self, outcome: Outcome) -> None:
        """Make live what is wanted, where that is not live already."""
        without, refused = outcome.files.without, outcome.files.refused
        outcome.live = self._live()
        self._log.note(before=outcome.live and outcome.live.id)
        with self._log.step("publish"):
            if outcome.live is None and not self.graph.held():
                return
            if outcome.live is None or not is_published(self.graph, without):
                self._say(text("ingest.building"))
                outcome.live = publish(self.graph, without=without, refused=refused, approve=self._approval())
                outcome.built = True
                outcome.problems += unjudged(outcome.live)
            else:
                self.graph.release(without)
                self._note(outcome.live, refused)
            live = outcome.live.id
            outcome.publication = next(each for each in reversed(self.graph.history()) if each.snapshot == live)
        self._log.note(after=outcome.live.id, publication=outcome.publication.number)

    def _note(self, live: Snapshot, refused: Sequence[Mapping[str, str]]) -> None:
        """Note for the report what else cannot be read, though nothing else is live than before."""
        published = self.graph.history()
        if not published or published[-1].snapshot != live.id or list(published[-1].refused) != refused:
            with exclusive(self.graph.path):
                history.note(self.graph.path, live.id, live.manifest, refused)

    def _live(self) -> Snapshot | None:
        """The live snapshot; where it is damaged, a new one is built."""
        try:
            live = self.graph.current()
        except (CurrentError, SnapshotError) as error:
            self._say(str(error))
            return None
        if live and not self.graph.is_whole(live.id):
            self._say(text("nightly.damaged", snapshot=live.id))
            return None
        return live

    def _approval(self) -> Approve:
        approve = approval(None if self.order.accept_drop else self.order.max_drop, self._say)

        def timed(new: Snapshot, live: Snapshot | None) -> None:
            with self._log.step("approve"):
                approve(new, live)

        return timed

    def _keep(self, files: Comparison, lasting: Mapping[str, str]) -> None:
        """Write down what of the inbox is live now."""
        ledger.write(self.order.kg, self.order.inbox, files.done(lasting, self.graph.held()))
        if self._is_list:
            web.finish(self.order.kg / FETCHED)

    def _report(self, outcome: Outcome) -> None:
        """Write the report on what is live, where there is none yet, and bring the index and the feed up to it."""
        order, live, publication = self.order, outcome.live, outcome.publication
        assert live
        assert publication
        day = order.date or today()
        wanted = Wanted(date=day, site=order.site, forms=order.forms, watch=order.watch, templates=order.templates)
        reporting = Reporting(self.graph, order.out, wanted)
        with self._log.step("report"):
            outcome.report = reporting.there(publication)
            outcome.written = outcome.report is None
            if outcome.report is None:
                self._say(text("nightly.reporting"))
                outcome.report = reporting.put(live, publication)
        outcome.problems += problems(outcome.report)
        with self._log.step("refresh"):
            reporting.refresh(is_news=outcome.written)
        self._log.note(report=str(outcome.report.folder), written=outcome.written)

    def _tell(self, outcome: Outcome) -> None:
        """Tell the hooks that were not told of the report yet; each is noted as soon as it was."""
        kept, publication, told = outcome.report, outcome.publication, []
        assert kept
        assert publication
        with self._log.step("hooks"):
            for hook in self.order.hooks:
                known = ledger.read(self.order.kg, self.order.inbox)
                key = hooks.told_key(hook, self.order.out, language())
                if known.told.get(key) == kept.folder.name:
                    continue
                (done,) = hooks.send([hook], notice(kept, publication))
                told.append({"hook": done.called, "cause": done.cause})
                self._say(done.sentence())
                if done.sent:
                    sent = replace(known, told={**known.told, key: kept.folder.name})
                    ledger.write(self.order.kg, self.order.inbox, sent)
                else:
                    outcome.problems.append(done.sentence())
        self._log.note(hooks=told)

    def _prune(self, outcome: Outcome) -> None:
        """Remove old snapshots; the one that the report is compared with stays."""
        assert outcome.report
        if self.order.keep is None:
            return
        with self._log.step("prune"):
            since = outcome.report.made.since
            pruned = self.graph.prune(self.order.keep, [since] if since else [])
        self._log.note(pruned=list(pruned.removed))
