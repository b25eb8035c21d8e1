"""The query editor, the catalogue as pages, and answers: shown, drawn, taken away."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import threading
import time
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest
import uvicorn
from python_calamine import CalamineWorkbook
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from starlette.testclient import TestClient

from jixiao.cli.showing import listen
from jixiao.days import today
from jixiao.rendering import page_path
from jixiao.site import answers
from jixiao.site.answers import Answer, Shown, shown
from jixiao.site.app import create_app
from jixiao.site.editor import tiles
from jixiao.translation import CHINESE
from ontology.divisions import divisions
from queries.library import questions

BASE = "https://example.org/"
PREFIX = "PREFIX jx: <https://w3id.org/jixiao/ontology#>\n"
EVIL = "=1+1<script>alert(1)</script>\u202e"
SCRIPTS = ("chart.js", "editor.js", "editor_answer.js", "editor_graph.js", "editor_map.js")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def site(published):
    with TestClient(create_app(published.path), headers={"accept": "text/html"}) as client:
        yield client


def ask(site, query):
    return site.get("/sparql", params={"query": query})


def uri(value):
    return {"type": "uri", "value": value}


@pytest.mark.parametrize(
    ("term", "seen"),
    [
        (None, Shown("")),
        ({"type": "bnode", "value": "b1"}, Shown("_:b1")),
        ({"type": "literal", "value": "12"}, Shown("12")),
        (
            {"type": "literal", "value": "12", "datatype": "http://www.w3.org/2001/XMLSchema#int"},
            Shown("12", number=True),
        ),
        (uri(f"{BASE}id/%E7%94%B2/1"), Shown("甲/1", f"{BASE}id/%E7%94%B2/1", page_path(f"{BASE}id/%E7%94%B2/1"))),
        (
            uri("https://w3id.org/jixiao/ontology#Indicator"),
            Shown("jx:Indicator", "https://w3id.org/jixiao/ontology#Indicator", "/ontology#Indicator"),
        ),
        (
            uri("https://w3id.org/jixiao/code/target-kind/vague"),
            Shown(
                "target-kind/vague 模糊",
                "https://w3id.org/jixiao/code/target-kind/vague",
                "/code/target-kind/vague",
            ),
        ),
        (
            uri("https://w3id.org/jixiao/code/division/330100"),
            Shown("division/330100 杭州市", "https://w3id.org/jixiao/code/division/330100", "/code/division/330100"),
        ),
        (uri("https://schema.org/name"), Shown("schema:name", "https://schema.org/name")),
        (uri("javascript:alert(1)"), Shown("javascript:alert(1)", "javascript:alert(1)")),
    ],
)
def test_a_value_is_called_as_people_call_it_and_leads_to_its_page(term, seen):
    answer = Answer(columns=("it",), rows=[{"it": term} if term else {}])
    assert shown(answer, BASE) == [[seen]]


def test_triples_are_rows_and_turtle(site):
    page = ask(site, PREFIX + "CONSTRUCT WHERE { ?s a jx:Indicator } LIMIT 2").text
    assert page.count("<tr>") == 1 + 2
    assert all(f'data-name="{name}"' in page for name in ("subject", "predicate", "object"))
    assert "Turtle</summary><pre" in page


def test_a_mistake_is_shown_in_its_line_and_marked_from_its_column(site):
    line = "{ ?s ?p ?o } nonsense"
    page = ask(site, f"SELECT *\n{line}")
    assert page.status_code == 400
    column = int(re.search(r'id="fault" data-line="2" data-column="(\d+)"', page.text)[1])
    assert 1 < column <= len(line)
    assert f"{line[: column - 1]}<mark>{line[column - 1 :]}</mark>" in page.text


def test_text_of_an_answer_is_never_markup_nor_a_formula(site):
    query = f'SELECT ?it {{ VALUES ?it {{ "{EVIL}" }} }}'
    assert "<script>alert" not in ask(site, query).text
    file = site.get("/sparql/answer", params={"query": query, "format": "csv"}).text
    assert next(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))["it"] == f"'{EVIL}"
    book = site.get("/sparql/answer", params={"query": query, "format": "xlsx"}).content
    assert CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()[1] == [EVIL]


@pytest.mark.parametrize("path", ["/queries/kinds-by-type?format=", "/sparql/answer?query=ASK+%7B%7D&format="])
def test_a_file_says_what_was_asked_when_and_of_which_snapshot(site, published, path):
    told = site.get(path + "json").json()
    asked = told["asked"].removeprefix("http://testserver")
    assert (told["snapshot"], told["date"]) == (published.live().id, today())
    assert asked == (path.partition("?")[0] if "queries" in path else "/sparql?query=ASK+%7B%7D")
    assert told["query"].startswith(("PREFIX", "ASK"))
    row = next(csv.DictReader(io.StringIO(site.get(path + "csv").text.removeprefix("\ufeff"))))
    assert (row["取自"], row["快照"], row["日期"]) == (told["asked"], told["snapshot"], told["date"])
    book = CalamineWorkbook.from_filelike(io.BytesIO(site.get(path + "xlsx").content))
    values = {str(value) for _, value in book.get_sheet_by_name("出处").to_python()}
    assert {told["asked"], told["snapshot"], told["query"]} <= values


def test_a_page_shows_the_first_rows_and_a_file_has_them_all(site, monkeypatch):
    monkeypatch.setattr(answers, "SHOWN", 2)
    query = PREFIX + "SELECT ?s { ?s a jx:Indicator } ORDER BY ?s LIMIT 5"
    page = ask(site, query).text
    assert (page.count("<td"), "共 5 行" in page) == (2, True)
    assert len(site.get("/sparql/answer", params={"query": query, "format": "json"}).json()["rows"]) == 5


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("number", ["abc", "1e999999", "1e9999999", "1_0", "NaN", "9" * 5000])
def test_what_only_calls_itself_a_number_is_text_in_files(site, form, number):
    query = f'SELECT ("{number}"^^<http://www.w3.org/2001/XMLSchema#decimal> AS ?odd) {{}}'
    answer = site.get("/sparql/answer", params={"query": query, "format": form})
    assert answer.status_code == 200
    if form == "xlsx":
        _, row = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    else:
        row = answer.json()["rows"][0].values() if form == "json" else [*csv.reader(answer.text.splitlines())][1]
    assert next(iter(row)) == number


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", ""])
@pytest.mark.parametrize(
    "query",
    ["SELECT * {}", "SELECT (<<( <urn:a> <urn:b> 1 )>> AS ?x) {}", "CONSTRUCT { [] <urn:b> <<( <urn:c> a 1 )>> } {}"],
)
def test_answers_without_columns_and_with_triples_as_values_are_shown_and_taken_away(site, query, form):
    answer = site.get(
        f"/sparql{'/answer' if form else ''}", params={"query": query} | ({"format": form} if form else {})
    )
    assert answer.status_code == 200
    if form == "csv" and "(" in query:
        assert "<<( urn:" in answer.text


def test_files_come_in_known_forms_alone(site):
    assert site.get("/sparql/answer", params={"query": "ASK {}", "format": "exe"}).status_code == 400
    assert site.get("/queries/kinds-by-type?format=exe").status_code == 406


def test_every_question_has_a_page_that_answers_it(site):
    listed = re.findall(r'href="/queries/([\w-]+)"', site.get("/queries").text)
    assert sorted(listed) == sorted(questions())
    pages = {name: site.get(f"/queries/{name}") for name in listed}
    assert {name: page.status_code for name, page in pages.items() if page.status_code != 200} == {}
    assert [name for name, page in pages.items() if not re.search('id="answer"|没有结果', page.text)] == []


def test_a_question_is_asked_with_what_was_chosen_and_keeps_it(site):
    page = site.get("/queries/findings-of-rule", params={"ruleId": "", "inYear": "1999"}).text
    assert re.search(r'name="inYear" value="1999"', page)
    assert 'VALUES ?inYear { "1999"^^' in unescape(page)
    assert "没有结果" in page
    link = re.search(r'id="permanent" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert link == "/queries/findings-of-rule?ruleId=&inYear=1999"


def test_a_number_left_empty_is_the_question_s_own_and_an_empty_text_is_empty(site):
    page = site.get("/queries/findings-of-rule", params={"ruleId": "", "inYear": ""}).text
    assert "VALUES ?inYear { 0 }" in page
    assert 'name="ruleId" value=""' in page


@pytest.mark.parametrize(("chosen", "said"), [({"inYear": "去年"}, "去年"), ({"colour": "red"}, "colour")])
def test_a_choice_that_a_question_does_not_know_is_named(site, chosen, said):
    page = site.get("/queries/findings-of-rule", params=chosen)
    assert page.status_code == 400
    assert said in page.text.partition('role="alert"')[2]


def test_what_is_chosen_never_becomes_a_part_of_the_query(site):
    page = site.get("/queries/findings-of-rule", params={"department": '" } } DROP ALL #<script>alert(1)</script>'})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_what_may_be_chosen_is_offered_by_name(site):
    page = site.get("/queries/findings-of-rule").text
    rule = site.app.state.desk.rules["vague-target"]
    assert f'<option value="vague-target" label="{rule.title["zh"]}">' in page
    publisher = next(iter(site.app.state.desk.view.documents.values())).publisher
    assert f'<option value="{publisher}">' in page


def test_a_query_too_long_for_an_address_is_posted(site):
    long = f"SELECT ?it {{ VALUES ?it {{ 'found' }} }} # {'x' * 100_000}"
    page = site.post("/sparql", data={"query": long})
    assert page.status_code == 200
    assert ">found</td>" in page.text


def test_an_unknown_question_is_not_found(site):
    assert site.get("/queries/none").status_code == 404


def test_terms_and_codes_are_completed_by_their_chinese_names(site):
    offered = site.get("/sparql/terms.json").json()
    names = dict(offered["terms"])
    assert names["jx:Indicator"] == "绩效指标"
    assert names["target-kind:vague"] == "模糊"
    assert CHINESE.search(names["schema:name"])
    prefixes = {name.partition(":")[0] for name in names if not name.startswith("<")}
    assert prefixes - offered["prefixes"].keys() == set()
    assert offered["prefixes"]["target-kind"] == "https://w3id.org/jixiao/code/target-kind/"


def test_in_english_terms_are_completed_by_both_names(site):
    names = dict(site.get("/sparql/terms.json", cookies={"lang": "en"}).json()["terms"])
    assert names["target-kind:vague"].endswith(" 模糊")
    assert names["target-kind:vague"] != " 模糊"


def test_every_province_has_a_tile_of_its_own():
    provinces = {code[:2] for code, each in divisions().items() if each.level == "province"}
    assert tiles().keys() == provinces
    assert len({place[:2] for place in tiles().values()}) == len(provinces)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_says_nothing_of_its_own(root, script):
    text = (root / "jixiao" / "static" / script).read_text(encoding="utf-8")
    assert CHINESE.findall(text) == []


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def address(published):
    waiting = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(published.path), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{waiting.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def asked_for(browser):
    """The addresses of all requests since the last time."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]


def until(browser, script):
    return WebDriverWait(browser, 10).until(lambda driver: driver.execute_script(f"return {script}"))


def complaints(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


TEXT = "document.querySelector('.CodeMirror').CodeMirror.getValue()"


@pytest.mark.browser
def test_the_editor_completes_by_chinese_names_and_asks_no_other_machine(browser, address):
    complaints(browser)
    asked_for(browser)
    browser.get(
        f"{address}/sparql?{urlencode({'query': 'SELECT ?it { ?it a '})}".replace("/sparql?", "/sparql?lang=zh&")
    )
    complaints(browser)  # the query is not whole, and its page says so
    until(browser, "document.querySelector('.wrong-line') && true")
    browser.execute_script(
        "const code = document.querySelector('.CodeMirror').CodeMirror;code.focus(); code.setCursor(0, 99)"
    )
    keys = webdriver.ActionChains(browser)
    keys.send_keys("绩效指标").perform()
    first = until(browser, "document.querySelector('.CodeMirror-hint')?.textContent")
    assert first == "jx:Indicator绩效指标"
    keys = webdriver.ActionChains(browser)
    keys.send_keys(Keys.ENTER).send_keys(" } LIMIT 3").key_down(Keys.CONTROL).send_keys(Keys.ENTER).perform()
    until(browser, "document.querySelectorAll('#answer tbody tr').length === 3")
    text = browser.execute_script(f"return {TEXT}")
    assert "PREFIX jx: <https://w3id.org/jixiao/ontology#>" in text
    assert "a jx:Indicator" in text
    hosts = {urlsplit(url).netloc for url in asked_for(browser) if url.startswith("http")}
    assert hosts == {urlsplit(address).netloc}
    assert complaints(browser) == []


@pytest.mark.browser
def test_an_answer_is_drawn_where_its_columns_allow_it_and_the_address_says_how(browser, address):
    query = 'SELECT ?code ?count { VALUES (?code ?count) { ("330100" 2) ("330000" 5) ("110000" 1) } }'
    complaints(browser)
    browser.get(f"{address}/sparql?{urlencode({'query': query})}#map")
    until(browser, "document.querySelectorAll('.tiles .tile').length === 34")
    tile = until(browser, "[...document.querySelectorAll('.tiles title')].map((e) => e.textContent).join()")
    assert "浙江 7" in tile
    assert "北京 1" in tile
    browser.find_element(By.CSS_SELECTOR, "[data-view=chart]").click()
    until(browser, "document.querySelector('#as-chart canvas')?.width > 300")
    assert browser.current_url.endswith("#chart")
    assert browser.find_element(By.ID, "permanent").get_attribute("href").endswith("#chart")
    assert not browser.find_element(By.CSS_SELECTOR, "[data-view=graph]").is_displayed()
    browser.find_elements(By.CSS_SELECTOR, "#answer .by")[1].click()
    column = "[...document.querySelectorAll('#answer td.num')].map((e) => e.textContent).join()"
    assert until(browser, column) == "1,2,5"
    assert complaints(browser) == []


@pytest.mark.browser
def test_triples_are_drawn_as_a_graph(browser, address):
    query = PREFIX + "CONSTRUCT WHERE { ?form jx:indicator ?it } LIMIT 5"
    complaints(browser)
    browser.get(f"{address}/sparql?{urlencode({'query': query})}#graph")
    painted = """(() => {
        const canvas = document.querySelector("#as-graph canvas[data-id=layer2-node]");
        if (!canvas) return 0;
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.filter((value, index) => index % 4 === 3 && value > 0).length;
    })()"""
    assert until(browser, painted) > 500
    assert complaints(browser) == []


@pytest.mark.browser
def test_a_table_that_wants_a_chart_gets_one_above_it(browser, address):
    browser.get(f"{address}/queries")
    complaints(browser)
    browser.execute_script("""
        document.querySelector("main").innerHTML = '<div class="sheet"><table data-chart="bar"><thead><tr><th>a<th>b'
            + '</thead><tbody><tr><td>x<td class="num">1<tr><td>y<td class="num">2</tbody></table></div>';
        import("/static/chart.js");
    """)
    assert until(browser, "document.querySelector('.canvas + .sheet') && document.querySelector('canvas')?.width > 300")
    assert complaints(browser) == []
