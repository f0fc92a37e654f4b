"""The commands of forensic triage: evidence is logged before anything is patched, then decided."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given, shown_triage
from tidegate.faces.cli.exposure.documents import print_data, tell, write_out
from tidegate.faces.cli.exposure.given import AsJson, Because, Exposure
from tidegate.faces.cli.given import moment
from tidegate.instance.opening import open_instance


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of exposures."""
    for command in (triage, collect, take_back_item, decide_triage):
        app.command()(command)


def triage(
    exposure: Exposure,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="The log alone, as it is handed to an authority.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the forensic triage of an exposure: its steps, its log, what it has come to."""
    open_instance()
    from tidegate.desks.exposure.queries import triage as queries

    who, now = actor(), timezone.now()
    if as_csv:
        write_out(queries.triage_log(who, exposure, at=now))
        return
    found = queries.triage_page(who, exposure, at=now)
    if as_json:
        print_data(found)
    else:
        shown_triage.show_log(found, exposure)


def collect(
    exposure: Exposure,
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="What was collected, such as a memory image.")
    ],
    system: Annotated[str, typer.Option("--system", metavar="NAME", help="From which system.")],
    collector: Annotated[
        str, typer.Option("--collector", metavar="NAME", help="Who collected it, by name.")
    ],
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When it was; now if left out.")
    ] = "",
    sha256: Annotated[str, typer.Option("--sha256", metavar="HEX", help="Of the evidence.")] = "",
    words: Annotated[str, typer.Option("--words", metavar="TEXT", help="What else is said.")] = "",
    as_json: AsJson = False,
) -> None:
    """Log a piece of evidence; a line is never changed, and can be taken back."""
    open_instance()
    from tidegate.desks.exposure.services import triage as services

    now = timezone.now()
    row = services.collect(
        actor(),
        exposure,
        item,
        system,
        given.past(at, "--at", at=now),
        collector,
        sha256=sha256,
        words=words,
        at=now,
    )
    number = services.number_of(row)
    told = {"line": number, "item": row.item, "collected_at": row.collected_at}
    tell(told, f"line {number} of the log: {row.item}", as_json=as_json)


def take_back_item(
    exposure: Exposure,
    number: Annotated[int, typer.Argument(metavar="LINE", min=1, help="Of the log.")],
    as_json: AsJson = False,
) -> None:
    """Take back a line of the log; it stays where it stands, and does not count."""
    open_instance()
    from tidegate.desks.exposure.services import triage as services

    row = services.take_back_item(actor(), exposure, number, at=timezone.now())
    told = {"line": number, "taken_back_at": row.taken_back_at}
    tell(told, f"line {number} of the log is taken back", as_json=as_json)


def decide_triage(
    exposure: Exposure,
    outcome: Annotated[
        str, typer.Argument(metavar="OUTCOME", help="no-evidence, suspected or confirmed.")
    ],
    because: Because,
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When it was; now if left out.")
    ] = "",
    reported_at: Annotated[
        str,
        typer.Option("--reported-at", metavar="INSTANT", help="Of what is confirmed."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Put on record what forensic triage has come to; it replaces what was decided before."""
    open_instance()
    from tidegate.desks.exposure.services import triage as services

    now = timezone.now()
    row = services.decide_triage(
        actor(),
        exposure,
        outcome,
        because,
        decided_at=given.past(at, "--at", at=now),
        reported_at=moment(reported_at, "--reported-at"),
        at=now,
    )
    told = {name: getattr(row, name) for name in ("outcome", "decided_at", "reported_at")}
    report = "" if row.outcome != "confirmed" or row.reported_at else "it is to be reported"
    tell(told, f"it is decided: {row.outcome}", report, as_json=as_json)
