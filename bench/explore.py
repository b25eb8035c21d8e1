"""How long a reader waits for the first picture of a graph, and the server for the layout of the whole of it.

    python bench/explore.py [COUNT...]

Each count is a number of things; without one they are 100 and 2,000 for the explorer and 50,000 for the map. The graphs
are invented, of the shape of real ones: departments with projects, their forms, levels, indicators and findings. The
pages are the site's own. A time is from the start of the navigation until the first picture has been painted, and until
its things stand where they stay, in headless Chromium without a graphics card, the middle one of three; the server is
on the same machine. The time of the layout is the processor's.
"""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import uvicorn
from common import show
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from jixiao.cli.showing import listen
from jixiao.explorer import overview
from jixiao.explorer.drawing import Drawing
from jixiao.explorer.kinds import kinds
from jixiao.explorer.overview import Node
from jixiao.explorer.reading import Line, Thing
from jixiao.explorer.writing import as_data
from jixiao.rendering import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

SIZES = (100, 2_000, 50_000)
LARGEST_DRAWN = 2_000
"""Up to so many things are drawn in the explorer, more on the map."""
ROUNDS = 3
FLAGS = (
    *("--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"),
)
LEVELS = ("产出指标", "效益指标", "满意度指标")
PLACES = "河道 水库 渔港 林场 码头 茶园 牧场 苗圃 灯塔 堤岸 湿地 盐田 渡口 山林".split()  # noqa: SIM905
DEEDS = "检验 补植 维修 采样 更换 登记 清点 养护 加固 巡查 测绘 消毒".split()  # noqa: SIM905


def main() -> None:
    """Print the times for each size."""
    sizes = [int(each) for each in sys.argv[1:]] or SIZES
    rows = [measured(size) for size in sizes]
    show(
        "first picture", ("things", "lines", "layout on the server", "data, gzipped", "first picture", "arranged"), rows
    )


def measured(size: int) -> tuple[str, ...]:
    """The figures of one size."""
    if size <= LARGEST_DRAWN:
        drawing = drawn(size)
        data = json.dumps(as_data(drawing, str), ensure_ascii=False).encode()
        seconds = watched([Route("/explore", lambda _: explorer_page(drawing))], "/explore")
        return _row(size, len(drawing.lines), "in the browser", len(gzip.compress(data)), seconds)
    root = whole(size)
    start = time.process_time()
    columns = overview.columns(root)
    laid_out = f"{time.process_time() - start:.1f} s"
    data = gzip.compress(json.dumps(columns, ensure_ascii=False).encode(), 6, mtime=0)
    routes = [Route("/map", map_page), Route("/map/data", lambda _: _zipped(data))]
    pairs = columns["pairs"]
    assert isinstance(pairs, list)
    return _row(size, len(pairs) // 2, laid_out, len(data), watched(routes, "/map"))


def _row(size: int, lines: int, layout: str, length: int, seconds: tuple[float, float]) -> tuple[str, ...]:
    return f"{size:,}", f"{lines:,}", layout, f"{length / 1000:,.0f} kB", *(f"{each:.2f} s" for each in seconds)


# Invented graphs


def drawn(count: int) -> Drawing:
    """A drawing of so many things."""
    things, lines = [], []
    for thing, above, label in _walk(Random(7)):  # noqa: S311 - repeatable
        things.append(thing)
        lines += [Line(source=above, target=thing.iri, label=label)] if above else []
        if len(things) == count:
            break
    here = Counter(thing.kind for thing in things)
    return Drawing(starts=things[:1], steps=[], things=things, lines=lines, kinds=here, ways={})


def _walk(chance: Random) -> Iterator[tuple[Thing, str, str]]:
    """Things, each after the one that it hangs on."""
    source = Thing(iri="urn:source", kind="source", label="一般公共预算")
    yield source, "", ""
    number = 0
    while True:
        number += 1
        department = f"urn:{number}"
        yield Thing(iri=department, kind="department", label=f"{chance.choice(PLACES)}管理局"), "", ""
        for project in range(chance.randint(4, 20)):
            own = f"{department}/{project}"
            called = chance.choice(PLACES) + chance.choice(DEEDS) + "经费"
            home = {"home": department, "certain": chance.randint(0, 1)}
            yield Thing(iri=own, kind="project", label=called, detail="15.50 万元", **home), department, "发布部门"
            yield Thing(iri=f"{own}/form", kind="form", label=called, **home), own, "项目"
            for level in LEVELS:
                yield Thing(iri=f"{own}/{level}", kind="level", label=level, **home), f"{own}/form", "一级指标"
                for each in range(chance.randint(1, 5)):
                    name = chance.choice(DEEDS) + "次数"
                    indicator = Thing(iri=f"{own}/{level}/{each}", kind="indicator", label=name, detail="≥30次", **home)
                    yield indicator, f"{own}/{level}", "绩效指标"


def whole(count: int) -> Node:
    """A whole graph of so many nodes: two thirds projects, a third shared indicators."""
    chance = Random(7)  # noqa: S311 - repeatable
    members: list[list[str]] = [[] for _ in range(count // 3)]
    departments = [_department(number, chance, members) for number in range(count * 2 // 3 // 31)]
    provinces = [Node(kind="r", label=f"{at}省", within=departments[at::30]) for at in range(30)]
    indicators = [_indicator(number, own, chance) for number, own in enumerate(members)]
    families = [Node(kind="f", label=LEVELS[at], within=indicators[at::3]) for at in range(3)]
    return Node(kind="", label="", within=[*provinces, *families])


def _department(number: int, chance: Random, members: list[list[str]]) -> Node:
    projects = [_project(f"某市管理局{number}/2025/预算/项目/{each}", chance, members) for each in range(30)]
    return Node(kind="d", label=f"某市管理局{number}", at=f"org/某市管理局{number}", judged=9, within=projects)


def _project(at: str, chance: Random, members: list[list[str]]) -> Node:
    """A project that sets five indicators which others set too."""
    own = [f"{at}/{each}" for each in range(5)]
    for each in own:
        chance.choice(members).append(each)
    return Node(
        kind="p",
        label=chance.choice(PLACES) + chance.choice(DEEDS) + "经费",
        at=at,
        size=Decimal(int(10_000 * chance.paretovariate(0.8))),
        unclear=chance.randint(0, 4),
        judged=chance.randint(4, 20),
        members=frozenset(own),
    )


def _indicator(number: int, members: list[str], chance: Random) -> Node:
    name = chance.choice(PLACES) + chance.choice(DEEDS) + "次数"
    times = len(members) or 1
    return Node(kind="i", label=name, at=f"{number}", size=Decimal(times), judged=times, members=frozenset(members))


# The site's pages, and the browser that looks at them


def explorer_page(drawing: Drawing) -> Response:
    """The explorer with an invented drawing."""
    chosen = drawing.starts[0]
    told = {"facts": [], "near": {}, "most": 0, "source": None}
    shown = {"drawing": drawing, "called": {each.iri: each for each in drawing.things}, "short": str, "page": str}
    data = as_data(drawing, str)
    return _page("explore.html", chosen=chosen, words="", offered=None, data=data, kinds=kinds(), **told, **shown)


def map_page(_: Request) -> Response:
    """The page of the map, whose data is invented."""
    share = " ".join(map(str, overview.STEPS))
    return _page("map.html", departments=[], counts=Counter[int | None](), share=share)


def _page(name: str, **values: object) -> Response:
    framed = {"here": "", "version": "", "view": None, "rules": {}, "lang": "zh", "elsewhere": "", "opinions": None}
    return HTMLResponse(environment().get_template(name).render(framed | values))


def _zipped(data: bytes) -> Response:
    return Response(data, media_type="application/json", headers={"Content-Encoding": "gzip"})


def watched(routes: list[Route], path: str) -> tuple[float, float]:
    """Seconds until the first and the last mark of a page, the middle of some rounds, each in a new browser."""
    app = Starlette(routes=[*routes, Mount("/static", StaticFiles(packages=[("jixiao", "static")]))])
    waiting = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [waiting]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = f"http://127.0.0.1:{waiting.getsockname()[1]}{path}"
    seconds = [_seen(address) for _ in range(ROUNDS)]
    server.should_exit = True
    thread.join()
    first, last = zip(*seconds, strict=True)
    return statistics.median(first), statistics.median(last)


def _seen(address: str) -> tuple[float, float]:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, "--window-size=1280,900", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            browser.get(address)
            marks = WebDriverWait(browser, 120).until(lambda driver: driver.execute_script(MARKS))
        finally:
            browser.quit()
    return marks[0] / 1000, marks[-1] / 1000


MARKS = """
    const marks = performance.getEntriesByType("mark");
    const done = marks.some((mark) => ["explore-arranged", "map-drawn"].includes(mark.name));
    return done ? marks.map((mark) => mark.startTime) : null;
"""


if __name__ == "__main__":
    main()
