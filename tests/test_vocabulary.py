"""The documentation of the vocabulary: complete, at the terms' addresses, the same in every form, without dead ends."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from starlette.testclient import TestClient

import ontology
from jixiao.__main__ import run
from jixiao.site.app import create_app
from jixiao.vocabulary import live, picture, reading, writing
from jixiao.vocabulary.book import Book
from jixiao.vocabulary.model import Vocabulary
from jixiao.vocabulary.reading import ONTOLOGY, prefixed, vocabulary
from jixiao.vocabulary.records import tables
from jixiao.vocabulary.speech import Speech, words
from ontology import divisions
from ontology.terms import CODE, JX, SKOS, concepts, provisional_iri
from queries.errors import QueryTooLongError
from queries.library import examples

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
KNOWN = vocabulary()
DRAWINGS = picture.pictures(KNOWN)
CHAPTERS = ("/ontology", "/ontology/borrowed", "/code", "/cube", "/shapes", "/examples", "/records")
OTHERS = ("/code/target-kind", "/code/unit", "/code/target-kind/vague", "/cube/budget-table", "/cube/amount")
EXAMPLES = tuple(f"/examples/{name}" for name in examples())


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    return KNOWN


@pytest.fixture(scope="module")
def site(published):
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def book(site) -> Book:
    return site.app.state.shelf.book


class Anchors(HTMLParser):
    """The anchors of a page and the addresses that it leads to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, _, attrs):
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if given.get(name)]


def triples(content: bytes, form: RdfFormat) -> str:
    """What a document says, whatever its nameless nodes are called."""
    said = Dataset(Quad(each.subject, each.predicate, each.object) for each in parse(content, form))
    said.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return str(sorted(map(str, said)))


# Terms


@pytest.fixture(autouse=True)
def _each_visit_is_the_first(site):
    """A language that one test chooses is no other's."""
    yield
    site.cookies.clear()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_term_has_an_anchor_a_label_and_a_definition_on_its_page(site, known, language):
    pages = {own: site.get(f"/ontology{'' if own else '/borrowed'}?lang={language}").text for own in (True, False)}
    anchors = {own: set(Anchors(page).ids) for own, page in pages.items()}
    text = {own: unescape(page) for own, page in pages.items()}
    assert len(known.terms) > 150
    for term in known.terms.values():
        assert term.anchor in anchors[term.own]
        assert term.label["zh"] in text[term.own]
        assert term.label["en"] in text[term.own]
        assert term.definition[language] in text[term.own]
        assert term.iri in text[term.own]


def test_the_anchor_of_a_term_of_ours_is_what_follows_the_sign_in_its_address(known):
    own = [term for term in known.terms.values() if term.own]
    assert own
    assert all(term.iri == f"{ONTOLOGY}#{term.anchor}" for term in own)


def test_an_anchor_stands_once_on_a_page(site):
    for path in CHAPTERS:
        ids = Anchors(site.get(path).text).ids
        assert len(ids) == len(set(ids))


def test_every_term_stands_in_one_section_and_every_class_in_a_planned_one(known):
    placed = [term.iri for section in known.sections for term in (*section.classes, *section.properties)]
    assert sorted(placed) == sorted(term.iri for term in known.terms.values() if term.own)
    assert [term.name for section in known.sections if section.id == "shared" for term in section.classes] == []


def test_a_term_that_was_given_up_says_what_replaces_it(site, known):
    given_up = [term for term in known.terms.values() if term.deprecated]
    assert given_up
    page = site.get("/ontology").text
    for term in given_up:
        article = page[page.index(f'id="{term.anchor}"') :].partition("</article>")[0]
        assert "已停用" in article
        assert all(prefixed(each) in article for each in term.replaced_by)


def test_a_citation_shows_its_title_its_number_and_whether_somebody_checked_it(known):
    shown = Speech(known, "zh", str).source(f"{CODE}citation/caiyu-2015-88")
    assert (shown.title, shown.number) == ("《中央部门预算绩效目标管理办法》", "财预〔2015〕88号")
    assert shown.status in {"verified", "unverified"}


def test_a_property_names_the_classes_that_have_it_and_the_list_of_its_codes(known):
    kind = known.terms[f"{JX}kind"]
    assert kind.domain == (f"{JX}Target",)
    assert kind.code_lists == ("target-kind",)
    assert f"{JX}kind" in known.properties_of(f"{JX}Target")
    assert f"{JX}target" in known.leading_to(f"{JX}Target")


def test_terms_lead_to_the_examples_that_use_them(site):
    page = site.get("/ontology").text
    article = page[page.index('id="vagueTerm"') :].partition("</article>")[0]
    assert "/examples/12-vague-words" in article


# The picture


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda each: each.name)
def test_boxes_stand_inside_the_picture_and_apart(drawing):
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
    for number, one in enumerate(drawing.boxes):
        for other in drawing.boxes[number + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda each: each.name)
def test_arrows_run_from_box_to_box_and_through_none(drawing):
    for arrow in drawing.arrows:
        assert all(touches(drawing.boxes, arrow.points[end]) for end in (0, -1))
        for (x1, y1), (x2, y2) in zip(arrow.points, arrow.points[1:], strict=False):
            assert x1 == x2 or y1 == y2
            assert not any(inside(box, (x1 + x2) / 2, (y1 + y2) / 2) for box in drawing.boxes)


def touches(boxes, point):
    x, y = point
    return any(
        (x in (box.x, box.x + box.width) and box.y <= y <= box.y + box.height)
        or (y in (box.y, box.y + box.height) and box.x <= x <= box.x + box.width)
        for box in boxes
    )


def inside(box, x, y):
    return box.x < x < box.x + box.width and box.y < y < box.y + box.height


def test_the_picture_shows_every_class_of_ours_with_properties_that_it_has(known):
    assert list(picture.undrawn(known)) == []
    for box in DRAWINGS[0].boxes:
        of_class = known.properties_of(box.term.iri)
        foreign = [term.name for term in box.shows if term.iri not in of_class and (term.domain or term.used_on)]
        assert foreign == []


def test_arrows_join_the_classes_that_the_ontology_joins(known):
    for drawing in DRAWINGS:
        at = {port: box.term.iri for box in drawing.boxes for port in [(box.x, box.y, box.width, box.height)]}
        for arrow in drawing.arrows:
            start, end = (owner(at, arrow.points[which]) for which in (0, -1))
            if arrow.term is None:
                assert end in known.terms[start].broader
            elif arrow.term.own:
                assert start in (*arrow.term.domain, *arrow.term.used_on, start if not arrow.term.domain else "")
                assert end in arrow.term.range


def owner(at, point):
    x, y = point
    return next(iri for (left, top, w, h), iri in at.items() if left <= x <= left + w and top <= y <= top + h)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_names_its_classes_and_leads_to_them(site, known, language):
    drawings = re.findall(r"<svg class=\"model.*?</svg>", site.get(f"/ontology?lang={language}").text, re.DOTALL)
    assert len(drawings) == 2
    for term in known.terms.values():
        if term.own and term.kind == "class":
            assert all(f">{term.label[language]}</text>" in each for each in drawings)
            assert all(f"#{term.anchor}" in each for each in drawings)


# Codes


def test_every_code_has_a_page_at_its_address(book):
    codes = [code for each in book.vocabulary.code_lists.values() for code in each.codes.values()]
    assert len(codes) > 3000
    for code in codes:
        page = book.page("/code/" + unquote(code.iri.removeprefix(CODE)))
        assert page.values["code"] is code


def test_the_lists_are_those_of_the_ontology_and_all_divisions(book):
    lists = book.vocabulary.code_lists
    assert len(lists["division"].codes) == len(divisions.divisions())
    for file in ontology.path("codes").iterdir():
        name = file.name.removesuffix(".ttl")
        assert set(concepts(name)) <= {code.notation for code in lists[name].codes.values()}


def test_a_list_shows_every_code_under_the_one_above_it(site, book):
    page = site.get("/code/division").text
    leads = Anchors(page).links
    assert all(
        Speech(book.vocabulary, "zh", str).href(iri) in leads for iri in book.vocabulary.code_lists["division"].codes
    )
    assert "<details>" in page


def test_a_code_tells_what_it_means_and_what_it_does_not(site):
    page = unescape(site.get("/code/vague-term/提升").text)
    assert "有方向无尺度" in page
    assert "反例" in page


def test_a_code_tells_how_often_it_is_used_and_leads_to_the_query(site, published):
    page = unescape(site.get("/code/target-kind/quantity").text)
    count = len({each.subject for each in uses(published, f"{CODE}target-kind/quantity")})
    assert f"用了 {count} 次" in page
    found = next(link for link in Anchors(page).links if link.startswith("/sparql?query="))
    rows = site.get(found, headers={"accept": "application/sparql-results+json"}).json()["results"]["bindings"]
    assert len({row["thing"]["value"] for row in rows}) == min(count, 200)


def uses(graph, iri):
    from pyoxigraph import NamedNode  # noqa: PLC0415

    found = graph.live().store.quads_for_pattern(None, None, NamedNode(iri), None)
    return [each for each in found if each.graph_name.value.startswith("https://w3id.org/jixiao/id/")]


def test_a_provisional_code_has_a_page_that_says_so(evaluated):
    with TestClient(create_app(evaluated.path), headers=BROWSER) as client:
        path = "/code/" + quote(unquote(provisional_iri("unit", "咕噜").removeprefix(CODE)))
        page = client.get(path)
        assert page.status_code == 200
        assert "暂定" in page.text
        assert "咕噜" in client.get("/code/unit").text
        assert "其中暂定 1 个" in client.get("/code/unit").text
        assert client.get("/code/unit/provisional/咕").status_code == 404


def test_codes_that_only_a_snapshot_knows_never_hide_those_of_the_files(known):
    said = next(
        each for each in known.facts.about(f"{CODE}polarity/more") if each.predicate.value == f"{SKOS}prefLabel"
    )
    again = vocabulary([Quad(said.subject, said.predicate, type(said.object)("另一个名称", language="zh"))])
    assert again.code(f"{CODE}polarity/more") == known.code(f"{CODE}polarity/more")


# Forms of a page


@pytest.mark.parametrize("path", [*CHAPTERS[:-1], *OTHERS, EXAMPLES[0], f"/ontology/{KNOWN.version}"])
def test_turtle_and_json_ld_say_the_same(site, path):
    turtle = site.get(path, headers={"accept": "text/turtle"})
    linked = site.get(path, headers={"accept": "application/ld+json"})
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    assert linked.headers["content-type"] == "application/ld+json"
    said = triples(turtle.content, RdfFormat.TURTLE)
    assert len(said) > 100
    assert triples(linked.content, RdfFormat.JSON_LD) == said
    assert "Accept" in turtle.headers["vary"]
    if not path.startswith("/ontology/"):
        assert site.get(f"{path}.ttl").content == turtle.content
        assert site.get(f"{path}.jsonld").content == linked.content


def test_the_turtle_of_the_ontology_is_what_its_file_says(site, known):
    served = {str(each) for each in parse(site.get("/ontology.ttl").content, RdfFormat.TURTLE)}
    own = {str(each) for each in parse(ontology.path("jixiao.ttl").read_bytes(), RdfFormat.TURTLE)}
    assert {each for each in own if "_:" not in each} <= served
    assert known.version


def test_a_form_that_there_is_not_is_refused_and_so_is_a_page(site):
    assert site.get("/ontology", headers={"accept": "image/png"}).status_code == 406
    for path in ("/code/none", "/code/target-kind/none", "/cube/none", "/examples/none", "/ontology/9.9.9", "/code/"):
        answer = site.get(path)
        assert answer.status_code == (200 if path == "/code/" else 404)
        assert path == "/code/" or "没有这一页" in answer.text


@pytest.mark.parametrize("path", [*CHAPTERS, *OTHERS, *EXAMPLES[:2]])
def test_pages_speak_the_language_that_is_asked_for_else_chinese(site, path):
    assert 'lang="zh-CN"' in site.get(path).text
    assert 'lang="en"' in site.get(path, headers={"accept-language": "en-GB,en;q=0.9"}).text[:200]
    assert 'lang="zh-CN"' in site.get(path, headers={"accept-language": "fr"}).text
    assert 'lang="zh-CN"' in site.get(f"{path}?lang=zh", headers={"accept-language": "en"}).text
    english = site.get(f"{path}?lang=en")
    assert "Accept-Language" in english.headers["vary"]
    assert english.cookies["lang"] == "en"


def within(links):
    chapters = tuple({f"/{each.split('/')[1]}" for each in CHAPTERS})
    return [link for link in links if link.startswith(chapters)]


def test_the_words_of_the_pages_are_all_there_and_all_said():
    said = words()
    templates = "".join(
        file.read_text("utf-8") for file in Path(writing.__file__).parents[1].joinpath("templates").glob("vocabulary*")
    )
    code = "".join(file.read_text("utf-8") for file in Path(writing.__file__).parent.glob("*.py"))
    assert set(said["zh"]) == set(said["en"])
    idle = {key for key in said["zh"] if f'"{key}"' not in templates + code}
    named = {"verified", "unverified", "dimension", "measure", "attribute", "Violation", "Warning", "Info"}
    assert {key for key in idle - named if not key.endswith("Match")} == set()


def test_pages_work_without_a_snapshot(tmp_path):
    with TestClient(create_app(tmp_path / "empty"), headers=BROWSER) as client:
        for path in (*CHAPTERS, *OTHERS, EXAMPLES[0]):
            assert client.get(path).status_code == 200
        assert "用了" not in client.get("/code/target-kind/vague").text


def test_an_example_that_takes_too_long_says_so_and_is_not_asked_again(published, monkeypatch):
    asked = []
    monkeypatch.setattr(live, "answer", lambda *given: asked.append(given) or refuse())
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        pages = [client.get(EXAMPLES[0]) for _ in range(2)]
    assert all("这次没有得到答案：q：太久了" in page.text for page in pages)
    assert len(asked) == 1


def refuse():
    raise QueryTooLongError("q", "太久了")


@pytest.mark.parametrize("path", [*CHAPTERS, *OTHERS, EXAMPLES[0]])
def test_pages_load_nothing_from_elsewhere_and_hold_no_code(site, path):
    page = site.get(path).text
    loaded = re.findall(r'<(?:link rel="stylesheet"|link rel="icon"|script|img)[^>]+(?:href|src)="([^"]+)"', page)
    assert len(loaded) >= 4
    assert [each for each in loaded if not each.startswith("/static/")] == []
    assert [each for each in re.findall(r"<script[^>]*>", page) if "src=" not in each] == []
    assert "style=" not in page


# Examples and records


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_shows_its_query_its_answer_and_leads_to_the_query_page(site, path):
    page = site.get(path)
    text = unescape(page.text)
    shown = examples()[path.removeprefix("/examples/")]
    assert shown.body in text
    assert shown.question["zh"] in text
    assert "答案" in text
    assert "这次没有得到答案" not in text
    links = Anchors(page.text).links
    assert any(link.startswith("/sparql?query=") for link in links)


def test_the_record_format_is_its_schema_in_tables_whose_keys_become_declared_terms(site, known):
    schema = site.get("/records", headers={"accept": "application/schema+json"}).json()
    assert site.get("/records.json").json() == schema
    assert site.get("/records.ttl").status_code == 406
    shown = {table.name: [field.key for field in table.fields] for table in tables()}
    assert shown[schema["title"]] == list(schema["properties"])
    assert {name: list(each["properties"]) for name, each in schema["$defs"].items()}.items() <= shown.items()
    terms = {field.term for table in tables() for field in table.fields if field.term}
    assert {iri for iri in terms if iri not in known.terms} == set()
    without = {f"{table.name}.{field.key}" for table in tables() for field in table.fields if not field.term}
    assert without == {"Document.document"}


def test_the_context_is_served_as_it_is(site):
    answer = site.get("/context.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.json() == json.loads(ontology.path("context.jsonld").read_text("utf-8"))


# No dead ends


def some_pages(book):
    codes = [f"/code/{name}" for name in book.vocabulary.code_lists]
    single = [
        "/code/" + unquote(iri.removeprefix(CODE))
        for each in book.vocabulary.code_lists.values()
        for iri in list(each.codes)[:2]
    ]
    return [*CHAPTERS, *codes, *single, *(f"/cube/{name}" for name in book.vocabulary.structures), *EXAMPLES]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_link_within_the_documentation_leads_somewhere(site, book, language):
    ids: dict[str, set[str]] = {}
    asked: dict[str, int] = {}
    pages = {path: Anchors(site.get(f"{quote(path)}?lang={language}").text) for path in some_pages(book)}
    ids = {path: set(page.ids) for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        for link in page.links:
            target = urlsplit(urljoin(quote(path), link))
            if target.scheme or link.startswith("/sparql?"):
                continue
            plain = unquote(target.path)
            found = plain in ids or book.page(plain) is not None
            if not found and plain not in asked:
                asked[plain] = site.get(target.path).status_code
            if not found and asked[plain] != 200:
                dead.append((path, link))
            if target.fragment and plain in ids and unquote(target.fragment) not in ids[plain]:
                dead.append((path, link))
    assert len(pages) > 80
    assert dead == []


def test_written_pages_lead_to_each_other_by_files_and_need_no_server(tmp_path, monkeypatch, capsys):
    few = [each for each in reading.triples() if "/code/division/" not in str(each.subject)]
    monkeypatch.setattr(reading, "triples", lambda: few)  # three thousand pages more show nothing new
    assert run(["vocabulary", "-o", str(tmp_path)]) == 0
    pages = {str(file): Anchors(file.read_text("utf-8")) for file in sorted(tmp_path.rglob("*.html"))}
    written = re.search(r"已写出 (\d+) 页", capsys.readouterr().err)
    assert len(pages) == 2 * (int(written[1]) + 1)
    files = {str(file) for file in tmp_path.rglob("*")}
    dead = [(page, link) for page, each in pages.items() for link in each.links if not leads(page, link, files, pages)]
    assert dead == []
    assert triples((tmp_path / "code.ttl").read_bytes(), RdfFormat.TURTLE)
    assert (tmp_path / "index.html").read_bytes() == (tmp_path / "ontology.html").read_bytes()


def leads(page, link, files, pages):
    """Whether a link of a written page leads to a written file, and to an anchor that it has."""
    path, _, anchor = link.partition("#")
    if re.match(r"\w+:", link):
        return True
    target = os.path.normpath(Path(page).parent / unquote(path)) if path else page
    return not link.startswith("/") and target in files and (not anchor or unquote(anchor) in pages[target].ids)


def test_a_file_has_a_name_that_every_system_can_hold():
    assert writing.file_name("/code/unit/元/人:次?", "en") == "code/unit/元/人%3A次%3F.en.html"
    assert writing.plain_name("/code/unit/%") == "code/unit/%25"
