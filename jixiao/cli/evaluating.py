"""The command evaluate: how well the rules judge, against readings by hand or against planted defects."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.asking import Form, named_columns, put
from jixiao.cli.options import HERE, Kg, Output, Rows, destination, knowledge_graph, progress, say
from jixiao.cli.reviewing import reviews_of
from jixiao.errors import BadInputError
from jixiao.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.records import Document
    from jixiao.samples import Sample
    from jixiao.tables import Cell
    from queries.evaluation import Disagreement, Gold, Score

FIGURES = ("name", "gold", "findings", "hit", "precision", "recall", "f1")
BOUNDS = tuple(f"{measure}_{end}" for measure in FIGURES[4:] for end in ("low", "high"))
POOLED = ("all", "certain", "possible", "unclear", "vague", "keywords", "no_digit", "reviewed")
DISAGREED = ("side", "rule", "certainty", "source", "page", "line", "project", "indicator", "printed")


@app.command(cls=Command, help=text("help.evaluate"))
def evaluate(  # noqa: PLR0913 - one parameter an option
    gold: Annotated[list[Path] | None, typer.Argument(metavar="GOLD...", help=text("help.gold"))] = None,
    *,
    records: Annotated[Path | None, typer.Option("--records", metavar="FILE", help=text("help.records"))] = None,
    samples: Annotated[int, typer.Option("--samples", metavar="N", min=0, help=text("help.evaluate_samples"))] = 0,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help=text("help.only_rule"))] = None,
    disagreements: Annotated[bool, typer.Option("--disagreements", help=text("help.disagreements"))] = False,
    form: Form = Rows.table,
    output: Output = None,
    kg: Kg = HERE,
) -> None:
    """Scores the findings of the live snapshot, of records, or of samples against what is known to be there."""
    if gold and samples:
        raise BadInputError(text("evaluate.what"))
    scored, differing = by_gold(gold, records, kg) if gold else by_samples(samples, rule) if samples else ([], [])
    if not records and not samples:
        scored += by_reviews(kg)
    if not scored:
        raise BadInputError(text("evaluate.what"))
    if form == Rows.json:
        put_json(scored, differing, output)
        return
    if not disagreements:
        columns = FIGURES if form == Rows.table else (*FIGURES, *BOUNDS)
        put_rows([_figures(each, form) for each in scored], columns, form, output)
    if disagreements or (form == Rows.table and output is None):
        put_rows([_disagreed(each, form) for each in differing], DISAGREED, form, output)


def by_gold(paths: Sequence[Path], records: Path | None, kg: Path) -> tuple[list[Score], list[Disagreement]]:
    """The figures and disagreements on documents that were read by hand."""
    from queries.evaluation import Evaluation, gold_files, read_gold  # noqa: PLC0415

    gold = [read_gold(path) for path in gold_files(paths)]
    read, findings = of_records(records) if records else of_snapshot(kg)
    for each in gold:
        if each.source not in read:
            say(text("evaluate.unread", source=each.source))
    evaluation = Evaluation(gold, findings)
    sum_up(gold, evaluation.searched)
    figures = [*evaluation.rules(), *evaluation.pooled(), evaluation.unclear(), *evaluation.vagueness()]
    return figures, evaluation.disagreements()


def of_snapshot(kg: Path) -> tuple[set[str], list[dict[str, Any]]]:
    """The names of the files in the live snapshot, and its findings."""
    snapshot = knowledge_graph(kg).live()
    return {each["source"] for each in snapshot.manifest["documents"]}, snapshot.findings()


def of_records(path: Path) -> tuple[set[str], list[dict[str, Any]]]:
    """The names of the files whose records stand in a file, and what the rules find in these.

    Raises:
        BadInputError: the file is not there, or a line of it is no record.
    """
    from ingest.errors import MalformedRecordError  # noqa: PLC0415
    from ingest.interchange import from_json  # noqa: PLC0415

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        documents = [from_json(line) for line in lines if line.strip()]
    except MalformedRecordError as error:
        raise BadInputError(text("evaluate.bad_record", path=path, cause=error)) from error
    except UnicodeDecodeError:
        raise BadInputError(text("error.not_utf8", path=path)) from None
    return {each.source for each in documents}, judged(documents)


class Bench:
    """Where documents are judged one after the other; what does not come from documents is loaded once."""

    def __init__(self) -> None:
        from pyoxigraph import Store  # noqa: PLC0415

        from graph.store import fill  # noqa: PLC0415
        from queries import concepts  # noqa: PLC0415
        from queries.library import rules  # noqa: PLC0415

        self.rules = rules()
        self.store = Store()
        fill(self.store, (), concepts.triples(self.rules.values()))
        self.lasting = set(self.store.named_graphs())

    def judged(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        """What the rules find in records, as plain data."""
        from graph.addresses import document_address, told_apart  # noqa: PLC0415
        from graph.mapping import triples  # noqa: PLC0415
        from graph.store import derive  # noqa: PLC0415
        from ontology.terms import BASE  # noqa: PLC0415
        from queries import judge  # noqa: PLC0415
        from queries.derivations import derived  # noqa: PLC0415

        for graph in set(self.store.named_graphs()) - self.lasting:
            self.store.remove_graph(graph)
        addresses = [document_address(each, BASE) for each in documents]
        for each, address in zip(documents, addresses, strict=True):
            shared = addresses.count(address) > 1
            self.store.bulk_extend(triples(each, BASE, told_apart(address, each) if shared else address))
        derive(self.store, derived)
        return [each.to_dict() for each in judge.findings(judge.run(self.rules, self.store))]


def judged(documents: Sequence[Document]) -> list[dict[str, Any]]:
    """What the rules find in records, as plain data."""
    return Bench().judged(documents)


def by_reviews(kg: Path) -> list[Score]:
    """The precision by the verdicts of researchers, of each rule and of all; how much was missed they cannot tell."""
    from graph.reviews import counted  # noqa: PLC0415
    from queries.evaluation import Score  # noqa: PLC0415

    counts = counted(knowledge_graph(kg).live().findings(), reviews_of(kg))
    rules = [Score(f"reviewed {rule}", 0, every, right) for rule, (right, every) in counts.items()]
    whole = Score("reviewed", 0, sum(each.found for each in rules), sum(each.hit for each in rules))
    return [*rules, whole] if rules else []


def by_samples(count: int, only: Sequence[str] | None = None) -> tuple[list[Score], list[Disagreement]]:
    """The figures and disagreements on so many planted defects of each rule, or of some rules only.

    Each defect is planted alone in an otherwise sound document, which is printed, read back and judged by all rules.

    Raises:
        BadInputError: there is no such rule.
    """
    from jixiao.samples import DEFECTS  # noqa: PLC0415
    from queries.evaluation import Evaluation  # noqa: PLC0415

    gold: list[Gold] = []
    findings: list[dict[str, Any]] = []
    rules = only or sorted(DEFECTS)
    for unknown in set(rules) - set(DEFECTS):
        raise BadInputError(text("evaluate.no_rule", rule=unknown))
    bench = Bench()
    with progress(text("evaluate.samples"), len(rules)) as step:
        for number, rule in enumerate(rules, 1):
            wanted, found = one_rule(rule, count, bench)
            gold += wanted
            findings += found
            step(text("evaluate.planted", number=number, count=len(rules), rule=rule, found=len(found)))
    evaluation = Evaluation(gold, findings)
    return [*evaluation.rules(), *evaluation.pooled()], evaluation.disagreements()


def one_rule(rule: str, count: int, bench: Bench) -> tuple[list[Gold], list[dict[str, Any]]]:
    """What was planted for a rule in so many samples, and what all rules find in what is read back from them."""
    from jixiao.samples import planted  # noqa: PLC0415
    from queries.evaluation import Anomaly, Gold  # noqa: PLC0415

    gold: list[Gold] = []
    findings: list[dict[str, Any]] = []
    for seed in range(count):
        sample = planted(seed, rule)
        anomalies = tuple(Anomaly(each.rule, each.project, each.indicator) for each in sample.planted)
        gold.append(Gold(sample.name, (), anomalies))
        findings += bench.judged(read_back((sample, *sample.beside)))
    return gold, findings


def read_back(samples: Iterable[Sample]) -> list[Document]:
    """What is read from samples."""
    from ingest import read  # noqa: PLC0415

    documents = []
    with TemporaryDirectory(prefix="jixiao-") as folder:
        for sample in samples:
            path = Path(folder) / sample.name
            path.write_bytes(sample.data)
            documents.append(read(path))
    return documents


def sum_up(gold: Sequence[Gold], searched: set[str]) -> None:
    """Says on standard error what was compared and how."""
    rows = sum(len(form.indicators) for each in gold for form in each.targets)
    say(text("evaluate.compared", documents=len(gold), searched=len(searched), rows=rows))
    say(text("evaluate.method"))


def put_rows(rows: Iterable[Mapping[str, Cell]], columns: Sequence[str], form: Rows, output: Path | None) -> None:
    """Writes rows under their columns."""
    from jixiao.tables import table  # noqa: PLC0415

    put(named_columns(table(rows, columns), form), form, output)


def put_json(scored: Sequence[Score], differing: Sequence[Disagreement], output: Path | None) -> None:
    """Writes figures and disagreements as one object."""
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    data = {"scores": [each.to_dict() for each in scored], "disagreements": [asdict(each) for each in differing]}
    with destination(output) as stream:
        json.dump(data, stream, ensure_ascii=False, indent=1)
        stream.write("\n")


def _figures(each: Score, form: Rows) -> dict[str, Cell]:
    """A score as a row; in a table for people, measures with their intervals in percent."""
    data = each.to_dict()
    if form != Rows.table:
        return data
    shown = {measure: _share(data, measure) for measure in FIGURES[4:]}
    return data | shown | {"name": _called(each.name)}


def _share(data: Mapping[str, Any], measure: str) -> str:
    if data[measure] is None:
        return ""
    low, high = data[f"{measure}_low"], data[f"{measure}_high"]
    return f"{data[measure]:.1%} ({low:.1%}–{high:.1%})"


def _called(name: str) -> str:
    """A figure that is no rule's by its name in the user's language."""
    first, _, rule = name.partition(" ")
    return " ".join(filter(None, (text(f"table.{first}"), rule))) if first in POOLED else name


def _disagreed(each: Disagreement, form: Rows) -> dict[str, Cell]:
    side = "missed" if each.missed else "unasked"
    certainty = each.certainty
    if form == Rows.table:
        side = text(f"table.{side}")
        certainty = certainty and text(f"table.{certainty}")
    names = ("rule", "source", "page", "line", "project", "indicator", "printed")
    return {name: getattr(each, name) for name in names} | {"side": side, "certainty": certainty}
