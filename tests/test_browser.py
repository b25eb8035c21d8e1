"""The site in a real browser: what only shows when scripts run and boxes are laid out."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from jixiao.cli.showing import listen
from jixiao.rendering import page_path
from jixiao.report import write_report
from jixiao.site.app import create_app

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = 1280, 360
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.js"
SERIOUS = {"serious", "critical"}
RULES = {"light": [], "dark": ["color-contrast"]}
"""What is judged in each mode, all where nothing is named: only colours differ."""
VOCABULARY = (
    "/ontology",
    "/ontology/borrowed",
    "/code",
    "/code/unit",
    "/code/division",
    "/code/vague-term/%E6%8F%90%E5%8D%87",
    "/shapes",
    "/cube/budget-table",
    "/examples",
    "/examples/11-place-and-quote",
    "/examples/20-construct",
    "/records",
)
"""One of each sort of page of the documentation."""


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
def site(published):
    """The address of a running site and its view."""
    app = create_app(published.path)
    waiting = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{waiting.getsockname()[1]}", app.state.desk.view
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def paths(site):
    """One of each sort of page."""
    _, view = site
    project = max(view.subjects.values(), key=lambda each: len(each.findings))
    things = (next(iter(view.documents)), project.iri, project.indicators[0].iri, project.findings[0].address)
    source = f"/source/{project.document.sha256}?line=40"
    lists = ("/", "/documents", "/departments", "/projects", "/indicators", "/findings", "/rules", "/sparql")
    others = (
        "/reports",
        "/about",
        "/search?q=%E7%8E%87",
        "/compare",
        "/explore",
        "/nowhere",
        page_path(next(iter(view.by_publisher))),
    )
    query = "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%209"
    return [
        *lists,
        *others,
        *map(page_path, things),
        source,
        query,
        *VOCABULARY,
        *(f"{path}?lang=en" for path in VOCABULARY),
    ]


def wide(browser, width):
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def coloured(browser, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def open_page(browser, address):
    browser.get(address)
    return browser


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_page_is_wider_than_the_screen_or_complains(browser, site, paths, width):
    wide(browser, width)
    browser.get_log("browser")
    too_wide = []
    for path in paths:
        page = open_page(browser, site[0] + path)
        if page.execute_script("return document.documentElement.scrollWidth") > width:
            too_wide.append(path)
    assert too_wide == []
    assert [entry["message"] for entry in browser.get_log("browser") if "/nowhere" not in entry["message"]] == []


JUDGE = """
    const [rules, done] = arguments;
    const runOnly = { type: rules.length ? "rule" : "tag", values: rules.length ? rules : WCAG };
    axe.run(document, { runOnly, resultTypes: ["violations"] }).then(({ violations }) =>
      done(violations.map(({ impact, id, nodes }) => [impact, id, nodes[0].target.join(" ")])));
""".replace("WCAG", '["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]')


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_no_page_shuts_anybody_out(browser, site, paths, width, scheme):
    if not AXE.is_file():
        pytest.skip("needs tests/vendor, which an editable install brings")
    wide(browser, width)
    coloured(browser, scheme)
    judge = AXE.read_text(encoding="utf-8")
    sorts = [*(path for path in paths if path.partition("?")[0] not in VOCABULARY), "/code/unit", "/shapes"]
    found = []
    for path in sorts:
        page = open_page(browser, site[0] + path)
        page.execute_script(judge)
        found += [(path, *each) for each in page.execute_async_script(JUDGE, RULES[scheme]) if each[0] in SERIOUS]
    assert found == []


def test_the_first_key_leaps_over_the_menu_to_the_content(browser, site):
    wide(browser, DESKTOP)
    page = open_page(browser, f"{site[0]}/rules?lang=zh")
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    skip = page.switch_to.active_element
    assert (skip.text, skip.location["y"] >= 0) == ("跳到正文", True)
    skip.send_keys(Keys.ENTER)
    page.switch_to.active_element.send_keys(Keys.TAB)
    assert page.execute_script("return document.activeElement.closest('main') !== null")


def test_on_paper_there_is_the_content_alone_and_where_it_is_kept(browser, site):
    wide(browser, DESKTOP)
    address, view = site
    subject = max(view.subjects.values(), key=lambda each: len(each.indicators))
    shown = "return [...document.querySelectorAll(arguments[0])].some(each => each.checkVisibility())"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for path in (page_path(subject.iri), "/projects"):
            page = open_page(browser, address + path)
            assert not page.execute_script(shown, ".masthead, .tools, .choices, .picture-frame, .skip")
            assert page.execute_script(shown, "table")
        page = open_page(browser, address + page_path(subject.iri))
        assert subject.iri in page.find_element(By.CSS_SELECTOR, ".permanent code").text
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_on_a_phone_no_table_has_to_be_pushed_aside(browser, site, paths):
    wide(browser, PHONE)
    script = "return [...document.querySelectorAll('.sheet')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    pushed = [path for path in paths if open_page(browser, site[0] + path).execute_script(script)]
    assert pushed == []


def test_the_picture_of_a_project_is_drawn(browser, site):
    wide(browser, DESKTOP)
    address, view = site
    subject = max(view.subjects.values(), key=lambda each: len(each.indicators))
    page = open_page(browser, address + page_path(subject.iri))
    painted = """
        const canvas = document.querySelector("#picture canvas[data-id=layer2-node]");
        if (!canvas) return 0;
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.filter((value, index) => index % 4 === 3 && value > 0).length;
    """
    assert WebDriverWait(page, 10).until(lambda driver: driver.execute_script(painted)) > 1000


def test_a_value_shows_its_quote_and_leads_to_its_line(browser, site):
    wide(browser, DESKTOP)
    address, view = site
    indicator = next(each for each in view.indicators.values() if each.printed)
    page = open_page(browser, address + page_path(indicator.iri))
    place = page.find_element(By.CSS_SELECTOR, "dd .place")
    place.click()
    dialog = page.find_element(By.CSS_SELECTOR, "dialog[open]")
    assert dialog.find_element(By.TAG_NAME, "blockquote").text == place.get_attribute("data-quote")
    dialog.find_element(By.LINK_TEXT, "看原文").click()
    hit = WebDriverWait(page, 10).until(lambda driver: driver.find_element(By.CSS_SELECTOR, ".source .hit"))
    assert place_line(page.current_url) == hit.get_attribute("id")


def place_line(url):
    return url.rpartition("#")[2]


def test_a_question_of_the_catalogue_can_be_picked_and_asked(browser, site):
    wide(browser, DESKTOP)
    page = open_page(browser, f"{site[0]}/sparql")
    Select(page.find_element(By.ID, "example")).select_by_value("kinds-by-type")
    page.find_element(By.CSS_SELECTOR, "#ask button").click()
    cells = WebDriverWait(page, 30).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "tbody td"))
    assert len(cells) > 5


def test_terms_and_codes_are_narrowed_to_what_is_typed(browser, site):
    wide(browser, DESKTOP)
    shown = "return [...document.querySelectorAll('[data-words]')].filter(e => e.checkVisibility())"
    for path, word, rest in (("/ontology", "模糊用语", "vagueTerm"), ("/code/division", "昌吉", "652300")):
        page = open_page(browser, site[0] + path)
        page.find_element(By.CSS_SELECTOR, "[data-filter]").send_keys(word)
        count = f"{shown}.length"
        assert WebDriverWait(page, 10).until(lambda driver, count=count: 0 < driver.execute_script(count) < 30)
        assert any(rest in text for text in page.execute_script(f"{shown}.map(e => e.textContent)"))


@pytest.mark.parametrize(("width", "shown"), [(DESKTOP, "wide"), (PHONE, "narrow")])
def test_the_model_is_drawn_for_the_width_of_the_screen(browser, site, width, shown):
    wide(browser, width)
    page = open_page(browser, f"{site[0]}/ontology")
    drawings = [each for each in page.find_elements(By.CSS_SELECTOR, ".model") if each.is_displayed()]
    assert [each.get_attribute("class").split()[-1] for each in drawings] == [shown]
    overflow = """
        return [...document.querySelectorAll('.model.' + arguments[0] + ' .box')].filter(box => {
          const edge = box.querySelector('rect').getBoundingClientRect();
          return [...box.querySelectorAll('text')].some(text => text.getBoundingClientRect().right > edge.right + 1);
        }).map(box => box.textContent.trim());
    """
    for language in ("zh", "en"):
        page = open_page(browser, f"{site[0]}/ontology?lang={language}")
        assert page.execute_script(overflow, shown) == []


def test_the_report_fits_a_phone_and_complains_of_nothing(browser, published, tmp_path):
    wide(browser, PHONE)
    browser.get_log("browser")
    page = open_page(browser, write_report(published.live(), tmp_path / "report.html").as_uri())
    assert page.execute_script("return document.documentElement.scrollWidth") <= PHONE
    assert browser.get_log("browser") == []
