"""What is left to do after access has ended, by whom and until when: as the terms in force say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.reviews.frameworks.framework import Settings
from tidegate.desks.reviews.frameworks.terms import TermsError
from tidegate.desks.reviews.models import GOVERNMENT, Certificate, Engagement, Partner, Party
from tidegate.desks.reviews.queries.bounds import terms_over


@dataclass(frozen=True, slots=True)
class AfterAccess:
    """A party's access ends, or has ended, at an instant; and what is due then."""

    party: Party
    ends_at: datetime
    destroy_at: datetime
    """What is kept here of its calls is destroyed."""
    certify_at: datetime
    """It certifies at the latest what it has destroyed itself."""


def after_access(engagement: Engagement) -> tuple[AfterAccess, ...]:
    """Return what is due for each party that worked under terms, the developer left out.

    Without terms, and without an end, nothing is due.

    Raises:
        TermsError: what is kept of terms is not what was signed.
    """
    parties = engagement.parties.select_related("organisation", "partner").exclude(
        part=Party.Part.DEVELOPER
    )
    found = []
    for party in parties.filter(invited_at__isnull=False).order_by("pk"):
        ends_at, held = _end_of_access(engagement, party), terms_over(engagement, party)
        if ends_at is None or held is None:
            continue
        settings = held.terms.settings
        found.append(
            AfterAccess(
                party,
                ends_at,
                ends_at + settings.transcripts_destroyed_after,
                ends_at + settings.certificate_due_after,
            )
        )
    return tuple(found)


def still_to_certify(engagement: Engagement, *, at: datetime) -> tuple[AfterAccess, ...]:
    """Return what `to_certify` does of an engagement, for pages.

    It is nothing where terms cannot be read: whoever would end access now must not find an error.
    """
    try:
        ended = after_access(engagement)
    except TermsError:
        return ()
    return to_certify(engagement, ended, at=at)


def settings_over(engagement: Engagement, party: Party) -> Settings | None:
    """Return what the software enforces for a party; None without terms, or if they are broken."""
    try:
        held = terms_over(engagement, party)
    except TermsError:
        return None
    return None if held is None else held.terms.settings


def to_certify(
    engagement: Engagement, ended: Iterable[AfterAccess], *, at: datetime
) -> tuple[AfterAccess, ...]:
    """Return, one for each organisation whose access has ended, what it has not certified since."""
    by_organisation: dict[int, AfterAccess] = {}
    for one in ended:
        before = by_organisation.get(one.party.organisation_id)
        if before is None or before.certify_at < one.certify_at:
            by_organisation[one.party.organisation_id] = one
    certified = Certificate.objects.filter(engagement=engagement)
    return tuple(
        one
        for organisation, one in by_organisation.items()
        if one.ends_at <= at
        and not certified.filter(organisation=organisation, certified_at__gte=one.ends_at).exists()
    )


def _end_of_access(engagement: Engagement, party: Party) -> datetime | None:
    ends = [engagement.withdrawn_at, engagement.closed_at, party.ended_at]
    if party.part in GOVERNMENT:
        ends.append(engagement.window_ends_at)
    elif (record := Partner.objects.filter(party=party).first()) is not None:
        ends.append(record.ends_at)
    return min((end for end in ends if end is not None), default=None)
