"""Every rule against its own cases, the runner against small graphs, and the files against their conventions."""

import json
import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

import ingest
import ontology
from graph import store as stores
from graph.folder import KnowledgeGraph
from graph.mapping import triples
from jixiao import intake
from jixiao.__main__ import BAD_INPUT, main
from ontology.terms import JX, RDF
from queries import judge
from queries.derivations import derived
from queries.errors import HeaderError, ProfileError
from queries.handbook import rules_page
from queries.library import Rule, rule, rules
from queries.parameters import inlined

CASES = Path(__file__).parent / "rules"
PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
BASE = "https://example.org/"
RULES = rules()


def graph(folder: Path) -> ox.Store:
    """The fixture of a rule as a store with one named graph, and what is derived from it."""
    store = ox.Store()
    store.load(path=folder / "data.ttl", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(BASE + "d"))
    stores.derive(store, derived)
    return store


def rows(found: Rule, store: ox.Store) -> list[dict[str, object]]:
    """What a rule finds, one entry a judgement with all its evidence, as ``expected.json`` states it."""
    solutions = store.query(found.text, use_default_graph_as_union=True)
    proofs: dict[str, set[str]] = {}
    for solution in solutions:
        row = {name: solution[name].value.removeprefix(BASE) if solution[name] else None for name in judge.PROJECTION}
        evidence = row.pop("evidence")
        proofs.setdefault(json.dumps(row, ensure_ascii=False), set()).add(evidence)
    return [json.loads(row) | {"evidence": sorted(evidence)} for row, evidence in proofs.items()]


def ordered(entries: list[dict[str, object]]) -> list[str]:
    return sorted(json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_finds_exactly_what_its_case_expects(name):
    expected = json.loads((CASES / name / "expected.json").read_text("utf-8"))
    assert ordered(rows(RULES[name], graph(CASES / name))) == ordered(expected)


@pytest.mark.parametrize("name", RULES)
def test_a_case_both_fires_and_names_a_near_miss(name):
    assert json.loads((CASES / name / "expected.json").read_text("utf-8"))
    comments = re.findall(r"^# (.*)$", (CASES / name / "data.ttl").read_text("utf-8"), re.MULTILINE)
    assert any(comment.startswith("near miss") for comment in comments)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_found_by_the_runner_with_source_and_document(name):
    store = graph(CASES / name)
    (outcome,) = judge.run({name: RULES[name]}, store)
    assert (outcome.status, outcome.count) == ("found", len(outcome.findings))
    assert outcome.applicable > 0
    assert {finding.source for finding in outcome.findings} == {"d.txt"}
    disclosures = store.quads_for_pattern(None, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{JX}Disclosure"))
    assert {finding.document for finding in outcome.findings} <= {each.subject.value for each in disclosures}
    assert {finding.certainty for finding in outcome.findings} <= {"certain", "possible"}


@pytest.mark.parametrize("name", RULES)
def test_an_empty_graph_makes_a_rule_not_applicable_and_never_passed(name):
    (outcome,) = judge.run({name: RULES[name]}, ox.Store())
    assert (outcome.status, outcome.applicable, outcome.count) == ("not-applicable", 0, 0)
    assert outcome.reason == RULES[name].scope.reason["zh"]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_names_no_graph_and_orders_its_rows(name):
    body = RULES[name].body
    assert "example.org" not in body
    assert not re.search(r"\b(GRAPH|FROM|SERVICE)\b", body)
    assert "ORDER BY" in body


@pytest.mark.parametrize("name", RULES)
def test_the_basis_of_a_rule_is_in_the_list_of_citations(name):
    store = ox.Store()
    store.load(ontology.path("codes", "citation.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    notation = ox.NamedNode("http://www.w3.org/2004/02/skos/core#notation")
    known = {quad.object.value for quad in store.quads_for_pattern(None, notation, None)}
    assert set(RULES[name].basis) <= known


@pytest.mark.parametrize("name", RULES)
def test_a_rule_finds_the_same_with_its_names_replaced_by_their_values(name):
    store = graph(CASES / name)
    plain, fast = (
        [tuple(row) for row in store.query(text, use_default_graph_as_union=True)]
        for text in (RULES[name].text, inlined(RULES[name].text))
    )
    assert plain == fast


def test_every_case_belongs_to_a_rule():
    assert {folder.name for folder in CASES.iterdir()} == set(RULES)


def test_the_page_of_rules_is_what_the_headers_say():
    assert PAGE.read_text("utf-8") == rules_page(RULES)


def test_adding_a_file_adds_a_rule_without_any_code(tmp_path):
    text = RULES["vague-target"].text
    (tmp_path / "brand-new.rq").write_text(text, "utf-8")
    (outcome,) = judge.run(rules(tmp_path), graph(CASES / "vague-target"))
    assert outcome.rule.id == "brand-new"
    assert outcome.status == "found"


def test_a_rule_that_finds_nothing_has_passed_and_says_how_much_it_saw():
    (outcome,) = judge.run({"secret": RULES["secret"]}, graph(CASES / "missing-unit"))
    assert (outcome.status, outcome.applicable, outcome.findings) == ("passed", 9, ())


def placed(tmp_path: Path) -> ox.Store:
    """The case of cost-exceeds-budget with the places of two figures, and of one field that proves nothing."""
    shutil.copytree(CASES / "cost-exceeds-budget", tmp_path / "case")
    with (tmp_path / "case" / "data.ttl").open("a", encoding="utf-8") as file:
        file.write(
            '<i1> jx:place [ jx:field "value" ; jx:line 30 ; jx:page 2 ; oa:hasSelector [ oa:exact "≤50万元" ] ] ,'
            ' [ jx:field "scoring" ; jx:line 31 ; oa:hasSelector [ oa:exact "直接赋分" ] ] .\n'
            '<f1> jx:place [ jx:field "amount_wan" ; jx:line 12 ; jx:page 1 ; oa:hasSelector [ oa:exact "7.00" ] ] .\n'
        )
    return graph(tmp_path / "case")


def test_a_finding_shows_both_places_in_reading_order(tmp_path):
    found = judge.findings(judge.run({"cost-exceeds-budget": RULES["cost-exceeds-budget"]}, placed(tmp_path)))
    (finding,) = (each for each in found if each.focus == BASE + "i1")
    assert finding.to_dict()["places"] == [
        {"field": "amount_wan", "line": 12, "page": 1, "row": None, "column": None, "quote": "7.00"},
        {"field": "value", "line": 30, "page": 2, "row": None, "column": None, "quote": "≤50万元"},
    ]
    assert finding.evidence == BASE + "i1"


def test_pieces_of_a_cell_in_one_line_stand_in_the_order_of_the_value(tmp_path):
    shutil.copytree(CASES / "cost-exceeds-budget", tmp_path / "case")
    pieces = ("一次性投入", "不超过", "50万元")
    with (tmp_path / "case" / "data.ttl").open("a", encoding="utf-8") as file:
        for order, quote in enumerate(pieces, 1):
            selector = f'oa:hasSelector [ oa:exact "{quote}" ]'
            file.write(f'<i1> jx:place [ jx:field "value" ; jx:line 30 ; jx:order {order} ; {selector} ] .\n')
    found = judge.findings(judge.run({"cost-exceeds-budget": RULES["cost-exceeds-budget"]}, graph(tmp_path / "case")))
    (finding,) = (each for each in found if each.focus == BASE + "i1")
    assert tuple(place.quote for place in finding.places) == pieces


def test_the_same_graph_gives_the_same_bytes_with_unique_ids():
    store = ox.Store()
    for name in RULES:
        graph_name = ox.NamedNode(f"{BASE}{name}")
        data = (CASES / name / "data.ttl").read_text("utf-8").replace(f"@base <{BASE}>", f"@base <{BASE}{name}/>")
        store.load(data.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph_name)
    first, second = (judge.findings(judge.run(RULES, store)) for _ in range(2))
    assert judge.to_jsonl(first) == judge.to_jsonl(second)
    assert len({finding.id for finding in first}) == len(first)


def test_the_id_of_a_finding_survives_a_new_version_of_its_rule(tmp_path):
    text = RULES["secret"].text
    (tmp_path / "secret.rq").write_text(text.replace('version: "1"', 'version: "2"'), "utf-8")
    store = graph(CASES / "secret")
    (old,), (new,) = (judge.findings(judge.run(each, store)) for each in ({"secret": RULES["secret"]}, rules(tmp_path)))
    assert old.id == new.id
    assert (old.version, new.version) == ("1", "2")


def test_a_profile_switches_a_rule_off_and_the_outcome_says_why(tmp_path):
    file = tmp_path / "profile.yaml"
    file.write_text("disabled:\n  secret: 本单位全部项目涉密\n", "utf-8")
    off = judge.profile(file, RULES)
    (outcome,) = judge.run({"secret": RULES["secret"]}, graph(CASES / "secret"), off)
    assert (outcome.status, outcome.reason) == ("not-applicable", "已停用：本单位全部项目涉密")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("disabled:\n  secret:\n", "须写明理由"),
        ("disabled:\n  no-such-rule: 理由\n", "没有规则"),
        ("disable: {}\n", "disabled"),
        ("disabled: [secret]\n", "只能有一个键"),
        ("- secret\n", "只能有一个键"),
        ("disabled: {", "YAML"),
    ],
)
def test_a_profile_without_a_reason_or_with_anything_else_is_refused(tmp_path, text, message):
    file = tmp_path / "profile.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ProfileError, match=message):
        judge.profile(file, RULES)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """A copy of a rule with one change."""
    file = tmp_path / "changed.rq"
    text = RULES["vague-target"].text
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("#+ severity: warning", "#+ severity: grave", 10, "严重程度"),
        ('#+ version: "2"', "#+ versoin: 2", 11, "versoin"),
        ('#+ version: "2"', "#+ version:", 11, "version"),
        ("#+   en: Vague target", "#+   fr: Cible vague", 1, "zh"),
        ("#+ title:", "#+ title: [", None, "YAML"),
        ("#+   class: jx:Indicator", "#+   klass: jx:Indicator", 14, "class"),
        ("#+ shows: [name, value]", "#+ shows: name", 13, "列表"),
    ],
)
def test_a_faulty_header_is_refused_with_file_and_line(tmp_path, old, new, line, message):
    with pytest.raises(HeaderError, match=message) as caught:
        rule(changed(tmp_path, old, new))
    assert caught.value.file == "changed.rq"
    assert line is None or caught.value.line == line


def test_a_file_without_a_header_is_refused(tmp_path):
    (tmp_path / "bare.rq").write_text("SELECT * { ?s ?p ?o }", "utf-8")
    with pytest.raises(HeaderError, match="文件头"):
        rules(tmp_path)


def failure(file: Path, **options: float) -> str:
    """Why a rule in a file fails; another one beside it runs all the same."""
    pair = {"changed": rule(file), "vague-target": RULES["vague-target"]}
    failed, sound = judge.run(pair, graph(CASES / "vague-target"), **options)
    assert (failed.status, failed.applicable, failed.findings) == ("failed", 0, ())
    assert sound.status == "found"
    return failed.reason or ""


def test_a_rule_that_is_no_sparql_fails_with_file_and_line(tmp_path):
    file = changed(tmp_path, "ORDER BY", "ODER BY")
    (line,) = (number for number, each in enumerate(file.read_text("utf-8").split("\n"), 1) if "ODER BY" in each)
    assert failure(file).startswith(f"changed.rq 第 {line} 行")


def test_a_rule_that_selects_something_else_fails(tmp_path):
    assert "依次选出" in failure(changed(tmp_path, "?found ?expected", "?expected ?found"))


def test_a_faulty_condition_of_a_rule_is_told_from_a_faulty_query(tmp_path):
    assert "applies-to" in failure(changed(tmp_path, "class: jx:Indicator", "class: nowhere:Indicator"))


def test_a_rule_that_runs_over_its_time_fails_and_never_passes(tmp_path):
    every = "{ SELECT (COUNT(*) AS ?all) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } }"
    slow = rule(changed(tmp_path, "?certainty WHERE {", f"?certainty WHERE {{ {every}"))
    (outcome,) = judge.run({"slow": slow}, graph(CASES / "vague-target"), seconds=0.001)
    assert (outcome.status, outcome.reason) == ("failed", "超过 0.001 秒，已放弃")


def test_check_says_which_rule_failed_and_is_not_done(tmp_path, published, monkeypatch, capsys):
    """Partial success: findings of the others are listed, and nobody takes the missing ones for none."""
    broken = {**RULES, "changed": rule(changed(tmp_path, "ORDER BY", "ODER BY"))}
    monkeypatch.setattr("queries.library.rules", lambda: broken)
    monkeypatch.setattr("sys.argv", ["jixiao", "check", "--format", "jsonl", "--kg", str(published.path)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == BAD_INPUT
    assert len(told.out.splitlines()) == len(published.live().findings())
    assert "changed：未完成" in told.err
    assert "1 条规则没有完成" in told.err


def test_a_snapshot_names_only_the_rules_that_judged_it(tmp_path, monkeypatch):
    faulty = rule(changed(tmp_path, "class: jx:Indicator", "class: nowhere:Indicator"))
    monkeypatch.setattr(
        "queries.library.rules",
        lambda: {"secret": RULES["secret"], "changed": faulty},
    )
    assert intake.publish(KnowledgeGraph(tmp_path / "kg")).manifest["rules"] == {"secret": RULES["secret"].version}


REAL = [
    ("001", "vague-target", "2024开展科技工作者助力乡村振兴经费", "提升公民科学素质", "certain"),
    ("001", "restated-target", None, "市民科普素质提升程度", "certain"),
    ("001", "relative-without-baseline", "2024科普经费", "扩大学术科普影响力", "certain"),
    ("001", "secret", "信息化建设资金-市科协", "涉密", "certain"),
    ("001", "nonstandard-unit", "2024常设展览经费", "展品完好率", "certain"),
    ("002", "nonstandard-unit", "科普工作项目", "社会居民满意度", "certain"),
    ("004", "missing-unit", "科协物业管理费", "服务对象满意度", "certain"),
    ("004", "missing-target", "科协物业管理费", "无", "certain"),
    ("001", "unit-mismatch", "2024常设展览经费", "资金到位率", "certain"),
    ("001", "wrong-direction", "2025市科技馆大楼采暖费", "使用部门满意度", "certain"),
    ("000", "wrong-direction", None, "举办竞赛次数", "certain"),
    ("002", "target-below-last-year", "科普工作项目", "开展科普大篷车和流动科技馆巡展次数", "certain"),
    ("000", "stale-period", None, "2021年省科协系统统计年鉴编印册数", "possible"),
    ("001", "stale-period", "2024科普大篷车经费", "巡展完成时间", "certain"),
    ("001", "goal-number-mismatch", "2024开展科技工作者助力乡村振兴经费", "活动次数", "possible"),
    ("000", "cost-exceeds-budget", "网络系统运行维护和信息宣传经费", None, "certain"),
    ("001", "cost-exceeds-budget", "2024开展科技工作者助力乡村振兴经费", "预算总成本", "certain"),
    ("001", "plan-invalid", None, None, "certain"),
    ("000", "no-target", None, None, "certain"),
    ("002", "no-target", "昌州财教【2023】98号-2024年基层科普行动计划资金", None, "certain"),
    ("002", "name-mismatch", "科普人头工作项目", None, "possible"),
    ("003", "foreign-unit", "技术性公共服务项目资金", None, "certain"),
    ("003", "no-target", None, None, "certain"),
]
"""Cases that careful readers found in the real documents: start of the file's name, rule, project, indicator."""


@pytest.fixture(scope="session")
def real_findings(real) -> list[judge.Finding]:
    store = ox.Store()
    for file in sorted((real / "seeds").glob("*.txt")):
        store.bulk_extend(triples(ingest.read(file)))
    stores.derive(store, derived)
    return judge.findings(judge.run(RULES, store))


@pytest.mark.parametrize("case", REAL, ids=lambda case: f"{case[0]}-{case[1]}")
def test_the_cases_that_careful_readers_found_are_found(real_findings, case):
    source, name, project, indicator, certainty = case
    assert any(
        finding.source.startswith(source)
        and finding.rule == name
        and finding.certainty == certainty
        and (project is None or finding.project == project)
        and (indicator is None or finding.indicator == indicator)
        and finding.places
        for finding in real_findings
    )


def test_the_money_without_a_form_is_named(real_findings):
    assert "932万元，没有绩效目标表" in {finding.found for finding in real_findings if finding.rule == "no-target"}
