"""The command review: what a researcher says of a finding, or of a value that was misread."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jixiao.cli.app import Command, app
from jixiao.cli.options import HERE, Kg, knowledge_graph, say
from jixiao.errors import BadInputError
from jixiao.messages import text

if TYPE_CHECKING:
    from pathlib import Path

    from graph.reviews import Review, Verdict
    from graph.snapshot import Snapshot

WHO_VARIABLE = "JIXIAO_WHO"


@app.command(cls=Command, help=text("help.review"))
def review(  # noqa: PLR0913 - one parameter an option
    about: Annotated[str, typer.Argument(metavar="FINDING", help=text("help.review_about"))],
    *,
    confirm: Annotated[bool, typer.Option("--confirm", help=text("help.review_confirm"))] = False,
    reject: Annotated[bool, typer.Option("--reject", help=text("help.review_reject"))] = False,
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT", help=text("help.review_comment"))] = None,
    value: Annotated[str | None, typer.Option("--value", metavar="VALUE", help=text("help.review_value"))] = None,
    field: Annotated[str, typer.Option("--field", metavar="FIELD", help=text("help.review_field"))] = "value",
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help=text("help.review_why"))] = "",
    who: Annotated[str, typer.Option("--who", metavar="NAME", envvar=WHO_VARIABLE, help=text("help.review_who"))] = "",
    when: Annotated[str | None, typer.Option("--when", metavar="DATE", help=text("help.review_when"))] = None,
    kg: Kg = HERE,
) -> None:
    """Writes down what a researcher says; one verdict at a time."""
    from graph.reviews import FILE, Review, append  # noqa: PLC0415 - loads the store

    given: dict[Verdict, bool] = {
        "confirm": confirm,
        "reject": reject,
        "comment": comment is not None,
        "correct": value is not None,
    }
    asked = [verdict for verdict, is_given in given.items() if is_given]
    if len(asked) != 1:
        raise BadInputError(text("review.one_verdict"))
    verdict = asked[0]
    if not who.strip():
        raise BadInputError(text("review.who"))
    written = Review(
        about=_meant(knowledge_graph(kg).live(), about, verdict),
        field=field if verdict == "correct" else "",
        verdict=verdict,
        value=value or "",
        who=who,
        when=when or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        why=comment or why,
    )
    append(kg, written)
    told = {"path": kg / FILE, "about": written.about}
    say(text("review.corrected", **told) if verdict == "correct" else text("review.written", **told))


def reviews_of(kg: Path) -> list[Review]:
    """The reviews of a knowledge graph; says which lines of their file cannot be used."""
    from graph.reviews import FILE, read  # noqa: PLC0415

    reviews, problems = read(kg)
    for each in problems:
        say(text("review.problem", path=kg / FILE, line=each.line, cause=each.cause))
    return reviews


def _meant(snapshot: Snapshot, about: str, verdict: Verdict) -> str:
    """The address of what is reviewed: of the finding, or of the indicator that is to be corrected.

    Raises:
        BadInputError: the snapshot has no such finding, or no such indicator.
    """
    finding = next((each for each in snapshot.findings() if about in (each["id"], each["address"])), None)
    if verdict != "correct":
        if finding is None:
            raise BadInputError(text("review.no_finding", about=about))
        return str(finding["address"])
    address = str(finding["focus"]) if finding else about
    if not _is_indicator(snapshot, address):
        raise BadInputError(text("review.no_indicator", about=about))
    return address


def _is_indicator(snapshot: Snapshot, address: str) -> bool:
    from pyoxigraph import NamedNode  # noqa: PLC0415

    from ontology.terms import JX, RDF  # noqa: PLC0415

    try:
        subject = NamedNode(address)
    except ValueError:  # no address at all
        return False
    pattern = (subject, NamedNode(f"{RDF}type"), NamedNode(f"{JX}Indicator"))
    return next(iter(snapshot.store.quads_for_pattern(*pattern)), None) is not None
