"""The places that people have in organisations: roles, leaving, removing, suspending.

An organisation is never left without an administrator by leaving, by another role or by removal.
Suspending is always possible, for it is done when something is wrong; nobody suspends themselves,
or lets themselves in again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, Role
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Membership, Organisation
from tidegate.desks.parties.queries.administrators import is_left_to_itself
from tidegate.desks.parties.services.leaving_alone import leave_alone
from tidegate.desks.parties.services.refusals import NotPossibleError


def change_role(
    actor: Actor, organisation: str, person: str, role: Role, *, at: datetime
) -> Membership:
    """Give a person another role in an organisation; both are named by their keys.

    Raises:
        NotFoundError: they have no place there that the actor administers.
        NotPossibleError: they are its last administrator, or have that role.
    """
    with transaction.atomic():
        place = _place(actor, Act.ADMINISTER, organisation, person)
        if place.role == role:
            raise NotPossibleError(f"{place.person.name} is {role} there already")
        _require_another_administrator(place, "be given another role")
        left_to_itself = is_left_to_itself(place.organisation)
        before, place.role = place.role, role
        place.save(update_fields=["role"])
        leave_alone(place.organisation, before=left_to_itself, actor=actor, at=at)
        _append("role-changed", actor, place, at, role=role, before=before)
        return place


def leave(actor: Actor, organisation: str, *, at: datetime) -> Membership:
    """Give up the own place in an organisation.

    Raises:
        NotFoundError: the actor has none there.
        NotPossibleError: they are its last administrator.
    """
    with transaction.atomic():
        # Whoever acts in one organisation alone does not see the others, and leaves none of them.
        find(actor, Organisation.objects.all(), Act.SEE, key=as_written(organisation))
        place = _place(actor, Act.REVOKE, organisation, actor.key)
        _require_another_administrator(place, "leave")
        place.left_at = at
        place.save(update_fields=["left_at"])
        _append("member-left", actor, place, at)
        return place


def remove(actor: Actor, organisation: str, person: str, *, at: datetime) -> Membership:
    """End a person's place in an organisation.

    Raises:
        NotFoundError: they have no place there that the actor administers.
        NotPossibleError: they are its last administrator.
    """
    with transaction.atomic():
        place = _place(actor, Act.ADMINISTER, organisation, person)
        _require_another_administrator(place, "be removed")
        place.left_at = at
        place.save(update_fields=["left_at"])
        _append("member-removed", actor, place, at)
        return place


def suspend_member(actor: Actor, organisation: str, person: str, *, at: datetime) -> Membership:
    """Take a person's standing in one organisation, from their next request on.

    Raises:
        NotFoundError: they have no place there that the actor may suspend.
        NotPossibleError: it is suspended, or they are the actor themselves.
    """
    with transaction.atomic():
        place = _place(actor, Act.SUSPEND, organisation, person)
        if place.person_id == actor.person:
            raise NotPossibleError("nobody suspends themselves; ask another administrator")
        if place.suspended_at is not None:
            raise NotPossibleError(f"{place.person.name} is suspended there already")
        place.suspended_at = at
        place.save(update_fields=["suspended_at"])
        _append("member-suspended", actor, place, at)
        return place


def reinstate_member(actor: Actor, organisation: str, person: str, *, at: datetime) -> Membership:
    """Give a person their standing in one organisation back.

    Raises:
        NotFoundError: they have no place there that the actor may suspend.
        NotPossibleError: it is not suspended, or they are the actor themselves.
    """
    with transaction.atomic():
        place = _place(actor, Act.SUSPEND, organisation, person)
        if place.person_id == actor.person:
            raise NotPossibleError("nobody reinstates themselves; ask another administrator")
        if place.suspended_at is None:
            raise NotPossibleError(f"{place.person.name} is not suspended there")
        place.suspended_at = None
        place.save(update_fields=["suspended_at"])
        _append("member-reinstated", actor, place, at)
        return place


def _place(actor: Actor, act: Act, organisation: str, person: str) -> Membership:
    """Return a standing place; its organisation is locked, so that two cannot leave at once."""
    rows = Membership.objects.select_related("organisation", "person").filter(
        left_at=None, organisation__key=as_written(organisation)
    )
    place = find(actor, rows, act, person__key=as_written(person))
    Organisation.objects.select_for_update().get(pk=place.organisation_id)
    # Another transaction may have changed or ended it while this one waited.
    return find(actor, rows, act, pk=place.pk)


def _require_another_administrator(place: Membership, verb: str) -> None:
    if place.role != Role.ADMINISTRATOR:
        return
    others = Membership.objects.filter(
        organisation=place.organisation_id,
        role=Role.ADMINISTRATOR,
        left_at=None,
        suspended_at=None,
        person__is_active=True,
    ).exclude(pk=place.pk)
    if not others.exists():
        raise NotPossibleError(
            f"{place.person.name} is the last administrator of {place.organisation.name} and"
            f" cannot {verb}; make somebody else an administrator first"
        )


def _append(kind: str, actor: Actor, place: Membership, at: datetime, **text: Any) -> None:
    append(
        kind,
        at=at,
        actor=actor,
        organisation=place.organisation.key,
        member=place.person.key,
        **text,
    )
