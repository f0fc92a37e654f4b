"""What the commands about publications are given: names of publications and fixes, reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.faces.cli.given import Case, Organisation, moment
from tidegate.faces.cli.reviews.given import content, file_name

if TYPE_CHECKING:
    from tidegate.desks.access.actors import Actor

__all__ = [
    "AsJson",
    "Because",
    "Case",
    "Fix",
    "Identifier",
    "Organisation",
    "Words",
    "content",
    "file_name",
    "moment",
    "own_organisation",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Identifier = Annotated[str, typer.Argument(metavar="ID", help="Such as TG-2026-k7m2x9qd.")]
Fix = Annotated[str, typer.Argument(metavar="FIX", help="Such as R-7K3M9-Q2X4D.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, in a sentence.")]
Words = Annotated[
    str, typer.Option("--words", metavar="TEXT", help="What changes, for its history.")
]


def own_organisation(who: Actor, named: str) -> str:
    """Return the key of the organisation that somebody names, or of the only one that is theirs.

    Raises:
        BadParameter: none is named, and they have none or several; it lists what to name.
    """
    from tidegate.desks.parties.models import Organisation as Row

    if named:
        return named
    rows = Row.objects.filter(pk__in=who.organisations).order_by("name")
    own = dict(rows.values_list("key", "name"))
    if len(own) == 1:
        return next(iter(own))
    told = ", ".join(f"{name} is {key}" for key, name in own.items())
    raise typer.BadParameter(
        f"say for which organisation: --organisation O-...; {told}"
        if own
        else f"{who.name} has no organisation; say for which one: --organisation O-..., or act as"
        " one of its people with `tidegate --as name@example.org`"
    )
