"""The command line: each command in few lines, its work in the rooms; heavy imports wait until a command runs."""

from __future__ import annotations

from jixiao.cli import (
    asking,
    checking,
    comparing,
    documenting,
    evaluating,
    exporting,
    intake,
    looking,
    nightly,
    reporting,
    reviewing,
    showing,
    snapshots,
    validating,
    years,
)
from jixiao.cli.app import app

ORDER = (
    showing.demo,
    intake.ingest,
    intake.extract,
    looking.inspect,
    nightly.nightly,
    asking.query,
    asking.queries,
    checking.check,
    asking.rules,
    comparing.compare,
    years.years,
    reviewing.review,
    evaluating.evaluate,
    validating.validate,
    reporting.report,
    documenting.vocabulary,
    showing.serve,
    exporting.export,
)
"""The commands in the order in which people meet them."""

app.registered_commands.sort(key=lambda command: ORDER.index(command.callback))
app.add_typer(snapshots.snapshots)

__all__ = ["app"]
