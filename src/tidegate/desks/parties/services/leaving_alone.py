"""The moment from which an organisation is left to its own administrators.

That is one that takes part in reviews or runs systems.

Those who run the instance can let nobody in there any more. So what they may have prepared before
ends with that moment: invitations that wait, and a provider, which could vouch for whomever it
likes to be one of its people.
"""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount, SocialApp

from tidegate.desks.access.actors import Actor
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Invitation, Organisation
from tidegate.desks.parties.queries.administrators import is_left_to_itself
from tidegate.desks.parties.queries.providers import KIND


def leave_alone(organisation: Organisation, *, before: bool, actor: Actor, at: datetime) -> None:
    """End what was prepared for an organisation, if it is left to itself as of now.

    It belongs in the transaction that changes the organisation or its administrators, which has its
    row locked.

    Args:
        organisation: as it is now.
        before: whether it was left to itself before the change.
        actor: who has changed it.
        at: now.
    """
    if before or not is_left_to_itself(organisation):
        return
    Invitation.objects.filter(organisation=organisation, accepted_at=None, revoked_at=None).update(
        revoked_at=at
    )
    removed, _ = SocialApp.objects.filter(provider=KIND, provider_id=organisation.key).delete()
    if removed:
        SocialAccount.objects.filter(provider=organisation.key).delete()
        append("provider-removed", at=at, actor=actor, organisation=organisation.key)
