"""A provider that runs systems for an operator acts for it: delegated to, and ended by either side.

Its people then hand in what the operator runs, read what that is exposed to, and say what was done
about it. They make no exceptions, and delegate to nobody else. An operator's inventory is its own
to show, so nobody delegates for it: not a coordinator, not the provider.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant
from tidegate.desks.exposure.models import Delegation
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation


def delegate(
    actor: Actor,
    organisation_key: str,
    provider_key: str,
    *,
    until: datetime | None = None,
    at: datetime,
) -> Delegation:
    """Let a provider act for an operator.

    Args:
        actor: an administrator of the operator.
        organisation_key: of the operator.
        provider_key: of the organisation that acts for it.
        until: from this instant on it does no more; None until it is ended.
        at: now.

    Raises:
        NotFoundError: there is no such operator, or they do not administer it.
        NotPossibleError: there is no such provider, it acts for the operator already, or `until`
            is over.
    """
    ends = instant(until, "the end") if until else None
    if ends is not None and ends <= at:
        raise NotPossibleError(f"the end, {shown(ends)}, is over; name a later one")
    with transaction.atomic():
        organisation = _operator(actor, organisation_key, at)
        provider = _provider(organisation, provider_key)
        standing = Delegation.objects.filter(
            organisation=organisation, provider=provider, ended_at=None
        )
        # One that has run out makes room for another.
        for over in standing.filter(until__lte=at):
            over.ended_at = over.until
            over.save(update_fields=["ended_at"])
        held = standing.first()
        if held is not None:
            raise NotPossibleError(
                f"{provider.name} acts for {organisation.name} already, as {held.key} has it; end"
                " that one first"
            )
        made = Delegation.objects.create(
            organisation=organisation,
            provider=provider,
            given_by_id=actor.person,
            given_at=at,
            until=ends,
        )
        record(
            "delegated",
            organisation,
            at=at,
            actor=actor,
            delegation=made.key,
            provider=provider.key,
            until=shown(ends) if ends else "",
        )
        return made


def end_delegation(actor: Actor, delegation_key: str, *, at: datetime) -> Delegation:
    """End a delegation at once; the provider's people have nothing of the operator's any more.

    Raises:
        NotFoundError: there is no such delegation, or they administer neither side.
        NotPossibleError: it is over already.
    """
    key = as_written(delegation_key)
    with transaction.atomic():
        rows = Delegation.objects.select_for_update(of=("self",)).select_related("organisation")
        row = find(actor, rows, Act.REVOKE, at=at, key=key)
        over = row.ended_at or (row.until if row.until and row.until <= at else None)
        if over is not None:
            raise NotPossibleError(f"{key} is over since {shown(over)}")
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        record("delegation-ended", row.organisation, at=at, actor=actor, delegation=row.key)
        return row


def _operator(actor: Actor, organisation_key: str, at: datetime) -> Organisation:
    """Return an operator that `actor` administers, locked.

    Who administers an organisation for another reason than a place in it, such as a coordinator,
    does not operate it, and delegates nothing.
    """
    found = find_operator(actor, Act.ADMINISTER, organisation_key, at=at)
    own = narrowed(actor, Organisation.objects.all(), Act.OPERATE, at=at)
    return find(
        actor,
        own.select_for_update(of=("self",), no_key=True),
        Act.ADMINISTER,
        at=at,
        key=found.key,
    )


def _provider(organisation: Organisation, provider_key: str) -> Organisation:
    key = as_written(provider_key)
    found = Organisation.objects.filter(suspended_at=None, key=key).first()
    if found is None:
        raise NotPossibleError(
            f"there is no organisation {provider_key[:20]!r} to act for {organisation.name}; ask"
            " the provider for its key"
        )
    if found.pk == organisation.pk:
        raise NotPossibleError(f"{organisation.name} acts for itself already; name a provider")
    return found
