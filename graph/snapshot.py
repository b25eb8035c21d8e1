"""One published snapshot: read-only, and whole or refused."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyoxigraph import Store

from graph import store as stores
from graph.errors import RecordChangedError, SnapshotError
from graph.files import sha256
from ingest.errors import MalformedRecordError
from ingest.interchange import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

    from ingest.records import Document

STORE = "store"
FINDINGS = "findings.jsonl"
MANIFEST = "manifest.json"


RECORD_LENGTH = 16


def record_name(source_hash: str, extractor: str) -> str:
    """How the names of all records start that one version of the extractor made of a source."""
    return f"{source_hash}.{re.sub(r'[^A-Za-z0-9._-]+', '-', extractor)}"


def record_path(records: Path, source_hash: str, extractor: str, record: str) -> Path:
    """Where a record is kept, by its source, what made it, and the hash of its own bytes: no record replaces another.

    Folders that were made before records had their own hash in their names have it without.
    """
    name = record_name(source_hash, extractor)
    path = records / f"{name}.{record[:RECORD_LENGTH]}.json"
    older = records / f"{name}.json"
    return older if not path.is_file() and older.is_file() else path


def read_record(path: Path) -> tuple[Document, str]:
    """A record and the SHA-256 of its bytes.

    Raises:
        RecordChangedError: The record is missing or damaged.
    """
    try:
        content = path.read_bytes()
        return from_json(content.decode()), sha256(content)
    except OSError as error:
        raise RecordChangedError(path, "记录文件不见了，请重新读入源文件") from error
    except (ValueError, MalformedRecordError) as error:
        raise RecordChangedError(path, f"记录文件读不懂，请重新读入源文件：{error}") from error


class Snapshot:
    """A graph as it was published: its documents, its store, its findings, and what all of it was made from."""

    def __init__(self, path: Path, records: Path) -> None:
        """Open the snapshot in a folder.

        Raises:
            SnapshotError: The folder is missing, incomplete or damaged.
        """
        self.path = path
        self.id = path.name
        self._records = records
        self.manifest: Mapping[str, Any] = self._read_manifest()

    def _read_manifest(self) -> Mapping[str, Any]:
        try:
            manifest = json.loads((self.path / MANIFEST).read_bytes())
        except OSError as error:
            raise SnapshotError(self.path, "快照不完整：没有清单文件 manifest.json") from error
        except ValueError as error:
            raise SnapshotError(self.path, "快照已损坏：清单文件 manifest.json 不是有效的 JSON") from error
        if not isinstance(manifest, dict) or manifest.get("id") != self.id:
            raise SnapshotError(self.path, "快照已损坏：清单文件 manifest.json 属于别的快照")
        return manifest

    @property
    def failed(self) -> Mapping[str, str]:
        """The rules that could not judge it, each with the reason: that they found nothing says nothing."""
        failed: Mapping[str, str] = self.manifest.get("failed", {})
        return failed

    @cached_property
    def store(self) -> Store:
        """The store, opened read-only.

        Raises:
            SnapshotError: The store is missing or damaged.
        """
        try:
            return Store.read_only(str(self.path / STORE))
        except (OSError, RuntimeError) as error:
            raise SnapshotError(self.path, f"快照已损坏：图数据库打不开（{error}）") from error

    def close(self) -> None:
        """Let go of the store's files, so that the snapshot can be removed where open files cannot (Windows)."""
        self.__dict__.pop("store", None)

    def query(self, sparql: str) -> QuerySolutions | QueryBoolean | QueryTriples:
        """The answer to a SPARQL query over the union of all named graphs.

        Raises:
            SyntaxError: The text is not SPARQL.
        """
        return stores.query(self.store, sparql)

    def documents(self) -> Iterator[Document]:
        """The records that the snapshot was built from.

        Raises:
            RecordChangedError: A record is missing or not the one that the snapshot was built from.
        """
        for entry in self.manifest["documents"]:
            path = record_path(self._records, entry["sha256"], entry["extractor"], entry["record"])
            yield self._document(path, entry["record"])

    def _document(self, path: Path, expected: str) -> Document:
        document, found = read_record(path)
        if found != expected:
            raise RecordChangedError(path, "记录文件在快照发布之后变了，请重新发布")
        return document

    def findings(self) -> list[dict[str, Any]]:
        """The findings, in the order in which they were published.

        Raises:
            SnapshotError: The file of findings is missing or damaged.
        """
        try:
            lines = (self.path / FINDINGS).read_bytes().splitlines()
            return [json.loads(line) for line in lines]
        except (OSError, ValueError) as error:
            raise SnapshotError(self.path, "快照已损坏：检查结果 findings.jsonl 读不出来") from error

    def dump(self) -> bytes:
        """Everything that the snapshot says as sorted N-Quads: the same content gives the same bytes."""
        return stores.dump(self.store)
