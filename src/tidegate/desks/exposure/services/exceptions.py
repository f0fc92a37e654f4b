"""Exceptions: somebody whom one can name takes it upon them that something is not done for a while.

An exception has an end, and ends by itself. It hides nothing: what is excepted stays in every list
that is asked for it, and is late again once the exception is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant, reasoned
from tidegate.desks.exposure.models import Excepted, Exposure
from tidegate.desks.exposure.queries.directives import directive_named
from tidegate.desks.exposure.queries.exposure_conditions import holding
from tidegate.desks.exposure.services.asset_words import line
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation

LONGEST_NAME: Final = 200
LONGEST: Final = timedelta(days=5 * 365 + 2)
"""How far ahead an exception ends: five years, with their leap days."""


def except_exposure(
    actor: Actor,
    exposure_key: str,
    reason: str,
    approver: str,
    until: datetime,
    *,
    at: datetime,
) -> Excepted:
    """Except an exposure until an instant.

    Args:
        actor: an administrator of the operator.
        exposure_key: of the exposure.
        reason: why it is not remediated meanwhile.
        approver: who answers for it, by name.
        until: at this instant the exception is over; at most five years ahead.
        at: now.

    Raises:
        NotFoundError: there is no such exposure, or they do not administer its operator.
        NotPossibleError: nobody answers for it, no reason is given, the end is over or more than
            five years ahead, an exception holds already, or the exposure has cleared.
    """
    columns = _columns(reason, approver, until, at)
    with transaction.atomic():
        rows = Exposure.objects.select_for_update(of=("self",)).select_related("organisation")
        key = as_written(exposure_key)
        exposure = find(actor, rows, Act.ADMINISTER, at=at, key=key)
        if exposure.cleared_at is not None:
            raise NotPossibleError(f"{key} has cleared; there is nothing to except")
        return _made(actor, exposure.organisation, columns, at, exposure=exposure)


def except_requirement(
    actor: Actor,
    organisation_key: str,
    directive: str,
    requirement: str,
    reason: str,
    approver: str,
    until: datetime,
    *,
    at: datetime,
) -> Excepted:
    """Except a requirement of a directive for a whole organisation, until an instant.

    Args:
        actor: an administrator of the organisation.
        organisation_key: of the organisation.
        directive: its identifier, or as it is cited.
        requirement: its identifier within the directive.
        reason: why it is not met meanwhile.
        approver: who answers for it, by name.
        until: at this instant the exception is over; at most five years ahead.
        at: now.

    Raises:
        NotFoundError: there is no such organisation or directive, or they do not administer it.
        NotPossibleError: there is no such requirement, or as for an exposure.
    """
    columns = _columns(reason, approver, until, at)
    with transaction.atomic():
        found = find_operator(actor, Act.ADMINISTER, organisation_key, at=at)
        # Who administers it for another reason than a place in it does not answer for it.
        own = narrowed(actor, Organisation.objects.all(), Act.OPERATE, at=at)
        rows = own.select_for_update(of=("self",), no_key=True)
        organisation = find(actor, rows, Act.ADMINISTER, at=at, key=found.key)
        asked = directive_named(directive)
        known = [one.id for one in asked.demands]
        if requirement.strip() not in known:
            raise NotPossibleError(
                f"{asked.citation} has no requirement {requirement.strip()[:60]!r}; it has"
                f" {', '.join(known) or 'none'}"
            )
        return _made(
            actor,
            organisation,
            columns,
            at,
            directive=asked.id,
            requirement=requirement.strip(),
        )


def end_exception(actor: Actor, exception_key: str, *, at: datetime) -> Excepted:
    """End an exception before its end; what it excepted is to be done again, at once.

    Raises:
        NotFoundError: there is no such exception, or they do not administer its operator.
        NotPossibleError: it is over already.
    """
    key = as_written(exception_key)
    with transaction.atomic():
        rows = Excepted.objects.select_for_update(of=("self",)).select_related("organisation")
        row = find(actor, rows, Act.REVOKE, at=at, key=key)
        over = row.ended_at or (row.until if row.until <= at else None)
        if over is not None:
            raise NotPossibleError(f"{key} is over since {shown(over)}")
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        record("exception-ended", row.organisation, at=at, actor=actor, exception=row.key)
        return row


def _columns(reason: str, approver: str, until: datetime, at: datetime) -> dict[str, Any]:
    ends = instant(until, "the end of the exception")
    if ends <= at:
        raise NotPossibleError(
            f"the end of the exception, {shown(ends)}, is over; name a later one"
        )
    if ends > at + LONGEST:
        raise NotPossibleError(
            f"the end of the exception, {shown(ends)}, is more than five years ahead; name an"
            " earlier one, and except it anew then"
        )
    name = line(approver, "the name of who answers for it", LONGEST_NAME)
    if not name:
        raise NotPossibleError("an exception needs somebody who answers for it; name them")
    return {"reason": reasoned(reason), "approver": name, "until": ends}


def _made(
    actor: Actor,
    organisation: Organisation,
    columns: dict[str, Any],
    at: datetime,
    **of: Any,
) -> Excepted:
    standing = Excepted.objects.filter(holding(at), organisation=organisation, **of).first()
    if standing is not None:
        raise NotPossibleError(
            f"{standing.key} holds until {shown(standing.until)} already; end it first"
        )
    made = Excepted.objects.create(
        organisation=organisation, by_id=actor.person, at=at, **columns, **of
    )
    record(
        "exception-made",
        organisation,
        at=at,
        actor=actor,
        exception=made.key,
        exposure=made.exposure.key if made.exposure else "",
        directive=made.directive,
        requirement=made.requirement,
        approver=made.approver,
        until=shown(made.until),
    )
    return made
