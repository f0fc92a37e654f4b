"""Invitations by what their link holds."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.models import Invitation


def usable_invitations(at: datetime) -> QuerySet[Invitation]:
    """Return the invitations that can be accepted now."""
    return Invitation.objects.select_related("organisation").filter(
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=at,
        organisation__suspended_at=None,
    )


def invitation_of(secret: str, *, at: datetime) -> Invitation | None:
    """Return the invitation that a link's secret stands for, while it can be accepted."""
    return usable_invitations(at).filter(digest=digest_of(secret)).first()
