"""Organisations: opened, described, suspended, reinstated.

What an organisation is decides what its people may read. So its kinds are set by those who run the
instance, and never by its own administrators.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, require_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import LEFT_TO_ITSELF, Act, OrganisationKind
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.administrators import (
    is_left_to_itself,
    is_of_its_own,
)
from tidegate.desks.parties.services.leaving_alone import leave_alone
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import kept_name, kept_reason

MOST_CASES_A_WEEK: Final = 10_000

_Scope: Final = Organisation.AgencyScope


def open_organisation(
    actor: Actor,
    name: str,
    kinds: Iterable[OrganisationKind],
    *,
    scope: str = "",
    at: datetime,
) -> Organisation:
    """Open an organisation; `scope` is a word of `AgencyScope`, for agencies alone.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: the name is taken, or the kinds and the scope do not go together.
    """
    require_with_instance(actor, Act.ADMINISTER)
    kept = kept_name(name, "an organisation")
    words = _kept_kinds(kinds, scope)
    with transaction.atomic():
        if Organisation.objects.filter(name__iexact=kept).exists():
            raise _taken(kept)
        try:
            with transaction.atomic():
                opened = Organisation.objects.create(
                    name=kept, kinds=words, scope=scope, made_at=at
                )
        except IntegrityError as error:
            raise _taken(kept) from error
        append(
            "organisation-opened",
            at=at,
            actor=actor,
            organisation=opened.key,
            name=kept,
            kinds=words,
            scope=scope,
        )
        return opened


def change_kinds(
    actor: Actor,
    key: str,
    kinds: Iterable[OrganisationKind],
    *,
    scope: str = "",
    at: datetime,
) -> Organisation:
    """Say anew what an organisation is.

    Those who run the instance say it of every organisation, also of one that they do not
    administer; they cannot make one that takes part in reviews or runs systems into one that they
    do. Where they are kept out from then on, what they had prepared ends (`leaving_alone`).

    Raises:
        NotFoundError: the actor does not run the instance, or there is no such organisation.
        NotPossibleError: the kinds and the scope do not go together; the actor would take from
            their own organisation that it coordinates, or from one that has an administrator of
            its own that it takes part in reviews or runs systems.
    """
    require_with_instance(actor, Act.ADMINISTER)
    words = _kept_kinds(kinds, scope)
    with transaction.atomic():
        organisation = _locked(actor, key, Act.SEE)
        left_to_itself = is_left_to_itself(organisation)
        before = {"kinds": organisation.kinds, "scope": organisation.scope}
        coordinates = OrganisationKind.COORDINATOR
        if coordinates in organisation.kinds and coordinates not in words:
            _require_of_others(actor, organisation)
        organisation.kinds, organisation.scope = words, scope
        if left_to_itself and not is_of_its_own(organisation):
            raise NotPossibleError(
                f"{organisation.name} takes part in reviews or runs systems, and has administrators"
                f" of its own; it stays at least one of {', '.join(LEFT_TO_ITSELF)}"
            )
        organisation.save(update_fields=["kinds", "scope"])
        leave_alone(organisation, before=left_to_itself, actor=actor, at=at)
        append(
            "organisation-changed",
            at=at,
            actor=actor,
            organisation=organisation.key,
            kinds=words,
            scope=scope,
            before=before,
        )
        return organisation


def set_capacity(actor: Actor, key: str, cases_a_week: int | None, *, at: datetime) -> Organisation:
    """Set how many new cases an organisation takes in seven days; None for no bound.

    Raises:
        NotFoundError: there is no such organisation that the actor administers.
        NotPossibleError: the number is out of bounds.
    """
    if cases_a_week is not None and not 0 <= cases_a_week <= MOST_CASES_A_WEEK:
        raise NotPossibleError(
            f"an organisation takes 0 to {MOST_CASES_A_WEEK} new cases a week;"
            " leave the number out for no bound"
        )
    with transaction.atomic():
        organisation = _locked(actor, key)
        before, organisation.cases_a_week = organisation.cases_a_week, cases_a_week
        organisation.save(update_fields=["cases_a_week"])
        append(
            "capacity-set",
            at=at,
            actor=actor,
            organisation=organisation.key,
            cases_a_week=cases_a_week,
            before=before,
        )
        return organisation


def suspend_organisation(actor: Actor, key: str, *, reason: str, at: datetime) -> Organisation:
    """Take all standing from an organisation's people, from their next request on.

    Raises:
        NotFoundError: the actor does not run the instance, or there is no such organisation.
        NotPossibleError: it is suspended, or it is the actor's own.
    """
    require_with_instance(actor, Act.ADMINISTER)
    kept = kept_reason(reason)
    with transaction.atomic():
        organisation = _locked(actor, key, Act.SUSPEND)
        if organisation.suspended_at is not None:
            raise NotPossibleError(f"{organisation.name} is suspended already")
        _require_of_others(actor, organisation)
        organisation.suspended_at, organisation.suspended_reason = at, kept
        organisation.save(update_fields=["suspended_at", "suspended_reason"])
        append(
            "organisation-suspended",
            at=at,
            actor=actor,
            organisation=organisation.key,
            reason=kept,
        )
        return organisation


def reinstate_organisation(actor: Actor, key: str, *, at: datetime) -> Organisation:
    """Let a suspended organisation stand again.

    Raises:
        NotFoundError: the actor does not run the instance, or there is no such organisation.
        NotPossibleError: it is not suspended.
    """
    require_with_instance(actor, Act.ADMINISTER)
    with transaction.atomic():
        organisation = _locked(actor, key, Act.SUSPEND)
        if organisation.suspended_at is None:
            raise NotPossibleError(f"{organisation.name} is not suspended")
        organisation.suspended_at, organisation.suspended_reason = None, ""
        organisation.save(update_fields=["suspended_at", "suspended_reason"])
        append("organisation-reinstated", at=at, actor=actor, organisation=organisation.key)
        return organisation


def _locked(actor: Actor, key: str, act: Act = Act.ADMINISTER) -> Organisation:
    rows = Organisation.objects.select_for_update()
    return find(actor, rows, act, key=as_written(key))


def _kept_kinds(kinds: Iterable[OrganisationKind], scope: str) -> list[str]:
    words = sorted({OrganisationKind(kind).value for kind in kinds})
    if not words:
        known = ", ".join(kind.value for kind in OrganisationKind)
        raise NotPossibleError(f"say what the organisation is: one or more of {known}")
    if OrganisationKind.AGENCY in words:
        if scope not in _Scope.values:
            raise NotPossibleError(f"an agency needs its scope: {', '.join(_Scope.values)}")
    elif scope:
        raise NotPossibleError("only an agency has a scope; leave it out, or make it an agency")
    return words


def _require_of_others(actor: Actor, organisation: Organisation) -> None:
    """Keep coordinators from shutting themselves out; the owner can always let them in again."""
    if organisation.pk in actor.organisations:
        raise NotPossibleError(
            f"{organisation.name} is your own organisation; another coordinator, or whoever holds"
            " the machine, can do this"
        )


def _taken(name: str) -> NotPossibleError:
    return NotPossibleError(f"there is an organisation named {name} already; choose another name")
