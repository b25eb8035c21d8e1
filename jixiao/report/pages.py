"""A report as pages for people: templates of HTML and Markdown, ours or a reader's own, filled in.

Both say the same sentences: those stand in ``report_sentences.html``, without tags, and numbers are put as the page
shows them. Templates of others run in a sandbox and can only read what the report says.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from jixiao.errors import TemplateError
from jixiao.messages import text
from jixiao.rendering import furnished, share, stated, wan
from jixiao.report import links, pictures
from jixiao.report.bounded import MEMORY, bounded
from jixiao.report.words import moment, told
from queries.library import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from jinja2 import Environment

    from jixiao.changes import GoneFinding, NewFinding
    from jixiao.messages import Language
    from jixiao.report.content import Report
    from jixiao.told import Clarity, Disclosure, Subject

HTML, MARKDOWN = "report.html", "report.md"
OURS = "jixiao"
"""Under this prefix a reader's template finds the one that it takes the place of: ``jixiao/report.html``."""
SECONDS = 120.0
"""So long a template of a reader's own may take."""
SHOWN = 50
"""So many rows of a list a page shows; the workbook and the lines have all."""
PHONE = 15
"""So many on a phone, where a row is a card; ``report.css`` hides the others."""
SHEETS = ("jixiao.css", "report.css")
PICTURES = ("ranking", "rules", "money", "areas", "trend")
PROJECTS = "项目"
"""What the site's list of projects calls those that are no whole departments."""
_SPECIAL = re.compile(r"([\\`*_\[\]|~]|<(?=[A-Za-z/!?])|&(?=#|\w+;))")


def html(report: Report, *, templates: Path | None = None, sheets: Sequence[str] = ()) -> str:
    """The report as a page.

    Args:
        report: what it says.
        templates: a folder of templates that take the place of ours, or of blocks of them.
        sheets: addresses of the style sheets; without them the style is written into the page, which then stands alone.

    Raises:
        TemplateError: a template of that folder cannot be used.
    """
    css = "" if sheets else "\n".join(_static(name) for name in SHEETS)
    drawn = {name: Markup(getattr(pictures, name)(report, report.language)) for name in PICTURES}  # noqa: S704 - our own
    return _limited(HTML, report, templates, stated, _linked, css=Markup(css), sheets=sheets, pictures=drawn)  # noqa: S704


def markdown(report: Report, *, templates: Path | None = None) -> str:
    """The report in short, as Markdown for a mail.

    Raises:
        TemplateError: a template of that folder cannot be used.
    """
    written = _limited(MARKDOWN, report, templates, _plainly, _figure)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", written)).strip() + "\n"


class Figure(Markup):
    """A number as a page shows it, which still is that number to those who choose words by it."""

    number: int

    def __new__(cls, shown: object = "", number: int = 0) -> Self:  # noqa: D102 - as its class
        made = super().__new__(cls, shown)
        made.number = number
        return made

    def __eq__(self, other: object) -> bool:
        return self.number == other if isinstance(other, int) else super().__eq__(other)

    __hash__ = Markup.__hash__


def _linked(number: int, link: str | None = None) -> Figure:
    """A number that leads to what it counts, where there is a page of that and something to see."""
    shown = f"{number:,}"
    return Figure(f'<a class="count" href="{escape(link)}">{shown}</a>' if link and number else shown, number)


def _figure(number: int, link: str | None = None) -> Figure:  # noqa: ARG001 - the same call as on a page with links
    return Figure(f"{number:,}", number)


def _plainly(value: Any) -> Any:
    """What is printed in Markdown: one line, no sign of which means anything else."""
    if value is None or isinstance(value, Markup):
        return stated(value)
    line = " ".join(str(value).split())
    return Markup(_SPECIAL.sub(r"\\\1", line))  # noqa: S704 - escaped here


def _address(link: str) -> Markup:
    """An address as the target of a link in Markdown."""
    return Markup(re.sub(r"[()<>\s\\]", lambda sign: f"%{ord(sign[0]):02X}", link))  # noqa: S704 - escaped here


def _both(part: int, whole: int) -> str:
    """A share with both of its numbers."""
    return f"{share(part, whole)}（{part:,} / {whole:,}）"


def _both_in_english(part: int, whole: int) -> str:
    return f"{share(part, whole)} ({part:,} of {whole:,})"


def _clear(told: Clarity, language: Language) -> str:
    """How much nobody can check, with both numbers; a dash where there is nothing to judge."""
    both = _both_in_english if language == "en" else _both
    return both(told.unclear, told.judged) if told.judged else "—"


def _wan(yuan: Decimal | None) -> str:
    """Money in 万元 with two decimals, so that a column can be read; the workbook has all of them."""
    return "" if yuan is None else wan((yuan / 100).to_integral_value(ROUND_HALF_UP) * 100)


def _static(name: str) -> str:
    return files("jixiao").joinpath("static", name).read_text(encoding="utf-8")


def environment(language: Language, templates: Path | None, finalize: Callable[[Any], Any]) -> Environment:
    """The templates of reports in a language, those of a folder before ours."""
    ours = PackageLoader("jixiao", "templates")
    own = [FileSystemLoader(templates)] if templates else []
    made = SandboxedEnvironment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({OURS: ours})]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return furnished(made, language)


def _limited(name: str, report: Report, templates: Path | None, *given: Callable[..., Any], **more: Any) -> str:
    """A template filled in; one of a reader's own in a process that can be ended."""
    if templates is None:
        return _filled(name, report, None, *given, **more)
    try:
        written = bounded(SECONDS, _attempted, name, report, templates, *given, **more)
    except (TimeoutError, EOFError) as error:
        why = "template_slow" if isinstance(error, TimeoutError) else "template_ended"
        cause = text(f"report.{why}", seconds=round(SECONDS))
        written = text("report.template", path=templates / name, where="", cause=cause), str(templates / name), None
    if isinstance(written, str):
        return written
    message, path, line = written
    raise TemplateError(message, path=path, line=line)


def _attempted(*given: Any, **more: Any) -> str | tuple[str, str, int | None]:
    """A template filled in, or why it cannot be: the message, the file, the line."""
    try:
        return _filled(*given, **more)
    except TemplateError as error:
        return str(error), error.path, error.line


def _filled(
    name: str,
    report: Report,
    templates: Path | None,
    finalize: Callable[[Any], Any],
    figure: Callable[[int, str | None], Figure],
    **more: object,
) -> str:
    language = report.language
    made = environment(language, templates, finalize)
    made.filters.update(url=_address, wan=_wan, moment=moment, told=lambda phrase: told(phrase, language))
    made.globals.update(
        n=figure,
        both=_both_in_english if language == "en" else _both,
        clear=partial(_clear, language=language),
        listed=partial(links.listed, report),
        page=partial(links.page, report),
        of_document=partial(links.of_document, report),
        of_area=partial(links.of_area, report),
        r=report,
        s=report.summary,
        c=report.changes,
        rules=rules(),
        new=_new(report),
        came=_moved(report, "added", "new"),
        went=_moved(report, "removed", "gone"),
        poor={each.document.iri for each in report.poor},
        shown=SHOWN,
        phone=PHONE,
        command=command(report),
        gap=Markup(" " if language == "en" else ""),  # noqa: S704 - ours
        PROJECTS=PROJECTS,
    )
    try:
        return made.get_template(name).render(**more)
    except Exception as error:
        if templates is None:
            raise
        raise _refused(error, templates) from error


def _new(report: Report) -> list[NewFinding]:
    """The new findings, the gravest first."""
    order = {each.finding.id: place for place, each in enumerate(report.findings)}
    found = report.changes.new if report.changes else ()
    return sorted(found, key=lambda each: order.get(each.finding.id, len(order)))


def _moved(report: Report, projects: str, findings: str) -> Mapping[str, Mapping[str, int]]:
    """By document how many projects and findings came or went with it."""
    changes = report.changes
    subjects: Sequence[Subject] = getattr(changes, f"projects_{projects}", ())
    others: Sequence[NewFinding | GoneFinding] = getattr(changes, findings, ())
    of_projects = Counter(each.document.iri for each in subjects)
    of_findings = Counter(each.document.iri for each in others if each.document and each.because == "document")
    documents: Sequence[Disclosure] = getattr(changes, f"documents_{projects}", ())
    return {each.iri: {"projects": of_projects[each.iri], "findings": of_findings[each.iri]} for each in documents}


def _refused(error: Exception, templates: Path) -> TemplateError:
    """What to tell of a template that cannot be used: the innermost one at work, and the line."""
    path: str
    line: int | None
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or error.name or str(templates), error.lineno
    else:
        path, line = next(iter(_at_work(error.__traceback__)), (str(templates), None))
    cause = error.message if isinstance(error, JinjaError) and error.message else f"{type(error).__name__}: {error}"
    if isinstance(error, RecursionError):
        cause = text("report.template_itself", name=f"{OURS}/{HTML if path.endswith('html') else MARKDOWN}")
    if isinstance(error, MemoryError):
        cause = text("report.template_memory", most=MEMORY // 2**30)
    if isinstance(error, UndefinedError) and (named := re.search(r"'([^']+)'(?: is undefined)?$", cause)):
        cause = text("report.template_nothing", name=named[1])
    where = text("report.template_line", line=line) if line else ""
    return TemplateError(text("report.template", path=path, where=where, cause=cause), path=path, line=line)


def _at_work(trace: TracebackType | None) -> list[tuple[str, int | None]]:
    """The files of templates that were at work when something went wrong, the innermost first."""
    found: list[tuple[str, int | None]] = []
    while trace:  # as deep as the stack was
        file = trace.tb_frame.f_code.co_filename
        if Path(file).suffix in {".html", ".md", ".svg"}:
            found.insert(0, (file, trace.tb_lineno))
        trace = trace.tb_next
    return found


def command(report: Report) -> str:
    """The command that makes this report again, but for the folder of the graph."""
    choice = report.choice
    chosen: Mapping[str, Sequence[object]] = {
        "--department": choice.departments,
        "--division": choice.divisions,
        "--year": choice.years,
        "--rules": choice.rules,
    }
    words = ["jixiao", *(["--lang", "en"] if report.language == "en" else []), "report", "--snapshot", report.snapshot]
    words += ["--since", report.since or "none"]
    words += ["--date", report.date] if report.date else []
    words += [word for name, values in chosen.items() for value in values for word in (name, _quoted(str(value)))]
    words += ["--site", report.site] if report.site else []
    return " ".join([*words, "--out", "DIR", "--kg", "KG"])


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w.-]+", word) else f'"{word}"'
