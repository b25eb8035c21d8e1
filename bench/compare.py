"""How long the index of comparable indicators takes, and how its time grows: names drawn from invented words.

    python bench/compare.py [COUNT...]

Each count is a number of indicators; without one the sizes are 1, 10 and 100 thousand. Stated are the time of the
index, of one comparison and of the wordings of one vague target (the mean of some), and the slope over the sizes in
logarithms: 1 is linear, 2 is each with each. Times are those of the processor, so that other work counts less.
"""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from math import log
from random import Random

from common import show

from queries.comparison import Index, compare, drafted, wordings
from queries.comparison.entries import Entry, Unit

SIZES = (1_000, 10_000, 100_000)
ASKED = 50
QUALIFIED = 0.5
"""The share of names with one more word: the words of a language grow with the number of its texts."""
PLACES = "河道 水库 渔港 林场 码头 茶园 牧场 苗圃 灯塔 堤岸 湿地 盐田 渡口 山林".split()  # noqa: SIM905
THINGS = "水泵 渔船 苗木 芦苇 围栏 道路 标牌 仪器 档案 车辆 路灯 管网 图纸 样品".split()  # noqa: SIM905
DEEDS = "检验 补植 收割 维修 采样 更换 登记 清点 养护 加固 巡查 测绘 消毒 投放".split()  # noqa: SIM905
MEASURES = (
    ("数量", "件"),
    ("次数", "次"),
    ("及时率", "%"),
    ("合格率", "%"),
    ("面积", "平方米"),
    ("成本", "元"),
    ("满意度", "%"),
)


def drawn(count: int) -> list[Entry]:
    """So many invented indicators; few names are frequent, most are rare, as in real documents."""
    chance = Random(7)  # noqa: S311 - repeatable
    return [_entry(number, chance, count) for number in range(count)]


def _entry(number: int, chance: Random, count: int) -> Entry:
    words = [group[min(int(chance.paretovariate(0.6)) - 1, len(group) - 1)] for group in (PLACES, THINGS, DEEDS)]
    if chance.random() < QUALIFIED:
        words.insert(1, "".join(chance.choices(_characters(count), k=2)))
    measure, unit = chance.choice(MEASURES)
    return Entry(
        iri=f"urn:{number:09}",
        name="".join(words) + measure,
        kind="quantity",
        form=f"urn:form:{number // 10}",
        project=words[0] + words[-1],
        document=f"urn:document:{number // 300}",
        source="a.txt",
        sha256="",
        printed=f"≥{number % 97}{unit}",
        comparator="ge",
        number=Decimal(number % 97),
        unit=unit,
        code=Unit(unit),
        type="quantity",
    )


def _characters(count: int) -> list[str]:
    """Characters that names are made of: more of them in more documents."""
    return [chr(0x4E00 + at) for at in range(round(count**0.5) * 2)]


def _seconds(count: int) -> tuple[float, float, float, int]:
    """The index, one comparison, the wordings of one target, and how many groups there are."""
    entries = drawn(count)
    start = time.process_time()
    index = Index(entries)
    index.groups_like("")
    wordings(index, drafted(""))
    made = time.process_time()
    for entry in index.entries[:: max(count // ASKED, 1)]:
        compare(index, entry.iri)
    asked = time.process_time()
    for place in PLACES:
        wordings(index, drafted(f"提升{place}{THINGS[3]}{DEEDS[5]}水平"))
    offered = time.process_time()
    return made - start, (asked - made) / ASKED, (offered - asked) / len(PLACES), len(index.groups)


def main() -> None:
    """Measures each size, the smallest first."""
    sizes = sorted(map(int, sys.argv[1:])) or list(SIZES)
    times = [_seconds(size) for size in sizes]
    rows = [
        (f"{size:,}", f"{made:.2f} s", f"{asked * 1000:.2f} ms", f"{offered * 1000:.1f} ms", f"{groups:,}")
        for size, (made, asked, offered, groups) in zip(sizes, times, strict=True)
    ]
    show("Comparable indicators", ("indicators", "index", "one comparison", "wordings of one", "groups"), rows)
    if len(sizes) > 1:
        slope = log(times[-1][0] / times[0][0]) / log(sizes[-1] / sizes[0])
        print(f"slope of the index: {slope:.2f}")


if __name__ == "__main__":
    main()
