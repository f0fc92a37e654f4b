"""The commands about what operators run, are exposed to and have to do, put together."""

from __future__ import annotations

import typer
from django.apps import apps

from tidegate.faces.cli import deciding
from tidegate.faces.cli.exposure import (
    assets,
    changes,
    delegations,
    directives,
    dues,
    exposures,
    feeds,
    inventories,
    statements,
)


def add_to(whole: typer.Typer) -> None:
    """Add these commands to the command line; those of decision tables are there already."""
    for part in (assets, exposures):
        part.add_to(whole)
    whole.add_typer(inventories.app, name="inventory")
    whole.command()(dues.due)
    directives.add_to(whole, deciding.tables)
    whole.add_typer(feeds.app, name="feeds")
    whole.add_typer(statements.app, name="vex")
    whole.add_typer(changes.app, name="changes")
    whole.add_typer(delegations.app, name="delegations")


def expected() -> tuple[type[Exception], ...]:
    """Return what may go wrong without a command being wrong; each has its sentence."""
    if not apps.ready:
        return ()
    from tidegate.engines.directives import DirectiveError

    return (DirectiveError,)
