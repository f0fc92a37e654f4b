"""`tidegate adoption` and `tidegate funnel`: how far fixes have come, in counts and for oneself."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import print_data
from tidegate.faces.cli.publications import shown_adoption as shown
from tidegate.faces.cli.publications.given import AsJson, Identifier, Organisation
from tidegate.instance.opening import open_instance


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (adoption, funnel):
        app.command()(command)


def adoption(
    identifier: Identifier,
    by: Annotated[
        Literal["sector", "scope"] | None,
        typer.Option("--by", help="Grouped so, for coordinators."),
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="How far one has come oneself, asset by asset.")
    ] = False,
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Show how far a published fix has come, from notified to verified, and what is late.

    Coordinators, and vendors of the case, see counts of no fewer than five organisations, coarse
    and a day late; operators see their own with --own. That somebody has not answered does not say
    that they are not affected.
    """
    if own and by:
        raise typer.BadParameter("--own is one operator's; leave --by out")
    open_instance()
    from tidegate.desks.publications.queries.adoption import By, curve
    from tidegate.desks.publications.queries.adoption_own import own_adoption

    who, now = actor(), timezone.now()
    if own:
        mine = own_adoption(who, identifier, organisation=organisation, at=now)
        if as_json:
            print_data(mine)
        else:
            shown.show_own(mine)
        return
    found = curve(who, identifier, By(by) if by else None, at=now)
    if as_json:
        print_data(found)
    else:
        shown.show_curve(found)


def funnel(
    public: Annotated[
        bool,
        typer.Option("--public", help="As everybody sees it: of last month, without small groups."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show from found to verified: how many come how far, and how long each step takes."""
    open_instance()
    from tidegate.desks.publications.queries import funnel as queries

    now = timezone.now()
    found = queries.public_funnel(at=now) if public else queries.funnel(actor(), at=now)
    if as_json:
        print_data(found)
    else:
        shown.show_funnel(found)
