"""`tidegate update-keys`: an organisation's keys, to which restricted releases are encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import nothing, print_data, table, tell
from tidegate.faces.cli.publications.given import AsJson, Because, Organisation, own_organisation
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.recipients import RecipientRow

Key = Annotated[
    str,
    typer.Argument(metavar="KEY", help="As `tidegate-operator init` or age-keygen prints it."),
]

app = typer.Typer(
    help="Keys of organisations, to which restricted releases are encrypted.",
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def index(
    context: typer.Context,
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="Of this one alone.")
    ] = "",
    revoked: Annotated[
        bool, typer.Option("--revoked", help="Those that are revoked, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep the keys for restricted releases; alone it lists them."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.publications.queries.recipients import list_recipients

    rows = list_recipients(actor(), organisation=organisation, revoked=revoked, at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        _show(rows)


@app.command()
def add(
    key: Key,
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="What it is called at yours.")
    ] = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Register a public age key of an organisation; what goes out later is encrypted to it."""
    open_instance()
    from tidegate.desks.publications.services import recipients

    who = actor()
    of = own_organisation(who, organisation)
    row = recipients.register(who, of, key, name=name, at=timezone.now())
    told = {"organisation": row.organisation.key, "recipient": row.recipient, "name": row.name}
    said = f"{row.recipient} is a key of {row.organisation.name}: restricted releases are for it"
    tell(told, said, as_json=as_json)


@app.command()
def revoke(
    key: Key, because: Because, organisation: Organisation = "", as_json: AsJson = False
) -> None:
    """Revoke a key: what goes out from now on is not for it; what it can open, it can open."""
    open_instance()
    from tidegate.desks.publications.services import recipients

    who = actor()
    of = own_organisation(who, organisation)
    row = recipients.revoke(who, of, key, why=because, at=timezone.now())
    told = {"organisation": row.organisation.key, "recipient": row.recipient}
    tell(told, f"{row.recipient} is revoked", as_json=as_json)


def _show(rows: Sequence[RecipientRow]) -> None:
    if not rows:
        nothing("No key. tidegate-operator init prints one: tidegate update-keys add age1...")
        return
    table(
        "",
        ["key", "of", "name", "since", "by", ""],
        [
            [
                safe(row.recipient),
                safe(row.organisation_name),
                safe(row.name),
                moment(row.added_at),
                safe(row.added_by),
                f"revoked {moment(row.revoked_at)}" if row.revoked_at else "",
            ]
            for row in rows
        ],
        "",
    )
