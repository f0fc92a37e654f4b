"""The commands of grants: asked for, issued, taken up, ended."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from django.utils import timezone

from tidegate.faces.cli import given as instants
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_access
from tidegate.faces.cli.reviews.documents import tell, tell_row
from tidegate.faces.cli.reviews.given import AsJson, Engagement, Grant, MaybeReason
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidegate.desks.reviews.models import Grant as GrantRow

Purpose = Annotated[
    str, typer.Option("--purpose", metavar="TEXT", help="One of the terms', word for word.")
]
Endpoints = Annotated[
    list[str], typer.Option("--endpoint", metavar="NAME", help="May be given again.")
]
Operations = Annotated[
    list[str],
    typer.Option(
        "--operation", metavar="WORD", help="chat, responses or messages; may be given again."
    ),
]
Rate = Annotated[int, typer.Option("--calls-a-minute", metavar="N", min=1, help="At most.")]
Tokens = Annotated[
    int | None, typer.Option("--tokens", metavar="N", min=1, help="In and out; no bound without.")
]
Hours = Annotated[
    str, typer.Option("--hours", metavar="HH:MM-HH:MM", help="At which times of day.")
]
Zone = Annotated[
    str, typer.Option("--zone", metavar="NAME", help="Of these times, as America/New_York.")
]
Days = Annotated[
    list[int] | None,
    typer.Option("--day", min=0, max=6, help="0 is Monday; may be given again."),
]
Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", metavar="NETWORK", help="Such as 192.0.2.0/24; the terms' if none."),
]
ForPerson = Annotated[
    str, typer.Option("--person", metavar="ID", help="Who will hold it; you, if left out.")
]
Since = Annotated[str, typer.Option("--from", metavar="INSTANT", help="Now if left out.")]
Until = Annotated[
    str, typer.Option("--until", metavar="INSTANT", help="Such as 2026-11-30T12:00:00Z.")
]

_GRANT: Final = (
    "purpose", "endpoints", "operations", "calls_a_minute", "tokens", "begins_at", "ends_at",
    "break_glass", "asked_at", "issued_at", "taken_up_at", "ended_at",
)  # fmt: skip

app = typer.Typer(
    help="One person, one purpose, one scope, an end.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_them(
    engagement: Annotated[
        str, typer.Option("--engagement", metavar="ID", help="Of this one alone.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the grants that you may read, the newest first."""
    open_instance()
    from tidegate.desks.reviews.queries.grants import list_grants

    rows = list_grants(given.person(), engagement=engagement, at=timezone.now())
    if as_json:
        print_json({"rows": as_data(rows)})
    else:
        shown_access.show_grants(rows)


@app.command()
def show(grant: Grant, as_json: AsJson = False) -> None:
    """Show a grant: what it lets through, and the terms that its person works under."""
    open_instance()
    from tidegate.desks.reviews.queries.grants import grant_page

    page = grant_page(given.person(), grant, at=timezone.now())
    if as_json:
        print_json(as_data(page))
    else:
        shown_access.show_grant(page)


@app.command()
def ask(
    engagement: Engagement,
    purpose: Purpose,
    endpoint: Endpoints,
    operation: Operations,
    until: Until,
    since: Since = "",
    calls_a_minute: Rate = 60,
    tokens: Tokens = None,
    hours: Hours = "",
    zone: Zone = "UTC",
    day: Days = None,
    address: Addresses = None,
    person: ForPerson = "",
    as_json: AsJson = False,
) -> None:
    """Ask for access for one named person; the developer issues it, or does not."""
    scope = _scope(
        purpose, endpoint, operation, since, until, calls_a_minute, tokens, address
    ) | _in_hours(hours, zone, day)
    open_instance()
    from tidegate.desks.reviews.services import grants

    row = grants.ask_for_grant(given.person(), engagement, person, **scope, at=timezone.now())
    _tell_grant(row, f"{row.key} is asked for", as_json=as_json)


@app.command()
def break_glass(
    engagement: Engagement,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; the developer reads it.")
    ],
    purpose: Purpose,
    endpoint: Endpoints,
    operation: Operations,
    until: Until,
    since: Since = "",
    calls_a_minute: Rate = 60,
    tokens: Tokens = None,
    hours: Hours = "",
    zone: Zone = "UTC",
    day: Days = None,
    address: Addresses = None,
    person: ForPerson = "",
    as_json: AsJson = False,
) -> None:
    """Ask for access that cannot wait, where the terms have it; somebody else seconds it."""
    scope = _scope(
        purpose, endpoint, operation, since, until, calls_a_minute, tokens, address
    ) | _in_hours(hours, zone, day)
    open_instance()
    from tidegate.desks.reviews.services.break_glass import ask_break_glass

    row = ask_break_glass(
        given.person(), engagement, person, reason=reason, **scope, at=timezone.now()
    )
    _tell_grant(row, f"{row.key} waits for a second person", as_json=as_json)


@app.command()
def second(grant: Grant, as_json: AsJson = False) -> None:
    """Second break-glass access that somebody else asked for; the developer is told at once."""
    open_instance()
    from tidegate.desks.reviews.services.break_glass import second_break_glass

    row = second_break_glass(given.person(), grant, at=timezone.now())
    _tell_grant(row, f"{row.key} is issued, and the developer is told", as_json=as_json)


@app.command()
def issue(
    grant: Grant,
    since: Annotated[
        str, typer.Option("--from", metavar="INSTANT", help="Later than was asked for.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="INSTANT", help="Sooner than was asked for.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Issue a grant that was asked for; for the developer."""
    open_instance()
    from tidegate.desks.reviews.services import grants

    row = grants.issue_grant(
        given.person(),
        grant,
        begins_at=instants.moment(since, "--from"),
        ends_at=instants.moment(until, "--until"),
        at=timezone.now(),
    )
    _tell_grant(row, f"{row.key} is issued", as_json=as_json)


@app.command()
def decline(grant: Grant, reason: MaybeReason = "", as_json: AsJson = False) -> None:
    """Decline a grant that was asked for; for the developer, who needs no reason."""
    open_instance()
    from tidegate.desks.reviews.services import grants

    row = grants.decline_grant(given.person(), grant, why=reason, at=timezone.now())
    _tell_grant(row, f"{row.key} is declined", as_json=as_json)


@app.command()
def take_up(
    grant: Grant,
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key", metavar="FILE", help="A JSON Web Key, where calls are proven."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take up your own grant; its secret is printed this once, and replaces the one before."""
    key = _public_key(public_key) if public_key else None
    open_instance()
    from tidegate.desks.reviews.services import grants

    secret = grants.take_up(given.person(), grant, public_key=key, at=timezone.now())
    tell({"grant": grant, "secret": secret}, secret, as_json=as_json)


@app.command()
def revoke(grant: Grant, reason: MaybeReason = "", as_json: AsJson = False) -> None:
    """End a grant for good, at once, or give back your own; streams that run are cut."""
    open_instance()
    from tidegate.desks.reviews.services import grants

    row = grants.revoke_grant(given.person(), grant, why=reason, at=timezone.now())
    _tell_grant(row, f"{row.key} has ended", as_json=as_json)


def _scope(
    purpose: str,
    endpoints: list[str],
    operations: list[str],
    since: str,
    until: str,
    calls_a_minute: int,
    tokens: int | None,
    addresses: list[str] | None,
) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "endpoints": endpoints,
        "operations": operations,
        "calls_a_minute": calls_a_minute,
        "tokens": tokens,
        "addresses": addresses or [],
        "begins_at": instants.moment(since, "--from") or timezone.now(),
        "ends_at": given.instant(until, "--until"),
    }


def _in_hours(hours: str, zone: str, days: list[int] | None) -> dict[str, Any]:
    from tidegate.desks.reviews.states.grants import Hours as InHours

    if not hours and not days:
        return {"hours": None}
    begins, dash, until = (hours or "00:00-00:00").partition("-")
    try:
        times = time.fromisoformat(begins), time.fromisoformat(until)
    except ValueError:
        dash = ""
    if not dash:
        raise typer.BadParameter(f"--hours {hours[:40]!r} are none; write them as 09:00-17:00")
    return {"hours": InHours(zone, *times, frozenset(range(7) if days is None else days))}


def _public_key(file: Path) -> Mapping[str, Any]:
    try:
        key = json.loads(given.text(file))
    except ValueError:
        key = None
    if not isinstance(key, dict):
        raise typer.BadParameter(f"{file} is no JSON Web Key; it holds one JSON object")
    return key


def _tell_grant(row: GrantRow, sentence: str, *, as_json: bool) -> None:
    who = {"grant": row.key, "person": row.named.person.key}
    tell_row(row, _GRANT, sentence, as_json=as_json, **who)
