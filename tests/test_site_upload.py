"""Files brought to the site, tried, and added to the graph; reviews written there; and everybody else kept out."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import httpx
import markupsafe
import pytest
import test_browser
import uvicorn
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from starlette.testclient import TestClient
from test_browser import DESKTOP, PHONE, wide

from graph.folder import KnowledgeGraph
from graph.lock import exclusive
from graph.reviews import read as read_reviews
from ingest.worker import Limits, Workers
from jixiao import samples
from jixiao.cli.showing import listen
from jixiao.rendering import page_path
from jixiao.site import guarded, reviewing, tray, trays
from jixiao.site.app import create_app
from jixiao.site.engine import Service

browser = test_browser.browser
WORD = "a token of this test"
HTML = {"accept": "text/html"}
NO_TABLE = ("别的.txt", "这里没有预算。\n" * 30)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """A text, a PDF and a workbook that are no part of the published graph."""
    folder = tmp_path_factory.mktemp("brought")
    made = samples.write(folder, seed=31, count=1)
    return [
        *made,
        *(samples.write(folder, seed=seed, count=1, kinds=(kind,))[0] for seed, kind in enumerate(("pdf", "xlsx"), 32)),
    ]


@pytest.fixture(scope="module")
def app(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("upload") / "kg"
    shutil.copytree(published.path, folder)
    return create_app(folder, Service(upload=WORD))


@pytest.fixture(scope="module")
def anybody(app):
    """The site as everybody sees it."""
    with TestClient(app, headers=HTML) as client:
        yield client


@pytest.fixture(scope="module")
def site(anybody):
    """The site as a guest sees it who has shown the token."""
    return entered(anybody.app)


@pytest.fixture
def graph(app):
    return app.state.desk.graph


def entered(app):
    client = TestClient(app, headers=HTML)
    client.post("/upload/token", data={"token": WORD})
    return client


def sign(client):
    return re.search(r'name="form" value="(\w+)"', client.get("/upload").text)[1]


def post(client, address, files=(), **fields):
    sent = [("files", file if isinstance(file, tuple) else (file.name, file.read_bytes())) for file in files]
    return client.post(address, data={"form": sign(client), **fields}, files=sent or None)


def settled(client, address):
    """A tray's page when nothing is being done with it any more."""
    until = time.monotonic() + 60
    while "data-busy" in (page := client.get(address).text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return page


def tried(client, files):
    """The address of a tray with files, and its page when they are read."""
    address = urlsplit(str(post(client, "/upload", files).url)).path
    return address, settled(client, address)


def packed(**members):
    """A zip file in memory."""
    whole = io.BytesIO()
    with ZipFile(whole, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return whole.getvalue()


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture(scope="module")
def brought(site, paths):
    """A tray of three good files and one that is no budget, settled."""
    return tried(site, [*paths, NO_TABLE])


def test_without_the_switch_nothing_can_be_brought_or_written(published):
    with TestClient(create_app(published.path), headers=HTML) as client:
        answers = [client.get("/upload"), client.post("/upload"), client.get("/upload/x"), client.post("/reviews")]
        assert "上传</a>" not in client.get("/rules").text
    assert {answer.status_code for answer in answers} == {404}
    assert "--upload" in answers[0].text


def test_who_has_not_shown_the_token_sees_only_the_question_for_it(anybody):
    assert 'name="token"' in anybody.get("/upload").text
    answers = [
        anybody.post("/upload"),
        anybody.get("/upload/x"),
        anybody.post("/reviews"),
        anybody.post("/upload/x/add"),
    ]
    assert [(answer.status_code, 'name="token"' in answer.text) for answer in answers] == [(403, True)] * 4
    assert anybody.get("/upload/x/pages/documents").status_code == 404


def test_a_wrong_token_opens_nothing_and_the_right_one_a_cookie_for_this_site_alone(app):
    client = TestClient(app, headers=HTML, follow_redirects=False)
    wrong = client.post("/upload/token", data={"token": WORD + "x"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (403, False)
    kept = client.post("/upload/token", data={"token": WORD}).headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    assert WORD not in kept


def test_a_cookie_that_was_made_up_is_none(app):
    client = TestClient(app, headers=HTML, cookies={"visitor": "me.0123"})
    assert 'name="token"' in client.get("/upload").text


@pytest.mark.parametrize("headers", [{"origin": "http://elsewhere.example"}, {"sec-fetch-site": "cross-site"}])
def test_other_sites_cannot_send_forms(site, headers):
    assert site.post("/upload", data={"form": sign(site)}, headers=headers).status_code == 403


def test_a_form_without_our_sign_is_refused(site, paths):
    before = site.get("/upload").text
    for fields in ({}, {"form": "0" * 64}):
        answer = site.post("/upload", data=fields, files=[("files", (paths[0].name, paths[0].read_bytes()))])
        assert answer.status_code == 403
    assert site.get("/upload").text == before


def test_files_are_read_and_judged_and_one_that_cannot_says_why(brought, paths):
    address, page = brought
    assert "3 个文件读出来了，1 个没有读" in page
    assert all(path.name in page for path in paths)
    assert "没有找到预算表或绩效目标表" in page
    assert f'href="{address}/pages/findings"' in page


def test_the_preview_is_the_site_of_just_these_files(site, brought, graph, paths):
    address, _ = brought
    before = graph.live().id
    listed = site.get(f"{address}/pages/documents", params={"format": "json"}).json()["rows"]
    assert {row["source"] for row in listed} == {path.name for path in paths}
    page = site.get(f"{address}/pages/findings").text
    links = set(re.findall(r'(?:href|action)="(/[^"#?]*)', page))
    inside = sorted(link for link in links if link.startswith(f"{address}/pages/id/"))
    lists = {
        f"{address}/pages/{name}" for name in ("", "documents", "projects", "indicators", "rules", "search", "compare")
    }
    assert len(inside) > 10
    assert lists <= links
    assert {site.get(link).status_code for link in [*lists, *inside[::9]]} == {200}
    assert "回到这一批" in site.get(inside[0]).text
    assert graph.live().id == before


def test_a_preview_shows_the_source_and_keeps_nothing(site, brought):
    address, _ = brought
    document = site.get(f"{address}/pages/documents", params={"format": "json"}).json()["rows"][0]
    page = site.get(f"{address}/pages{page_path(document['address'])}")
    source = re.search(rf'href="({address}/pages/source/\w+)', page.text)[1]
    assert site.get(source).status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "etag" not in page.headers


def test_nobody_else_sees_a_tray(app, brought):
    other = entered(app)
    assert [other.get(brought[0] + rest).status_code for rest in ("", "/pages/documents")] == [404, 404]
    assert post(other, f"{brought[0]}/discard").status_code == 404
    assert brought[0] not in other.get("/upload").text


HOSTILE = {
    "<img src=x onerror=alert(1)>.txt": "_img src=x onerror=alert(1)_.txt",
    "../../../etc/passwd": "passwd",
    "C:\\数据\\&amp;'.txt": "&amp;'.txt",
    "gpj.\u202etxt": "gpj._txt",
    "长" * 300 + ".txt": "长" * 60 + ".txt",
}


def test_hostile_names_lead_nowhere_and_are_shown_as_text(app, site):
    address, page = tried(site, [(name, b"abc") for name in HOSTILE])
    papers = app.state.trays._trays[address.rpartition("/")[2]].papers
    assert [paper.name for paper in papers] == list(HOSTILE.values())
    assert all(f"<bdi>{markupsafe.escape(shown)}</bdi>" in page for shown in HOSTILE.values())


def test_an_archive_gives_way_to_its_files_and_what_is_wrong_in_it(site, paths):
    deepest = packed(innermost__txt="x")
    inside = {
        "..__..__" + paths[0].name: paths[0].read_bytes(),
        "坏.pdf": b"%PDF-1.4 x",
        "里层.zip": packed(**{"再里层.zip": deepest}),
    }
    address, page = tried(site, [("一批.zip", packed(**inside))])
    said = text_of(page)
    assert paths[0].name in said
    assert "在 一批.zip 里" in said
    assert "PDF 文件不完整" in said
    assert "压缩包套了 2 层以上" in said
    assert f"{address}/pages/documents" in page


def test_an_archive_of_nothing_says_so(site):
    assert "压缩包里没有可以读的文件" in tried(site, [("空.zip", packed(**{".hidden": b""}))])[1]


def test_too_large_or_too_many_files_are_refused_by_name_and_the_others_go_on(site, paths, monkeypatch):
    monkeypatch.setattr(tray, "MOST_BYTES", len(paths[0].read_bytes()))
    monkeypatch.setattr(tray, "MOST_PAPERS", 2)
    _, page = tried(site, [paths[0], ("大.txt", b"x" * 10**6), ("多.txt", b"x")])
    said = text_of(page)
    assert "1 个文件读出来了，2 个没有读" in said
    assert re.search(r"大\.txt .{0,20}没有读 文件有 1 MB，超过", said)
    assert re.search(r"多\.txt .{0,20}没有读 这一批超过 2 个文件", said)


def test_a_form_that_is_too_large_is_refused_in_words(site, monkeypatch):
    monkeypatch.setattr(guarded, "MOST_TOGETHER", 0)
    answer = post(site, "/upload", [("大.txt", b"x" * (3 << 20))])
    assert (answer.status_code, "没有接收" in answer.text) == (413, True)


def test_strangers_may_send_no_more_than_a_token(anybody):
    assert anybody.post("/upload/token", data={"token": "x" * 10**5}).status_code == 413
    answer = anybody.post("/upload/token", files={"files": ("大.txt", b"x" * (1 << 20))})
    assert answer.status_code == 413


def test_a_form_that_is_none_is_refused(site):
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert site.post("/upload", content=b"--y nothing", headers=broken).status_code == 400
    assert site.post("/upload", content=b"{}", headers={"content-type": "application/json"}).status_code == 400


def test_a_full_disk_costs_only_the_file_that_found_no_room(site, paths, monkeypatch):
    real = shutil.copyfileobj

    def full(content, file):
        if b"no room" in content.read(100):
            raise OSError(errno.ENOSPC, "No space left on device")
        content.seek(0)
        real(content, file)

    monkeypatch.setattr(tray.shutil, "copyfileobj", full)
    _, page = tried(site, [("满.txt", b"no room"), paths[0]])
    assert "1 个文件读出来了，1 个没有读" in page
    assert "磁盘空间不足" in page


def test_a_tray_that_is_too_much_for_a_preview_may_be_added_all_the_same(app, site, paths, monkeypatch):
    monkeypatch.setattr(app.state.trays, "judges", Workers(limits=Limits(seconds=0.01)))
    address, page = tried(site, paths[:1])
    assert "没有做出预览：这一批内容太多" in page
    assert f'action="{address}/add"' in page


def test_nothing_is_received_when_the_disk_is_nearly_full(site, monkeypatch):
    monkeypatch.setattr(trays, "RESERVE", 1 << 60)
    answer = post(site, "/upload", [NO_TABLE])
    assert (answer.status_code, "磁盘空间不足" in answer.text) == (507, True)


def test_there_are_only_so_many_trays(site, monkeypatch):
    monkeypatch.setattr(trays, "MOST_TRAYS", 0)
    assert post(site, "/upload", [NO_TABLE]).status_code == 503


def test_two_trays_are_added_at_once_and_nothing_is_lost(app, site, paths, graph):
    other = entered(app)
    before = {entry["sha256"] for entry in graph.live().manifest["documents"]}
    one, another = tried(site, paths[:1])[0], tried(other, paths[1:2])[0]
    with exclusive(graph.path):  # another program builds; both wait for it
        post(site, f"{one}/add")
        post(other, f"{another}/add")
        assert "data-busy" in site.get(one).text
        assert post(site, f"{one}/discard").status_code == 409
    pages = settled(site, one), settled(other, another)
    live = graph.live()
    assert {entry["sha256"] for entry in live.manifest["documents"]} - before == {
        paper.facts.sha256 for each in (one, another) for paper in app.state.trays._trays[each.rpartition("/")[2]].read
    }
    assert live.id in pages[1]
    for page in pages:
        added = re.search(r"新的快照.*?<li><a href=\"([^\"]+)", page, re.DOTALL)[1]
        assert site.get(added).status_code == 200
    assert post(site, f"{one}/discard").status_code == 200
    assert site.get(one).status_code == 404
    assert graph.live().id == live.id


def test_a_build_that_is_cut_leaves_the_live_snapshot_as_it_is(published, tmp_path, paths):
    shutil.copytree(published.path, tmp_path / "kg")
    with TestClient(create_app(tmp_path / "kg", Service(upload=WORD)), headers=HTML) as client:
        client.post("/upload/token", data={"token": WORD})
        address, _ = tried(client, paths[:1])
        kept = Path(client.app.state.trays._folder.name)
        post(client, f"{address}/add")
        while not list((tmp_path / "kg" / "snapshots").glob(".building-*")):
            time.sleep(0.01)
    assert KnowledgeGraph(tmp_path / "kg").live().id == published.live().id
    assert not kept.exists()


def test_a_tray_that_nobody_looks_at_vanishes(app, site):
    address, _ = tried(site, [NO_TABLE])
    app.state.trays.sweep(time.monotonic() + trays.KEPT - 60)
    assert site.get(address).status_code == 200
    app.state.trays.sweep(time.monotonic() + trays.KEPT + 60)
    answer = site.get(address)
    assert (answer.status_code, "已经清掉了" in answer.text) == (404, True)


def test_a_verdict_from_the_site_is_seen_at_once_and_kept(site, anybody, graph):
    finding = site.app.state.desk.view.findings[0]
    page = page_path(finding.address)
    assert 'name="verdict"' in site.get(page).text
    assert 'name="verdict"' not in anybody.get(page).text
    said = {"about": finding.address, "verdict": "reject", "who": "=张三", "why": "<b>原件</b>写明了\n单位"}
    answer = post(site, "/reviews", **said)
    assert str(answer.url).endswith(f"{page}#reviews")
    assert "=张三" in anybody.get(page).text
    assert "&lt;b&gt;原件&lt;/b&gt;写明了 单位" in anybody.get(page).text
    last = read_reviews(graph.path)[0][-1]
    assert (last.about, last.verdict, last.who) == (finding.address, "reject", "=张三")
    assert 'value="=张三"' in site.get(page).text


def test_a_correction_from_the_site_is_seen_at_once(site, anybody, graph):
    indicator = next(iter(site.app.state.desk.view.indicators))
    said = {"about": indicator, "verdict": "correct", "field": "value", "value": "≥95%", "who": "李四"}
    assert "更正目标值：≥95%" in text_of(post(site, "/reviews", **said).text)
    assert "≥95%" in anybody.get(page_path(indicator)).text
    assert read_reviews(graph.path)[0][-1].field == "value"
    assert "有 1 处更正还没有算进图谱" in site.get("/upload").text
    post(site, "/upload/publish")
    assert "算进图谱" not in settled(site, "/upload")
    assert site.app.state.desk.view.indicators[indicator].printed == "≥95%"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"who": " "}, 400),
        ({"verdict": "maybe"}, 400),
        ({"verdict": "comment"}, 400),
        ({"verdict": "correct"}, 404),
        ({"about": "https://w3id.org/jixiao/id/nothing"}, 404),
    ],
)
def test_a_review_that_says_too_little_or_is_of_nothing_is_not_written(site, graph, change, status):
    before = read_reviews(graph.path)
    said = {"about": site.app.state.desk.view.findings[0].address, "verdict": "confirm", "who": "王五"}
    assert post(site, "/reviews", **said | change).status_code == status
    assert read_reviews(graph.path) == before


def test_a_review_waits_for_a_build_and_says_when_it_waited_in_vain(site, graph, monkeypatch):
    monkeypatch.setattr(reviewing, "WAIT", 0.1)
    said = {"about": site.app.state.desk.view.findings[0].address, "verdict": "confirm", "who": "王五"}
    with exclusive(graph.path):
        answer = post(site, "/reviews", **said)
    assert (answer.status_code, "后退" in answer.text) == (503, True)


def test_who_leaves_is_a_guest_no_more(app):
    client = entered(app)
    post(client, "/upload/leave")
    assert 'name="token"' in client.get("/upload").text


def test_serve_tells_the_token_and_a_graph_may_begin_with_an_upload(tmp_path, paths):
    with listen("127.0.0.1", 0) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    arguments = ["serve", "--upload", "--port", address.rpartition(":")[2], "--kg", str(tmp_path / "kg")]
    with subprocess.Popen([sys.executable, "-m", "jixiao", *arguments], stderr=subprocess.PIPE) as served:
        told = served.stderr.readline().decode() + served.stderr.readline().decode()
        try:
            with httpx.Client(base_url=address, follow_redirects=True, timeout=30, headers=HTML) as client:
                client.post("/upload/token", data={"token": re.search(r"令牌：(\S+)", told)[1]})
                assert client.get("/").status_code == 503
                tray, _ = tried(client, paths[:1])
                post(client, f"{tray}/add")
                assert "新的快照" in settled(client, tray)
                assert client.get("/").status_code == 200
        finally:
            served.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
        assert served.wait(timeout=20) == 0 or os.name == "nt"


@pytest.mark.browser
def test_in_a_browser_files_are_sent_one_by_one_and_the_page_follows_them(browser, app, paths, tmp_path):
    waiting = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
    thread.start()
    (tmp_path / NO_TABLE[0]).write_text(NO_TABLE[1], encoding="utf-8")
    wide(browser, DESKTOP)
    browser.get_log("browser")
    browser.get(f"http://127.0.0.1:{waiting.getsockname()[1]}/upload")
    browser.find_element(By.NAME, "token").send_keys(WORD + "\n")
    patient = WebDriverWait(browser, 30)
    chooser = patient.until(lambda page: page.find_element(By.ID, "files"))
    chooser.send_keys("\n".join(map(str, [paths[0], tmp_path / NO_TABLE[0]])))
    patient.until(lambda page: page.find_elements(By.CSS_SELECTOR, "#tray:not([data-busy]) .figures"))
    assert "1 个文件读出来了，1 个没有读" in browser.find_element(By.ID, "tray").text
    for width in (DESKTOP, PHONE):
        wide(browser, width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    server.should_exit = True
    thread.join()
