"""The report: what a snapshot says, in forms for people and for machines; the same bytes for the same facts."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from graph.files import write_whole
from jixiao.errors import BadInputError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.report.content import Report

FORMS = ("html", "md", "xlsx", "jsonl", "pdf")
"""The forms of a report, each named as its file ends."""
TOLD = "report.json"
"""What says of what a report was made, beside it."""


def write(
    report: Report,
    folder: Path,
    forms: Iterable[str] = FORMS[:-1],
    language: Language | None = None,
    templates: Path | None = None,
) -> list[Path]:
    """Writes a report into a folder, which is made where it is missing: a file a form, and :data:`TOLD`.

    Args:
        report: what it says.
        folder: where its files go.
        forms: which of :data:`FORMS`.
        language: what it is written in, where that is another one than the report was made for.
        templates: a folder of templates that take the place of ours.

    Raises:
        BadInputError: there is no such form.
        JixiaoError: a template cannot be used, or what pages for paper need is missing.
    """
    told = replace(report, language=language) if language else report
    wanted = list(dict.fromkeys(forms))
    folder.mkdir(parents=True, exist_ok=True)
    written = [write_form(told, folder / f"report.{form}", form, templates) for form in wanted]
    recipe = json.dumps(recipe_of(told, wanted, templates), ensure_ascii=False, indent=1)
    write_whole(folder / TOLD, f"{recipe}\n".encode())
    return [*written, folder / TOLD]


def write_report(snapshot: Snapshot, path: Path, *, date: str | None = None, language: Language = "zh") -> Path:
    """Writes the page of the report on a snapshot, compared with what was live before it.

    Args:
        snapshot: what to report on.
        path: where the page goes; its folder is made where it is missing.
        date: what to print as the report's date.
        language: what it is written in; what documents print stays as it is.
    """
    from graph.folder import KnowledgeGraph  # noqa: PLC0415
    from jixiao.report.making import before, report  # noqa: PLC0415

    graph = KnowledgeGraph(snapshot.path.parent.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = report(graph, snapshot, since=before(graph, snapshot), date=date, language=language)
    return write_form(told, path, "html")


def write_form(report: Report, path: Path, form: str, templates: Path | None = None) -> Path:
    """Writes one form of a report to a file.

    Raises:
        BadInputError: there is no such form.
        JixiaoError: a template cannot be used, or what pages for paper need is missing.
    """
    from jixiao.report import lines, pages, paper, workbook  # noqa: PLC0415 - each loads what only it needs

    match form:
        case "html":
            write_whole(path, pages.html(report, templates=templates).encode())
        case "md":
            write_whole(path, pages.markdown(report, templates=templates).encode())
        case "jsonl":
            write_whole(path, "".join(f"{line}\n" for line in lines.lines(report)).encode())
        case "xlsx":
            workbook.write(report, path, report.language)
        case "pdf":
            paper.write(pages.html(report, templates=templates), path)
        case _:
            raise BadInputError(text("report.no_form", form=form, forms="、".join(FORMS)))
    return path


def recipe_of(report: Report, forms: Iterable[str], templates: Path | None = None) -> dict[str, Any]:
    """Of what a report was made: with the graph's folder and the same program, enough to make it again."""
    from jixiao.report.shelf import figures_of  # noqa: PLC0415 - reads what is written here

    return {
        "snapshot": report.snapshot,
        "number": report.number,
        "at": report.at,
        "since": report.since,
        "date": report.date,
        "language": report.language,
        "site": report.site,
        "choice": asdict(report.choice),
        "forms": list(forms),
        "templates": str(templates) if templates else None,
        "version": version("jixiao"),
        "figures": figures_of(report),
    }
