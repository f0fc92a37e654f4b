"""The command `tidegate organisations`: listed, opened, described, and their own sign-in."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.desks.access.words import OrganisationKind
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import instance_address, is_terminal, state, tell
from tidegate.instance.opening import open_instance

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Kinds = Annotated[
    list[OrganisationKind], typer.Option("--kind", help="What it is; may be given again.")
]
AgencyScope = Annotated[str, typer.Option("--scope", metavar="S", help="Of an agency.")]

app = typer.Typer(help="Organisations.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def organisations(context: typer.Context, as_json: AsJson = False) -> None:
    """List organisations."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.parties.queries.lists import list_organisations

    rows = list_organisations(actor())
    if as_json:
        print_json({"rows": [asdict(row) for row in rows]})
        return
    screens.show_table(
        "",
        ["organisation", "name", "is", "people", "cases a week", "state"],
        [
            [
                row.key,
                screens.safe(row.name),
                " ".join([*row.kinds, row.scope]).strip(),
                str(row.members),
                "" if row.cases_a_week is None else str(row.cases_a_week),
                state(row.suspended_at),
            ]
            for row in rows
        ],
    )


@app.command("open")
def open_one(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    kind: Kinds,
    scope: AgencyScope = "",
    as_json: AsJson = False,
) -> None:
    """Open an organisation."""
    open_instance()
    from tidegate.desks.parties.services.organisations import open_organisation

    made = open_organisation(actor(), name, kind, scope=scope, at=timezone.now())
    tell({"organisation": made.key, "name": made.name}, f"{made.key} is open", as_json=as_json)


@app.command("change")
def change(
    key: Annotated[str, typer.Argument(metavar="ID")],
    kind: Kinds,
    scope: AgencyScope = "",
    as_json: AsJson = False,
) -> None:
    """Say anew what an organisation is."""
    open_instance()
    from tidegate.desks.parties.services.organisations import change_kinds

    made = change_kinds(actor(), key, kind, scope=scope, at=timezone.now())
    told = f"{made.key} is {', '.join(made.kinds)} now"
    tell({"organisation": made.key, "kinds": made.kinds}, told, as_json=as_json)


@app.command("provider")
def provider(
    key: Annotated[str, typer.Argument(metavar="ID")],
    issuer: Annotated[str, typer.Option("--issuer", metavar="URL")] = "",
    client_id: Annotated[str, typer.Option("--client", metavar="ID")] = "",
    domain: Annotated[
        list[str], typer.Option("--domain", help="Whose addresses it speaks for; may be repeated.")
    ] = [],  # noqa: B006 - typer's way of an empty list
    remove: Annotated[bool, typer.Option("--remove", help="Take it away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set an organisation's own OpenID Connect provider; its secret is read from stdin."""
    open_instance()
    from tidegate.desks.parties.services.providers import remove_provider, set_provider

    if remove:
        remove_provider(actor(), key, at=timezone.now())
        tell({"organisation": key, "provider": None}, "its provider is gone", as_json=as_json)
        return
    if is_terminal():
        secret = typer.prompt("The client's secret", hide_input=True)
    else:
        secret = sys.stdin.readline().strip()
    app = set_provider(
        actor(),
        key,
        issuer=issuer,
        client_id=client_id,
        secret=secret,
        domains=domain,
        at=timezone.now(),
    )
    callback = f"{instance_address()}/account/provider/{app.provider_id}/login/callback/"
    said = {"organisation": app.provider_id, "issuer": issuer, "callback": callback}
    tell(said, f"tell the provider to lead back to {callback}", as_json=as_json)
