"""Walking the graph and the map of all of it: what is told, drawn, shared in an address, and given away as files."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import itertools
import json
import random
import shutil
import threading
import time
from collections import Counter
from hashlib import sha256
from math import hypot
from urllib.parse import quote

import pytest
import uvicorn
from defusedxml.ElementTree import fromstring
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from starlette.testclient import TestClient

from graph.folder import KnowledgeGraph
from jixiao import intake
from jixiao.cli.showing import listen
from jixiao.comparison import index_of
from jixiao.explorer import overview
from jixiao.explorer.drawing import BATCH, State, draw, state_of
from jixiao.explorer.kinds import around, edges, kinds
from jixiao.explorer.packing import Circle, enclosing, pack
from jixiao.explorer.reading import HUBS, Explorer, key
from jixiao.explorer.writing import GRAPHML, LINES, THINGS
from jixiao.site.app import create_app
from jixiao.told import clarity

BROWSER = {"accept": "text/html"}
FLAGS = (
    *("--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"),
)
NO_CARD = "GPU stall due to ReadPixels"
"""What the browser says where it has no graphics card."""
EVIL = "=</script><script>alert('x')</script>\u202e"


@pytest.fixture(scope="module")
def snapshot(published):
    return published.live()


@pytest.fixture(scope="module")
def explorer(snapshot):
    return Explorer(snapshot)


@pytest.fixture(scope="module")
def site(published):
    with TestClient(create_app(published.path), headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def view(site):
    return site.app.state.desk.view


def _lines(view):
    return [line.iri for subject in view.subjects.values() for line in subject.lines]


@pytest.fixture(scope="module")
def project(explorer, view):
    """The project with the most findings that has a form and a row that says who pays."""
    paid = {iri for iri, rows in view.funding(*_lines(view)).items() if any(each["amount"] for each in rows)}
    fit = (each for each in view.subjects.values() if each.forms and any(line.iri in paid for line in each.lines))
    best = max(fit, key=lambda each: len(each.findings))
    return explorer.things([best.iri])[best.iri]


def kinds_in(drawing):
    return {thing.kind for thing in drawing.things}


# Kinds and edges


def test_every_line_and_fact_is_called_by_a_label_of_the_vocabulary(explorer):
    named = {edge.named for edge in edges() if edge.named}
    named |= {path for kind in kinds().values() for path, _ in kind.facts}
    assert [name for name in named if explorer.label_of(name) == name] == []


def test_a_kind_opens_only_what_it_is_joined_with():
    chains = [(kind.name, chain.split("/")) for kind in kinds().values() for chain in kind.opens]
    steps = [pair for name, chain in chains for pair in itertools.pairwise([name, *chain])]
    assert [(one, other) for one, other in steps if other not in around(one)] == []


def test_whoever_is_a_neighbour_has_one(explorer, snapshot):
    one_of_each = {}
    border = [
        (iri, "document") for iri in explorer.kinds_of(each["address"] for each in snapshot.manifest["documents"])
    ]
    while border:
        iri, kind = border.pop()
        if kind in one_of_each:
            continue
        one_of_each[kind] = iri
        for other, there in explorer.around(iri, kind).items():
            assert all(iri in explorer.neighbours(each, other, kind) for each in there[:3]), (kind, other)
            border.append((there[0], other))
    assert {"project", "form", "level", "indicator", "finding", "rule", "source"} <= one_of_each.keys()


def test_findings_on_a_thing_are_those_of_its_parts(project, view):
    found = Counter(finding.certainty for finding in view.subjects[project.iri].findings)
    assert (project.certain, project.possible) == (found["certain"], found["possible"])


def test_levels_share_out_the_indicators_of_a_form(explorer, view):
    form = next(form for subject in view.subjects.values() for form in subject.forms if form.indicators)
    levels = explorer.neighbours(form.iri, "form", "level")
    shared = [each for level in levels for each in explorer.neighbours(level, "level", "indicator")]
    assert sorted(shared) == sorted(indicator.iri for indicator in form.indicators)


def test_money_of_a_source_is_what_the_rows_say(explorer, project, view):
    subject = view.subjects[project.iri]
    paid = view.funding(*(line.iri for line in subject.lines))
    total = sum(each["amount"] for rows in paid.values() for each in rows)
    sources = explorer.things(explorer.neighbours(project.iri, "project", "source"))
    lines = explorer.between([project, *sources.values()])
    told = [line.note for line in lines if line.label == "资金来源"]
    assert sum(float(note.removesuffix(" 万元").replace(",", "")) for note in told) == pytest.approx(
        float(total) / 10000
    )


def test_a_fact_knows_where_it_is_printed(explorer, view):
    indicator = next(each for each in view.indicators.values() if each.printed)
    told = {fact.name: fact for fact in explorer.facts(explorer.things([indicator.iri])[indicator.iri])}
    assert (told["原文"].value, bool(told["原文"].places[0].line)) == (indicator.printed, True)


def test_a_short_address_leads_back(explorer, project):
    drawing = draw(explorer, State(at=(explorer.short(project.iri),)))
    assert [explorer.resolve(explorer.short(thing.iri)) for thing in drawing.things] == [
        thing.iri for thing in drawing.things
    ]
    assert explorer.resolve("没有这个") is explorer.resolve("<a b>") is explorer.resolve("code/x") is None


# What is drawn


def test_a_project_shows_its_department_money_form_levels_and_own_findings(explorer, project):
    drawing = draw(explorer, State(at=(explorer.short(project.iri),)))
    assert {"project", "department", "source", "form", "level"} <= kinds_in(drawing) <= kinds().keys() - {"indicator"}
    joined = {line.source for line in drawing.lines} | {line.target for line in drawing.lines}
    assert joined == {thing.iri for thing in drawing.things}


def test_each_step_shows_more_neighbours_until_all_are_shown(explorer, view):
    rule = max(view.findings, key=lambda each: sum(other.rule == each.rule for other in view.findings)).rule
    iri = explorer.resolve(f"code/rule/{rule}")
    total = len(explorer.neighbours(iri, "rule", "finding"))
    shown = [
        draw(explorer, State(at=(f"code/rule/{rule}",), steps=[f"{key(iri)}.finding"] * times)).kinds.get("finding", 0)
        for times in range(4)
    ]
    assert shown == [min(total, BATCH * times) for times in range(4)]


def test_what_is_hidden_or_switched_off_takes_its_lines_along(explorer, project):
    at = (explorer.short(project.iri),)
    whole = draw(explorer, State(at=at))
    form = next(thing for thing in whole.things if thing.kind == "form")
    for state in (State(at=at, hidden=frozenset({form.key})), State(at=at, off=frozenset({"form"}))):
        less = draw(explorer, state)
        assert "form" not in kinds_in(less)
        assert len(less.lines) < len(whole.lines)
        assert {end for line in less.lines for end in (line.source, line.target)} <= {each.iri for each in less.things}


def test_a_shortcut_is_not_drawn_beside_the_longer_way(explorer, view):
    indicator = next(each for each in view.indicators.values() if explorer.neighbours(each.iri, "indicator", "project"))
    start = State(at=(explorer.short(indicator.iri),), steps=[f"{key(indicator.iri)}.project"])
    assert [line.label for line in draw(explorer, start).lines] == ["项目"]
    further = [*start.steps, f"{key(indicator.iri)}.level", f"{key(indicator.iri)}.form"]
    lines = draw(explorer, dataclasses.replace(start, steps=further)).lines
    assert sorted(line.label for line in lines) == ["一级指标", "绩效指标", "项目"]
    assert indicator.iri not in {line.source for line in lines}


def test_steps_that_mean_nothing_here_are_passed_over(explorer, project):
    own = f"{project.key}.form"
    steps = ["", "nothere.form", f"{project.key}.nokind", "x*y", "***", own]
    drawing = draw(explorer, State(at=(explorer.short(project.iri),), steps=steps))
    assert kinds_in(drawing) == {"project", "form"}


def test_the_address_holds_the_state():
    given = {"at": ["a", "b", "a"], "open": ["k.form~k*l"], "hide": ["x~y"], "off": ["goal"]}
    assert state_of(given) == State(
        at=("a", "b"), steps=("k.form", "k*l"), hidden=frozenset("xy"), off=frozenset({"goal"})
    )
    assert state_of({}).steps is None


# Ways


def test_a_way_joins_two_things_step_by_step(explorer, view):
    first, *_, last = (each for each in view.indicators.values())
    way = explorer.way(first.iri, last.iri)
    kind = explorer.kinds_of(way)
    assert (way[0], way[-1]) == (first.iri, last.iri)
    assert all(other in explorer.neighbours(one, kind[one], kind[other]) for one, other in itertools.pairwise(way))
    assert explorer.way(first.iri, first.iri) == [first.iri]


def test_a_way_through_what_joins_everything_is_only_given_where_there_is_no_other(explorer, view):
    subjects = [each for each in view.subjects.values() if each.lines]
    one = subjects[0]
    same = next(each for each in subjects[1:] if each.document is one.document)
    assert not HUBS & set(explorer.kinds_of(explorer.way(one.iri, same.iri)).values())


def test_a_way_is_drawn_and_told(explorer, view):
    one, other = next(iter(view.subjects)), next(reversed(view.subjects))
    step = f"{key(one)}*{key(other)}"
    drawing = draw(explorer, State(at=(explorer.short(one), explorer.short(other)), steps=[step]))
    assert drawing.ways[step] == [key(iri) for iri in explorer.way(one, other)]
    assert len(drawing.lines) >= len(drawing.things) - 1


# Pages and files


def test_without_a_script_the_page_lists_all_neighbours(site, explorer, project):
    page = site.get("/explore", params={"at": explorer.short(project.iri)}).text
    for kind, near in explorer.around(project.iri, project.kind).items():
        assert f'id="near-{kind}"' in page
        assert all(thing.label in page for thing in explorer.things(near[:BATCH]).values())


def test_the_first_page_offers_things_to_start_from(site, project):
    page = site.get("/explore").text
    assert project.label in page
    assert site.get("/explore", params={"q": project.label}).text.count("thing-project") >= 1


def test_the_same_comes_first_in_a_search(site, project):
    found = site.get("/explore/search", params={"q": project.label}).json()
    assert found[0]["label"] == project.label
    assert site.get("/explore/search", params={"q": "绝无此物"}).json() == []


def test_what_is_not_there_is_said_to_be_missing(site):
    answer = site.get("/explore", params={"at": "没有<b>这个"})
    assert (answer.status_code, "没有&lt;b&gt;这个" in answer.text) == (404, True)
    assert site.get("/explore/thing", params={"at": "没有"}).status_code == 404


def test_files_hold_just_what_is_shown_and_say_where_it_is_from(site, explorer, project, snapshot):
    asked = {"at": explorer.short(project.iri), "off": "finding"}
    shown = site.get("/explore", params={**asked, "format": "json"}).json()
    things, lines = (
        list(csv.DictReader(io.StringIO(site.get("/explore", params={**asked, "format": form}).text.lstrip("\ufeff"))))
        for form in ("csv", "lines")
    )
    assert [row["label"] for row in things] == [each["label"] for each in shown["things"]]
    assert len(lines) == len(shown["lines"])
    assert set(things[0]) == {*THINGS, "snapshot", "date", "query"}
    assert set(lines[0]) == {*LINES, "snapshot", "date", "query"}
    assert {row["snapshot"] for row in (*things, *lines)} == {snapshot.id}
    assert site.get(things[0]["query"], params={}).status_code == 200


def test_graphml_has_every_thing_and_line_with_its_attributes(site, explorer, project, snapshot):
    asked = {"at": explorer.short(project.iri)}
    shown = site.get("/explore", params={**asked, "format": "json"}).json()
    root = fromstring(site.get("/explore", params={**asked, "format": "graphml"}).content)
    name = {"g": GRAPHML}
    nodes = {node.get("id"): node for node in root.iterfind("g:graph/g:node", name)}
    assert list(nodes) == [each["id"] for each in shown["things"]]
    assert {edge.get("source") for edge in root.iterfind("g:graph/g:edge", name)} <= set(nodes)
    data = {each.get("key"): each.text for each in nodes[project.key].iterfind("g:data", name)}
    assert (data["label"], data["address"]) == (project.label, project.iri)
    assert snapshot.id in root.find("g:graph/g:desc", name).text


@pytest.fixture
def evil(published, tmp_path):
    """A site of a document whose every name is an attack."""
    document = next(published.live().documents())
    targets = tuple(
        dataclasses.replace(
            form,
            name=EVIL,
            goals=(EVIL,),
            indicators=tuple(dataclasses.replace(each, name=EVIL, value=EVIL) for each in form.indicators),
        )
        for form in document.targets[:1]
    )
    facts = dataclasses.replace(document.document, publisher=EVIL)
    poisoned = dataclasses.replace(document, sha256=sha256(EVIL.encode()).hexdigest(), document=facts, targets=targets)
    path = tmp_path / "evil.txt"
    path.write_bytes(EVIL.encode())
    graph = KnowledgeGraph(tmp_path / "kg")
    graph.add(path, poisoned)
    intake.publish(graph)
    with TestClient(create_app(graph.path), headers=BROWSER) as client:
        yield client


def test_no_text_of_a_document_becomes_markup_or_a_formula(evil):
    explorer = Explorer(evil.app.state.desk.snapshot)
    found = [thing for thing in explorer.things(explorer.search("alert")).values() if thing.kind == "indicator"]
    at = explorer.short(found[0].iri)
    pages = [
        evil.get("/explore", params={"at": at}),
        evil.get("/explore", params={"q": "alert"}),
        evil.get("/explore/thing", params={"at": at}),
        evil.get("/explore", params={"at": at, "format": "list"}),
        evil.get("/map"),
    ]
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [page.url.path for page in pages if "<script>alert" in page.text] == []
    assert all("alert(" in page.text for page in pages)
    rows = csv.DictReader(io.StringIO(evil.get("/explore", params={"at": at, "format": "csv"}).text))
    assert [row["label"] for row in rows if row["label"].startswith("=")] == []
    fromstring(evil.get("/explore", params={"at": at, "format": "graphml"}).content)


# The map


def circles(seed, count):
    made = random.Random(seed)  # noqa: S311
    return [Circle(r=made.paretovariate(1.2)) for _ in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 40, 150])
def test_packed_circles_lie_within_and_beside_one_another(count):
    for seed in range(8):
        within = circles(seed, count)
        whole = Circle(within=within)
        pack(whole)
        assert not any(one.overlaps(other) for one, other in itertools.combinations(within, 2))
        assert all(hypot(each.x - whole.x, each.y - whole.y) + each.r <= whole.r * (1 + 1e-9) for each in within)


def test_packed_circles_fill_their_circle():
    whole = Circle(within=[Circle(r=1.0) for _ in range(200)])
    pack(whole)
    assert 200 / whole.r**2 > 0.75


def test_a_circle_around_others_is_hardly_larger_than_it_must_be():
    around_ = enclosing([Circle(r=1, x=-3), Circle(r=1, x=3), Circle(r=0.5, y=1)])
    assert 4 <= around_.r < 4.02


def test_nested_circles_keep_their_margins():
    inner = Circle(within=[Circle(r=1.0), Circle(r=2.0)], margin=0.5)
    pack(Circle(within=[inner, Circle(r=4.0)]))
    assert all(hypot(each.x - inner.x, each.y - inner.y) + each.r <= inner.r - 0.49 for each in inner.within)


@pytest.fixture(scope="module")
def chart(site):
    return site.get("/map/data").json()


def test_the_map_has_every_project_once_within_its_department(chart, view):
    labels = [chart["label"][at] for at, kind in enumerate(chart["kind"]) if kind == "p"]
    assert Counter(labels) == Counter(each.name for each in view.subjects.values())
    for at, above in enumerate(chart["parent"]):
        if above >= 0:
            apart = hypot(chart["x"][at] - chart["x"][above], chart["y"][at] - chart["y"][above])
            assert apart + chart["r"][at] <= chart["r"][above] + 2


def test_the_figures_of_the_map_are_those_of_the_site(chart, view):
    at = [number for number, kind in enumerate(chart["kind"]) if kind == "d"]
    whole = clarity(view.indicators.values())
    assert sum(chart["unclear"][number] for number in at) == whole.unclear
    assert sum(chart["judged"][number] for number in at) == whole.judged


def test_shared_indicators_are_of_several_forms_and_joined_to_their_projects(chart, snapshot):
    groups = overview.shared(index_of(snapshot))
    assert all(len({entry.form for entry in entries}) > 1 for entries in groups.values())
    counted = [chart["size"][number] for number, kind in enumerate(chart["kind"]) if kind == "i"]
    assert sum(counted) == sum(map(len, groups.values()))
    ends = set(zip(chart["pairs"][::2], chart["pairs"][1::2], strict=True))
    assert {chart["kind"][one] + chart["kind"][other] for one, other in ends} == {"pi"}


def test_the_same_snapshot_gives_the_same_map(snapshot, view):
    kept = snapshot.path / f"map.{overview.VERSION}.json.gz"
    first = overview.data_of(snapshot, lambda: view)
    kept.unlink()
    assert overview.data_of(snapshot, lambda: view) == first == kept.read_bytes()


def test_a_kept_map_is_given_without_reading_the_graph(snapshot, view):
    overview.data_of(snapshot, lambda: view)
    assert json.loads(gzip.decompress(overview.data_of(snapshot, lambda: 1 / 0)))["version"] == overview.VERSION


def test_who_has_the_map_is_not_sent_it_again(site):
    answer = site.get("/map/data")
    again = site.get("/map/data", headers={"if-none-match": answer.headers["etag"]})
    plain = site.get("/map/data", headers={"accept-encoding": "identity"})
    assert (again.status_code, again.content) == (304, b"")
    assert (answer.headers["content-encoding"], plain.json()) == ("gzip", answer.json())


def test_the_table_beside_the_map_has_its_departments(site, chart):
    page = site.get("/map").text
    departments = [number for number, kind in enumerate(chart["kind"]) if kind == "d"]
    assert departments
    for number in departments:
        assert chart["label"][number] in page
        assert quote(chart["at"][number], safe="") in page


@pytest.mark.parametrize(("unclear", "judged", "step"), [(0, 9, 0), (1, 10, 1), (1, 4, 2), (1, 2, 3), (3, 4, 4)])
def test_colours_change_at_the_shares_that_the_legend_names(unclear, judged, step):
    assert overview.step_of(unclear, judged) == step
    assert overview.step_of(0, 0) is None


# In a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def served(published):
    """The address of a running site."""
    waiting = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(published.path), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{waiting.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def opened(browser, address, drawn, width=1280):
    """A page on which something was drawn, and what the browser complained of."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get_log("browser")
    browser.get(address)
    settled(browser, lambda page: page.find_element(By.ID, drawn).get_attribute("data-drawn"))
    return [entry["message"] for entry in browser.get_log("browser") if NO_CARD not in entry["message"]]


def settled(browser, what):
    return WebDriverWait(browser, 20).until(what)


def width_of(browser):
    return browser.execute_script("return document.documentElement.scrollWidth")


def told(browser):
    return browser.find_element(By.ID, "said").text


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_explorer_and_map_are_drawn_without_complaint_within_the_screen(browser, served, explorer, project, width):
    at = quote(explorer.short(project.iri))
    assert opened(browser, f"{served}/explore?at={at}", "stage", width) == []
    assert width_of(browser) <= width
    assert opened(browser, f"{served}/map", "sky", width) == []
    assert width_of(browser) <= width


@pytest.mark.browser
def test_without_a_script_the_chosen_thing_is_told_and_no_idle_button_is_seen(browser, served, explorer, project):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(f"{served}/explore?at={quote(explorer.short(project.iri))}")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert project.label in browser.find_element(By.ID, "chosen").text
    assert browser.find_element(By.ID, "near-form").is_displayed()
    assert [
        each.text for each in browser.find_elements(By.CSS_SELECTOR, "#explorer button") if each.is_displayed()
    ] == []


@pytest.mark.browser
def test_the_explorer_is_walked_by_keys_alone_and_every_step_undone(browser, served, explorer, project):
    opened(browser, f"{served}/explore?at={quote(explorer.short(project.iri))}", "stage")
    stage = browser.find_element(By.ID, "stage")
    legend = browser.find_element(By.ID, "legend")
    before = legend.text
    browser.execute_script("arguments[0].focus()", stage)
    stage.send_keys(Keys.ARROW_DOWN)
    settled(browser, lambda page: "相连" in told(page))
    chosen = browser.find_element(By.CSS_SELECTOR, "#chosen h2").text
    assert chosen
    stage.send_keys(Keys.DELETE)
    settled(browser, lambda page: "hide=" in page.current_url and legend.text != before)
    stage.send_keys(Keys.CONTROL, "z")
    settled(browser, lambda page: "hide=" not in page.current_url and legend.text == before)


@pytest.mark.browser
def test_a_kind_of_neighbour_is_opened_from_the_panel_and_kept_in_the_address(browser, served, explorer, project):
    opened(browser, f"{served}/explore?at={quote(explorer.short(project.iri))}", "stage")
    count = int(browser.find_element(By.CSS_SELECTOR, "[data-open=indicator] b").text)
    browser.find_element(By.CSS_SELECTOR, "[data-open=indicator]").click()
    shown = settled(browser, lambda page: page.find_element(By.CSS_SELECTOR, "#legend [data-kind=indicator] b").text)
    assert int(shown) == min(count, BATCH)
    assert opened(browser, browser.current_url, "stage") == []
    assert browser.find_element(By.CSS_SELECTOR, "#legend [data-kind=indicator] b").text == shown


@pytest.mark.browser
def test_the_drawing_is_saved_as_a_picture_that_needs_nothing_else(browser, served, explorer, project):
    opened(browser, f"{served}/explore?at={quote(explorer.short(project.iri))}", "stage")
    catch = "URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return '#'; };"
    browser.execute_script(catch)
    browser.find_element(By.CSS_SELECTOR, ".save summary").click()
    browser.find_element(By.CSS_SELECTOR, "[data-do=svg]").click()
    picture = fromstring(settled(browser, lambda page: page.execute_script("return window.saved")))
    text = "".join(picture.itertext())
    assert project.detail in text
    assert not [each for each in picture.iter() if "href" in "".join(each.attrib)]


@pytest.mark.browser
def test_a_search_on_the_map_says_how_many_it_found(browser, served, project):
    opened(browser, f"{served}/map", "sky")
    browser.find_element(By.ID, "seek").send_keys(project.label)
    assert settled(browser, lambda page: page.find_element(By.ID, "found").text) == "1 个"
