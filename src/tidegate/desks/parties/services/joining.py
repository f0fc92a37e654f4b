"""Joining an organisation: invited, an account opened, the invitation accepted or taken back.

Nobody learns from any of it whether somebody has an account. Whoever invites is told the same for
every address. Opening an account says the same, and takes the same work, whether or not the address
has one. Only who is signed in under the invited address, and has the link, accepts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, Role
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.digests import digest_of, new_secret
from tidegate.desks.parties.models import Invitation, Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.queries.administrators import is_left_to_itself
from tidegate.desks.parties.queries.invitations import usable_invitations
from tidegate.desks.parties.services.leaving_alone import leave_alone
from tidegate.desks.parties.services.persons import make_person, new_person
from tidegate.desks.parties.services.refusals import NotPossibleError, NotUsableError
from tidegate.desks.parties.services.texts import kept_email

GOOD_FOR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation, and the secret of its link; nothing else ever shows the secret."""

    invitation: Invitation
    secret: str = field(repr=False)


def invite(
    actor: Actor,
    organisation: str,
    email: str,
    role: Role,
    *,
    at: datetime,
    secret: Callable[[], str] = new_secret,
) -> Invited:
    """Invite whoever has an address to an organisation; an earlier invitation of theirs ends.

    Raises:
        NotFoundError: there is no such organisation that the actor administers.
        NotPossibleError: the address is none, or has a place there already.
    """
    kept = kept_email(email)
    with transaction.atomic():
        rows = Organisation.objects.select_for_update()
        to = find(actor, rows, Act.ADMINISTER, key=as_written(organisation))
        if Membership.objects.filter(organisation=to, person__email=kept, left_at=None).exists():
            raise NotPossibleError(f"{kept} has a place in {to.name} already")
        earlier = Invitation.objects.filter(
            organisation=to, email=kept, accepted_at=None, revoked_at=None
        )
        earlier.update(revoked_at=at)
        shown = secret()
        made = Invitation.objects.create(
            organisation=to,
            email=kept,
            role=Role(role),
            digest=digest_of(shown),
            invited_by=actor.name,
            made_at=at,
            expires_at=at + GOOD_FOR,
        )
        append(
            "invited",
            at=at,
            actor=actor,
            organisation=to.key,
            invitation=made.key,
            email=kept,
            role=made.role,
        )
        return Invited(made, shown)


def revoke_invitation(actor: Actor, key: str, *, at: datetime) -> Invitation:
    """Take an invitation back.

    Raises:
        NotFoundError: there is none of that key that the actor may take back.
        NotPossibleError: it was accepted, or taken back before.
    """
    with transaction.atomic():
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
        invitation = find(actor, rows, Act.REVOKE, key=as_written(key))
        if invitation.accepted_at is not None:
            raise NotPossibleError(
                f"{invitation.key} was accepted; remove the member instead of the invitation"
            )
        if invitation.revoked_at is not None:
            raise NotPossibleError(f"{invitation.key} was taken back before")
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
        append(
            "invitation-revoked",
            at=at,
            actor=actor,
            organisation=invitation.organisation.key,
            invitation=invitation.key,
        )
        return invitation


def open_account(secret: str, *, name: str, password: str, at: datetime) -> None:
    """Open an account for the invited address, unless it has one; nobody is told which.

    Raises:
        NotUsableError: the link is not good.
        NotPossibleError: the name or the password cannot be used.
    """
    with transaction.atomic():
        invitation = _locked(secret, at)
        known = Person.objects.filter(email=invitation.email).first()
        if known is not None:
            # The same checks and the same hashing as for somebody new.
            new_person(invitation.email, name, password, at=at)
            return
        person = make_person(invitation.email, name, password, verified=False, at=at)
        append(
            "account-opened",
            at=at,
            actor=actor_of(person),
            organisation=invitation.organisation.key,
            invitation=invitation.key,
        )


def accept(person: Person, secret: str, *, via: int | None = None, at: datetime) -> Membership:
    """Accept an invitation, as the person who is signed in.

    Args:
        person: who is signed in.
        secret: of the link.
        via: the id of the organisation whose provider vouches for them, if one does; they can
            join no other that way.
        at: now.

    Raises:
        NotUsableError: the link is not good.
        NotPossibleError: it was sent to somebody else, or they have a place there already.
    """
    with transaction.atomic():
        invitation = _locked(secret, at)
        if person.email != invitation.email:
            raise NotPossibleError(
                f"this invitation was sent to {invitation.email}; sign in under that address"
            )
        if via not in (None, invitation.organisation_id):
            raise NotPossibleError(
                "you signed in through an organisation's own provider, which speaks for that"
                " organisation alone; sign in with your password or passkey to join another"
            )
        return join(invitation, person, at=at)


def join(invitation: Invitation, person: Person, *, at: datetime) -> Membership:
    """Give an invited person their place, in the caller's transaction.

    With its first administrator, an organisation that takes part in reviews or runs systems is left
    to itself: what those who run the instance have prepared ends, or they could still let somebody
    in.
    """
    to = Organisation.objects.select_for_update().get(pk=invitation.organisation_id)
    actor = actor_of(person)
    if actor.person is None:
        raise NotUsableError
    if Membership.objects.filter(organisation=to, person=person, left_at=None).exists():
        raise NotPossibleError(f"you have a place in {to.name} already")
    before = is_left_to_itself(to)
    place = Membership.objects.create(
        organisation=to, person=person, role=invitation.role, since=at
    )
    invitation.accepted_at, invitation.accepted_by = at, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    leave_alone(to, before=before, actor=actor, at=at)
    append(
        "member-joined",
        at=at,
        actor=actor,
        organisation=to.key,
        invitation=invitation.key,
        role=place.role,
    )
    return place


def _locked(secret: str, at: datetime) -> Invitation:
    rows = usable_invitations(at).select_for_update(of=("self",))
    invitation = rows.filter(digest=digest_of(secret)).first()
    if invitation is None:
        raise NotUsableError
    return invitation
