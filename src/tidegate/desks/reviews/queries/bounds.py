"""What a grant stands on: the terms over its person's party, and from when until when they hold."""

from __future__ import annotations

from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Partner, Party
from tidegate.desks.reviews.queries import partners
from tidegate.desks.reviews.queries.engagement_windows import window_of
from tidegate.desks.reviews.queries.terms import Held, terms_in_force
from tidegate.desks.reviews.states.windows import Window


def terms_over(engagement: Engagement, party: Party) -> Held | None:
    """Return the terms that a party's people work under: a trusted partner has its own.

    Raises:
        TermsError: what is kept is not what was signed.
    """
    of = party if party.part == Party.Part.PARTNER else None
    return terms_in_force(engagement, partner=of)


def access_of(engagement: Engagement, party: Party) -> Window | None:
    """Return from when until when a party's people may have access; None where they may not.

    The government's have it in the window; a trusted partner's as `partners.access_of` says.

    Raises:
        TermsError: what is kept of terms is not what was signed.
    """
    if party.part in GOVERNMENT:
        return window_of(engagement)
    partner = Partner.objects.select_related("party__engagement").filter(party=party).first()
    return None if partner is None else partners.access_of(partner)
