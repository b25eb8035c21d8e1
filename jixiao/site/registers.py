"""The lists of the site: which rows each has, what can be searched, sorted and chosen, and what that is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping  # noqa: TC003 - fields of dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jixiao.rendering import where
from jixiao.summary import indicators_of, places
from jixiao.told import VAGUE_KINDS, clarity
from jixiao.translation import translated
from jixiao.view import grouped, rows
from ontology.terms import concepts, label

if TYPE_CHECKING:
    from jixiao.messages import Language
    from jixiao.site.desk import Edition
    from jixiao.tables import Cell
    from jixiao.told import Disclosure, Indicator, Subject
    from jixiao.view import View

    Name = Callable[[Edition, str, Language], str]
    Row = dict[str, Cell | tuple[str, ...]]

UNCLEAR = "unclear"
"""The choice that means every kind that nobody can check."""
CONDITIONS = {
    "no-form": "有钱没有目标",
    "no-budget": "有目标无预算",
    "unclear": "有无从核对的指标",
    "findings": "有发现",
}
"""What can be the matter with a project."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to choose by.

    Attributes:
        title: what it is called.
        key: where a row has its values; under the facet's own name unless told otherwise.
        name: what to call a value in a language; the value itself unless told otherwise.
    """

    title: str
    key: str = ""
    name: Name = lambda _, value, __: value


def _code(scheme: str) -> Name:
    return lambda _, value, language: label(scheme, value, language)


def _source(_: Edition, source: str, language: Language) -> str:
    """A source of money by the code list's name, which is Chinese like the names that only documents know."""
    known = (each.labels for each in concepts("funding-source").values())
    return next((labels[language] for labels in known if labels["zh"] == source), source)


def _rule(edition: Edition, rule: str, language: Language = "zh") -> str:
    return edition.rules[rule].title[language] if rule in edition.rules else rule


def _kind(_: Edition, kind: str, language: Language) -> str:
    return translated("无从核对", language) if kind == UNCLEAR else label("target-kind", kind, language)


def _condition(_: Edition, condition: str, language: Language) -> str:
    return translated(CONDITIONS.get(condition, condition), language)


def _scope(_: Edition, scope: str, language: Language) -> str:
    return translated(scope, language)


def _verdict(_: Edition, verdict: str, language: Language) -> str:
    return translated(REVIEWED.get(verdict, verdict), language)


def _document(edition: Edition, sha256: str, _: Language) -> str:
    return next((each.label for each in edition.view.documents.values() if each.sha256 == sha256), sha256[:12])


YEAR, REGION, PUBLISHER = Facet("年度"), Facet("地区", "place_names"), Facet("部门")
RULE, DOCUMENT = Facet("规则", name=_rule), Facet("文件", "sha256", _document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One list.

    Attributes:
        name: its path and the name of its template.
        title: what it is called.
        sentence: what it shows, in one sentence.
        hint: what can be searched.
        columns: what is searched, sorted and exported, the name of the row first; by name, with the word for people.
        hit: the columns that tell a row among others of other lists; the first leads to it.
        facets: what can be chosen, in this order.
        bounds: the columns of money for which a least and a most can be asked, with the word for people.
        rows: all rows of a snapshot in their natural order; beside the columns each may have its values of the facets.
        reviewed: whether rows say what reviewers said, and are made anew when these say more.
    """

    name: str
    title: str
    sentence: str
    hint: str
    columns: Mapping[str, str]
    rows: Callable[[Edition], Iterable[Row]]
    hit: tuple[str, ...]
    facets: Mapping[str, Facet] = field(default_factory=dict)
    bounds: Mapping[str, str] = field(default_factory=dict)
    reviewed: bool = False

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"/{self.name}"


def document_rows(edition: Edition) -> Iterator[Row]:
    """One row a document, with what was read from it and what was not."""
    view = edition.view
    for document in view.documents.values():
        subjects = view.of_document(document.iri)
        yield _of_document(document) | {
            "title": document.label,
            "format": document.format,
            "kind": document.kind,
            "total_yuan": document.total,
            "subjects": len(subjects),
            "indicators": sum(len(subject.indicators) for subject in subjects),
            "unclear": clarity(indicators_of(view, document)).unclear,
            "findings": len(view.findings_in(document.iri)),
            "coverage": document.coverage,
            "leftovers": len(view.leftovers[document.iri]),
            "url": document.url,
            "retrieved": document.retrieved,
            "address": document.iri,
        }


def project_rows(edition: Edition) -> Iterator[Row]:
    """One row a project or department."""
    view = edition.view
    sources = _money_sources(view)
    for subject in view.subjects.values():
        parts = (*(line.iri for line in subject.lines), *(form.iri for form in subject.forms))
        yield _of_document(subject.document) | {
            "name": subject.name,
            "code": subject.code,
            "unit": subject.unit,
            "is_department": subject.is_department,
            "scope": "部门整体" if subject.is_department else "项目",
            "budget_yuan": subject.budget,
            "stated_yuan": subject.stated,
            "indicators": len(subject.indicators),
            "unclear": subject.clarity.unclear,
            "findings": len(subject.findings),
            "address": subject.iri,
            "money_from": tuple(sorted({name for part in parts for name in sources[part]})),
            "rule": tuple(sorted({finding.rule for finding in subject.findings})),
            "has": tuple(_conditions(subject)),
        }


def _money_sources(view: View) -> Mapping[str, set[str]]:
    """Who pays, by budget row and form."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows(view.graph, "sources_of_money"):
        names[row["of"]].add(row["name"])
    return names


def _conditions(subject: Subject) -> Iterator[str]:
    rules = {finding.rule for finding in subject.findings}
    told = {
        "no-form": subject.lacks_form,
        "no-budget": "no-budget" in rules,
        "unclear": bool(subject.clarity.unclear),
        "findings": bool(subject.findings),
    }
    return (name for name, holds in told.items() if holds)


def indicator_rows(edition: Edition) -> Iterator[Row]:
    """One row an indicator, with its project and document."""
    view = edition.view
    for subject in view.subjects.values():
        shared = _of_document(subject.document) | {"project": subject.name}
        for indicator in subject.indicators:
            found = view.findings_of[indicator.iri]
            yield (
                shared
                | _of_indicator(indicator)
                | {
                    "findings": len(found),
                    "rule": tuple(sorted({finding.rule for finding in found})),
                    "address": indicator.iri,
                }
            )


def _of_indicator(indicator: Indicator) -> Row:
    return {name: getattr(indicator, name) for name in INDICATOR} | {
        "kinds": (indicator.kind, UNCLEAR) if indicator.kind in VAGUE_KINDS else (indicator.kind,),
    }


def finding_rows(edition: Edition) -> Iterator[Row]:
    """One row a finding, with the verdict of the last reviewer."""
    view = edition.view
    verdicts = edition.opinions.verdicts
    for finding in view.findings:
        document = view.documents.get(finding.document or "")
        subject = view.subject_of.get(finding.focus)
        first = next(iter(finding.proofs), None)
        at = {name: getattr(first, name, None) for name in ("page", "line", "row", "column")}
        own = {name: getattr(finding, name) for name in FINDING}
        review = verdicts.get(finding.id)
        yield (
            (_of_document(document) if document else NO_DOCUMENT)
            | own
            | at
            | {
                "title": _rule(edition, finding.rule),
                "place": where(first) if first else None,
                "money_yuan": subject.money if subject else None,
                "focus": finding.focus,
                "reviewed": review.verdict if review else UNREVIEWED,
                "verdict": REVIEWED[review.verdict if review else UNREVIEWED],
                "who": review and review.who,
                "why": review and review.why,
            }
        )


def department_rows(edition: Edition) -> Iterator[Row]:
    """One row a department: what all of its documents say together, each figure a sum over them."""
    view = edition.view
    for name, documents in grouped(view.documents.values(), lambda each: each.publisher).items():
        if name:
            yield _department(view, name, documents)


def _department(view: View, name: str, documents: list[Disclosure]) -> Row:
    subjects = [subject for document in documents for subject in view.of_document(document.iri)]
    told = clarity(indicator for subject in subjects for indicator in subject.indicators)
    budgets = [subject.budget for subject in subjects if subject.budget is not None]
    years = sorted({document.year for document in documents if document.year})
    return _of_document(documents[-1]) | {
        "publisher": name,
        "years": "、".join(map(str, years)),
        "year": tuple(map(str, years)),
        "documents": len(documents),
        "projects": sum(not subject.is_department for subject in subjects),
        "budget_yuan": sum(budgets) if budgets else None,
        "indicators": sum(len(subject.indicators) for subject in subjects),
        "unclear": told.unclear,
        "judged": told.judged,
        "unclear_percent": told.percent,
        "findings": sum(len(view.findings_in(document.iri)) for document in documents),
        "address": documents[0].organisation,
    }


def _of_document(document: Disclosure) -> Row:
    return {
        "publisher": document.publisher,
        "year": document.year,
        "region": document.region,
        "place_names": places(document),
        "source": document.source,
        "sha256": document.sha256,
    }


NO_DOCUMENT: Row = dict.fromkeys(("publisher", "year", "region", "place_names", "source", "sha256"))


UNREVIEWED = "none"
"""The choice that means findings of which no reviewer has said anything yet."""
REVIEWED = {"confirm": "认可", "reject": "否定", UNREVIEWED: "未复核"}
"""What a reviewer can say of a finding, in words."""
INDICATOR = (
    *("name", "level1", "level2", "description", "printed", "kind", "comparator", "number", "number2", "unit"),
    *("weight", "basis", "prior", "actual", "score"),
)
FINDING = ("rule", "severity", "certainty", "project", "indicator", "found", "expected", "id", "address")
ORIGIN = {"publisher": "部门", "year": "年度", "region": "地区", "source": "文件", "sha256": "文件的 SHA-256"}
"""The columns by which every row says where it is from."""
ADDRESS = {"address": "永久地址"}

REGISTERS: Mapping[str, Register] = {
    each.name: each
    for each in (
        Register(
            name="documents",
            title="文件",
            sentence="读进来的每一份公开文件：读出了什么，还有什么没有读懂。",
            hint="部门、年份、文件名",
            columns={
                "title": "文件",
                "publisher": "部门",
                "year": "年度",
                "region": "地区",
                "source": "文件名",
                "format": "格式",
                "kind": "种类",
                "total_yuan": "支出总计（元）",
                "subjects": "项目与部门",
                "indicators": "指标",
                "unclear": "无从核对",
                "findings": "发现",
                "coverage": "读懂的比例",
                "leftovers": "没有读懂",
                "url": "取自网址",
                "retrieved": "取得时间（UTC）",
                "sha256": "SHA-256",
            }
            | ADDRESS,
            rows=document_rows,
            hit=("title", "publisher", "year"),
            facets={
                "year": YEAR,
                "region": REGION,
                "publisher": PUBLISHER,
                "kind": Facet("种类", name=_code("document-kind")),
                "format": Facet("格式"),
            },
            bounds={"total_yuan": "支出总计"},
        ),
        Register(
            name="departments",
            title="部门",
            sentence="每个部门一行：它的全部文件合起来，钱有多少，目标写得清不清楚。",
            hint="部门名称、地区",
            columns={
                "publisher": "部门",
                "region": "地区",
                "years": "年度",
                "documents": "文件",
                "projects": "项目",
                "budget_yuan": "项目预算（元）",
                "indicators": "指标",
                "unclear": "无从核对",
                "judged": "未涉密指标",
                "unclear_percent": "无从核对占比（%）",
                "findings": "发现",
            }
            | ADDRESS,
            rows=department_rows,
            hit=("publisher", "region", "years"),
            facets={"year": YEAR, "region": REGION},
            bounds={"budget_yuan": "项目预算"},
        ),
        Register(
            name="projects",
            title="项目",
            sentence="每个项目一行：预算表给了多少钱，绩效目标表写了多少钱、多少指标，有什么问题。",
            hint="项目名称、代码、部门",
            columns={
                "name": "项目",
                "scope": "类型",
                "code": "代码",
                "unit": "单位",
                "budget_yuan": "预算表（元）",
                "stated_yuan": "绩效表（元）",
                "indicators": "指标",
                "unclear": "无从核对",
                "findings": "发现",
            }
            | ORIGIN
            | ADDRESS,
            rows=project_rows,
            hit=("name", "publisher", "year"),
            facets={
                "year": YEAR,
                "region": REGION,
                "publisher": PUBLISHER,
                "scope": Facet("类型", name=_scope),
                "has": Facet("情况", name=_condition),
                "money": Facet("资金来源", "money_from", _source),
                "rule": RULE,
                "document": DOCUMENT,
            },
            bounds={"budget_yuan": "预算"},
        ),
        Register(
            name="indicators",
            title="指标",
            sentence="每条指标一行：考核什么，要做到多少，这个目标能不能核对。",
            hint="指标、目标值、项目",
            columns={
                "name": "指标",
                "level1": "一级指标",
                "level2": "二级指标",
                "description": "说明",
                "printed": "目标值",
                "kind": "类别",
                "comparator": "比较符",
                "number": "数值",
                "number2": "数值上限",
                "unit": "计量单位",
                "weight": "分值",
                "basis": "依据",
                "prior": "上年",
                "actual": "实际完成",
                "score": "得分",
                "project": "项目",
                "findings": "发现",
            }
            | ORIGIN
            | ADDRESS,
            rows=indicator_rows,
            hit=("name", "printed", "project", "publisher", "year"),
            facets={
                "kind": Facet("目标值写成了什么", "kinds", _kind),
                "year": YEAR,
                "region": REGION,
                "publisher": PUBLISHER,
                "level1": Facet("一级指标"),
                "level2": Facet("二级指标"),
                "unit": Facet("计量单位"),
                "rule": RULE,
                "document": DOCUMENT,
            },
        ),
        Register(
            name="findings",
            title="发现",
            sentence="规则对记录的质疑。“确定”的由数字和文字本身就能说明；“可能”的要人来判断。",
            hint="项目、指标、写的是什么",
            columns={
                "title": "规则",
                "rule": "规则代号",
                "severity": "严重程度",
                "certainty": "把握",
                "project": "项目",
                "indicator": "指标",
                "found": "写的是",
                "expected": "对照",
                "money_yuan": "项目的钱（元）",
                "page": "页",
                "line": "行",
                "row": "表中行",
                "column": "表中列",
                "id": "编号",
                "verdict": "复核",
                "who": "复核人",
                "why": "复核理由",
            }
            | ORIGIN
            | ADDRESS,
            rows=finding_rows,
            hit=("title", "indicator", "found", "project", "publisher", "year"),
            reviewed=True,
            facets={
                "rule": RULE,
                "certainty": Facet("把握", name=_code("certainty")),
                "verdict": Facet("复核", "reviewed", _verdict),
                "severity": Facet("严重程度", name=_code("severity")),
                "year": YEAR,
                "region": REGION,
                "publisher": PUBLISHER,
                "document": DOCUMENT,
            },
            bounds={"money_yuan": "项目的钱"},
        ),
    )
}
