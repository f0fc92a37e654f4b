"""The commands of what is published, put together; those of fixes join `tidegate fix`."""

from __future__ import annotations

import typer
from django.apps import apps

from tidegate.faces.cli import fixes as trying
from tidegate.faces.cli.publications import (
    adoption,
    approving,
    cve,
    drafting,
    fixes,
    publications,
    recipients,
)


def add_to(whole: typer.Typer) -> None:
    """Add these commands to the command line."""
    fixes.add_to(trying.app)
    whole.add_typer(trying.app, name="fix")
    for part in (drafting, approving):
        part.add_to(publications.app)
    whole.add_typer(publications.app, name="publication")
    whole.add_typer(cve.app, name="cve")
    adoption.add_to(whole)
    whole.add_typer(recipients.app, name="update-keys")


def expected() -> tuple[type[Exception], ...]:
    """Return what may go wrong without a command being wrong; each has its sentence."""
    if not apps.ready:
        return ()
    from tidegate.engines.formats.advisories.record import RecordError
    from tidegate.engines.formats.advisories.wording import DocumentError
    from tidegate.engines.provider.documents import SiteError

    return (RecordError, DocumentError, SiteError)
