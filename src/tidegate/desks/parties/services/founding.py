"""The beginning: the first organisation that coordinates, and its first administrator.

Nothing here can be guessed and there is no password that everybody knows: the owner chooses one, or
is given a link that works once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Invitation, Membership, Organisation, Person
from tidegate.desks.parties.services.joining import invite, join
from tidegate.desks.parties.services.organisations import open_organisation
from tidegate.desks.parties.services.persons import make_person
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import kept_email, kept_name


@dataclass(frozen=True, slots=True)
class Founded:
    """What there is after the beginning."""

    organisation: Organisation
    administrators: tuple[Person, ...]
    invitation: Invitation | None = None
    """For the first administrator, where no password was chosen."""
    secret: str = field(default="", repr=False)
    """Of the invitation's link."""
    anew: bool = False
    """Whether anything was made now."""


def coordination() -> Founded | None:
    """Return the organisation that coordinates and its administrators, if there is one.

    The earliest one that has an administrator; without any, the earliest one.
    """
    found = [
        Founded(organisation, _administrators(organisation))
        for organisation in Organisation.objects.filter(suspended_at=None).order_by("pk")
        if OrganisationKind.COORDINATOR in organisation.kind_words
    ]
    return next((one for one in found if one.administrators), found[0] if found else None)


def found(
    name: str, email: str, *, person: str = "", password: str | None = None, at: datetime
) -> Founded:
    """Make the first coordinating organisation and its first administrator, as the owner.

    Done again, it makes what is missing and leaves the rest: an instance whose first administrator
    never came gets a new link.

    Args:
        name: of the organisation.
        email: of the administrator.
        person: their name; with a password only.
        password: theirs; without one there is a link instead.
        at: now.

    Raises:
        NotPossibleError: a name, the address or the password cannot be used.
    """
    with transaction.atomic():
        before = coordination()
        if before is not None and before.administrators:
            return before
        address = kept_email(email)
        shown = kept_name(person, "a person") if password is not None else ""
        organisation = (
            before.organisation
            if before is not None
            else open_organisation(OWNER, name, [OrganisationKind.COORDINATOR], at=at)
        )
        invited = invite(OWNER, organisation.key, address, Role.ADMINISTRATOR, at=at)
        if password is None:
            return Founded(organisation, (), invited.invitation, invited.secret, anew=True)
        if Person.objects.filter(email=address).exists():
            raise NotPossibleError(
                f"{address} has an account already; leave the password out and use the link"
            )
        made = make_person(address, shown, password, verified=True, at=at)
        append("account-opened", at=at, actor=OWNER, organisation=organisation.key, member=made.key)
        join(invited.invitation, made, at=at)
        return Founded(organisation, (made,), anew=True)


def _administrators(organisation: Organisation) -> tuple[Person, ...]:
    places = Membership.objects.filter(
        organisation=organisation,
        role=Role.ADMINISTRATOR,
        left_at=None,
        suspended_at=None,
        person__is_active=True,
    )
    return tuple(place.person for place in places.select_related("person").order_by("pk"))
