"""What an inbox brought into a graph: so that what leaves the inbox leaves the graph, and nothing else does.

One file an inbox in the folder ``inbox`` of the graph. What is in it is written down before documents are kept
(``brought``) and after they are live (``names``, ``refused``); a run that was killed in between leaves a ledger by
which the next run does the same again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence  # noqa: TC003 - pydantic reads them
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

import ingest
from graph.files import write_whole
from graph.snapshot import record_name
from jixiao.errors import BadInputError
from jixiao.messages import text
from jixiao.nightly.inbox import Item, Trouble

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from graph.folder import KnowledgeGraph

FOLDER = "inbox"
_NAME_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one inbox brought."""

    inbox: str
    """Its path, for people who look into the file."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What every name held when it was last live: its SHA-256."""
    brought: Sequence[str] = ()
    """The sources that this inbox brought: held because of it, and no longer when it no longer has them."""
    refused: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By SHA-256 what this version of the program could not read, with ``extractor`` and ``cause``."""
    unread: Sequence[Mapping[str, str]] = ()
    """What could not be read the last time, as the history has it."""
    told: Mapping[str, str] = field(default_factory=dict)
    """By hook the last report that was sent to it."""

    def known_refusal(self, content: str) -> str | None:
        """Why this version of the program cannot read that content, where that was found out before."""
        known = self.refused.get(content, {})
        return known.get("cause") if known.get("extractor") == ingest.EXTRACTOR else None


def place(kg: Path, inbox: Path) -> Path:
    """The file of an inbox's ledger; it need not be there."""
    path = os.path.abspath(inbox)  # noqa: PTH100 - a drive that is not mounted must have the same name
    return kg / FOLDER / f"{sha256(path.encode()).hexdigest()[:_NAME_LENGTH]}.json"


def read(kg: Path, inbox: Path) -> Ledger:
    """The ledger of an inbox; an empty one where it brought nothing yet.

    Raises:
        BadInputError: it is damaged; the message says what that means and what to do.
    """
    file = place(kg, inbox)
    return _read(file) if file.exists() else Ledger(inbox=os.path.abspath(inbox))  # noqa: PTH100


def write(kg: Path, inbox: Path, ledger: Ledger) -> None:
    """Put a ledger in place of the one before."""
    file = place(kg, inbox)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, _written(ledger))


def _written(ledger: Ledger) -> bytes:
    return json.dumps(asdict(ledger), ensure_ascii=False, indent=1).encode()


def of_others(kg: Path, inbox: Path) -> set[str]:
    """The sources that other inboxes brought."""
    own = place(kg, inbox)
    return {source for file in sorted(own.parent.glob("[!.]*.json")) if file != own for source in _read(file).brought}


def _read(file: Path) -> Ledger:
    try:
        return TypeAdapter(Ledger).validate_json(file.read_bytes(), strict=True)
    except (OSError, ValueError) as error:
        raise BadInputError(text("nightly.ledger_damaged", path=file, cause=error)) from error


def disown(kg: Path, sources: Collection[str]) -> None:
    """Note that somebody took these in by hand: they stay whatever inboxes have."""
    for file in sorted((kg / FOLDER).glob("[!.]*.json")):
        known = _read(file)
        left = [each for each in known.brought if each not in sources]
        if left != list(known.brought):
            write_whole(file, _written(replace(known, brought=left)))


class Comparison:
    """An inbox as it is, beside what it brought before and what the graph holds."""

    def __init__(
        self, found: Iterable[Item | Trouble], before: Ledger, graph: KnowledgeGraph, others: set[str]
    ) -> None:
        """Look at everything ``found``; ``others`` are the sources that other inboxes brought."""
        found = list(found)
        self.before = before
        self.others = others
        self.held = graph.held()
        self._records, self._sources = graph.records, graph.sources
        self.items = [each for each in found if isinstance(each, Item)]
        self.names = {each.name: each.sha256 for each in self.items}
        self.troubles = [each for each in found if isinstance(each, Trouble)]

    @cached_property
    def by_content(self) -> Mapping[str, Sequence[Item]]:
        """The items by content, those of one content by name."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.sha256, []).append(item)
        return found

    @property
    def duplicates(self) -> list[tuple[str, str]]:
        """Names of which another one is the document, and that other one."""
        return [(each.name, same[0].name) for same in self.by_content.values() for each in same[1:]]

    @property
    def renamed(self) -> list[tuple[str, str]]:
        """What has another name now: before and now."""
        old = {content: name for name, content in self.before.names.items() if name not in self.names}
        return [(old[content], name) for name, content in self._added() if content in old]

    @property
    def new(self) -> list[str]:
        """Documents that were not there before and could be read."""
        known = set(self.before.names.values())
        first = {same[0].name for same in self.by_content.values()}
        added = (name for name, content in self._added() if content not in known and name in first)
        return [name for name in added if not self._troubled(name)]

    def _added(self) -> list[tuple[str, str]]:
        return [(name, content) for name, content in self.names.items() if name not in self.before.names]

    @property
    def changed(self) -> list[str]:
        """Names that stand for another content now, which could be read."""
        changed = (name for name, content in self.names.items() if self.before.names.get(name, content) != content)
        return [name for name in changed if not self._troubled(name)]

    @property
    def removed(self) -> list[str]:
        """Names whose document is not there any more."""
        return [
            name
            for name, content in self.before.names.items()
            if name not in self.names and content not in self.by_content and not self._troubled(name)
        ]

    @property
    def not_updated(self) -> list[str]:
        """Names of which an earlier content stays, as the present one could not be read."""
        return sorted(name for name in self.before.names if self._troubled(name))

    def _troubled(self, name: str) -> bool:
        return any(name == each.name or name.startswith(f"{each.name}/") for each in self.troubles)

    def unread(self) -> list[Item]:
        """The documents whose record this version of the program still has to make."""
        return [same[0] for content, same in self.by_content.items() if not self._is_read(content)]

    def _is_read(self, content: str) -> bool:
        name = self.held.get(content, "")
        if not name.startswith(record_name(content, ingest.EXTRACTOR) + ".") or not (self._sources / content).is_file():
            return False
        try:
            return sha256((self._records / name).read_bytes()).hexdigest().startswith(name.split(".")[-2])
        except OSError:
            return False

    @property
    def mine(self) -> set[str]:
        """What this inbox brought or brings: nothing that somebody took in by hand."""
        found = set(self.by_content)
        return set(self.before.brought) | (found - set(self.held)) | (found & self.others)

    @property
    def without(self) -> list[str]:
        """The sources that are to be held no longer."""
        return sorted((set(self.before.brought) - self._here - self.others) & set(self.held))

    @property
    def _here(self) -> set[str]:
        """The sources that the inbox has, or had where nobody can tell what it has now."""
        return {self.before.names[name] for name in self.not_updated} | set(self.by_content)

    @property
    def refused(self) -> list[dict[str, str]]:
        """What could not be read, for the history; ``stays`` where what was read of it before still counts."""
        stay = set(self.not_updated)
        told = (
            {
                "name": each.name,
                "sha256": each.sha256,
                "cause": each.cause,
                "stays": "yes" if each.name in stay else None,
            }
            for each in self.troubles
        )
        every = [{key: value for key, value in each.items() if value is not None} for each in told]
        return sorted(every, key=lambda each: (each["name"], each["cause"]))

    @property
    def news(self) -> list[dict[str, str]]:
        """What could not be read and was not told the last time, or is still being written."""
        growing = {each.name for each in self.troubles if each.growing}
        return [each for each in self.refused if each not in self.before.unread or each["name"] in growing]

    def told(self) -> dict[str, Any]:
        """What is to be said of the files, for the log."""
        return {
            "documents": len(self.by_content),
            "new": self.new,
            "changed": self.changed,
            "removed": self.removed,
            "renamed": self.renamed,
            "duplicates": self.duplicates,
            "growing": [each.name for each in self.troubles if each.growing],
            "refused": self.refused,
            "not_updated": self.not_updated,
        }

    def begun(self) -> Ledger:
        """The ledger before anything is kept."""
        return replace(self.before, brought=sorted(self.mine))

    def done(self, refused: Mapping[str, str], held: Collection[str]) -> Ledger:
        """The ledger after everything that could be read is live.

        Args:
            refused: by content what cannot be read by this version of the program, and why.
            held: what the graph holds now.
        """
        told = {content: {"extractor": ingest.EXTRACTOR, "cause": cause} for content, cause in refused.items()}
        here = {name: content for name, content in self.names.items() if content in held}
        stayed = {name: self.before.names[name] for name in self.not_updated}
        return replace(
            self.before,
            names=dict(sorted((stayed | here).items())),
            brought=sorted(self.mine & self._here & set(held)),
            refused=dict(sorted(told.items())),
            unread=self.refused,
        )
