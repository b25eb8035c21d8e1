"""What writes what: every fitting pair of a thing and a form, to a stream, a file, or all of them to a folder."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from graph.files import sha256
from jixiao.exports import FITTING, IN_WORKBOOK, Form, What
from jixiao.exports import description as describing
from jixiao.exports.columns import sheets
from jixiao.exports.csvs import metadata, write_csv, write_exact_csv
from jixiao.exports.jsonld import write_jsonld
from jixiao.exports.lines import write_interchange, write_rows
from jixiao.exports.network import write_graphml
from jixiao.exports.parquet import write_parquet
from jixiao.exports.results import write_results
from jixiao.exports.rows import kept, rows
from jixiao.exports.triples import write_nquads, write_turtle
from jixiao.exports.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from graph.snapshot import Snapshot
    from jixiao.exports.columns import Sheet
    from jixiao.exports.rows import Row

METADATA = "-metadata.json"
"""What the name of a CSV's description ends in (https://www.w3.org/TR/tabular-data-model/#standard-file-metadata)."""
SUMS = "SHA256SUMS"


def _workbook(snapshot: Snapshot, stream: BinaryIO) -> None:
    chosen = [sheets()[name] for name in IN_WORKBOOK]
    write_workbook(f"jixiao {snapshot.id}", ((sheet, rows(snapshot, sheet)) for sheet in chosen), stream)


def _one_sheet(sheet: Sheet, every: Iterable[Row], stream: BinaryIO) -> None:
    write_workbook(sheet.title["zh"], [(sheet, every)], stream)


def _description(form: Form) -> Callable[[Snapshot, BinaryIO], None]:
    def write_description(snapshot: Snapshot, stream: BinaryIO) -> None:
        stream.write(describing.written(snapshot, [describing.quads_file(snapshot)], form))

    return write_description


WHOLE: Mapping[tuple[What, Form], Callable[[Snapshot, BinaryIO], None]] = {
    (What.everything, Form.nq): write_nquads,
    (What.everything, Form.ttl): write_turtle,
    (What.everything, Form.jsonld): write_jsonld,
    (What.everything, Form.jsonl): write_interchange,
    (What.everything, Form.xlsx): _workbook,
    (What.everything, Form.graphml): write_graphml,
    (What.everything, Form.iati): write_results,
    (What.description, Form.ttl): _description(Form.ttl),
    (What.description, Form.jsonld): _description(Form.jsonld),
}
SHEETS: Mapping[Form, Callable[[Sheet, Iterable[Row], BinaryIO], None]] = {
    Form.csv: write_csv,
    Form.csvw: write_exact_csv,
    Form.jsonl: write_rows,
    Form.parquet: write_parquet,
    Form.xlsx: _one_sheet,
}


def write(snapshot: Snapshot, what: What, form: Form, stream: BinaryIO, every: Iterable[Row] | None = None) -> None:
    """Writes one thing in a form that fits it (``FITTING``); of CSV on the Web the rows alone.

    Args:
        snapshot: Where it is read from.
        what: The thing.
        form: The form.
        stream: Where it is written to.
        every: The rows, where somebody has read them before.
    """
    if what in sheets():
        SHEETS[form](sheets()[what], rows(snapshot, sheets()[what]) if every is None else every, stream)
    else:
        WHOLE[what, form](snapshot, stream)


def write_file(
    snapshot: Snapshot, what: What, form: Form, path: Path, every: Iterable[Row] | None = None
) -> list[Path]:
    """Writes one thing to a file, whose folder is made where it is missing; gives the files written.

    CSV for a spreadsheet starts with the mark by which Excel knows UTF-8; CSV on the Web has its description beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        if form == Form.csv:
            stream.write(codecs.BOM_UTF8)
        write(snapshot, what, form, stream, every)
    if form != Form.csvw:
        return [path]
    described = path.with_name(path.name + METADATA)
    described.write_bytes(metadata(sheets()[what], quote(path.name)).encode())
    return [path, described]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing in one form, and what its file in a folder of everything is called."""

    what: What
    form: Form
    name: str


def parts() -> list[Part]:
    """Every file of a folder of everything; the sheets as workbooks are one workbook there."""
    ends = {Form.csvw: "csv", Form.iati: "iati.json"}
    whole = [Part(What.everything, form, f"jixiao.{ends.get(form, form)}") for form in FITTING[What.everything]]
    return whole + [
        Part(What(name), form, f"{form}/{name}.{ends.get(form, form)}")
        for name in sheets()
        for form in FITTING[What(name)]
        if form != Form.xlsx
    ]


def write_folder(snapshot: Snapshot, folder: Path) -> Iterator[Path]:
    """Writes everything in every form, what describes it, and all checksums; gives each file when it is written."""
    files = []
    for what, wanted in groupby(parts(), key=lambda part: part.what):
        with kept(rows(snapshot, sheets()[what]) if what in sheets() else ()) as every:
            for part in wanted:
                for path in write_file(snapshot, what, part.form, folder / part.name, every()):
                    yield path
                    files.append(describing.file_of(path, folder, part.form))
    sums = {file.name: file.sha256 for file in files}
    for form in FITTING[What.description]:
        content = describing.written(snapshot, files, form)
        name = f"dataset.{form}"
        (folder / name).write_bytes(content)
        sums[name] = sha256(content)
        yield folder / name
    (folder / SUMS).write_bytes("".join(f"{value}  {name}\n" for name, value in sorted(sums.items())).encode())
    yield folder / SUMS
