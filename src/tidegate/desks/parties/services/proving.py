"""What people do about their own sign-in, as it is kept; and what proving an address changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import ApiToken, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services.sessions import end_sessions


def note(kind: str, person: Person, *, at: datetime, **text: Any) -> None:
    """Keep in the ledger what a person did about their own sign-in."""
    with transaction.atomic():
        append(kind, at=at, actor=actor_of(person), **text)


def address_proved(person: Person, *, at: datetime, confirmed: bool = False) -> None:
    """Hold a person's address for theirs from now on.

    Up to now it was only believed, and whoever opened the account may have been somebody else. So
    what could sign in besides the password is taken away, and every session ends.

    Args:
        person: whose.
        at: now.
        confirmed: whether it has been marked as theirs already, by what calls this.
    """
    with transaction.atomic():
        address = (
            EmailAddress.objects.select_for_update().filter(user=person, email=person.email).first()
        )
        if address is not None and address.verified and not confirmed:
            return
        EmailAddress.objects.update_or_create(
            user=person, email=person.email, defaults={"verified": True, "primary": True}
        )
        factors, _ = Authenticator.objects.filter(user=person).delete()
        SocialAccount.objects.filter(user=person).delete()
        tokens = ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=at)
        end_sessions(person)
        append("address-proved", at=at, actor=actor_of(person), factors=factors, tokens=tokens)
