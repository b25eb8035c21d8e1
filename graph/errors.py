"""What can go wrong with a knowledge graph. Messages are for the user and in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class GraphError(Exception):
    """Something is wrong with a knowledge-graph folder or a file of it.

    Attributes:
        path: the folder or file.
        cause: what is wrong and what can be done, in Chinese.
    """

    def __init__(self, path: Path, cause: str) -> None:
        self.path = path
        self.cause = cause
        super().__init__(f"{path}：{cause}")


class NothingPublishedError(GraphError):
    """The folder holds no live snapshot: it is new, or not a knowledge graph at all."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "这里还没有发布过知识图谱，请先读入文件（jixiao ingest）")


class CurrentError(GraphError):
    """The file ``current`` is damaged or names a snapshot that is not there.

    Attributes:
        available: ids of the snapshots that are there.
    """

    def __init__(self, path: Path, cause: str, available: tuple[str, ...] = ()) -> None:
        self.available = available
        others = f"；可用的快照：{'、'.join(available)}" if available else ""
        super().__init__(path, cause + others)


class SnapshotError(GraphError):
    """A snapshot is incomplete or damaged."""


class RecordChangedError(GraphError):
    """A record is missing, damaged, or no longer the one that the snapshot was built from."""


class HoldingError(GraphError):
    """What says which record of a source counts is damaged."""


class HistoryError(GraphError):
    """What was written down of a publication is damaged."""


class SourceError(GraphError):
    """A source file cannot be kept: it is gone, or not the file that the record was read from."""


class FolderBusyError(GraphError):
    """Another process is building a snapshot in the same folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "另一个程序正在更新这个知识图谱，请等它结束后再试")


class FindingError(GraphError):
    """A finding lacks what every finding must say.

    Attributes:
        key: what is missing.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.key = key
        super().__init__(path, f"检查结果缺少“{key}”")


class InvalidRdfError(GraphError):
    """A file of triples cannot be parsed as what its extension says it is.

    Attributes:
        line: 1-based line of the mistake, where it is known.
    """

    def __init__(self, path: Path, cause: str, line: int | None = None) -> None:
        self.line = line
        where = f"第 {line} 行" if line else ""
        super().__init__(path, f"{where}语法有误：{cause}")


class UnknownFormatError(GraphError):
    """The extension of a file names no format of triples that can be read.

    Attributes:
        known: the extensions that can.
    """

    def __init__(self, path: Path, known: tuple[str, ...]) -> None:
        self.known = known
        super().__init__(path, f"看不出是什么格式；能读的扩展名：{'、'.join(known)}")


class ConstraintFileError(GraphError):
    """A file of an integrity constraint or of the normalisation is broken.

    Attributes:
        line: 1-based line of the mistake, where it is known.
    """

    def __init__(self, path: Path, cause: str, line: int | None = None) -> None:
        self.line = line
        where = f"第 {line} 行：" if line else ""
        super().__init__(path, f"{where}{cause}")
