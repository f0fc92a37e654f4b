"""The commands `tidegate inbox` and `tidegate board`: what waits, and cases by state and age."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from django.utils import timezone

from tidegate.faces.cli import coordination_shown as shown
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (inbox, board):
        app.command()(command)


def inbox(as_json: AsJson = False) -> None:
    """List what waits for the person named by --as; what is due first comes first."""
    open_instance()
    from tidegate.desks.cases.queries import inbox as queries

    items = queries.inbox(actor(), at=timezone.now())
    if as_json:
        print_json({"rows": [asdict(item) for item in items]})
    else:
        shown.show_inbox(items)


def board(
    column: Annotated[
        str, typer.Option("--column", metavar="STATE", help="This one alone, such as active.")
    ] = "",
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="Part of a title or package, or a key.")
    ] = "",
    label: Annotated[str, typer.Option("--label", metavar="LABEL", help="Such as TLP:RED.")] = "",
    severity: Annotated[str, typer.Option("--severity", metavar="S")] = "",
    due: Annotated[
        str, typer.Option("--due", metavar="WHEN", help="overdue, day or week: its next date.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=200, help="Cards of a column.")
    ] = 25,
    as_json: AsJson = False,
) -> None:
    """Show cases by where their coordination is, the oldest first."""
    open_instance()
    from tidegate.desks.cases.queries import board as queries

    who, now = actor(), timezone.now()
    narrowed = queries.BoardFilter(text=search, tlp=label, severity=severity, due=due)
    if column:
        columns = [queries.column(who, column, narrowed, at=now, most=limit)]
    else:
        columns = list(queries.board(who, narrowed, at=now, most=limit))
    if as_json:
        print_json({"columns": [_document(asdict(one)) for one in columns]})
    else:
        shown.show_board(columns)


def _document(column: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the cards what follows from their dates."""
    cards = [{name: card[name] for name in card if name != "age"} for card in column["cards"]]
    return {**column, "cards": cards}
