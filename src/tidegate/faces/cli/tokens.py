"""The command `tidegate tokens`: API tokens of the person that the command acts as."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Scope
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import moment
from tidegate.instance.opening import open_instance

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

app = typer.Typer(help="API tokens of the person named by --as.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def tokens(
    context: typer.Context,
    ended: Annotated[bool, typer.Option("--ended", help="Those that are no more, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the API tokens of the person named by --as; everybody sees their own alone."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.parties.queries.lists import list_tokens

    rows = list_tokens(_person(), at=timezone.now(), ended=ended)
    if as_json:
        print_json({"rows": [asdict(row) for row in rows]})
        return
    screens.show_table(
        "",
        ["token", "for", "may", "good for", "until", "last used", "state"],
        [
            [
                row.key,
                screens.safe(row.name),
                " ".join(row.scopes),
                row.organisation or "all",
                moment(row.expires_at),
                moment(row.last_used_at) if row.last_used_at else "never",
                "revoked" if row.revoked_at else "",
            ]
            for row in rows
        ],
    )


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    scope: Annotated[
        list[Scope], typer.Option("--scope", help="What it may do; may be given again.")
    ],
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="Good for this one alone.")
    ] = "",
    days: Annotated[int, typer.Option("--days", metavar="N", help="At most 365.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Make a token; its secret is printed this once."""
    open_instance()
    from tidegate.desks.parties.services.tokens import create_token

    made = create_token(
        _person(), name, scope, organisation=organisation, days=days, at=timezone.now()
    )
    if as_json:
        print_json(
            {"token": made.token.key, "secret": made.secret, "expires": made.token.expires_at}
        )
    else:
        screens.OUT.print(made.secret, highlight=False, markup=False, soft_wrap=True)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="Such as T-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """End a token, now."""
    open_instance()
    from tidegate.desks.parties.services.tokens import revoke_token

    token = revoke_token(_person(), key, at=timezone.now())
    if as_json:
        print_json({"token": token.key, "revoked": True})
    else:
        screens.OUT.print(f"{token.key} does not sign in any more", highlight=False)


def _person() -> Actor:
    found = actor()
    if found.person is None:
        raise typer.BadParameter(
            "a token is a person's; say whose: tidegate --as name@example.org tokens"
        )
    return found
