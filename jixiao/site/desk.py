"""What every page needs: the live snapshot arranged for people, the rules, the questions."""

from __future__ import annotations

from functools import cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING

from graph.folder import KnowledgeGraph
from jixiao.site.index import Index
from jixiao.view import View
from queries.library import questions, rules

if TYPE_CHECKING:
    from pathlib import Path

    from graph.snapshot import Snapshot
    from jixiao.site.registers import Register
    from queries.library import Question, Rule


class Desk:
    """One knowledge-graph folder as the site sees it; follows the folder when another snapshot goes live."""

    def __init__(self, folder: Path) -> None:
        self.graph = KnowledgeGraph(folder)
        self._lock = Lock()
        self._view: View | None = None
        self._snapshot: Snapshot | None = None
        self._indexing = RLock()
        self._indexes: dict[tuple[str, str], Index] = {}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return rules()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions of the catalogue by id."""
        return questions()

    @property
    def snapshot(self) -> Snapshot:
        """The live snapshot.

        Raises:
            GraphError: the folder has none, or it is damaged.
        """
        with self._lock:
            live = self.graph.live()
            if self._snapshot is None or live.id != self._snapshot.id:
                self._snapshot, self._view = live, None
            return self._snapshot

    def index(self, register: Register) -> Index:
        """The rows of a list of the live snapshot, made when they are first asked for.

        Raises:
            GraphError: the folder has no live snapshot, or it is damaged.
        """
        view = self.view
        with self._indexing:
            if (view.id, register.name) not in self._indexes:
                self._indexes = {key: each for key, each in self._indexes.items() if key[0] == view.id}
                facets = {name: facet.key or name for name, facet in register.facets.items()}
                self._indexes[view.id, register.name] = Index(list(register.rows(self)), list(register.columns), facets)
            return self._indexes[view.id, register.name]

    @property
    def view(self) -> View:
        """The live snapshot arranged for people.

        Raises:
            GraphError: the folder has no live snapshot, or it is damaged.
        """
        snapshot = self.snapshot
        with self._lock:
            if self._view is None or self._view.id != snapshot.id:
                self._view = View(snapshot)
            return self._view
