"""Showing the drafts of a publication to the parties of its case, and ceasing to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import Publication
from tidegate.desks.publications.services.holding import hold_publication
from tidegate.desks.publications.services.recording import record


def share(actor: Actor, identifier: str, *, at: datetime) -> Publication:
    """Show the drafts to those parties of the case who may read it, and what is edited later.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: they are shown already.
    """
    with transaction.atomic():
        publication = hold_publication(actor, identifier, at=at)
        if publication.shared_at is not None:
            raise NotPossibleError(f"the drafts of {publication.identifier} are shown already")
        publication.shared_at = at
        publication.save(update_fields=["shared_at"])
        record("publication-shared", publication, at=at, actor=actor, for_parties=True)
        return publication


def unshare(actor: Actor, identifier: str, *, at: datetime) -> Publication:
    """Show the drafts to nobody but coordinators any more; what parties have read, they have read.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: they are not shown.
    """
    with transaction.atomic():
        publication = hold_publication(actor, identifier, at=at)
        if publication.shared_at is None:
            raise NotPossibleError(f"the drafts of {publication.identifier} are shown to nobody")
        publication.shared_at = None
        publication.save(update_fields=["shared_at"])
        record("publication-unshared", publication, at=at, actor=actor, for_parties=True)
        return publication
