"""The pages: each reads what it needs from the view and hands it to its template."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from pyoxigraph import RdfFormat, serialize
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from jixiao.comparison import CLEARER, index_of, offered, places_of
from jixiao.days import today
from jixiao.exports.jsonld import document as as_json_ld
from jixiao.messages import catalogue
from jixiao.site.departments import department
from jixiao.site.excerpts import excerpts
from jixiao.site.frame import desk_of, show, spoken
from jixiao.site.given import FORMS, as_file
from jixiao.site.lists import Listing
from jixiao.site.negotiate import preferred
from jixiao.site.overview import overview as overview_of
from jixiao.site.peers import peers
from jixiao.site.picture import picture
from jixiao.site.strip import strip
from jixiao.site.years import targets, versions
from jixiao.summary import by_rule, indicators_of
from jixiao.told import clarity
from jixiao.translation import translated
from jixiao.view import readable, rows, view_text
from ontology.addresses import spelt
from ontology.terms import DCT, JX, PREFIXES, SCHEMA, SKOS, label, segment
from queries.comparison import compare, places

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Triple
    from starlette.requests import Request

    from graph.snapshot import Snapshot
    from jixiao.messages import Language
    from jixiao.site.registers import Register
    from jixiao.told import Disclosure, Form, Indicator, Subject
    from jixiao.view import View

TOP = 12

_TRIPLES = {"ttl": "text/turtle", "nt": "application/n-triples", "jsonld": "application/ld+json"}
"""The forms in which a program gets what the graph says of a thing."""
_THING = {"text/html": "html"} | {media: form for form, media in _TRIPLES.items()}


def overview(request: Request) -> Response:
    """What there is, how much of it nobody can check and where, and what matters most."""
    view = desk_of(request).view
    shown = overview_of(view)
    proofs = {finding.id: finding.proofs[:1] for finding, _ in shown.findings}
    return show(
        request,
        "overview.html",
        here="/",
        view=view,
        shown=shown,
        proofs=proofs,
        by_rule=by_rule(view)[:TOP],
    )


def listed(register: Register) -> Callable[[Request], Response]:
    """The page of a list, which also gives the list as a file."""

    def page(request: Request) -> Response:
        listing = Listing(desk_of(request).edition, register, request.query_params, spoken(request))
        form = request.query_params.get("format", "")
        if form in FORMS:
            return as_file(listing, form, str(request.base_url).rstrip("/"))
        view = listing.edition.view
        return show(request, f"{register.name}.html", here=register.path, view=view, listing=listing, CLEARER=CLEARER)

    return page


def rules(request: Request) -> Response:
    """The rules, as their files describe them."""
    view = desk_of(request).view
    reviewed = desk_of(request).opinions.counted(view)
    return show(request, "rules.html", here="/rules", view=view, counts=dict(by_rule(view)), reviewed=reviewed)


def about(request: Request) -> Response:
    """What the data are, how to take them and how to cite them."""
    origin = str(request.base_url).rstrip("/")
    return show(request, "about.html", here="/about", view=desk_of(request).view, origin=origin, day=today())


def thing(request: Request) -> Response:
    """The page behind a permanent address; its triples where a program asks for them."""
    view = desk_of(request).view
    path = readable(request.path_params["path"])
    iri = view.by_path.get(path) or view.address_of(_sent(request).partition("/id/")[2])
    if iri is None:
        raise HTTPException(404)
    form = request.query_params.get("format") or preferred(request.headers.get("accept", "*/*"), _THING)
    return _triples(view, iri, form) if form in _TRIPLES else _page_of(request, view, iri)


def _sent(request: Request) -> str:
    """The path that was asked for with its percent encoding: a slash within a name divides nothing."""
    return spelt(request.scope["raw_path"].decode("ascii", "replace").partition("?")[0])


def _page_of(request: Request, view: View, iri: str) -> Response:
    if iri in view.by_publisher:
        return department(request, view, iri)
    if readable(iri) not in view.by_path:
        return anything(request, view, iri)
    if iri in view.documents:
        return document(request, view, view.documents[iri])
    if iri not in view.subject_of:
        return finding(request, view, iri)
    if iri in view.indicators:
        return indicator(request, view, view.indicators[iri])
    return project(request, view, view.subject_of[iri])


def beside(request: Request) -> Response:
    """What has an address beside the things: a derivation, by which something was computed."""
    view = desk_of(request).view
    iri = view.address_of(_sent(request).removeprefix("/"), "")
    if iri is None:
        raise HTTPException(404)
    form = request.query_params.get("format") or preferred(request.headers.get("accept", "*/*"), _THING)
    return _triples(view, iri, form) if form in _TRIPLES else anything(request, view, iri)


def named_graph(request: Request) -> Response:
    """What a named graph says, as a query that lists it."""
    address = f"{desk_of(request).graph.base}graph/{segment(request.path_params['name'])}"
    query = f"SELECT ?thing ?property ?value WHERE {{ GRAPH <{address}> {{ ?thing ?property ?value }} }} LIMIT 100"
    return RedirectResponse(f"/sparql?{urlencode({'query': query})}", status_code=303)


def anything(request: Request, view: View, iri: str) -> Response:
    """A thing without a page of its own kind (an organisation, a row, a place): what is said of it and points at it."""
    language = spoken(request)
    said = list(rows(view.graph, "thing", iri, language=language))
    named = [row["value"] for row in said if row["property"] in NAMES]
    return show(
        request,
        "thing.html",
        here="",
        view=view,
        iri=iri,
        called=next(iter(named), readable(iri).rpartition("/")[2]),
        said=said,
        pointing=list(rows(view.graph, "pointing", iri, language=language)),
    )


NAMES = (f"{SKOS}prefLabel", f"{SCHEMA}name", f"{DCT}title", f"{JX}unitName")
"""Properties that say what a thing is called."""


def _triples(view: View, iri: str, form: str) -> Response:
    """What the graph says of one thing."""
    triples = list(view.graph.query(view_text("describe", iri)))
    headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    return Response(_written(triples, form), media_type=_TRIPLES[form], headers=headers)


def _written(triples: list[Triple], form: str) -> bytes | None:
    if form == "jsonld":
        return as_json_ld(triples)
    if form == "nt":
        return serialize(triples, format=RdfFormat.N_TRIPLES)
    return serialize(triples, format=RdfFormat.TURTLE, prefixes=dict(PREFIXES))


def document(request: Request, view: View, document: Disclosure) -> Response:
    """One document: its money, its projects, what was found and what was not understood."""
    request.app.state.room.expect(document)
    subjects = view.of_document(document.iri)
    return show(
        request,
        "document.html",
        here="/documents",
        view=view,
        document=document,
        subjects=subjects,
        indicators=sum(len(subject.indicators) for subject in subjects),
        clarity=clarity(indicators_of(view, document)),
        findings=view.findings_in(document.iri),
        leftovers=view.leftovers[document.iri],
        places=view.places(document.iri)[document.iri],
    )


def project(request: Request, view: View, subject: Subject) -> Response:
    """One project or department: money, plan, goals, indicators with what was found, and the picture."""
    request.app.state.room.expect(subject.document)
    owners = [*(line.iri for line in subject.lines), *(form.iri for form in subject.forms)]
    indicators = [indicator.iri for indicator in subject.indicators]
    funding = view.funding(*owners)
    certain = {finding.focus for finding in subject.findings if finding.certainty == "certain"}
    several = versions(view, subject)
    return show(
        request,
        "project.html",
        here="/projects",
        view=view,
        subject=subject,
        funding=funding,
        goals={form.iri: view.goals(form) for form in subject.forms},
        plans={form.iri: view.plan(form) for form in subject.forms},
        places=view.places(*owners, *indicators),
        stated={form.iri: stated(form) for form in subject.forms},
        findings=view.findings_of,
        indicator_addresses=indicators,
        picture=picture(subject, funding, certain),
        peers=peers(cast("Snapshot", view.graph), indicators),
        versions=several,
        targets=targets(several) if len(several) > 1 else [],
    )


def stated(form: Form) -> set[str]:
    """Which of the optional parts of an indicator the form states anywhere: the others need no column."""
    optional = ("description", "weight", "prior", "actual", "score", "basis", "scoring", "evidence")
    return {name for name in optional if any(getattr(each, name) is not None for each in form.indicators)}


FACTS = (
    ("value", "目标值", "printed"),
    ("desc", "说明", "description"),
    ("weight", "分值", "weight"),
    ("prior", "上年", "prior"),
    ("basis", "依据", "basis"),
    ("actual", "实际完成", "actual"),
    ("score", "得分", "score"),
    ("scoring", "评分", "scoring"),
    ("evidence", "佐证", "evidence"),
)
"""The field in the record, its name on the page, and the attribute that holds it."""


def indicator(request: Request, view: View, indicator: Indicator) -> Response:
    """One indicator: every field with its quote, what was found, what others set, and how a vague one could be put."""
    subject = view.subject_of[indicator.iri]
    values = ((field, word, getattr(indicator, attribute)) for field, word, attribute in FACTS)
    others = [each for each in view.indicators.values() if each.name == indicator.name and each.iri != indicator.iri]
    printed = view.places(indicator.iri)[indicator.iri]
    snapshot = cast("Snapshot", view.graph)
    comparison = compare(index_of(snapshot), indicator.iri)
    language = spoken(request)
    return show(
        request,
        "indicator.html",
        here="/indicators",
        view=view,
        indicator=indicator,
        subject=subject,
        facts=[(field, word, value) for field, word, value in values if value is not None]
        + _understood(indicator, language),
        places=printed,
        excerpts=excerpts(request.app.state.room, view, subject.document, [*printed["value"], *printed["name"]]),
        findings=view.findings_of[indicator.iri],
        others=[(each, view.subject_of[each.iri]) for each in others[:PEERS]],
        comparison=comparison,
        strip=strip(comparison),
        at=places_of(snapshot, comparison),
        words=catalogue(language)["table"],
        direction=next(rows(view.graph, "direction", indicator.iri), None),
    )


PEERS = 50
RANGE = " 至 "
"""What stands between the least and the most that a target asks for."""


def _understood(indicator: Indicator, language: Language) -> list[tuple[str | None, str, object]]:
    """What the printed target was understood as; it has no place of its own."""
    if indicator.number is None:
        return []
    compared = label("comparator", indicator.comparator, language) if indicator.comparator else ""
    numbers = translated(RANGE, language).join(
        f"{each:f}" for each in (indicator.number, indicator.number2) if each is not None
    )
    return [(None, "读作", f"{compared} {numbers} {indicator.unit or ''}".strip())]


def finding(request: Request, view: View, address: str) -> Response:
    """One finding: both figures, both places, and how to cite it."""
    found = next(each for each in view.findings if each.address == address)
    rule = desk_of(request).rules.get(found.rule)
    document = view.documents.get(found.document or "")
    snapshot = cast("Snapshot", view.graph)
    wordings = offered(snapshot, found.rule, found.focus)
    return show(
        request,
        "finding.html",
        here="/findings",
        view=view,
        finding=found,
        rule=rule,
        document=document,
        excerpts=excerpts(request.app.state.room, view, document, found.proofs),
        subject=view.subject_of.get(found.focus),
        wordings=wordings,
        at=places(snapshot.store, *(each.entry.iri for each in wordings or ())),
    )
