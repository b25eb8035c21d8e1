"""One run: look at the inbox, read what is new, publish, report.

Every step is decided by what is there, never by what an earlier run remembers of itself: a run that was killed at any
moment is simply run again, and does what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal  # noqa: TC003 - a field of a dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from graph import history
from graph.errors import CurrentError, SnapshotError
from graph.folder import KnowledgeGraph
from graph.lock import exclusive
from jixiao.errors import BadInputError
from jixiao.intake import is_published, publish
from jixiao.messages import language, text
from jixiao.nightly import guards, inbox, ledger, log
from jixiao.nightly.approval import MAX_DROP, approval
from jixiao.nightly.ledger import Comparison
from jixiao.nightly.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graph.folder import Approve
    from graph.history import Publication
    from graph.snapshot import Snapshot
    from jixiao.nightly.inbox import Item, Trouble
    from jixiao.nightly.reading import Progress


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

    def told(self) -> dict[str, Any]:
        """For the log."""
        return {
            "inbox": str(self.inbox),
            "out": str(self.out),
            "max_drop": None if self.max_drop is None else str(self.max_drop),
            "accept_drop": self.accept_drop,
            "date": self.date,
            "language": language(),
        }


@dataclass(slots=True)
class Outcome:
    """What a run did."""

    files: Comparison
    live: Snapshot | None = None
    """``None`` where nothing was ever read."""
    built: bool = False
    """Whether it is a new one."""
    publication: Publication | None = None
    report: Path | None = None
    written: bool = False
    """Whether the report is a new one."""
    problems: list[str] = field(default_factory=list)
    """What else was not done, as sentences."""

    @property
    def code(self) -> int:
        """The exit code."""
        return guards.UNFINISHED if self.files.troubles or self.problems else guards.DONE


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
    order.kg.mkdir(parents=True, exist_ok=True)
    with guards.alone(order.kg):
        entry = log.begin(order.kg, **order.told())
        steps = Steps(order, entry, say, progress)
        with guards.told(entry, steps.graph):
            outcome = steps.all()
            entry.end(outcome.code, "\n".join(outcome.problems))
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
        place, known = self.order.inbox, len(before.names)
        if known and self.order.accept_drop and not place.exists():
            return []
        found = list(inbox.look(place, unpacked))
        if known and not found and not self.order.accept_drop:
            raise BadInputError(text("nightly.emptied", path=place, count=known))
        return found

    def _read(self, files: Comparison) -> Mapping[str, str]:
        """Read and keep what is new; what is not to be tried again."""
        with self._log.step("read"):
            ledger.write(self.order.kg, self.order.inbox, files.begun())
            lasting = read(files, self.graph, self._progress)
        self._log.note(files=files.told())
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
            else:
                with exclusive(self.graph.path):
                    history.note(self.graph.path, outcome.live.id, outcome.live.manifest, refused)
            outcome.publication = self.graph.history()[-1]
        self._log.note(after=outcome.live.id, publication=outcome.publication.number)

    def _live(self) -> Snapshot | None:
        """The live snapshot; where it is damaged, a new one is built."""
        try:
            return self.graph.current()
        except (CurrentError, SnapshotError) as error:
            self._say(str(error))
            return None

    def _approval(self) -> Approve:
        approve = approval(None if self.order.accept_drop else self.order.max_drop, self._say)

        def timed(new: Snapshot, live: Snapshot | None) -> None:
            with self._log.step("approve"):
                approve(new, live)

        return timed

    def _keep(self, files: Comparison, lasting: Mapping[str, str]) -> None:
        """Write down what of the inbox is live now."""
        ledger.write(self.order.kg, self.order.inbox, files.done(lasting, self.graph.held()))

    def _report(self, outcome: Outcome) -> None:
        """Write the report on what is live, where there is none yet."""
        from jixiao.report import write_report  # noqa: PLC0415

        if outcome.live is None:
            return
        day = self.order.date or datetime.now().astimezone().date().isoformat()
        path = self.order.out / day / "report.html"
        with self._log.step("report"):
            if outcome.built or not path.exists():
                outcome.report = write_report(outcome.live, path, date=day, language=language())
                outcome.written = True
        self._log.note(report=str(outcome.report))
