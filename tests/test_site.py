"""The site over HTTP: pages, permanent addresses, lists as files, the SPARQL protocol, safety."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import shutil
import threading
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from html import escape, unescape
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from graph.folder import KnowledgeGraph
from ingest.readers import read_source
from ingest.readers.source import WRAP
from jixiao import intake, samples
from jixiao.rendering import page_path
from jixiao.site import desk as desk_module
from jixiao.site.app import create_app
from jixiao.site.desk import Desk
from jixiao.site.engine import Service
from jixiao.site.index import LONGEST
from jixiao.site.lists import CHOSEN
from jixiao.site.negotiate import preferred
from jixiao.site.originals import read_original
from ontology.addresses import spelt
from ontology.terms import BASE, CODE, data_files

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EVIL = "<script>alert('一')</script>&\"</textarea>"
LISTS = ("/documents", "/departments", "/projects", "/indicators", "/findings")


@pytest.fixture(scope="session")
def site(published):
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="session")
def view(site):
    return site.app.state.desk.view


def rows(site, path, **asked):
    """The rows of a list given away as data."""
    return site.get(path, params={**asked, "format": "json"}).json()["rows"]


def sheet(content):
    """The rows of a workbook of one sheet, the names of the columns first."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("path", ["/", *LISTS, "/rules", "/sparql"])
def test_every_page_answers_safely(site, path):
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", *LISTS, "/rules", "/sparql"])
def test_pages_load_nothing_from_elsewhere_and_hold_no_code(site, path):
    page = site.get(path).text
    loaded = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page)
    assert loaded
    assert [each for each in loaded if not each.startswith("/static/")] == []
    assert [each for each in re.findall(r"<script[^>]*>", page) if "src=" not in each] == []
    assert "style=" not in page


def test_everything_that_a_page_loads_is_there(site, view):
    page = site.get(page_path(next(iter(view.subjects)))).text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert site.get(path).status_code == 200
    script = site.get("/static/vendor/cytoscape/cytoscape.js")
    assert script.headers["content-type"].startswith("text/javascript")


def test_every_thing_has_a_page_at_its_permanent_address(site, view):
    things = [*view.documents, *view.subject_of, *(finding.address for finding in view.findings)]
    answers = {thing: site.get(page_path(thing)).status_code for thing in things}
    assert len(things) > 100
    assert {thing for thing, status in answers.items() if status != 200} == set()


def test_a_program_gets_the_triples_of_a_thing(site, view):
    thing = next(iter(view.indicators))
    answer = site.get(page_path(thing), headers={"accept": "text/turtle"})
    assert answer.headers["content-type"].startswith("text/turtle")
    assert view.indicators[thing].name in answer.text


@pytest.mark.parametrize("asked", [{"headers": {"accept": "application/ld+json"}}, {"params": {"format": "jsonld"}}])
def test_a_thing_answers_as_json_ld_with_the_same_triples(site, view, asked):
    thing = page_path(next(iter(view.indicators)))
    answer = site.get(thing, **asked)
    assert answer.headers["content-type"] == "application/ld+json"
    assert "accept" in answer.headers["vary"].lower()
    told = {each.triple for each in parse(answer.content, RdfFormat.JSON_LD)}
    assert told == {
        each.triple for each in parse(site.get(thing, params={"format": "nt"}).content, RdfFormat.N_TRIPLES)
    }


def test_what_is_not_there_is_told_in_chinese(site):
    for path in ("/id/nobody", "/nowhere", "/source/abc"):
        answer = site.get(path)
        assert (answer.status_code, "没有这一页" in answer.text) == (404, True)


def test_a_project_page_shows_money_goals_values_and_findings_with_their_places(site, view):
    subject = max(view.subjects.values(), key=lambda each: len(each.findings))
    page = site.get(page_path(subject.iri)).text
    assert all(indicator.name in page and escape(indicator.printed) in page for indicator in subject.indicators)
    assert all(goal in page for form in subject.forms for goal in view.goals(form))
    assert all(page_path(finding.address) in page for finding in subject.findings)
    places = re.findall(
        r'class="place" href="(/source/\w+\?at=[^"]+#L\d+)"(?: data-picture="[^"]+")? data-quote="([^"]+)"', page
    )
    assert len(places) > len(subject.indicators)


def test_a_place_leads_to_the_line_with_the_quote(site, view):
    indicator = next(iter(view.indicators.values()))
    place = view.places(indicator.iri)[indicator.iri]["name"][0]
    document = view.subject_of[indicator.iri].document
    page = site.get(f"/source/{document.sha256}?line={place.line}").text
    line = re.search(rf'<div id="L{place.line}" class="hit">.*?<span>(.*?)</span>', page)
    assert line
    assert place.quote.split("\n")[0] in line[1]


def test_a_line_too_large_to_be_one_is_the_first(site, view):
    sha256 = next(iter(view.documents.values())).sha256
    first, other = (
        site.get(f"/source/{sha256}?line={line}").text.partition("<footer")[0] for line in ("1", "9" * 5000)
    )
    assert first == other


def test_the_language_that_was_chosen_stays(published):
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        assert '<html lang="zh-CN">' in client.get("/documents").text
        english = client.get("/documents?lang=en").text
        assert '<html lang="en">' in english
        assert unescape(re.search(r'<a href="([^"]+)" hreflang="zh-CN">中文</a>', english)[1]) == "/documents?lang=zh"
        assert client.get("/findings").text.count('<html lang="en">') == 1
        assert '<html lang="zh-CN">' in client.get("/findings?lang=zh").text
        assert '<html lang="zh-CN">' in client.get("/documents").text


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("/nothing/a%23b%3Fc?x=1&x=2", "/nothing/a%23b%3Fc?x=1&x=2&lang=en"),
        ("http://testserver//other.example/x", "/other.example/x?lang=en"),
    ],
)
def test_the_other_language_is_at_the_same_address_of_this_site(site, asked, other):
    assert f'href="{escape(other)}"' in site.get(asked).text


def test_the_picture_has_every_indicator_and_all_ends_of_its_edges(site, view):
    subject = max(view.subjects.values(), key=lambda each: len(each.indicators))
    page = site.get(page_path(subject.iri)).text
    drawn = [each["data"] for each in json.loads(re.search(r'id="picture-data">(.*?)</script>', page)[1])]
    nodes = {each["id"] for each in drawn if "source" not in each}
    assert {indicator.iri for indicator in subject.indicators} <= nodes
    assert {end for each in drawn if "source" in each for end in (each["source"], each["target"])} <= nodes


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_given_away_exactly_as_shown_and_says_where_it_is_from(site, view, path):
    words = rows(site, path)[0]["address"]
    assert "共 1 条" in site.get(path, params={"q": words}).text
    given = {form: site.get(path, params={"q": words, "format": form}) for form in ("json", "csv", "xlsx", "jsonld")}
    listed = f"http://testserver{path}?{urlencode({'q': words})}"
    assert given["json"].json()["asked"] == listed
    assert [row["address"] for row in given["json"].json()["rows"]] == [words]
    (row,) = csv.DictReader(io.StringIO(given["csv"].content.decode("utf-8-sig")))
    assert (row["永久地址"], row["取自"], row["快照"]) == (words, listed, view.id)
    assert dict(zip(*sheet(given["xlsx"].content), strict=True))["永久地址"] == words
    quads = set(parse(given["jsonld"].content, format=RdfFormat.JSON_LD))
    assert NamedNode(words) in {quad.subject for quad in quads}
    assert {quad.object.value for quad in quads if quad.predicate.value.endswith("itemListElement")} == {words}


def test_lists_narrow_by_what_was_chosen(site, view):
    assert {row["kind"] for row in rows(site, "/indicators", kind="unclear")} <= {"vague", "restated", "missing"}
    vague = sum(each.rule == "vague-target" for each in view.findings)
    assert len(rows(site, "/findings", rule="vague-target")) == vague
    for certainty in ("certain", "possible"):
        expected = sum(each.certainty == certainty for each in view.findings)
        assert len(rows(site, "/findings", certainty=certainty)) == expected
    document = next(iter(view.documents.values()))
    assert len(rows(site, "/findings", document=document.sha256)) == len(view.findings_in(document.iri))
    moneyed = [each for each in view.subjects.values() if each.budget is not None and not each.forms]
    assert [row["address"] for row in rows(site, "/projects", has="no-form")] == [each.iri for each in moneyed]


def test_money_is_bounded_in_the_unit_that_the_page_shows(site, view):
    least = sorted(each.budget for each in view.subjects.values() if each.budget)[-2]
    found = rows(site, "/projects", **{"least-budget_yuan": str(least / 10000)})
    assert [Decimal(str(row["budget_yuan"])) >= least for row in found] == [True, True]


def test_every_count_beside_a_choice_is_what_choosing_it_brings(site):
    page = site.get("/findings?certainty=certain").text
    options = re.findall(r'<a href="([^"]+)" rel="nofollow"><span>.*?</span> <span class="count">(\d+)</span>', page)
    narrowed = {unescape(link): count for link, count in options if link.count("certainty=") == 1}
    assert len(narrowed) > 5
    assert [link for link, count in narrowed.items() if f"共 {count} 条" not in site.get(link).text] == []


def test_a_field_that_the_list_does_not_know_is_named(site):
    assert "没有用到地址里的“colour”" in site.get("/projects?colour=red").text


def test_words_that_nothing_has_lead_to_names_that_are_like_them(site, view):
    name = max((each.name for each in view.indicators.values()), key=len)
    page = site.get("/indicators", params={"q": f"{name[:2]}{name[3:]}"}).text
    assert "您是不是要找" in page
    assert escape(name) in page


def test_lists_sort_both_ways_with_empty_cells_last(site):
    def numbers(sort):
        return [row["number"] for row in rows(site, "/indicators", sort=sort)]

    up, down = numbers("number"), numbers("-number")
    filled = [each for each in up if each is not None]
    assert filled == sorted(filled)
    assert [each for each in down if each is not None] == filled[::-1]
    assert None in up
    assert up.index(None) == down.index(None) == len(filled)


def test_pages_of_a_long_list_hold_everything_once(site, view):
    addresses = []
    for page in range(1, 9):
        addresses += re.findall(r'class="name"><a href="(/id/[^"]+)"', site.get(f"/indicators?page={page}").text)
        if "下一页" not in site.get(f"/indicators?page={page}").text:
            break
    assert len(addresses) == len(set(addresses)) == len(view.indicators)


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "page=99999", f"page={'9' * 5000}", "sort=secret", "kind=%00", "q=%27%22%3C"]
)
def test_an_odd_query_string_is_no_accident(site, query):
    assert site.get(f"/indicators?{query}").status_code == 200


@pytest.mark.parametrize("bound", ["9e999999", "-9e999999", "1e-999999", "1e5000", "9" * 5000])
def test_a_bound_that_no_money_can_have_is_none(site, bound):
    assert rows(site, "/projects", **{"least-budget_yuan": bound}) == rows(site, "/projects")


def test_more_choices_than_a_page_can_lead_to_are_refused(site):
    many = {"year": [str(year) for year in range(CHOSEN + 1)]}
    answer = site.get("/indicators", params=many)
    assert answer.status_code == 400
    assert f"一次最多选 {CHOSEN} 项" in answer.text


def test_words_without_end_are_searched_as_far_as_names_go(site):
    words = " ".join(f"数量{number}" for number in range(1000))
    assert rows(site, "/indicators", q=words) == rows(site, "/indicators", q=words[:LONGEST])


def test_all_figures_agree(site, view):
    unclear = len(rows(site, "/indicators", kind="unclear"))
    home = site.get("/").text
    assert f"指标无从核对（{unclear} / " in home
    for path in ("/documents", "/departments"):
        assert sum(row["unclear"] for row in rows(site, path)) == unclear
        assert sum(row["findings"] for row in rows(site, path)) == len(view.findings)


@pytest.fixture
def evil(published, tmp_path):
    """A site of a document whose every text is an attack."""
    document = next(published.live().documents())
    poisoned = dataclasses.replace(
        document,
        source=f"{EVIL}.txt",
        sha256=sha256(EVIL.encode()).hexdigest(),
        document=dataclasses.replace(document.document, publisher=EVIL),
        targets=tuple(
            dataclasses.replace(
                target,
                name=EVIL,
                goals=(EVIL,),
                indicators=tuple(dataclasses.replace(each, name=EVIL, value=EVIL) for each in target.indicators),
            )
            for target in document.targets
        ),
    )
    path = tmp_path / "evil.txt"
    path.write_bytes(EVIL.encode())
    graph = KnowledgeGraph(tmp_path / "kg")
    graph.add(path, poisoned)
    intake.publish(graph)
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        yield client


def test_no_text_of_a_document_becomes_markup(evil):
    view = evil.app.state.desk.view
    subject = next(each for each in view.subjects.values() if each.forms)
    things = [*view.documents, subject.iri, subject.indicators[0].iri, *(each.address for each in view.findings[:5])]
    paths = ["/", *LISTS, f"/source/{subject.document.sha256}", *map(page_path, things)]
    ask = "SELECT ?name { ?s <https://schema.org/name> ?name }"
    pages = [evil.get(path) for path in paths] + [evil.get("/sparql", params={"query": ask})]
    assert [page.url.path for page in pages if page.status_code != 200] == []
    assert [page.url.path for page in pages if "<script>alert" in page.text or "</textarea>&" in page.text] == []
    assert sum("alert(" in page.text for page in pages) > 5


def test_a_query_is_shown_but_never_run_as_markup(site):
    page = site.get("/sparql", params={"query": EVIL})
    assert page.status_code == 400
    assert "<script>alert" not in page.text


def test_a_browser_sees_rows_with_links_and_ways_to_take_them_away(site, view):
    query = "SELECT ?s ?name { ?s a <https://schema.org/Project> ; <https://schema.org/name> ?name } ORDER BY ?s"
    page = site.get("/sparql", params={"query": query}).text
    project = next(each for each in view.subjects.values() if not each.is_department)
    assert f'<a href="{page_path(project.iri)}">' in page
    link = re.search(r'href="(/sparql\?query=[^"]+format=csv)"', page)
    assert link
    assert site.get(link[1].replace("&amp;", "&")).text.startswith("\ufeffs,name\r\n")


def test_a_folder_without_a_snapshot_says_what_to_do(tmp_path):
    with TestClient(create_app(tmp_path), headers=BROWSER) as client:
        answer = client.get("/")
    assert (answer.status_code, "jixiao ingest" in answer.text) == (503, True)


def test_a_mistake_of_the_program_is_owned_up_to(published, monkeypatch):
    monkeypatch.setattr("jixiao.site.pages.by_rule", lambda _: 1 / 0)
    with TestClient(create_app(published.path), headers=BROWSER, raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert (answer.status_code, "程序出错了" in answer.text) == (500, True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_site_follows_the_folder_to_a_new_snapshot(tmp_path):
    graph = KnowledgeGraph(tmp_path / "kg")
    read = intake.keeping(graph)
    first, second = samples.write(tmp_path, seed=1, count=2)
    read(first)
    intake.publish(graph)
    with TestClient(create_app(graph.path)) as client:
        before = client.get("/documents?format=json").json()
        read(second)
        intake.publish(graph)
        after = client.get("/documents?format=json").json()
    assert (len(before["rows"]), len(after["rows"])) == (1, 2)
    assert before["snapshot"] != after["snapshot"]


def test_a_kept_page_is_made_again_the_next_day(published, monkeypatch):
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        today = client.get("/about").text
        later = SimpleNamespace(now=lambda zone: datetime(2099, 1, 2, tzinfo=zone))
        monkeypatch.setattr("jixiao.days.datetime", later)
        assert "2099-01-02" in client.get("/about").text
        assert "2099" not in today


def test_a_site_that_was_served_leaves_no_files(published, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app = create_app(published.path)
    with TestClient(app) as client:
        client.get("/documents")
        assert list(tmp_path.iterdir())
        app.state.desk.edition.prepared()  # nothing is being made any more
    assert not list(tmp_path.iterdir())


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk between two snapshots that it can be shown by name; none is really read."""
    desk = Desk(tmp_path)
    live = {"id": "first"}
    monkeypatch.setattr(desk_module, "View", lambda snapshot: snapshot)
    monkeypatch.setattr(desk_module.Edition, "prepared", lambda edition: edition)
    monkeypatch.setattr(desk, "_stamp", lambda: (0, hash(live["id"])))
    monkeypatch.setattr(desk.graph, "live", lambda: SimpleNamespace(id=live["id"]))
    desk.live = live
    assert desk.snapshot.id == "first"
    return desk


def test_a_snapshot_that_cannot_be_prepared_leaves_the_old_one_readable(desk, monkeypatch):
    def fail(_):
        raise OSError

    monkeypatch.setattr(desk_module.Edition, "prepared", fail)
    desk.live["id"] = "second"
    with pytest.raises(OSError):
        _ = desk.snapshot
    assert desk.snapshot.id == "first"


def test_a_snapshot_that_is_live_no_more_when_it_is_ready_is_not_shown(desk, monkeypatch):
    ready = threading.Event()
    monkeypatch.setattr(desk_module, "PATIENCE", 0)
    monkeypatch.setattr(desk_module.Edition, "prepared", lambda edition: ready.wait(10) and edition)
    desk.live["id"] = "second"
    assert desk.snapshot.id == "first"
    pending = desk._next
    desk.live["id"] = "first"
    assert desk.snapshot.id == "first"
    ready.set()
    pending.result(10)
    assert desk.snapshot.id == "first"


OFFERS = {"text/html": "html", "text/turtle": "ttl", "text/csv": "csv"}


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "html"),
        ("text/*", "html"),
        ("text/turtle", "ttl"),
        ("text/html;q=0.1, text/csv;q=0.9", "csv"),
        ("text/*;q=0.5, text/html;q=0", "ttl"),
        ("text/html;q=broken, text/csv", "csv"),
        ("image/*", None),
    ],
)
def test_the_preferred_form_follows_quality_then_order(accept, name):
    assert preferred(accept, OFFERS) == name


def test_the_lines_of_a_source_are_the_lines_that_places_count(tmp_path):
    from docx import Document as Word  # noqa: PLC0415 - only this test writes one

    word = Word()
    word.add_paragraph("部门预算")
    cells = word.add_table(rows=2, cols=2).rows
    cells[0].cells[0].text, cells[1].cells[1].text = "项目名称", "科普\n经费"
    path = tmp_path / ("ab" * 32)
    word.save(path)
    read, shown = read_source(path), read_original(path).leaf(0).lines
    assert [shown[line.number - 1].text for line in read.lines] == [line.text.replace(WRAP, "↵") for line in read.lines]
    assert "科普↵经费" in shown[2].text


def test_a_document_of_money_alone_has_its_pages(published, tmp_path):
    document = dataclasses.replace(
        next(published.live().documents()),
        sha256=sha256(b"money").hexdigest(),
        targets=(),
        project_budgets=(),
        leftovers=(),
    )
    path = tmp_path / "money"
    path.write_bytes(b"money")
    graph = KnowledgeGraph(tmp_path / "kg")
    graph.add(path, document)
    intake.publish(graph)
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        home = page_path(next(iter(client.app.state.desk.view.documents)))
        assert {client.get(each).status_code for each in ("/", *LISTS, home)} == {200}


def test_every_address_of_the_graph_has_a_page_and_triples(site, published):
    document = next(iter(published.live().manifest["documents"]))["address"]
    kinds = "SELECT ?kind (SAMPLE(?each) AS ?thing) WHERE { GRAPH <%s> { ?each a ?kind } } GROUP BY ?kind"
    found = published.live().query(kinds % document)
    things = [row["thing"].value for row in found]
    publisher = published.live().query(f"SELECT ?p WHERE {{ <{document}> <http://purl.org/dc/terms/publisher> ?p }}")
    things += [row["p"].value for row in publisher]
    assert len(things) > 10
    for thing in things:
        if "/id/" not in thing:
            continue
        page = site.get(page_path(thing))
        assert page.status_code == 200, thing
        assert site.get(page_path(thing), params={"format": "ttl"}).text.strip()


def test_a_name_with_a_slash_in_it_has_its_address_too(site, published):
    found = published.live().query('SELECT DISTINCT ?s { ?s ?p ?o FILTER(REGEX(STR(?s), "/id/.*%2F")) } LIMIT 3')
    things = [row["s"].value.partition("#")[0] for row in found]
    assert things
    for thing in things:
        for path in (page_path(thing), "/id/" + quote(thing.partition("/id/")[2], safe="/%")):
            assert site.get(path, params={"format": "nt"}).text.startswith(f"<{thing}>"), path


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("%E4%BB%B6%2f%E5%B9%B4/%28a%29/b~2", "件%2F年/(a)/b~2"),
        ("a%7e2/%2E", "a%7E2/%2E"),
        ("100%25%20x/%zz%", "100%25%20x/%zz%"),
    ],
)
def test_a_path_is_spelt_like_the_addresses_of_things(sent, path):
    assert spelt(sent) == path


def test_every_address_of_the_vocabulary_and_of_named_graphs_resolves(site, published):
    said = (quad for file in data_files() for quad in parse(file.read_bytes(), RdfFormat.TURTLE))
    addresses = {
        term.value.partition("#")[0]
        for quad in said
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(BASE)
    }
    addresses |= {graph.value for graph in published.live().store.named_graphs()}
    derived = published.live().query(
        "SELECT DISTINCT ?by WHERE { ?thing <http://www.w3.org/ns/prov#wasGeneratedBy> ?by }"
    )
    addresses |= {row["by"].value for row in derived}
    codes = sorted(each for each in addresses if each.startswith(CODE))
    asked = sorted(addresses - set(codes)) + codes[::25]
    paths = (quote(each.removeprefix(BASE.rstrip("/")), safe="/%~:@!$'()*,;=") for each in asked)
    assert [path for path in paths if site.get(path, headers={"Accept": "text/html"}).status_code != 200] == []


def test_a_site_may_show_one_older_snapshot_that_a_paper_cites(published, tmp_path):
    shutil.copytree(published.path, tmp_path / "kg")
    graph = KnowledgeGraph(tmp_path / "kg")
    cited = graph.live()
    finding = cited.findings()[0]
    intake.publish(graph, without=[cited.manifest["documents"][0]["sha256"], cited.manifest["documents"][1]["sha256"]])
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        assert client.get(page_path(finding["address"])).status_code == 404
    with TestClient(create_app(graph.path, Service(snapshot=cited.id)), headers=BROWSER) as client:
        page = client.get(page_path(finding["address"]))
    assert page.status_code == 200
    assert f"这里只看快照 {cited.id}" in page.text
