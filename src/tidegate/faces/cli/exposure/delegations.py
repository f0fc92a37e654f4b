"""`tidegate delegations`: a provider acts for an operator, until either side ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure import given
from tidegate.faces.cli.exposure.documents import nothing, print_data, table, tell
from tidegate.faces.cli.exposure.given import AsJson, Organisation
from tidegate.faces.cli.given import moment as instant
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.delegations import DelegationRow

app = typer.Typer(help="Which provider acts for which operator.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def index(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell which provider acts for which operator; alone it lists that, what is in force first."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.exposure.queries.delegations import list_delegations

    rows = list_delegations(actor(), at=timezone.now())
    if as_json:
        print_data({"rows": rows})
    else:
        _show(rows)


@app.command()
def give(
    provider: Annotated[
        str, typer.Argument(metavar="PROVIDER", help="Its key, such as O-7K3M9-Q2X4D.")
    ],
    until: Annotated[
        str, typer.Option("--until", metavar="INSTANT", help="Until it is ended, if left out.")
    ] = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Let a provider hand in what an operator runs, read what it is exposed to, and answer it."""
    open_instance()
    from tidegate.desks.exposure.services.delegating import delegate

    who = actor()
    row = delegate(
        who,
        given.operator(who, organisation),
        provider,
        until=instant(until, "--until"),
        at=timezone.now(),
    )
    ends = f" until {moment(row.until)}" if row.until else f"; tidegate delegations end {row.key}"
    tell(
        {"delegation": row.key, "provider": row.provider.key, "until": row.until},
        f"{row.key}: {row.provider.name} acts for {row.organisation.name}{ends}",
        as_json=as_json,
    )


@app.command()
def end(
    delegation: Annotated[str, typer.Argument(metavar="DELEGATION", help="Such as J-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """End a delegation at once; the provider's people have nothing of the operator's any more."""
    open_instance()
    from tidegate.desks.exposure.services.delegating import end_delegation

    row = end_delegation(actor(), delegation, at=timezone.now())
    told = {"delegation": row.key, "ended_at": row.ended_at}
    tell(told, f"{row.key} is over", as_json=as_json)


def _show(rows: Sequence[DelegationRow]) -> None:
    if not rows:
        nothing(
            "No delegations. An operator's administrator lets a provider act for it:\n"
            "tidegate delegations give PROVIDER"
        )
        return
    table(
        "",
        ["delegation", "operator", "provider", "given", "by", "until", ""],
        [
            [
                row.key,
                safe(f"{row.organisation_name} {row.organisation}"),
                safe(f"{row.provider_name} {row.provider}"),
                moment(row.given_at),
                safe(row.given_by),
                moment(row.until) or "it is ended",
                f"over {moment(row.ended_at)}" if row.ended_at else "in force",
            ]
            for row in rows
        ],
        "",
    )
