"""The command group `tidegate reviews`, put together."""

from __future__ import annotations

import typer
from django.apps import apps

from tidegate.faces.cli.reviews import (
    access,
    decisions,
    engagements,
    frameworks,
    grants,
    partners,
    people,
    terms,
    two_persons,
)

app = typer.Typer(
    help="Engagements: a model is looked at before its release, voluntarily, under terms.",
    rich_markup_mode=None,
)
app.callback(invoke_without_command=True)(engagements.index)


def add_to(whole: typer.Typer) -> None:
    """Add the commands of engagements to the command line."""
    for part in (engagements, people, access, decisions, partners):
        part.add_to(app)
    app.add_typer(terms.app, name="terms")
    app.add_typer(grants.app, name="grant")
    app.add_typer(two_persons.app, name="two-persons")
    frameworks.add_to(app)
    whole.add_typer(app, name="reviews")


def expected() -> tuple[type[Exception], ...]:
    """Return what the desk may refuse, once it has been opened; each has its sentence."""
    if not apps.ready:
        return ()
    from tidegate.desks.reviews.frameworks.loading import FrameworkError
    from tidegate.desks.reviews.frameworks.terms import TermsError

    return (FrameworkError, TermsError)
