"""Findings that were made with a model are handed in, and the model's developer reads them.

They come in as any others do, in the name of the party whose person made them, and are treated as
any others are. That they were made with a model, and in which engagement, is known to that party's
people in it and to the developer; no field of what is handed in says it. What was handed in before
an engagement was withdrawn or after it counts alike: a vulnerability does not wait for it.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import IO, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Delivery
from tidegate.desks.findings.services.intake import Progress, receive
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, NamedPerson, Party, Report
from tidegate.desks.reviews.services.recording import record
from tidegate.engines.formats.reports import Format

_WORKING: Final = (
    NamedPerson.Duty.LEAD,
    NamedPerson.Duty.EVALUATOR,
    NamedPerson.Duty.OFFICIAL,
)
_REPORTING: Final = (*GOVERNMENT, Party.Part.PARTNER)


def report_findings(
    actor: Actor,
    engagement_key: str,
    document: bytes | IO[bytes],
    *,
    name: str = "",
    channel: str = Delivery.Channel.API,
    organisation: str = "",
    finder: str = "",
    format: Format | None = None,  # noqa: A002 - the field's word for it
    target: str = "",
    progress: Progress | None = None,
    at: datetime,
) -> Report:
    """Hand in findings that were made with the model; `report.delivery` has their counts.

    It is done in steps, so that a document may be large: the document is kept, its records are
    read, and the report is noted last. Whoever was interrupted hands the same document in again.

    Args:
        actor: named in the engagement for the government or for a trusted partner, not to observe.
        engagement_key: of the engagement.
        document: its bytes, or a stream of them.
        name: what its sender calls the file.
        channel: a word of `Delivery.Channel`.
        organisation: key of the party in whose name, where the person was named by several.
        finder: whom to credit, verbatim; the organisation, if left out.
        format: in which format it is; recognised by content if left out.
        target: package URL for records that name no package.
        progress: told how far it is; see `intake`.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or they are not named in it.
        NotPossibleError: the organisation cannot hand in findings, there is no finder to credit,
            `target` is no package URL, the document was handed in before in another connection, or
            it is not said for which party.
    """
    engagement, party, person, alone = _reporting(actor, engagement_key, organisation, at)
    delivery = receive(
        alone,
        BytesIO(document) if isinstance(document, bytes) else document,
        name=name or "document",
        channel=channel,
        finder=finder,
        organisation=party.organisation.key,
        format=format,
        target=target,
        progress=progress,
    )
    with transaction.atomic():
        # Two who hand the same document in at once wait for each other here.
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        known = Report.objects.filter(delivery=delivery).select_related("delivery").first()
        if known is not None:
            if known.engagement_id != engagement.pk:
                # Not in which: whoever was named here need not be named there.
                raise NotPossibleError(
                    "this document was handed in before, in another connection; leave out what was"
                    " handed in already, and report the rest"
                )
            return known
        report = Report.objects.create(
            engagement=engagement, delivery=delivery, person=person, reported_at=at
        )
        for only_for in (engagement.developer, party.organisation):
            record(
                "findings-reported",
                engagement,
                at=at,
                actor=actor,
                only_for=only_for,
                delivery=delivery.key,
                by=party.organisation.key,
                accepted=delivery.accepted,
            )
        return report


def _reporting(
    actor: Actor, engagement_key: str, organisation_key: str, at: datetime
) -> tuple[Engagement, Party, Person, Actor]:
    """Return the engagement, for which party who reports, and the actor as its person alone."""
    key = as_written(engagement_key)
    named = NamedPerson.objects.filter(
        person=actor.person,
        duty__in=_WORKING,
        ended_at=None,
        recused_at=None,
        party__engagement__key=key,
        party__part__in=_REPORTING,
        party__invited_at__isnull=False,
    )
    places = named.select_related("party__organisation", "person").order_by("pk")
    if organisation_key:
        places = places.filter(party__organisation__key=as_written(organisation_key))
    found: dict[int, tuple[Engagement, Party, Person, Actor]] = {}
    for one in places:
        party = one.party
        alone = narrowed_to(actor, organisation=party.organisation_id)
        rows = narrowed(alone, Engagement.objects.filter(key=key), Act.SEE, at=at)
        engagement = rows.select_related("developer").first()
        if engagement is not None and may(alone, Act.SEE, party, at=at):
            found.setdefault(party.organisation_id, (engagement, party, one.person, alone))
    if not found:
        raise NotFoundError("engagement", key)
    if len(found) > 1:
        names = ", ".join(
            f"{one.organisation.key} ({one.organisation.name})" for _, one, *_ in found.values()
        )
        raise NotPossibleError(f"say for which party: {names}")
    engagement, party, person, alone = next(iter(found.values()))
    if not may(alone, Act.HAND_IN, party.organisation, at=at):
        raise NotPossibleError(
            f"nobody hands in findings for {party.organisation.name}, which is neither a finder, a"
            " coordinator, a model developer, a trusted partner nor a reviewer; ask the operator"
            " of this instance to make it a finder as well"
        )
    return engagement, party, person, alone
